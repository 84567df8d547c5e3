"""Missing factors of a term, found by dividing its required value by its actual one.

If ``L = R`` fails and ``t`` is a term of ``R``, a factor ``g`` with ``L - (R - t) = g t`` repairs it.
Only simple factors are tried: deltas, sizes, scalars and quantities that the claim mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations, product

import numpy as np

from symgrad.checking.edits import Latex
from symgrad.core import nodes as n
from symgrad.core.claims import Claim
from symgrad.core.ranges import Affine, Index, Range
from symgrad.evaluating.arithmetic import Arr, expand, merge
from symgrad.evaluating.evaluator import Evaluator

CLOSE = 1e-9
MOST = 80
"""The maximum number of factors to try."""


def missing_factors(
    claim: Claim, ev: Evaluator, factors: Iterable[n.Expr], latex: Latex
) -> Iterator[tuple[Callable[[], str], Claim]]:
    """``(sentence, changed claim)`` for every factor that makes the claim hold at the given points."""
    tried = list(dict.fromkeys(factors))[:MOST]
    for side, other in (("right", claim.left), ("left", claim.right)):
        here = claim.right if side == "right" else claim.left
        terms = here.terms if isinstance(here, n.Add) else (here,)
        for k, term in enumerate(terms):
            if isinstance(term, (n.Num, n.Deriv)) and side == "left":
                continue
            before, after = terms[:k], terms[k + 1 :]
            wanted = ev.number(n.sub(other, n.add(*before, *after)))
            had = ev.number(term)
            for factor, divide in product(tried, (False, True)):
                if divide and isinstance(factor, n.Delta):
                    continue
                g = n.power(factor, -1) if divide else factor
                if _fits(wanted, had, ev.number(g)):
                    changed = n.add(*before, n.mul(term, g), *after)
                    say = partial(_say, side, term if len(terms) > 1 else None, factor, divide, latex)
                    yield say, replace(claim, right=changed) if side == "right" else replace(claim, left=changed)


def _fits(wanted: Arr, had: Arr, factor: Arr) -> bool:
    """True if ``wanted = had * factor`` wherever all are defined, and not everywhere as 0 = 0."""
    axes = merge(wanted.axes, had.axes, factor.axes)
    with np.errstate(all="ignore"):
        x, y = expand(wanted, axes), expand(had, axes) * expand(factor, axes)
        gap, size = np.abs(x - y), np.abs(x) + np.abs(y)
    known = np.isfinite(gap)
    return bool(
        (gap[known] <= CLOSE * np.broadcast_to(size, gap.shape)[known]).all() and (size[np.isfinite(size)] > 0).any()
    )


def _say(side: str, term: n.Expr | None, factor: n.Expr, divide: bool, latex: Latex) -> str:
    what = f"the {side} side" if term is None else f"the term ${latex(term)}$"
    return f"{'divide' if divide else 'multiply'} {what} by ${latex(factor)}$"


def simple_factors(
    claim: Claim, letters: Iterable[Index], tensors: Iterable[n.Tensor], definitions: Iterable[n.Definition]
) -> Iterator[n.Expr]:
    """Deltas of free letters; sizes; entries, definitions and functions at free letters."""
    letters = tuple(dict.fromkeys((*claim.free, *letters)))
    for i, j in combinations(letters, 2):
        if i.range == j.range and not (i.kind == j.kind == "fixed"):
            yield n.delta(i, j)
    open_ = frozenset(letters)
    for side in (claim.right, claim.left):
        for e in n.walk(side):
            if isinstance(e, (n.Entry, n.Ref, n.Func)) and n.free_indices(e) <= open_:
                yield e
                if not isinstance(e, n.Entry):
                    yield n.sub(n.ONE, e)
    ranges: dict[Range, None] = {}
    for t in tensors:
        ranges.update(dict.fromkeys(t.ranges))
        for slots in product(*([i for i in letters if i.range == r] for r in t.ranges)):
            yield n.Entry(t, slots)
    for d in definitions:
        for slots in product(*([i for i in letters if i.range == p.range] for p in d.params)):
            yield n.Ref(d, slots)
    for r in ranges:
        if r.size.terms:
            yield n.Size(Affine.of(r.size))
