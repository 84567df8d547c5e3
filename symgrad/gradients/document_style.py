"""How a document would write a derivative: its names, its letters, and its sums that are 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.calculus.differentiate import resolve
from symgrad.core.claims import Assumption, Claim
from symgrad.core.matrix_functions import MATRIX_FUNCTIONS
from symgrad.core.nodes import (
    ONE,
    Add,
    Definition,
    Delta,
    Entry,
    Expr,
    Func,
    MatrixFunction,
    Ref,
    Sum,
    Tensor,
    distinct,
    free_indices,
    neg,
    parts,
    position_key,
    reach,
)
from symgrad.core.ranges import Index, Range, indices_of
from symgrad.core.substitute import substitute
from symgrad.gradients.pattern_matching import match
from symgrad.gradients.summed_products import SummedProduct, term_of
from symgrad.proving.proof import Prover

PROOF_SECONDS = 0.3
"""Processor time of a proof that a matrix is symmetric."""


@dataclass(frozen=True, slots=True)
class UnitSum:
    """``sum_{axis} pattern = 1``, for all ``params``."""

    pattern: SummedProduct
    axis: Index
    params: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class DocumentStyle:
    """The conventions of a document that derivatives are written in.

    definitions: quantities written by name, and whose sums of terms keep their signs; unit_sums: sums known to be 1;
    letters: the index letters per range; symmetric: matrices with ``A = A^T``; reflect: write ``sigma(-x)`` for
    ``1 - sigma(x)``; assumptions: those in force.
    """

    definitions: tuple[Definition, ...] = ()
    unit_sums: tuple[UnitSum, ...] = ()
    letters: dict[Range | None, list[str]] = field(default_factory=dict)
    symmetric: frozenset[Tensor | Definition] = frozenset()
    reflect: bool = True
    assumptions: tuple[Assumption, ...] = ()

    def symmetric_order(self, entry: Entry | Ref | MatrixFunction) -> Expr:
        """``A_{ji}`` of a symmetric matrix, or of the inverse of one, as ``A_{ij}``, with free indices before bound
        ones."""
        if not self._is_symmetric(entry) or len(entry.indices) != 2:
            return entry
        i, j = entry.indices
        bound = [isinstance(e, Index) and e.kind == "bound" for e in (i, j)]
        turn = bound[0] if bound[0] != bound[1] else not bound[0] and position_key(j) < position_key(i)
        if not turn:
            return entry
        if isinstance(entry, MatrixFunction):
            return MatrixFunction(entry.name, entry.matrix, (j, i))
        return Entry(entry.tensor, (j, i)) if isinstance(entry, Entry) else Ref(entry.definition, (j, i))

    def _is_symmetric(self, entry: Entry | Ref | MatrixFunction) -> bool:
        if isinstance(entry, MatrixFunction):
            inner = entry.matrix.body
            if not MATRIX_FUNCTIONS[entry.name].symmetric or not isinstance(inner, (Entry, Ref)):
                return False
            return set(inner.indices) == set(entry.matrix.axes) and self._is_symmetric(inner)
        return (entry.tensor if isinstance(entry, Entry) else entry.definition) in self.symmetric


def reachable(expr: Expr) -> list[Definition]:
    """The definitions that an expression depends on, each after those that it depends on itself."""
    done: dict[Definition, None] = {}
    for d in reach(expr).definitions:
        if d not in done:
            done.update(dict.fromkeys((*reachable(d.body), d)))
    return list(done)


def style_of(
    cost: Expr,
    assumptions: Iterable[Assumption] = (),
    written: Iterable[Expr] = (),
    named: Iterable[Definition] = (),
) -> DocumentStyle:
    """The style for the derivative of a cost: its own definitions, and the sums that are assumed or defined to be 1.

    written: other expressions of the document, for its conventions; named: more definitions to write it with.
    """
    definitions = list(dict.fromkeys((*named, *reachable(cost))))
    assumptions = tuple(assumptions)
    bodies = [d.body for d in definitions]
    unit_sums = [*_assumed_unit_sums(assumptions), *(u for d in definitions for u in _defined_unit_sums(d))]
    return DocumentStyle(
        definitions=tuple(definitions),
        unit_sums=tuple(unit_sums),
        letters=letters(definitions[::-1]),
        symmetric=frozenset(
            (*filter(None, map(assumed_symmetric, assumptions)), *_proved_symmetric(definitions, assumptions))
        ),
        assumptions=assumptions,
        reflect=not any(map(_writes_complement, (*bodies, *written))),
    )


# --- habits -----------------------------------------------------------------------------------------


def letters(definitions: Iterable[Definition]) -> dict[Range | None, list[str]]:
    """The index letters of each range, in the order of their first use."""
    found: dict[Range | None, dict[str, None]] = {}
    for d in definitions:
        for index in (*d.params, *(i for node in distinct(d.body) for i in parts(node)[2])):
            if index.kind != "fixed" and index.letter.isalpha():
                found.setdefault(index.range, {})[index.letter] = None
    return {r: list(names) for r, names in found.items()}


def _writes_complement(expr: Expr) -> bool:
    """True if ``1 - sigma(x)`` occurs in the expression."""
    return any(
        isinstance(n, Add)
        and len(n.terms) == 2
        and ONE in n.terms
        and any(isinstance(t := neg(x), Func) and t.name == "sigma" for x in n.terms)
        for n in distinct(expr)
    )


# --- what adds up to 1 ------------------------------------------------------------------------------


def _assumed_unit_sums(assumptions: Iterable[Assumption]) -> Iterator[UnitSum]:
    """``\\sum_a y_a = 1``"""
    for a in assumptions:
        left = a.left
        if a.kind == "equation" and a.right is ONE and isinstance(left, Sum) and not left.where and not a.unless:
            yield UnitSum(term_of(left), left.index, a.params)


def assumed_symmetric(a: Assumption) -> Tensor | None:
    """The matrix ``A`` of an assumption ``A = A^T``."""
    left, right = a.left, a.right
    if a.kind != "equation" or a.unless or not isinstance(left, Entry) or not isinstance(right, Entry):
        return None
    i, j = left.indices if len(left.indices) == 2 else (None, None)
    turned = left.tensor is right.tensor and right.indices == (j, i) and i is not j
    return left.tensor if turned and i in a.params and j in a.params else None


def _proved_symmetric(definitions: Iterable[Definition], assumptions: tuple[Assumption, ...]) -> Iterator[Definition]:
    """The matrices ``K`` that are defined with ``K = K^T``, each by one proof."""
    prover = Prover()
    for d in definitions:
        if len(d.params) != 2 or d.arguments or d.params[0].range is None or d.params[0].range != d.params[1].range:
            continue
        i, j = d.params
        left = resolve(d.body)
        claim = Claim(left, substitute(left, {i: j, j: i}), (i, j), assumptions)
        if prover.prove(claim, seconds=PROOF_SECONDS) is not None:
            yield d


def _defined_unit_sums(d: Definition) -> Iterator[UnitSum]:
    """The unit sums of ``p_a = f_a / sum_b f_b`` and ``y_a = delta(a, o)``."""
    body = term_of(d.body)
    if body.number != 1 or body.dummies:
        return
    for axis in d.params[d.arguments :]:
        if axis.range is None or not (_normalised(body, axis) or _one_hot(body, axis)):
            continue
        index = axis.fresh("bound")
        at = tuple(index if p is axis else p for p in d.params)
        pattern = SummedProduct(Fraction(1), (), ((Ref(d, at), Fraction(1)),))
        whole = term_of(Sum(index, Ref(d, at)))
        yield UnitSum(
            SummedProduct(Fraction(1), whole.dummies, pattern.factors),
            index,
            tuple(p for p in d.params if p is not axis),
        )


def _normalised(body: SummedProduct, axis: Index) -> bool:
    """True if a product is ``f_a / sum_b f_b`` along the axis."""
    above = [(b, e) for b, e in body.factors if e > 0]
    below = [(b, e) for b, e in body.factors if e < 0]
    if len(below) != 1 or below[0][1] != -1 or axis in free_indices(below[0][0]):
        return False
    total: Expr = below[0][0]
    if isinstance(total, Ref):
        total = substitute(total.definition.body, dict(zip(total.definition.params, total.indices, strict=True)))
    whole = term_of(total)
    if whole.number != 1 or len(whole.dummies) != 1 or whole.dummies[0].where or len(whole.factors) != len(above):
        return False
    index = whole.dummies[0].index
    if index.range != axis.range:
        return False
    here = {substitute(b, {axis: index}): e for b, e in above}
    return all(
        any(e == x and any(True for _ in match(b, a, {}, frozenset())) for a, x in here.items())
        for b, e in whole.factors
    )


def _one_hot(body: SummedProduct, axis: Index) -> bool:
    """True if a product is one delta of the axis and a position within its range."""
    if len(body.factors) != 1:
        return False
    node, e = body.factors[0]
    if not isinstance(node, Delta) or e != 1 or axis not in (node.left, node.right):
        return False
    other = node.right if node.left is axis else node.left
    if axis in indices_of(other):
        return False
    return isinstance(other, Index) and other.range == axis.range
