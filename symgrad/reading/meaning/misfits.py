"""Two operands whose shapes do not fit each other: what is said about them, and the transpose that would fit."""

from __future__ import annotations

import re

from symgrad.core.ranges import Index
from symgrad.reading.meaning.open_index import may_have_same_range
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

TRANSPOSED = re.compile(r"\s*\^\s*(\{\s*\\top\s*\}|\\top|\{\s*T\s*\}|T)$")
ADVICE = re.compile("write `(.+)`")
_NAME = re.compile(r"\\?[A-Za-z]+(_\w|_\{[^{}]*\})?")


def named(e: ShapeMismatch, left: Span, right: Span, product: bool = False) -> ShapeMismatch:
    """The mismatch with its operands as they are written, and for a product the transpose that makes it fit."""
    if e.parts is None:
        e.parts = (left.text, right.text)
        e.remedy = _transpose(e) if product else ""
    return e


def misfit(e: ShapeMismatch) -> Diagnostic:
    """The diagnostic of a step that is refuted because two operands of one side do not fit.

    An operand of a size that nothing says, as a ``\\mathbb{1}``, refutes nothing.
    """
    known = all({*value.shape} != {"?"} for value in (e.left, e.right))
    return Diagnostic("SG302" if known else "SG113", e.said, e.span, e.remedy, instead=_instead(e) if known else "")


def _instead(e: ShapeMismatch) -> str:
    """The text of the mismatch with the operands as the remedy has them; empty where they do not stand there once."""
    advised = ADVICE.fullmatch(e.remedy)
    if advised is None or e.parts is None or e.span is None:
        return ""
    text = e.span.text
    operands = re.compile(r"\s*".join(map(re.escape, e.parts)))
    found = operands.findall(text)
    return operands.sub(lambda _: advised[1], text) if len(found) == 1 else ""


def _transpose(e: ShapeMismatch) -> str:
    """``perhaps `W^\\top u```, where that product has fitting shapes."""
    assert e.parts is not None
    left, right = e.parts
    inner, outer = _first(e.left), _first(e.right)
    if inner is not None and outer is not None and may_have_same_range(inner, outer):
        return f"write `{_turned(left)} {right}`"
    axes = e.left.axes, e.right.axes
    columns = len(axes[0]) == len(axes[1]) == 1 and not e.left.row and not e.right.row
    if columns or (len(axes[0]) == len(axes[1]) == 2 and may_have_same_range(axes[0][1], axes[1][1])):
        return f"write `{left} {_turned(right)}`"
    return ""


def _first(value: ReadValue) -> Index | None:
    """The first axis of a column or a matrix."""
    return value.axes[0] if len(value.axes) in (1, 2) and not value.row else None


def _turned(text: str) -> str:
    """The transpose of an operand, as it is written: ``W^\\top``, ``(A B)^\\top``, and ``W`` of ``W^\\top``."""
    bare = TRANSPOSED.sub("", text)
    if bare != text:
        return bare
    return f"{text}^\\top" if _NAME.fullmatch(text) else f"({text})^\\top"
