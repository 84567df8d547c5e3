"""Names with a meaning where they are not declared: ``e_t``, ``I``, ``\\mathbf 1``, ``\\pi``, ``\\delta``."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.core.nodes import Const, Delta, Expr, num
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, range_of
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.slots import position
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.cuts import parted
from symgrad.reading.tree.scripts import error, read_slots
from symgrad.reading.tree.syntax import Position, Slot, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.source import Span


def builtin_name(el: Reading, sym: Sym, slots: tuple[Slot, ...]) -> ReadValue | None:
    """``e_t``, ``I``, ``\\mathbf 1``, ``\\pi``; None for any other name."""
    if sym.key == "\\pi" and not slots:
        return ReadValue(Const("\\pi"))
    unit = sym.key == "\\mathbf{1}" and is_one_at(el.scope, sym, slots) and position_key(slots[0]) in el.scope.indices
    if (sym.key == "e" or unit) and len(slots) == 1 and isinstance(slots[0], Position):
        at = position(el, slots[0], None)
        if isinstance(at, tuple):
            return None
        if not unit:
            el.scope.missing.add(sym.key)  # unless the document defines another `e` further down
        axis = OpenIndex("k", range_of(at), "free")
        if isinstance(at, Index) and at.range is None:
            el.letters.tied.append((axis, at))
        return ReadValue(Delta(axis, at), (axis,))
    if sym.key == "e" and sym.sup and not slots:
        return None
    if sym.key == "I" and len(slots) == 2 and isinstance(slots[0], Position):
        return ReadValue(kronecker(el, slots, sym.span))
    if sym.key == "I" and len(slots) <= 1:
        a, b = OpenIndex("i", _sized(el, slots), "free"), OpenIndex("j", _sized(el, slots), "free")
        el.letters.tied.append((a, b))
        return ReadValue(Delta(a, b), (a, b))
    if is_one_at(el.scope, sym, slots):
        return ReadValue(_one_along(el, slots[0]))
    if sym.key in ("\\mathbf{1}", "\\mathbf{0}") and len(slots) <= 1:
        axis = OpenIndex("k", _sized(el, slots), "free")
        return ReadValue(num(1 if "1" in sym.key else 0), (axis,))
    return None


def beside_weights(sym: Sym, slots: tuple[Slot, ...]) -> ReadValue | None:
    """``\\pi`` without slots: the constant, also where ``\\pi_k`` are undeclared weights."""
    return ReadValue(Const("\\pi")) if sym.key == "\\pi" and not slots else None


def position_key(slot: Slot) -> str:
    """The letter of a slot that holds nothing else; else empty."""
    if not isinstance(slot, Position) or len(slot.terms) != 1 or slot.const or slot.terms[0][1].sub:
        return ""
    return slot.terms[0][1].key


def is_one_at(scope: Scope, sym: Sym, slots: tuple[Slot, ...]) -> bool:
    """True for ``\\mathbf{1}_h`` at a position ``h``: a letter that is no size, declared as a position or small."""
    key = position_key(slots[0]) if len(slots) == 1 and not sym.sup else ""
    if sym.key != "\\mathbf{1}" or not key or key in scope.sizes:
        return False
    return key in scope.letters or key in scope.indices or key.strip("\\")[0].islower()


def check_ones(scope: Scope, side: SyntaxNode) -> None:
    """Report ``\\mathbf{1}_k`` in a side that is an array: it may be the number 1 or the k-th unit vector."""
    ones = (n for n in subnodes(side) if isinstance(n, Sym) and n.key == "\\mathbf{1}" and len(n.sub) == 1)
    for one in ones:
        slots = read_slots(one.sub)
        if is_one_at(scope, one, slots) and position_key(slots[0]) not in scope.indices:
            message = f"`{one.span.text}` may be the number 1 or a unit vector here"
            raise error("SG101", message, one.span, "write `e_k` for a unit vector, or leave the 1 out")


def _one_along(el: Reading, slot: Slot) -> Expr:
    """``\\mathbf{1}_h``, the factor 1 at every position ``h``: it is ``\\delta_{hh}``, which keeps the letter."""
    return kronecker(el, (slot, slot), slot.span)


def constant_matrix(el: Reading, sym: Sym) -> ReadValue:
    """``\\mathbf{1}_{n \\times m}``: a matrix of ones, or of zeros."""
    sizes = [read_slots(part) for part in parted(sym.sub, "\\times")]
    if len(sizes) != 2:
        raise error("SG101", "a matrix of ones takes two sizes", sym.span, "write `\\mathbf{1}_{n \\times m}`")
    rows, columns = (OpenIndex(letter, _sized(el, slots), "free") for letter, slots in zip("ij", sizes, strict=True))
    return ReadValue(num(1 if "1" in sym.key else 0), (rows, columns))


def _sized(el: Reading, slots: tuple[Slot, ...]) -> Range | None:
    """The range of ``\\mathbf 1_N`` or ``I_D``."""
    if not slots:
        return None
    slot = slots[0]
    if not isinstance(slot, Position):
        raise error("SG101", "a size is expected here", slot.span)
    sizes = [(letter.labelled, c) for c, letter in slot.terms]
    if any(k not in el.scope.sizes for k, _ in sizes):
        raise error("SG105", f"`{slot.span.text}` is no declared size", slot.span)
    return Range.of_size(Affine.build(sizes, slot.const))


def kronecker(el: Reading, slots: Sequence[Slot], span: Span) -> Expr:
    """``\\delta_{ij}``; both of its letters have the same range."""
    found: list[IndexExpr] = []
    for slot in slots:
        if not isinstance(slot, Position):
            raise error("SG101", "a delta takes two positions", span)
        got = position(el, slot, None)
        if isinstance(got, tuple):
            raise error("SG101", "a delta takes two positions", span)
        found.append(got)
    el.letters.tie(found[0], found[1], span)
    return Delta(found[0], found[1])
