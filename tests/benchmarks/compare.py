"""The second opinion: its time, what it sees, and that it raises no false alarm.

    python -m tests.benchmarks.compare [RIGHT]       # how many right gradients are tried, 10000 by default

Beside its time stands that of the cost it calls, and that of the check of every entry by central differences.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from symgrad.comparing.arguments import bind
from symgrad.comparing.exact import GradientTerm, array, gradient
from symgrad.comparing.finite_differences import second_opinion
from symgrad.comparing.points import Fixed, draw_points
from symgrad.comparing.problem import problem_of
from symgrad.evaluating.evaluator import Evaluator
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.handcoded.hand import ROOT
from tests.handcoded.softmax import softmax_course

Cost = Callable[[Any, Any], Any]


def softmax_cost(U: Any, v: Any) -> Any:
    """Of word 3 of 100, in 20 dimensions: 2,020 parameters."""
    s = U @ v
    top = s.real.max()
    return np.log(np.exp(s - top).sum()) + top - s[3]


def softmax_gradient(U: Any, v: Any) -> list[Any]:
    s = U @ v
    p = np.exp(s - s.max())
    p /= p.sum()
    p[3] -= 1
    return [np.outer(p, v), U.T @ p]


def sampled_cost(U: Any, v: Any) -> Any:
    s = U @ v
    return np.log(1 + np.exp(-s[3])) + np.log(1 + np.exp(s[4:9])).sum()


def sampled_gradient(U: Any, v: Any) -> list[Any]:
    g = np.zeros(len(U))
    s = 1 / (1 + np.exp(-(U @ v)))
    g[3] = s[3] - 1
    g[4:9] = s[4:9]
    return [np.outer(g, v), U.T @ g]


def naive_cost(U: Any, v: Any) -> Any:
    """As it is often written: ``1 - p`` loses digits where ``p`` is nearly 1."""
    p = 1 / (1 + np.exp(-(U @ v)))
    return -np.log(p[3]) - np.log(1 - p[4:9]).sum()


def softmax_terms(U: Any, v: Any) -> float:
    p = np.exp(U @ v - (U @ v).max())
    p /= p.sum()
    p[3] += 1
    return float(np.abs(np.outer(p, v)).sum() + (np.abs(U.T) @ p).sum())


def sampled_terms(U: Any, v: Any) -> float:
    g = np.zeros(len(U))
    g[3:9] = 1 + 1 / (1 + np.exp(-(U @ v)[3:9]))
    return float(np.abs(np.outer(g, v)).sum() + (np.abs(U.T) @ g).sum())


def tanh_terms(U: Any, v: Any) -> float:
    h = np.abs(np.tanh(U @ v))
    return float(np.outer(2 * h, np.abs(v)).sum() + (np.abs(U.T) @ (2 * h)).sum())


def tanh_cost(U: Any, v: Any) -> Any:
    return 0.5 * (np.tanh(U @ v) ** 2).sum()


def tanh_gradient(U: Any, v: Any) -> list[Any]:
    h = np.tanh(U @ v)
    g = h * (1 - h**2)
    return [np.outer(g, v), U.T @ g]


COSTS: list[tuple[Cost, Callable[[Any, Any], list[Any]], Callable[[Any, Any], float]]] = [
    (softmax_cost, softmax_gradient, softmax_terms),
    (sampled_cost, sampled_gradient, sampled_terms),
    (naive_cost, sampled_gradient, sampled_terms),
    (tanh_cost, tanh_gradient, tanh_terms),
]
SATURATED = 15.0
"""Scores beyond which ``naive_cost`` has lost its digits: there it is another cost."""


def real(cost: Cost) -> Cost:
    """The same for code that takes no complex arrays."""

    def only(U: Any, v: Any) -> Any:
        if np.iscomplexobj(U) or np.iscomplexobj(v):
            raise TypeError("no complex arrays")
        return cost(U, v)

    return only


def milliseconds(f: Callable[[], object], runs: int = 200) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def every_entry(cost: Cost, U: Any, v: Any) -> None:
    """Central differences of all entries."""
    for a in (U, v):
        flat = a.reshape(-1)
        for k in range(flat.size):
            old = flat[k]
            flat[k] = old + 1e-4
            cost(U, v)
            flat[k] = old - 1e-4
            cost(U, v)
            flat[k] = old


def seen(cost: Cost, magnitude: float, relative: float, runs: int = 200) -> tuple[float, float]:
    """The share of errors that are seen in one entry: the largest of the gradient, and one drawn at random among those
    that are not tiny (a hundredth of the largest or more)."""
    rng = np.random.default_rng(5)
    largest = drawn = 0
    for k in range(runs):
        U, v = magnitude * rng.normal(size=(100, 20)), magnitude * rng.normal(size=20)
        exact = softmax_gradient(U, v)
        sizes = np.abs(exact[0])
        places = np.argwhere(sizes >= sizes.max() / 100)
        for pick, at in enumerate((np.unravel_index(sizes.argmax(), sizes.shape), places[rng.integers(len(places))])):
            g = [a.copy() for a in exact]
            g[0][tuple(at)] *= 1 + relative
            found = second_opinion(cost, [U, v], g, seed=k).agrees is False
            largest, drawn = largest + (found and not pick), drawn + (found and pick)
    return largest / runs, drawn / runs


def false_alarms(wanted: int) -> tuple[int, int]:
    """Right gradients of all costs at magnitudes from 0.001 to 3, by complex step and by Richardson in turn."""
    rng = np.random.default_rng(6)
    alarms = silent = 0
    for k in range(wanted):
        cost, gradient, terms = COSTS[k % len(COSTS)]
        W, D = int(rng.integers(9, 40)), int(rng.integers(1, 12))
        magnitude = 10.0 ** rng.uniform(-3, 0.5)
        U, v = magnitude * rng.normal(size=(W, D)), magnitude * rng.normal(size=D)
        if cost is naive_cost:
            U *= min(1.0, SATURATED / np.abs(U @ v).max())
        called = cost if k % 8 < 4 else real(cost)
        scale = float(np.abs(U @ v).max())
        opinion = second_opinion(called, [U, v], gradient(U, v), seed=k, terms=terms(U, v), scale=scale)
        alarms += opinion.agrees is False
        silent += opinion.agrees is None
    return alarms, silent


def exact_milliseconds() -> float:
    """The exact gradient of a pair, at W = 100 and D = 20, without the search for a cause."""
    document = ROOT / "derivations" / "skipgram_softmax_u.md"
    problem = problem_of(read_document(Source(document.name, document.read_text(encoding="utf-8"))))
    bind(softmax_course, problem, ("v_c=centre", "o=outside", "U=outside_vectors"))
    u = problem.arguments["U"]
    assert u.target is not None
    term = gradient(problem.value, u.target, u.axes)
    group = draw_points(problem, [term], 0, Fixed({"W": 100, "D": 20}))[0]
    one = group.env.sample(0)
    return milliseconds(lambda: array(Evaluator(one), GradientTerm(term.entry, term.axes)), 50)


def main() -> None:
    rng = np.random.default_rng(4)
    U, v = 0.1 * rng.normal(size=(100, 20)), 0.1 * rng.normal(size=20)
    g = softmax_gradient(U, v)
    once = milliseconds(lambda: softmax_cost(U, v))
    by_step = milliseconds(lambda: second_opinion(softmax_cost, [U, v], g))
    by_differences = milliseconds(lambda: second_opinion(real(softmax_cost), [U, v], g))
    everywhere = milliseconds(lambda: every_entry(softmax_cost, U, v), 5)
    print("second opinion at 2,020 parameters, five directions")
    print(f"  the cost, once                       {once:8.3f} ms")
    print(f"  complex step                         {by_step:8.3f} ms  {by_step / once:6.0f} x the cost")
    print(f"  Richardson                           {by_differences:8.3f} ms  {by_differences / once:6.0f} x the cost")
    print(f"  central differences of every entry   {everywhere:8.3f} ms  {everywhere / once:6.0f} x the cost")
    print(f"  the exact gradient, evaluated        {exact_milliseconds():8.3f} ms")
    print("share of errors seen in one entry: the largest / one drawn at random")
    for cost, name in ((softmax_cost, "complex step"), (real(softmax_cost), "Richardson")):
        for magnitude in (0.01, 1.0):
            shares = [(e, seen(cost, magnitude, e)) for e in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9)]
            print(f"  {name:13} weights {magnitude:4}:", ", ".join(f"{e:g}: {a:.2f}/{b:.2f}" for e, (a, b) in shares))
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    alarms, silent = false_alarms(wanted)
    print(f"{wanted} right gradients: {alarms} false alarms, {silent} without an opinion")


if __name__ == "__main__":
    main()
