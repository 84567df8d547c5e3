"""Side conditions of a proof: expressions that must be nonzero or positive for both sides to be defined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from symgrad.core.claims import Claim
from symgrad.core.functions import TABLE
from symgrad.core.nodes import Add, Const, Entry, Expr, Func, MatrixFunction, Mul, Num, Pow, Prod, Size, Sum, walk
from symgrad.core.ranges import Affine
from symgrad.writing.index_latex import latex, never

SIGNS = {"nonzero": "\\neq", "positive": ">", "nonempty": ">"}
"""The relation to 0 of each kind of condition."""


class HasConditions(Protocol):
    """The part of a proof that is needed here: conditions as pairs of a kind and an expression."""

    @property
    def conditions(self) -> tuple[tuple[str, Expr], ...]: ...


def side_conditions(claim: Claim, proof: HasConditions) -> tuple[str, ...]:
    """The conditions as LaTeX: those of the step as written, then those added by the proof."""
    found: dict[str, None] = {}
    for side in (claim.left, claim.right):
        for sign, expr in _written(side):
            found[f"{latex(expr)} {sign} 0"] = None
    found |= dict.fromkeys((*_domains(claim), *_lengths(claim)))
    for kind, expr in proof.conditions:
        if kind == "zero":
            found[never(expr)] = None
        elif kind in SIGNS:
            found[f"{latex(expr)} {SIGNS[kind]} 0"] = None
    return tuple(found)


def _lengths(claim: Claim) -> Iterator[str]:
    """``N \\ge 3`` for an entry ``x_3``, which says that its range has so many positions."""
    for side in (claim.left, claim.right):
        for node in walk(side):
            for slot, at in zip(node.tensor.ranges, node.indices, strict=True) if isinstance(node, Entry) else ():
                if isinstance(at, Affine) and not at.terms and slot.hi.terms and at.const > 1:
                    yield f"{latex(Size(slot.hi))} \\ge {at.const}"


def _domains(claim: Claim) -> Iterator[str]:
    """Which matrices have roots and Cholesky factors, apart from those that are assumed to be definite."""
    definite = {a.left.tensor for a in claim.assumptions if a.factor is not None and isinstance(a.left, Entry)}
    for side in (claim.left, claim.right):
        for node in walk(side):
            if not isinstance(node, MatrixFunction) or node.name not in ("root", "cholesky"):
                continue
            body = node.matrix.body
            if isinstance(body, Entry) and body.tensor in definite:
                continue
            matrix = latex(MatrixFunction("determinant", node.matrix, ())).removeprefix("\\det")
            yield f"{matrix} \\succ 0" if node.name == "cholesky" else f"\\lambda{matrix} \\notin (-\\infty, 0]"


def _written(side: Expr) -> Iterator[tuple[str, Expr]]:
    """Denominators, radicands and arguments with a restricted domain, each with its relation to 0."""
    for node in walk(side):
        if isinstance(node, Pow) and isinstance(node.exponent, Num):
            negative, broken = node.exponent.value < 0, node.exponent.value.denominator != 1
            if (negative or broken) and not positive(node.base):
                yield (">" if broken and negative else "\\ge" if broken else "\\neq"), node.base
        elif isinstance(node, MatrixFunction) and node.name == "inverse":
            inner = node.matrix.body
            if isinstance(inner, MatrixFunction) and inner.name == "exponential" and len(inner.indices) == 2:
                continue  # its inverse is an exponential
            yield "\\neq", MatrixFunction("determinant", node.matrix, ())
        elif isinstance(node, Func) and not positive(node.arg):
            row = TABLE.get(node.name)
            if row is not None and row.domain == "positive":
                yield ">", node.arg
            elif row is not None and row.domain == "nonnegative":
                yield "\\ge", node.arg


def positive(node: Expr) -> bool:
    """True if the expression is positive for simple reasons: exponentials, sizes, sums and products of those."""
    if isinstance(node, Num):
        return bool(node.value > 0)
    if isinstance(node, (Size, Const)):
        return True
    if isinstance(node, Entry):
        return node.tensor.domain == "positive"
    if isinstance(node, Func):
        row = TABLE.get(node.name)
        return row is not None and row.positive
    if isinstance(node, (Add, Mul)):
        return all(positive(a) for a in node.args[0])
    if isinstance(node, (Sum, Prod)):
        return positive(node.body)
    return isinstance(node, Pow) and positive(node.base)
