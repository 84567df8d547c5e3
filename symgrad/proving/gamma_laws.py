"""log Gamma and its derivatives.

``log Gamma(x + 1) = log x + log Gamma(x)`` and ``psi(x + 1) = psi(x) + 1 / x`` for ``x > 0``. The constant term of an
argument is brought to ``0 < c <= 1``: upwards always, because ``x`` is positive wherever ``log Gamma(x)`` is defined;
downwards only where what is left is known to be positive. If the other terms are known to be positive by themselves, it
is brought to ``0 <= c < 1``, so that ``Gamma(alpha)`` stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, factorial, floor

from symgrad.proving.attempt import Attempt, Poly
from symgrad.proving.limits import UndefinedForm
from symgrad.proving.poly import ONE, accumulate, constant, minus, scale, single
from symgrad.proving.positivity import POSITIVE, poly_sign
from symgrad.proving.powers import power
from symgrad.proving.templates import poly_terms, to_template

ORDERS = {"lgamma": -1, "digamma": 0, "trigamma": 1, "tetragamma": 2, "pentagamma": 3}
"""The functions, and which derivative of ``psi`` each is."""
MAX_STEPS, MAX_NUMBER = 64, 400
"""The most steps by 1 that an argument is moved, and a number."""
Log = Callable[[Attempt, Poly], Poly]


def gamma_function(ctx: Attempt, name: str, p: Poly, log: Log) -> Poly:
    """``log Gamma(p)`` or a derivative of it."""
    shift = p.get(ONE, 0)
    literal = not p or (len(p) == 1 and ONE in p)
    if literal and shift <= 0:
        raise UndefinedForm(f"{name} of a number that is not positive")
    alone = not literal and poly_sign(ctx, minus(p, {ONE: shift} if shift else {})) == POSITIVE
    steps = floor(Fraction(shift)) if alone else ceil(Fraction(shift)) - 1
    base = minus(p, constant(steps)) if steps else p
    order = ORDERS[name]
    if abs(steps) > (MAX_NUMBER if literal else MAX_STEPS) or (
        steps > 0 and not alone and poly_sign(ctx, base) != POSITIVE
    ):
        return _atom(ctx, name, p)
    total = _at_start(ctx, name, base, log) if literal else _atom(ctx, name, base)
    if steps:
        ctx.note("log Gamma(x + 1) = log x + log Gamma(x)" if order < 0 else "psi(x + 1) = psi(x) + 1 / x")
    lowest, sign = (base, 1) if steps > 0 else (p, -1)
    for k in range(abs(steps)):
        at = minus(lowest, constant(-k)) if k else lowest
        accumulate(total, scale(_step(ctx, order, at, log), sign))
    return total


def _step(ctx: Attempt, order: int, x: Poly, log: Log) -> Poly:
    """How much the function grows from ``x > 0`` to ``x + 1``: ``log x``, or the derivative of it."""
    if order < 0:
        return log(ctx, x)
    return scale(power(ctx, x, -order - 1), (-1) ** order * factorial(order))


def _at_start(ctx: Attempt, name: str, p: Poly, log: Log) -> Poly:
    """The value at a number ``0 < c <= 1``, by ``Gamma(1) = 1``, ``Gamma(1/2) = sqrt(pi)``."""
    c = Fraction(p[ONE])
    half = c == Fraction(1, 2)
    if name == "lgamma" and c == 1:
        return {}
    if half and name == "lgamma":
        pi = single(ctx, ctx.interner.leaf("constant", "\\pi", 0, "\\pi").id, ())
        return scale(log(ctx, pi), Fraction(1, 2))
    if half and name == "digamma":
        total = _atom(ctx, name, {ONE: 1})
        accumulate(total, scale(log(ctx, constant(2)), -2))
        return total
    return _atom(ctx, name, p)


def _atom(ctx: Attempt, name: str, p: Poly) -> Poly:
    hid, slots = to_template(ctx, "function", name, poly_terms(p))
    return single(ctx, hid, slots)
