"""Targets of cross-entropies, ``\\sum_k t_k \\log \\hat y_k``, that the text says to add up to 1."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = r"(?P<name>(?:\\(?:hat|tilde|bar|mathbf|boldsymbol|bm)\s*\{?\s*)?(?:\\[A-Za-z]+|[A-Za-z])\s*\}?)"
_SCRIPTS = r"(?:\s*\^\s*\{?\(\w\)\}?)?\s*_\s*(?:\{[^{}]*\}|\w)(?:\s*\^\s*\{?\(\w\)\}?)?"
_SUM = r"\\sum\s*(?:\\limits\s*)?(?:[_^]\s*(?:\{[^{}]*\}|\S)\s*)*"
_TARGET = re.compile(rf"{_SUM}(?:\\[,;!]\s*)*{_NAME}{_SCRIPTS}\s*(?:\\[,;!]\s*|\\cdot\s*)*\\(?:log|ln)(?![A-Za-z])")
_NO_NAME = re.compile(r"\\(?:sum|frac|log|ln|left|right|exp|partial|cdot)(?![A-Za-z])")
_ONE_OF_CLASSES = re.compile(
    r"(?<!non-)(?<!non )\b(?:one|1)[ -]?(?:hot\b|of[ -]\$?[KCVMN]\b)|\bindicator vectors?\b|\bsimplex\b", re.IGNORECASE
)
_TOTAL = re.compile(
    r"\bdistributions?\b|\bnormali[sz]ed\b|\b(?:sum|add)(?:s|ming|ing)?(?:\s+up)?\s+to\s+\$?(?:1|one|unity)\b"
    r"|\bexactly one\b|\bzero\b[^.]*\bexcept\b|\bonly one\b",
    re.IGNORECASE,
)
_TARGETS = re.compile(r"\b(?:targets?|labels?|ground[ -]truth|true|class(?:es)?|one of)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|no|never|neither|nor|unless|if|whether|without|instead)\b|n['’]t\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n[ \t>]*\n|\$\$|\\\[|\\\]")


def said_targets(text: str, formulas: Iterable[str]) -> tuple[str, ...]:
    """The names of targets, if some sentence says what they add up to."""
    names = {m["name"].strip() for f in formulas for m in _TARGET.finditer(f) if not _NO_NAME.match(m["name"])}
    if not names:
        return ()
    sentences = [s for s in _SENTENCE.split(text) if _DENIED.search(s) is None]
    if any(_ONE_OF_CLASSES.search(s) for s in sentences):
        return tuple(sorted(names))
    said = [s for s in sentences if _TOTAL.search(s)]
    general = any(_TARGETS.search(s) for s in said)
    clauses = [c for s in said for c in re.split(r"[,;:]", s) if _TOTAL.search(c)]
    own = {n for n in names for s in clauses if re.search(rf"\$\s*{re.escape(n)}(?![A-Za-z])", s)}
    return tuple(sorted(names if general else own))
