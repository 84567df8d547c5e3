"""What an expression depends on, through definitions too."""

from __future__ import annotations

from symgrad.core.nodes import Definition, Entry, Expr, Ref, Tensor, parts, reach

Symbol = Tensor | Definition
"""The variable of a derivative: a declared tensor, or a definition treated as an independent variable."""


def depends_on(expr: Expr, target: Expr | Symbol) -> bool:
    """True if the expression, or a definition that it uses, mentions the tensor or definition."""
    return (symbol_of(target) if isinstance(target, Expr) else target) in reach(expr)


def symbol_of(target: Expr) -> Symbol:
    """The tensor or the definition of a target."""
    if isinstance(target, Entry):
        return target.tensor
    if isinstance(target, Ref):
        return target.definition
    raise TypeError(f"a derivative is taken by an entry or a defined quantity, not by a {type(target).__name__}")


def reaches(expr: Expr, symbol: Symbol, held: frozenset[Definition], memo: dict[Expr, bool]) -> bool:
    """``depends_on``, with some definitions held constant; use one memo per symbol and set of held definitions."""
    mentioned = reach(expr)
    if symbol not in mentioned:
        return False
    if not any(d in mentioned for d in held):
        return True
    found = memo.get(expr)
    if found is None:
        inner = parts(expr)[1]
        if isinstance(expr, Ref) and expr.definition not in held:
            inner = (*inner, expr.definition.body)
        own = isinstance(expr, (Entry, Ref)) and expr.args[0] is symbol
        found = memo[expr] = own or any(reaches(x, symbol, held, memo) for x in inner)
    return found


def holds_derivative(expr: Expr) -> bool:
    """True if the expression, or a definition that it uses, contains a derivative or a prime."""
    return reach(expr).order > 0
