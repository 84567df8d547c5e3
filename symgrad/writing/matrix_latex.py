"""Matrix notation as LaTeX that can be read back, with parentheses only where reading needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symgrad.core import matrix_notation as a
from symgrad.core.functions import TABLE
from symgrad.core.matrix_notation import Array, as_row, entries, is_row, split_sign
from symgrad.core.nodes import ONE, Apply, Entry, Expr, Mul, Num, Ref, Sum
from symgrad.core.ranges import Gather, Index, IndexExpr
from symgrad.writing.index_latex import Printer, head
from symgrad.writing.latex_pieces import (
    ATOM,
    HADAMARD,
    NAME,
    OPEN,
    POWER,
    PRODUCT,
    SUM,
    LatexText,
    enclosed,
    signed_sum,
)
from symgrad.writing.letters import LetterChooser, Naming, joined, name, script, split_name


def matrix_latex(array: Array, entry: Expr, names: Naming | None = None) -> str:
    """An array in LaTeX; ``entry``: the expression that it was formed from, which determines the letters in use."""
    naming = names or Naming()
    return MatrixPrinter(Printer(LetterChooser(entry, naming), naming)).write(array)


def vector_as_row(array: Array, entry: Expr, names: Naming | None = None) -> str:
    """An array of one axis in LaTeX, written as a row."""
    return matrix_latex(as_row(array), entry, names)


class MatrixPrinter:
    """Writes one array; one method per node kind."""

    def __init__(self, scalars: Printer) -> None:
        self.scalars = scalars
        self.letters = scalars.letters

    def write(self, array: Array) -> str:
        return self.operand(array).text

    def operand(self, array: Array) -> LatexText:
        if isinstance(array, a.Named) and array.row:
            return LatexText(self.transposed_of(replace(array, row=False)), POWER)
        return _RULES[type(array)](self, array)

    # --- names --------------------------------------------------------------------------------------

    def named(self, node: a.Named) -> LatexText:
        expr = node.expr
        if isinstance(expr, Apply):
            return self.upstream(node, expr)
        assert isinstance(expr, (Entry, Ref))
        key = expr.tensor.name if isinstance(expr, Entry) else expr.definition.name
        called, left = self.scalars.naming.called(expr) if isinstance(expr, Ref) else ([], expr.indices)
        slots = self.slots(left, node.axes)
        if called:
            arguments = ", ".join(map(self.letters.position, called))
            return LatexText(f"{name(key)}({arguments}){script('_', slots)}", ATOM)
        base, _, above = split_name(key)
        return LatexText(name(key, slots), ATOM if above or "'" in base else NAME)

    def slots(self, positions: Sequence[IndexExpr], axes: a.Axes) -> str:
        """``o:``, ``:c``, ``n:``; empty if every slot is a whole axis."""
        out = []
        for e in positions:
            if isinstance(e, Gather) and len(e.indices) == 1 and e.indices[0] in axes:
                out.append(e.array.name)
            else:
                out.append(":" if e in axes else self.letters.position(e))
        return "" if all(t == ":" for t in out) else joined(out)

    def upstream(self, node: a.Named, expr: Apply) -> LatexText:
        """``\\frac{\\partial L}{\\partial Y}``"""
        ((which, at),) = expr.derivs
        lam = expr.arguments[which]
        body = lam.body
        assert isinstance(body, (Entry, Ref))
        back = dict(zip(lam.axes, at, strict=True))
        target = a.Named(node.axes, type(body)(body.args[0], tuple(_at(e, back) for e in body.indices)))
        return LatexText(f"\\frac{{\\partial {expr.function.name}}}{{\\partial {self.named(target).text}}}", ATOM)

    def scalar(self, node: a.Scalar) -> LatexText:
        return self.scalars.operand(node.expr)

    def basis(self, node: a.Basis) -> LatexText:
        return LatexText("e" + script("_", self.letters.position(node.position)), NAME)

    def ones(self, node: a.OnesVector) -> LatexText:
        return LatexText("\\mathbf{1}", NAME)

    def identity(self, node: a.Identity) -> LatexText:
        return LatexText("I", NAME)

    # --- products -----------------------------------------------------------------------------------

    def raised(self, array: Array, mark: str) -> str:
        """``A^\\top``, ``x^2``; a transpose is written into the superscript of a label."""
        if isinstance(array, a.Named) and mark == "\\top" and isinstance(array.expr, (Entry, Ref)):
            key = array.expr.args[0].name
            base, sub, above = split_name(key)
            if above and not (isinstance(array.expr, Ref) and array.expr.definition.arguments):
                below = ", ".join(t for t in (sub, self.slots(array.expr.indices, array.axes)) if t)
                return f"{base}{script('^', above + mark)}{script('_', below)}"
        return self.operand(array).at(NAME) + script("^", mark)

    def transposed(self, node: a.Transposed) -> LatexText:
        return LatexText(self.transposed_of(node.body), POWER)

    def transposed_of(self, array: Array) -> str:
        if len(array.axes) == 1 and is_row(array):
            return self.factor(as_row(array))
        if isinstance(array, a.Inverse):
            if isinstance(array.body, a.SquareRoot):
                return enclosed(self.inverse(array).text) + "^\\top"
            return self.raised(array.body, "-\\top")
        return self.raised(array, "\\top").replace("^{\\top}", "^\\top")

    def inverse(self, node: a.Inverse) -> LatexText:
        if isinstance(node.body, a.SquareRoot):
            return LatexText(self.raised(node.body.body, "-1/2"), POWER)
        return LatexText(self.raised(node.body, "-1"), POWER)

    def exponential(self, node: a.Exponential) -> LatexText:
        return LatexText("e" + script("^", self.write(node.body)), POWER)

    def slope_along(self, node: a.SlopeAlong) -> LatexText:
        function = {"exponential": "expm", "root": "sqrtm"}[node.name]
        inside, along = enclosed(self.write(node.body)), enclosed(self.write(node.direction), "[", "]")
        return LatexText(f"D\\operatorname{{{function}}}{inside}{along}", ATOM)

    def square_root(self, node: a.SquareRoot) -> LatexText:
        return LatexText(self.raised(node.body, "1/2"), POWER)

    def cholesky_factor(self, node: a.CholeskyFactor) -> LatexText:
        return LatexText("\\operatorname{chol}" + enclosed(self.write(node.body)), ATOM)

    def determinant(self, node: a.Determinant) -> LatexText:
        return LatexText("\\det" + enclosed(self.write(node.body)), ATOM)

    def product(self, node: a.MatrixProduct) -> LatexText:
        return self.row([self.factor(node.left), self.factor(node.right)])

    def inner(self, node: a.Inner) -> LatexText:
        return self.row([self.transposed_of(node.left), self.factor(node.right)])

    def outer(self, node: a.OuterProduct) -> LatexText:
        return self.row([self.factor(node.left), self.transposed_of(node.right)])

    def factor(self, array: Array) -> str:
        """A factor of a matrix product; inner and outer products are enclosed, since they do not associate."""
        if isinstance(array, (a.Inner, a.OuterProduct)):
            return enclosed(self.write(array))
        return self.operand(array).at(PRODUCT)

    def row(self, texts: Sequence[str]) -> LatexText:
        return LatexText(" ".join(t for t in texts if t), PRODUCT)

    def hadamard(self, node: a.Hadamard) -> LatexText:
        return LatexText(" \\odot ".join(self.operand(f).at(PRODUCT) for f in node.factors), HADAMARD)

    def quotient(self, node: a.EntrywiseQuotient) -> LatexText:
        return LatexText(f"\\frac{{{self.write(node.above)}}}{{{self.write(node.below)}}}", ATOM)

    def scaled(self, node: a.ScaledMatrix) -> LatexText:
        above: list[str] = []
        below: list[str] = []
        last: list[str] = []
        if abs(node.number) == 1 and len(node.scalars) == 1 and node.body is None:
            only = self.operand(node.scalars[0]).at(OPEN)
            return LatexText(f"-{only}", SUM) if node.number < 0 else self.operand(node.scalars[0])
        for s in node.scalars:
            if isinstance(s, a.EntrywiseQuotient) and s.above == a.Scalar((), ONE):
                below.append(self.factor(s.below))
            elif isinstance(s, a.Explicit):
                last.append(self.operand(s).text)
            else:
                above.append(self.factor(s))
        number = abs(node.number)
        if number.numerator != 1:
            above.insert(0, str(number.numerator))
        if number.denominator != 1:
            below.insert(0, str(number.denominator))
        front = " ".join(above)
        if below:
            under = " ".join(below) if len(below) > 1 else self._without_parentheses(below[0])
            top = self._without_parentheses(front) if len(above) == 1 else front
            front = f"\\frac{{{top or '1'}}}{{{under}}}"
        level = PRODUCT
        if node.body is not None:
            if last:
                front = " ".join((front, *map(enclosed, last))).strip()
                last = []
            text = self.operand(node.body)
            level = OPEN if text.level == OPEN else PRODUCT
            front = f"{front} {text.at(OPEN)}".strip()
        elif last:
            front = " ".join((front, *map(enclosed, last[:-1]), last[-1])).strip()
            level = OPEN
        if node.number < 0:
            return LatexText(f"-{front or '1'}", SUM)
        return LatexText(front or "1", level)

    def _without_parentheses(self, text: str) -> str:
        """The text without parentheses around all of it: a fraction's line groups what is above and below it."""
        for opening, closing in (("\\left(", "\\right)"), ("(", ")")):
            inner = text.removeprefix(opening).removesuffix(closing)
            if len(text) - len(inner) == len(opening) + len(closing) and _balanced(inner):
                return inner
        return text

    # --- sums ---------------------------------------------------------------------------------------

    def total(self, node: a.Total) -> LatexText:
        terms = [(negative, self.operand(rest).at(HADAMARD)) for negative, rest in map(split_sign, node.terms)]
        return signed_sum(
            terms, [isinstance(t, a.Scalar) and isinstance(t.expr, Num) and t.expr.value > 0 for t in node.terms]
        )

    def explicit(self, node: a.Explicit) -> LatexText:
        self.letters.bind(node.index)
        spoken = Mul(tuple(entries(node.body)))
        below, above, indicators = self.scalars.limits(Sum(node.index, spoken, node.where))
        front = " ".join(self.scalars.write(b) for b in indicators)
        body = self.operand(node.body).at(OPEN)
        self.letters.release(node.index)
        return LatexText(f"\\sum_{{{below}}}{f'^{{{above}}}' if above else ''} {front}{body}", OPEN)

    # --- entry by entry -----------------------------------------------------------------------------

    def mapped(self, node: a.Mapped) -> LatexText:
        if node.function == "sqrt":
            if isinstance(node.body, a.SquaredNorm):
                return LatexText(self.norm(node.body.body), ATOM)
            return LatexText(f"\\sqrt{{{self.write(node.body)}}}", ATOM)
        if node.function == "abs":
            return LatexText(enclosed(self.write(node.body), "\\lvert ", "\\rvert"), ATOM)
        known = node.function.rstrip("'") in TABLE
        called = head(node.function, self.scalars.naming.reserved) if known else node.function
        return LatexText(called + enclosed(self.write(node.body)), ATOM)

    def norm(self, array: Array) -> str:
        return f"\\lVert {self.write(array)} \\rVert" + ("_F" if len(array.axes) == 2 else "")

    def squared_norm(self, node: a.SquaredNorm) -> LatexText:
        return LatexText(self.norm(node.body) + "^2", POWER)

    def trace(self, node: a.Trace) -> LatexText:
        return LatexText("\\operatorname{tr}" + enclosed(self.write(node.body)), ATOM)

    def diagonal(self, node: a.Diagonal) -> LatexText:
        return LatexText("\\operatorname{diag}" + enclosed(self.write(node.body)), ATOM)

    def softmax(self, node: a.SoftmaxVector) -> LatexText:
        return LatexText("\\operatorname{softmax}" + enclosed(self.write(node.body)), ATOM)

    def power(self, node: a.EntrywisePower) -> LatexText:
        exponent = self.write(node.exponent)
        mark = f"\\odot {exponent}" if len(node.axes) == 2 else exponent
        return LatexText(self.raised(node.body, mark), POWER)


