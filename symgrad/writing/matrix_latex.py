"""Matrix notation as LaTeX, to be read again: brackets where the rules of reading need them, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symgrad.core import matrix_notation as a
from symgrad.core.functions import TABLE
from symgrad.core.matrix_notation import Array, entries, lies, lying, signed
from symgrad.core.nodes import ONE, Apply, Entry, Expr, Mul, Num, Ref, Sum
from symgrad.core.ranges import Gather, Index, IndexExpr
from symgrad.writing.index_latex import Printer, head
from symgrad.writing.latex_pieces import LatexText, enclosed
from symgrad.writing.letters import LetterChooser, Naming, joined, name, script, split_name

CLOSED = ("name", "atom", "power")


def matrix_latex(array: Array, entry: Expr, names: Naming | None = None) -> str:
    """An array in LaTeX; ``entry``: the expression that it was formed from, for the letters in use."""
    naming = names or Naming()
    return MatrixPrinter(Printer(LetterChooser(entry, naming), naming)).write(array)


def vector_as_row(array: Array, entry: Expr, names: Naming | None = None) -> str:
    """An array of one axis, written as a row."""
    return matrix_latex(lying(array), entry, names)


class MatrixPrinter:
    """Writes one array; one method a node kind."""

    def __init__(self, scalars: Printer) -> None:
        self.scalars = scalars
        self.letters = scalars.letters

    def write(self, array: Array) -> str:
        return self.text(array).latex

    def text(self, array: Array) -> LatexText:
        if isinstance(array, a.Named) and array.row:
            return LatexText(self.transposed_of(replace(array, row=False)), "power")
        return _RULES[type(array)](self, array)

    def within(self, array: Array, *kinds: str) -> str:
        text = self.text(array)
        return text.latex if text.kind in kinds else enclosed(text.latex)

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
            return LatexText(f"{name(key)}({arguments}){script('_', slots)}", "atom")
        base, _, above = split_name(key)
        return LatexText(name(key, slots), "atom" if above or "'" in base else "name")

    def slots(self, positions: Sequence[IndexExpr], axes: a.Axes) -> str:
        """``o:``, ``:c``, ``n:``; nothing where every slot is open."""
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
        return LatexText(f"\\frac{{\\partial {expr.function.name}}}{{\\partial {self.named(target).latex}}}", "atom")

    def scalar(self, node: a.Scalar) -> LatexText:
        return self.scalars.text(node.expr)

    def basis(self, node: a.Basis) -> LatexText:
        return LatexText("e" + script("_", self.letters.position(node.position)), "name")

    def ones(self, node: a.OnesVector) -> LatexText:
        return LatexText("\\mathbf{1}", "name")

    def identity(self, node: a.Identity) -> LatexText:
        return LatexText("I", "name")

    # --- products -----------------------------------------------------------------------------------

    def raised(self, array: Array, mark: str) -> str:
        """``A^\\top``, ``x^2``; a label above shares the superscript with a transpose."""
        if isinstance(array, a.Named) and mark == "\\top" and isinstance(array.expr, (Entry, Ref)):
            key = array.expr.args[0].name
            base, sub, above = split_name(key)
            if above and not (isinstance(array.expr, Ref) and array.expr.definition.arguments):
                below = ", ".join(t for t in (sub, self.slots(array.expr.indices, array.axes)) if t)
                return f"{base}{script('^', above + mark)}{script('_', below)}"
        return self.within(array, "name") + script("^", mark)

    def transposed(self, node: a.Transposed) -> LatexText:
        return LatexText(self.transposed_of(node.body), "power")

    def transposed_of(self, array: Array) -> str:
        if len(array.axes) == 1 and lies(array):
            return self.factor(lying(array))
        return self.raised(array, "\\top").replace("^{\\top}", "^\\top")

    def product(self, node: a.MatrixProduct) -> LatexText:
        return self.row([self.factor(node.left), self.factor(node.right)])

    def inner(self, node: a.Inner) -> LatexText:
        return self.row([self.transposed_of(node.left), self.factor(node.right)])

    def outer(self, node: a.OuterProduct) -> LatexText:
        return self.row([self.factor(node.left), self.transposed_of(node.right)])

    def factor(self, array: Array) -> str:
        """A factor of a matrix product. A dot product is a number, and would take its neighbours apart."""
        if isinstance(array, (a.Inner, a.OuterProduct)):
            return enclosed(self.write(array))
        return self.within(array, "product", *CLOSED)

    def row(self, texts: Sequence[str], kind: str = "product") -> LatexText:
        return LatexText(" ".join(t for t in texts if t), kind)

    def hadamard(self, node: a.Hadamard) -> LatexText:
        return LatexText(" \\odot ".join(self.within(f, "product", *CLOSED) for f in node.factors), "hadamard")

    def quotient(self, node: a.EntrywiseQuotient) -> LatexText:
        return LatexText(f"\\frac{{{self.write(node.above)}}}{{{self.write(node.below)}}}", "atom")

    def scaled(self, node: a.ScaledMatrix) -> LatexText:
        above: list[str] = []
        below: list[str] = []
        last: list[str] = []
        if abs(node.number) == 1 and len(node.scalars) == 1 and node.body is None:
            only = self.within(node.scalars[0], "product", "open", *CLOSED)
            return LatexText(f"-{only}", "sum") if node.number < 0 else self.text(node.scalars[0])
        for s in node.scalars:
            if isinstance(s, a.EntrywiseQuotient) and s.above == a.Scalar((), ONE):
                below.append(self.factor(s.below))
            elif isinstance(s, a.Explicit):
                last.append(self.text(s).latex)
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
            front = f"\\frac{{{front or '1'}}}{{{under}}}"
        kind = "product"
        if node.body is not None:
            if last:
                front = " ".join((front, *map(enclosed, last))).strip()
                last = []
            text = self.text(node.body)
            body = text.latex if text.kind in ("product", "open", *CLOSED) else enclosed(text.latex)
            kind = "open" if text.kind == "open" else "product"
            front = f"{front} {body}".strip()
        elif last:
            front = " ".join((front, *map(enclosed, last[:-1]), last[-1])).strip()
            kind = "open"
        if node.number < 0:
            return LatexText(f"-{front or '1'}", "sum")
        return LatexText(front or "1", kind)

    def _without_parentheses(self, text: str) -> str:
        return text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text

    # --- sums ---------------------------------------------------------------------------------------

    def total(self, node: a.Total) -> LatexText:
        out = ""
        terms = list(node.terms)
        number = next(
            (t for t in terms if isinstance(t, a.Scalar) and isinstance(t.expr, Num) and t.expr.value > 0), None
        )
        if number is not None and signed(terms[0])[0]:
            terms.remove(number)
            terms.insert(0, number)
        for term in terms:
            negative, rest = signed(term)
            text = self.within(rest, "hadamard", "product", "open", *CLOSED)
            if out:
                out += f" {'-' if negative else '+'} {text}"
            else:
                out = f"-{text}" if negative else text
        return LatexText(out, "sum")

    def explicit(self, node: a.Explicit) -> LatexText:
        self.letters.bind(node.index)
        spoken = Mul(tuple(entries(node.body)))
        below, above, indicators = self.scalars.limits(Sum(node.index, spoken, node.where))
        front = " ".join(self.scalars.write(b) for b in indicators)
        body = self.within(node.body, "product", "open", *CLOSED)
        self.letters.release(node.index)
        return LatexText(f"\\sum_{{{below}}}{f'^{{{above}}}' if above else ''} {front}{body}", "open")

    # --- entry by entry -----------------------------------------------------------------------------

    def mapped(self, node: a.Mapped) -> LatexText:
        if node.function == "sqrt":
            if isinstance(node.body, a.SquaredNorm):
                return LatexText(self.norm(node.body.body), "atom")
            return LatexText(f"\\sqrt{{{self.write(node.body)}}}", "atom")
        if node.function == "abs":
            return LatexText(enclosed(self.write(node.body), "\\lvert ", "\\rvert"), "atom")
        known = node.function.rstrip("'") in TABLE
        called = head(node.function, self.scalars.naming.reserved) if known else node.function
        return LatexText(called + enclosed(self.write(node.body)), "atom")

    def norm(self, array: Array) -> str:
        return f"\\lVert {self.write(array)} \\rVert" + ("_F" if len(array.axes) == 2 else "")

    def squared_norm(self, node: a.SquaredNorm) -> LatexText:
        return LatexText(self.norm(node.body) + "^2", "power")

    def trace(self, node: a.Trace) -> LatexText:
        return LatexText("\\operatorname{tr}" + enclosed(self.write(node.body)), "atom")

    def diagonal(self, node: a.Diagonal) -> LatexText:
        return LatexText("\\operatorname{diag}" + enclosed(self.write(node.body)), "atom")

    def softmax(self, node: a.SoftmaxVector) -> LatexText:
        return LatexText("\\operatorname{softmax}" + enclosed(self.write(node.body)), "atom")

    def power(self, node: a.EntrywisePower) -> LatexText:
        exponent = self.write(node.exponent)
        mark = f"\\odot {exponent}" if len(node.axes) == 2 else exponent
        return LatexText(self.raised(node.body, mark), "power")


def _is_positive_number(array: Array) -> bool:
    return isinstance(array, a.Scalar) and isinstance(array.expr, Num) and array.expr.value > 0


def _at(e: IndexExpr, places: dict[Index, IndexExpr]) -> IndexExpr:
    return places.get(e, e) if isinstance(e, Index) else e


_RULES: dict[type[Array], Callable[[MatrixPrinter, Any], LatexText]] = {
    a.Named: MatrixPrinter.named,
    a.Scalar: MatrixPrinter.scalar,
    a.Basis: MatrixPrinter.basis,
    a.OnesVector: MatrixPrinter.ones,
    a.Identity: MatrixPrinter.identity,
    a.Transposed: MatrixPrinter.transposed,
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
