"""Whether a document numbers its layers above the line, ``z^l = W^l a^{l-1} + b^l``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.reading.tokens.layers import LAST, Layers

_LAYERS = re.compile(
    r"\blayers?\b|\bcouches?\b|\bSchicht|\bcapas?\b|\bstrat[oi]\b|层|層|\bback-?prop|\bneural net|\bneurons?\b",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\\(?:text|mathrm|operatorname|textrm|textbf|label|tag|mbox|begin|end|mathcal|mathscr)\s*\*?\{[^{}]*\}"
)
_SHAPE = re.compile(r"\\(?:mathbb\s*\{?\s*R\s*\}?|R|Reals)\s*\^\s*\{[^$]*")
_LETTER = r"(?<![A-Za-z\\]){0}(?![A-Za-z])"
_ABOVE = (
    r"\^\s*(?:\{{\s*)?[(\[]?\s*{0}(?![A-Za-z])\s*(?P<shift>[+-]\s*\d+)?"
    r"\s*[)\]]?(?:\s*,?\s*(?:T|\\top))?\s*(?:\}}|(?<=[A-Za-z]))"
)
_BASE = re.compile(r"(\\?[A-Za-z]+)\s*\}*\s*(?:_\s*(?:\{[^{}]*\}|\\?[A-Za-z]+|\d))?\s*$")
_NAMES = re.compile(r"[A-Za-z]")
_COMMANDS = re.compile(r"\\[A-Za-z]+")
LETTERS = ("l", "\\ell")


def layers_of(text: str, formulas: Sequence[str]) -> Layers:
    """The layers of a document that speaks of layers; none if their letter has another use.

    text: the document; formulas: its displays and inline formulas.
    """
    if _LAYERS.search(text) is None:
        return Layers()
    formulas = [_WORDS.sub(" ", f) for f in formulas]
    letters = [x for x in LETTERS if _is_layer(x, formulas)]
    if not letters and _is_layer(LAST, formulas):
        alone = frozenset(pair for f in formulas for pair in _written(LAST, f))
        return Layers(frozenset(label for _, label in alone), alone, "")
    if len(letters) != 1:
        return Layers()
    written = [pair for x in letters for f in formulas for pair in _written(x, f)]
    names = {name for name, _ in written}
    lone = _stands_above(LAST, formulas)
    last = [(name, label) for f in formulas for name, label in _written(LAST, f) if lone or name in names]
    return Layers(frozenset(label for _, label in (*written, *last)), frozenset((*written, *last)))


def _is_layer(letter: str, formulas: Sequence[str]) -> bool:
    """True if names have the letter above, with and without a shift, and it is nothing else."""
    shifts = {bool(m["shift"]) for f in formulas for m in _above(letter).finditer(f)}
    return shifts == {True, False} and _stands_above(letter, formulas)


def _stands_above(letter: str, formulas: Sequence[str]) -> bool:
    """True if the letter stands above names, and elsewhere in sizes and in formulas that say which layers there are."""
    found = False
    alone = re.compile(_LETTER.format(re.escape(letter)))
    for text in formulas:
        found = found or _above(letter).search(text) is not None
        rest = _SHAPE.sub(" ", _above(letter).sub(" ", text))
        names = set(_NAMES.findall(_COMMANDS.sub(" ", rest))) - {letter, LAST}
        if alone.search(rest) and (names or f"_{letter}" in rest):
            return False
    return found


def _above(letter: str) -> re.Pattern[str]:
    return re.compile(_ABOVE.format(re.escape(letter)))


def _written(letter: str, text: str) -> list[tuple[str, tuple[str, int]]]:
    """The names with a layer above them, and which layer it is."""
    out = []
    for m in _above(letter).finditer(text):
        base = _BASE.search(text[: m.start()])
        if base is not None:
            out.append((base[1], (letter, int((m["shift"] or "0").replace(" ", "")))))
    return out
