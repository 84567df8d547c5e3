"""What the tools do, within limits on size and time. Nothing is written, and nothing is read but below a root."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from symgrad.api import Document, check_document, export_document, inferred_declarations, load
from symgrad.checking.verdict import Report
from symgrad.core.time_limit import TIME, OutOfTime
from symgrad.gradients.document_gradients import document_gradients
from symgrad.report.json_format import JSON
from symgrad.report.report_format import PLAIN
from symgrad.report.summary import exit_status
from symgrad.text.codes import codes, lesson
from symgrad.text.diagnostic import NotationError, SymgradError
from symgrad.text.source import Source

MAX_TEXT = 100_000
"""The most characters of a text, and of its declarations."""
SECONDS = 30.0
"""Processor time of one call."""
SAID = {
    0: "every step is proved or agrees",
    1: "something is refuted, or a step marked 'expect refuted' is not",
    3: "nothing is refuted, but something is unreadable",
    4: "an internal error of symgrad",
    5: "no display claims an equality",
}
Kind = Literal["markdown", "tex"]


@dataclass(slots=True)
class LimitedTools:
    """The tools. root: the folder below which documents may be read; None for none."""

    root: Path | None = None
    seconds: float = SECONDS
    _one: threading.Lock = field(default_factory=threading.Lock)
    """The engines work on one document at a time."""

    def check_derivation(self, text: str, declarations: str, kind: Kind) -> dict[str, Any]:
        """A report as ``--format json`` has it for one document, and in words what it comes to."""
        return self._checked(_document(text, declarations, kind))

    def check_file(self, path: str) -> dict[str, Any]:
        """The same for a document below the root."""
        if self.root is None:
            raise SymgradError("no file is read: start the server with `--root FOLDER`")
        full = (self.root / path).resolve()
        if not full.is_relative_to(self.root.resolve()):
            raise SymgradError(f"{path} is not below the root")
        if full.is_file() and full.stat().st_size > 4 * MAX_TEXT:
            raise SymgradError(f"{path} is larger than {4 * MAX_TEXT} bytes: split it")
        opened = load(str(full))
        outside = [s.origin.path for s in opened.source.stretches]
        if not all(Path(name).resolve().is_relative_to(self.root.resolve()) for name in outside):
            raise SymgradError(f"{path} inputs files that are not below the root")
        return self._checked(Document(Source(path, opened.source.text), (), opened.problems))

    def differentiate(
        self, text: str, of: str, wrt: Sequence[str], declarations: str, steps: bool, kind: Kind
    ) -> dict[str, Any]:
        """Displays with gradients, notes, and what of the document could not be read."""
        document = _document(text, declarations, kind)
        with self._limited():
            found = document_gradients(document.requests, of or None, list(wrt), None, steps)
        return {"displays": found.displays, "notes": found.notes, "problems": found.problems}

    def export(self, text: str, target: str, of: Sequence[str], declarations: str, kind: Kind) -> dict[str, Any]:
        """The text of a module, and the costs that are not in it with the reasons."""
        document = _document(text, declarations, kind)
        with self._limited():
            found = export_document(document, tuple(of), None, target)
        unread = [str(NotationError(one)) for one in found.unread]
        return {"module": found.text, "left_out": dict(found.left_out), "problems": unread}

    def explain(self, code: str) -> dict[str, Any]:
        """A diagnostic by its code; without one, all codes with their titles."""
        if not code:
            return {"codes": {one: lesson(one).title for one in codes()}}
        found = lesson(code)
        return {
            "code": found.code,
            "title": found.title,
            "explanation": found.explanation,
            "remedy": found.remedy,
            "wrong": found.wrong,
            "right": found.right,
        }

    def _checked(self, document: Document) -> dict[str, Any]:
        with self._limited():
            report = Report((check_document(document, timeout=self.seconds),))
            inferred = inferred_declarations(document)
        assert JSON.check is not None
        told: dict[str, Any] = json.loads(JSON.check(report, PLAIN))
        status = exit_status(report)
        return {
            "status": status,
            "said": SAID[status],
            "summary": told["summary"],
            **told["documents"][0],
            "declarations": [f"${one}$" for one in inferred],
        }

    def _limited(self) -> _Turn:
        return _Turn(self._one, self.seconds)


class _Turn:
    """One turn at the engines, of so many seconds. What takes longer is an error of use."""

    def __init__(self, one: threading.Lock, seconds: float) -> None:
        self.one, self.seconds, self.limit = one, seconds, TIME.of(seconds)

    def __enter__(self) -> None:
        self.one.acquire()
        self.limit.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        try:
            self.limit.__exit__(None, None, None)
        finally:
            self.one.release()
        if isinstance(error, OutOfTime):
            raise SymgradError(f"not done within {self.seconds:g} s of processor time: split the text") from error


def _document(text: str, declarations: str, kind: Kind) -> Document:
    for name, given in (("text", text), ("declarations", declarations)):
        if len(given) > MAX_TEXT:
            raise SymgradError(f"the {name} has {len(given)} characters, more than {MAX_TEXT}: split it")
    with_ = (Source("declarations.md", declarations),) if declarations.strip() else ()
    return Document(Source("text.tex" if kind == "tex" else "text.md", text), with_)
