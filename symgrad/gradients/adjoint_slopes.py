"""Derivatives of exponentials and roots of matrices inside of products, as books write them.

``sum_{kl} G_{kl} Df(M)[E_{cd}]_{kl} = Df(M^\\top)[G]_{cd}`` for the matrix ``E_{cd}`` with a single entry 1.
"""

from __future__ import annotations

from symgrad.core.matrix_functions import derivative_along, slope_along
from symgrad.core.nodes import Delta, Expr, Lam, MatrixFunction, Num, add, delta, free_indices, mul
from symgrad.core.ranges import Index, IndexExpr, indices_of
from symgrad.core.substitute import substitute
from symgrad.gradients.summed_products import SummedIndex, SummedProduct, product_of, summed_over, term_of, terms_of

Ends = tuple[IndexExpr, IndexExpr]


def with_adjoint_slopes(entry: Expr) -> Expr:
    """The same sum of products, with every derivative along a single entry turned over where that can be done."""
    return add(*(_turned(term_of(t)) or t for t in terms_of(entry)))


def _turned(term: SummedProduct) -> Expr | None:
    """The term with its first derivative along a single entry turned over; None if it has none."""
    for factor in term.factors:
        slope = slope_along(factor[0]) if isinstance(factor[0], MatrixFunction) and factor[1] == 1 else None
        at = _single_entry(slope[1]) if slope is not None else None
        if slope is not None and at is not None:
            rest = SummedProduct(term.number, term.dummies, tuple(f for f in term.factors if f is not factor))
            return _adjoint(rest, slope[0], at)
    return None


def _adjoint(rest: SummedProduct, function: MatrixFunction, at: Ends) -> Expr | None:
    """``Df(M^\\top)[G]_{cd}`` times what of the product does not hang together with the ends of ``f(M)``"""
    bound = {d.index for d in rest.dummies}
    met = {e for e in function.indices if isinstance(e, Index) and e in bound}
    grows = True
    while grows:
        more = {i for b, _ in rest.factors if free_indices(b) & met for i in free_indices(b) & bound} - met
        met |= more
        grows = bool(more)
    inside = [d for d in rest.dummies if d.index in met]
    outside = [d for d in rest.dummies if d.index not in met]
    ends = {i for e in at for i in indices_of(e)}
    if met & ends or function.indices[0] is function.indices[1] or any(d.where for d in inside):
        return None
    factors = tuple(f for f in rest.factors if free_indices(f[0]) & met)
    kept = tuple(f for f in rest.factors if f not in factors)
    direction = _direction(function, product_of(factors), inside)
    rows, columns = (axis.fresh("bound") for axis in function.matrix.axes)
    turned = substitute(function.matrix.body, dict(zip(function.matrix.axes, (columns, rows), strict=True)))
    made = derivative_along(MatrixFunction(function.name, Lam((rows, columns), turned), at), direction)
    return summed_over(outside, mul(Num(rest.number), product_of(kept), made))


def _direction(function: MatrixFunction, product: Expr, dummies: list[SummedIndex]) -> Lam:
    """``G``, over fresh axes: the product without the sums over its ends; an end that is given makes a unit vector."""
    axes = tuple(axis.fresh("bound") for axis in function.matrix.axes)
    inner = {d.index for d in dummies}
    body = product
    for end, axis in zip(function.indices, axes, strict=True):
        body = substitute(body, {end: axis}) if end in inner else mul(body, delta(axis, end))
    return Lam(axes, summed_over([d for d in dummies if d.index not in function.indices], body))


def _single_entry(direction: Lam) -> Ends | None:
    """The place of the only entry that is not 0, if it is 1."""
    places: list[IndexExpr] = []
    factors = term_of(direction.body).factors
    for axis in direction.axes:
        for base, _ in factors:
            if isinstance(base, Delta) and axis in (base.left, base.right):
                places.append(base.right if base.left is axis else base.left)
    if len(factors) != 2 or len(places) != 2 or any(p in direction.axes for p in places):
        return None
    return places[0], places[1]
