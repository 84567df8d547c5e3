"""What is inferred of undeclared names, as ``symgrad declare`` prints it: one rule of inference a document."""

from __future__ import annotations

import re

from symgrad.checking.documents import check_text
from tests.cases import each
from tests.docs_pages import DOCS, cell

ROW = re.compile(r"^\| `([^`]*)` \| ((?:`[^`]*`(?:, )?)+) \|$", re.MULTILINE)


def declared(*displays: str) -> tuple[str, ...]:
    """What is inferred of a document of these displays."""
    return check_text("\n\n".join(f"$$ {d} $$" for d in displays)).inferred


def tabled() -> list[tuple[str, tuple[str, ...]]]:
    """The table ``written | inferred`` of the notation page."""
    page = (DOCS / "reference/notation.md").read_text(encoding="utf-8")
    table = page.split("| written | inferred |")[1].split("\n\n")[0]
    rows = [(cell(written), tuple(re.findall("`([^`]*)`", cell(found)))) for written, found in ROW.findall(table)]
    assert len(rows) == len(table.strip().splitlines()) - 1, "a row can't be read"
    return rows


@each("row", tabled())
def test_table_of_the_notation_page(row: tuple[str, tuple[str, ...]]) -> None:
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
