"""Single factors in matrix notation: arrays and slices, functions entry by entry, deltas, conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symgrad.core import matrix_notation as a
from symgrad.core.matrix_functions import slope_along
from symgrad.core.matrix_notation import Array, Axes
from symgrad.core.nodes import (
    ONE,
    Add,
    Apply,
    Cases,
    Cond,
    Const,
    Delta,
    Entry,
    Expr,
    Func,
    Iverson,
    Lam,
    MatrixFunction,
    Num,
    Pow,
    Ref,
    Size,
    Sum,
    distinct,
    free_indices,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, indices_of
from symgrad.gradients.symmetries import Symmetries
from symgrad.gradients.tensor_network import NoMatrixForm, reordered

_NOTATIONS = {"inverse": a.Inverse, "exponential": a.Exponential, "root": a.SquareRoot}


@dataclass(frozen=True, slots=True)
class FactorFormer:
    """Finds the matrix form of factors, and by ``array_of`` that of their parts. ``reserved``: see ``MatrixFormer``."""

    array_of: Callable[[Expr, Axes], Array]
    reserved: frozenset[str]
    symmetries: Symmetries

    def __call__(self, base: Expr, axes: Axes) -> Array:
        """A factor as an array over its own axes."""
        if isinstance(base, (Num, Size, Const)) or (not axes and _is_plain(base)):
            if isinstance(base, Size) and axes:
                raise NoMatrixForm("a position is used as a number")
            return a.Scalar((), base)
        if isinstance(base, Sum) and base.body is ONE and not axes:
            return a.Scalar((), base)  # a count
        if isinstance(base, (Entry, Ref, Apply)):
            return self.named(base, axes)
        if isinstance(base, MatrixFunction):
            return self.matrix_function(base, axes)
        if isinstance(base, Delta):
            return self.delta(base, axes)
        if isinstance(base, Add):
            return self.array_of(base, axes)
        if isinstance(base, Func):
            raise_if(base.name == "abs" and bool(axes), "an absolute value has no matrix notation")
            return a.Mapped(axes, base.name, self.array_of(base.arg, axes))
        if isinstance(base, Pow):
            if free_indices(base.exponent) & frozenset(axes):
                raise NoMatrixForm("an exponent depends on an index")
            return a.EntrywisePower(axes, self.array_of(base.base, axes), self.array_of(base.exponent, ()))
        if isinstance(base, Iverson):
            return self.indicator(base, axes)
        if isinstance(base, Sum):
            return self.array_of(base, axes)
        raise NoMatrixForm(f"{_WHAT.get(type(base).__name__, 'a part')} has no matrix notation")

    def named(self, base: Entry | Ref | Apply, axes: Axes) -> Array:
        slots: tuple[IndexExpr, ...] = ()
        if isinstance(base, Apply):
            if len(base.derivs) != 1 and any(base.function.shapes):
                raise NoMatrixForm("a function of arrays has no matrix notation here")
            if not any(base.function.shapes):
                (lam,) = base.arguments if len(base.arguments) == 1 else (None,)
                if lam is None:
                    raise NoMatrixForm("a function of several numbers has no matrix notation")
                name = base.function.name + "'" * len(base.derivs)
                return a.Mapped(axes, name, self.array_of(lam.body, axes))
            which, slots = base.derivs[0]
            argument = base.arguments[which].body
            raise_if(not isinstance(argument, (Entry, Ref)), "the argument of a function of arrays has no name")
        else:
            slots = base.indices
            if isinstance(base, Ref):
                called = base.indices[: base.definition.arguments]
                raise_if(
                    any(i in axes for e in called for i in indices_of(e)), "an argument of a function is an index here"
                )
        open_ = [_open(e, axes) for e in slots]
        met = [i for i in open_ if i is not None]
        if len(met) == 2 and met[0] is met[1]:
            other = met[0].fresh()
            bare_twice = sum(e is met[0] for e in slots) == 2
            raise_if(isinstance(base, Apply) or not bare_twice, "an index occurs twice in the slots of an array")
            assert isinstance(base, (Entry, Ref))
            second = [k for k, i in enumerate(open_) if i is not None][1]
            apart = tuple(other if k == second else e for k, e in enumerate(base.indices))
            return a.Diagonal(axes, a.Named((met[0], other), type(base)(base.args[0], apart)))
        if len(set(met)) != len(met) or set(met) != set(axes):
            raise NoMatrixForm("an index occurs twice in the slots of an array")
        row = len(slots) == 1 and _is_row(base)
        symmetric = isinstance(base, Entry) and base.tensor in self.symmetries.arrays and len(met) == 2
        return reordered(a.Named(tuple(met), base, row, symmetric), axes)

    def matrix_function(self, base: MatrixFunction, axes: Axes) -> Array:
        """``A^{-1}``, ``e^A``, ``A^{1/2}``, their diagonals, and ``\\det A``; ``Df(A)[D]``"""
        along = slope_along(base)
        if along is not None:
            return self.slope_along(*along, axes)
        blocks = "a Kronecker product or a derivative of a function of a matrix has no matrix notation here"
        raise_if(len(base.matrix.axes) != 2, blocks)
        body = self.array_of(base.matrix.body, base.matrix.axes)
        raise_if(bool(free_indices(base.matrix.body) & frozenset(axes)), "a family of matrices has no matrix notation")
        if base.name == "determinant":
            return a.Determinant((), body)
        first, second = base.indices
        raise_if({first, second} != set(axes), "an entry of an inverse has no matrix notation")
        assert isinstance(first, Index)
        assert isinstance(second, Index)
        other = first.fresh() if first is second else second
        if base.name == "cholesky":
            found: Array = a.CholeskyFactor((first, other), body)
        else:
            found = _NOTATIONS[base.name]((first, other), body, self.symmetries.is_symmetric(base.matrix))
        return a.Diagonal(axes, found) if first is second else reordered(found, axes)

    def slope_along(self, function: MatrixFunction, direction: Lam, axes: Axes) -> Array:
        """``Df(A)[D]``"""
        first, second = function.indices
        inner = free_indices(function.matrix.body) | free_indices(direction.body)
        raise_if("D" in self.reserved, "the document uses `D` for something else")
        raise_if({first, second} != set(axes) or first is second, "an entry of a derivative of a function of a matrix")
        raise_if(bool(inner & frozenset(axes)), "a family of matrices has no matrix notation")
        body = self.array_of(function.matrix.body, function.matrix.axes)
        along = self.array_of(direction.body, direction.axes)
        assert isinstance(first, Index)
        assert isinstance(second, Index)
        return reordered(a.SlopeAlong((first, second), function.name, body, along), axes)

    def delta(self, base: Delta, axes: Axes) -> Array:
        left, right = base.left, base.right
        if len(axes) == 2 and {left, right} == set(axes):
            raise_if("I" in self.reserved, "the document uses `I` for something else")
            return a.Identity(axes)
        if len(axes) == 1 and axes[0] in (left, right):
            other = right if left is axes[0] else left
            if axes[0] not in indices_of(other):
                raise_if("e" in self.reserved, "the document uses `e` for something else")
                return a.Basis(axes, other)
        if not axes:
            return a.Scalar((), base)
        raise NoMatrixForm("a delta of a gathered or shifted position has no matrix notation")

    def indicator(self, base: Iverson, axes: Axes) -> Array:
        """``[x > 0]`` as ``step(x)``, ``[i = o]`` as ``e_o``, ``[i in N]`` as ``sum_{k in N} e_k``, or the negation."""
        cond = base.cond
        inside: Array | None = None
        if cond.op == "pos" and isinstance(cond.left, Expr):
            inside = a.Mapped(axes, "step", self.array_of(cond.left, axes))
        elif cond.op == "eq" and len(axes) == 1 and not isinstance(cond.left, Expr):
            assert isinstance(cond.right, (Index, Affine, Gather))
            inside = self.delta(Delta(cond.left, cond.right), axes)
        elif cond.op == "in" and len(axes) == 1 and cond.left is axes[0]:
            raise_if("e" in self.reserved, "the document uses `e` for something else")
            k = axes[0].fresh("bound")
            where = (Cond("in", k, cond.right),)
            inside = a.Explicit(axes, k, where, a.Basis(axes, k))
        if inside is None:
            raise NoMatrixForm("a condition on a position has no matrix notation")
        if cond.negated:
            return a.Total(axes, (a.Scalar((), ONE), a.ScaledMatrix(axes, Fraction(-1), (), inside)))
        return inside


def raise_if(wrong: bool, reason: str) -> None:
    if wrong:
        raise NoMatrixForm(reason)


def _open(e: IndexExpr, axes: Axes) -> Index | None:
    """The axis of a slot: the index alone, or the index of a gather with one slot."""
    if isinstance(e, Index):
        return e if e in axes else None
    if isinstance(e, Gather) and len(e.indices) == 1 and e.indices[0] in axes:
        found = e.indices[0]
        return found if isinstance(found, Index) else None
    raise_if(any(i in axes for i in indices_of(e)), "an index occurs in arithmetic on positions")
    return None


def _is_plain(base: Expr) -> bool:
    """True if a scalar is written without sums over whole arrays."""
    return not any(isinstance(n, Sum) for n in distinct(base)) and isinstance(
        base, (Num, Size, Const, Entry, Ref, Iverson, Delta, Cases)
    )


def _is_row(base: Expr) -> bool:
    """True if a vector is a row by declaration; the derivative by a row is a row."""
    if isinstance(base, Apply) and base.derivs:
        return _is_row(base.arguments[base.derivs[0][0]].body)
    if isinstance(base, Entry):
        return base.tensor.row
    return isinstance(base, Ref) and base.definition.row


_WHAT = {"Cases": "a choice of cases", "Prod": "a product over an index", "Iverson": "a condition on a position"}
