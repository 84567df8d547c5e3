"""Derivatives by the time, ``\\frac{d}{dt}``, of what is built on names that stand with dots too.

``\\dot \\theta`` is the derivative of ``\\theta``, and ``\\ddot \\theta`` that of ``\\dot \\theta``.
A name that never stands with dots is a constant.
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.calculus.differentiate import resolve
from symgrad.core.nodes import Add, Definition, Deriv, Entry, Expr, Mul, Ref, Sum, Tensor, reach
from symgrad.core.ranges import Index, Range
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.raw_trees import expression
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Derivative, Sym, SyntaxNode
from symgrad.text.source import Span

TIME = "t"
DOTTED = {"": "\\dot ", "\\dot ": "\\ddot ", "\\ddot ": "\\dddot "}
"""What stands before a letter, and before that of its derivative."""


def by_time(el: Reading, node: Derivative) -> ReadValue | None:
    """The total derivative by the time of a body with moving names; None for any other derivative."""
    if node.sign != "d" or not all(map(is_time, node.targets)) or not _has_dots(el):
        return None
    clock = el.scope.values.get(NameKey(TIME))
    counted = TIME in el.scope.letters or TIME in el.scope.indices
    if counted or not (clock is None or (isinstance(clock, Tensor) and not clock.ranges)):
        return None
    value = el.value(node.body)
    if not any(_next(el, t) is not None for t in reach(expression(value.body)).tensors):
        return None
    body = value.body
    for _ in node.targets:
        body = _derived(el, body, clock if isinstance(clock, Tensor) else None, node.span)
    return ReadValue(body, value.axes, value.row, True)


def _derived(el: Reading, body: Expr, clock: Tensor | None, span: Span) -> Expr:
    """``\\sum_q \\frac{\\partial f}{\\partial q} \\dot q``, and the derivative by a time that the body has itself."""
    terms: list[Expr] = []
    for tensor in reach(resolve(expression(body))).tensors:
        moved = None if tensor is clock else _next(el, tensor)
        if moved is None and tensor.name.startswith(tuple(DOTTED)[1:]):
            message = f"nothing says what the derivative of `{tensor.name}` by the time is"
            raise error("SG118", message, span, f"declare `{_dotted(tensor.name)}`")
        if moved is None and tensor is not clock:
            continue
        axes = tuple(Index("kjlm"[k % 4], r, "bound") for k, r in enumerate(tensor.ranges))
        term: Expr = Deriv(body, Entry(tensor, axes), frozenset())
        if moved is not None:
            if tuple(_ranges(moved)) != tensor.ranges:
                name = _dotted(tensor.name)
                raise error("SG113", f"`{name}` has another shape than `{tensor.name}`", span, "declare both")
            term = Mul((term, Entry(moved, axes) if isinstance(moved, Tensor) else Ref(moved, axes)))
        for axis in axes:
            term = Sum(axis, term, ())
        terms.append(term)
    return Add(tuple(terms))


def _next(el: Reading, tensor: Tensor) -> Tensor | Definition | None:
    """The derivative of an array by the time, declared or defined, ``\\dot x = A x``; None for a constant."""
    key = next((k for k, e in el.scope.values.items() if e is tensor), None)
    if key is None:
        return None
    found = el.scope.values.get(key._replace(letter=_dotted(key.letter)))
    return define(el, found) if isinstance(found, Defined) else found


def _ranges(moved: Tensor | Definition) -> Sequence[Range | None]:
    return moved.ranges if isinstance(moved, Tensor) else [p.range for p in moved.params]


def _dotted(name: str) -> str:
    """``\\dot x`` of ``x``, ``\\ddot x`` of ``\\dot x``."""
    dots = next((d for d in ("\\ddot ", "\\dot ") if name.startswith(d)), "")
    return DOTTED[dots] + name.removeprefix(dots)


def is_time(target: SyntaxNode) -> bool:
    """True for a plain ``t``."""
    return isinstance(target, Sym) and target.key == TIME and not (target.sub or target.sup or target.primes)


def is_moving(node: SyntaxNode) -> bool:
    """True for a name with dots."""
    return isinstance(node, Sym) and node.key.startswith(tuple(DOTTED)[1:])


def _has_dots(el: Reading) -> bool:
    return any(k.letter.startswith("\\dot ") for k in el.scope.values)
