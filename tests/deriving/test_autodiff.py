"""Every generated gradient of the library against automatic differentiation by PyTorch, where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.draw import draw
from symgrad.checking.sample_sizes import SampleSizes, need
from symgrad.core.claims import Claim
from symgrad.core.nodes import Deriv
from symgrad.evaluating.arithmetic import expand
from symgrad.evaluating.evaluator import Evaluator
from symgrad.gradients.gradient import gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.deriving.torch_meaning import Abstract, TorchMeaning

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch", reason="automatic differentiation needs PyTorch")

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-10


@each("path", sorted((ROOT / "derivations").glob("*.md")), shares=2)
def test_gradients_agree_with_automatic_differentiation(path: Path) -> None:
    asking = GradientRequests(read_document(Source(path.name, path.read_text(encoding="utf-8"))))
    compared = 0
    for q in asking.quantities:
        if not q.is_scalar:
            continue
        for by in asking.parameters(q.value):
            compared += compare(asking, q.name, by)
    assert compared, "nothing could be compared"


def compare(asking: GradientRequests, of: str, by: str) -> bool:
    """Whether both derivatives were defined at a point; fails where they differ there."""
    found = gradient(asking, of, [by])
    (target,) = found.targets
    # a derivative is simplified with assumed equations only; what positions differ from is of no account
    assumptions = tuple(a for a in asking.vocabulary.assumptions() if a.kind == "equation")
    claim = Claim(Deriv(found.of.body, target.entry), found.entry, target.axes, assumptions)
    sizes = SampleSizes().choose(claim, need(claim, DegreeCounter()))
    env = draw(sizes, assumptions, seed=1, batch=1)
    if env is None:
        return False
    meaning = TorchMeaning(torch, env)
    try:
        value, axes = meaning.value(found.of.body)
    except Abstract:
        return False
    assert axes == ()
    value.backward()
    wanted = meaning.leaves[target.symbol].grad.numpy()
    had = Evaluator(env).number(found.entry)
    ours = np.broadcast_to(expand(had, target.axes)[0], wanted.shape)
    if not (np.isfinite(ours).all() and np.isfinite(wanted).all()):
        return False
    scale = max(1.0, float(np.abs(wanted).max(initial=0.0)))
    assert np.abs(ours - wanted).max(initial=0.0) <= TOLERANCE * scale, f"{of} by {by}: {ours} is not {wanted}"
    return True
