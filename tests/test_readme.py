"""The README says what the tool does: its example is run, its commands and links are there.

SYMGRAD_GOLDEN=write puts what the tool prints into the README; the difference is to be reviewed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases import each

pytestmark = pytest.mark.golden
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The text of the first fenced block in a language."""
    found = re.search(rf"^(`{{3,}}){language}\n(.*?)^\1$", README, re.DOTALL | re.MULTILINE)
    assert found, f"README.md has no {language} block"
    return found[2]


def symgrad_check(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "logistic.md").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "symgrad", "check", "logistic.md"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_example_is_what_the_tool_prints(tmp_path: Path) -> None:
    assert len(block("markdown").splitlines()) == 8
    run = symgrad_check(tmp_path, block("markdown"))
    if os.environ.get("SYMGRAD_GOLDEN") == "write" and run.stdout:
        (ROOT / "README.md").write_text(README.replace(block("text"), run.stdout), encoding="utf-8")
        return
    assert (run.stdout, run.stderr, run.returncode) == (block("text"), "", 1)


def test_mended_line_is_proved(tmp_path: Path) -> None:
    mended = block("latex").rstrip()
    lines = block("markdown").splitlines()
    lines[6] = mended
    run = symgrad_check(tmp_path, "\n".join(lines) + "\n")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 proved · 0 agrees · 0 refuted" in run.stdout


@each("word", ["symgrad check derivations/", "pytest -q"])
def test_one_command_each_does_all_its_own_set_up(word: str) -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv ") and word in line]
    assert len(commands) == 1


@each("page", ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link]
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert not missing, f"{page} links to {missing}"
