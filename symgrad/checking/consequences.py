"""A step that follows from a condition: setting ``E = 0`` gives ``L = R`` where ``L - R`` is a multiple of ``E``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

from symgrad.calculus.contract import split_number
from symgrad.calculus.differentiate import resolve
from symgrad.checking.side_conditions import positive
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import ZERO, Add, Deriv, Entry, Expr, Func, Mul, Num, Pow, add, mul, neg, rebuild, walk
from symgrad.core.ranges import Index
from symgrad.core.substitute import expand, substitute

FACTORS = tuple(
    Fraction(n, d) * sign for n, d in ((1, 1), (2, 1), (1, 2), (4, 1), (1, 4), (3, 1), (1, 3)) for sign in (1, -1)
)
"""Numbers that an author divides by without a word."""
MAX_AXES = 2
MAX_UNKNOWNS = 4
"""Names to solve for, and denominators."""


def follows(claim: Claim, premise: Claim, proves: Callable[[Claim], bool]) -> bool:
    """True if ``claim`` is the premise times a number other than 0, and without factors that are nowhere 0, proved as
    an identity.
    """
    if isinstance(claim.left, Deriv) and claim.right != ZERO:
        return False  # `∂E/∂x = …` says what the derivative is, whatever is set to 0
    gap = add(claim.left, neg(claim.right))
    for given in map(_without_factors, _aligned(claim, premise)):
        if any(proves(replace(claim, left=gap, right=mul(Num(q), given))) for q in FACTORS):
            return True
    return False


def _without_factors(expr: Expr) -> Expr:
    """A product without its factors that are plainly nowhere 0, without the ``2 / m`` of ``\\frac{2}{m} X^\\top r``."""
    return mul(*(f for f in expr.factors if not _is_nonzero(f))) if isinstance(expr, Mul) else expr


def factored(
    claim: Claim, premise: Claim, simplified: Callable[[Expr], Expr | None], proves: Callable[[Claim], bool]
) -> bool:
    """True if the premise, cleared of its denominators, is ``k (left - right)`` for a ``k`` that is not 0.

    That it is nowhere 0, or divides a side: the n of ``x = k / n``.
    """
    if isinstance(claim.left, Deriv):
        return False
    gap = expand(add(claim.left, neg(claim.right)))
    divisors = list(dict.fromkeys(f for d in _denominators(gap) for f in _factors(d)))[:MAX_UNKNOWNS]

    def divides(factor: Expr) -> bool:
        return any(factor == d or proves(replace(claim, left=factor, right=d)) for d in divisors)

    for given in _aligned(claim, premise):
        given = simplified(given) or given
        cleared = mul(given, *_denominators(given))
        for unknown in _unknowns(claim):
            slopes = [simplified(resolve(Deriv(e, unknown))) for e in (cleared, gap)]
            if slopes[0] is None or slopes[1] is None:
                continue
            k = mul(slopes[0], Pow(slopes[1], Num(Fraction(-1))))
            k = simplified(k) or k
            if all(_is_nonzero(f) or divides(f) for f in _factors(k)) and proves(
                replace(claim, left=cleared, right=mul(k, gap))
            ):
                return True
    return False


def _unknowns(claim: Claim) -> list[Entry]:
    """The entries of both sides at free indices, those of the left one first: what the equation is solved for."""
    found = (n for side in (claim.left, claim.right) for n in walk(expand(side)) if isinstance(n, Entry))
    return [n for n in dict.fromkeys(found) if all(i in claim.free for i in n.indices)][:MAX_UNKNOWNS]


def _denominators(expr: Expr) -> list[Expr]:
    """What the expression has to be multiplied by to have no denominators."""
    powers: dict[Expr, Fraction] = {}
    for n in walk(expr):
        if isinstance(n, Pow) and isinstance(n.exponent, Num) and n.exponent.value < 0:
            powers[n.base] = max(powers.get(n.base, Fraction(0)), -n.exponent.value)
    return [Pow(base, Num(exponent)) for base, exponent in list(powers.items())[:MAX_UNKNOWNS]]


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a product, powers as their bases."""
    if isinstance(expr, Mul):
        return [f for factor in expr.factors for f in _factors(factor)]
    return _factors(expr.base) if isinstance(expr, Pow) and isinstance(expr.exponent, Num) else [expr]


