"""What is inferred of undeclared names, as ``symgrad declare`` prints it: one rule of inference a document."""

from __future__ import annotations

import re

from symgrad.checking.documents import check_text
from tests.cases import each
from tests.docs_pages import DOCS, cell

RULES: list[tuple[str, tuple[str, ...], str]] = [
    ("softmax of a name", (r"p = \operatorname{softmax}(z)",), r"z \in \mathbb{R}^{D}"),
    ("norm", (r"J = \lVert z \rVert",), r"z \in \mathbb{R}^{D}"),
    ("norm of a capital", (r"J = \lVert Z \rVert_F",), r"Z \in \mathbb{R}^{D \times M}"),
    ("inner product", (r"J = \langle a, b \rangle",), r"a \in \mathbb{R}^{D}; b \in \mathbb{R}^{D}"),
    ("entry by entry", (r"h = a \odot b",), r"a \in \mathbb{R}^{D}; b \in \mathbb{R}^{D}"),
    (
        "entry by entry with a capital",
        (r"H = A \odot B",),
        r"A \in \mathbb{R}^{D \times M}; B \in \mathbb{R}^{D \times M}",
    ),
    ("transposed small", (r"s = a^\top b",), r"a \in \mathbb{R}^{D}; b \in \mathbb{R}^{D}"),
    ("transposed capital", (r"G = A^\top A",), r"A \in \mathbb{R}^{D \times M}"),
    ("trace", (r"J = \operatorname{tr}(A)",), r"A \in \mathbb{R}^{D \times D}"),
    (
        "capital before vector",
        (r"y = A \operatorname{softmax}(z)",),
        r"A \in \mathbb{R}^{D \times M}; z \in \mathbb{R}^{M}",
    ),
    ("capital before small by custom", (r"y = A x",), r"A \in \mathbb{R}^{D \times M}; x \in \mathbb{R}^{M}"),
    ("greek after capital", (r"y = A \lambda",), r"A \in \mathbb{R}; \lambda \in \mathbb{R}"),
    ("capital before capital", (r"Y = X W",), r"X \in \mathbb{R}^{D \times M}; W \in \mathbb{R}^{M \times K}"),
    (
        "sides have one rank",
        (
            r"J = \lVert z \rVert^2",
            r"z = b",
        ),
        r"b \in \mathbb{R}^{D}",
    ),
    ("terms have one rank", (r"J = \lVert x + b \rVert^2",), r"x \in \mathbb{R}^{D}; b \in \mathbb{R}^{D}"),
    ("a number beside", (r"J = \sum_i (y_i - a)^2",), r"y \in \mathbb{R}^{n_{i}}; a \in \mathbb{R}"),
    (
        "derivative is number by number",
        (
            r"f = a x^2",
            r"\frac{d f}{d x} = 2 a x",
        ),
        r"a \in \mathbb{R}; x \in \mathbb{R}",
    ),
    ("slots two", (r"z_n = X_{nd} w_d",), r"X \in \mathbb{R}^{n_{n} \times n_{d}}; w \in \mathbb{R}^{n_{d}}"),
    ("numbered", (r"J = x_1 + x_2",), r"x_1 \in \mathbb{R}; x_2 \in \mathbb{R}"),
    ("label", (r"J = w_{\text{in}} x",), r"w_{\text{in}} \in \mathbb{R}; x \in \mathbb{R}"),
    (
        "layer",
        (r"J = \lVert W^{(1)} x + b^{(1)} \rVert^2",),
        r"W^{(1)} \in \mathbb{R}^{D \times M}; x \in \mathbb{R}^{M}; b^{(1)} \in \mathbb{R}^{D}",
    ),
    ("fixed", (r"J = -\log y_o",), r"o \in [n_{o}]; y \in \mathbb{R}^{n_{o}}"),
    ("not fixed if repeated", (r"J = a_k b_k",), r"a \in \mathbb{R}^{n_{k}}; b \in \mathbb{R}^{n_{k}}"),
    ("a sum gives size", (r"J = \sum_{i=1}^{N} x_i",), r"x \in \mathbb{R}^{N}"),
    (
        "shared letters",
        (r"J = \sum_i x_i y_i + \sum_i y_i z_i",),
        r"x \in \mathbb{R}^{n_{i}}; y \in \mathbb{R}^{n_{i}}; z \in \mathbb{R}^{n_{i}}",
    ),
    ("delta", (r"A_{ij} = \delta_{ij} x_i",), r"x \in \mathbb{R}^{n_{i}}"),
    (
        "scalar factor",
        (r"g = \lambda w, \quad J = \lVert w \rVert^2",),
        r"\lambda \in \mathbb{R}; w \in \mathbb{R}^{D}",
    ),
    (
        "cost is number",
        (r"J = \frac{1}{2} \lVert w \rVert^2 + \lambda",),
        r"w \in \mathbb{R}^{D}; \lambda \in \mathbb{R}",
    ),
    (
        "exp of vector",
        (r"J = \sum_i \exp(\theta^\top x_i)",),
        r"\theta \in \mathbb{R}^{D}; x \in \mathbb{R}^{n_{i} \times D}",
    ),
    ("function", (r"y = f(x)",), r"x \in \mathbb{R}"),
    (
        "bold",
        (
            r"J = \mathbf{w}^\top \mathbf{x}",
            r"J = \sum_i w_i x_i",
        ),
        r"w \in \mathbb{R}^{n_{i}}; x \in \mathbb{R}^{n_{i}}",
    ),
    ("diag", (r"H = \operatorname{diag}(s) - s s^\top",), r"s \in \mathbb{R}^{D}"),
    (
        "matrix vector through definition",
        (
            r"h = W x",
            r"J = v^\top h",
        ),
        r"W \in \mathbb{R}^{D \times M}; x \in \mathbb{R}^{M}; v \in \mathbb{R}^{D}",
    ),
    ("root", (r"s = \sqrt{a^2 + b^2}",), r"a \in \mathbb{R}; b \in \mathbb{R}"),
]
"""A rule, the displays of a document, and what is inferred of it."""
ROW = re.compile(r"^\| `([^`]*)` \| ((?:`[^`]*`(?:, )?)+) \|$", re.MULTILINE)


