"""What is known without declaring: basis vectors, ``I``, ones, absolute values, norms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.core.nodes import Cond, Const, Delta, Func, Size, Sum, num
from symgrad.core.ranges import Affine, Index, Range, range_of
from symgrad.reading.meaning import known_functions
from symgrad.reading.meaning.name_roles import labelled, position
from symgrad.reading.meaning.values import ReadValue, group
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Paren, Position, Scripted, Slot, Sym

if TYPE_CHECKING:
    from symgrad.reading.meaning.elaborator import Elaborator

NORMS = ("1", "2", "F")


def special_name(el: Elaborator, sym: Sym, slots: tuple[Slot, ...]) -> ReadValue | None:
    """Names known without declaring: ``e_t``, ``I``, ``\\mathbf 1``, ``\\pi``."""
    if sym.key == "\\pi" and not slots:
        return ReadValue(Const("\\pi"))
    if sym.key == "e" and len(slots) == 1 and isinstance(slots[0], Position):
        at = position(el, slots[0], None)
        if isinstance(at, tuple):
            return None
        axis = Index("k", range_of(at), "free")
        if isinstance(at, Index) and at.range is None:
            el.letters.tied.append((axis, at))
        return ReadValue(Delta(axis, at), (axis,))
    if sym.key == "e" and sym.sup and not slots:
        return None
    if sym.key == "I" and len(slots) == 2 and isinstance(slots[0], Position):
        return ReadValue(el.kronecker(slots, sym.span))
    if sym.key == "I" and len(slots) <= 1:
        a, b = Index("i", _sized(el, slots), "free"), Index("j", _sized(el, slots), "free")
        el.letters.tied.append((a, b))
        return ReadValue(Delta(a, b), (a, b))
    if sym.key in ("\\mathbf{1}", "\\mathbf{0}") and len(slots) <= 1:
        axis = Index("k", _sized(el, slots), "free")
        return ReadValue(num(1 if "1" in sym.key else 0), (axis,))
    return None


def _sized(el: Elaborator, slots: tuple[Slot, ...]) -> Range | None:
    """The range of ``\\mathbf 1_N`` or ``I_D``."""
    if not slots:
        return None
    slot = slots[0]
    if not isinstance(slot, Position):
        raise error("SG101", "a size is expected here", slot.span)
    sizes = [(labelled(letter), c) for c, letter in slot.terms]
    if any(k not in el.scope.sizes for k, _ in sizes):
        raise error("SG105", f"`{slot.span.text}` is no declared size", slot.span)
    return Range.of_size(Affine.build(sizes, slot.const))


def bars(el: Elaborator, node: Paren) -> ReadValue:
    """``|x|``, ``|S|`` of a subset, and ``\\lVert x \\rVert``."""
    inner = node.items[0]
    if node.kind == "|" and isinstance(inner, Sym):
        name = f"|{inner.key}|"
        if name in el.scope.sizes:
            return ReadValue(Size(Affine.of(name)))
        subset = el.scope.subsets.get(inner.key)
        if subset is not None and not (inner.sub or inner.sup):
            member = Index("k", subset.range, "bound")
            return ReadValue(Sum(member, num(1), (Cond("in", member, subset),)))
    value = el.value(inner)
    if node.kind == "|" or not value.axes:
        if value.axes:
            raise error("SG113", "`|x|` takes a number", node.span, "write `\\lVert x \\rVert` for a norm")
        return ReadValue(Func("abs", value.body))
    if len(value.axes) != 1:
        raise error("SG113", "which norm of a matrix is meant?", node.span, "write `\\lVert A \\rVert_F`")
    return ReadValue(Func("sqrt", known_functions.squares(value)))


def norm(el: Elaborator, bracket: Paren, node: Scripted) -> tuple[ReadValue, tuple[Token, ...]]:
    """``\\lVert x \\rVert_2^2``, and the superscript left over: the square is the plain sum of squares."""
    sup = node.sup
    which = node.sub[0].text if node.sub else "2"
    if which not in NORMS or len(node.sub) > 1:
        raise error("SG101", "this norm is not known", node.span, "known are `_2`, `_1` and `_F`")
    value = el.value(bracket.items[0])
    if len(value.axes) > 1 and which != "F":
        raise error("SG113", "which norm of a matrix is meant?", node.span, "write `\\lVert A \\rVert_F`")
    if which == "1":
        return ReadValue(known_functions.total(replace(value, body=Func("abs", value.body)))), sup
    if len(sup) == 1 and sup[0].text == "2":
        return group(ReadValue(known_functions.squares(value))), ()
    return ReadValue(Func("sqrt", known_functions.squares(value))), sup
