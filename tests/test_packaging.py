"""What other tools read of the repository: the hook, the action, the citation, the entry points."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from symgrad.cli import main
from tests.cases import each

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_citation_has_the_version_of_the_package() -> None:
    assert re.findall(r"^version: (\S+)$", text("CITATION.cff"), re.MULTILINE) == [PROJECT["version"]]
    assert re.findall(r"^license: (\S+)$", text("CITATION.cff"), re.MULTILINE) == ["MIT"]


@each("name", [".pre-commit-hooks.yaml", "action.yml"])
def test_what_they_run_is_a_command_with_these_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"(?:entry|run): symgrad (\w+)(.*)$", text(name), re.MULTILINE)
    assert commands
    for verb, arguments in commands:
        assert main([verb, "--help"]) == 0
        shown = capsys.readouterr().out
        assert all(option in shown for option in re.findall(r"(?<= )--?\w+", arguments))


def test_entry_points_exist() -> None:
    points = {**PROJECT["scripts"], "plugin": PROJECT["entry-points"]["pytest11"]["symgrad"]}
    for point in points.values():
        module, _, name = point.partition(":")
        assert not name or hasattr(import_module(module), name)


@each("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(word in script for word in ("check", "explain", "stdin-filename", "cache"))


def test_bash_completes(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])
    asked = "COMP_WORDS=(symgrad check --wri); COMP_CWORD=2; _symgrad; printf '%s\\n' \"${COMPREPLY[@]}\""
    run = subprocess.run(["bash", "-c", capsys.readouterr().out + asked], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["--write-baseline", "--write"]
