"""The pages of the documentation: their blocks, tables and headings, and the two that are made from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symgrad.core.functions import ROWS, Row
from symgrad.core.nodes import Entry, Expr, Tensor
from symgrad.reading.meaning.known_functions import WHOLE
from symgrad.text.codes import FAMILIES, codes, lesson
from symgrad.writing.index_latex import latex

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

FENCE = re.compile(r"^(?P<mark>`{3,})(?P<language>[a-z]*)(?P<words>[^\n`]*)\n(?P<text>.*?)^(?P=mark)$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block. ``words``: what stands behind its language; ``start .. end``: its text in the page."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int
    start: int
    end: int


def blocks(page: str) -> list[Block]:
    return [
        Block(m["language"], tuple(m["words"].split()), m["text"], page.count("\n", 0, m.start()) + 1, *m.span("text"))
        for m in FENCE.finditer(page)
    ]


@dataclass(frozen=True)
class Reading:
    """A row of a table ``written | read as`` or ``expression | read as``; ``start .. end``: the second cell."""

    expression: bool
    written: str
    read: str
    codes: tuple[str, ...]
    line: int
    start: int
    end: int


TABLE = re.compile(r"^\| (?P<head>written|expression) \| read as \|.*\n\|[-| ]+\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE)
ROW = re.compile(r"^\| (?P<mark>`+)(?P<written>.+?)(?P=mark) \| `(?P<read>.+?)` \|(?P<rest>.*)$", re.MULTILINE)


def readings(page: str) -> Iterator[Reading]:
    """The rows of those tables."""
    for table in TABLE.finditer(page):
        for m in ROW.finditer(page, *table.span("rows")):
            codes = tuple(re.findall(r"SG[0-9]{3}", m["rest"]))
            line = page.count("\n", 0, m.start()) + 1
            written, read = cell(m["written"]), cell(m["read"])
            yield Reading(table["head"] == "expression", written, read, codes, line, *m.span("read"))


def rows(page: str) -> int:
    """How many rows those tables have, whatever stands in them."""
    return sum(table["rows"].count("\n") for table in TABLE.finditer(page))


DECLARES = re.compile(
    r"^\| written \| (?:declares|assumes) \| so that \|\n\|[-| ]+\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE
)
CLAIM = re.compile(r"^\| (?P<written>`.+?`) \| .+ \| `(?P<claim>[^`]+)` \|$", re.MULTILINE)


def declared(page: str) -> Iterator[str]:
    """A document for each row of the tables ``written | declares | so that``: the first cell, then the last one."""
    for table in DECLARES.finditer(page):
        found = list(CLAIM.finditer(table["rows"]))
        assert len(found) == table["rows"].count("\n"), "a row can't be read"
        for m in found:
            said = ", ".join(re.findall("`([^`]+)`", cell(m["written"])))
            yield f"With {said}:\n\n$$ {cell(m['claim'])} $$\n"


def cell(text: str) -> str:
    """What stands in a table's code: a bar is escaped there."""
    return text.replace("\\|", "|")


def uncell(text: str) -> str:
    return text.replace("|", "\\|")


# --- links ------------------------------------------------------------------------------------------


def without_code(page: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page))


def anchors(page: str) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", FENCE.sub("", page), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(plain.replace(" ", "-"))
    return found


def links(page: str) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page)) if "://" not in link]


# --- the page of all diagnostics --------------------------------------------------------------------

DIAGNOSTICS_HEAD = """# Diagnostics

Every message has a code, and every code has a page: what it means, what to do, a document that gives the code and one
that passes. `symgrad explain CODE` prints that page. Where a page has no examples, no document can show the code.
"""


def diagnostics_page() -> str:
    """The index of the pages."""
    out = [DIAGNOSTICS_HEAD]
    for family, (title, words) in FAMILIES.items():
        out.append(f"\n## {title}\n\n{words}\n\n| code | severity | what it says |\n|---|---|---|\n")
        lessons = [lesson(code) for code in codes() if code.startswith(family)]
        out += [f"| [{one.code}]({one.code}.md) | {one.severity} | {one.title} |\n" for one in lessons]
    return "".join(out)


# --- the page of all functions ----------------------------------------------------------------------

DOMAINS = {
    "real": "all x",
    "positive": "x > 0",
    "nonnegative": "x ≥ 0",
    "unit": "0 < x < 1",
    "interval": "−1 < x < 1",
}

FUNCTIONS_HEAD = r"""# Functions

These functions need no declaration. A declaration or definition of the same name takes precedence. Write the
argument in parentheses, or without parentheses as the product that follows ([notation](notation/arrays.md#reach)). A power
may follow the name or the argument: `\sigma^2(x)` is `\sigma(x)^2`. A prime differentiates: `\sigma'(x)`.

## Elementary functions

Each takes one number; applied to an array, it acts entry by entry. The column *through* gives the expression with
which the normal form replaces the function. For the functions without such an expression, the proof knows the
derivative, the value at 0 and the symmetry of `\sin`, `\cos`, `\arctan` and `\operatorname{erf}`, `\sin^2 + \cos^2
= 1`, the recurrence of `\log\Gamma` and its derivatives, and the laws of `\exp` and `\log` ([the normal form](../explanation/soundness.md#the-normal-form)). At a kink
nothing is claimed: every evaluation leaves such points out.

| spellings | derivative at x | through | defined for | kink at 0 |
|---|---|---|---|---|
"""

