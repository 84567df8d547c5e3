"""Definitions: elaborated when they are used, under the names in force then."""

from __future__ import annotations

from symgrad.core.nodes import AbstractFunction, Apply, Definition, Entry, Lam, Ref, Size, free_indices
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, Subset
from symgrad.reading.meaning.block_matrices import REMEDY, BlockMatrix
from symgrad.reading.meaning.implied_sums import insert_implied_sums
from symgrad.reading.meaning.open_index import OpenIndex, closed, give_range
from symgrad.reading.meaning.open_range import agree
from symgrad.reading.meaning.raw_trees import expression
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.slots import fill
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch
from symgrad.reading.names.name_keys import pattern_letters
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Entries, Slot, Sym
from symgrad.reading.tree.used_names import argument_kinds, outside_letters, subnodes
from symgrad.text.diagnostic import NotationError

MAX_DEPTH = 40


def index_arguments(el: Reading, entry: Defined) -> tuple[bool, ...]:
    """Which arguments of a definition are positions."""
    return argument_kinds(el.scope, entry)


def define(el: Reading, entry: Defined) -> Definition:
    """The definition as it reads now; elaborated again only when a name that it depends on has changed."""
    definitions = el.definitions
    done = definitions.find(entry)
    if done is not None:
        return done
    if entry in definitions.active:
        raise error(
            "SG110",
            f"`{entry.key}` is defined through itself",
            entry.span,
            "write the recursion out, or name the inner quantity otherwise",
        )
    if len(definitions.active) > MAX_DEPTH:
        raise error("SG002", f"definitions nest deeper than {MAX_DEPTH}", entry.span)
    try:
        return definitions.elaborate(entry, el.scope, lambda: _elaborated(el, entry))
    except ShapeMismatch as e:
        message = f"`{entry.key}` has no readable definition: {e.said}"
        raise error("SG113", message, e.span, e.remedy or "check the shapes") from e


def defined_blocks(el: Reading, entry: Defined) -> BlockMatrix | None:
    """The matrix of blocks that a name stands for; None for any other definition."""
    if entry.arguments is not None or entry.patterns or entry.unknown:
        return None
    if not any(isinstance(n, Entries) for n in subnodes(entry.body)):
        return None
    try:
        value = el.child().value(entry.body)
    except (NotationError, ShapeMismatch):
        return None
    if not isinstance(value, BlockMatrix):
        return None
    blocks = [b for row in value.grid for b in row]
    if any(i.kind != "fixed" for b in blocks for i in free_indices(b.body) - {*b.axes}):
        raise error("SG112", "blocks with open indices are not read", entry.span, REMEDY)
    return value


def _elaborated(el: Reading, entry: Defined) -> Definition:
    if entry.unknown:
        return _unknown(el, entry)
    letters = tuple(dict.fromkeys(_patterns(entry)))
    own = dict(zip(letters, entry.declared.ranges, strict=False)) if entry.declared is not None else {}
    params: dict[str, Index] = {
        p: OpenIndex(p, own.get(p) or entry.over or _declared_range(el, p), "free") for p in letters
    }
    child = el.child(None, params)
    child.outside = outside_letters([entry.body])
    raw = child.value(entry.body)
    if any(i.kind != "fixed" for i in free_indices(raw.body) - {*params.values(), *raw.axes}):
        el.scope.leaves_out = True
    value = insert_implied_sums(child, raw, frozenset(params.values()), entry.span)
    if entry.declared is not None:
        _fit(entry, len(params), value.axes, entry.declared.ranges)
    for p in params.values():
        child.letters.take_shifted(p)
        if p.range is None:
            fixed = el.scope.indices.get(p.letter)
            give_range(p, fixed.range if fixed is not None else None)
    used = [p for p in params.values() if p.range is not None or entry.arguments is None]
    for p in (*used, *value.axes):
        if p.range is None and entry.form is None:
            message = f"nothing says over what `{p.letter}` runs in this definition"
            raise error("SG108", message, entry.span, "declare its range")
    if value.groups:
        raise error("SG113", "an axis of a Kronecker product or of `vec` has no name of its own", entry.span)
    written = len(used) if entry.arguments is not None else 0
    slots = tuple(map(closed, (*used, *value.axes)))
    return Definition(str(entry.key), slots, expression(value.body), value.row, written)