def _is_nonzero(expr: Expr) -> bool:
    """True for what is plainly nowhere 0: positive or negative, and products and powers of that."""
    if isinstance(expr, Mul):
        return all(map(_is_nonzero, expr.factors))
    if isinstance(expr, Pow):
        return _is_nonzero(expr.base)
    if isinstance(expr, Num):
        return expr.value != 0
    terms = expr.terms if isinstance(expr, Add) else (expr,)
    return all(map(positive, terms)) or all(positive(neg(t)) for t in terms)


def supposing(claim: Claim, premise: Claim) -> Claim | None:
    """The claim with the declared name on a premise's left written as its right: ``setting a = b gives``."""
    given = _as_value(premise)
    if given is None or any(isinstance(n, Deriv) for side in (claim.left, claim.right) for n in walk(expand(side))):
        return None
    return replace(claim, left=given(expand(claim.left)), right=given(expand(claim.right)))


def solution(claim: Claim, premise: Claim) -> Claim | None:
    """What makes ``x = a`` a solution: the premise, its derivatives carried out, with ``a`` in place of ``x``."""
    solved = _as_value(claim)
    return solved and replace(premise, left=solved(expand(premise.left)), right=solved(expand(premise.right)))


def entailments(claim: Claim, premises: Sequence[Claim]) -> Iterator[Claim]:
    """The claim with the premises as assumptions, and with the name whose logarithm they give written out."""
    if isinstance(claim.left, Deriv) or not premises:
        return  # `∂E/∂x = …` says what the derivative is, whatever is set to 0
    given = tuple(Assumption("equation", "", expand(p.left), expand(p.right), None, p.free) for p in premises)
    yield replace(claim, assumptions=(*claim.assumptions, *given))
    for n, p in enumerate(premises):
        value = _by_logarithm(p)
        if value is None:
            continue
        facts = []
        for a in (*claim.assumptions, *given[:n], *given[n + 1 :]):
            if a.left is None or a.right is None:
                facts.append(a)
                continue
            left, right = value(expand(a.left)), value(expand(a.right))
            facts.append(replace(a, left=left, right=right))
            if not a.params and positive(left) and positive(right):
                facts.append(replace(a, left=Func("log", left), right=Func("log", right)))
        yield replace(claim, left=value(expand(claim.left)), right=value(expand(claim.right)), assumptions=tuple(facts))


def _by_logarithm(premise: Claim) -> Callable[[Expr], Expr] | None:
    """``c \\log x_i + r_i = 0`` gives ``x_i = \\exp(-r_i / c)`` for a declared ``x``."""
    gap = add(expand(premise.left), neg(expand(premise.right)))
    terms = gap.terms if isinstance(gap, Add) else (gap,)
    for term in terms:
        number, inner = split_number(term)
        if not isinstance(inner, Func) or inner.name != "log" or not isinstance(inner.arg, Entry):
            continue
        rest = add(*(t for t in terms if t is not term))
        value = Func("exp", mul(Num(Fraction(-1) / number), rest))
        found = _as_value(replace(premise, left=inner.arg, right=value))
        if found is not None:
            return found
    return None


def _as_value(claim: Claim) -> Callable[[Expr], Expr] | None:
    """Writes the right side of ``x = a``, ``x_i = a_i`` for the declared name on its left."""
    name = claim.left
    if not isinstance(name, Entry) or len(set(name.indices)) != len(name.indices):
        return None
    letters = [i for i in name.indices if isinstance(i, Index) and i in claim.free]
    value = expand(claim.right)
    if len(letters) != len(name.indices) or any(isinstance(n, Entry) and n.tensor is name.tensor for n in walk(value)):
        return None

    def go(node: Expr) -> Expr:
        if isinstance(node, Entry) and node.tensor is name.tensor:
            return substitute(value, dict(zip(letters, node.indices, strict=True)))
        return rebuild(node, lambda e: e, go)

    return go


def _aligned(claim: Claim, premise: Claim) -> Iterator[Expr]:
    """The two sides' difference of a premise, its free indices named as those of the claim."""
    gap = add(premise.left, neg(premise.right))
    if len(claim.free) != len(premise.free) or len(claim.free) > MAX_AXES:
        return
    for order in permutations(claim.free):
        if all(a.range == b.range for a, b in zip(premise.free, order, strict=True)):
            mapping: dict[Index, Index] = dict(zip(premise.free, order, strict=True))
            yield substitute(gap, dict(mapping))
