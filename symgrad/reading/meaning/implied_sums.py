"""Implied sums: the position of the sum over a repeated letter.

A letter is summed at the smallest product that contains all its occurrences. If no product repeats it, the sum moves
out of elementwise functions and powers, and stops directly around an ``exp``. All functions here work on raw trees
(see ``raw_trees``); ``d`` is the letter that is summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from symgrad.core.nodes import (
    MINUS_ONE,
    Add,
    Apply,
    Cases,
    Cond,
    Deriv,
    Expr,
    Func,
    Lam,
    Mul,
    Pow,
    Prod,
    Sum,
    free_indices,
    map_cond,
    parts,
)
from symgrad.core.ranges import Index, IndexExpr, indices_of, substitute_index
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.open_index import mark_implied
from symgrad.reading.meaning.raw_trees import Parenthesis, is_quotient
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.tree.scripts import error
from symgrad.text.source import Span

WrapSum = Callable[[Expr, Index], Expr]


def occurrences(node: Expr, d: Index) -> int:
    """The number of occurrences of an index in a tree."""
    if d not in free_indices(node):
        return 0
    idx, children, _ = parts(node)
    here = sum(1 for e in idx for i in indices_of(e) if i is d)
    return here + sum(occurrences(c, d) for c in children)


def repeats(node: Expr, d: Index) -> bool:
    """True if every part of ``node`` that contains ``d`` has a product that repeats it."""
    if isinstance(node, (Mul, Parenthesis)):
        factors = parts(node)[1]
        return len(_holding(factors, d)) > 1 or _all_holding(repeats, factors, d)
    if isinstance(node, Add):
        return _all_holding(repeats, node.terms, d)
    if isinstance(node, Func):
        return repeats(node.arg, d)
    if isinstance(node, Pow):
        return repeats(node.base, d) or (d in free_indices(node.exponent) and d in free_indices(node.base))
    if isinstance(node, (Sum, Prod)):
        return repeats(node.body, d)
    if isinstance(node, Deriv):
        in_body, in_target = d in free_indices(node.body), d in free_indices(node.target)
        return (in_body and in_target) or (in_body and repeats(node.body, d))
    if isinstance(node, Cases):
        return all(repeats(v, d) for _, v in node.branches if d in free_indices(v)) and not _in_conditions(node, d)
    if isinstance(node, Apply):
        return _elementwise(node) and _all_holding(repeats, parts(node)[1], d)
    return occurrences(node, d) > 1


def differentiates(node: Expr, d: Index) -> bool:
    """True for a derivative by an entry with the index ``d``, and for sums and multiples of such derivatives."""
    if isinstance(node, Deriv):
        return d in free_indices(node.target) or differentiates(node.body, d)
    if isinstance(node, (Mul, Parenthesis)):
        holders = _holding(parts(node)[1], d)
        return len(holders) == 1 and differentiates(holders[0], d)
    return isinstance(node, Add) and _all_holding(differentiates, node.terms, d)


def _elementwise(node: Apply) -> bool:
    """True if an abstract function takes numbers, so that it is read like an elementary one."""
    return all(not lam.axes for lam in node.arguments)


def _holding(nodes: Sequence[Expr], d: Index) -> list[Expr]:
    return [n for n in nodes if d in free_indices(n)]


def _all_holding(test: Callable[[Expr, Index], bool], nodes: Sequence[Expr], d: Index) -> bool:
    """True if some of the nodes contain ``d``, and all that do pass the test."""
    holders = _holding(nodes, d)
    return bool(holders) and all(test(n, d) for n in holders)


def _stands_in(positions: Iterable[IndexExpr], d: Index) -> bool:
    return any(d is i for e in positions for i in indices_of(e))


def _in_conditions(node: Cases, d: Index) -> bool:
    inside = {v for _, v in node.branches}
    idx, children, _ = parts(node)
    return _stands_in(idx, d) or any(d in free_indices(c) for c in children if c not in inside)


def _keeps_inside(node: Expr, d: Index) -> bool:
    """True if the sum over ``d`` stays inside ``node`` as the argument of a function or the base of a power."""
    if isinstance(node, Func):
        return node.name == "exp" or _keeps_inside(node.arg, d)
    if isinstance(node, Parenthesis):
        return _all_holding(_keeps_inside, (node.inner,), d)
    if isinstance(node, Mul):
        return is_quotient(node) or len(_holding(node.factors, d)) > 1 or _all_holding(_keeps_inside, node.factors, d)
    if isinstance(node, Add):
        return _all_holding(_keeps_inside, node.terms, d)
    if isinstance(node, (Sum, Prod)):
        return not node.index.implied or _keeps_inside(node.body, d)
    if isinstance(node, Cases):
        return not _in_conditions(node, d)
    if isinstance(node, Apply):
        return _elementwise(node) and _all_holding(_keeps_inside, parts(node)[1], d)
    if isinstance(node, Pow):
        return _keeps_inside(node.base, d) or node.exponent is MINUS_ONE
    return repeats(node, d)


def insert_sum(node: Expr, d: Index, wrap: WrapSum) -> Expr:
    """``node`` with the sum over ``d`` at the position that the rules give it; ``wrap`` makes one sum."""
    if d not in free_indices(node):
        return node
    if isinstance(node, Add):
        return Add(tuple(insert_sum(t, d, wrap) for t in node.terms))
    if isinstance(node, (Mul, Parenthesis)):
        return _insert_in_product(node, d, wrap)
    if isinstance(node, Func):
        if _keeps_inside(node.arg, d):
            return Func(node.name, insert_sum(node.arg, d, wrap))
        return wrap(node, d)
    if isinstance(node, Pow):
        if d not in free_indices(node.exponent) and (_in_denominator(node) or _keeps_inside(node.base, d)):
            return Pow(insert_sum(node.base, d, wrap), node.exponent)
        return wrap(node, d)
    if isinstance(node, (Sum, Prod)):
        positions, (_, *conditions), _ = parts(node)
        if not _stands_in(positions, d) and not _holding(conditions, d):
            return type(node)(node.index, insert_sum(node.body, d, wrap), node.where)
        return wrap(node, d)
    if isinstance(node, Deriv):
        if d not in free_indices(node.target):
            return Deriv(insert_sum(node.body, d, wrap), node.target, node.held)
        return wrap(node, d)
    if isinstance(node, Cases) and not _in_conditions(node, d):
        # each branch has a sum of its own, as a term has
        return Cases(tuple((conds, insert_sum(v, d, wrap)) for conds, v in node.branches))
    if isinstance(node, Apply) and all(
        d not in free_indices(a.body) or _keeps_inside(a.body, d) for a in node.arguments
    ):
        if _stands_in(parts(node)[0], d):
            return wrap(node, d)
        lams = tuple(Lam(lam.axes, insert_sum(lam.body, d, wrap)) for lam in node.arguments)
        return Apply(node.function, lams, node.derivs)
    return wrap(node, d)


def _insert_in_product(node: Mul | Parenthesis, d: Index, wrap: WrapSum) -> Expr:
    """Sum inside the one factor that contains ``d``, or inside each of several that repeat it, else around all."""
    holders = _holding(parts(node)[1], d)
    if len(holders) == 1:
        inner = holders[0]
        if isinstance(inner, (Mul, Parenthesis, Add, Func, Pow, Sum, Prod, Deriv, Apply, Cases)):
            into = _in_denominator(inner) or not isinstance(inner, (Func, Pow, Apply)) or _keeps_inside(inner, d)
            # around the function or power alone: the other factors are constant along d
            inside = insert_sum(inner, d, wrap) if into else wrap(inner, d)
            return _replace(node, inner, inside)
        return wrap(node, d)
    if all(_is_scope(f) and repeats(f, d) for f in holders):
        return Mul(tuple(insert_sum(f, d, wrap) for f in parts(node)[1]))
    return wrap(node, d)


def _in_denominator(node: Expr) -> bool:
    return isinstance(node, Pow) and node.exponent is MINUS_ONE


def _is_scope(node: Expr) -> bool:
    """True for a function, parenthesis, numerator or denominator: a factor that may contain a sum of its own."""
    return isinstance(node, (Func, Pow, Sum, Prod, Mul, Parenthesis)) or (
        isinstance(node, Apply) and _elementwise(node)
    )


def sum_placements(node: Expr, d: Index, wrap: WrapSum) -> Iterator[Expr]:
    """The trees with one sum over ``d`` at each possible position, from the outside in."""
    if d not in free_indices(node):
        return
    yield wrap(node, d)
    idx, children, _ = parts(node)
    holders = _holding(children, d)
    if _stands_in(idx, d):
        return
    if isinstance(node, Add):
        yield Add(tuple(wrap(t, d) if d in free_indices(t) else t for t in node.terms))
    if len(holders) > 1 and isinstance(node, Mul):
        yield Mul(tuple(insert_sum(f, d, wrap) if d in free_indices(f) else f for f in node.factors))
    if len(holders) != 1 or isinstance(node, (Apply, Cases)):
        return
    only = holders[0]
    if isinstance(node, Deriv) and only is node.target:
        return
    for inner in sum_placements(only, d, wrap):
        yield _replace(node, only, inner)


def _replace(node: Expr, old: Expr, new: Expr) -> Expr:
    """The node with one of its children replaced."""
    if isinstance(node, (Mul, Add)):
        return type(node)(tuple(new if a is old else a for a in node.args[0]))
    return type(node)(*(new if a is old else a for a in node.args))


def insert_implied_sums(el: Reading, value: ReadValue, free: frozenset[Index], span: Span) -> ReadValue:
    """Sum over all letters that are neither free nor fixed, at the positions that the rules give."""
    el.letters.resolve_ties()
    known = free | frozenset(value.axes)
    body = value.body
    for d in sorted(free_indices(body) - known, key=lambda i: i.serial):
        if d.kind == "fixed" or d not in el.letters.open.values():
            continue
        el.letters.take_shifted(d)
        if d.range is None:
            where = el.letters.first_place.get(d, span)
            raise error(
                "SG108",
                f"nothing says over what `{d.letter}` runs",
                where,
                f"declare `${d.letter} = 1, \\dots, N$` or sum it explicitly",
            )
        terms = body.terms if isinstance(body, Add) else (body,)
        if max(occurrences(term, d) for term in terms) == 1:
            where = el.letters.first_place.get(d, span)
            el.warn(
                "SG203",
                f"`{d.letter}` stands once and is summed over {d.range}",
                where,
                f"write `\\sum_{d.letter}` if that is meant",
            )
        body = insert_sum(body, d, sum_wrapper(el, d))
    return replace(value, body=body)


def sum_wrapper(el: Reading, d: Index) -> WrapSum:
    """A function that makes one sum over a letter, with a new index of the same letter and range."""
    where = el.letters.membership(d)

    def wrap(body: Expr, letter: Index) -> Expr:
        fresh = letter.fresh("bound")
        mark_implied(fresh)
        conditions = tuple(_renamed(c, d, fresh) for c in where)
        return Sum(fresh, substitute(body, {letter: fresh}), conditions)

    return wrap


def _renamed(cond: Cond, old: Index, new: Index) -> Cond:
    """A condition on positions with one index replaced."""
    return map_cond(cond, lambda e: substitute_index(e, {old: new}), lambda x: x)
