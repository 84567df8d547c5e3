"""Names in their roles: index letters, slots, tensors, definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from symgrad.core.nodes import Entry, Func, Ref, Size, Tensor
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, index_expr
from symgrad.core.substitute import instantiate
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import form_key, label_key
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error, read_slots
from symgrad.reading.tree.syntax import Colon, Letter, Position, Slot, Sym
from symgrad.text.source import Span

if TYPE_CHECKING:
    from symgrad.reading.meaning.elaborator import Elaborator


def position(el: Elaborator, slot: Position, wanted: Range | None) -> IndexExpr | tuple[IndexExpr, Index]:
    """A slot as an index expression; a bare index array without its slots gives a new axis as well."""
    if len(slot.terms) == 1 and slot.const == 0 and slot.terms[0][0] == 1:
        letter = slot.terms[0][1]
        if letter.key in el.scope.index_arrays and not el.letters.is_letter(letter.key):
            return gather(el, letter, wanted)
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


def gather(el: Elaborator, letter: Letter, wanted: Range | None) -> IndexExpr | tuple[IndexExpr, Index]:
    """``n_k``; ``n`` alone gives a new axis as well."""
    array = el.scope.index_arrays[letter.key]
    if wanted is not None and array.target != wanted:
        raise error(
            "SG107", f"`{letter.key}` holds positions in {array.target}, the slot runs over {wanted}", letter.span
        )
    if not letter.sub and len(array.ranges) == 1:
        axis = Index(letter.key, array.ranges[0], "free")
        return Gather(array, (axis,)), axis
    if len(letter.sub) != len(array.ranges):
        raise error(
            "SG106", f"`{letter.key}` takes {len(array.ranges)} indices, here are {len(letter.sub)}", letter.span
        )
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
    el: Elaborator, slots: Sequence[Slot], ranges: Sequence[Range | None], name: str, span: Span
) -> tuple[list[IndexExpr], list[Index]]:
    """Index expressions for all slots of a name, and the axes that stay open."""
    if len(slots) > len(ranges):
        stride = _stride(slots)
        if stride is not None:
            message = f"`{stride.text}` is read as two indices: a stride in a subscript is not understood"
            raise error("SG106", message, stride, "declare an array of two axes, `$x \\in \\mathbb{R}^{M \\times 2}$`")
        raise error(
            "SG106", f"`{name}` takes {len(ranges)} indices, here are {len(slots)}", span, "check its declaration"
        )
    indices: list[IndexExpr] = []
    axes: list[Index] = []
    for k, wanted in enumerate(ranges):
        slot = slots[k] if k < len(slots) else None
        if slot is None or isinstance(slot, Colon):
            axis = Index("kjlmn"[k % 5], wanted, "free")
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
    """Where a number stands right before a letter, as in ``x_{2m-1}``."""
    for a, b in pairwise(slots):
        if isinstance(a, Position) and isinstance(b, Position) and not a.terms and b.terms and b.terms[0][0] == 1:
            whole = a.span.to(b.span)
            if "," not in whole.text:
                return whole
    return None


def split_digits(slots: tuple[Slot, ...], rank: int) -> tuple[Slot, ...]:
    """``x_{12}`` of a matrix is ``x_{1,2}``."""
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


def lookup(el: Elaborator, sym: Sym) -> tuple[ReadValue, tuple[Token, ...]]:
    """The value that a name stands for with its subscripts, and the superscripts left over."""
    scope = el.scope
    parameter = el.parameters.get(sym.key) or el.parameters.get(f"\\mathbf {sym.key}")
    if parameter is not None and not sym.primes:
        return el.element(parameter, sym.sub, sym.span), sym.sup
    key, sub, sup = scope.value_key(sym)
    raised: tuple[Slot, ...] = ()
    if sup and sup[0].text == "(" and sup[-1].text == ")":
        # x^{(i)}: an index if a sum or a declared range binds it
        inner = tuple(sup[1:-1])
        if len(inner) == 1 and (el.letters.is_letter(inner[0].text) or inner[0].text in scope.letters):
            raised, sup = read_slots(inner), ()
    slots = raised + (read_slots(sub) if sub else ())
    compound = _compound(el, sym, slots)
    if compound is not None:
        return compound, sup
    if key is not None:
        entry = scope.values[key]
        if isinstance(entry, Tensor):
            slots = split_digits(slots, len(entry.ranges))
            indices, axes = fill(el, slots, entry.ranges, sym.key, sym.span)
            return ReadValue(Entry(entry, tuple(indices)), tuple(axes), entry.row and len(axes) == 1 and not slots), sup
        return from_definition(el, entry, slots, sym), sup
    called = [d for (name, _), d in scope.calls.items() if name == sym.key]
    if called and not sym.primes:
        return el.called_bare(called[-1], slots, sym), sup
    return _other_roles(el, sym, slots, sup)


def _compound(el: Elaborator, sym: Sym, slots: tuple[Slot, ...]) -> ReadValue | None:
    """``u_{c+j}``, where that form is defined."""
    if len(slots) == 1 and isinstance(slots[0], Position) and len(slots[0].terms) + bool(slots[0].const) > 1:
        found = el.scope.compounds.get((sym.key, form_key(slots[0])))
        if found is not None:
            definition = el.define(found)
            letter = slots[0].terms[-1][1]
            index = el.letters.find(letter.key, letter.span)
            if index is None:
                raise error("SG108", f"`{letter.key}` is no index here", letter.span)
            axes = tuple(p.fresh("free") for p in definition.params[1:])
            return ReadValue(instantiate(definition, (index, *axes)), axes, definition.row)
    return None


def _other_roles(
    el: Elaborator, sym: Sym, slots: tuple[Slot, ...], sup: tuple[Token, ...]
) -> tuple[ReadValue, tuple[Token, ...]]:
    """A name without a value: a cost, a size, an index as a number, a delta, ``e^x``, or one that is known."""
    scope = el.scope
    if sym.key in scope.functions:
        return el.upstream(scope.functions[sym.key], sym), sup
    if not sym.sub and not sym.primes:
        if sym.key in scope.sizes:
            return ReadValue(Size(Affine.of(sym.key))), sup
        if el.letters.is_letter(sym.key) or sym.key in scope.letters:
            index = el.letters.find(sym.key, sym.span)
            if index is not None:
                return ReadValue(Size(Affine.of(index))), sup
    if sym.key == "\\delta" and len(slots) == 2:
        return ReadValue(el.kronecker(slots, sym.span)), sup
    if sym.key == "e" and sup and not slots and not sym.primes:
        return ReadValue(Func("exp", el.scalar(el.parse(sup, sym.span), "an exponent"))), ()
    labelled = size_key(scope, sym)
    if labelled is not None:
        return ReadValue(Size(Affine.of(labelled))), sup
    special = el.special_name(sym, slots)
    if special is not None:
        return special, sup
    raise error("SG105", f"`{sym.span.text}` is not declared", sym.span, suggestion(el, sym))


def size_key(scope: Scope, sym: Sym) -> str | None:
    """A size with a label, ``d_k``."""
    key = sym.key + label_key(sym.sub)
    return key if sym.sub and key in scope.sizes else None


def suggestion(el: Elaborator, sym: Sym) -> str:
    """A remedy for an undeclared name: a declared one that looks alike, or how to declare it."""
    active = el.definitions.active
    if active and sym.key in active[-1].key.partition("_")[2] and not (sym.sub or sym.sup or sym.primes):
        # `w_n = 1/n`: the letter would be a position if its range were known
        return f"say over what it runs, `${sym.key} = 1, \\dots, N$`, if it is a position; else declare it"
    near = [
        k for k in el.scope.values if k.replace("\\mathbf ", "").split("_")[0].split("^")[0].lower() == sym.key.lower()
    ]
    if near:
        return f"`{near[0]}` is declared; write it the same way, or declare this name too"
    sub = "^{D}" if not sym.sub else "^{W \\times D}"
    return f"declare it in the text, `${sym.key} \\in \\mathbb{{R}}{sub}$`, or define it"


def from_definition(el: Elaborator, entry: Defined, slots: tuple[Slot, ...], sym: Sym) -> ReadValue:
    """A defined quantity at its slots; an alias is looked through."""
    definition = el.define(entry)
    ranges = [p.range for p in definition.params]
    slots = split_digits(slots, len(ranges))
    indices, axes = fill(el, slots, ranges, sym.key, sym.span)
    row = definition.row and len(axes) == 1
    if entry.alias:
        return ReadValue(instantiate(definition, tuple(indices)), tuple(axes), row)
    return ReadValue(Ref(definition, tuple(indices)), tuple(axes), row)
