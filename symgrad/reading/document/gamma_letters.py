"""Whether a document writes the Gamma, digamma and Beta functions with the letters ``\\Gamma``, ``\\psi``, ``B``."""

from __future__ import annotations

import re
from collections.abc import Iterable

GAMMA_LETTERS = frozenset(("\\Gamma", "\\psi", "B"))
"""The letters; each is a plain name wherever the text does not make it the function."""

_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_SPACE = r"(?:\s|\\[,;:! ]|~|\\(?:left|[bB]ig+l?)(?![A-Za-z]))*"
_ORDER = r"(?:\s*'|\s*\^\s*\{?\s*\(\s*\d\s*\)\s*\}?|\s*_\s*\{?\s*\d\s*\}?|\s*\^\s*(?:\d|\{\s*\d\s*\}|\{?\\prime\}?))*"
_WORDS = re.compile(r"\\(?:text|textrm|operatorname|label|tag|mbox|textit|textbf)\s*\*?\{[^{}]*\}")
_USES = {
    "\\Gamma": re.compile(r"\\Gamma(?![A-Za-z])"),
    "\\psi": re.compile(r"\\psi(?![A-Za-z])"),
    "B": re.compile(r"(?<![A-Za-z\\])B(?![A-Za-z])"),
}
_APPLIED = re.compile(rf"\s*\}}?{_ORDER}{_SPACE}[(\[]")
_SAID = re.compile(
    r"(?<!\\)\b(?:log-?)?(?:di|tri|poly)?gamma(?:ln)?[ -](?:function|distribut|density|likelihood|prior|variable)"
    r"|(?<!\\)\b(?:lgamma|gammaln|digamma|trigamma|polygamma|loggamma|factorials?|Poisson|Dirichlet|Stirling)\b"
    r"|(?<!\\)\b(?:beta|Beta|binomial)[ -](?:function|distribut|density|likelihood|prior|binomial|variable)"
    r"|(?<!\\)\bStudent\b",
    re.IGNORECASE,
)
_SAID_BETA = re.compile(
    r"(?<!\\)\bbeta[ -](?:function|distribut|density|likelihood|prior|posterior|binomial|variable|random)|\bDirichlet",
    re.IGNORECASE,
)
_AS_MATRIX = re.compile(r"\^\s*\{?\s*(?:\\top|\\intercal|\\math(?:sf|rm)\s*\{\s*T\s*\}|T)\s*\}?\s*\\Gamma(?![A-Za-z])")
"""A matrix behind a transpose, ``(x - \\mu)^\\top \\Gamma (x - \\mu)``."""
_LOG_BEFORE = re.compile(r"\\(?:log|ln)\s*(?:\\left\s*)?[(\[{]?\s*\\Gamma(?![A-Za-z])")
_NUMBER_INSIDE = re.compile(rf"\\Gamma{_SPACE}\((?:[^()]*[-+]\s*)?(?:\d|\\t?d?frac\s*\{{?\s*\d)[^()]*\)")
_FACTORIAL = re.compile(r"(?<!\\)!|\\[dt]?binom(?![A-Za-z])|\\choose(?![A-Za-z])")
_BELOW = re.compile(rf"\\[td]?frac\s*(?:{_GROUP}|\w)\s*\{{[^{{}}]*\\Gamma(?![A-Za-z])|/\s*\\Gamma(?![A-Za-z])")
_RATIO = r"\\Gamma\s*'\s*/\s*\\Gamma|\\[td]?frac\s*\{\s*\\Gamma\s*'\s*\}\s*\{\s*\\Gamma\s*\}"
_NAMED = re.compile(
    rf"\s*(?:\\psi\s*(?::=|=|\\equiv|\\coloneqq)\s*)?(?:{_RATIO}|\(\s*\\(?:log|ln)\s*\\Gamma\s*\)\s*')\s*"
)
"""``\\psi = \\Gamma' / \\Gamma``, which speaks of functions without their arguments."""
_DEFINED = re.compile(r"\s*\\psi\s*\([^()]*\)\s*&?\s*(?::=|=|\\equiv|\\coloneqq)(.*)", re.DOTALL)


def plain_gamma_letters(text: str, formulas: Iterable[str]) -> frozenset[str]:
    """Those of the letters that are plain names in a document.

    A letter is the function if a bracket follows it wherever it stands, and the text says so: by its name or that of
    a distribution, by factorials, by a logarithm before it, a number in its argument or its place in a denominator;
    ``\\psi`` and ``B`` also beside the Gamma function or factorials.
    """
    formulas = [_WORDS.sub(" ", f) for f in formulas if not _names_digamma(f)]
    found: set[str] = set()
    signs = (_LOG_BEFORE, _NUMBER_INSIDE, _BELOW, _FACTORIAL)
    matrix = any(map(_AS_MATRIX.search, formulas)) or not _is_applied("\\Gamma", formulas)
    if not matrix and (_SAID.search(text) or any(s.search(f) for f in formulas for s in signs)):
        found.add("\\Gamma")
    words = ("gamma}", "gammaln")
    gamma = "\\Gamma" in found or any(_FACTORIAL.search(f) or any(w in f for w in words) for f in formulas)
    if _is_applied("\\psi", formulas) and (gamma or re.search("digamma", text, re.IGNORECASE)):
        others = [m[1] for f in formulas if (m := _DEFINED.match(f)) and not re.search(r"[Gg]amma|\\psi", m[1])]
        found |= set() if others else {"\\psi"}
    if _is_applied("B", formulas) and (_SAID_BETA.search(text) or gamma):
        found.add("B")
    return GAMMA_LETTERS - found


def _names_digamma(formula: str) -> bool:
    """True for ``\\psi = \\Gamma' / \\Gamma``, which says in a formula what the letter is."""
    return _NAMED.fullmatch(formula) is not None


def _is_applied(letter: str, formulas: Iterable[str]) -> bool:
    """True if the letter occurs, and a bracket follows it everywhere; not counted is a formula of the letter alone."""
    applied = False
    for formula in formulas:
        for m in _USES[letter].finditer(formula):
            if _APPLIED.match(formula, m.end()):
                applied = True
            elif formula.strip(" {}$") not in (letter, f"\\mathrm{{{letter}}}", f"\\operatorname{{{letter}}}"):
                return False
    return applied