WHOLE_HEAD = r"""
`exp`, `log`, `ln`, `tanh`, `softmax`, `tr` and `diag` need no backslash. A name that has `\operatorname{…}` in the
table may also be written `\mathrm{…}`, and `\text{…}` if an argument or a script follows. A command of three or
more letters may also be written `\operatorname{…}` (`\operatorname{tanh}`). Other commands, such as `\ReLU`, are
macros that the document defines. `e^{x}` is `\exp(x)`; `\sqrt{x}` is a square root and `\sqrt[3]{x}` a cube root;
`\lvert x \rvert` is the absolute value of a number.

## Functions of arrays

| written | means |
|---|---|
"""

MEANINGS: dict[tuple[str, ...], str] = {
    ("softmax",): r"`\exp(x_a) / \sum_b \exp(x_b)` along the last axis, for each row of a matrix separately",
    ("logsumexp", "lse", "LSE"): r"`\log \sum_a \exp(x_a)` along the last axis",
    ("CE",): r"`-\sum_a y_a \log p_a` of targets and probabilities, in a document that does not define `CE`",
    ("tr", "Tr", "trace"): "the sum of the diagonal of a square matrix; a number is its own trace",
    ("diag", "Diag"): "the diagonal matrix of a vector; the diagonal of a square matrix",
    ("det", "\\det"): "the determinant of a square matrix ([inverses and determinants](notation/inverses.md))",
    (
        "vec",
    ): "the columns of a matrix below each other ([Kronecker products](notation/inverses.md#kronecker-products-and-vec))",
    ("inv",): "the inverse of a square matrix",
    ("pinv",): "the pseudo-inverse of a matrix that the text calls of full column or row rank",
    ("logdet",): r"`\log \det A` of a square matrix",
    ("expm",): r"the exponential of a square matrix, `e^{A}`",
    ("sqrtm",): r"the principal root of a square matrix, `A^{1/2}`",
    ("chol",): "the lower triangular Cholesky factor of a symmetric positive definite matrix",
    ("sum",): "the sum of all entries of an array",
    ("max", "\\max"): r"`\max(a, b) = b + \operatorname{ReLU}(a - b)` of two numbers or arrays of one shape",
    ("min", "\\min"): r"`\min(a, b) = b - \operatorname{ReLU}(b - a)`, likewise",
    ("!",): r"`x! = \Gamma(x + 1)`, written behind its argument ([factorials](notation/factorials.md))",
    ("\\binom",): r"`\binom{n}{k} = \frac{n!}{k! (n - k)!}`, by logarithms; also `{n \choose k}`",
    (
        "B",
    ): r"`\mathrm{B}(a, b) = \frac{\Gamma(a) \Gamma(b)}{\Gamma(a + b)}`, by logarithms; of a vector, over all its entries",
}

KNOWN = r"""
## Names that are no functions

| written | means |
|---|---|
| `\delta_{ij}` | the Kronecker delta of two positions |
| `\mathbb{1}[…]`, `\mathbf{1}\{…\}` | 1 where the condition holds, else 0 |
| `e_t` | the standard basis vector of position `t` |
| `I`, `I_D` | the identity matrix, of the size that fits its place or of size `D` |
| `\mathbf{1}`, `\mathbf{0}`, `\mathbf{1}_D` | the vector of ones, of zeros |
| `\lVert x \rVert`, `\lVert x \rVert_2` | the Euclidean norm of a vector |
| `\lVert x \rVert_1` | the sum of absolute values |
| `\lVert x \rVert_p`, `\lVert x \rVert_3` | `(\sum_i \lvert x_i \rvert^p)^{1/p}` |
| `\lVert A \rVert_F` | the Frobenius norm; with a warning also `\lVert A \rVert` ([SG211](diagnostics/SG211.md)) |
| `\langle x, y \rangle` | the inner product of vectors |
| `\langle A, B \rangle`, `A : B` | `\sum_{ij} A_{ij} B_{ij}`; `:` binds less tightly than a product |
| `\pi` | the number, where no `\pi` is declared |
"""


def functions_page() -> str:
    assert {name for names in MEANINGS for name in names} == set(WHOLE), "a function of arrays has no line here"
    out = [FUNCTIONS_HEAD, *map(function_row, ROWS), WHOLE_HEAD]
    out += [f"| {', '.join(map(spelled_name, names))} | {words} |\n" for names, words in MEANINGS.items()]
    return "".join((*out, KNOWN))


def spelled_name(name: str) -> str:
    return f"`{name}`" if name.startswith(("\\", "!")) else f"`\\operatorname{{{name}}}`"


def function_row(row: Row) -> str:
    x = Entry(Tensor("x"), ())
    through = code(row.expansion(x)) if row.expansion is not None else ""
    cells = [
        ", ".join(f"`{spelling}`" for spelling in row.latex),
        code(row.derivative(x)),
        through,
        DOMAINS[row.domain],
        "yes" if row.kink else "",
    ]
    return f"| {' | '.join(cells)} |\n"


def code(e: Expr) -> str:
    return f"`{uncell(latex(e))}`"
