"""The document's names in the spelling of generated modules."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.text.python_names import spelled


def spellings(names: Iterable[str]) -> dict[str, str]:
    """The spelling of every name, in their order. A spelling that is already used gets an underscore."""
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
