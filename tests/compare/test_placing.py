"""Points whose positions are apart, repeat, and meet: each arrangement is made on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symgrad.comparing.comparer import compare
from symgrad.comparing.points import Fixed, PointGroup, draw_points
from symgrad.comparing.problem import Problem, problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each

PAIR = r"""$U, V \in \mathbb{R}^{W \times D}$, $o, c \in [W]$, $n \in [W]^{K}$.

$$ J = -\log \sigma(\sum_d U_{od} V_{cd}) - \sum_{k=1}^{K} \log \sigma(-\sum_d U_{n_k d} V_{cd}) $$
"""
BATCH = r"""$U, V \in \mathbb{R}^{W \times D}$, $c \in [W]^{B}$, $n \in [W]^{B \times K}$.

$$ J = -\sum_{b=1}^{B} \sum_{k=1}^{K} \log \sigma(-\sum_d U_{n_{bk} d} V_{c_b d}) $$
"""
TWO = r"""
$U \in \mathbb{R}^{N \times K}$, $V \in \mathbb{R}^{M \times K}$, $p \in [N]^{T}$, $q \in [M]^{T}$,
$r \in \mathbb{R}^T$.

$$ J = \frac{1}{2} \sum_t (r_t - \sum_k U_{p_t k} V_{q_t k})^2 $$
"""


def problem(text: str) -> Problem:
    return problem_of(read_document(Source("d.md", text)))


def points(text: str, seed: int = 0, fixed: Fixed | None = None) -> Iterator[tuple[PointGroup, dict[str, Any]]]:
    """Every point with its positions by name."""
    for g in draw_points(problem(text), [], seed, fixed or Fixed()):
        for b in g.samples:
            at = {i.letter: int(v[b]) for i, v in g.env.at.items()}
            yield g, {**at, **{a.name: v[b] for a, v in g.env.index_arrays.items()}}


def distinct(*cells: Any) -> bool:
    flat = np.concatenate([np.ravel(x) for x in cells])
    return len(set(flat.tolist())) == len(flat)


@each("seed", range(4))
def test_all_positions_are_apart_at_several_sizes(seed: int) -> None:
    sizes = {tuple(g.env.sizes.items()) for g, p in points(PAIR, seed) if distinct(p["o"], p["c"], p["n"])}
    assert len(sizes) >= 2
    sizes = {tuple(g.env.sizes.items()) for g, p in points(BATCH, seed) if distinct(p["c"], p["n"])}
    assert len(sizes) >= 2
    sizes = {tuple(g.env.sizes.items()) for g, p in points(TWO, seed) if distinct(p["p"]) and distinct(p["q"])}
    assert len(sizes) >= 2


@each("seed", range(4))
def test_each_kind_of_repetition_comes_alone(seed: int) -> None:
    pair = [p for _, p in points(PAIR, seed)]
    assert any(not distinct(p["n"]) and p["o"] != p["c"] and not {p["o"], p["c"]} & {*p["n"]} for p in pair)
    assert any(distinct(p["n"]) and p["o"] in p["n"] and p["c"] not in p["n"] for p in pair)
    assert any(distinct(p["n"]) and p["c"] in p["n"] and p["o"] not in p["n"] for p in pair)
    assert any(distinct(p["n"]) and p["o"] == p["c"] and p["o"] not in p["n"] for p in pair)
    batch = [p for _, p in points(BATCH, seed)]
    rows = [p for p in batch if all(distinct(row) for row in p["n"])]
    assert any(not distinct(p["n"]) and distinct(p["c"]) and not {*p["c"]} & {*p["n"].flat} for p in rows)
    two = [p for _, p in points(TWO, seed)]
    assert any(not distinct(p["p"]) and distinct(p["q"]) for p in two)
    assert any(distinct(p["p"]) and not distinct(p["q"]) for p in two)
    pairs = [list(zip(p["p"].tolist(), p["q"].tolist(), strict=True)) for p in two if not distinct(p["p"])]
    assert any(len({*x}) < len(x) for x in pairs)


def test_sizes_stay_different_from_each_other() -> None:
    for text in (PAIR, BATCH, TWO):
        for g, _ in points(text):
            assert distinct(list(g.env.sizes.values()))


def test_given_sizes_stay_and_positions_are_as_far_apart_as_they_allow() -> None:
    found = [p for g, p in points(PAIR, fixed=Fixed({"W": 6, "K": 10})) if g.env.sizes["W"] == 6]
    assert any(len({*p["n"].tolist()}) == 6 for p in found)


def test_assumptions_hold_at_placed_points_too() -> None:
    text = PAIR.replace("$n \\in [W]^{K}$.", "$n \\in [W]^{K}$ with $n_k \\neq o$.")
    found = [p for _, p in points(text)]
    assert all(p["o"] not in p["n"] for p in found)
    assert any(distinct(p["o"], p["c"], p["n"]) for p in found)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


@each("seed", range(4))
def test_a_fast_path_for_distinct_positions_is_run(seed: int) -> None:
    """Right where rows repeat, wrong where all of them differ: the ordinary case."""

    def fast(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
        v = V[c]
        rows = np.concatenate(([o], n))
        s = sigmoid(U[rows] @ v)
        d = s.copy()
        d[0] -= 1
        gU, gV = np.zeros_like(U), np.zeros_like(V)
        if len(np.unique(rows)) == len(rows):
            gU[rows] = np.outer(s, v)  # the label is forgotten
        else:
            np.add.at(gU, rows, np.outer(d, v))
        gV[c] = d @ U[rows]
        return -np.log(s[0]) - np.log(1 - s[1:]).sum(), gU, gV

    found = compare(fast, problem(PAIR), seed=seed)
    assert [f.verdict for f in found.findings] == ["right", "differs", "right"]
