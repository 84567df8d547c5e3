"""Parts that gradients have in common are named: what is printed is read again, and proved."""

from __future__ import annotations

from pathlib import Path

import symgrad
from symgrad.checking.checker import Checker
from symgrad.gradients.document_gradients import document_gradients
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each, facts

ROOT = Path(__file__).parent.parent.parent
test_named_parts = facts()
PROVED = {"gaussian_process": ("proved", "agrees")}
"""Of a kernel below an inverse two gradients are not proved in matrix form."""


def printed(text: str) -> list[str]:
    requests = symgrad.read(text=text).requests
    return document_gradients(requests, None, (), None, steps=False).displays


def documents() -> list[Path]:
    published = sorted((ROOT / "tests/benchmarks/published").glob("*.md"))
    return [*published, *sorted((ROOT / "derivations").glob("*.md"))[::4]]


@each("path", documents, shares=8)
def test_gradients_with_names_are_proved(path: Path) -> None:
    text = path.read_text(encoding="utf-8").rstrip()
    whole = read_document(Source(path.name, "\n\n".join((text, *printed(text))) + "\n"))
    checker = Checker(store={})
    steps = [checker.step(s) for s in whole.steps if s.span.start >= len(text)]
    bad = [f"{s.verdict}: {s.left} = {s.right}" for s in steps if s.verdict not in PROVED.get(path.stem, ("proved",))]
    assert not bad, "\n".join(bad)


def network(layers: int) -> str:
    chain = ", ".join(f"H_{{{k}}} = \\tanh(H_{{{k - 1}}} W_{{{k}}})" for k in range(1, layers + 1))
    weights = ", ".join(f"W_{{{k}}}" for k in range(1, layers + 1))
    return (
        f"Let $H_{{0}}, T \\in \\mathbb{{R}}^{{N \\times D}}$ and ${weights} \\in \\mathbb{{R}}^{{D \\times D}}$.\n\n"
        f"$$ {chain} $$\n\n$$ J = \\frac12 \\lVert H_{{{layers}}} - T \\rVert_F^2 $$\n"
    )


@test_named_parts.fact
def layers_are_named_one_after_the_other() -> None:
    assert printed(network(3))[:3] == [
        "$$\nG = (H_3 - T) \\odot (1 - H_3^{\\odot 2})\n$$",
        "$$\n\\Delta = (1 - H_2^{\\odot 2}) \\odot G W_3^\\top\n$$",
        "$$\nE = (1 - H_1^{\\odot 2}) \\odot \\Delta W_2^\\top\n$$",
    ]


@test_named_parts.fact
def names_of_the_document_are_not_taken() -> None:
    text = network(2).replace("T", "G").replace("H_", "\\Delta_")
    assert any(d.startswith("$$\nE = ") for d in printed(text))
    assert not any(d.startswith(("$$\nG = ", "$$\n\\Delta = ")) for d in printed(text))


@test_named_parts.fact
def a_part_that_stands_once_has_no_name() -> None:
    text = (ROOT / "tests/benchmarks/published/distillation.md").read_text(encoding="utf-8")
    assert not any(d.startswith("$$\nG = ") for d in printed(text))