def _unknown(el: Reading, entry: Defined) -> Definition:
    """``a_j`` as an unknown function of ``j`` and of the entries ``w_{ji}``, over all ``i``."""
    shape = entry.declared.ranges if entry.declared is not None else ()
    letters = entry.patterns or "kjlm"[: len(shape)]
    params = tuple(Index(x, r, "free") for x, r in zip(letters, shape, strict=True))
    arguments: list[Lam] = []
    for written in subnodes(entry.body):
        key, rest, _ = el.scope.value_key(written) if isinstance(written, Sym) else (None, (), ())
        found = el.scope.values.get(key) if key is not None else None
        if found is None:
            continue
        array = define(el, found) if isinstance(found, Defined) else found
        over = [p.range for p in array.params] if isinstance(array, Definition) else array.ranges
        names = (pattern_letters(rest) or ()) if rest else ()
        at = [dict(zip(letters, params, strict=True)).get(x) for x in (*names, *("" for _ in over))]
        slots = [
            i if i is not None and i.range == r else Index("m", r, "bound") for i, r in zip(at, over, strict=False)
        ]
        body = Ref(array, tuple(slots)) if isinstance(array, Definition) else Entry(array, tuple(slots))
        arguments.append(Lam(tuple(i for i in slots if i not in params), body))
    places = tuple(Lam((), Size(Affine.of(p))) for p in params)
    shapes = (*(tuple(i.range for i in lam.axes if i.range is not None) for lam in arguments), *((),) * len(shape))
    function = AbstractFunction(entry.key.latex, shapes, shape)
    function = el.scope.unknown.setdefault((entry.key, shapes), function)
    return Definition(str(entry.key), params, Apply(function, (*arguments, *places), ()))


def _fit(entry: Defined, slots: int, axes: tuple[Index, ...], declared: tuple[Range, ...]) -> None:
    """Give the axes of a body their declared ranges. Raises ``NotationError`` if they have others."""
    rest = declared[slots:]
    if len(rest) != len(axes):
        message = f"`{entry.key}` is declared with {len(declared)} axes and defined with {slots + len(axes)}"
        raise error("SG113", message, entry.span)
    for axis, wanted in zip(axes, rest, strict=True):
        if axis.range is None:
            give_range(axis, wanted)
        elif not agree(axis.range, wanted):
            message = f"`{entry.key}` is declared over {wanted} and defined over {axis.range}"
            raise error("SG107", message, entry.span)


def _patterns(entry: Defined) -> tuple[str, ...]:
    """The letters on the left of a definition."""
    if entry.form is not None:
        return (entry.form.terms[-1][1].key,)
    return (*(entry.arguments or ()), *entry.patterns)


def _declared_range(el: Reading, letter: str) -> Range | None:
    declared = el.scope.letters.get(letter)
    return declared.range if isinstance(declared, Subset) else declared


def called_bare(el: Reading, entry: Defined, slots: tuple[Slot, ...], sym: Sym) -> ReadValue:
    """``J`` after ``J(o, c) = …``: the value at ``o`` and ``c``."""
    if not all(index_arguments(el, entry)):
        raise error(
            "SG115", f"`{sym.key}` takes {len(entry.arguments or ())} arguments", sym.span, "write them in parentheses"
        )
    definition = define(el, entry)
    own: list[IndexExpr] = []
    names = entry.arguments or ()
    pattern_count = sum(1 for p in definition.params if p.letter in names)
    for p in definition.params[:pattern_count]:
        found = el.letters.find(p.letter, sym.span)
        if found is None or found.kind != "fixed":
            raise error("SG115", f"`{sym.key}` takes {len(names)} arguments", sym.span, "write them in parentheses")
        if p.range is not None:
            el.letters.demand(found, p.range, sym.span)
        own.append(found)
    axes = [p.range for p in definition.params[pattern_count:]]
    indices, open_axes = fill(el, slots, axes, sym.key, sym.span)
    return ReadValue(Ref(definition, (*own, *indices)), tuple(open_axes), definition.row and len(open_axes) == 1)