def _at(e: IndexExpr, places: dict[Index, IndexExpr]) -> IndexExpr:
    return places.get(e, e) if isinstance(e, Index) else e


_RULES: dict[type[Array], Callable[[MatrixPrinter, Any], LatexText]] = {
    a.Named: MatrixPrinter.named,
    a.Scalar: MatrixPrinter.scalar,
    a.Basis: MatrixPrinter.basis,
    a.OnesVector: MatrixPrinter.ones,
    a.Identity: MatrixPrinter.identity,
    a.Transposed: MatrixPrinter.transposed,
    a.Inverse: MatrixPrinter.inverse,
    a.Exponential: MatrixPrinter.exponential,
    a.SlopeAlong: MatrixPrinter.slope_along,
    a.SquareRoot: MatrixPrinter.square_root,
    a.CholeskyFactor: MatrixPrinter.cholesky_factor,
    a.Determinant: MatrixPrinter.determinant,
    a.MatrixProduct: MatrixPrinter.product,
    a.Inner: MatrixPrinter.inner,
    a.OuterProduct: MatrixPrinter.outer,
    a.SquaredNorm: MatrixPrinter.squared_norm,
    a.Trace: MatrixPrinter.trace,
    a.Diagonal: MatrixPrinter.diagonal,
    a.Hadamard: MatrixPrinter.hadamard,
    a.EntrywiseQuotient: MatrixPrinter.quotient,
    a.ScaledMatrix: MatrixPrinter.scaled,
    a.Total: MatrixPrinter.total,
    a.Mapped: MatrixPrinter.mapped,
    a.EntrywisePower: MatrixPrinter.power,
    a.SoftmaxVector: MatrixPrinter.softmax,
    a.Explicit: MatrixPrinter.explicit,
}


def _balanced(text: str) -> bool:
    """True if no parenthesis closes that is not open."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return not depth
