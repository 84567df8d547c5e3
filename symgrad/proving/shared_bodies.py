"""The normal forms of definitions' bodies, shared by the attempts of a document.

A body is brought to normal form once, without any facts, and is then put at the positions that a reference has. So a
step costs what its own sides cost, and not what all the layers below them do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symgrad.core.nodes import Definition, Expr, Ref
from symgrad.core.ranges import Index
from symgrad.core.substitute import instantiate
from symgrad.proving.attempt import Attempt, Poly
from symgrad.proving.poly import open_template
from symgrad.proving.position_ids import Arithmetic
from symgrad.proving.templates import poly_terms, to_template

Form = Callable[[Attempt, Expr], Poly]


@dataclass(frozen=True, slots=True)
class SharedBody:
    """A body as a template: its head, what fills the slots (the number of a parameter, an index, a position without
    indices), and what its normal form rests on."""

    head: int
    slots: tuple[int | Index | Arithmetic, ...]
    trace: tuple[str, ...]
    nonempty: tuple[int, ...]


def at_positions(ctx: Attempt, node: Ref, form: Form) -> Poly:
    """The normal form of a reference, by the shared one of the body of its definition."""
    body = shared_body(ctx, node.definition, form)
    if body is None:
        return form(ctx, instantiate(node.definition, node.indices))
    ctx.trace.update(dict.fromkeys(body.trace))
    ctx.nonempty.update(dict.fromkeys(body.nonempty))
    slots = tuple([_position(ctx, node, s) for s in body.slots])
    polys = open_template(ctx, ctx.heads[body.head], slots)[1]
    return polys[0] if polys else {}


def _position(ctx: Attempt, node: Ref, slot: int | Index | Arithmetic) -> int:
    if isinstance(slot, Arithmetic):
        return ctx.positions.intern(slot)
    return ctx.positions.of(node.indices[slot] if isinstance(slot, int) else slot)


def shared_body(ctx: Attempt, definition: Definition, form: Form) -> SharedBody | None:
    """The body of a definition, brought to normal form if it was not before; None if it can't be shared."""
    bodies = ctx.interner.bodies
    if definition not in bodies:
        bodies[definition] = None  # while it is made: a definition may use itself
        bodies[definition] = _shared(ctx, definition, form)
    found: SharedBody | None = bodies[definition]
    return found


def _shared(ctx: Attempt, definition: Definition, form: Form) -> SharedBody | None:
    """The body as a template; None if it has positions that belong to one attempt alone, or rests on what is not 0."""
    alone = Attempt(ctx.interner, ctx.rules)
    alone.budget, alone.factored, alone.shares_bodies = ctx.budget, ctx.factored, True
    poly = form(alone, definition.body)
    positions = alone.positions
    places: dict[int, int | Index | Arithmetic] = {**positions.indices}
    places |= {positions.of(p): k for k, p in enumerate(definition.params)}
    places |= {k: a for k, a in positions.compound.items() if isinstance(a, Arithmetic) and not a.terms}
    head, slots = to_template(alone, "body", "", poly_terms(poly))
    if alone.nonzero or not all(s in places for s in slots):
        return None
    return SharedBody(head, tuple(places[s] for s in slots), tuple(alone.trace), tuple(alone.nonempty))
