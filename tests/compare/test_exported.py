"""Generated gradient functions held against the derivation they come from: every cost of the library."""

from __future__ import annotations

from pathlib import Path

from symgrad.comparing.comparer import compare
from symgrad.comparing.problem import problem_of
from symgrad.exporting.costs import export_document
from symgrad.exporting.loading import load_text
from tests.cases import each
from tests.reading import read

ROOT = Path(__file__).parents[2]
DERIVATIONS = sorted((ROOT / "derivations").glob("*.md"))
SUFFIX = "_value_and_grad"


@each("path", DERIVATIONS, shares=4)
def test_generated_gradients_are_right(path: Path) -> None:
    module = load_text(export_document(read(path)).text)
    names = [n for n in dir(module) if n.endswith(SUFFIX) and not n.endswith(f"_batch{SUFFIX}")]
    assert names
    for name in names:
        found = compare(getattr(module, name), problem_of(read(path), name.removesuffix(SUFFIX)))
        assert found.right, found.findings
        assert found.gradients
        assert found.opinion is None or found.opinion.agrees is not False
