"""Derivatives in one cell of a recursion, where the state before is given and nothing says how it depends on the rest.

``\\partial h_t/\\partial w`` of ``h_t = w h_{t-1} + x_t`` is the immediate derivative, with ``h_{t-1}`` held, which a
warning says. A total one, ``dh_t/dw``, goes through ``h_{t-1}`` too, and so does any derivative by what is further
back. Where there is a cell at every position, so do derivatives of a sum over the positions, and those from one
position to another.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.calculus.depends import depends_on
from symgrad.core.nodes import Definition, Entry, Expr, Prod, Ref, Sum, Tensor, reach, walk
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, indices_of
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import error
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


def require_no_earlier_state(el: Reading, body: Expr, target: Expr, total: bool, span: Span) -> None:
    """Raise ``NotationError`` if a derivative goes through a state of which nothing says how it depends on the target.

    total: the sign of the derivative holds nothing constant.
    """
    mentioned = reach(body)
    if not isinstance(target, (Entry, Ref)):
        return
    for state, (cell, letter) in el.scope.earlier_states.items():
        tensor, entry = el.scope.values.get(state), el.scope.values.get(cell)
        if tensor not in mentioned or target.args[0] is tensor or not isinstance(entry, Defined):
            continue
        through = not _is_at(target, letter) and depends_on(define(el, entry).body, target)
        if (through and total) or _is_shifted(target, letter):
            message = f"`{state.latex}` depends on `{span.text}` too, and nothing here says how"
            remedy = f"give the range of `{letter}`, or write `\\partial` where `{state.latex}` is held constant"
            raise error("SG118", message, span, remedy)
        if through:
            _warn_of_held(el, span)


def _warn_of_held(el: Reading, span: Span) -> None:
    """Note that a partial derivative does not go through the state before, which depends on the parameter too."""
    message = f"this partial derivative holds the state before constant, which depends on `{span.text}` too"
    el.warn("SG208", message, span, "give the range of the recursion for the derivative through all positions")


def require_one_position(el: Reading, body: Expr, target: Expr, total: bool, span: Span) -> None:
    """Raise ``NotationError`` if a derivative goes from one cell to another one: nothing says how they are linked.

    So does one by what all cells have, ``\\partial L_t/\\partial W``, but for the immediate one of the cell itself.
    """
    made, states = _cells(el)
    if not isinstance(target, (Entry, Ref)) or not any(t in reach(body) for t in states):
        return
    own = target.args[0] in states or target.args[0] in made
    if not own and not any(depends_on(d.body, target) for d in made):
        return
    over = next(iter(states)).ranges[0]
    here = set(_positions(body, states, over))
    at = _position(target, over)
    immediate = isinstance(body, Ref) and body.definition in made and not total
    if len(here) > 1 or None in here or (not immediate if at is None else not here <= {at}):
        raise NotationError(_unlinked(el, span))
    if immediate and at is None:
        _warn_of_held(el, span)


def cells_apart(el: Reading, left: Expr, right: Expr, span: Span) -> Diagnostic | None:
    """For a claim about cells at several positions, which is not refuted: nothing says how they are linked."""
    _, states = _cells(el)
    if not any(t in reach(side) for side in (left, right) for t in states):
        return None
    over = next(iter(states)).ranges[0]
    here = {p for side in (left, right) for p in _positions(side, states, over) if p is not None}
    bodies = [left, right, *(d.body for side in (left, right) for d in reach(side).definitions)]
    bound = {n.index for body in bodies for n in walk(body) if isinstance(n, (Sum, Prod))}
    sums = [n for side in (left, right) for n in walk(side) if isinstance(n, (Sum, Prod))]
    summed = any(
        isinstance(n, Entry) and n.tensor in states and total.index in indices_of(n.indices[0])
        for total in sums
        for n in walk(total.body)
    )
    apart = {p for p in here if bound.isdisjoint(indices_of(p))}
    return _unlinked(el, span) if len(apart) > 1 or summed else None


def _cells(el: Reading) -> tuple[tuple[Definition, ...], frozenset[Tensor]]:
    """The definitions of the cells at every position, and the arrays of the states before them."""
    pairs = [(el.scope.values.get(cell), el.scope.values.get(state)) for cell, (state, _) in el.scope.cells.items()]
    found = [(define(el, e), t) for e, t in pairs if isinstance(e, Defined) and isinstance(t, Tensor)]
    return tuple(d for d, _ in found), frozenset(t for _, t in found)


def _unlinked(el: Reading, span: Span) -> Diagnostic:
    cell, (_, letter) = next(iter(el.scope.cells.items()))
    message = (
        f"`{cell.latex}` at one `{letter}` depends on `{cell.latex}` at the one before, and no range says how far back"
    )
    return Diagnostic("SG118", message, span, f"give the range, `${letter} = 1, \\dots, 4$`, behind the recursion")


def _position(node: Entry | Ref, over: Range) -> IndexExpr | None:
    """The position of an entry or a defined quantity among the cells."""
    array = node.args[0]
    ranges = [p.range for p in array.params] if isinstance(array, Definition) else array.ranges
    found = next((i for i, r in zip(node.args[1], ranges, strict=False) if r == over), None)
    return Affine.of(found) if isinstance(found, Index) else found


def _positions(body: Expr, states: frozenset[Tensor], over: Range) -> Iterator[IndexExpr | None]:
    """The positions of the cells that an expression mentions; None for all those of a sum."""
    for n in walk(body):
        inner = n.definition.body if isinstance(n, Ref) else n
        if not any(t in reach(inner) for t in states):
            continue
        if isinstance(n, (Sum, Prod)):
            inside = (p for p in _positions(n.body, states, over) if p is not None)
            yield from (None for p in inside if n.index in indices_of(p))
        elif isinstance(n, Ref):
            at = _position(n, over)
            yield from _positions(n.definition.body, states, over) if at is None else (at,)
            if at is not None and any(p is None for p in _positions(n.definition.body, states, over)):
                yield None
        elif isinstance(n, Entry):
            yield _position(n, over)


def _is_at(target: Entry | Ref, letter: str) -> bool:
    """True for ``x_t``, and for a quantity that the cell defines at ``t``: no earlier state depends on these."""
    if isinstance(target, Entry):
        placed = any(getattr(i, "letter", "") == letter for i in target.args[1])
        return placed or target.tensor.name.endswith((f"_{letter}", f"_{{{letter}}}"))
    return any(i.letter == letter for i in reach(target).letters) or target.definition.name.endswith(f"_{{{letter}}}")


def _is_shifted(target: Entry | Ref, letter: str) -> bool:
    """True for ``x_{t-1}``"""
    places = [i for i in target.args[1] if isinstance(i, Affine) and i.const]
    return any(index.letter == letter for i in places for index in i.indices())
