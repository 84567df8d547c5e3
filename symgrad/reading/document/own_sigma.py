"""Whether a document defines a function ``\\sigma`` of its own, ``\\sigma(z) = z^2``, which is not the logistic one."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DEFINED = re.compile(r"\s*\\sigma\s*\(\s*(?P<x>\\?[A-Za-z]+)\s*\)\s*&?\s*(?::=|=|\\equiv|\\coloneqq)(?P<body>[^=]+)")
_ROW = re.compile(r"\\\\|\\q?quad(?![A-Za-z])")
_KIND = r"(?:activation(?:\s+function)?|non-?\s?linearity|function)\b"
_ADJECTIVE = r"(?:smooth|differentiable|arbitrary|generic|general|nonlinear|monotone)"
_ANY = rf"(?:(?:some|any|an?)\s+)?(?:[\w-]+,?\s+){{0,2}}?{_ADJECTIVE}[\w,\s-]{{0,30}}?{_KIND}"
_SIGMA = r"\$\s*\\sigma\s*(?:\(\s*\w\s*\))?\s*\$"
_ARBITRARY = re.compile(
    rf"{_SIGMA}\s+(?:be|is|denotes?)\s+{_ANY}|\b{_ANY}\s+{_SIGMA}",
    re.IGNORECASE,
)
"""``Let $\\sigma$ be a differentiable activation function``, ``some smooth nonlinearity $\\sigma$``"""
_SAID = re.compile(r"sigmoid|logistic|expit", re.IGNORECASE)
_PLAIN = re.compile(r"[\s{}()&.,;]|\\(?:left|right|[bB]ig+[lr]?|,|!|[dt](?=frac))(?![A-Za-z])")
_LOGISTIC = frozenset(
    (
        r"\frac11+e^-x",
        r"\frac1e^-x+1",
        r"1/1+e^-x",
        r"1+e^-x^-1",
        r"\frace^x1+e^x",
        r"\frace^xe^x+1",
        r"e^x/1+e^x",
    )
)
"""Ways to write the logistic function, without brackets."""


def has_own_sigma(text: str, formulas: Iterable[str]) -> bool:
    """True if a row defines ``\\sigma`` by other values, or any function in words, and no word speaks of a sigmoid."""
    if _SAID.search(text) is not None:
        return False
    if _ARBITRARY.search(text) is not None:
        return True
    rows = (row for f in formulas if "\\sigma" in f for row in ([f] if "{cases}" in f else _ROW.split(f)))
    return any(_is_another(m["x"], m["body"]) for m in map(_DEFINED.match, rows) if m is not None)


def _is_another(x: str, body: str) -> bool:
    """True for a body of ``x`` that is neither the logistic function nor a claim about ``\\sigma``."""
    letter = re.compile(rf"(?<![A-Za-z\\]){re.escape(x)}(?![A-Za-z])")
    bare = _PLAIN.sub("", letter.sub("x", body).replace("\\exp", "e^"))
    return letter.search(body) is not None and re.search(r"\\sigma(?!\s*_)", body) is None and bare not in _LOGISTIC
