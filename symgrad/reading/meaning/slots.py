"""The slots of a name: positions, index arrays, and axes that stay open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from symgrad.core.nodes import Add, Mul, Pow
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, index_expr
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.open_range import OpenRange, agree
from symgrad.reading.meaning.raw_trees import Parenthesis
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import too_many
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error, read_slots
from symgrad.reading.tree.syntax import Colon, Letter, Position, Slot
from symgrad.text.source import Span


def position(el: Reading, slot: Position, wanted: Range | None) -> IndexExpr | tuple[IndexExpr, Index]:
    """A slot as an index expression. An index array without its own slots gives a new axis as well."""
    if len(slot.terms) == 1 and slot.const == 0 and slot.terms[0][0] == 1:
        letter = slot.terms[0][1]
        fixed = el.scope.indices.get(letter.labelled) if letter.sub else None
        if fixed is not None:
            if wanted is not None:
                el.letters.demand(fixed, wanted, letter.span)
            return fixed
        if letter.key in el.scope.index_arrays and not el.letters.is_letter(letter.key):
            return gather(el, letter, wanted)
        if letter.key in el.parameters and not el.letters.is_letter(letter.key):
            raise error("SG101", f"the argument `{letter.key}` is used as a number and as a position", letter.span)
        if letter.sub:
            raise error(
                "SG105",
                f"`{letter.key}` is not declared as an index array",
                letter.span,
                f"declare `${letter.key} \\in [W]^K$`",
            )
        index = el.letters.find(letter.key, letter.span)
        if index is None:
            return Affine.of(letter.key)
        if wanted is not None:
            el.letters.demand(index, wanted, letter.span)
        return index
    total = Affine((), slot.const)
    for coefficient, letter in slot.terms:
        if letter.sub or letter.key in el.scope.index_arrays:
            raise error("SG101", "arithmetic on a gathered position is not understood", letter.span)
        index = el.letters.find(letter.key, letter.span)
        total = total + Affine.of(letter.key if index is None else index).scale(coefficient)
        if index is not None and wanted is not None and index.range is None:
            el.letters.shifted.setdefault(index, wanted)
        if isinstance(index, OpenIndex) and isinstance(wanted, OpenRange) and (len(slot.terms), coefficient) == (1, 1):
            el.letters.moved.setdefault(index, []).append((wanted, slot.const))
    if not total.terms and wanted is not None:
        lo, hi = wanted.lo, wanted.hi
        outside = (not lo.terms and total.const < lo.const) or (not hi.terms and total.const > hi.const)
        if outside:
            raise error(
                "SG106",
                f"position {total.const} lies outside of {wanted}",
                slot.span,
                f"positions run from {lo} to {hi}",
            )
    return index_expr(total)


def gather(el: Reading, letter: Letter, wanted: Range | None) -> IndexExpr | tuple[IndexExpr, Index]:
    """``n_k``; ``n`` alone gives a new axis as well."""
    array = el.scope.index_arrays[letter.key]
    if wanted is not None and array.target != wanted and not agree(array.target, wanted):
        raise error(
            "SG107", f"`{letter.key}` holds positions in {array.target}, the slot runs over {wanted}", letter.span
        )
    if not letter.sub and len(array.ranges) == 1:
        axis = OpenIndex(letter.key, array.ranges[0], "free")
        return Gather(array, (axis,)), axis
    if len(letter.sub) != len(array.ranges):
        message, remedy = too_many(letter.key, len(array.ranges), len(letter.sub))
        raise error("SG106", message, letter.span, remedy)
    inner: list[IndexExpr] = []
    for slot, wanted_inner in zip(letter.sub, array.ranges, strict=True):
        if not isinstance(slot, Position):
            raise error("SG101", "a position is expected here", slot.span)
        found = position(el, slot, wanted_inner)
        if isinstance(found, tuple):
            raise error("SG101", "an index array inside another needs its own subscript", slot.span)
        inner.append(found)
    return Gather(array, tuple(inner))


def fill(
    el: Reading, slots: Sequence[Slot], ranges: Sequence[Range | None], name: str, span: Span
) -> tuple[list[IndexExpr], list[Index]]:
    """Index expressions for all slots of a name, and the axes that stay open."""
    if len(slots) > len(ranges):
        stride = _stride(slots)
        if stride is not None:
            message = f"`{stride.text}` is read as two indices: a stride in a subscript is not understood"
            raise error("SG106", message, stride, "declare an array of two axes, `$x \\in \\mathbb{R}^{M \\times 2}$`")
        message, remedy = too_many(name, len(ranges), len(slots))
        raise error("SG106", message, span, remedy)
    indices: list[IndexExpr] = []
    axes: list[Index] = []
    for k, wanted in enumerate(ranges):
        slot = slots[k] if k < len(slots) else None
        if slot is None or isinstance(slot, Colon):
            axis = OpenIndex("kjlmn"[k % 5], wanted, "free")
            indices.append(axis)
            axes.append(axis)
        elif isinstance(slot, Position):
            found = position(el, slot, wanted)
            if isinstance(found, tuple):
                indices.append(found[0])
                axes.append(found[1])
            else:
                indices.append(found)
        else:
            raise error("SG105", f"`{slot.text}` is not declared as a label of `{name}`", slot.span)
    return indices, axes


def _stride(slots: Sequence[Slot]) -> Span | None:
    """The span of a number directly before a letter, as in ``x_{2m-1}``; None if there is none."""
    for a, b in pairwise(slots):
        if isinstance(a, Position) and isinstance(b, Position) and not a.terms and b.terms and b.terms[0][0] == 1:
            whole = a.span.to(b.span)
            if "," not in whole.text:
                return whole
    return None


def split_digits(slots: tuple[Slot, ...], rank: int) -> tuple[Slot, ...]:
    """``x_{12}`` of a matrix, and ``(x^\\top)_{12}``, have the slots of ``x_{1,2}``."""
    if (
        len(slots) == 1
        and rank == 2
        and isinstance(slots[0], Position)
        and not slots[0].terms
        and 10 <= slots[0].const <= 99
    ):
        tens, ones = divmod(slots[0].const, 10)
        return (replace(slots[0], const=tens), replace(slots[0], const=ones))
    return slots


def is_whole_entry(sub: tuple[Token, ...]) -> bool:
    """True for two positions, ``_{ij}`` or ``_{12}``: an entry of a matrix, no slice ``_{i,:}``."""
    slots = split_digits(read_slots(sub), 2)
    return len(slots) == 2 and all(isinstance(s, Position) for s in slots)


def element(el: Reading, value: ReadValue, sub: tuple[Token, ...], span: Span) -> ReadValue:
    """``[x]_z``: an entry or a slice of an array."""
    if not sub:
        return value
    if value.groups:
        raise error("SG106", "an axis of a Kronecker product or of `vec` takes no index", span, "write the entry")
    slots = split_digits(read_slots(sub), len(value.axes))
    indices, axes = fill(el, slots, [a.range for a in value.axes], span.text, span)
    body = substitute(value.body, dict(zip(value.axes, indices, strict=True)))
    if isinstance(body, (Add, Mul, Pow, Parenthesis)):
        body = Parenthesis(body)
    return ReadValue(body, tuple(axes), value.row and len(axes) == 1, value.derivative)
