"""Canonical labelling decides isomorphism exactly, where colour refinement alone is blind."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from symgrad.core.nodes import Expr, mul
from symgrad.core.ranges import Index
from symgrad.proving.attempt import Attempt
from symgrad.proving.head_rules import RULES
from symgrad.proving.interner import Interner
from symgrad.proving.labelling import closure
from symgrad.proving.limits import FormTooLarge
from symgrad.proving.normal_form import normal_form
from tests.cases import each, facts
from tests.ir.forms import A, W, X, at, total

Edge = tuple[int, int]
INTERNER = Interner()


def network(edges: list[Edge], both: bool = True, seed: int | None = None) -> Expr:
    """``sum over all vertices of prod over edges A_ij (A_ji)``, vertices and factors in a random order."""
    count = 1 + max(v for e in edges for v in e)
    letters = [Index(f"v{n}", W) for n in range(count)]
    factors = [at(A, letters[x], letters[y]) for x, y in edges]
    if both:
        factors += [at(A, letters[y], letters[x]) for x, y in edges]
    order = list(letters)
    if seed is not None:
        rng = random.Random(seed)
        rng.shuffle(factors)
        rng.shuffle(order)
    body = mul(*factors)
    for x in order:
        body = total(x, body)
    return body


def form(e: Expr) -> object:
    return normal_form(Attempt(INTERNER, RULES, 20.0), e)


def relabelled(edges: list[Edge], seed: int) -> list[Edge]:
    count = 1 + max(v for e in edges for v in e)
    names = list(range(count))
    random.Random(seed).shuffle(names)
    return [(names[x], names[y]) for x, y in edges]


def rook() -> list[Edge]:
    cells = [(x, y) for x in range(4) for y in range(4)]
    return [(m, n) for (m, p), (n, q) in combinations(enumerate(cells), 2) if (p[0] == q[0]) != (p[1] == q[1])]


def shrikhande() -> list[Edge]:
    cells = [(x, y) for x in range(4) for y in range(4)]
    steps = {(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)}
    return [
        (m, n)
        for (m, p), (n, q) in combinations(enumerate(cells), 2)
        if ((p[0] - q[0]) % 4, (p[1] - q[1]) % 4) in steps
    ]


def cycle(n: int, start: int = 0) -> list[Edge]:
    return [(start + x, start + (x + 1) % n) for x in range(n)]


test_networks_that_differ = facts()


@test_networks_that_differ.fact
def strongly_regular_graphs_with_one_set_of_parameters_differ() -> None:
    assert len(rook()) == len(shrikhande()) == 48
    first, second = form(network(rook())), form(network(shrikhande()))
    assert first != second
    assert first == form(network(relabelled(rook(), 1), seed=2))
    assert second == form(network(relabelled(shrikhande(), 3), seed=4))


@test_networks_that_differ.fact
def six_cycle_and_two_triangles_differ() -> None:
    assert form(network(cycle(6))) != form(network(cycle(3) + cycle(3, 3)))


@test_networks_that_differ.fact
def connected_regular_graphs_that_refinement_confuses() -> None:
    prism = cycle(3) + cycle(3, 3) + [(0, 3), (1, 4), (2, 5)]
    utility = [(x, 3 + y) for x in range(3) for y in range(3)]
    assert form(network(prism)) != form(network(utility))
    assert form(network(prism)) == form(network(relabelled(prism, 5), seed=6))


@test_networks_that_differ.fact
def direction_counts() -> None:
    forward = [(0, 1), (1, 2), (2, 0)]
    mixed = [(0, 1), (1, 2), (0, 2)]
    assert form(network(forward, both=False)) != form(network(mixed, both=False))
    assert form(network(forward, both=False)) == form(network(relabelled(forward, 7), both=False))


@test_networks_that_differ.fact
@each("seed", range(30))
def random_networks_are_told_apart_exactly(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randint(3, 6)
    pairs = [(x, y) for x in range(count) for y in range(count) if x != y]
    edges = sorted(rng.sample(pairs, rng.randint(count, min(len(pairs), 9))))
    if {v for e in edges for v in e} != set(range(count)):
        return
    assert form(network(edges, both=False)) == form(network(relabelled(edges, seed), both=False, seed=seed))
    other = sorted(rng.sample(pairs, len(edges)))
    if {v for e in other for v in e} == set(range(count)):
        assert (form(network(edges, both=False)) == form(network(other, both=False))) == isomorphic(edges, other)


def isomorphic(first: list[Edge], second: list[Edge]) -> bool:
    """By trying every bijection."""
    from itertools import permutations

    count = 1 + max(v for e in first for v in e)
    goal = set(second)
    return any({(p[x], p[y]) for x, y in first} == goal for p in permutations(range(count)))


test_symmetries = facts()


@test_symmetries.fact
def symmetric_templates_know_their_symmetry() -> None:
    """``sum_k A_ik A_jk`` may have i and j exchanged, ``sum_k A_ik A_kj`` may not."""
    i, j, k = Index("i", W, "free"), Index("j", W, "free"), Index("k", W)
    both = form(total(k, mul(at(A, i, k), at(A, j, k))))
    assert both == form(total(k, mul(at(A, j, k), at(A, i, k))))
    ((mono, _),) = both.items()  # type: ignore[attr-defined]  # a polynomial
    assert INTERNER.heads[mono[0][0]].group == ((1, 0),)
    ((mono, _),) = form(total(k, mul(at(A, i, k), at(A, k, j)))).items()  # type: ignore[attr-defined]  # a polynomial
    assert INTERNER.heads[mono[0][0]].group == ()


@test_symmetries.fact
def many_like_factors_are_labelled_quickly() -> None:
    letters = [Index(f"v{n}", W) for n in range(9)]
    star = Index("s", W)
    body = mul(*(at(A, star, v) for v in letters), *(at(X, v) for v in letters))
    for v in (*letters, star):
        body = total(v, body)
    assert form(body)


@test_symmetries.fact
def the_search_is_limited() -> None:
    edges = [(x, y) for x in range(40) for y in range(40) if x != y]
    with pytest.raises(FormTooLarge):
        normal_form(Attempt(INTERNER, RULES, 0.5), network(edges, both=False))


@test_symmetries.fact
def closure_of_permutations() -> None:
    assert len(closure([(1, 2, 0)], 3, 10)) == 2
    assert len(closure([(1, 0, 2), (0, 2, 1)], 3, 10)) == 5
    with pytest.raises(FormTooLarge):
        closure([(1, 0, 2, 3, 4), (1, 2, 3, 4, 0)], 5, 100)
