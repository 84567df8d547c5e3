"""A derivation line by line, one layer of definitions per line, each line equal to the one before.

Derivatives not yet taken are ``Deriv`` nodes of a defined quantity or of an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from symgrad.calculus.depends import depends_on, symbol_of
from symgrad.calculus.differentiate import Resolver, Rules
from symgrad.core.nodes import Delta, Deriv, Entry, Expr, Func, Mul, Num, Pow, Prod, Ref, distinct, rebuild
from symgrad.core.substitute import instantiate
from symgrad.gradients.simplify import Simplifier
from symgrad.gradients.summed_products import term_of, terms_of

MAX_LINES = 60

DEFINITION = "definition"
CHAIN = "chain rule"
PRODUCT = "product rule"
QUOTIENT = "quotient rule"
LOGISTIC = "derivative of the logistic function"
DELTAS = "delta contraction"
LINEAR = "a derivative passes through sums"


@dataclass(frozen=True, slots=True)
class DerivationLine:
    """One line of a derivation, and the rules that lead to it from the line before."""

    expr: Expr
    rules: tuple[str, ...]


class DefinitionLayer(Rules):
    """Differentiates down to names; derivatives of defined quantities and of entries are kept as ``Deriv``."""

    def __init__(self, resolver: Resolver, target: Entry | Ref) -> None:
        super().__init__(resolver, target, frozenset())
        self.used: dict[str, None] = {}

    def entry(self, node: Entry) -> Expr:
        return Deriv(node, self.target)

    def ref(self, node: Ref) -> Expr:
        return Deriv(node, self.target)

    def mul(self, node: Mul) -> Expr:
        varying = [f for f in node.factors if depends_on(f, self.symbol)]
        if any(isinstance(f, Pow) and isinstance(f.exponent, Num) and f.exponent.value < 0 for f in varying):
            self.used[QUOTIENT] = None
        elif len(varying) > 1:
            self.used[PRODUCT] = None
        return super().mul(node)

    def pow(self, node: Pow) -> Expr:
        self.used[CHAIN] = None
        return super().pow(node)

    def prod(self, node: Prod) -> Expr:
        self.used[PRODUCT] = None
        return super().prod(node)

    def func(self, node: Func) -> Expr:
        self.used[CHAIN] = None
        if node.name == "sigma":
            self.used[LOGISTIC] = None
        return super().func(node)

    def rules_used(self) -> tuple[str, ...]:
        """The rules that were used; the chain rule only if no more specific one was."""
        names = [r for r in self.used if r != CHAIN or len(self.used) == 1 or LOGISTIC in self.used]
        return tuple(names) or (LINEAR,)


@dataclass(slots=True)
class Derivation:
    """Writes the derivation of the derivative of a quantity by one target."""

    target: Entry | Ref
    simplify: Simplifier
    lines: list[DerivationLine] = field(default_factory=list)

    def run(self, of: Expr, final: Expr) -> list[DerivationLine]:
        """All lines, from the quantity's definition to the simplified derivative."""
        expr: Expr = Deriv(of, self.target)
        if isinstance(of, Ref) and of.definition is not symbol_of(self.target):
            expr = Deriv(instantiate(of.definition, of.indices), self.target)
            self.add(expr, (DEFINITION,))
        while len(self.lines) < MAX_LINES and any(isinstance(n, Deriv) for n in distinct(expr)):
            before = expr
            expr = self.layer(expr)
            expr = self.shortened(expr)
            if expr is before:
                break
        final = self.simplify.names.canonical(final)
        if self.lines and _bag(self.lines[-1].expr) == _bag(final):
            self.lines[-1] = replace(self.lines[-1], expr=final)  # a different order of factors is not a step
        else:
            self.add(final, ("collected",))
        return self.lines

    def add(self, expr: Expr, rules: Iterable[str]) -> None:
        """Append a line unless it equals the previous one up to renaming bound indices."""
        expr = self.simplify.names.canonical(expr)
        if self.lines and self.lines[-1].expr is expr:
            return
        named = dict.fromkeys(rules)
        if self.lines and _deltas(self.lines[-1].expr) > _deltas(expr):
            named = dict.fromkeys((DELTAS, *(r for r in named if r != "collected")))
        self.lines.append(DerivationLine(expr, tuple(named)))

    def layer(self, expr: Expr) -> Expr:
        """Each derivative taken down to the next names; if all of them are of entries, their deltas contracted."""
        pending = [n for n in distinct(expr) if isinstance(n, Deriv)]
        if all(self._is_bare(n.body) for n in pending):
            done = self.contracted(expr)
            self.add(done, (DELTAS,))
            return done
        rules = DefinitionLayer(Resolver(), self.target)
        opened = any(isinstance(n.body, Ref) and not self._is_bare(n.body) for n in pending)
        done = self.replaced(expr, rules)
        self.add(done, (*((DEFINITION,) if opened else ()), *rules.rules_used()))
        return done

    def _is_bare(self, body: Expr) -> bool:
        """True for an entry of the array that the derivative is taken by."""
        return isinstance(body, (Entry, Ref)) and symbol_of(body) is symbol_of(self.target)

    def replaced(self, node: Expr, rules: DefinitionLayer) -> Expr:
        if isinstance(node, Deriv):
            body = node.body
            if self._is_bare(body):
                return node
            if isinstance(body, Ref):
                body = instantiate(body.definition, body.indices)
            return rules(body)
        return rebuild(node, lambda e: e, lambda child: self.replaced(child, rules))

    def contracted(self, expr: Expr) -> Expr:
        """``d U_ab / d U_ij`` as deltas, and the sums over them contracted."""
        return Resolver().resolve(expr)

    def shortened(self, expr: Expr) -> Expr:
        """The line simplified, appended as a line of its own if a rule that has a name was used."""
        self.simplify.fired.clear()
        self.simplify.effort = 0
        done = self.simplify(expr)
        if done is not expr and self.simplify.fired:
            self.add(done, self.simplify.fired)
        return done


def _deltas(expr: Expr) -> int:
    """The number of deltas in an expression."""
    return sum(isinstance(n, Delta) for n in distinct(expr))


def _bag(expr: Expr) -> Counter[tuple[object, ...]]:
    """The terms of a sum, regardless of their order and that of their factors."""
    terms = map(term_of, terms_of(expr))
    return Counter((t.number, t.dummies, frozenset(t.factors)) for t in terms)


def derivation(of: Expr, target: Entry | Ref, final: Expr, simplify: Simplifier) -> list[DerivationLine]:
    """The lines of the derivative of ``of`` by the target, up to its simplified form ``final``."""
    return Derivation(target, simplify).run(of, final)
