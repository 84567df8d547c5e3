"""Where an implied sum stands.

A dummy letter is summed at the smallest product that holds all its occurrences; where no product
repeats it, the sum leaves elementwise functions and powers and stops outside an ``exp``. Works on
raw trees (see ``raw_trees``).
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

Close = Callable[[Expr, Index], Expr]


def occurrences(node: Expr, d: Index) -> int:
    """How often an index stands in a tree."""
    if d not in free_indices(node):
        return 0
    idx, children, _ = parts(node)
    here = sum(1 for e in idx for i in indices_of(e) if i is d)
    return here + sum(occurrences(c, d) for c in children)


def repeats(node: Expr, d: Index) -> bool:
    """Whether a product inside ``node`` repeats ``d`` in every part that holds it."""
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
    """Whether ``node`` is a derivative by an entry that ``d`` belongs to, or terms and multiples of such."""
    if isinstance(node, Deriv):
        return d in free_indices(node.target) or differentiates(node.body, d)
    if isinstance(node, (Mul, Parenthesis)):
        holders = _holding(parts(node)[1], d)
        return len(holders) == 1 and differentiates(holders[0], d)
    return isinstance(node, Add) and _all_holding(differentiates, node.terms, d)


def _elementwise(node: Apply) -> bool:
    """Whether an abstract function takes numbers, so that it reads as an elementary one."""
    return all(not lam.axes for lam in node.arguments)


def _holding(nodes: Sequence[Expr], d: Index) -> list[Expr]:
    return [n for n in nodes if d in free_indices(n)]


def _all_holding(test: Callable[[Expr, Index], bool], nodes: Sequence[Expr], d: Index) -> bool:
    """Whether some of the nodes hold ``d``, and all that do pass a test."""
    holders = _holding(nodes, d)
    return bool(holders) and all(test(n, d) for n in holders)


def _stands_in(positions: Iterable[IndexExpr], d: Index) -> bool:
    return any(d is i for e in positions for i in indices_of(e))


def _in_conditions(node: Cases, d: Index) -> bool:
    inside = {v for _, v in node.branches}
    idx, children, _ = parts(node)
    return _stands_in(idx, d) or any(d in free_indices(c) for c in children if c not in inside)


def _stays(node: Expr, d: Index) -> bool:
    """Whether the sum over ``d`` stays inside ``node`` when a function or a power stands around it."""
    if isinstance(node, Func):
        return node.name == "exp" or _stays(node.arg, d)
    if isinstance(node, Parenthesis):
        return _all_holding(_stays, (node.inner,), d)
    if isinstance(node, Mul):
        return is_quotient(node) or len(_holding(node.factors, d)) > 1 or _all_holding(_stays, node.factors, d)
    if isinstance(node, Add):
        return _all_holding(_stays, node.terms, d)
    if isinstance(node, (Sum, Prod)):
        return not node.index.implied or _stays(node.body, d)
    if isinstance(node, Cases):
        return not _in_conditions(node, d)
    if isinstance(node, Apply):
        return _elementwise(node) and _all_holding(_stays, parts(node)[1], d)
    if isinstance(node, Pow):
        return _stays(node.base, d) or node.exponent is MINUS_ONE
    return repeats(node, d)


def place(node: Expr, d: Index, close: Close) -> Expr:
    """``node`` with the sum over ``d`` put where the rules put it; ``close`` makes one sum."""
    if d not in free_indices(node):
        return node
    if isinstance(node, Add):
        return Add(tuple(place(t, d, close) for t in node.terms))
    if isinstance(node, (Mul, Parenthesis)):
        return _place_in_product(node, d, close)
    if isinstance(node, Func):
        if _stays(node.arg, d):
            return Func(node.name, place(node.arg, d, close))
        return close(node, d)
    if isinstance(node, Pow):
        if d not in free_indices(node.exponent) and (_in_denominator(node) or _stays(node.base, d)):
            return Pow(place(node.base, d, close), node.exponent)
        return close(node, d)
    if isinstance(node, (Sum, Prod)):
        positions, (_, *conditions), _ = parts(node)
        if not _stands_in(positions, d) and not _holding(conditions, d):
            return type(node)(node.index, place(node.body, d, close), node.where)
        return close(node, d)
    if isinstance(node, Deriv):
        if d not in free_indices(node.target):
            return Deriv(place(node.body, d, close), node.target, node.held)
        return close(node, d)
    if isinstance(node, Cases) and not _in_conditions(node, d):
        # each branch is summed by itself, as a term is
        return Cases(tuple((conds, place(v, d, close)) for conds, v in node.branches))
    if isinstance(node, Apply) and all(d not in free_indices(a.body) or _stays(a.body, d) for a in node.arguments):
        if _stands_in(parts(node)[0], d):
            return close(node, d)
        lams = tuple(Lam(lam.axes, place(lam.body, d, close)) for lam in node.arguments)
        return Apply(node.function, lams, node.derivs)
    return close(node, d)


def _place_in_product(node: Mul | Parenthesis, d: Index, close: Close) -> Expr:
    """Into the one factor that holds ``d``, or into several that each repeat it; else around the product."""
    holders = _holding(parts(node)[1], d)
    if len(holders) == 1:
        inner = holders[0]
        if isinstance(inner, (Mul, Parenthesis, Add, Func, Pow, Sum, Prod, Deriv, Apply, Cases)):
            into = _in_denominator(inner) or not isinstance(inner, (Func, Pow, Apply)) or _stays(inner, d)
            # around the function or power alone: the other factors are constant along d
            inside = place(inner, d, close) if into else close(inner, d)
            return _replace(node, inner, inside)
        return close(node, d)
    if all(_is_scope(f) and repeats(f, d) for f in holders):
        return Mul(tuple(place(f, d, close) for f in parts(node)[1]))
    return close(node, d)


def _in_denominator(node: Expr) -> bool:
    return isinstance(node, Pow) and node.exponent is MINUS_ONE


def _is_scope(node: Expr) -> bool:
    """A function's argument, a bracket, a numerator or a denominator; a bare product inside counts as its factors."""
    return isinstance(node, (Func, Pow, Sum, Prod, Mul, Parenthesis)) or (
        isinstance(node, Apply) and _elementwise(node)
    )


