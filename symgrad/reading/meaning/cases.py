"""Indicators and ``cases``."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.nodes import ZERO, Cases, Iverson, Mul, cond_parts, delta
from symgrad.reading.meaning.conditions import compared_arrays, read_conditions
from symgrad.reading.meaning.open_index import same_range
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, aligned, is_zero, scalar
from symgrad.reading.tree.syntax import CasesNode, Indicator


@reads(Indicator)
def indicator(el: Reading, node: Indicator) -> ReadValue:
    """``[i = j]`` as a delta, any other condition as an indicator; several conditions as a product."""
    array = compared_arrays(el, node.condition, node.span)
    if array is not None:
        return array
    conds = read_conditions(el, node.condition, node.span)
    factors = [delta(*cond_parts(c)[0]) if c.op == "eq" and not c.negated else Iverson(c) for c in conds]
    return scalar(factors[0] if len(factors) == 1 else Mul(tuple(factors)))


@reads(CasesNode)
def cases(el: Reading, node: CasesNode) -> ReadValue:
    """Branches of one shape; 0 fits every shape."""
    values = [el.value(v) for v, _ in node.branches]
    lead = next((v for v in values if v.axes), ReadValue(ZERO))
    branches = []
    for value, (written, tokens) in zip(values, node.branches, strict=True):
        if value.axes and (len(value.axes), value.row) != (len(lead.axes), lead.row):
            raise ShapeMismatch("branches of shapes that differ", lead, value, written.span)
        if value.axes and not all(same_range(a, b) for a, b in zip(lead.axes, value.axes, strict=True)):
            raise ShapeMismatch("branches of shapes that differ", lead, value, written.span)
        if lead.axes and not value.axes and not is_zero(value):
            raise ShapeMismatch("branches of shapes that differ", lead, value, written.span)
        body = aligned(value, lead.axes) if value.axes else value.body
        otherwise = all(
            t.kind in ("text", "word") and t.text.strip(" ,.").lower() in ("otherwise", "else") for t in tokens
        )
        branches.append((() if otherwise else tuple(read_conditions(el, tokens, node.span)), body))
    return replace(lead, body=Cases(tuple(branches)), jacobian=None)
