"""Whatever symgrad derives it reads again and proves: every gradient in both forms, every line of a derivation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest

from symgrad.checking import checker as checking
from symgrad.checking.checker import Checker
from symgrad.checking.verdict import Step
from symgrad.gradients.gradient import Gradient, gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.proving import proof as proving
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.reading import read
from tests.samples import THOROUGH

ROOT = Path(__file__).parents[2]
FOLDERS = ("derivations", "tests/corpus", "tests/unseen")
DOCUMENTS = sorted(p for folder in FOLDERS for p in (ROOT / folder).glob("*.*") if p.suffix in (".md", ".tex"))
UNDECIDED = {
    "embeddings": "no sizes are found at which all the assumptions at the end of the document hold",
    "skipgram_window": "a function that is defined as `p(o \\mid c)` is written `p(o, c)`, and read as another one",
}
"""Documents of which some generated lines are not proved, and why. None is ever refuted; one that is proved
throughout is taken off the list."""


AMPLE = 60.0
"""Seconds of processor time, so that no verdict here depends on the machine."""


@cache
def asking(path: Path) -> GradientRequests:
    return GradientRequests(read(path))


@cache
def derived(path: Path, of: str, by: str) -> Gradient:
    return gradient(asking(path), of, [by])


def gradients(path: Path) -> Iterator[Gradient]:
    """Every defined scalar, by every real array or number that it depends on."""
    asked = asking(path)
    scalars = [q.name for q in asked.quantities if q.is_scalar]
    for name in dict.fromkeys((*scalars, *asked.costs())):
        for by in asked.parameters(asked.quantity(name)):
            yield derived(path, name, by)


def behind(path: Path, displays: list[str]) -> list[Step]:
    """The verdicts on displays that stand behind a document, whose own steps are left to ``test_corpus``."""
    text = path.read_text(encoding="utf-8").replace("\\end{document}", "").rstrip()
    document = read_document(Source(path.name, "\n\n".join((text, *displays)) + "\n"))
    checker = Checker(store={})  # a matrix form stands alone and ends a derivation: it is ruled on once
    with patch.object(checking, "STEP_SECONDS", AMPLE), patch.object(proving, "EXPANDING_SECONDS", AMPLE):
        return [checker.step(step) for step in document.steps if step.span.start >= len(text)]


def judge(path: Path, displays: list[str]) -> None:
    steps = behind(path, displays)
    assert len(steps) >= len(displays)
    bad = [s for s in steps if s.verdict != "proved"]
    said = "\n".join(f"{s.verdict}: {s.left} = {s.right}" for s in bad)
    assert not [s for s in bad if s.verdict == "refuted"], said
    assert bool(bad) == (path.stem in UNDECIDED), said or f"{path.stem} is proved throughout: take it off UNDECIDED"
    warned = [w for s in steps if s.verdict == "proved" for w in s.warnings if w.code != "SG212"]
    assert not warned or path.stem in UNDECIDED, (
        "a line is read with a warning"
    )  # SG212: `p(l, c)` of a density that has no value is arbitrary


def chosen() -> list[Path]:
    """The library, what nobody had seen and a sixth of the corpus; in a thorough run a quarter too."""
    corpus = [p for p in DOCUMENTS if p.parent.name == "corpus"]
    tried = [p for k, p in enumerate(corpus) if k % 6 == 0 or (THOROUGH and k % 4 == 0)]
    return [p for p in DOCUMENTS if p not in corpus] + tried


def forms(path: Path) -> list[str]:
    """Every gradient in index form, and in matrix form where it has one."""
    found = list(gradients(path))
    written = [g.latex("index") for g in found] + [g.latex("matrix") for g in found if not g.no_matrix_form]
    return [f"$$\n{latex}\n$$" for latex in written]


def lines(path: Path) -> list[str]:
    """The derivation of every gradient of a cost."""
    asked = asking(path)
    pairs = [(name, by) for name in sorted(set(asked.costs())) for by in asked.parameters(asked.quantity(name))]
    return [derived(path, name, by).steps() for name, by in pairs]


@pytest.mark.sampled
@each("path", chosen, shares=12)
def test_every_form_of_every_gradient_and_every_line_of_every_derivation_is_proved(path: Path) -> None:
    displays = [*forms(path), *lines(path)]
    if displays:
        judge(path, displays)


def test_nearly_every_gradient_of_the_library_has_a_matrix_form() -> None:
    library = [p for p in DOCUMENTS if p.parent.name == "derivations"]
    found = [
        (path.stem, derived(path, name, by))
        for path in library
        for name in asking(path).costs()
        for by in asking(path).parameters(asking(path).quantity(name))
    ]
    without = [f"{stem}: {g.latex('index')} ({g.no_matrix_form})" for stem, g in found if g.no_matrix_form]
    assert len(without) <= 0.1 * len(found), "\n".join(without)
