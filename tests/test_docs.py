"""The documentation says what the tool does: its examples are run, its tables compared, its links followed.

In a page, a fenced block is

- ``markdown symgrad`` (or ``latex symgrad``): a document whose steps are all proved, without any remark;
  behind it stand, where it is otherwise, the verdicts of its steps in order and the codes of all remarks;
- ``… file=NAME``: a file that the commands of the page find; ``… append=NAME`` is written to its end;
- ``console``: commands behind ``$ `` with what they print; ``python``: run, and what it prints stands in the
  ``text output`` block that follows it, with ``needs=NAME`` where that package is installed; anything else is not run.

The document ``markdown declares`` stands before every row of the tables ``written | read as``, whose rows are right,
and ``expression | read as`` of its page; a third column names the codes of the remarks.
In the tables ``written | declares | so that`` and ``written | assumes | so that`` the claim in the last cell of a row
is proved with what the first cell declares, and with nothing inferred.
SYMGRAD_GOLDEN=write puts what the tool prints into the pages; the difference is to be reviewed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport, Step
from symgrad.cli import main
from symgrad.text.codes import codes as all_codes
from symgrad.text.codes import lesson
from tests.cases import each
from tests.docs_pages import (
    DOCS,
    PAGES,
    ROOT,
    Block,
    Reading,
    anchors,
    blocks,
    declared,
    diagnostics_page,
    functions_page,
    links,
    readings,
    rows,
    uncell,
)

pytestmark = pytest.mark.golden
WRITE = os.environ.get("SYMGRAD_GOLDEN") == "write"
VERDICTS = {"proved", "agrees", "refuted", "unreadable", "expected"}


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def outcome(step: Step) -> str:
    return "expected" if step.expected and step.verdict == "refuted" else step.verdict


def codes(report: DocumentReport) -> list[str]:
    """The codes of everything that a report says, each once."""
    found = [d.code for d in (*report.diagnostics, *report.not_checked)]
    for step in report.steps:
        found += [w.code for w in step.warnings]
        found += [step.diagnostic.code] if step.diagnostic else []
        if outcome(step) == "refuted":
            found.append("SG302" if step.witness and step.witness.shapes else "SG301")
        if step.verdict == "agrees":
            found.append("SG304")
        if step.expected and step.verdict != "refuted":
            found.append("SG303")
    return sorted(set(found))


# --- examples ---------------------------------------------------------------------------------------


@dataclass
class Run:
    """One page, block after block, in a folder of its own."""

    page: str
    folder: Path
    status: int = 0
    names: dict[str, Any] = field(default_factory=dict)
    printed: str | None = None
    wrong: list[str] = field(default_factory=list)
    new: list[tuple[int, int, str]] = field(default_factory=list)

    def all(self) -> None:
        absent = False
        for block in blocks(self.page):
            if block.words != ("output",):
                needs = [word.removeprefix("needs=") for word in block.words if word.startswith("needs=")]
                absent = not all(find_spec(name) for name in needs)
            if absent:
                continue
            self.save(block)
            if block.words[:1] == ("symgrad",):
                self.document(block)
            elif block.language == "console":
                self.compare(block, self.console(block))
            elif block.language == "python":
                self.python(block)
            elif block.language == "text" and block.words == ("output",):
                self.compare(block, self.printed or "")

    def save(self, block: Block) -> None:
        for word in block.words:
            verb, _, name = word.partition("=")
            if verb in ("file", "append"):
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                with (self.folder / name).open("w" if verb == "file" else "a", encoding="utf-8") as file:
                    file.write(block.text)

    def compare(self, block: Block, found: str) -> None:
        if found != block.text:
            self.wrong.append(f"line {block.line}: this prints\n{found}")
            self.new.append((block.start, block.end, found))

    def document(self, block: Block) -> None:
        said = [word for word in block.words[1:] if "=" not in word]
        suffix = "tex" if block.language == "latex" else "md"
        report = check_text(block.text, f"text.{suffix}")
        verdicts = [outcome(step) for step in report.steps]
        wanted = [word for word in said if word in VERDICTS] or ["proved"] * max(1, len(verdicts))
        expected = sorted(word for word in said if word.startswith("SG"))
        assert len(said) == sum(word in VERDICTS for word in said) + len(expected), f"line {block.line}: {said}"
        if (verdicts, codes(report)) != (wanted, expected):
            self.wrong.append(f"line {block.line}: {' '.join((*verdicts, *codes(report)))}\n{block.text}")

    def console(self, block: Block) -> str:
        out = []
        for line in block.text.splitlines(keepends=True):
            if line.startswith("$ "):
                out += [line, self.command(line[2:].strip())]
        return "".join(out)

    def command(self, text: str) -> str:
        if text == "echo $?":
            return f"{self.status}\n"
        text, _, file = text.partition(" > ")
        program, *arguments = shlex.split(text)
        assert program == "symgrad", f"{text}: only symgrad is run"
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            self.status = main(arguments)
        if file:
            (self.folder / file).write_text(out.getvalue(), encoding="utf-8")
        return "" if file else out.getvalue()

    def python(self, block: Block) -> None:
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out):
            exec(compile(block.text, f"line {block.line}", "exec"), self.names)
        self.printed = out.getvalue()


def written(path: Path, page: str, new: list[tuple[int, int, str]]) -> None:
    for start, end, text in sorted(new, reverse=True):
        page = page[:start] + text + page[end:]
    path.write_text(page, encoding="utf-8")


@each("path", PAGES, ids=name_of, shares=4)
def test_examples_say_what_the_tool_does(path: Path, tmp_path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    folder = tmp_path / name_of(path).replace("/", "-")
    folder.mkdir()
    run = Run(page, folder)
    run.all()
    if WRITE and run.new:
        written(path, page, run.new)
        run.wrong = [wrong for wrong in run.wrong if ": this prints\n" not in wrong]
    assert not run.wrong, "\n\n".join(run.wrong)


def read_as(row: Reading, before: str) -> tuple[str, tuple[str, ...]]:
    """How a row is read, and the codes of all remarks. What is written must hold; an expression stands for a number."""
    display = f"2 s = {row.written}" if row.expression else row.written
    report = check_text(f"{before}$$ {display} $$\n")
    (step,) = report.steps
    if row.expression:
        warned = tuple(sorted(w.code for w in step.warnings))
        return step.read_right, warned if step.verdict != "unreadable" else tuple(codes(report))
    return f"{step.read_left} = {step.read_right}", tuple(codes(report))


TABLED = [path for path in PAGES if rows(path.read_text(encoding="utf-8"))]


@each("path", TABLED, ids=name_of)
def test_tables_say_how_things_are_read(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    before = "".join(block.text + "\n\n" for block in blocks(page) if block.words == ("declares",))
    wrong, new = [], []
    found = list(readings(page))
    assert len(found) == rows(page), f"{len(found)} rows of {rows(page)} can be read"
    for row in found:
        read, said = read_as(row, before)
        if read != row.read or said != row.codes:
            wrong.append(f"line {row.line}: {row.written}\n  {read}  {said}")
            new.append((row.start, row.end, uncell(read)))
    if WRITE and new:
        written(path, page, new)
    assert not wrong, "\n".join(wrong)


@each("path", [path for path in PAGES if any(declared(path.read_text(encoding="utf-8")))], ids=name_of)
def test_tables_say_what_is_declared(path: Path) -> None:
    wrong = []
    for text in declared(path.read_text(encoding="utf-8")):
        report = check_text(text)
        verdicts = [outcome(step) for step in report.steps]
        if verdicts != ["proved"] or codes(report) or report.inferred:
            wrong.append(f"{verdicts} {codes(report)} {report.inferred}\n{text}")
    assert not wrong, "\n".join(wrong)


# --- pages made from the code -----------------------------------------------------------------------


@each(
    ("name", "make"), [("reference/diagnostics/index.md", diagnostics_page), ("reference/functions.md", functions_page)]
)
def test_pages_made_from_the_code_are_in_step_with_it(name: str, make: Any) -> None:
    path = DOCS / name
    if WRITE:
        path.write_text(make(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == make(), f"refresh docs/{name}: SYMGRAD_GOLDEN=write"


LESSONS = {code: lesson(code) for code in all_codes()}
SHOWN = [code for code in LESSONS if LESSONS[code].wrong]
CONSEQUENCES = {"SG114": ["SG203"], "SG125": ["SG212"]}
"""Codes that a wrong example gives too: an implied sum is warned of, and a function that nobody declares."""


@each("code", SHOWN)
def test_a_wrong_example_gives_its_code(code: str) -> None:
    assert codes(check_text(LESSONS[code].wrong)) == sorted([code, *CONSEQUENCES.get(code, [])])


@each("code", SHOWN)
def test_a_right_example_passes(code: str) -> None:
    report = check_text(LESSONS[code].right)
    assert codes(report) == []
    assert {outcome(step) for step in report.steps} <= {"proved", "expected"}
    assert report.steps


@each("code", SHOWN)
def test_a_lesson_names_the_severity_that_is_shown(code: str) -> None:
    report = check_text(LESSONS[code].wrong)
    found = [*report.diagnostics, *report.not_checked]
    found += [warning for step in report.steps for warning in step.warnings]
    found += [step.diagnostic for step in report.steps if step.diagnostic]
    shown = {one.severity for one in found if one.code == code}
    assert shown == {LESSONS[code].severity} or (shown == set() and code in ("SG301", "SG302", "SG303"))


# --- links ------------------------------------------------------------------------------------------


@each("path", PAGES, ids=name_of)
def test_links_lead_to_a_page_and_a_heading(path: Path) -> None:
    for link in links(path.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{name_of(path)} links to {link}"
        assert target.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{name_of(path)} links to {link}"


def on_map(index: Path) -> set[Path]:
    """The pages that an index links to, and those of the indices among them."""
    found = {(index.parent / link.partition("#")[0]).resolve() for link in links(index.read_text(encoding="utf-8"))}
    below = [page for page in found if page.name == "index.md" and page != index]
    return found.union(*map(on_map, below))


def test_every_page_is_on_the_map() -> None:
    found = on_map(DOCS / "index.md")
    missing = [name_of(page) for page in PAGES if page != DOCS / "index.md" and page not in found]
    assert not missing


# --- the mistakes -----------------------------------------------------------------------------------


def test_a_mistake_is_told_in_one_line_with_what_mends_it() -> None:
    """Of each: one head line, a remedy or the difference, and that of a length that is read at a glance."""
    page = (DOCS / "reference" / "mistakes.md").read_text(encoding="utf-8")
    printed = [block.text for block in blocks(page) if block.language == "console"]
    assert len(printed) == 50
    mended = [block for block in blocks(page) if block.words[:1] == ("symgrad",)]
    assert len(mended) == len(printed)
    for text in printed:
        heads = re.findall(r"^(?:refuted|unreadable|error|unexpected)\[SG[0-9]+\]: (.+)$", text, re.MULTILINE)
        remarks = re.findall(r"^  (?:warning|note) .+  SG[0-9]+$|claims an equality$", text, re.MULTILINE)
        assert len(heads) == 1 or remarks, text
        assert all(len(head) < 120 for head in heads)
        if heads:
            said = re.findall(r"^  = (?:help|perhaps|left - right): +(.+)$", text, re.MULTILINE)
            assert said, text
            assert all(len(line) < 150 for line in said), text
