"""A diagnostic: what is wrong, where, and the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symgrad.text.source import Span

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    remedy: one imperative sentence; labels: further places with a word each; instead: what to write in place of the
    characters of ``span``, where the remedy is that.
    """

    code: str
    message: str
    span: Span | None
    remedy: str = ""
    severity: Severity = "error"
    labels: tuple[tuple[Span, str], ...] = ()
    instead: str = ""


class SymgradError(Exception):
    """An error of use: says what is wrong, where, and what to do instead."""


class NotationError(SymgradError):
    """Text that can't be read as mathematics; ``diagnostic`` explains it."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic

    def __str__(self) -> str:
        d = self.diagnostic
        shown = None if d.span is None else d.span.shown
        place = "" if shown is None else f"{shown.source.name}:{shown.line}:{shown.column}: "
        remedy = f" ({d.remedy})" if d.remedy else ""
        return f"{place}{d.code} {d.message}{remedy}"
