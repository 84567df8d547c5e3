"""``symgrad check`` day by day: settings of a project, problems left out, fixes, watching."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symgrad.cli import main
from symgrad.cli.daily_options import watch
from tests.cases import each

TEXT = r"""With $x \in \mathbb{R}^{N}$, $X \in \mathbb{R}^{N \times D}$, $w \in \mathbb{R}^{D}$, $t \in \mathbb{R}^{N}$:

$$ J = \lVert X w - t \rVert^2 $$

$$ \nabla_w J = 2 X (X w - t) $$

$$ \sum_n x_n = \half \sum_n x_n $$

$$ a_i + b_i = b_i + a_i $$
"""
FIXED = TEXT.replace("2 X (X", "2 X^\\top (X")
DECLARED = "Let $a \\in \\mathbb{R}^{n_{i}}$, $b \\in \\mathbb{R}^{n_{i}}$.\n\n$$ J"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drafts").mkdir()
    (tmp_path / "own.tex").write_text("\\newcommand{\\half}{\\tfrac{1}{2}}\n", encoding="utf-8")
    for name in ("a.md", "drafts/b.md"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    return tmp_path


CASES = [
    ("", ["a.md"], 1, ["SG302", "SG103"]),
    ("", ["a.md", "--ignore", "SG302"], 3, ["SG103"]),
    ("", ["a.md", "--ignore", "SG3,SG1"], 0, []),
    ("", ["a.md", "--ignore", "SG302", "--fail-on", "refuted"], 0, ["SG103"]),
    ("", ["a.md", "--ignore", "SG302,SG103", "--strict"], 1, ["SG305"]),
    ("files = ['a.md']", [], 1, ["SG302", "SG103"]),
    ("strict = true\nignore = ['SG302', 'SG103']", ["a.md"], 1, ["SG305"]),
    ("fail-on = 'refuted'\nignore = ['SG302']", ["a.md"], 0, ["SG103"]),
    ("macros = ['own.tex']", ["a.md"], 1, ["SG302", "SG301"]),
    ("exclude = ['drafts']", ["."], 1, ["SG302", "SG103"]),
    ("[tool.symgrad.per-file-ignores]\n'drafts/*' = ['SG']", ["."], 1, ["SG302", "SG103"]),
    ("[tool.symgrad.per-file-ignores]\n'drafts/*' = ['SG']", ["drafts"], 0, []),
]


@each(("settings", "arguments", "status", "codes"), CASES)
def test_settings_and_options(
    settings: str,
    arguments: list[str],
    status: int,
    codes: list[str],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.symgrad]\n{settings}\n", encoding="utf-8")
    assert main(["check", "--format", "concise", "--cache", "cache", *arguments]) == status
    assert [line.split(": ")[1][:5] for line in capsys.readouterr().out.splitlines()] == codes


@each(
    ("settings", "said"),
    [
        ("strct = true", "there is no tool.symgrad.strct"),
        ("strict = 'yes'", "tool.symgrad.strict must be true or false"),
        ("files = 'a.md'", "tool.symgrad.files must be a list of texts"),
        ("fail-on = 'never'", "must be one of refuted, unreadable, agrees"),
        ("files = [", "can't be read"),
    ],
)
def test_settings_that_are_none(settings: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.symgrad]\n{settings}\n", encoding="utf-8")
    assert main(["check", "a.md"]) == 2
    assert said in capsys.readouterr().err


def test_settings_hold_below_their_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text("[tool.symgrad]\nfiles = ['a.md']\n", encoding="utf-8")
    monkeypatch.chdir(folder / "drafts")
    main(["check", "--format", "concise", "--cache", "../cache"])
    assert capsys.readouterr().out.startswith("../a.md:5:")


def test_a_baseline_of_known_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "a.md", "--write-baseline"]) == 0
    assert json.loads(Path("symgrad-baseline.json").read_text(encoding="utf-8"))["version"] == 1
    (folder / "a.md").write_text("A line more.\n\n" + TEXT + "\n$$ \\sum_n x_n = 0 $$\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["check", "./a.md", "--baseline", "symgrad-baseline.json", "--format", "concise"]) == 1
    out, err = capsys.readouterr()
    assert out == "./a.md:13:4: SG301 the two sides differ: left - right = \\sum_{n} x_n\n"
    assert "2 problems left out" in err
    assert main(["check", "a.md", "--baseline", "a.md"]) == 2


@each(("mark", "end"), [(b"", "\n"), (b"\xef\xbb\xbf", "\r\n")])
def test_fixes_are_shown_and_written_on_request(
    mark: bytes, end: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = mark + TEXT.replace("\n", end).encode()
    (folder / "a.md").write_bytes(before)
    main(["check", "a.md", "--fix"])
    out = capsys.readouterr().out
    assert "-$$ \\nabla_w J = 2 X (X w - t) $$\n+$$ \\nabla_w J = 2 X^\\top (X w - t) $$\n" in out
    assert (folder / "a.md").read_bytes() == before
    assert main(["check", "a.md", "--fix", "--write", "--ignore", "SG103", "--strict"]) == 0
    wanted = FIXED.replace("$$ J", DECLARED, 1).replace("\n", end)
    assert (folder / "a.md").read_bytes() == mark + wanted.encode()


def test_it_watches(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pauses = iter([lambda: None, lambda: (folder / "a.md").write_text("$$ 1 = 2 $$\n", encoding="utf-8")])
    checks: list[str] = []

    def pause(_: float) -> None:
        step = next(pauses, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    def check() -> int:
        checks.append((folder / "a.md").read_text(encoding="utf-8"))
        return 0

    with pytest.raises(KeyboardInterrupt):
        watch(lambda: ["a.md"], check, pause)
    assert checks == [TEXT, "$$ 1 = 2 $$\n"]


def test_many_documents_are_told_one_by_one_in_the_same_bytes(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "c.md").write_text("With $x \\in \\mathbb{R}$:\n\n$$ x + x = 2 x $$\n", encoding="utf-8")
    (folder / "d.md").write_text("Nothing.\n", encoding="utf-8")
    paths = ["d.md", "a.md", "c.md", "d.md", "drafts/b.md"]
    for some in (paths, ["c.md", "d.md"], ["d.md", "d.md"]):
        whole = main(["check", *some]), capsys.readouterr()
        monkeypatch.setattr("symgrad.cli.check.MANY", 2)
        assert (main(["check", *some]), capsys.readouterr()) == whole
        monkeypatch.undo()
        monkeypatch.chdir(folder)
