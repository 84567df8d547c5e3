"""Derivatives by a symmetric matrix: steps that hold under another convention than that of independent entries."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Deriv, Entry, Expr, Tensor, add, delta, free_indices, mul, neg, walk
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import mapped, substitute


def along_symmetric_directions(claim: Claim) -> Claim | None:
    """``L_{ij} + L_{ji} = R_{ij} + R_{ji}`` for a derivative by ``X_{ij}``, where ``X = X^\\top`` is assumed."""
    symmetric = {t for a in claim.assumptions if (t := _symmetric(a)) is not None}
    for node in (n for side in (claim.left, claim.right) for n in walk(side)):
        target = node.target if isinstance(node, Deriv) else None
        if not isinstance(target, Entry) or target.tensor not in symmetric or set(target.indices) != set(claim.free):
            continue
        i, j = target.indices
        if not isinstance(i, Index) or not isinstance(j, Index) or i is j:
            continue
        swap: dict[Index, IndexExpr] = {i: j, j: i}
        left, right = (add(side, substitute(side, swap)) for side in (claim.left, claim.right))
        return replace(claim, left=left, right=right)
    return None


def each_entry_once(claim: Claim) -> Claim | None:
    """The claim with ``2 G - G \\circ I`` for each derivative ``G`` by a matrix ``X`` where ``X = X^\\top`` is assumed.

    So the entries on both sides of the diagonal are one variable. None without any such derivative.
    """
    symmetric = {t for a in claim.assumptions if (t := _symmetric(a)) is not None}

    def whole(node: Expr) -> Expr | None:
        target = node.target if isinstance(node, Deriv) else None
        if not isinstance(target, Entry) or target.tensor not in symmetric:
            return None
        i, j = target.indices
        if not isinstance(i, Index) or not isinstance(j, Index) or i is j:
            return None
        assert isinstance(node, Deriv)  # it has a target
        if {i, j} & free_indices(node.body):
            return None
        turned = Deriv(node.body, Entry(target.tensor, (j, i)), node.held)
        return add(node, turned, neg(mul(delta(i, j), node)))

    left, right = mapped(claim.left, whole), mapped(claim.right, whole)
    return replace(claim, left=left, right=right) if (left, right) != (claim.left, claim.right) else None


def _symmetric(a: Assumption) -> Tensor | None:
    """The matrix that an assumption says to be symmetric."""
    left, right = a.left, a.right
    if not (isinstance(left, Entry) and isinstance(right, Entry)) or left.tensor is not right.tensor or a.unless:
        return None
    same = len(left.indices) == 2 and left.indices == right.indices[::-1] and set(left.indices) == set(a.params)
    return left.tensor if same else None
