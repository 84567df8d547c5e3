"""Substitution of indices: nothing is captured, and what is bound anew is not meant."""

from __future__ import annotations

from symgrad.core.nodes import Entry, Sum, Tensor, mul
from symgrad.core.ranges import Index, Range
from symgrad.core.substitute import substitute

D = Range.of_size("D")
X, Y = Tensor("X", (D, D)), Tensor("y", (D,))
i, j, k = (Index(letter, D, "free") for letter in "ijk")


def test_an_index_that_comes_in_is_not_captured() -> None:
    """``sum_j X_ij`` at ``i = j`` sums over another index"""
    done = substitute(Sum(j, Entry(X, (i, j))), {i: j})
    assert isinstance(done, Sum)
    assert done.index is not j
    assert done.body is Entry(X, (j, done.index))


def test_an_index_bound_anew_is_not_the_one_that_is_meant() -> None:
    """``y_j sum_j X_ij`` at ``j = k``: only the free one moves"""
    inner = Sum(j, Entry(X, (i, j)))
    assert substitute(mul(Entry(Y, (j,)), inner), {j: k}) is mul(Entry(Y, (k,)), inner)
    assert substitute(mul(Entry(Y, (j,)), inner), {j: k, i: k}) is mul(Entry(Y, (k,)), Sum(j, Entry(X, (k, j))))
