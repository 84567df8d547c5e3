"""Whether a document writes transposes with a small letter, ``u^t v``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LETTER = re.compile(r"(?<![A-Za-z\\])t(?![A-Za-z])")
_WORDS = re.compile(r"\\(?:text|mathrm|operatorname|textrm|textbf|label|tag|mbox)\s*\*?\{[^{}]*\}")
_BASE = re.compile(r"(?:[A-Za-df-z)\]}]|\\[A-Za-z]+)\s*$")
_E = re.compile(r"\s*(?:\\(?:mathbf|boldsymbol|vec)\s*\{?\s*)?e\s*\}?\s*(?:=(?!=)|$|\\in\b|&\s*=)")
"""``e`` by itself, or with what it is: a residual, and not the base of exponentials."""
_FACTOR = re.compile(r"\s*(?:[A-Za-z(\[]|\\(?!right|,|;|\\|l?dots|q?quad|[lg]eq?\b)[A-Za-z]+)")
_ARRAY = re.compile(r"\s*\\in\s*(?:\\mathbb\s*\{?|\\)(?:R|Reals)\}?\s*\^")


def transposes_by_t(formulas: Iterable[str]) -> bool:
    """True if ``^t`` stands before a factor, and ``t`` is nowhere a number or a position.

    An array ``t`` is no exponent: it may be declared, ``t \\in \\mathbb{R}^D``, and have entries ``t_i``.
    """
    found = False
    formulas = list(formulas)
    names_e = any(map(_E.match, formulas))
    for text in (f for f in formulas if f.strip() != "t"):
        text = _WORDS.sub(" ", text)
        for m in _LETTER.finditer(text):
            before, after = text[: m.start()].rstrip(), text[m.end() :]
            braced = before.endswith("^{") and after.lstrip().startswith("}")
            if braced or before.endswith("^"):
                base = before[:-2] if braced else before[:-1]
                behind = after.lstrip()[1:] if braced else after
                if not _BASE.search(base) and not (names_e and base.rstrip().endswith("e")):
                    return False
                found = found or _FACTOR.match(behind) is not None
            elif not (after.lstrip().startswith("_") or _ARRAY.match(after)) or before.endswith(("_", "_{")):
                return False
    return found
