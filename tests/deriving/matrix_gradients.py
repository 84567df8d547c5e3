"""Gradients of costs with matrices, held against PyTorch's automatic differentiation and against differences.

    python -m tests.deriving.matrix_gradients

Prints a line per cost: all gradients of ``derivations/`` that depend on matrices, those of the thirty published costs,
and those of costs with exponentials, roots and Cholesky factors, at three choices of sizes, each with matrices as
drawn, symmetric ones, and definite ones. The errors are relative to the largest entry of a gradient, or to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.draw import draw
from symgrad.checking.sample_sizes import SampleSizes, need
from symgrad.core.claims import Claim
from symgrad.core.nodes import Apply, Deriv, Tensor, distinct, reach
from symgrad.evaluating.arithmetic import expand
from symgrad.evaluating.digits import UndefinedValue
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator
from symgrad.gradients.gradient import Gradient, gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.benchmarks.matrix_derivatives import DECLARED, PUBLISHED
from tests.deriving.torch_meaning import Abstract, TorchMeaning
from tests.differences import worst

ROOT = Path(__file__).parents[2]
SMALLEST = (2, 3, 5)
"""The smallest size of each choice; every further one is larger by 1."""
DECLARED_FUNCTIONS = (
    "Let $A, B \\in \\mathbb{R}^{n \\times n}$, $a, b \\in \\mathbb{R}^n$, $t \\in \\mathbb{R}$, and let "
    "$P \\in \\mathbb{R}^{n \\times n}$ be symmetric positive definite.\n\n"
)
FUNCTIONS = (
    (r"a^\top e^{A} b", "A"),
    (r"a^\top e^{A B} b", "B"),
    (r"a^\top e^{t A} b", "t"),
    (r"\operatorname{tr} e^{A}", "A"),
    (r"\operatorname{tr}(B e^{A^\top A})", "A"),
    (r"\log \lVert e^{A} a \rVert^2", "A"),
    (r"a^\top P^{1/2} b", "P"),
    (r"\operatorname{tr}(P^{1/2})", "P"),
    (r"\lVert P^{-1/2} a \rVert^2", "P"),
    (r"a^\top (A A^\top + P)^{1/2} b", "A"),
    (r"a^\top \operatorname{chol}(P) b", "P"),
    (r"\lVert \operatorname{chol}(P)^{-1} a \rVert^2", "P"),
    (r"\sum_i \log \operatorname{chol}(P)_{ii}", "P"),
    (r"a^\top \operatorname{chol}(A A^\top + P) b", "A"),
)
"""Costs with functions of matrices, and the names that they are differentiated by."""
Kind = Literal["as drawn", "symmetric", "definite"]
KINDS: tuple[Kind, ...] = ("as drawn", "symmetric", "definite")


class Errors(NamedTuple):
    """How far a gradient is from automatic differentiation and from differences; None where one has no value."""

    of_torch: float | None
    of_differences: float | None


def library() -> Iterator[tuple[str, GradientRequests, str, str]]:
    """The gradients of the library that depend on a matrix: name, document, cost and parameter."""
    for path in sorted((ROOT / "derivations").glob("*.md")):
        asking = GradientRequests(read_document(Source(path.name, path.read_text(encoding="utf-8"))))
        for q in asking.quantities:
            if q.is_scalar and any(len(t.ranges) == 2 for t in reach(q.value.body).tensors):
                for by in asking.parameters(q.value):
                    yield path.stem, asking, q.name, by


def published() -> Iterator[tuple[str, GradientRequests, str, str]]:
    """Those of the thirty published costs."""
    for p in PUBLISHED:
        source = Source("published.md", f"{DECLARED}$$ J = {p.cost} $$\n")
        yield p.cost, GradientRequests(read_document(source)), "J", p.by


def of_functions() -> Iterator[tuple[str, GradientRequests, str, str]]:
    """Those of costs with exponentials, roots and Cholesky factors of matrices."""
    for cost, by in FUNCTIONS:
        source = Source("functions.md", f"{DECLARED_FUNCTIONS}$$ J = {cost} $$\n")
        yield cost, GradientRequests(read_document(source)), "J", by


def at_sizes(found: Gradient, smallest: int, kind: Kind) -> Environment | None:
    """A point for a gradient; None if none is found that meets the assumptions."""
    (target,) = found.targets
    equations = tuple(a for a in found.requests.vocabulary.assumptions() if a.kind == "equation")
    claim = Claim(Deriv(found.of.body, target.entry), found.entry, target.axes, equations)
    chosen = SampleSizes().choose(claim, need(claim, DegreeCounter()))
    sizes = {name: smallest + k for k, name in enumerate(chosen)}
    env = draw(sizes, equations, seed=smallest, batch=1)
    if env is None or kind == "as drawn":
        return env
    for t in reach(found.of.body).tensors:
        if len(t.ranges) == 2 and t.ranges[0] == t.ranges[1]:
            square = env.tensor(t)
            turned = np.swapaxes(square, -1, -2)
            size = max(1, square.shape[-1])
            definite = square @ turned / size + np.eye(square.shape[-1]) / 2
            env.tensors[t] = (
                (square + turned) / 2 if kind == "symmetric" else (definite + np.swapaxes(definite, -1, -2)) / 2
            )
    return env


def errors(found: Gradient, env: Environment, torch: Any = None) -> Errors:
    """The errors of a gradient at a point, that of PyTorch where it is given."""
    (target,) = found.targets
    tensor = target.symbol
    if not isinstance(tensor, Tensor) or any(isinstance(x, Apply) for x in distinct(found.entry)):
        return Errors(None, None)
    shape = env.shape(tensor.ranges)
    ours = np.broadcast_to(expand(Evaluator(env).number(found.entry), target.axes)[0], shape)
    if not np.isfinite(ours).all():
        return Errors(None, None)
    automatic = differences = None
    if torch is not None:
        try:
            meaning = TorchMeaning(torch, env)
            value, _ = meaning.value(found.of.body)
            value.backward()
            wanted = meaning.leaves[tensor].grad.numpy()
            if np.isfinite(wanted).all():
                automatic = float(np.abs(ours - wanted).max(initial=0.0)) / max(
                    1.0, float(np.abs(ours).max(initial=0.0))
                )
        except Abstract:
            pass
    with suppress(UndefinedValue):
        differences = worst(ours, found.of.body, tensor, env)
    return Errors(automatic, differences)


def main() -> None:
    import torch

    total: dict[str, list[float]] = {"PyTorch": [], "differences": []}
    for name, asking, of, by in (*library(), *published(), *of_functions()):
        found = gradient(asking, of, [by])
        row: list[Errors] = []
        for smallest in SMALLEST:
            for kind in KINDS:
                env = at_sizes(found, smallest, kind)
                if env is not None:
                    row.append(errors(found, env, torch))
        for column, kept in enumerate(total.values()):
            kept += [e for r in row if (e := r[column]) is not None]
        shown = [[e for r in row if (e := r[column]) is not None] for column in (0, 1)]
        cells = [f"{max(es):.0e} at {len(es)}" if es else "no point" for es in shown]
        print(f"{name} | {of} by {by} | {cells[0]} | {cells[1]}", flush=True)
    for name, kept in total.items():
        print(f"{name}: {len(kept)} comparisons, the largest error {max(kept):.1e}")


if __name__ == "__main__":
    main()
