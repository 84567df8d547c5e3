"""Canonical labelling of terms: an exact canonical form of a small coloured graph.

The vertices are bound indices and open positions; the edges are factors whose slots hold vertices. Colour
refinement splits the vertices as far as it can. The remaining cells are split by individualising one vertex after
another, with backtracking over the whole cell. Automorphisms found on the way prune the search and tell which
slots of a template may be exchanged.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from symgrad.proving.interner import Code, Interner, Label, Number, Permutation
from symgrad.proving.limits import MAX_LEAVES, FormTooLarge, ProofBudget

Factor = tuple[int, Number, tuple[Code, ...]]
Term = tuple[Label, tuple[Factor, ...]]
Colours = list[int]


def encode(interner: Interner, code: Code, labels: Colours) -> Code:
    """A position under a labelling. Interchangeable leaves are sorted."""
    if code[0] == 0:
        return (0, labels[code[1]])
    out = [labels[v] for v in code[1:]]
    for start, end in interner.skeletons[code[0]].runs:
        out[start:end] = sorted(out[start:end])
    return (code[0], *out)


def encode_factor(interner: Interner, factor: Factor, labels: Colours) -> Factor:
    """A factor under a labelling, in the smallest of its equivalent slot orders."""
    hid, exponent, codes = factor
    coded = tuple([encode(interner, c, labels) for c in codes])
    group = interner.heads[hid].group
    if group:
        coded = min(coded, *(tuple([coded[k] for k in g]) for g in group))
    return (hid, exponent, coded)


def encode_terms(interner: Interner, terms: tuple[Term, ...], labels: Colours) -> tuple[Term, ...]:
    return tuple(
        sorted((label, tuple(sorted([encode_factor(interner, f, labels) for f in fs]))) for label, fs in terms)
    )


class LabellingSearch:
    """One labelling problem: ``best`` is a labelling of smallest certificate, ``generators`` are automorphisms."""

    def __init__(self, terms: tuple[Term, ...], colours: Colours, interner: Interner, budget: ProofBudget) -> None:
        self.terms = terms
        self.interner = interner
        self.budget = budget
        self.size = len(colours)
        self.best: Colours = []
        self.certificate: Any = None
        self.generators: list[Permutation] = []
        self.leaves = 0
        self.occurrences: list[list[tuple[int, int, int]]] = [[] for _ in colours]
        """For each vertex: (factor number, slot orbit, leaf of a compound position or -1)."""
        self.factors: list[tuple[int, Factor]] = []
        for t, (_, factors) in enumerate(terms):
            for factor in factors:
                head = interner.heads[factor[0]]
                for slot, code in enumerate(factor[2]):
                    if code[0] == 0:
                        self.occurrences[code[1]].append((len(self.factors), head.orbits[slot], -1))
                    else:
                        classes = interner.skeletons[code[0]].classes
                        for k, v in enumerate(code[1:]):
                            self.occurrences[v].append((len(self.factors), head.orbits[slot], classes[k]))
                self.factors.append((t, factor))
        self.explore(self.refine(_ranked(colours)), ())

    def refine(self, colours: Colours) -> Colours:
        """Split colours by the surroundings of each vertex until no colour splits any more."""
        count = len(set(colours))
        while count < self.size:
            self.budget.tick(len(self.factors))
            coded = [encode_factor(self.interner, f, colours) for _, f in self.factors]
            rank = {c: k for k, c in enumerate(sorted(set(coded)))}
            factor_colours = [rank[c] for c in coded]
            if len(self.terms) > 1:
                inside: defaultdict[int, list[int]] = defaultdict(list)
                for (t, _), c in zip(self.factors, factor_colours, strict=True):
                    inside[t].append(c)
                kinds = [(label, tuple(sorted(inside[t]))) for t, (label, _) in enumerate(self.terms)]
                order = {k: n for n, k in enumerate(sorted(set(kinds)))}
                term_colours = [order[k] for k in kinds]
                factor_colours = [
                    c * len(self.terms) + term_colours[t]
                    for (t, _), c in zip(self.factors, factor_colours, strict=True)
                ]
            signatures = [
                (colours[v], tuple(sorted([(factor_colours[f], o, p) for f, o, p in self.occurrences[v]])))
                for v in range(self.size)
            ]
            ranks = {s: k for k, s in enumerate(sorted(set(signatures)))}
            if len(ranks) == count:
                break
            count = len(ranks)
            colours = [ranks[s] for s in signatures]
        return colours

    def explore(self, colours: Colours, prefix: tuple[int, ...]) -> None:
        cell = _target_cell(colours)
        if not cell:
            self.leaf(colours)
            return
        children = []
        for v in cell:
            split = [2 * c + 1 for c in colours]
            split[v] -= 1
            child = self.refine(_ranked(split))
            children.append((sorted(child), encode_terms(self.interner, self.terms, child), v, child))
        least = min((c[0], c[1]) for c in children)
        explored: list[int] = []
        for order, code, v, child in children:
            if (order, code) != least or self.equivalent(v, explored, prefix):
                continue
            explored.append(v)
            self.explore(child, (*prefix, v))

    def leaf(self, labels: Colours) -> None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise FormTooLarge("too symmetric to label")
        certificate = encode_terms(self.interner, self.terms, labels)
        if self.certificate is None or certificate < self.certificate:
            self.best, self.certificate = labels, certificate
        elif certificate == self.certificate:
            back = [0] * self.size
            for v, label in enumerate(labels):
                back[label] = v
            mapping = tuple(back[self.best[v]] for v in range(self.size))
            if any(mapping[v] != v for v in range(self.size)):
                self.generators.append(mapping)

    def equivalent(self, vertex: int, explored: list[int], prefix: tuple[int, ...]) -> bool:
        """True if an automorphism that fixes the prefix maps an explored vertex to this one."""
        if not explored:
            return False
        usable = [g for g in self.generators if all(g[v] == v for v in prefix)]
        reach, stack = {vertex}, [vertex]
        while stack:
            v = stack.pop()
            for g in usable:
                for w in (g[v], g.index(v)):
                    if w not in reach:
                        reach.add(w)
                        stack.append(w)
        return any(v in reach for v in explored)


def _ranked(colours: Colours) -> Colours:
    rank = {c: k for k, c in enumerate(sorted(set(colours)))}
    return [rank[c] for c in colours]


def _target_cell(colours: Colours) -> list[int]:
    """The smallest cell with more than one vertex; of equally small ones the first by colour."""
    cells: defaultdict[int, list[int]] = defaultdict(list)
    for v, c in enumerate(colours):
        cells[c].append(v)
    open_cells = [(len(vs), c) for c, vs in cells.items() if len(vs) > 1]
    return cells[min(open_cells)[1]] if open_cells else []


def closure(generators: list[Permutation], size: int, limit: int) -> tuple[Permutation, ...]:
    """The group that the permutations generate, without the identity."""
    identity = tuple(range(size))
    found, stack = {identity}, [identity]
    while stack:
        p = stack.pop()
        for g in generators:
            q = tuple(p[k] for k in g)
            if q not in found:
                if len(found) >= limit:
                    raise FormTooLarge("too symmetric a template")
                found.add(q)
                stack.append(q)
    found.discard(identity)
    return tuple(sorted(found))