def placements(node: Expr, d: Index, close: Close) -> Iterator[Expr]:
    """Every other place at which one sum over ``d`` could stand, from the outside in."""
    if d not in free_indices(node):
        return
    yield close(node, d)
    idx, children, _ = parts(node)
    holders = _holding(children, d)
    if _stands_in(idx, d):
        return
    if isinstance(node, Add):
        yield Add(tuple(close(t, d) if d in free_indices(t) else t for t in node.terms))
    if len(holders) > 1 and isinstance(node, Mul):
        yield Mul(tuple(place(f, d, close) if d in free_indices(f) else f for f in node.factors))
    if len(holders) != 1 or isinstance(node, (Apply, Cases)):
        return
    only = holders[0]
    if isinstance(node, Deriv) and only is node.target:
        return
    for inner in placements(only, d, close):
        yield _replace(node, only, inner)


def _replace(node: Expr, old: Expr, new: Expr) -> Expr:
    """The node with one of its children replaced."""
    if isinstance(node, (Mul, Add)):
        return type(node)(tuple(new if a is old else a for a in node.args[0]))
    return type(node)(*(new if a is old else a for a in node.args))


def insert_implied_sums(el: Reading, value: ReadValue, free: frozenset[Index], span: Span) -> ReadValue:
    """All letters that are neither free nor fixed are summed where the rules put them."""
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
        if occurrences(body, d) == 1:
            where = el.letters.first_place.get(d, span)
            el.warn(
                "SG203",
                f"`{d.letter}` stands once and is summed over {d.range}",
                where,
                f"write `\\sum_{d.letter}` if that is meant",
            )
        body = place(body, d, implied_sum(el, d))
    return replace(value, body=body)


def implied_sum(el: Reading, d: Index) -> Close:
    """What makes one sum over a letter, with a dummy of its own of the same letter and range."""
    where = el.letters.membership(d)

    def close(body: Expr, letter: Index) -> Expr:
        fresh = letter.fresh("bound")
        mark_implied(fresh)
        conditions = tuple(_renamed(c, d, fresh) for c in where)
        return Sum(fresh, substitute(body, {letter: fresh}), conditions)

    return close


def _renamed(cond: Cond, old: Index, new: Index) -> Cond:
    """A condition on positions with one index called otherwise."""
    return map_cond(cond, lambda e: substitute_index(e, {old: new}), lambda x: x)
