"""Laws of the normal form, and its answers against brute force on random expressions."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.core.nodes import Expr, add, mul, num, sub
from symgrad.proving.attempt import Attempt
from symgrad.proving.express import to_expr
from symgrad.proving.head_rules import RULES
from symgrad.proving.interner import Interner
from symgrad.proving.limits import NormalFormError
from symgrad.proving.normal_form import normal_form
from symgrad.proving.poly import minus
from symgrad.proving.zero import is_zero
from tests.ir.forms import Grower, broken, differs, rewritten

seeds = st.integers(0, 10**9)
quick = settings(max_examples=120)


def grown(seed: int, depth: int = 3, shifts: bool = False) -> Expr:
    rng = random.Random(seed)
    return Grower(rng, shifts).expr(depth, [])


def equal(left: Expr, right: Expr) -> bool | None:
    """None where the form gives no answer."""
    ctx = Attempt(Interner(), RULES)
    try:
        return is_zero(ctx, minus(normal_form(ctx, left), normal_form(ctx, right)))
    except NormalFormError:
        return None


@quick
@given(seeds, seeds)
def test_writing_otherwise_changes_nothing(seed: int, how: int) -> None:
    """Dummies renamed, factors and terms moved, products distributed, deltas inserted, sums exchanged."""
    e = grown(seed)
    answer = equal(e, rewritten(e, random.Random(how)))
    assert answer is not False


@quick
@given(seeds, st.booleans())
def test_going_back_to_an_expression_changes_nothing(seed: int, shifts: bool) -> None:
    e = grown(seed, shifts=shifts)
    ctx = Attempt(Interner(), RULES)
    try:
        first = normal_form(ctx, e)
        again = to_expr(ctx, first)
        fresh = Attempt(Interner(), RULES)
        assert is_zero(fresh, minus(normal_form(fresh, e), normal_form(fresh, again)))
    except NormalFormError:
        return
    assert differs(e, again, 6, seed) is not True


@quick
@given(seeds, seeds)
def test_what_is_called_equal_is_equal(seed: int, how: int) -> None:
    """Random expressions with one thing changed: if the form says equal, brute force finds no difference."""
    rng = random.Random(how)
    e = grown(seed, rng.choice([2, 3, 4]), shifts=rng.random() < 0.4)
    other = rewritten(broken(e, rng), rng)
    if equal(e, other):
        assert differs(e, other, 16, seed) is not True


@quick
@given(seeds, seeds)
def test_independent_expressions(seed: int, other: int) -> None:
    e, f = grown(seed, 2), grown(other, 2)
    if equal(e, f):
        assert differs(e, f, 16, seed) is not True


@quick
@given(seeds, seeds, seeds)
def test_arithmetic(x: int, y: int, z: int) -> None:
    e, f, g = grown(x, 2), grown(y, 2), grown(z, 2)
    assert equal(mul(e, add(f, g)), add(mul(e, f), mul(e, g))) is not False
    assert equal(sub(mul(e, f), mul(f, e)), num(0)) is not False
    assert equal(add(e, add(f, g)), add(add(g, e), f)) is not False


@quick
@given(seeds)
def test_the_form_depends_on_the_expression_alone(seed: int) -> None:
    """Not on what was asked before, nor on the numbers of its indices."""
    e = grown(seed)
    try:
        first = normal_form(Attempt(Interner(), RULES), e)
        assert normal_form(Attempt(Interner(), RULES), e) == first
    except NormalFormError:
        return
