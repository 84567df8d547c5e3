"""Whether a document writes a number ``\\sigma``, a standard deviation, and no function."""

from __future__ import annotations

import re
from collections.abc import Iterable

SIGMA = "\\sigma"
_SIGMA = re.compile(r"(?:\\(?:boldsymbol|mathbf|bm)\s*\{?\s*)?\\sigma(?![A-Za-z])")
_SCRIPT = re.compile(r"\s*([_^])\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\\[A-Za-z]+|[^\s{}\\])")
_SPACE = re.compile(r"(?:\s|\\[,;:! ]|~|\\(?:left|right|[bB]ig+[lrm]?)(?![A-Za-z]))*")
_LONE = re.compile(r"\(\s*\\?[A-Za-z]+(?:_\w)?\s*\)")
_BRACKET = re.compile(r"[(\[]|\\\{|\\lbrack")
_NO_OPERAND = re.compile(
    r"$|[+\-*/=,;:.)\]}&|<>]|\\(?:\}|\\|cdot|times|odot|mid|vert|rvert|rangle|ll?eq?|gg?eq?|in|sim|to|approx|end)(?![A-Za-z])"
)
_SAID = re.compile(r"sigmoid|logistic function|logistic sigmoid|activation", re.IGNORECASE)


def has_number_sigma(text: str, formulas: Iterable[str]) -> bool:
    """True if ``\\sigma`` stands where an argument would have to follow, or as ``\\sigma^2``, and is never applied.

    Then it is a number everywhere, in ``\\mu + \\sigma z`` too. A document that speaks of a sigmoid has none.
    """
    found = False
    for formula in formulas:
        for m in _SIGMA.finditer(formula):
            at, scripts = m.end(), list[str]()
            while script := _SCRIPT.match(formula, at):
                scripts.append("".join(script.groups()).replace("{", "").replace("}", "").strip())
                at = script.end()
            after = _SPACE.match(formula, at)
            at = after.end() if after is not None else at
            powers = [s for s in scripts if s[1:].lstrip("-").isdigit() and s[0] == "^"]
            if _LONE.match(formula, at) or (_BRACKET.match(formula, at) and not powers):
                return False  # `\sigma(z)`, `\sigma^2(z)`; `\sigma^2 (x - \mu)` may be a product
            found = found or bool(powers) or _NO_OPERAND.match(formula, at) is not None
    return found and _SAID.search(text) is None
