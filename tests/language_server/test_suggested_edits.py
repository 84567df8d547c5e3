"""The edits that an editor offers for a refuted step make it hold."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from symgrad.language_server.suggested_edits import suggested_edits
from tests.cases import each

HEAD = "Let $A \\in \\mathbb{R}^{N \\times N}$, $x, y \\in \\mathbb{R}^{N}$, $t \\in \\mathbb{R}$.\n\n"
STEPS = {
    "a sign": "\\frac{\\partial}{\\partial x_k} \\sum_i x_i y_i = -y_k",
    "a factor of two": "\\frac{\\partial}{\\partial x_k} \\sum_i x_i^2 = x_k",
    "an argument in a product": "\\frac{d}{dt} [\\log \\sigma(-t)] = -\\sigma(-t)",
    "a sum in a product": "\\sigma'(t) = \\sigma(-t) \\sigma(-t)",
    "a square": "\\sigma'(t) = \\sigma(t)^2",
    "a transpose": "\\nabla_x (y^\\top A x) = A y",
    "the wrong way round": "\\frac{\\partial}{\\partial x_k} \\sum_i (x_i y_i - t x_i) = t - y_k",
    "a missing term": "\\frac{d}{dt} [t \\sigma(t)] = \\sigma(t)",
    "a missing term of a matrix product": "\\nabla_x (y^\\top A x + \\lVert x \\rVert^2) = A^\\top y",
    "a missing factor": "\\frac{d}{dt} t^3 = 3 t",
    "the sign of a term": "\\frac{\\partial}{\\partial x_k} \\sum_i (x_i^3 - t x_i) = 3 x_k^2 + t",
    "the sign of a term in brackets": "\\frac{d}{dt} \\sum_i \\frac{1}{2}(t x_i - y_i)^2 = \\sum_i (t x_i + y_i) x_i",
    "the sign of the first term": "\\frac{d}{dt} (t^3 + t^2) = \\left( -3 t^2 + 2 t \\right)",
    "a term half as large": "\\frac{d}{dt} (t^3 + t^2) = 3 t^2 + t",
    "a term too many": "\\frac{d}{dt} (t^3 + t) = 3 t^2 + 2 t + 1",
}


@each("name", list(STEPS))
def test_an_edit_makes_the_step_hold(name: str) -> None:
    text = f"{HEAD}$$ {STEPS[name]} $$\n"
    step = check_text(text).steps[0]
    assert step.verdict == "refuted"
    for edit in suggested_edits(step):
        mended = text[: edit.span.start] + edit.text + text[edit.span.end :]
        assert check_text(mended).steps[0].verdict == "proved", (edit.said, mended)


@each("name", ["a sign", "a factor of two", "a missing factor", "the wrong way round", "a missing term"])
def test_a_repair_of_a_whole_side_has_an_edit(name: str) -> None:
    assert list(suggested_edits(check_text(f"{HEAD}$$ {STEPS[name]} $$\n").steps[0]))


@each("name", [name for name in STEPS if " term" in name and "missing" not in name])
def test_a_repair_of_a_term_has_an_edit(name: str) -> None:
    step = check_text(f"{HEAD}$$ {STEPS[name]} $$\n").steps[0]
    said = [edit.said for edit in suggested_edits(step)]
    assert any(" the term " in one for one in said), (step.repairs, said)
