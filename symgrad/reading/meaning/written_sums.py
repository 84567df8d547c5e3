"""Written sums and products. The range of a letter comes from its bounds, slots, declaration, or earlier bounds."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.affine_order import constant_gap
from symgrad.core.nodes import (
    Cases,
    Cond,
    Delta,
    Expr,
    Iverson,
    Prod,
    Size,
    Sum,
    distinct,
    free_indices,
    parts,
)
from symgrad.core.ranges import Affine, Index, Range, Subset, index_expr
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.bounds import Bound, read_bounds
from symgrad.reading.meaning.conditions import read_conditions
from symgrad.reading.meaning.lines import line_of
from symgrad.reading.meaning.open_index import OpenIndex, give_range
from symgrad.reading.meaning.open_range import resolved
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.undeclared_functions import is_outcome
from symgrad.reading.meaning.unrolled import unrolled
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.tree.scripts import cover, error
from symgrad.reading.tree.syntax import BigOp, Derivative, Line, ProductNode
from symgrad.reading.tree.used_names import sum_letter


@reads(BigOp)
def big(el: Reading, node: BigOp) -> ReadValue:
    """``\\sum_{…}^{…} body``"""
    if node.op != "sum" and node.op != "prod":
        return array(el, node, node.op)
    written_out = unrolled(el.scope, node)
    if written_out is not None:
        if node.op == "prod" and isinstance(written_out, ProductNode) and not isinstance(node.body, Derivative):
            _check_order(el, written_out)
        return el.value(written_out)
    bounds = read_bounds(el, node)
    frame = {sum_letter(b.token): b.index for b in bounds}
    el.letters.bound.append(frame)
    try:
        body = el.value(node.body)
        wheres = [limit(el, b, body.body, node) for b in bounds]
    finally:
        el.letters.bound.pop()
    out = body.body
    make = Sum if node.op == "sum" else Prod
    for b, where in zip(reversed(bounds), reversed(wheres), strict=True):
        out = make(b.index, out, where)
    return replace(body, body=out, jacobian=None)


def array(el: Reading, node: BigOp, line: Line) -> ReadValue:
    """The values of a body at all positions of a letter, as an array: ``[2 x_1, \\dots, 2 x_N]``."""
    if not node.sup:
        return line_of(line, OpenIndex("k", None, "free"), el.value(node.body), node.span)
    bounds = read_bounds(el, node)
    (b,) = bounds
    el.letters.bound.append({sum_letter(b.token): b.index})
    try:
        value = el.value(node.body)
        shifted = b.index.range is None and b.lo != Affine((), 1)  # `[0, 1, \dots, N - 1]` has N entries
        where = limit(el, b, value.body, node)
    finally:
        el.letters.bound.pop()
    if where or shifted:
        remedy = "write all entries from the first to the last"
        raise error("SG112", "these are not all entries along this axis", node.span, remedy)
    axis = OpenIndex("i", b.index.range, "free")
    return line_of(line, axis, replace(value, body=substitute(value.body, {b.index: axis})), node.span)


def _check_order(el: Reading, product: ProductNode) -> None:
    """A product over an index does not say in what order matrices are multiplied; those of a chain rule have one."""
    if len(el.value(product.factors[0][1]).axes) > 1:
        raise error("SG101", "the order of these matrices is not plain", product.span, "write the product out")


def limit(el: Reading, b: Bound, body: Expr, node: BigOp) -> tuple[Cond, ...]:
    """Set the range of a summed letter; return the conditions by which its bounds differ from that range."""
    el.letters.resolve_ties()
    index = b.index
    where: list[Cond] = []
    for over in (b.range, *(s.range for s in b.subsets)):
        if over is not None:
            el.letters.demand(index, over, b.token.span)
    where += [Cond("in", index, s) for s in b.subsets]
    if b.lo is not None and b.hi is not None:
        where += _between(el, b, b.lo, b.hi, body)
        if not any(i for end in (b.lo, b.hi) for i in end.indices()):
            el.letters.reach(index, Range(b.lo, b.hi))
    elif b.unknown is not None:
        if index.range is not None or not is_outcome(body, index):
            raise b.unknown.error()
        give_range(index, Range.of_size(f"|{b.unknown.name}|"))
    elif b.range is None and not b.subsets:
        where += _unbounded(el, b, body, node)
    if b.lo is not None and b.hi is None:
        _to_the_end(el, b, node)
    for piece in b.conditions:
        where += read_conditions(el, piece, cover(piece))
    if index.range is None and is_outcome(body, index):
        give_range(index, Range.of_size(f"\\Omega_{{{index.letter}}}"))
    if index.range is None:
        raise error(
            "SG108",
            f"nothing says over what `{index.letter}` runs",
            b.token.span,
            "write its bounds, `\\sum_{i=1}^{N}`",
        )
    return tuple(where)


def _to_the_end(el: Reading, b: Bound, node: BigOp) -> None:
    """``\\sum_{i=1} x_i`` ends where x ends, if that counts from 1 too."""
    over = resolved(b.index.range)
    if b.lo != Affine((), 1) or over is None or over.lo != b.lo:
        message = f"the sum over `{b.index.letter}` has no upper bound"
        raise error("SG101", message, node.head, "write `\\sum_{i=1}^{N}`")


def _between(el: Reading, b: Bound, lo: Affine, hi: Affine, body: Expr) -> list[Cond]:
    """``lo <= i <= hi`` as the range of the letter, or as conditions within the range that its slots give."""
    index, written = b.index, Range(lo, hi)
    open_ends = [i for end in (lo, hi) for i in end.indices()]
    if index.range is None:
        if open_ends:
            raise error(
                "SG108",
                f"the range of `{index.letter}` can't depend on another index",
                b.token.span,
                "let it stand in a slot",
            )
        give_range(index, written)
        return []
    if not open_ends and isinstance(index, OpenIndex) and index.is_found(written):
        return []
    if written == index.range:
        return []  # `w_k` of a kernel that nothing declares counts from 0 too
    counted_from_0 = not open_ends and lo == Affine() and written.size == index.range.size
    if counted_from_0 and is_counted(index, body):
        message = (
            f"`{index.letter}` counts from 0 here and from 1 in a slot of {index.range}: its number is not certain"
        )
        remedy = f"count from 1, `\\sum_{{{index.letter}=1}}^{{{index.range}}}`, and write the number so"
        raise error("SG107", message, b.token.span, remedy)
    if counted_from_0:
        return []
    if any((constant_gap(high, low) or 0) > 0 for high, low in ((index.range.lo, lo), (hi, index.range.hi))):
        message = f"`{index.letter}` runs over {written} and stands in a slot of {index.range}"
        raise error("SG107", message, b.token.span, "bound the sum by the size of the slot")
    # \sum_{j=1}^{i} gives its two letters the same range
    el.letters.tied += [(index, other) for other in open_ends]
    where = []
    if lo != index.range.lo:
        where.append(Cond("lt", index, index_expr(lo), True))
    if hi != index.range.hi:
        where.append(Cond("lt", index_expr(hi), index, True))
    return where


def is_counted(index: Index, body: Expr) -> bool:
    """True if the first value of an index matters: it is used as a number, or shifted, or compared with a number."""
    for node in distinct(body):
        if isinstance(node, Size) and index in node.affine.indices():
            return True
        places = parts(node)[0]
        if any(isinstance(e, Affine) and index in e.indices() for e in places):
            return True
        compared = isinstance(node, (Delta, Iverson, Sum, Prod, Cases))
        if compared and index in places and any(isinstance(e, Affine) and not any(e.indices()) for e in places):
            return True
    return False


def _unbounded(el: Reading, b: Bound, body: Expr, node: BigOp) -> list[Cond]:
    """A sum without bounds: over the declared range, the range of the slots, or the bounds of an earlier sum."""
    index, key = b.index, sum_letter(b.token)
    fixed = el.scope.indices.get(key)
    declared = el.scope.letters.get(key, fixed.range if fixed is not None and index.range is None else None)
    if isinstance(declared, Subset) and index.range in (None, declared.range):
        give_range(index, declared.range)
        return [Cond("in", index, declared)]
    if index.range is None and isinstance(declared, Range):
        give_range(index, declared)
    if index.range is None and key in el.scope.bounds:
        sub, sup = el.scope.bounds[key]
        last = BigOp(node.span, node.op, sub, sup, node.body, node.head)
        for other in read_bounds(el, last):
            if sum_letter(other.token) == key and other.lo is not None and other.hi is not None:
                where = _between(el, b, other.lo, other.hi, body)
                for piece in other.conditions:
                    where += read_conditions(el, piece, cover(piece))
                return where
    if index not in free_indices(body) and index.range is not None and index.range != declared:
        raise error("SG108", f"`{index.letter}` does not stand in the sum's body", b.token.span, "write its bounds")
    return []
