"""What an expression is defined through: tensors, definitions, derivatives still to be carried out."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from symgrad.core.nodes import Definition, Deriv, Entry, Expr, Func, Ref, Tensor, distinct, parts

Symbol = Tensor | Definition
"""What a derivative is taken by: a declared tensor, or a definition as a variable of its own."""

_mentioned: WeakKeyDictionary[Expr, frozenset[Symbol]] = WeakKeyDictionary()
_holding: WeakKeyDictionary[Expr, bool] = WeakKeyDictionary()


def depends_on(expr: Expr, target: Expr | Symbol) -> bool:
    """Whether the tensor or definition stands in the expression or in any definition it uses."""
    symbol = symbol_of(target) if isinstance(target, Expr) else target
    return reaches(expr, symbol, frozenset(), {})


def symbol_of(target: Expr) -> Symbol:
    """The tensor or the definition of a target."""
    if isinstance(target, Entry):
        return target.tensor
    if isinstance(target, Ref):
        return target.definition
    raise TypeError(f"a derivative is taken by an entry or a defined quantity, not by a {type(target).__name__}")


def mentions(expr: Expr) -> frozenset[Symbol]:
    """The tensors and definitions that stand in the expression itself."""
    found = _mentioned.get(expr)
    if found is None:
        found = frozenset((symbol_of(expr),)) if isinstance(expr, (Entry, Ref)) else frozenset()
        for child in parts(expr)[1]:
            found |= mentions(child)
        _mentioned[expr] = found
    return found


def reaches(expr: Expr, symbol: Symbol, held: frozenset[Definition], seen: dict[Definition, bool]) -> bool:
    """``depends_on``, with some definitions held constant and a memo of its own."""
    used = mentions(expr)
    if symbol in used:
        return True
    for d in used:
        if isinstance(d, Definition) and d not in held:
            if d not in seen:
                seen[d] = False  # a definition that uses itself adds nothing of its own
                seen[d] = reaches(d.body, symbol, held, seen)
            if seen[d]:
                return True
    return False


def holds_derivative(expr: Expr) -> bool:
    """Whether a derivative (or a prime) stands in the expression or in any definition it uses."""
    found = _holding.get(expr)
    if found is None:
        _holding[expr] = False  # ends the walk at a definition that uses itself
        found = any(
            isinstance(n, Deriv)
            or (isinstance(n, Func) and n.name.endswith("'"))
            or (isinstance(n, Ref) and holds_derivative(n.definition.body))
            for n in distinct(expr)
        )
        _holding[expr] = found
    return found
