"""Expressions as LaTeX, written as an author writes them, and readable again.

Every sum is written out; a dummy keeps its letter where it can. Brackets stand only where the
rules of reading need them: a sum and a derivative in front take the product that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    ONE,
    Add,
    Apply,
    Cases,
    Const,
    Delta,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    distinct,
    mul,
    power,
)
from symgrad.core.ranges import Gather, Index, Subset
from symgrad.writing import operators_latex
from symgrad.writing.latex_pieces import LatexText, bare, bracketed, without_sign
from symgrad.writing.letters import LetterChooser, Naming, name, script, split_name
from symgrad.writing.limits_latex import condition, limits


def latex(expr: Expr, names: Naming | None = None) -> str:
    """The expression in LaTeX; sums show their range where their body does not tell it."""
    naming = names or Naming()
    return Printer(LetterChooser(expr, naming), naming).write(expr)


def read(expr: Expr, names: Naming | None = None) -> str:
    """The expression as it was understood: every sum with its range."""
    n = names or Naming()
    return latex(expr, replace(n, ranges=True))


def describe_sizes(sizes: Mapping[str, int]) -> str:
    """``W = 5, D = 3``"""
    return ", ".join(f"{size} = {value}" for size, value in sizes.items())


def describe_indices(indices: Sequence[Index], names: Naming | None = None) -> str:
    """``i = 1, \\dots, D; o \\in [W] fixed``: what the open letters of a step range over."""
    letters = (names or Naming()).letters
    out = []
    for i in indices:
        letter = letters.get(i, i.letter)
        if i.range is None:
            out.append(letter)
        elif i.kind == "fixed":
            out.append(f"{letter} \\text{{ fixed in }} {i.range.lo}, \\dots, {i.range.hi}")
        else:
            out.append(f"{letter} = {i.range.lo}, \\dots, {i.range.hi}")
    return ";\\; ".join(out)


def head(function: str, reserved: Collection[str] = ()) -> str:
    """``\\sigma'`` for the derivative of ``sigma``, by the first spelling that the document has not taken."""
    base = function.rstrip("'")
    spellings = TABLE[base].latex
    free = [x for x in spellings if x not in reserved and x.removeprefix("\\operatorname{").rstrip("}") not in reserved]
    return (free or spellings)[0] + function[len(base) :]


