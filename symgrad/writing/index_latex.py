"""Expressions as LaTeX in index form, as an author writes them, and such that they can be read back.

Every sum is written out, and a bound index keeps its letter if possible. Parentheses are written only where
reading needs them: a sum or a derivative in front applies to the product that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    ONE,
    Add,
    Apply,
    Cases,
    Cond,
    Const,
    Delta,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Lam,
    MatrixFunction,
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
from symgrad.core.substitute import substitute
from symgrad.writing.latex_pieces import (
    ATOM,
    NAME,
    OPEN,
    POWER,
    PRODUCT,
    SUM,
    LatexText,
    enclosed,
    is_named,
    signed_sum,
    without_sign,
)
from symgrad.writing.letters import LetterChooser, Naming, joined, name, script, shows_range, split_name


def latex(expr: Expr, names: Naming | None = None) -> str:
    """The expression in LaTeX; a sum shows its range if its body does not imply it."""
    naming = names or Naming()
    return Printer(LetterChooser(expr, naming), naming).write(expr)


def read(expr: Expr, names: Naming | None = None) -> str:
    """The expression as it was read: every sum with its range."""
    n = names or Naming()
    return latex(expr, replace(n, ranges=True))


def never(expr: Expr) -> str:
    """That a product of indicators is 0, as a condition: ``i \\neq N`` for ``delta_{iN}``, ``i = 1 \\lor i > 2`` for
    ``(1 - [i = 1]) (1 - [i > 2])``."""
    naming = Naming()
    printer = Printer(LetterChooser(expr, naming), naming)
    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    found = [_conditions(f) for f in factors]
    opposite = [_opposite(f) for f in factors]
    if len(found) == 1 and len(found[0]) == 1:
        return printer.condition(found[0][0].negate())
    if all(opposite):
        return " \\lor ".join(", ".join(map(printer.condition, conds)) for conds in opposite)
    if all(found):
        return f"\\neg ({', '.join(printer.condition(c) for conds in found for c in conds)})"
    return f"{latex(expr)} = 0"


def _conditions(node: Expr) -> tuple[Cond, ...]:
    """The conditions under which an indicator, or a product of indicators, is 1; empty for anything else."""
    if isinstance(node, Iverson):
        return (node.cond,)
    if isinstance(node, Delta):
        return (Cond("eq", node.left, node.right),)
    if isinstance(node, Mul):
        inner = [_conditions(f) for f in node.factors]
        return tuple(c for conds in inner for c in conds) if all(inner) else ()
    opposite = _opposite(node)
    return (opposite[0].negate(),) if len(opposite) == 1 else ()


def _opposite(node: Expr) -> tuple[Cond, ...]:
    """The conditions of ``x`` in ``1 - x``; empty for anything else."""
    if isinstance(node, Add) and len(node.terms) == 2:
        for one, other in (node.terms, node.terms[::-1]):
            negative, inner = without_sign(other)
            if one is ONE and negative:
                return _conditions(inner)
    return ()


def head(function: str, reserved: Collection[str] = ()) -> str:
    """``\\sigma'`` for the derivative of ``sigma``, by the first spelling that the document does not use itself."""
    base = function.rstrip("'")
    spellings = TABLE[base].latex
    free = [x for x in spellings if x not in reserved and x.removeprefix("\\operatorname{").rstrip("}") not in reserved]
    return (free or spellings)[0] + function[len(base) :]


