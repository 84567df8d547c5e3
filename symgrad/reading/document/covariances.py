"""Covariance matrices by their place: ``x \\sim \\mathcal{N}(\\mu, \\Sigma)``, ``\\mathcal{N}(x; 0, K)``."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NORMAL = re.compile(
    r"\\(?:mathcal|mathscr|cal)\s*(?:\{\s*N\s*\}|N)\s*(?:_\s*\{?\s*\w+\s*\}?)?\s*(?:\\[bB]ig+l?|\\left)?\s*\("
)
_GREEK = r"\\(?:Sigma|Lambda|Omega|Psi|Gamma|Theta|Phi|Xi)(?![A-Za-z])"
_LETTER = rf"(?:{_GREEK}|[A-HJ-Z])"
_STYLED = rf"(?:\\(?:mathbf|boldsymbol|bm|mathrm|hat|tilde|bar)\s*\{{?\s*{_LETTER}\s*\}}?|{_LETTER})"
_MATRIX = re.compile(rf"({_STYLED}(?:_(?:\w|\\[A-Za-z]+|\{{[\w*]+\}}))?)(?:\s*\^\s*\{{\s*-\s*1\s*\}})?")
"""A capital but ``I``, or its inverse: ``\\Sigma``, ``\\mathbf{S}_k``, ``\\Lambda^{-1}``."""


def covariances(text: str) -> Iterator[str]:
    """``\\Sigma = \\Sigma^\\top`` for every matrix in the last place of a normal distribution."""
    for found in _NORMAL.finditer(text):
        last = _last_argument(text, found.end())
        matrix = _MATRIX.fullmatch(last) if last is not None else None
        if matrix is not None:
            yield f"{matrix[1]} = {matrix[1]}^\\top"


def _last_argument(text: str, start: int) -> str | None:
    """What stands between the last comma of an opened parenthesis and its end; None without a comma or an end."""
    depth, comma = 0, None
    for at in range(start, len(text)):
        ch = text[at]
        if ch in "([{":
            depth += 1
        elif ch in ")]}":
            if not depth:
                return None if comma is None else re.sub(r"\\(?:right|[bB]ig+r?)\s*$", "", text[comma:at]).strip()
            depth -= 1
        elif ch == "," and not depth:
            comma = at + 1
    return None
