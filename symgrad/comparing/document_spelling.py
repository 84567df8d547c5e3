"""The document's names as generated modules spell them, each once."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.exporting.python_names import spelled


def spellings(names: Iterable[str]) -> dict[str, str]:
    """Every name by its spelling, in their order; a spelling that is taken gets an underscore."""
    out: dict[str, str] = {}
    taken: set[str] = set()
    for latex in names:
        if latex in out:
            continue
        name = spelled(latex)
        while name in taken:
            name += "_"
        taken.add(name)
        out[latex] = name
    return out
