"""Mistakes in a part of a cost: a term, a sum, the derivative of a function, a missing path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from symgrad.calculus.differentiate import differentiate, primed_function
from symgrad.comparing.causes.guess import COUNT, HELD, SLOPE, TERM, WINDOW, Guess, Latex, evaluated
from symgrad.comparing.causes.rewrite import Rewriter, constant, with_slope
from symgrad.core import nodes as n
from symgrad.core.functions import TABLE
from symgrad.core.ranges import Index

_NONE: frozenset[n.Definition] = frozenset()
COUNTS = (
    (TERM, n.ZERO, "the term ${}$ is missing"),
    (TERM, n.MINUS_ONE, "the term ${}$ has the wrong sign"),
    (COUNT, n.num(2), "the term ${}$ counts twice"),
    (COUNT, n.num(Fraction(1, 2)), "the term ${}$ counts half"),
)


@dataclass(frozen=True, slots=True)
class PartCauses:
    """Changes of a cost. target: the entry to differentiate by (None: the cost itself differs); axes: of the target."""

    cost: n.Expr
    target: n.Entry | n.Ref | None
    axes: tuple[Index, ...]
    latex: Latex

    @property
    def keep(self) -> n.Definition | None:
        """The definition of a target that is a defined quantity: it is not changed."""
        return self.target.definition if isinstance(self.target, n.Ref) else None

    def guesses(self) -> Iterator[Guess]:
        for node in n.all_nodes(self.cost, self.keep):
            if isinstance(node, n.Add):
                yield from self.terms(node)
            elif isinstance(node, n.Sum):
                yield from self.sums(node)
            elif isinstance(node, n.Func):
                yield from self.arguments(node)
                if self.target is not None:
                    yield from self.slopes(node)
            if self.target is not None:
                yield from self.constants(node)

    def guess(
        self,
        rank: int,
        text: str,
        node: n.Expr,
        changes: Mapping[n.Expr, n.Expr],
        held: frozenset[n.Definition] = _NONE,
    ) -> Guess:
        """The gradient of the cost with some nodes replaced; ``{}`` in the text is the node."""

        def gradient() -> n.Expr:
            cost = Rewriter(changes, self.keep)(self.cost) if changes else self.cost
            return cost if self.target is None else differentiate(cost, self.target, held)

        def dual() -> n.Expr:
            cost = Rewriter(changes, self.keep)(self.cost) if changes else self.cost
            return cost if self.target is None else n.Deriv(cost, self.target, held)

        return Guess(rank, partial(self._said, text, node), evaluated(gradient, self.axes, dual=dual))

    def _said(self, text: str, node: n.Expr) -> str:
        return text.replace("{}", self.latex(node))

    def terms(self, node: n.Add) -> Iterator[Guess]:
        """A term that is missing, has the wrong sign or a wrong factor."""
        for k, t in enumerate(node.terms):
            before, after = node.terms[:k], node.terms[k + 1 :]
            for rank, factor, text in COUNTS:
                yield self.guess(rank, text, t, {node: n.add(*before, n.mul(factor, t), *after)})
            for f in _scalars(t):
                text = f"the factor ${self.latex(f)}$ of the term ${{}}$ is missing"
                yield self.guess(COUNT, text, t, {node: n.add(*before, n.mul(t, n.power(f, -1)), *after)})

    def sums(self, node: n.Sum) -> Iterator[Guess]:
        """A mean for a sum; a sum that begins too late or ends too early; a missing condition."""
        r = node.index.range
        if r is None:
            return
        size = n.Size(r.size) if r.size.terms else n.num(r.size.const)
        yield self.guess(
            TERM + 1, f"a mean over ${r.size}$ in place of the sum ${{}}$", node, {node: n.div(node, size)}
        )
        yield self.guess(COUNT, f"the sum ${{}}$ is multiplied by ${r.size}$", node, {node: n.mul(size, node)})
        for end, word in ((r.lo, "first"), (r.hi, "last")):
            short = n.Sum(node.index, node.body, (*node.where, n.Cond("eq", node.index, end, negated=True)))
            yield self.guess(WINDOW, f"off by one: the {word} summand of ${{}}$ is left out", node, {node: short})
            alone = n.Sum(node.index, node.body, (*node.where, n.Cond("eq", node.index, end)))
            text = f"only the {word} summand of ${{}}$ counts: `=` for `+=`, or a loop that is left early"
            yield self.guess(WINDOW + 1, text, node, {node: alone})
        for k, c in enumerate(node.where):
            wide = n.Sum(node.index, node.body, (*node.where[:k], *node.where[k + 1 :]))
            said = self.latex(n.Iverson(c)).removeprefix("\\mathbb{1}[").removesuffix("]")
            text = f"the condition ${said}$ of ${{}}$ is forgotten"
            yield self.guess(WINDOW, text, node, {node: wide})

    def arguments(self, node: n.Func) -> Iterator[Guess]:
        """An argument with the wrong sign."""
        flipped = n.Func(node.name, n.neg(node.arg))
        yield self.guess(SLOPE + 3, f"${self.latex(flipped)}$ stands where ${{}}$ should", node, {node: flipped})

    def slopes(self, node: n.Func) -> Iterator[Guess]:
        """A wrong derivative of a function whose value is right."""
        inner = node.arg
        if node.name == "log" and isinstance(inner, n.Func) and inner.name == "sigma":
            x = inner.arg
            other = n.Func("sigma", n.neg(x))
            wrong, right = self.latex(inner), f"1 - {self.latex(inner)} = {self.latex(other)}"
            text = f"${wrong}$ stands where ${right}$ should"
            yield self.slope(SLOPE, node, x, inner, text)
            yield self.slope(SLOPE, node, x, n.neg(n.sub(n.ONE, inner)), "the derivative of ${}$ has the wrong sign")
            yield self.slope(SLOPE + 1, node, x, n.power(inner, -1), "the derivative of ${}$ stops at the logarithm")
        for slope, text in _slopes(node):
            said = text.replace("SLOPE", self.latex(slope))
            yield self.slope(SLOPE + 2, node, node.arg, slope, said)

    def slope(self, rank: int, node: n.Expr, arg: n.Expr, slope: n.Expr, text: str) -> Guess:
        new, held = with_slope(node, arg, slope)
        return self.guess(rank, text, node, {node: new}, held)

    def constants(self, node: n.Expr) -> Iterator[Guess]:
        """A part of the cost that is differentiated as if it were constant."""
        if isinstance(node, (n.Sum, n.Pow, n.Func)) and node is not self.cost:
            fixed = constant(node)
            held = frozenset((fixed.definition,))
            yield self.guess(HELD, "the derivative of ${}$ is missing: it is held constant", node, {node: fixed}, held)
        elif isinstance(node, n.Ref) and node.definition is not self.keep and node is not self.cost:
            yield self.guess(HELD, "the path through ${}$ is missing", node, {}, frozenset((node.definition,)))
        elif isinstance(node, n.Mul):
            for f in node.factors:
                if isinstance(f, n.Entry) and f.indices:
                    fixed = constant(f)
                    new = n.mul(*(fixed if g is f else g for g in node.factors))
                    text = f"in ${{}}$, the derivative by the factor ${self.latex(f)}$ is missing"
                    yield self.guess(HELD + 1, text, node, {node: new}, frozenset((fixed.definition,)))


def _slopes(node: n.Func) -> Iterator[tuple[n.Expr, str]]:
    """Wrong derivatives of ``F(x)``, each with a text in which ``{}`` is ``F(x)``."""
    x, name = node.arg, node.name
    yield n.ONE, "the derivative of ${}$ is left out"
    if name == "sigma":
        yield n.mul(x, n.sub(n.ONE, x)), "the derivative of ${}$ is taken as $SLOPE$: of its argument, not of its value"
        yield node, "the derivative of ${}$ is taken as $SLOPE$"
        yield n.sub(n.ONE, node), "the derivative of ${}$ is taken as $SLOPE$"
    if name == "tanh":
        at_argument = n.sub(n.ONE, n.power(x, 2))
        yield at_argument, "the derivative of ${}$ is taken as $SLOPE$: of its argument, not of its value"
        yield n.sub(n.ONE, node), "the derivative of ${}$ is taken as $SLOPE$: the square is missing"
    if name == "relu":
        yield node, "the derivative of ${}$ is taken as its value"
    if name in TABLE:
        yield n.neg(primed_function(f"{name}'", x)), "the derivative of ${}$ has the wrong sign"
        yield primed_function(f"{name}'", n.neg(x)), "the derivative of ${}$ is taken at the negative argument"
        yield primed_function(f"{name}'", node), "the derivative of ${}$ is taken at its value in place of its argument"
        twice = n.mul(primed_function(f"{name}'", x), primed_function(f"{name}'", x))
        yield twice, "the derivative of ${}$ is multiplied in twice"


def _scalars(term: n.Expr) -> list[n.Expr]:
    """Factors of a term that depend on no position: numbers, scalars, sizes."""
    factors = term.factors if isinstance(term, n.Mul) else ()
    out = []
    for f in factors:
        base = f.base if isinstance(f, n.Pow) else f
        if (isinstance(base, n.Entry) and not base.indices) or (isinstance(base, n.Size) and not n.free_indices(f)):
            out.append(f)
    return out
