"""A pytest plugin: with ``--symgrad``, or ``symgrad = true`` in the ini file, every step of a document is a test.

A document is read when it is collected, and ruled on when the first of its tests runs. A refuted step fails, an
unreadable one is an error, and one that is marked ``expect refuted`` is expected to fail.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from symgrad.reading.document.kinds_of_files import KINDS, ON_REQUEST

if TYPE_CHECKING:
    from symgrad.api import Document
    from symgrad.checking.verdict import DocumentReport, Step
    from symgrad.text.diagnostic import Diagnostic
    from symgrad.text.source import Span


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symgrad", "derivations as tests")
    group.addoption("--symgrad", action="store_true", help="collect documents: a test for every step of a derivation")
    parser.addini("symgrad", "collect documents, as --symgrad does", type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DocumentFile | None:
    config = parent.config
    if not (config.getoption("symgrad") or config.getini("symgrad")):
        return None
    suffix = file_path.suffix.lower()
    if suffix not in KINDS or suffix in ON_REQUEST:
        return None
    file: DocumentFile = DocumentFile.from_parent(parent, path=file_path)
    return file


class DocumentFile(pytest.File):
    """A document, and its tests in the order of its lines."""

    @cached_property
    def document(self) -> Document:
        """The document. Raises ``SymgradError`` if its file is not text."""
        from symgrad.api import read_document

        path = os.path.relpath(self.path)
        return read_document(str(self.path) if path.startswith(os.pardir) else path)

    @cached_property
    def report(self) -> DocumentReport:
        """The verdicts, worked out once for all tests of the document."""
        from symgrad.api import check_document

        return check_document(self.document)

    @cached_property
    def ruled(self) -> dict[tuple[int, int], Step]:
        """The steps by the place of their characters."""
        return {(step.span.start, step.span.end): step for step in self.report.steps}

    def collect(self) -> Iterator[pytest.Item]:
        from symgrad.checking.checker import idle_directives
        from symgrad.text.diagnostic import SymgradError

        try:
            reading = self.document.reading
        except SymgradError as error:
            yield ProblemItem.from_parent(self, name="1", said=str(error), line=1)
            return
        problems = [one for one in (*reading.diagnostics, *idle_directives(reading)) if one.severity == "error"]
        found: list[tuple[int, Span | None, Diagnostic | None]] = [(s.span.start, s.span, None) for s in reading.steps]
        found += [(one.span.start if one.span else -1, one.span, one) for one in problems]
        seen: Counter[str] = Counter()
        for _, span, problem in sorted(found, key=lambda item: item[0]):
            name = _name(span, seen)
            line = span.line if span else 1
            if problem is None:
                yield StepItem.from_parent(self, name=name, span=span, line=line)
            else:
                yield ProblemItem.from_parent(self, name=name, said=_rendered(problem), line=line)


def _name(span: Span | None, seen: Counter[str]) -> str:
    """The line, in a notebook the cell before it; for a further test of a line the column as well."""
    line = span.place.rpartition(":")[0] if span else "1"
    name = line if not seen[line] or span is None else span.place
    seen[line] += 1
    seen[name] += name != line
    return name if seen[name] < 2 or name == line else f"{name} ({seen[name]})"


class _Placed(pytest.Item):
    """A test with a line of its own."""

    def __init__(self, *, line: int, **more: Any) -> None:
        super().__init__(**more)
        self.line = line
        self.funcargs: dict[str, Any] = {}  # pytest-lsp looks into it, and fails on tests that have none

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.line - 1, self.name


class StepItem(_Placed):
    """One step. Its document is ruled on in ``setup``, so that what is unreadable is an error and no failure."""

    def __init__(self, *, span: Span, **more: Any) -> None:
        super().__init__(**more)
        self.span = span

    @property
    def step(self) -> Step | None:
        """The step; None for an equation that turned out to be a condition or a definition."""
        assert isinstance(self.parent, DocumentFile)
        return self.parent.ruled.get((self.span.start, self.span.end))

    def setup(self) -> None:
        from symgrad.report.check_text import step_text
        from symgrad.report.summary import refuted_as_expected

        step = self.step
        if step is None:
            pytest.skip("no claim, but a condition or a definition: not checked")
        if step.verdict == "unreadable":
            pytest.fail(step_text(step), pytrace=False)
        if refuted_as_expected(step):
            self.add_marker(pytest.mark.xfail(reason="expect refuted", strict=True))

    def runtest(self) -> None:
        from symgrad.report.check_text import step_text
        from symgrad.report.summary import failed_expectation

        step = self.step
        if step is not None and (step.verdict == "refuted" or failed_expectation(step)):
            pytest.fail(step_text(step), pytrace=False)


class ProblemItem(_Placed):
    """What could not be read outside of steps: an error."""

    def __init__(self, *, said: str, **more: Any) -> None:
        super().__init__(**more)
        self.said = said

    def setup(self) -> None:
        pytest.fail(self.said, pytrace=False)

    def runtest(self) -> None:
        """Never reached."""


def _rendered(problem: Diagnostic) -> str:
    from symgrad.text.rendering import render

    return render(problem)