class Printer:
    """Writes one expression; one method per node kind."""

    def __init__(self, letters: LetterChooser, naming: Naming) -> None:
        self.letters = letters
        self.naming = naming

    def write(self, expr: Expr) -> str:
        return self.operand(expr).text

    def operand(self, expr: Expr) -> LatexText:
        rule = _RULES.get(type(expr))
        if rule is None:
            raise TypeError(f"no rule prints a {type(expr).__name__}")
        return rule(self, expr)

    # --- numbers and names ------------------------------------------------------------------------

    def num(self, node: Num) -> LatexText:
        q = node.value
        body = str(abs(q.numerator)) if q.denominator == 1 else f"\\frac{{{abs(q.numerator)}}}{{{q.denominator}}}"
        if q < 0:
            return LatexText("-" + body, SUM)
        return LatexText(body, NAME if q.denominator == 1 else ATOM)

    def const(self, node: Const) -> LatexText:
        return LatexText(node.name, NAME)

    def size(self, node: Size) -> LatexText:
        text = self.letters.affine(node.affine)
        if len(node.affine.terms) == 1 and not node.affine.const and node.affine.terms[0][1] == 1:
            return LatexText(text, NAME)
        return LatexText(text.replace("+", " + ").replace("-", " - ").strip(), SUM)

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
        """A name and its slots; with a label above or a prime it needs parentheses to take a power."""
        base, _, above = split_name(key)
        return LatexText(name(key, slots), ATOM if above or "'" in base else NAME)

    def delta(self, node: Delta) -> LatexText:
        pair = sorted((node.left, node.right), key=lambda e: (not isinstance(e, Gather), self.letters.position(e)))
        if "\\delta" in self.naming.reserved:
            return LatexText("\\mathbb{1}[" + " = ".join(map(self.letters.position, pair)) + "]")
        return LatexText("\\delta" + script("_", self.letters.slots(pair)), NAME)

    # --- sums and products ------------------------------------------------------------------------

    def add(self, node: Add) -> LatexText:
        terms = [(negative, self.operand(rest).at(OPEN)) for negative, rest in map(without_sign, node.terms)]
        return signed_sum(terms, [isinstance(t, Num) and t.value > 0 for t in node.terms])

    def mul(self, node: Mul) -> LatexText:
        negative, rest = without_sign(node)
        if negative:
            return LatexText("-" + self.operand(rest).at(OPEN), SUM)
        factors = rest.factors if isinstance(rest, Mul) else (rest,)
        number = Fraction(1)
        over: list[Expr] = []
        under: list[Expr] = []
        for factor in factors:
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
        """``\\frac{...}{...}``; a lone number and open expressions are written next to the fraction."""
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
        above = self.row([*lead, *inside]).text
        below = self.row([*([Num(Fraction(number.denominator))] if number.denominator != 1 else []), *under]).text
        fraction = f"\\frac{{{above}}}{{{below}}}"
        if not beside:
            return LatexText(fraction)
        after = self.row(beside, first=False)
        return LatexText(f"{fraction} {after.text}", OPEN if after.level == OPEN else PRODUCT)

    def row(self, factors: list[Expr], first: bool = True) -> LatexText:
        """Factors side by side, open ones last; ``first``: nothing is written before them."""
        texts = [(f, self.operand(f)) for f in factors]
        if len(texts) == 1 and first:
            return texts[0][1]
        ordered = [t for _, t in texts if t.level != OPEN] + [t for _, t in texts if t.level == OPEN]
        out: list[str] = []
        for k, t in enumerate(ordered):
            last = k == len(ordered) - 1
            text = t.at(OPEN if last else PRODUCT)
            if out and text[0].isdigit():
                text = f"\\cdot {text}"
            out.append(text)
        return LatexText(" ".join(out), OPEN if ordered and ordered[-1].level == OPEN else PRODUCT)

    def pow(self, node: Pow) -> LatexText:
        base, exponent = node.base, node.exponent
        if isinstance(exponent, Num):
            q = exponent.value
            if q < 0:
                return self.quotient(Fraction(1), [], [power(base, Num(-q))])
            if q.numerator == 1 and q.denominator > 1:
                degree = "" if q.denominator == 2 else f"[{q.denominator}]"
                return LatexText(f"\\sqrt{degree}{{{self.write(base)}}}")
            if isinstance(base, Func) and base.name in TABLE and TABLE[base.name].powered and q.denominator == 1:
                return self.called(head(base.name, self.naming.reserved) + script("^", str(q)), [base.arg])
        return LatexText(self.operand(base).at(NAME) + script("^", self.write(exponent)), POWER)

    def big(self, node: Sum | Prod) -> LatexText:
        negative, rest = without_sign(node)
        if negative:
            return LatexText("-" + self.write(rest), SUM)
        if isinstance(node, Sum) and node.body is ONE and len(node.where) == 1:
            (cond,) = node.where
            if cond.op == "in" and cond.left is node.index and isinstance(cond.right, Subset) and not cond.negated:
                return LatexText(f"\\lvert {cond.right.name} \\rvert")
        sign = "\\sum" if isinstance(node, Sum) else "\\prod"
        self.letters.bind(node.index)
        below, above, indicators = self.limits(node)
        inner = mul(*indicators, node.body)
        if isinstance(node, Prod) and indicators:
            inner = power(node.body, mul(*indicators))
        body = self.operand(inner).at(OPEN)
        self.letters.release(node.index)
        return LatexText(f"{sign}_{{{below}}}{f'^{{{above}}}' if above else ''} {body}", OPEN)

    def limits(self, node: Sum | Prod) -> tuple[str, str, list[Expr]]:
        """The limits below and above the sign, and the conditions that are written as indicators in the body."""
        index, letter = node.index, self.letters[node.index]
        pieces: list[str] = []
        indicators: list[Expr] = []
        ends: dict[str, str] = {}
        shown = False
        for c in node.where:
            if c.op == "pos" or (c.op == "eq" and not c.negated) or index not in (c.left, c.right):
                indicators.append(Iverson(c))
            elif c.op == "lt" and c.negated and ("lo" if c.left is index else "hi") not in ends:
                other = c.right if c.left is index else c.left
                ends["lo" if c.left is index else "hi"] = self.letters.position(other)  # type: ignore[arg-type]  # 'lt'
            else:
                shown |= c.op == "in" and not c.negated
                pieces.append(self.condition(c, index))
        if len(ends) == 1 and index.range is not None and not pieces and not indicators:
            # one end is written, the other is that of the whole range
            lo, hi = self.letters.affine(index.range.lo), self.letters.affine(index.range.hi)
            return f"{letter}={ends.get('lo', lo)}", ends.get("hi", hi), indicators
        if len(ends) == 2:
            pieces.insert(0, f"{ends['lo']} \\le {letter} \\le {ends['hi']}")
            shown = True
        else:
            pieces += [letter + (" \\ge " if end == "lo" else " \\le ") + text for end, text in ends.items()]
        seen = shown or (not self.naming.ranges and shows_range(index, node.body))
        if index.range is None or seen:
            return ", ".join(pieces if shown or pieces else [letter]), "", indicators
        lo, hi = self.letters.affine(index.range.lo), self.letters.affine(index.range.hi)
        if not pieces:
            return f"{letter}={lo}", hi, indicators
        return ", ".join([f"{lo} \\le {letter} \\le {hi}", *pieces]), "", indicators

    # --- functions --------------------------------------------------------------------------------

    def func(self, node: Func) -> LatexText:
        if node.name == "abs":
            return LatexText(enclosed(self.write(node.arg), "\\lvert ", "\\rvert"))
        if node.name == "sqrt":
            return LatexText(f"\\sqrt{{{self.write(node.arg)}}}")
        return self.called(head(node.name, self.naming.reserved), [node.arg])

    def called(self, name_: str, arguments: Sequence[Expr]) -> LatexText:
        return LatexText(name_ + enclosed(", ".join(self.write(a) for a in arguments)))

    # --- derivatives and functions of arrays --------------------------------------------------------

    def apply(self, node: Apply) -> LatexText:
        """``f'(x)``, ``L(Y)``, ``\\frac{\\partial L}{\\partial Y_{ij}}``"""
        head = node.function.name
        if not node.derivs:
            written, members = [self.array(a) for a in node.arguments], node.function.members
            below = script("_", joined(written[:members])) if members else ""
            return LatexText(head + below + enclosed(", ".join(written[members:])))
        if len(node.arguments) == 1:
            (lam,) = node.arguments
            count = len(node.derivs)
            if not lam.axes:
                mark = "'" * count if count < 4 else f"^{{({count})}}"
                return LatexText(head + mark + enclosed(self.array(lam)))
            if is_named(lam):
                targets = [substitute(lam.body, dict(zip(lam.axes, ii, strict=True))) for _, ii in node.derivs]
                return self.partial(head, targets)
        marks = joined([f"{k + 1}{script('_', self.letters.slots(ii))}" for k, ii in node.derivs])
        arguments = ", ".join(self.array(a) for a in node.arguments)
        return LatexText(f"\\partial_{{{marks}}} {head}{enclosed(arguments)}", OPEN)

    def array(self, lam: Lam) -> str:
        """An array as an argument: by its name if it has one, else ``[entry]_{ij}``."""
        body = lam.body
        if not lam.axes:
            return self.write(body)
        if isinstance(body, (Entry, Ref)) and is_named(lam):
            key = body.tensor.name if isinstance(body, Entry) else body.definition.name
            axes = [e for e in body.indices if e in lam.axes]
            turned = "^\\top" if len(axes) == 2 and axes[0] is lam.axes[1] else ""
            if len(axes) < len(body.indices):
                slots = [":" if e in lam.axes else self.letters.position(e) for e in body.indices]
                key = name(key, joined(slots))
                return key + turned
            return (f"({name(key)})" if turned and split_name(key)[2] else name(key)) + turned
        if isinstance(body, MatrixFunction) and body.indices == lam.axes:
            return self.function_of_matrix(body)
        for axis in lam.axes:
            self.letters.bind(axis)
        out = enclosed(self.write(body), "[", "]") + script("_", self.letters.slots(lam.axes))
        for axis in lam.axes:
            self.letters.release(axis)
        return out

    def matrix_function(self, node: MatrixFunction) -> LatexText:
        """``(A^{-1})_{kl}``, ``(e^{A})_{kl}``, ``\\det(A)``, ``\\det([...]_{ij})``"""
        text = self.function_of_matrix(node)
        if node.name == "determinant":
            return LatexText(text)
        return LatexText(f"({text})" + script("_", self.letters.slots(node.indices)), NAME)

    def function_of_matrix(self, node: MatrixFunction) -> str:
        """``A^{-1}``, ``e^{A}``, ``\\det(A)``"""
        text = self.array(node.matrix)
        if node.name == "determinant":
            return "\\det" + enclosed(text)
        plain = is_named(node.matrix) and "^" not in text and "(" not in text
        closed = text if plain else enclosed(text)
        if node.name == "cholesky":
            return f"\\operatorname{{chol}}{enclosed(text)}"
        if node.name == "exponential":
            return f"e^{{{text}}}"
        return f"{closed}^{{{'-1' if node.name == 'inverse' else '1/2'}}}"

    def deriv(self, node: Deriv) -> LatexText:
        """``\\frac{\\partial J}{\\partial U_{zi}}`` of a name; of anything else, the operator in front of it."""
        targets: list[Expr] = []
        body: Expr = node
        while isinstance(body, Deriv):
            targets.insert(0, body.target)
            body = body.body
        if isinstance(body, (Ref, Entry)):
            return self.partial(self.write(body), targets)
        if isinstance(body, Apply) and not body.derivs and all(map(is_named, body.arguments)):
            return self.partial(body.function.name, targets)
        operator = self.partial("", targets).text
        text = self.operand(body)
        plain = isinstance(body, (Func, Apply)) and text.level == ATOM
        return LatexText(f"{operator} {text.text if plain else enclosed(text.text, '[', ']')}", OPEN)

    def partial(self, of: str, targets: Sequence[Expr]) -> LatexText:
        order = f"^{len(targets)}" if len(targets) > 1 else ""
        under = " ".join(f"\\partial {self.write(t)}" for t in targets)
        return LatexText(f"\\frac{{\\partial{order}{' ' + of if of else ''}}}{{{under}}}")

    # --- conditions -------------------------------------------------------------------------------

    def iverson(self, node: Iverson) -> LatexText:
        return LatexText("\\mathbb{1}" + enclosed(self.condition(node.cond), "[", "]"))

    def cases(self, node: Cases) -> LatexText:
        rows = []
        for conds, value in node.branches:
            when = f"\\text{{if }} {', '.join(self.condition(c) for c in conds)}" if conds else "\\text{otherwise}"
            rows.append(f"{self.write(value)} & {when}")
        return LatexText("\\begin{cases} " + " \\\\ ".join(rows) + " \\end{cases}")

    def condition(self, c: Cond, first: Index | None = None) -> str:
        """``i \\neq j``, ``k \\in \\mathcal{N}``, ``z_i > 0``; ``first``: the index to write on the left."""
        if c.op == "pos":
            assert isinstance(c.left, Expr)
            return self.comparison(c.left, "\\le" if c.negated else ">")
        left = self.letters.position(c.left)  # type: ignore[arg-type]  # all but 'pos' compare positions
        if isinstance(c.right, Subset):
            return f"{left} \\{'notin' if c.negated else 'in'} {c.right.name}"
        assert c.right is not None
        right = self.letters.position(c.right)
        signs = {"eq": ("=", "\\neq", "=", "\\neq"), "lt": ("<", "\\ge", ">", "\\le")}[c.op]
        if first is not None and c.right is first:
            return f"{right} {signs[2 + c.negated]} {left}"
        return f"{left} {signs[c.negated]} {right}"

    def comparison(self, x: Expr, sign: str) -> str:
        """``x - y > 0`` as ``x > y``"""
        if isinstance(x, Add) and len(x.terms) == 2:
            (one, left), (other, right) = map(without_sign, x.terms)
            if one != other:
                left, right = (right, left) if one else (left, right)
                return f"{self.write(left)} {sign} {self.write(right)}"
        return f"{self.write(x)} {sign} 0"


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
    Apply: Printer.apply,
    MatrixFunction: Printer.matrix_function,
    Deriv: Printer.deriv,
    Cases: Printer.cases,
}
