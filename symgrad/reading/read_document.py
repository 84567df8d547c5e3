"""What reading a document finds: steps, definitions, notes and diagnostics."""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.reading.meaning.chains import Outcome
from symgrad.reading.names.scope import Scope
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span


@dataclass(slots=True)
class ReadStep:
    """One claim as it was read. ``group``: the display it stands in, for directives."""

    span: Span
    left: str
    right: str
    outcome: Outcome
    group: int
    redefinition: str = ""
    """The name on the left, if this claim looks like a second definition of it."""


@dataclass(slots=True)
class ReadDocument:
    """All that reading finds; every display leaves a step, a definition, a note or a diagnostic."""

    source: Source
    steps: list[ReadStep] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    not_checked: list[Diagnostic] = field(default_factory=list)
    definitions: int = 0
    skipped: int = 0
    expectations: dict[int, tuple[int | None, Span]] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
