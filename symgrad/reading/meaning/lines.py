"""Arrays written by their entries: values side by side, below each other, or in a list."""

from __future__ import annotations

from typing import TypeGuard

from symgrad.core.nodes import Add, Delta, Mul
from symgrad.core.ranges import Affine, Index, Range
from symgrad.reading.meaning.block_matrices import from_blocks, has_blocks
from symgrad.reading.meaning.open_index import OpenIndex, same_range
from symgrad.reading.meaning.raw_trees import Parenthesis
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import ReadValue, aligned
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Entries, Line, SyntaxNode
from symgrad.text.source import Span

BLOCKS = "write the entries of the blocks, or the equation for each block"


@reads(Entries)
def entries(el: Reading, node: Entries) -> ReadValue:
    """``\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}``: the k-th entry where the position is k."""
    rows = [item.items if _is_row(item) else (item,) for item in node.items] if node.line == "column" else [node.items]
    if node.line != "list" and len({len(row) for row in rows}) == 1:
        blocks = [[el.value(item) for item in row] for row in rows]
        if has_blocks(blocks):
            return from_blocks(blocks, node.span)
    values = [el.value(item) for item in node.items]
    lead = values[0]
    for item, value in zip(node.items, values, strict=True):
        if len(value.axes) != len(lead.axes) or value.row != lead.row:
            raise error("SG112", "an array with numbers and blocks among its entries is not read", item.span, BLOCKS)
        if not all(same_range(a, b) for a, b in zip(lead.axes, value.axes, strict=True)):
            raise error("SG112", "the entries of this array do not have one length", item.span, BLOCKS)
    axis = OpenIndex("i" if node.line == "column" else "j", Range.of_size(len(values)), "free")
    terms = [
        Mul((Delta(axis, Affine((), k)), Parenthesis(aligned(value, lead.axes)))) for k, value in enumerate(values, 1)
    ]
    derivative = any(v.derivative for v in values)
    return line_of(node.line, axis, ReadValue(Add(tuple(terms)), lead.axes, lead.row, derivative), node.span)


def _is_row(node: SyntaxNode) -> TypeGuard[Entries]:
    return isinstance(node, Entries) and node.line == "row"


def line_of(line: Line, axis: Index, value: ReadValue, span: Span) -> ReadValue:
    """The array of the values along an axis. Columns stand side by side, and rows below each other."""
    if not value.axes:
        return ReadValue(value.body, (axis,), line == "row", value.derivative, listed=line == "list")
    if len(value.axes) > 1 or value.row != (line == "column"):
        raise error("SG112", "a matrix of blocks is not read", span, BLOCKS)
    axes = (axis, *value.axes) if line == "column" else (*value.axes, axis)
    return ReadValue(value.body, axes, False, value.derivative)
