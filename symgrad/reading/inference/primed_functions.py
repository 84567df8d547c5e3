"""Functions of one number that a document differentiates by a prime and never defines: ``f'(x)``, ``\\phi'(z)``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from symgrad.core.nodes import AbstractFunction, FunctionForm
from symgrad.reading.inference.undeclared import UndeclaredNames
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.tree.syntax import Call, ProductNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes

_BRACKET = re.compile(r"\s*(?:\\left\s*)?\(")


def primed_functions(names: UndeclaredNames) -> Mapping[NameKey, AbstractFunction]:
    """Functions of one number: the letter is applied to one argument wherever it stands, once with a prime."""
    scope = names.scope
    below = [n for tree in names.trees for n in subnodes(tree)]
    calls = [n for n in below if isinstance(n, Call)]
    applied = {id(c.function) for c in calls}
    alone = {n.key for n in below if isinstance(n, Sym) and id(n) not in applied and not _has_bracket(n)}
    out = {}
    for letter in sorted({c.function.key for c in calls if c.function.primes}):
        own = [c for c in calls if c.function.key == letter]
        key = NameKey(letter)
        plain = all(len(c.args) == 1 and not (c.bare or c.given or c.function.sub) for c in own)
        known = (
            scope.has_meaning(letter) or scope.is_function(letter) or scope.calls.named(key) or key in scope.functions
        )
        known = known or key in scope.unread
        if plain and not known and letter not in alone:
            out[key] = AbstractFunction(letter, ((),), (), FunctionForm(letter, ("",), 0, (0,), False))
    return out


def _has_bracket(sym: Sym) -> bool:
    """True for ``f^2(t)``, and for the f of ``\\arcsin f(t)``: what is no call yet, as long as f is not known."""
    return not sym.sub and _BRACKET.match(sym.span.source.text, sym.span.end) is not None


def entrywise(names: UndeclaredNames) -> Iterator[str]:
    """The letters of functions with a value beside ``\\odot``, or within ``\\operatorname{diag}``."""
    for n in (n for tree in names.trees for n in subnodes(tree)):
        operands: tuple[SyntaxNode, ...] = ()
        if isinstance(n, ProductNode) and any(op == "o" for op, _ in n.factors):
            operands = tuple(f for _, f in n.factors)
        elif isinstance(n, Call) and n.function.key == "diag":
            operands = n.args
        for operand in operands:
            first = operand.factors[0][1] if isinstance(operand, ProductNode) else operand
            for x in (operand, first):
                if isinstance(x, Call) and len(x.args) == 1:
                    yield x.function.key