class Printer:
    """Writes one expression; one method a node kind."""

    def __init__(self, letters: LetterChooser, naming: Naming) -> None:
        self.letters = letters
        self.naming = naming

    def write(self, expr: Expr) -> str:
        return self.text(expr).latex

    def text(self, expr: Expr) -> LatexText:
        expr = bare(expr)
        rule = _RULES.get(type(expr))
        if rule is None:
            raise TypeError(f"no rule prints a {type(expr).__name__}")
        return rule(self, expr)

    def within(self, expr: Expr, *kinds: str) -> str:
        """The expression, in brackets unless it is of one of the kinds."""
        text = self.text(expr)
        return text.latex if text.kind in kinds else bracketed(text.latex)

    # --- numbers and names ------------------------------------------------------------------------

    def num(self, node: Num) -> LatexText:
        q = node.value
        body = str(abs(q.numerator)) if q.denominator == 1 else f"\\frac{{{abs(q.numerator)}}}{{{q.denominator}}}"
        if q < 0:
            return LatexText("-" + body, "sum")
        return LatexText(body, "name" if q.denominator == 1 else "atom")

    def const(self, node: Const) -> LatexText:
        return LatexText(node.name, "name")

    def size(self, node: Size) -> LatexText:
        text = self.letters.affine(node.affine)
        if len(node.affine.terms) == 1 and not node.affine.const and node.affine.terms[0][1] == 1:
            return LatexText(text, "name")
        return LatexText(text.replace("+", " + ").replace("-", " - ").strip(), "sum")

    def entry(self, node: Entry) -> LatexText:
        return self.named(node.tensor.name, self.letters.slots(node.indices))

    def ref(self, node: Ref) -> LatexText:
        called, slots = self.naming.called(node)
        below = self.letters.slots(slots)
        if not called:
            return self.named(node.definition.name, below)
        arguments = ", ".join(map(self.letters.position, called))
        return LatexText(f"{name(node.definition.name)}({arguments}){script('_', below)}")

    def named(self, key: str, slots: str) -> LatexText:
        """A name with a label above, or a prime, takes no power without brackets."""
        base, _, above = split_name(key)
        return LatexText(name(key, slots), "atom" if above or "'" in base else "name")

    def delta(self, node: Delta) -> LatexText:
        pair = sorted((node.left, node.right), key=lambda e: (not isinstance(e, Gather), self.letters.position(e)))
        if "\\delta" in self.naming.reserved:
            return LatexText("\\mathbb{1}[" + " = ".join(map(self.letters.position, pair)) + "]")
        return LatexText("\\delta" + script("_", self.letters.slots(pair)), "name")

    # --- sums and products ------------------------------------------------------------------------

    def add(self, node: Add) -> LatexText:
        out = ""
        terms = list(map(bare, node.terms))
        number = next((t for t in terms if isinstance(t, Num) and t.value > 0), None)
        if number is not None and without_sign(terms[0])[0]:
            terms.remove(number)
            terms.insert(0, number)
        for term in terms:
            negative, rest = without_sign(term)
            text = self.within(rest, "name", "atom", "product", "open", "power")
            if out:
                out += f" {'-' if negative else '+'} {text}"
            else:
                out = f"-{text}" if negative else text
        return LatexText(out, "sum")

    def mul(self, node: Mul) -> LatexText:
        negative, rest = without_sign(node)
        if negative:
            return LatexText("-" + self.within(rest, "name", "atom", "product", "open", "power"), "sum")
        factors = rest.factors if isinstance(rest, Mul) else (rest,)
        number = Fraction(1)
        over: list[Expr] = []
        under: list[Expr] = []
        for factor in map(bare, factors):
            if isinstance(factor, Num):
                number *= factor.value
            elif isinstance(factor, Pow) and isinstance(factor.exponent, Num) and factor.exponent.value < 0:
                under.append(power(factor.base, Num(-factor.exponent.value)))
            else:
                over.append(factor)
        for row in (over, under):
            row.sort(key=lambda f: 0 if isinstance(f, (Size, Const)) else 1 if isinstance(f, Iverson) else 2)
        return self.quotient(number, over, under)

    def quotient(self, number: Fraction, over: list[Expr], under: list[Expr]) -> LatexText:
        """``\\frac{...}{...}``; a number alone, and what is open to the right, stand beside it."""
        if not under:
            lead = [] if number == 1 and over else [Num(number)]
            return self.row([*lead, *over])
        tall = any(isinstance(n, (Sum, Prod)) for u in under for n in distinct(u))
        beside: list[Expr] = (
            []
            if tall
            else [f for f in over if isinstance(f, (Sum, Prod, Deriv, Cases)) or (isinstance(f, Apply) and f.derivs)]
        )
        inside = [f for f in over if f not in beside]
        lead = [Num(Fraction(number.numerator))] if number.numerator != 1 or not inside else []
        above = self.row([*lead, *inside]).latex
        below = self.row([*([Num(Fraction(number.denominator))] if number.denominator != 1 else []), *under]).latex
        fraction = f"\\frac{{{above}}}{{{below}}}"
        if not beside:
            return LatexText(fraction)
        after = self.row(beside, first=False)
        return LatexText(f"{fraction} {after.latex}", "open" if after.kind == "open" else "product")

    def row(self, factors: list[Expr], first: bool = True) -> LatexText:
        """Factors side by side, those that are open to the right last; ``first``: nothing stands before."""
        texts = [(f, self.text(f)) for f in factors]
        if len(texts) == 1 and first:
            return texts[0][1]
        ordered = [t for _, t in texts if t.kind != "open"] + [t for _, t in texts if t.kind == "open"]
        out: list[str] = []
        for k, t in enumerate(ordered):
            last = k == len(ordered) - 1
            keep = t.kind != "sum" and (t.kind != "open" or last)
            text = t.latex if keep else bracketed(t.latex)
            if out and text[0].isdigit():
                text = f"\\cdot {text}"
            out.append(text)
        return LatexText(" ".join(out), "open" if ordered and ordered[-1].kind == "open" else "product")

    def pow(self, node: Pow) -> LatexText:
        base, exponent = bare(node.base), bare(node.exponent)
        if isinstance(exponent, Num):
            q = exponent.value
            if q < 0:
                return self.quotient(Fraction(1), [], [power(base, Num(-q))])
            if q.numerator == 1 and q.denominator > 1:
                degree = "" if q.denominator == 2 else f"[{q.denominator}]"
                return LatexText(f"\\sqrt{degree}{{{self.write(base)}}}")
            if isinstance(base, Func) and base.name in TABLE and TABLE[base.name].powered and q.denominator == 1:
                return self.called(head(base.name, self.naming.reserved) + script("^", str(q)), [base.arg])
        return LatexText(self.within(base, "name") + script("^", self.write(exponent)), "power")

    def big(self, node: Sum | Prod) -> LatexText:
        negative, rest = without_sign(node)
        if negative:
            return LatexText("-" + self.write(rest), "sum")
        if isinstance(node, Sum) and node.body is ONE and len(node.where) == 1:
            (cond,) = node.where
            if cond.op == "in" and cond.left is node.index and isinstance(cond.right, Subset) and not cond.negated:
                return LatexText(f"\\lvert {cond.right.name} \\rvert")
        sign = "\\sum" if isinstance(node, Sum) else "\\prod"
        self.letters.bind(node.index)
        below, above, brackets = limits(self, node)
        inner = mul(*brackets, node.body)
        if isinstance(node, Prod) and brackets:
            inner = power(node.body, mul(*brackets))
        body = self.within(inner, "name", "atom", "product", "open", "power")
        self.letters.release(node.index)
        return LatexText(f"{sign}_{{{below}}}{f'^{{{above}}}' if above else ''} {body}", "open")

    # --- functions --------------------------------------------------------------------------------

    def func(self, node: Func) -> LatexText:
        if node.name == "abs":
            return LatexText(bracketed(self.write(node.arg), "\\lvert ", "\\rvert"))
        if node.name == "sqrt":
            return LatexText(f"\\sqrt{{{self.write(node.arg)}}}")
        return self.called(head(node.name, self.naming.reserved), [node.arg])

    def called(self, name_: str, arguments: Sequence[Expr]) -> LatexText:
        return LatexText(name_ + bracketed(", ".join(self.write(a) for a in arguments)))

    # --- conditions -------------------------------------------------------------------------------

    def iverson(self, node: Iverson) -> LatexText:
        return LatexText("\\mathbb{1}" + bracketed(condition(self, node.cond), "[", "]"))

    def cases(self, node: Cases) -> LatexText:
        rows = []
        for conds, value in node.branches:
            when = f"\\text{{if }} {', '.join(condition(self, c) for c in conds)}" if conds else "\\text{otherwise}"
            rows.append(f"{self.write(value)} & {when}")
        return LatexText("\\begin{cases} " + " \\\\ ".join(rows) + " \\end{cases}")


_RULES: dict[type[Expr], Callable[[Printer, Any], LatexText]] = {
    Num: Printer.num,
    Const: Printer.const,
    Size: Printer.size,
    Entry: Printer.entry,
    Ref: Printer.ref,
    Delta: Printer.delta,
    Iverson: Printer.iverson,
    Sum: Printer.big,
    Prod: Printer.big,
    Add: Printer.add,
    Mul: Printer.mul,
    Pow: Printer.pow,
    Func: Printer.func,
    Apply: operators_latex.apply,
    Deriv: operators_latex.deriv,
    Cases: Printer.cases,
}

__all__ = ["Naming", "describe_indices", "describe_sizes", "latex", "read"]
