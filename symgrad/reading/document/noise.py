"""Models with noise, ``y = X \\beta + \\epsilon``: they restrict the noise, and define nothing.

What is built on ``y`` is built on data: a derivative by ``\\beta`` does not go through the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPACING = re.compile(
    r"\\(?:left|right|[bB]igg?[lr]?|q?quad|nonumber|displaystyle)(?![A-Za-z])"
    r"|\\[,;:! ]|\s+|&|\\(?:label|tag)\{[^{}]*\}"
)
_FONT = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathit|vec|bf)(?![A-Za-z])\s*(?:\{(\\?[A-Za-z]+)\}|(\\?[A-Za-z]+))")
_SCRIPTS = r"(?:[_^](?:\{[^{}]*\}|\\?\w))*"
_NOISE = r"(?<![A-Za-z\\])(\\epsilon|\\varepsilon|\\eta|\\xi|\\nu|u|e)(?![A-Za-z])"
_MODEL = re.compile(rf"(\\?[A-Za-z]){_SCRIPTS}=[^=]*\+{_NOISE}{_SCRIPTS}(?:[.,;].*)?")
_ABOUT = re.compile(
    r"\\sim|\\in(?![a-z])|\\mathbb\{?E|\\(?:operatorname|mathrm|text)\{(?:E|Var|Cov)|\\mathcal\{?N|[EN][\[(]"
)
_REST = re.compile(r"\\[lcv]?dots[bc]?|[\d,.;()\\{}\[\]]|'")
_LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z]|-")
_DROPPED = re.compile(rf"{_SCRIPTS[:-1]}+|\\(?:sum|top|cdot|times|[lr]?[vV]ert|[lr]angle)(?![A-Za-z])")
_UNDER = re.compile(r"\\(?:partial|nabla_)\{?(\\?[A-Za-z])|\{d(\\?[A-Za-z])|d/d(\\?[A-Za-z])|'\((\\?[A-Za-z])")
"""What a row differentiates by, or may."""
_ABOVE = re.compile(r"(?:\\partial|(?<![A-Za-z\\])d|\\nabla(?:_\w|_\{[^{}]*\})?)(\\?[A-Za-z])")


def noise_letters(formulas: Iterable[str]) -> frozenset[str]:
    """The letters of noise: each is the last term of a model, and stands nowhere else in a calculation."""
    rows = _rows(formulas)
    above = {x for row in rows for x in _ABOVE.findall(row)}
    models = [(m.group(1), m.group(2)) for row in rows if (m := _MODEL.fullmatch(row))]
    noise = {letter for name, letter in models if name not in above}
    return frozenset(x for x in noise if all(_says_nothing(row, x) for row in rows))


def doubted_letters(formulas: Iterable[str], noise: frozenset[str]) -> frozenset[str]:
    """The letters of noise in models that may be definitions, ``y = w x + e``.

    Something is differentiated by a letter of the model, and no residual ``y - w x`` shows that ``y`` is data.
    """
    rows = _rows(formulas)
    models = [(row, m.group(1), m.group(2)) for row in rows if (m := _MODEL.fullmatch(row)) and m.group(2) in noise]
    by = {x for row in rows for found in _UNDER.findall(row) for x in found if x}
    anything = any(re.search(r"\\nabla(?!_)", row) for row in rows)
    letters = [_letters(row) for row in rows if not _MODEL.fullmatch(row)]
    doubted = set()
    for row, name, letter in models:
        body = _letters(row[row.index("=") + 1 : row.rindex("+")])
        moved = anything or not by.isdisjoint(x for x in _single(row) if x != name)
        if moved and not any(_has_residual(other, name.lower(), body) for other in letters):
            doubted.add(letter)
    return frozenset(doubted)


def _single(row: str) -> list[str]:
    return _LETTER.findall(_DROPPED.sub("", row))


def _letters(row: str) -> list[str]:
    """The letters and minus signs of a row without what stands above and below, small ones for capitals."""
    return [x.lower() for x in _single(row)]


def _has_residual(row: list[str], name: str, body: list[str]) -> bool:
    """True if a row has ``y - X \\beta`` or ``X \\beta - y``, with the factors in any order."""
    terms = sorted(x for x in body if x != "-")
    for k, x in enumerate(row):
        if x == name:
            behind = [y for y in row[k + 2 :] if y != "-"] if row[k + 1 : k + 2] == ["-"] else []
            before = [y for y in row[: k - 1] if y != "-"] if k > 1 and row[k - 1] == "-" else []
            if terms in (sorted(behind[: len(terms)]), sorted(before[-len(terms) :])):
                return True
    return False


def _rows(formulas: Iterable[str]) -> list[str]:
    return [_plain(row) for text in formulas for row in re.split(r"\\\\|\\begin\{[^{}]*\}|\\end\{[^{}]*\}", text)]


def _plain(row: str) -> str:
    row = _SPACING.sub("\x00", row)
    row = re.sub(r"(\\[A-Za-z]+)\x00+(?=[A-Za-z])", r"\1{}", row).replace("\x00", "")
    return _FONT.sub(lambda m: m.group(1) or m.group(2), row).replace("{}", "")


def _says_nothing(row: str, letter: str) -> bool:
    """True for a row without the letter, for a model, for a statement on its distribution, and for the letter alone."""
    own = re.compile(rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z]){_SCRIPTS}")
    if not own.search(row) or _ABOUT.search(row):
        return True
    model = _MODEL.fullmatch(row)
    if model is not None and model.group(2) == letter:
        return len(own.findall(row)) == 1
    return not _REST.sub("", own.sub("", row))
