"""What an expression is defined through: tensors, definitions, derivatives still to be carried out."""

from __future__ import annotations

from symgrad.core.nodes import Definition, Entry, Expr, Ref, Tensor, parts, reach

Symbol = Tensor | Definition
"""What a derivative is taken by: a declared tensor, or a definition as a variable of its own."""


def depends_on(expr: Expr, target: Expr | Symbol) -> bool:
    """Whether the tensor or definition stands in the expression or in any definition it uses."""
    return (symbol_of(target) if isinstance(target, Expr) else target) in reach(expr)


def symbol_of(target: Expr) -> Symbol:
    """The tensor or the definition of a target."""
    if isinstance(target, Entry):
        return target.tensor
    if isinstance(target, Ref):
        return target.definition
    raise TypeError(f"a derivative is taken by an entry or a defined quantity, not by a {type(target).__name__}")


def reaches(expr: Expr, symbol: Symbol, held: frozenset[Definition], memo: dict[Expr, bool]) -> bool:
    """``depends_on``, with some definitions held constant; the memo is for one symbol and what is held."""
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
    """Whether a derivative (or a prime) stands in the expression or in any definition it uses."""
    return reach(expr).order > 0
