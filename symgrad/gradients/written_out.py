"""A derivation as LaTeX: an ``aligned`` block, each line with the rule that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.core.nodes import Deriv, Expr
from symgrad.gradients.derivation import DerivationLine, derivation
from symgrad.gradients.derivative import derivative
from symgrad.writing.index_latex import latex

if TYPE_CHECKING:
    from symgrad.gradients.gradient import Gradient


def written_out(gradient: Gradient) -> str:
    """Every derivative in turn, then the matrix form, where there is one."""
    names = gradient.asking.naming
    blocks = []
    of = gradient.of.body
    left: Expr = of
    for target in gradient.targets:
        left = Deriv(left, target.entry)
        final = derivative(of, [target.entry], gradient.simplify)
        lines = derivation(of, target.entry, final, gradient.simplify)
        blocks.append(block(latex(left, names), rows_of([(latex(x.expr, names), x) for x in lines])))
        of = final
    if not gradient.no_matrix_form:
        blocks.append(f"$$\n{gradient.latex('matrix')}\n$$")
    return "\n\n".join(blocks)


def rows_of(lines: list[tuple[str, DerivationLine]]) -> list[tuple[str, str]]:
    """The lines that say something new, each with its remark; dummies that were only renamed are not news."""
    out: list[tuple[str, str]] = []
    for text, line in lines:
        if not out or out[-1][0] != text:
            out.append((text, remark(line)))
    return out


def block(left: str, rows: list[tuple[str, str]]) -> str:
    """``left &= right \\quad \\text{(rule)}``, one row a line."""
    if len(rows) == 1:
        return f"$$\n{left} = {rows[0][0]} {rows[0][1]}\n$$"
    out = [f"{left if k == 0 else ''} &= {right} {said}".strip() for k, (right, said) in enumerate(rows)]
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(out) + "\n\\end{aligned}\n$$"


def remark(line: DerivationLine) -> str:
    return f"\\quad \\text{{({', '.join(line.rules)})}}" if line.rules else ""
