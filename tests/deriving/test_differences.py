"""Every generated gradient of the library against differences of its cost, at sizes all different and many digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.draw import draw
from symgrad.checking.sample_sizes import SampleSizes, need
from symgrad.core.claims import Claim
from symgrad.core.nodes import Apply, Deriv, Tensor, distinct
from symgrad.evaluating.arithmetic import expand
from symgrad.evaluating.digits import UndefinedValue
from symgrad.evaluating.evaluator import Evaluator
from symgrad.gradients.gradient import gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.differences import difference, exact, worst
from tests.exporting.worlds import World
from tests.reading import read

UNDEFINED = ("gaussian_kl_matrix",)
"""Its logarithms of determinants have values at none of the points that are drawn here; ``tests/compare`` draws
definite matrices for it."""
LIBRARY = sorted(p for p in (Path(__file__).parents[2] / "derivations").glob("*.md") if p.stem not in UNDEFINED)


@pytest.mark.sampled
@each("path", LIBRARY, shares=4)
def test_gradients_agree_with_differences(path: Path) -> None:
    asking = GradientRequests(read(path))
    scalars = [q for q in asking.quantities if q.is_scalar]
    compared = [agrees(asking, q.name, by) for q in scalars for by in asking.parameters(q.value)]
    assert any(compared), "nothing could be compared"


def agrees(asking: GradientRequests, of: str, by: str) -> bool:
    """Whether both are defined at a point; fails where they differ there."""
    found = gradient(asking, of, [by])
    (target,) = found.targets
    if not isinstance(target.symbol, Tensor) or any(isinstance(n, Apply) for n in distinct(found.entry)):
        return False  # a cost that is known by its gradient alone
    # a derivative is simplified with assumed equations only; what positions differ from is of no account
    assumptions = tuple(a for a in asking.vocabulary.assumptions() if a.kind == "equation")
    claim = Claim(Deriv(found.of.body, target.entry), found.entry, target.axes, assumptions)
    sizes = SampleSizes().choose(claim, need(claim, DegreeCounter()))
    env = draw(sizes, assumptions, seed=1, batch=1)
    if env is None:
        return False
    shape = env.shape(target.symbol.ranges)
    ours = np.broadcast_to(expand(Evaluator(env).number(found.entry), target.axes)[0], shape)
    if not np.isfinite(ours).all():
        return False
    try:
        assert worst(ours, found.of.body, target.symbol, env) < 1e-10, f"{of} by {by}"
    except UndefinedValue:
        return False
    return True


@each(
    "cost",
    [
        r"\sum_{n=2}^{N} \frac{(x_n - x_{n-1})^3}{(x_{n-1} - x_n)^2 + 1}",
        r"\sum_{n=2}^{N} (x_n - x_{n-1})^3 (x_{n-1} - x_n)",
        r"\sum_{n=2}^{N} (\frac{1}{(x_n - x_{n-1})^6} - \frac{2}{(x_n - x_{n-1})^3})",
        r"\sum_{i<j} (\frac{1}{(x_i - x_j)^{12}} - \frac{2}{(x_i - x_j)^6})",
        r"\sum_{i=1}^{N} \sum_{j=1}^{i-1} (\frac{a}{(x_i - x_j)^4} - \frac{b}{(x_i - x_j)^2})",
    ],
)
def test_powers_of_differences_of_neighbours(cost: str) -> None:
    text = f"With $x \\in \\mathbb{{R}}^N$ and $a, b \\in \\mathbb{{R}}$:\n\n$$ J = {cost} $$\n"
    asking = GradientRequests(read_document(Source("cost.md", text)))
    found = gradient(asking, "J", ["x"])
    (target,) = found.targets
    world = World(asking.vocabulary)
    for t in world.tensors().values():
        world.tensor(t)
    env = world.env
    assert isinstance(target.symbol, Tensor)
    compared = 0
    for (k,) in np.ndindex(*env.shape(target.symbol.ranges)):
        try:
            got = exact(found.entry, dict(zip(target.axes, (k + 1,), strict=True)), env)
        except UndefinedValue:
            continue
        wanted = difference(found.of.body, target.symbol, (k,), env)
        assert got == pytest.approx(wanted, rel=1e-10, abs=1e-10)
        compared += 1
    assert compared
