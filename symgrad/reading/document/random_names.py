"""The random quantities of a document: those whose mean, variance or covariance it writes."""

from __future__ import annotations

import re

_NAME = r"(\\(?:hat|bar|tilde|mathbf|boldsymbol)\s*\{?\s*\\?[A-Za-z]+\s*\}?|\\[A-Za-z]+|[A-Za-z])"
_OPERATOR = (
    r"(?:\\mathbb\s*\{?\s*E\s*\}?|\\(?:operatorname|mathrm|text)\s*\{\s*(?:Cov|Var|E)\s*\}|\\(?:Cov|Var|E)(?![A-Za-z]))"
)
_MOMENT = re.compile(rf"{_OPERATOR}\s*(?:\\left|\\big|\\Big)?\s*[\[(]\s*{_NAME}\s*(?:\\right|\\big|\\Big)?\s*[\])]")


def random_names(text: str) -> frozenset[str]:
    """The names in ``\\mathbb{E}[x]``, ``\\operatorname{Var}(\\hat\\theta)`` and their kind, spelled as keys."""
    return frozenset(_key(m.group(1)) for m in _MOMENT.finditer(text))


def _key(written: str) -> str:
    accent = re.match(r"\\(hat|bar|tilde)\s*\{?\s*(\\?[A-Za-z]+)", written)
    if accent:
        return f"\\{accent.group(1)} {accent.group(2)}"
    bold = re.match(r"\\(?:mathbf|boldsymbol)\s*\{?\s*(\\?[A-Za-z]+)", written)
    return bold.group(1) if bold else written
