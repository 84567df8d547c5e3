"""Small changes of an expression, like slips of the pen, each with a sentence for the author.

``variants`` yields the expression with one subexpression changed. Derivatives and definitions
are left alone: they are the question, not the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial
from itertools import permutations
from typing import NamedTuple

from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexExpr, Range, index_expr, range_of
from symgrad.core.substitute import substitute

Latex = Callable[[n.Expr], str]


class Edit(NamedTuple):
    """rank: lower is likelier; say: the instruction to the author; result: the changed expression."""

    rank: int
    say: Callable[[], str]
    result: n.Expr


SIGN, SWAP, INDEX, ARGUMENT, INNER_SIGN, OPERAND, MISSING, SCALE, DROP = range(9)
"""Ranks of edits, likeliest first (``MISSING``: an assumption)."""
_TWO, _HALF = n.num(2), n.num(Fraction(1, 2))


def side_edits(side: n.Expr, name: str, free: Iterable[Index], latex: Latex) -> Iterator[Edit]:
    """Changes of a whole side; ``name`` is "left" or "right"."""
    if isinstance(side, n.Add):  # ``y - p`` for ``p - y``
        minus = [n.neg(t) for t in side.terms]
        turned = n.add(*sorted(minus, key=_is_negative))
        yield Edit(SIGN, lambda: f"turn the {name} side round: ${latex(turned)}$", turned)
    else:
        yield Edit(SIGN, lambda: f"flip the sign of the {name} side", n.neg(side))
    for i, j in _pairs(free):
        if {i, j} & n.free_indices(side):
            yield Edit(SWAP, partial(_transposed, name, i, j), _swap(side, i, j))
    yield Edit(SCALE, lambda: f"double the {name} side", n.mul(_TWO, side))
    yield Edit(SCALE, lambda: f"halve the {name} side", n.mul(_HALF, side))


def _is_negative(term: n.Expr) -> bool:
    factors = term.factors if isinstance(term, n.Mul) else (term,)
    return any(isinstance(f, n.Num) and f.value < 0 for f in factors)


def _transposed(name: str, i: Index, j: Index) -> str:
    return f"transpose the {name} side: swap ${i.letter}$ and ${j.letter}$"


def _do(verb: str, what: n.Expr, latex: Latex) -> str:
    return f"{verb} ${latex(what)}$"


def _write(new: n.Expr, old: n.Expr, latex: Latex) -> str:
    return f"write ${latex(new)}$ for ${latex(old)}$"


def _pairs(indices: Iterable[Index]) -> Iterator[tuple[Index, Index]]:
    listed = list(dict.fromkeys(indices))
    for k, i in enumerate(listed):
        for j in listed[k + 1 :]:
            if i.range == j.range:
                yield i, j


def _swap(side: n.Expr, i: Index, j: Index) -> n.Expr:
    third = i.fresh("free")
    return substitute(substitute(substitute(side, {i: third}), {j: i}), {third: j})


def variants(
    node: n.Expr, scope: tuple[Index, ...], latex: Latex, tensors: tuple[n.Tensor, ...] = (), depth: int = 0
) -> Iterator[Edit]:
    """The expression with one subexpression changed, using the indices in ``scope`` and the ``tensors``."""
    if isinstance(node, (n.Deriv, n.Num, n.Const, n.Size)):
        return
    if isinstance(node, (n.Entry, n.Ref, n.Delta)):
        yield from _slots(node, scope, latex)
        if isinstance(node, n.Entry):
            yield from _operands(node, tensors, latex)
    elif isinstance(node, n.Add):
        yield from _terms(node, latex, depth)
    elif isinstance(node, n.Mul):
        yield from _factors(node, latex)
    elif isinstance(node, n.Func):
        yield from _argument(node, latex)
    if isinstance(node, (n.Add, n.Mul)):
        items = node.args[0]
        build: Callable[..., n.Expr] = n.add if isinstance(node, n.Add) else n.mul
        for k, child in enumerate(items):
            for e in variants(child, scope, latex, tensors, depth + (not isinstance(node, n.Add) or depth > 0)):
                yield e._replace(result=build(*items[:k], e.result, *items[k + 1 :]))
    elif not isinstance(node, (n.Entry, n.Ref)):
        _, children, bound = n.parts(node)
        for child in dict.fromkeys(children):
            for e in variants(child, (*scope, *bound), latex, tensors, depth + 1):
                yield e._replace(result=_replaced(node, child, e.result))


def _replaced(node: n.Expr, old: n.Expr, new: n.Expr) -> n.Expr:
    return n.rebuild(node, lambda e: e, lambda child: new if child is old else child)


def _terms(node: n.Add, latex: Latex, depth: int) -> Iterator[Edit]:
    for k, term in enumerate(node.terms):
        before, after = node.terms[:k], node.terms[k + 1 :]
        rank = INNER_SIGN if depth else SIGN
        yield Edit(rank, partial(_do, "flip the sign of the term", term, latex), n.add(*before, n.neg(term), *after))
        yield Edit(SCALE, partial(_do, "double the term", term, latex), n.add(*before, n.mul(_TWO, term), *after))
        yield Edit(SCALE, partial(_do, "halve the term", term, latex), n.add(*before, n.mul(_HALF, term), *after))
        yield Edit(DROP, partial(_do, "drop the term", term, latex), n.add(*before, *after))


def _factors(node: n.Mul, latex: Latex) -> Iterator[Edit]:
    for k, factor in enumerate(node.factors):
        if factor is not n.MINUS_ONE:
            rest = n.mul(*node.factors[:k], *node.factors[k + 1 :])
            yield Edit(DROP, partial(_do, "drop the factor", factor, latex), rest)


def _argument(node: n.Func, latex: Latex) -> Iterator[Edit]:
    opposite = n.Func(node.name, n.neg(node.arg))
    yield Edit(ARGUMENT, partial(_write, opposite, node, latex), opposite)
    if node.name == "sigma":
        complement = n.sub(n.ONE, node)
        yield Edit(ARGUMENT, partial(_write, complement, node, latex), complement)


def _slots(node: n.Expr, scope: tuple[Index, ...], latex: Latex) -> Iterator[Edit]:
    """Swap two indices of one range; replace an index by another one of the same range."""
    slots: tuple[IndexExpr, ...] = node.args if isinstance(node, n.Delta) else node.args[1]
    ranges: tuple[Range | None, ...]
    if isinstance(node, n.Entry):
        ranges = node.tensor.ranges
    elif isinstance(node, n.Ref):
        ranges = tuple(i.range for i in node.definition.params)
    else:
        ranges = tuple(range_of(e) for e in slots)
    for a in range(len(slots)):
        for b in range(a + 1, len(slots)):
            if not isinstance(node, n.Delta) and ranges[a] == ranges[b] and slots[a] != slots[b]:
                order = list(slots)
                order[a], order[b] = order[b], order[a]
                yield _written(SWAP, node, tuple(order), latex)
        for i in dict.fromkeys(scope):
            if i.range == ranges[a] and slots[a] != i:
                yield _written(INDEX, node, (*slots[:a], i, *slots[a + 1 :]), latex)


def _written(rank: int, node: n.Expr, slots: tuple[IndexExpr, ...], latex: Latex) -> Edit:
    if isinstance(node, n.Delta):
        new = n.delta(index_expr(slots[0]), index_expr(slots[1]))
    else:
        new = type(node)(node.args[0], slots)
    return Edit(rank, partial(_write, new, node, latex), new)


def _operands(node: n.Entry, tensors: tuple[n.Tensor, ...], latex: Latex) -> Iterator[Edit]:
    """Replace the tensor by another one that fits the same indices, reordered if needed."""
    for t in tensors:
        if t is node.tensor or len(t.ranges) != len(node.indices):
            continue
        for order in permutations(range(len(node.indices))):
            if tuple(node.tensor.ranges[k] for k in order) == t.ranges:
                new = n.Entry(t, tuple(node.indices[k] for k in order))
                yield Edit(OPERAND, partial(_write, new, node, latex), new)
