"""Whether a document writes transposes with a prime, ``X'X``, as econometrics does."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PRIME = re.compile(r"\^\s*\{?\s*\\prime\s*\}?|′|’")
_SPACING = re.compile(r"\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])|\\[,;:! ]|\s+|&")
_MATRIX = r"(?:\\(?:mathbf|boldsymbol|bm|mathbfit|bf)(?:\{(?:\\[A-Za-z]+|[A-Za-z])\}|[A-Za-z])|\\[A-Z][a-z]+|[A-Z])"
_SQUARE = re.compile(rf"(?<![\\A-Za-z])({_MATRIX}(?:_(?:\w|\{{\w+\}}))?)'\1(?!'|\()")
_RESIDUAL = re.compile(r"\(([^()=]*[+-][^()=]*)\)'(?!\([a-z]\)).*\(\1\)")
_CALL = re.compile(r"(?<![A-Za-z])(?:[a-z]|\\[a-z]+)'\((?:[a-z]|\\[a-z]+)(?:_\w|_\{[^{}]*\})?[,)]")
_OTHER = re.compile(r"[(,|]\s*(?:[a-z]|\\[a-z]+)'\s*(?:[,)|]|\\mid)|(?:,|\\mid|\||_\{)(?:[a-z]|\\[a-z]+)'")
_LIMITS = re.compile(r"\\(?:sum|prod|int)(?:\\limits)?_(?:\{[^{}]*\}|\w)\^(?:\{[^{}]*\}|\w)")
_TRANSPOSE = re.compile(r"\^\{?(?:\\top|\\intercal|\\mathsf\{?T|\\mathrm\{?T|T(?![A-Za-z(+-]))")


def transposes_by_prime(formulas: Iterable[str]) -> bool:
    """True if a matrix with a prime stands before itself, ``X'X``, or a bracket before itself, ``(y - Xb)'(y - Xb)``.

    Where a prime differentiates, ``f'(x)``, or makes another name of a letter, ``k(x, x')``, it transposes nothing, and
    neither does it beside another sign of transposes.
    """
    found = False
    for text in formulas:
        text = _SPACING.sub("", _PRIME.sub("'", text))
        other = _CALL.search(text) or _OTHER.search(text)
        if other or _TRANSPOSE.search(_LIMITS.sub("", text)):
            return False
        found = found or _SQUARE.search(text) is not None or _RESIDUAL.search(text) is not None
    return found
