"""Losses that have a name of their own, ``J = CE(y, \\hat y)``, in a document that never says what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

CROSS_ENTROPY = "CE"
_NAME = r"(?<![A-Za-z])(?:\\(?:text|mathrm|operatorname|mathit|textrm)\s*\{\s*)?CE\s*\}?"
_APPLIED = re.compile(rf"{_NAME}\s*(?:\\left\s*)?\(")
_ARGUMENTS = r"(?:\\left\s*)?\((?:[^()]|\([^()]*\))*\)"
_DEFINED = re.compile(rf"{_NAME}\s*(?:_\s*\S+\s*)?(?:{_ARGUMENTS})?\s*&?\s*(?::=|=|\\equiv|\\triangleq)")


def undefined_losses(formulas: Sequence[str]) -> frozenset[str]:
    """``CE`` where it is applied and never defined: the cross-entropy."""
    applied = any(_APPLIED.search(f) for f in formulas)
    return frozenset([CROSS_ENTROPY] if applied and not any(_DEFINED.search(f) for f in formulas) else [])
