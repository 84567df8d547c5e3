"""The elaborator: one method a kind of node, each giving a value (see ``values``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symgrad.core.nodes import AbstractFunction, Add, Definition, Expr, Mul, Num, Pow, Sum, free_indices
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import substitute
from symgrad.reading.meaning import (
    builtin_names,
    calls,
    cases,
    definitions,
    derivatives,
    superscripts,
    upstream,
    written_sums,
)
from symgrad.reading.meaning.implied_sums import close_with, occurrences, place
from symgrad.reading.meaning.name_roles import fill, lookup
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.values import (
    ReadValue,
    ShapeMismatch,
    bracketed,
    elementwise,
    group,
    inverse,
    multiply,
    negative,
    outer,
    quotient,
    scalar,
    shape_text,
)
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import error, read_slots
from symgrad.reading.tree.syntax import (
    BigOp,
    Call,
    CasesNode,
    Derivative,
    Dots,
    Indicator,
    NumberNode,
    Paren,
    ProductNode,
    QuotientNode,
    Root,
    Scripted,
    Slot,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span


@dataclass(slots=True)
class Definitions:
    """Definitions elaborated so far, by what was written and the version of the scope."""

    version: int = -1
    done: dict[Defined, Definition] = field(default_factory=dict)
    active: list[Defined] = field(default_factory=list)


@dataclass(slots=True)
class Elaborator:
    """Reads expressions under a scope. One a chain; definitions and calls get children."""

    scope: Scope
    letters: OpenIndices
    definitions: Definitions
    warnings: list[Diagnostic] = field(default_factory=list)
    parameters: dict[str, ReadValue] = field(default_factory=dict)
    held: frozenset[Definition] = frozenset()
    in_definition: bool = False
    outside: frozenset[str] = frozenset()
    """The letters that stand outside of the sums that name them."""
    entrywise: bool = False
    """True while a product of two columns is read entry by entry, where their inner product does not fit."""
    held_alone: frozenset[Definition] = frozenset()
    """What a lone partial derivative beside the products of a chain rule holds constant."""

    def child(
        self, parameters: dict[str, ReadValue] | None = None, bound: dict[str, Index] | None = None
    ) -> Elaborator:
        """An elaborator for the body of a definition or call, with letters of its own."""
        letters = OpenIndices(self.scope)
        if bound:
            letters.bound.append(bound)
        return Elaborator(self.scope, letters, self.definitions, [], parameters or {}, frozenset(), True)

    def warn(self, code: str, message: str, span: Span, remedy: str = "") -> None:
        """A warning on the step; those inside of a definition are said where it stands."""
        if not self.in_definition and not any(w.code == code and w.span == span for w in self.warnings):
            self.warnings.append(Diagnostic(code, message, span, remedy, "warning"))

    def parse(self, tokens: Sequence[Token], where: Span) -> SyntaxNode:
        return Parser(tokens, self.scope, where).whole()

    # --- dispatch -----------------------------------------------------------------------------

    def value(self, node: SyntaxNode) -> ReadValue:
        """What a node stands for."""
        return _RULES[type(node)](self, node)

    def scalar(self, node: SyntaxNode, what: str) -> Expr:
        """A node that must be one number."""
        value = self.value(node)
        if value.axes:
            raise error("SG113", f"{what} must be a single number, this has the shape {shape_text(value)}", node.span)
        return value.body

    def number(self, node: NumberNode) -> ReadValue:
        return scalar(Num(node.value))

    def name(self, node: Sym) -> ReadValue:
        value, sup = lookup(self, node)
        return self.raised(value, sup, node.span) if sup else value

    def paren(self, node: Paren) -> ReadValue:
        if len(node.items) != 1 and node.kind != "<":
            raise error("SG101", "a list of values is not understood here", node.span)
        if node.kind in ("(", "[", "{"):
            return group(self.value(node.items[0]))
        if node.kind == "<":
            if len(node.items) != 2:
                raise error("SG115", "an inner product takes two vectors", node.span)
            left, right = (self.value(x) for x in node.items)
            if len(left.axes) != 1 or len(right.axes) != 1:
                raise ShapeMismatch("an inner product takes two vectors", left, right, node.span)
            return multiply(replace(left, row=True), replace(right, row=False), node.span)[0]
        return builtin_names.bars(self, node)

    def scripted(self, node: Scripted) -> ReadValue:
        inner = node.base
        if isinstance(inner, Paren) and inner.kind == "||":
            value, sup = builtin_names.norm(self, inner, node)
        elif isinstance(inner, Call) and not node.sub:
            value, sup = self.value(inner), node.sup
        else:
            value, sup = self.element(self.value(inner), node.sub, node.span), node.sup
        if node.primes:
            raise error("SG101", "a prime must stand on a function's name", node.span, "write `f'(x)`")
        return self.raised(value, sup, node.span) if sup else value

    def element(self, value: ReadValue, sub: tuple[Token, ...], span: Span) -> ReadValue:
        """``[x]_z``: an entry or a slice of an array."""
        if not sub:
            return value
        slots = read_slots(sub)
        indices, axes = fill(self, slots, [a.range for a in value.axes], span.text, span)
        body = substitute(value.body, dict(zip(value.axes, indices, strict=True)))
        if isinstance(body, (Add, Mul, Pow)):
            body = Mul((body,))
        return ReadValue(body, tuple(axes), value.row and len(axes) == 1, value.derivative)

    def raised(self, value: ReadValue, sup: tuple[Token, ...], span: Span) -> ReadValue:
        return superscripts.raised(self, value, sup, span)

    def fraction(self, node: QuotientNode) -> ReadValue:
        return quotient(self.value(node.num), self.value(node.den), node.span)

    def root(self, node: Root) -> ReadValue:
        return superscripts.root(self, node)

    def terms(self, node: Terms) -> ReadValue:
        outer = self.held, self.held_alone
        held, alone = derivatives.held_in(self, node)
        values = []
        for sign, term in node.items:
            self.held, self.held_alone = outer[0] | held, alone if isinstance(term, Derivative) else frozenset()
            values.append(negative(self.value(term)) if sign < 0 else self.value(term))
        self.held, self.held_alone = outer
        return values[0] if len(values) == 1 else elementwise(Add, values, node.span, "a sum")

    def product(self, node: ProductNode) -> ReadValue:
        values = [(op, self.value(f), f) for op, f in node.factors]
        chained = derivatives.contract(self, values, node.span)
        if chained is not None:
            return chained
        out = values[0][1]
        for op, right, written in values[1:]:
            span = node.factors[0][1].span.to(written.span)
            if op == "o":
                out = elementwise(Mul, (bracketed(out), bracketed(right)), span, "an elementwise product")
            elif op == "@":
                out = outer(out, right, span) if out.axes and right.axes else multiply(out, right, span)[0]
            elif (op == "*" or (self.entrywise and op in ("", "."))) and _are_alike(out, right):
                out = elementwise(Mul, (bracketed(out), bracketed(right)), span, "an elementwise product")
            elif op == "/":
                out = quotient(out, right, span) if right.axes else multiply(out, inverse(right), span)[0]
            else:
                out, guessed = multiply(out, right, span)
                if guessed:
                    self.warn(
                        "SG202",
                        "missing transpose: two columns in a row are read as their inner product",
                        span,
                        "write `^\\top` on the first",
                    )
        return out

    def big(self, node: BigOp) -> ReadValue:
        return written_sums.big(self, node)

    def derivative(self, node: Derivative) -> ReadValue:
        return derivatives.derivative(self, node)

    def call(self, node: Call) -> ReadValue:
        return calls.call(self, node)

    def indicator(self, node: Indicator) -> ReadValue:
        return cases.indicator(self, node)

    def cases(self, node: CasesNode) -> ReadValue:
        return cases.cases(self, node)

    def dots(self, node: Dots) -> ReadValue:
        raise error("SG112", "an ellipsis is not read here", node.span, "write the sum with `\\sum`")

    # --- roles that names refer back to ---------------------------------------------------------

    def define(self, entry: Defined) -> Definition:
        return definitions.define(self, entry)

    def called_bare(self, entry: Defined, slots: tuple[Slot, ...], sym: Sym) -> ReadValue:
        return definitions.called_bare(self, entry, slots, sym)

    def upstream(self, function: AbstractFunction, sym: Sym) -> ReadValue:
        return upstream.upstream(self, function, sym)

    def kronecker(self, slots: Sequence[Slot], span: Span) -> Expr:
        return cases.kronecker(self, slots, span)

    def tie(self, a: IndexExpr, b: IndexExpr, span: Span) -> None:
        cases.tie(self, a, b, span)

    def special_name(self, sym: Sym, slots: tuple[Slot, ...]) -> ReadValue | None:
        return builtin_names.special_name(self, sym, slots)

    # --- closing ------------------------------------------------------------------------------

    def settle(self, value: ReadValue, free: frozenset[Index], span: Span) -> ReadValue:
        """All letters that are neither free nor fixed are summed where the rules put them."""
        self.letters.resolve_ties()
        builtin_names = free | frozenset(value.axes)
        body = value.body
        for d in sorted(free_indices(body) - builtin_names, key=lambda i: i.serial):
            if d.kind == "fixed" or d not in self.letters.open.values():
                continue
            self.letters.take_shifted(d)
            if d.range is None:
                where = self.letters.first_place.get(d, span)
                raise error(
                    "SG108",
                    f"nothing says over what `{d.letter}` runs",
                    where,
                    f"declare `${d.letter} = 1, \\dots, N$` or sum it explicitly",
                )
            if occurrences(body, d) == 1:
                where = self.letters.first_place.get(d, span)
                self.warn(
                    "SG203",
                    f"`{d.letter}` stands once and is summed over {d.range}",
                    where,
                    f"write `\\sum_{d.letter}` if that is meant",
                )
            body = place(body, d, self.closer(d))
        return replace(value, body=body)

    def closer(self, d: Index) -> Callable[[Expr, Index], Expr]:
        """What makes one sum over a letter."""
        where = written_sums.membership(self, d)

        def make(body: Expr, fresh: Index) -> Expr:
            return Sum(fresh, body, tuple(written_sums.renamed(c, d, fresh) for c in where))

        return close_with(d, make)


_RULES: dict[type[SyntaxNode], Callable[[Elaborator, Any], ReadValue]] = {
    NumberNode: Elaborator.number,
    Sym: Elaborator.name,
    Paren: Elaborator.paren,
    Scripted: Elaborator.scripted,
    QuotientNode: Elaborator.fraction,
    Root: Elaborator.root,
    Terms: Elaborator.terms,
    ProductNode: Elaborator.product,
    BigOp: Elaborator.big,
    Derivative: Elaborator.derivative,
    Call: Elaborator.call,
    Indicator: Elaborator.indicator,
    CasesNode: Elaborator.cases,
    Dots: Elaborator.dots,
}


def _are_alike(left: ReadValue, right: ReadValue) -> bool:
    """True for two columns, or two rows, over one range."""
    if len(left.axes) != 1 or len(right.axes) != 1 or left.row != right.row:
        return False
    a, b = left.axes[0].range, right.axes[0].range
    return a is None or b is None or a == b
