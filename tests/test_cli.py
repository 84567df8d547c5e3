"""The command line: what goes where, with which exit status. The engines are played by a stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from symgrad.checking.verdict import DocumentReport, Report
from symgrad.cli import main
from tests.cases import each
from tests.report import samples

ROOT = Path(__file__).parents[1]


class StandIn:
    """Plays ``check_paths``: remembers how it was called, and returns or raises what it was told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.steps = (samples.PROVED,)
        self.error: BaseException | None = None

    def __call__(self, paths: list[str], with_files: list[str], **options: Any) -> Report:
        self.calls.append({"paths": paths, "with_files": with_files, **options})
        if self.error:
            raise self.error
        return Report(tuple(DocumentReport(path, self.steps) for path in paths))


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr("symgrad.batch.checked_paths.check_paths", stand_in)
    monkeypatch.delenv("SYMGRAD_DEBUG", raising=False)
    return stand_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("d/b.md", "d/a.tex", "d/notes.txt", "d/deep/c.md", "d/.venv/package.md", "decl.md", "write-up.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text", encoding="utf-8")
    return tmp_path


def test_folder_means_every_document_below_it(check: StandIn, folder: Path) -> None:
    assert main(["check", "d"]) == 0
    assert check.calls[0]["paths"] == [
        os.path.join("d", name) for name in ("a.tex", "b.md", os.path.join("deep", "c.md"))
    ]


def test_named_files_are_taken_as_they_are_and_once(check: StandIn, folder: Path) -> None:
    assert main(["check", "write-up.txt", "d/b.md", "d", "write-up.txt"]) == 0
    assert check.calls[0]["paths"] == ["write-up.txt", "d/b.md", "d/a.tex", "d/deep/c.md"]


def test_options_reach_the_checker(check: StandIn, folder: Path) -> None:
    main(["check", "write-up.txt", "--with", "decl.md", "--with", "d/b.md", "-j", "2", "--seed", "7"])
    (call,) = check.calls
    assert call["with_files"] == ["decl.md", "d/b.md"]
    assert (call["jobs"], call["seed"]) == (2, 7)


def test_declare_prints_what_check_accepts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("cost.md").write_text("$$ J = \\sum_i (x_i - t_i)^2 $$\n\n$$ J_{xy} = J $$\n", encoding="utf-8")
    assert main(["declare", "cost.md"]) == 0
    printed = capsys.readouterr().out
    assert printed == "$x \\in \\mathbb{R}^{n_{i}}$\n$t \\in \\mathbb{R}^{n_{i}}$\n"
    Path("cost.decl.md").write_text(printed, encoding="utf-8")
    assert main(["declare", "cost.md", "--with", "cost.decl.md"]) == 5
    assert capsys.readouterr() == ("", "symgrad: nothing to declare: every name that can be read has a meaning\n")


def test_declare_reads_every_kind_of_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (
        ("a.tex", "\\[ y = a x \\]"),
        ("b.rst", ".. math::\n\n   y = a x\n"),
        ("c.qmd", "$$ y = a x $$"),
    ):
        Path(name).write_text(text, encoding="utf-8")
        assert main(["declare", name]) == 0
        assert capsys.readouterr().out == "$a \\in \\mathbb{R}$\n$x \\in \\mathbb{R}$\n"


def test_two_runs_draw_the_same_by_default(check: StandIn, folder: Path) -> None:
    main(["check", "d"])
    main(["check", "d"])
    assert check.calls[0]["seed"] == check.calls[1]["seed"]


def test_result_goes_to_standard_output(check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "decl.md"])
    out, err = capsys.readouterr()
    assert "1 proved" in out
    assert "\x1b" not in out
    assert err == ""


def test_json(check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "decl.md", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["summary"]["proved"] == 1


def test_read_shows_the_steps_as_understood(check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "decl.md"])
    assert samples.PROVED.read_right not in capsys.readouterr().out
    main(["check", "decl.md", "--read"])
    assert samples.PROVED.read_right in capsys.readouterr().out


@each(
    ("steps", "options", "status"),
    [
        ((samples.PROVED,), [], 0),
        ((samples.AGREES,), [], 0),
        ((samples.AGREES,), ["--strict"], 1),
        ((samples.REFUTED,), [], 1),
        ((samples.marked(samples.REFUTED),), [], 0),
        ((samples.marked(samples.PROVED),), [], 1),
        ((samples.UNREADABLE,), [], 3),
        ((), [], 5),
    ],
)
def test_exit_status(check: StandIn, folder: Path, steps: tuple, options: list[str], status: int) -> None:
    check.steps = steps
    assert main(["check", "decl.md", *options]) == status
    assert main(["check", "decl.md", "--format", "json", *options]) == status


