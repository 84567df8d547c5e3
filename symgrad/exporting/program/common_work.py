"""Work that several arrays have in common is done once: factors of a sum, parts of products, parts of sums.

A sum a x + b x is (a + b) x; a product of two arrays that occurs in several products gets an array of its own, and so
does a sum that is part of another. Each rule leaves fewer passes over the memory, and none of them changes a value
beyond rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph, as_operand, operands, ordered
from symgrad.exporting.graph.array_kinds import ArrayNode, Einsum, Labels, Linear, Map, Operand, PowerArray
from symgrad.exporting.graph.array_properties import divides, is_plain
from symgrad.exporting.graph.constructors import einsum, linear
from symgrad.exporting.graph.labelled_array import LabelledArray, SummedAxis, from_operand
from symgrad.exporting.program.sharing import in_order, rebuilt

Nodes = dict[ArrayNode, ArrayNode]


def shared_work(g: Graph, roots: Sequence[ArrayNode]) -> Nodes:
    """For every node that the roots need, the node to compute in its place."""
    return _through(
        g,
        roots,
        (
            _scaled_once,
            _powers_of_exponentials,
            _factored_out,
            _scaled_once,
            _partial_sums,
            _partial_products,
            _squares,
        ),
    )


def multiples(g: Graph, roots: Sequence[ArrayNode]) -> Nodes:
    """The same for products alone, of which more appear when they are put in an order."""
    return _through(g, roots, (_scaled_once, _partial_products))


def _through(g: Graph, roots: Sequence[ArrayNode], steps: Sequence[Callable[[Graph, list[ArrayNode]], Nodes]]) -> Nodes:
    total = {n: n for n in ordered(roots)}
    for step in steps:
        order = ordered([total[r] for r in roots])
        new = step(g, order)
        if new:
            done = rebuilt(g, order, new)
            total = {n: done.get(m, m) for n, m in total.items()}
    return total


def _uses(order: list[ArrayNode]) -> Counter[ArrayNode]:
    return Counter(o.node for n in order for o in operands(n))


# --- multiples ------------------------------------------------------------------------------------


def _scaled_once(g: Graph, order: list[ArrayNode]) -> Nodes:
    """c A B and d A B, for numbers c and d, from one A B"""
    alike: dict[tuple[tuple[Affine, ...], tuple[Operand, ...]], list[Einsum]] = {}
    for n in order:
        if isinstance(n, Einsum) and any(o.labels for o in n.operands):
            arrays = tuple(o for o in n.operands if o.labels)
            if len(arrays) > 1 or any(k >= n.rank for k in arrays[0].labels):
                alike.setdefault((n.dims, arrays), []).append(n)
    new: Nodes = {}
    for (dims, arrays), nodes in alike.items():
        if len(nodes) < 2:
            continue
        scalars = [tuple(o for o in n.operands if not o.labels) for n in nodes]
        sizes = {abs(n.coefficient) for n in nodes}
        if len(set(scalars)) == len(sizes) == 1:  # they differ in sign
            bare = g.make(Einsum, dims, *sizes, nodes[0].operands)
            left: list[tuple[Fraction, tuple[Operand, ...]]] = [(n.coefficient / bare.coefficient, ()) for n in nodes]
        else:
            bare = g.make(Einsum, dims, Fraction(1), arrays)
            left = [(n.coefficient, more) for n, more in zip(nodes, scalars, strict=True)]
        for n, (c, more) in zip(nodes, left, strict=True):
            if n is not bare:
                new[n] = g.make(Einsum, n.dims, c, (*more, as_operand(bare)))
    return new


def _powers_of_exponentials(g: Graph, order: list[ArrayNode]) -> Nodes:
    """exp(2 x) = exp(x)^2, where exp(x) is there"""
    there = set(order)
    new: Nodes = {}
    for n in order:
        if isinstance(n, Map) and n.name == "exp" and isinstance(n.x, Einsum) and n.x.coefficient == 2 and n.rank:
            half = _halved(g, n.x)
            e = g.table.get((Map, n.dims, ("exp", half)))
            if e is not None and e in there:
                new[n] = g.make(PowerArray, n.dims, e, Fraction(2))
    return new


def _halved(g: Graph, x: Einsum) -> ArrayNode:
    only = x.operands[0]
    if len(x.operands) == 1 and only.labels == tuple(range(only.node.rank)) and only.node.dims == x.dims:
        return only.node
    made: ArrayNode = g.make(Einsum, x.dims, Fraction(1), x.operands)
    return made


def _squares(g: Graph, order: list[ArrayNode]) -> Nodes:
    """sum_k x_k^2 as a product of x with itself, which reads x once and writes nothing"""
    uses = _uses(order)
    new: Nodes = {}
    for n in order:
        if not isinstance(n, Einsum) or all(k < n.rank for o in n.operands for k in o.labels):
            continue
        arrays = [o for o in n.operands if o.labels]
        square = arrays[0].node
        if len(arrays) == 1 and isinstance(square, PowerArray) and square.exponent == 2 and uses[square] == 1:
            twice = (Operand(square.x, arrays[0].labels),) * 2
            new[n] = g.make(Einsum, n.dims, n.coefficient, (*(o for o in n.operands if not o.labels), *twice))
    return new


# --- factors of sums ------------------------------------------------------------------------------

Term = tuple[Fraction, list[LabelledArray]]


def _factored_out(g: Graph, order: list[ArrayNode]) -> Nodes:
    """a x + b x = (a + b) x, and sum_k A_k u_k + sum_k A_k v_k = sum_k A_k (u_k + v_k)"""
    uses = _uses(order)
    new: Nodes = {}
    for n in order:
        if isinstance(n, Linear) and n.rank and len(n.terms) > 1 and not is_plain(n):
            terms = [_term(c, o, uses) for c, o in n.terms]
            shorter = _shorter(g, terms, tuple(range(n.rank)))
            if shorter is not None:
                made = in_order(
                    g, linear(g, [(1, einsum(g, fs, _kept(fs, n.rank), c)) for c, fs in shorter]), tuple(range(n.rank))
                )
                if made is not None:
                    new[n] = made
    return new


def _kept(factors: Sequence[LabelledArray], rank: int) -> tuple[int, ...]:
    every = {x for f in factors for x in f.labels}
    return tuple(k for k in range(rank) if k in every)


def _term(c: Fraction, o: Operand, uses: Counter[ArrayNode]) -> Term:
    """The factors of a term, if nothing else needs the term."""
    factors: list[LabelledArray] = []
    return c * _opened(from_operand(o), uses, factors), factors


def _opened(v: LabelledArray, uses: Counter[ArrayNode], factors: list[LabelledArray]) -> Fraction:
    """Appends the factors of a product, and of the products in it that nothing else needs; returns what is in front."""
    node = v.node
    if not isinstance(node, Einsum) or uses[node] > 1:
        factors.append(v)
        return Fraction(1)
    given: dict[int, object] = dict(enumerate(v.labels))
    c = node.coefficient
    for o in node.operands:
        inner = LabelledArray(o.node, tuple(given.setdefault(k, SummedAxis()) for k in o.labels))
        c *= _opened(inner, uses, factors)
    return c


def _shorter(g: Graph, terms: list[Term], axes: Labels) -> list[Term] | None:
    """The terms with those joined that have the most in common; None where none have."""
    best: tuple[int, int, int] | None = None
    for i, j in combinations(range(len(terms)), 2):
        found = _common(terms[i][1], terms[j][1])
        if found is not None:
            weight = sum(len(f.labels) + 1 for f in found[0])
            if best is None or weight > best[0]:
                best = (weight, i, j)
    if best is None:
        return None
    _, i, j = best
    shared = _common(terms[i][1], terms[j][1])
    assert shared is not None  # it was found above
    common, left, right = shared
    kept = {x for f in common for x in f.labels} | set(axes)
    ends = [
        (c, einsum(g, rest, tuple(dict.fromkeys(x for f in rest for x in f.labels if x in kept))))
        for (c, _), rest in ((terms[i], left), (terms[j], right))
    ]
    c = _content([e for e, _ in ends])
    inside = linear(g, [(e / c, v) for e, v in ends])
    joined: list[Term] = [*(t for k, t in enumerate(terms) if k not in (i, j)), (c, [*common, inside])]
    return _shorter(g, joined, axes) or joined


def _content(numbers: list[Fraction]) -> Fraction:
    """A number to take out of all terms: their own if they are equal up to sign."""
    return numbers[0] if len({abs(x) for x in numbers}) == 1 else Fraction(1)


def _common(
    a: list[LabelledArray], b: list[LabelledArray]
) -> tuple[list[LabelledArray], list[LabelledArray], list[LabelledArray]] | None:
    """The factors that two products share, and the rest of both, with the labels of the first; None if that saves
    nothing."""
    right = list(b)
    names: dict[object, object] = {}
    common, left = [], []
    for f in a:
        match = next((h for h in right if _matches(f, h, names)), None)
        if match is None:
            left.append(f)
        else:
            names.update(zip(match.labels, f.labels, strict=True))
            right.remove(match)
            common.append(f)
    if not common or (not left and not right):
        return None
    renamed = [LabelledArray(h.node, tuple(names.get(x, x) for x in h.labels)) for h in right]
    summed = {x for f in (*a, *renamed) for x in f.labels if isinstance(x, SummedAxis)}
    if summed and not _saves(common, left, renamed, summed):
        return None
    return common, left, renamed


def _matches(f: LabelledArray, h: LabelledArray, names: dict[object, object]) -> bool:
    """True if the same array has the same axes in both products; summed ones correspond."""
    if f.node is not h.node:
        return False
    for x, y in zip(f.labels, h.labels, strict=True):
        if isinstance(x, SummedAxis) != isinstance(y, SummedAxis):
            return False
        if x != names.get(y, y if not isinstance(y, SummedAxis) else x):
            return False
    return True


def _saves(
    common: list[LabelledArray], left: list[LabelledArray], right: list[LabelledArray], summed: set[SummedAxis]
) -> bool:
    """True if what is summed runs through the common factors, and the rest is smaller than they are."""
    held = {x for f in common for x in f.labels}
    if not summed <= held:
        return False
    inside = {x for f in (*left, *right) for x in f.labels}
    return len(inside) < len(held) or (len(inside) == len(held) == 2 and len(inside | held) > 2)


# --- parts of sums --------------------------------------------------------------------------------


def _partial_sums(g: Graph, order: list[ArrayNode]) -> Nodes:
    """A sum that holds a multiple of another one, through that one"""
    sums = [n for n in order if isinstance(n, Linear) and n.rank and not is_plain(n)]
    new: Nodes = {}
    for whole in sorted(sums, key=lambda n: n.serial):
        for part in sorted(sums, key=lambda n: -len(n.terms)):
            if part is whole or len(part.terms) > len(whole.terms) or part in new:
                continue
            if len(part.terms) == len(whole.terms) and part.serial > whole.serial:
                continue
            found = _held(part, whole)
            if found is not None:
                c, labels, rest = found
                through = Operand(part, labels)
                if rest:
                    new[whole] = g.make(Linear, whole.dims, ((c, through), *rest))
                elif labels == tuple(range(whole.rank)) and c == 1:
                    new[whole] = part
                else:
                    new[whole] = g.make(Einsum, whole.dims, c, (through,))
                break
    return new


def _held(part: Linear, whole: Linear) -> tuple[Fraction, Labels, list[tuple[Fraction, Operand]]] | None:
    """``whole = c part + rest``, with the labels of the part; None if it does not hold the part."""
    (c0, first), *others = part.terms
    for k, (c, o) in enumerate(whole.terms):
        if o.node is not first.node:
            continue
        names = dict(zip(first.labels, o.labels, strict=True))
        if len(set(names.values())) < len(names):
            continue
        rest = [t for n, t in enumerate(whole.terms) if n != k]
        if _takes(others, rest, names, c / c0) and len(names) == part.rank:
            return c / c0, tuple(names[x] for x in range(part.rank)), rest
    return None


def _takes(
    wanted: list[tuple[Fraction, Operand]],
    rest: list[tuple[Fraction, Operand]],
    names: dict[int, int],
    ratio: Fraction,
) -> bool:
    """Takes the wanted terms, times a number, out of the rest; True if all are there."""
    for c, o in wanted:
        for t in rest:
            if (
                t[0] == ratio * c
                and t[1].node is o.node
                and all(names.get(x, y) == y for x, y in zip(o.labels, t[1].labels, strict=True))
            ):
                names.update(zip(o.labels, t[1].labels, strict=True))
                rest.remove(t)
                break
        else:
            return False
    return len(set(names.values())) == len(names)


# --- parts of products ----------------------------------------------------------------------------

Pair = tuple[ArrayNode, Labels, ArrayNode, Labels]


def _partial_products(g: Graph, order: list[ArrayNode]) -> Nodes:
    """Two factors that occur together in several products of entries, as an array of their own"""
    where: dict[Pair, list[Einsum]] = {}
    for n in order:
        if isinstance(n, Einsum) and n.operands:
            for pair in dict.fromkeys(p for p, *_ in _joinable(n)):
                where.setdefault(pair, []).append(n)
    new: Nodes = {}
    chosen = sorted(where.items(), key=lambda item: (-len(item[1]), -max(item[0][0].rank, item[0][2].rank)))
    for pair, nodes in chosen:
        free = [n for n in nodes if n not in new]
        of_two = [n for n in free if sum(bool(o.labels) for o in n.operands) == 2]
        if len(free) < 2 or (of_two == free and all(n.rank < max(pair[0].rank, pair[2].rank) for n in free)):
            continue
        made = _product(g, pair)
        for n in free:
            a, b, labels = next((a, b, at) for p, a, b, at in _joinable(n) if p == pair)
            if len(n.operands) == 2 and n.coefficient == 1 and labels == tuple(range(n.rank)):
                continue  # it is the product itself
            rest = tuple(o for o in n.operands if o is not a and o is not b)
            new[n] = g.make(Einsum, n.dims, n.coefficient, (*rest, Operand(made, labels)))
    return new


def _joinable(n: Einsum) -> Iterator[tuple[Pair, Operand, Operand, Labels]]:
    """Pairs of factors of which one has all axes of the other, in products where everything is multiplied entry by
    entry before a sum; with the labels of the pair's product."""
    every = {k for o in n.operands for k in o.labels}
    if sum(set(o.labels) == every for o in n.operands) < (1 if len(every) == n.rank else 2) or len(every) < 2:
        return
    for a, b in combinations(sorted((o for o in n.operands if o.labels and not divides(o.node)), key=_place), 2):
        if len(a.labels) < len(b.labels):
            a, b = b, a
        if len(set(a.labels)) == len(a.labels) > 1 and set(b.labels) <= set(a.labels):
            at = {x: k for k, x in enumerate(a.labels)}
            if not _absorbed(b, a, n):
                yield (a.node, tuple(range(len(at))), b.node, tuple(at[x] for x in b.labels)), a, b, a.labels


def _absorbed(b: Operand, a: Operand, n: Einsum) -> bool:
    """True if ``b`` costs no pass over ``a`` in this product: it goes in front of a sum, or joins an equally small
    factor."""
    if len(b.labels) == len(a.labels):
        return False
    summed = any(k >= n.rank for o in n.operands for k in o.labels)
    return (summed and all(k < n.rank for k in b.labels)) or any(
        o is not b and set(o.labels) == set(b.labels) for o in n.operands
    )


def _place(o: Operand) -> tuple[int, Labels]:
    return o.node.serial, o.labels


def _product(g: Graph, pair: Pair) -> ArrayNode:
    a, at, b, bt = pair
    ops = sorted((Operand(a, at), Operand(b, bt)), key=_place)
    made: ArrayNode = g.make(Einsum, a.dims, Fraction(1), tuple(ops))
    return made
