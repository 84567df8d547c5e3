"""What opening a document gives."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source


@dataclass(frozen=True, slots=True)
class Opened:
    """The text of a document, and what in it could not be opened."""

    source: Source
    problems: tuple[Diagnostic, ...] = ()


def as_it_stands(source: Source) -> Opened:
    """A document that is the text of its file."""
    return Opened(source)