def test_folder_without_documents_holds_no_step(
    check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty").mkdir()
    assert main(["check", "empty"]) == 5
    out, err = capsys.readouterr()
    assert "0 proved" in out
    assert "no step" in err


@each(
    ("arguments", "said"),
    [
        (["check", "missing.md"], "missing.md"),
        (["check", "d", "--with", "missing.md"], "missing.md"),
        (["check", "write-up.txt", "--with", "d"], "d"),
        (["check"], "PATH"),
        (["check", "d", "-j", "0"], "-j"),
        (["check", "d", "-j", "many"], "-j"),
        (["check", "d", "--seed", "x"], "--seed"),
        (["check", "d", "--format", "sonnet"], "sonnet"),
        (["check", "d", "--form", "json"], "--form"),
        (["prove", "d"], "prove"),
        ([], "name a command"),
    ],
)
def test_usage_errors(
    check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert not check.calls


def test_file_without_permission(
    check: StandIn, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)  # the superuser may read everything, so the refusal is played
    assert main(["check", "decl.md"]) == 2
    assert "permission denied" in capsys.readouterr().err


def test_file_that_vanishes_while_checking(check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check.error = FileNotFoundError(2, "No such file or directory", "decl.md")
    assert main(["check", "decl.md"]) == 2
    assert capsys.readouterr().err == "symgrad: can't open decl.md: no such file or directory\n"


def test_internal_error_is_said_without_a_traceback(
    check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check.error = ZeroDivisionError("oh")
    assert main(["check", "decl.md"]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert "internal error: ZeroDivisionError: oh" in err
    assert "Traceback" not in err


def test_engines_that_contradict_each_other_are_reported_loudly(
    check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check.steps = (samples.PROVED, samples.CONTRADICTED)
    assert main(["check", "decl.md"]) == 4
    out, err = capsys.readouterr()
    assert "1 unreadable" in out
    assert "internal error" in err


def test_internal_error_is_raised_for_those_who_ask(
    check: StandIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYMGRAD_DEBUG", "1")
    check.error = ZeroDivisionError("oh")
    with pytest.raises(ZeroDivisionError):
        main(["check", "decl.md"])


def test_interruption_is_tidy(check: StandIn, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check.error = KeyboardInterrupt()
    assert main(["check", "decl.md"]) == 130
    assert "Traceback" not in capsys.readouterr().err


@each(
    ("terminal", "environment", "coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (False, {"TERM": "xterm"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colours_only_where_they_are_wanted(
    check: StandIn,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    environment: dict[str, str],
    coloured: bool,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    main(["check", "decl.md"])
    assert ("\x1b[" in capsys.readouterr().out) == coloured


@each(("terminal", "seconds", "drawn"), [(True, 2, True), (True, 0, False), (False, 2, False)])
def test_progress_bar_on_a_terminal_after_a_second(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    seconds: int,
    drawn: bool,
) -> None:
    from symgrad.report import progress as progress_bar

    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    now = [100.0]
    monkeypatch.setattr(progress_bar, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with progress_bar.Progress(sys.stderr) as progress:
        now[0] += seconds
        progress(3, 10, (4, 7))
    out, err = capsys.readouterr()
    assert out == ""
    assert ("3/10, step 4/7" in err) == drawn
    assert not drawn or err.endswith("\x1b[K"), "the bar is wiped away"


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "SG105"]) == 0
    shown = capsys.readouterr().out
    assert "SG105" in shown
    assert main(["explain", "sg105"]) == 0
    assert capsys.readouterr().out == shown


def test_explain_lists_all_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    shown = capsys.readouterr().out
    assert "  SG105  a name is not declared\n" in shown
    assert "SG900" in shown


def test_explain_of_no_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "SG999"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "symgrad explain" in err, "how to list the codes"


def symgrad(*arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "symgrad", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def test_module_and_help() -> None:
    run = symgrad("--help")
    out, err = run.communicate()
    assert run.returncode == 0
    assert b"check" in out
    assert b"explain" in out
    assert err == b""


def test_without_a_command_it_says_which_one_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    said = {(): "`symgrad check FILE`", (__file__,): f"`symgrad check {__file__}`", ("chekc",): "`check`",
            ("frobnicate",): "`symgrad --help`"}  # fmt: skip
    for arguments, remedy in said.items():
        assert main(arguments) == 2
        assert remedy in capsys.readouterr().err


def test_reader_who_stops_early() -> None:
    """``symgrad explain CODE | head -0``: no traceback, and the status is that of the work."""
    run = symgrad("explain", "SG105")
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    assert run.wait() == 0
    assert run.stderr.read() == b""
    run.stderr.close()


def test_narrow_encoding_is_no_error() -> None:
    run = symgrad("explain", "SG105", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    out, err = run.communicate()
    assert (run.returncode, err) == (0, b"")
    assert out


def test_ctrl_c() -> None:
    """An interrupted check ends with status 130 and one line."""
    program = (
        "import signal, sys, symgrad.batch.checked_paths as api\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background ignores it
        "def check_paths(*_, **__): signal.raise_signal(signal.SIGINT)\n"
        "api.check_paths = check_paths\n"
        "from symgrad.cli import main\n"
        "sys.exit(main(['check', 'README.md']))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 130
    assert run.stderr == "symgrad: interrupted\n"
