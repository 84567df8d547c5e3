"""Indicators, deltas and bits as factors: where one is 0 the product is 0, even if another factor is undefined there.

``[i >= 2] x_{i-1}`` is 0 at ``i = 1``, like a branch of ``cases`` that is not taken, and so is
``(1 - delta_{1i}) x_{i-1}``, and ``d log x`` for a bit ``d``. This does not apply if a denominator contains an
indicator, ``[x > 0] y / ([x > 0] z)``: there the indicator cancels.
"""

from __future__ import annotations

from functools import lru_cache

from symgrad.core.functions import TABLE
from symgrad.core.kinds import Add, Cases, Delta, Entry, Expr, Func, Iverson, Mul, Num, Pow, Prod, Ref, Sum
from symgrad.core.mentions import all_nodes


def factors(node: Expr) -> tuple[Expr, ...]:
    """The factors of a product, with nested products flattened; any other node is its own single factor."""
    if not isinstance(node, Mul):
        return (node,)
    if not any(isinstance(f, Mul) for f in node.factors):
        return node.factors
    return tuple(x for f in node.factors for x in factors(f))


def guards(node: Expr) -> tuple[Expr, ...]:
    """The factors that make the product 0 wherever they are 0, even if other factors are undefined there."""
    found = tuple(f for f in factors(node) if is_indicator(f))
    return () if not found or _cancels(node) else found


@lru_cache(maxsize=4096)
def is_indicator(node: Expr) -> bool:
    """True if the expression, with its definitions written out, contains only indicators, deltas, bits and numbers."""
    if isinstance(node, Ref):
        return is_indicator(node.definition.body)
    if isinstance(node, Cases):
        return all(isinstance(value, Num) or is_indicator(value) for _, value in node.branches)
    if isinstance(node, Pow):
        return is_indicator(node.base) and not _divides(node)
    if isinstance(node, (Add, Mul)):
        made = [is_indicator(x) for x in node.args[0]]
        return any(made) and all(b or isinstance(x, Num) for b, x in zip(made, node.args[0], strict=True))
    return isinstance(node, (Delta, Iverson)) or _is_bit(node)


def _is_bit(node: Expr) -> bool:
    return isinstance(node, Entry) and node.tensor.domain == "bit"


@lru_cache(maxsize=4096)
def _cancels(node: Expr) -> bool:
    """True if an indicator occurs in a denominator, or below a power or logarithm whose derivative has one."""
    return any(_divides(x) and any(_steps(y) for y in all_nodes(x)) for x in all_nodes(node))


def _divides(node: Expr) -> bool:
    if isinstance(node, Pow):
        e = node.exponent
        return not (isinstance(e, Num) and e.value >= 0 and e.value.denominator == 1)
    return isinstance(node, Func) and node.name == "log"


def _steps(node: Expr) -> bool:
    """True if the node is an indicator or expands to an expression with one."""
    if isinstance(node, (Sum, Prod)):
        return bool(node.where)
    if isinstance(node, Func):
        row = TABLE.get(node.name.rstrip("'"))
        return row is None or row.kink
    return isinstance(node, (Delta, Iverson, Cases)) or _is_bit(node)
