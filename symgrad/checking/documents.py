"""Check a document given as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symgrad.text.source import Source

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport


def check_text(text: str, path: str = "text.md", with_texts: Sequence[str] = (), seed: int = 0) -> DocumentReport:
    """Rule on a document given as text."""
    from symgrad.checking.checker import check_source

    return check_source(Source(path, text), [Source("with.md", t) for t in with_texts], seed)
