"""Every generated gradient of the library against differences of its cost, at sizes all different and many digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from symgrad.checking.draw import draw
from symgrad.checking.sizes import Sizes, need
from symgrad.checking.survey import Survey
from symgrad.deriving.gradient import gradient
from symgrad.deriving.question import Asking
from symgrad.ir.arithmetic import expand
from symgrad.ir.claims import Claim
from symgrad.ir.digits import Undefined
from symgrad.ir.evaluate import Evaluator
from symgrad.ir.nodes import Apply, Deriv, Tensor
from symgrad.ir.traverse import distinct
from symgrad.notation.reader import read_document
from symgrad.notation.source import Source
from tests.differences import worst

LIBRARY = sorted((Path(__file__).parents[2] / "derivations").glob("*.md"))


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: p.stem)
def test_gradients_agree_with_differences(path: Path) -> None:
    asking = Asking(read_document(Source(path.name, path.read_text(encoding="utf-8"))))
    scalars = [q for q in asking.quantities if q.is_scalar]
    compared = [agrees(asking, q.name, by) for q in scalars for by in asking.parameters(q.value)]
    assert any(compared), "nothing could be compared"


def agrees(asking: Asking, of: str, by: str) -> bool:
    """Whether both are defined at a point; fails where they differ there."""
    found = gradient(asking, of, [by])
    (target,) = found.targets
    if not isinstance(target.symbol, Tensor) or any(isinstance(n, Apply) for n in distinct(found.entry)):
        return False  # a cost that is known by its gradient alone
    # a derivative is simplified with assumed equations only; what positions differ from is of no account
    assumptions = tuple(a for a in asking.vocabulary.assumptions() if a.kind == "equation")
    claim = Claim(Deriv(found.of.body, target.entry), found.entry, target.axes, assumptions)
    sizes = Sizes().choose(claim, need(claim, Survey()))
    env = draw(sizes, assumptions, seed=1, batch=1)
    if env is None:
        return False
    shape = env.shape(target.symbol.ranges)
    ours = np.broadcast_to(expand(Evaluator(env).number(found.entry), target.axes)[0], shape)
    if not np.isfinite(ours).all():
        return False
    try:
        assert worst(ours, found.of.body, target.symbol, env) < 1e-10, f"{of} by {by}"
    except Undefined:
        return False
    return True
