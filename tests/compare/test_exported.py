"""Generated gradient functions held against the derivation they come from: every cost of the library."""

from __future__ import annotations

from pathlib import Path

import symgrad
from symgrad.comparing.comparer import compare
from tests.cases import each

ROOT = Path(__file__).parents[2]
DERIVATIONS = sorted((ROOT / "derivations").glob("*.md"))
SUFFIX = "_value_and_grad"


@each("path", DERIVATIONS, shares=4)
def test_generated_gradients_are_right(path: Path) -> None:
    document = symgrad.read(str(path))
    module = symgrad.load(document)
    names = [n for n in dir(module) if n.endswith(SUFFIX) and not n.endswith(f"_batch{SUFFIX}")]
    assert names
    for name in names:
        found = compare(getattr(module, name), document.problem(name.removesuffix(SUFFIX)))
        assert found.right, found.findings
        assert found.gradients
        assert found.opinion is None or found.opinion.agrees is not False