def declared(*displays: str) -> tuple[str, ...]:
    """What is inferred of a document of these displays."""
    return check_text("\n\n".join(f"$$ {d} $$" for d in displays)).inferred


def tabled() -> list[tuple[str, tuple[str, ...]]]:
    """The table ``written | inferred`` of the page on undeclared names."""
    page = (DOCS / "reference/notation/undeclared.md").read_text(encoding="utf-8")
    table = page.split("| written | inferred |")[1].split("\n\n")[0]
    rows = [(cell(written), tuple(re.findall("`([^`]*)`", cell(found)))) for written, found in ROW.findall(table)]
    assert len(rows) == len(table.strip().splitlines()) - 1, "a row can't be read"
    return rows


@each("row", tabled())
def test_table_of_the_page_on_undeclared_names(row: tuple[str, tuple[str, ...]]) -> None:
    written, found = row
    assert declared(written) == found


@each(
    ("displays", "found"),
    [
        ((r"f(x) = a x^2 + b x + c", r"f'(x) = 2 a x + b"), "a b c x"),
        ((r"J = -\log p_o, \quad p = \operatorname{softmax}(z)", r"\frac{\partial J}{\partial z_o} = p_o - 1"), "o z"),
        ((r"J = \half x^2",), ""),
        ((r"g = \phi(s, t)",), "s t"),
    ],
)
def test_names_that_are_declared(displays: tuple[str, ...], found: str) -> None:
    """Parameters where the function is used; fixed letters; no name that has an unreadable definition, no function."""
    assert sorted(line.split()[0] for line in declared(*displays)) == found.split()


@each(("displays", "found"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_rule(displays: tuple[str, ...], found: str) -> None:
    assert "; ".join(declared(*displays)) == found
