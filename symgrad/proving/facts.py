"""Learning assumptions: conditions become patterns or equal positions, equations become rewriting rules."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TypeVar

from symgrad.core.claims import Assumption
from symgrad.core.nodes import Cond, Entry, Expr
from symgrad.core.ranges import Index, Subset
from symgrad.core.vanishing import written_as_zeros
from symgrad.proving.attempt import Attempt, EquationRule, Mono, Pattern, Poly
from symgrad.proving.common_factors import primitive_part
from symgrad.proving.fact_matching import Binding, unify
from symgrad.proving.limits import UndefinedForm, Unsupported
from symgrad.proving.normal_form import normal_form
from symgrad.proving.poly import ONE, divide, is_natural, minus, scale
from symgrad.proving.position_ids import COMPOUND

T = TypeVar("T")
Pairs = tuple[tuple[int, int], ...]


def learn(ctx: Attempt, assumptions: tuple[Assumption, ...]) -> None:
    """Learn assumptions: equal positions first, then other conditions, symmetries, and finally equations. Those that
    the normal form cannot use are ignored."""
    assumptions = written_as_zeros(assumptions)
    conditions = [(a, a.cond) for a in assumptions if a.kind == "condition" and a.cond is not None]
    equations = [a for a in assumptions if a.kind == "equation" and a.left is not None and a.right is not None]
    for a, cond in conditions:
        if cond.op == "eq" and not cond.negated:
            _same_position(ctx, a, cond)
    for a, cond in conditions:
        if cond.op != "eq" or cond.negated:
            _or_ignored(ctx, partial(_condition, ctx, a, cond))
    for a in equations:
        _symmetry(ctx, a)
    rules: list[EquationRule] = []
    for a in equations:
        rules += _or_ignored(ctx, partial(_rules, ctx, a)) or []
    # these caches were filled while not all assumptions were known
    for cache in (ctx.built, ctx.reduced, ctx.sums):
        cache.clear()
    for rule in rules:
        for p in rule.lead:
            ctx.rewritten_heads.add(p[0])
            known = ctx.facts.rules.setdefault(p[0], [])
            if rule not in known:
                known.append(rule)


def _or_ignored(ctx: Attempt, read: Callable[[], T]) -> T | None:
    """The result of reading an assumption, or None if the normal form cannot express it."""
    depth = ctx.depth
    try:
        return read()
    except (Unsupported, UndefinedForm):
        ctx.depth = depth
        return None


def _exceptions(ctx: Attempt, a: Assumption) -> Pairs:
    pairs = []
    for c in a.unless:
        if c.op != "eq" or c.negated or isinstance(c.left, Expr) or c.right is None or isinstance(c.right, Subset):
            raise Unsupported("an exception other than an equality of positions")
        pairs.append((ctx.positions.of(c.left), ctx.positions.of(c.right)))
    return tuple(pairs)


def _params(ctx: Attempt, a: Assumption) -> frozenset[int]:
    return frozenset(ctx.positions.of(p) for p in a.params)


def _same_position(ctx: Attempt, a: Assumption, cond: Cond) -> None:
    """``i = j``: one index replaces the other. ``n_k = o`` for all k: ``o`` replaces the gathered position."""
    if isinstance(cond.left, Expr) or cond.right is None or isinstance(cond.right, Subset) or a.unless:
        return
    positions = ctx.positions
    p, q = positions.of(cond.left), positions.of(cond.right)
    keep, drop = (p, q) if positions.rank(p) < positions.rank(q) else (q, p)
    params = _params(ctx, a)
    if keep == drop or params & positions.indices_in(keep):
        return
    if drop < COMPOUND and not params and isinstance(cond.left, Index):
        if keep < COMPOUND and positions.ranges.get(keep) != positions.ranges.get(drop):
            return
        positions.same[drop] = keep
    elif drop >= COMPOUND:

        def rewrite(position: int) -> int | None:
            found: Binding = {}
            return keep if unify(ctx, drop, position, params, found, None) else None

        positions.rewrite.append(rewrite)


def _condition(ctx: Attempt, a: Assumption, cond: Cond) -> None:
    facts, params, unless = ctx.facts, _params(ctx, a), _exceptions(ctx, a)
    if cond.op == "pos":
        if isinstance(cond.left, Expr) and not cond.negated:
            _positive(ctx, normal_form(ctx, cond.left), params, unless)
        return
    if isinstance(cond.left, Expr) or cond.right is None:
        return
    p = ctx.positions.of(cond.left)
    if isinstance(cond.right, Subset):
        table = facts.non_members if cond.negated else facts.members
        table.setdefault(cond.right, []).append(Pattern((p,), params, unless))
        return
    pattern = Pattern((p, ctx.positions.of(cond.right)), params, unless)
    if cond.op == "eq" and cond.negated:
        facts.unequal.append(pattern)
    elif cond.op == "lt" and not cond.negated:
        facts.less.append(pattern)


def _positive(ctx: Attempt, p: Poly, params: frozenset[int], unless: Pairs) -> None:
    """``p > 0``: a single part for all parameters, any other polynomial only literally."""
    if len(p) == 1 and not unless:
        ((mono, c),) = p.items()
        if len(mono) == 1 and c > 0 and mono[0][2] in (1, -1):
            ctx.facts.positive.setdefault(mono[0][0], []).append(Pattern(mono[0][1], params))
            return
    if not params and not unless:
        _, _, rest = primitive_part(ctx, p, False)
        ctx.facts.positive_polys.append(frozenset(rest.items()))


def _symmetry(ctx: Attempt, a: Assumption) -> None:
    """``A_ij = A_ji`` for all i, j: the tensor is symmetric in these slots."""
    left, right = a.left, a.right
    if not (isinstance(left, Entry) and isinstance(right, Entry)) or left.tensor is not right.tensor or a.unless:
        return
    if len(set(left.indices)) < len(left.indices) or set(left.indices) != set(right.indices):
        return
    if set(left.indices) != set(a.params):
        return
    order = tuple(left.indices.index(i) for i in right.indices)
    ranges = left.tensor.ranges
    if all(order[order[k]] == k and ranges[order[k]] == ranges[k] for k in range(len(order))):
        ctx.symmetric[left.tensor] = (*ctx.symmetric.get(left.tensor, ()), order)
        ctx.built.clear()
        ctx.entry_heads.clear()


def _rules(ctx: Attempt, a: Assumption) -> list[EquationRule]:
    """An equation solved for one product: for a side that is a single product, or else for its largest term."""
    if a.left is None or a.right is None:
        return []
    left, right = _without_root(normal_form(ctx, a.left), normal_form(ctx, a.right))
    whole = minus(left, right)
    params, unless = _params(ctx, a), _exceptions(ctx, a)
    choices: list[Mono] = [m for side in (left, right) if len(side) == 1 for m in side if m]
    choices += sorted((m for m in whole if m), key=lambda m: (-_weight(ctx, m), m))
    for lead in choices:
        c = whole.get(lead)
        if c is None or any(not is_natural(e) or not e for _, _, e in lead):
            continue
        rest = scale({m: k for m, k in whole.items() if m != lead}, -divide(1, c))
        heads = {p[0] for p in lead}
        if any(p[0] in heads for m in rest for p in m):
            continue
        held = {i for p in lead for s in p[1] for i in ctx.positions.indices_in(s)}
        if not params <= held and any(params & ctx.positions.indices_in(s) for m in rest for p in m for s in p[1]):
            continue
        return [EquationRule(lead, rest, params & frozenset(held), unless, a.latex)]
    return []


def _without_root(left: Poly, right: Poly) -> tuple[Poly, Poly]:
    """``s^{p/q} = c`` as ``s^p = c^q`` for a number ``c``: ``\\lVert x \\rVert = 1`` means ``sum_i x_i^2 = 1``."""
    root = next(iter(left), ONE)
    if len(left) != 1 or len(root) != 1 or left[root] != 1 or not right.keys() <= {ONE}:
        return left, right
    ((hid, slots, e),) = root
    q = Fraction(e).denominator
    return ({((hid, slots, e * q),): 1}, {m: c**q for m, c in right.items()}) if q > 1 else (left, right)


def _weight(ctx: Attempt, mono: Mono) -> int:
    """The size of a product: the number of sums counts most, then the number of factors."""
    return sum((100 if ctx.heads[h].kind == "sum" else 1) * int(e) for h, _, e in mono if is_natural(e))
