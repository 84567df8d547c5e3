"""One hostile document through the checker and the report, under a limit on processor time."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport, Report
from symgrad.report import check_text as text_format
from symgrad.report import json_format
from symgrad.report.report_format import ReportStyle
from symgrad.text.codes import codes
from symgrad.text.diagnostic import Diagnostic

KNOWN = frozenset(codes())
PATIENCE = 20.0
"""Processor time after which a document is stopped: a hang, on however busy a machine. How long each one
takes is measured in ``tests/benchmarks/checker.py``."""


class OutOfTime(BaseException):
    """No Exception: nothing in the checker may catch it."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Stops what runs inside after so much processor time of this process."""

    def stop(_: int, __: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def misplaced(text: str, diagnostic: Diagnostic) -> bool:
    """A diagnostic that does not say where, with a known code."""
    span = diagnostic.span
    return diagnostic.code not in KNOWN or span is None or not 0 <= span.start <= span.end <= len(span.source.text)


def complaints(text: str, path: str = "hostile.md") -> str | None:
    """What the checker did wrong with a document: raised, hung, or said nothing of what it could not read."""
    try:
        with limit(PATIENCE):
            report = check_text(text, path)
            for render in (text_format.render, json_format.check):
                render(Report((report,)), ReportStyle(read=True))
    except OutOfTime:
        return f"stopped after {PATIENCE:.0f} s"
    except Exception:
        frames = traceback.format_exc().strip().splitlines()
        return "raised: " + " | ".join(line.strip() for line in frames[-3:])
    return silent(text, report)


def silent(text: str, report: DocumentReport) -> str | None:
    """Steps and diagnostics that don't say what is wrong and where; engines that disagree."""
    for step in report.steps:
        if step.verdict == "unreadable":
            if step.diagnostic is None or misplaced(text, step.diagnostic):
                return f"an unreadable step without a place: {step.left[:60]}"
            if step.diagnostic.code == "SG900":
                return f"the engines disagree: {step.left[:200]} = {step.right[:200]}"
        if step.verdict == "refuted" and step.witness is None:
            return f"refuted without a witness: {step.left[:60]}"
    for diagnostic in report.diagnostics:
        if misplaced(text, diagnostic):
            return f"a diagnostic without a place: {diagnostic.code} {diagnostic.message[:60]}"
    return None
