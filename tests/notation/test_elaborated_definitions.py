"""A definition is elaborated once, and again only when a name that it depends on has changed."""

from __future__ import annotations

from typing import Any

import pytest

from symgrad.reading.document_reader import read_document
from symgrad.reading.meaning import definitions
from symgrad.text.source import Source
from tests.cases import each

DECLARED = "Let $x, w \\in \\mathbb{R}$.\n\n"


@pytest.fixture
def elaborated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the definitions elaborated so far, in order."""
    names: list[str] = []
    original = definitions._elaborated

    def counted(el: Any, entry: Any) -> Any:
        names.append(str(entry.key))
        return original(el, entry)

    monkeypatch.setattr(definitions, "_elaborated", counted)
    return names


def read(text: str) -> None:
    found = read_document(Source("layers.md", text))
    assert not found.diagnostics
    assert all(step.outcome.claim is not None for step in found.steps)


@each("layers", [5, 10, 20, 35])
def test_a_chain_of_layers_with_a_claim_each_is_elaborated_once_per_layer(elaborated: list[str], layers: int) -> None:
    elaborated.clear()
    elaborated.clear()
    lines = [DECLARED, "$$ h^{(0)} = w x $$"]
    for k in range(1, layers):
        lines.append(f"$$ h^{{({k})}} = \\tanh(w h^{{({k - 1})}}) $$")
        lines.append(
            f"$$ \\frac{{\\partial h^{{({k})}}}}{{\\partial h^{{({k - 1})}}}} = w (1 - h^{{({k})}} h^{{({k})}}) $$"
        )
    read("\n\n".join(lines))
    assert len(elaborated) == layers


def test_what_uses_a_changed_name_is_elaborated_again(elaborated: list[str]) -> None:
    read(DECLARED + "$$ a := x^2 $$\n\n$$ b := 2 a $$\n\n$$ c := 3 x $$\n\n$$ a := x^3 $$\n\n$$ b = 2 x^3, c = 3 x $$")
    assert elaborated == ["a", "b", "c", "a", "b"]


def test_a_name_that_was_not_declared_before_counts_as_changed(elaborated: list[str]) -> None:
    read(DECLARED + "$$ a := \\sum_{i=1}^{N} x^i $$\n\nLet $y_i \\in \\mathbb{R}$.\n\n$$ a = \\sum_{i=1}^{N} x^i $$")
    assert elaborated == ["a"]
    elaborated.clear()
    read(DECLARED + "$$ a := w e^x $$\n\nLet $e \\in \\mathbb{R}$.\n\n$$ a = w e^x $$")
    assert elaborated == ["a", "a"]
