"""Derivatives in one cell of a recursion, where the state before is given and nothing says how it depends on the rest.

``\\partial h_t/\\partial w`` of ``h_t = w h_{t-1} + x_t`` is the immediate derivative, with ``h_{t-1}`` held. A total
one, ``dh_t/dw``, goes through ``h_{t-1}`` too, and so does any derivative by what is further back.
"""

from __future__ import annotations

from symgrad.calculus.depends import depends_on
from symgrad.core.nodes import Entry, Expr, Ref, reach
from symgrad.core.ranges import Affine
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import error
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
        through = total and not _is_at(target, letter) and depends_on(define(el, entry).body, target)
        if through or _is_shifted(target, letter):
            message = f"`{state.latex}` depends on `{span.text}` too, and nothing here says how"
            remedy = f"give the range of `{letter}`, or write `\\partial` where `{state.latex}` is held constant"
            raise error("SG118", message, span, remedy)


def _is_at(target: Entry | Ref, letter: str) -> bool:
    """True for ``x_t``, and for a quantity that the cell defines at ``t``: no earlier state depends on these."""
    if isinstance(target, Entry):
        return any(getattr(i, "letter", "") == letter for i in target.args[1])
    return any(i.letter == letter for i in reach(target).letters) or target.definition.name.endswith(f"_{{{letter}}}")


def _is_shifted(target: Entry | Ref, letter: str) -> bool:
    """True for ``x_{t-1}``"""
    places = [i for i in target.args[1] if isinstance(i, Affine) and i.const]
    return any(index.letter == letter for i in places for index in i.indices())
