"""From an expression to its normal form: one rule per node kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symgrad.core import nodes
from symgrad.core.functions import TABLE
from symgrad.core.nodes import Cond, Expr, Iverson, Sum
from symgrad.core.ranges import Affine, Index, Range, Subset
from symgrad.core.substitute import instantiate, substitute
from symgrad.proving import analytic_heads, elementary_laws, function_slopes, matrix_heads
from symgrad.proving.attempt import Attempt, Poly
from symgrad.proving.closed_forms import apply, general_power, is_positive, product_over
from symgrad.proving.indicators import delta, differ, less, member, sign_of, step
from symgrad.proving.limits import MAX_DEPTH, FormTooLarge, UndefinedForm, Unsupported
from symgrad.proving.matrix_parts import Matrix
from symgrad.proving.poly import (
    ONE,
    accumulate,
    constant,
    minus,
    mul,
    product,
    product_of_parts,
    replace_throughout,
    single,
)
from symgrad.proving.positivity import UNKNOWN, poly_sign
from symgrad.proving.powers import power
from symgrad.proving.shared_bodies import at_positions
from symgrad.proving.size_polynomials import affine
from symgrad.proving.sum_laws import sum_over

KINKED = ("abs", "relu")
STRIDE = 32
"""How many levels of a deep side are nested at most."""


def normal_form(ctx: Attempt, node: Expr) -> Poly:
    """The normal form of an expression."""
    known = ctx.built.get(node)
    if known is not None:
        return known
    rule = _RULES.get(type(node))
    if rule is None:
        raise Unsupported(f"no normal form of {type(node).__name__}")
    ctx.budget.tick()
    ctx.depth += 1
    if ctx.depth > MAX_DEPTH:
        raise FormTooLarge("too deeply nested")
    result = rule(ctx, node)
    ctx.depth -= 1
    ctx.built[node] = result
    return result


def bodies_first(ctx: Attempt, side: Expr) -> None:
    """The normal forms of the definitions that a side uses, innermost first, so that depth costs no nesting."""
    waiting: list[tuple[Expr, bool]] = [(side, False)]
    seen: set[Expr] = set()
    while waiting:
        node, entered = waiting.pop()
        if entered:
            normal_form(ctx, node)
        elif node not in seen:
            seen.add(node)
            body = node
            if isinstance(node, nodes.Ref):
                if ctx.shares_bodies and ctx.interner.bodies.get(node.definition) is not None:
                    continue
                body = instantiate(node.definition, node.indices)
                waiting.append((node, True))
            waiting.extend(
                (ref, False) for ref in nodes.distinct(body) if isinstance(ref, nodes.Ref) and ref not in seen
            )


def parts_first(ctx: Attempt, side: Expr) -> None:
    """The normal forms of parts of a side every ``STRIDE`` levels, innermost first, so that a derivative by an early
    layer costs no nesting."""
    heights: dict[Expr, int] = {}
    waiting = [side]
    while waiting:
        node = waiting[-1]
        children = nodes.parts(node)[1]
        inner = [child for child in children if child not in heights]
        if inner:
            waiting.extend(inner)
            continue
        waiting.pop()
        if node not in heights:
            heights[node] = 1 + max((heights[child] for child in children), default=0)
            if heights[node] % STRIDE == 0:
                normal_form(ctx, node)


def indicator(ctx: Attempt, cond: Cond, keep_unequal: bool = False) -> Poly:
    """``[cond]``. With ``keep_unequal``, ``[p != q]`` is an indicator of its own instead of ``1 - delta_{pq}``."""
    if cond.op == "pos":
        if not isinstance(cond.left, Expr):
            raise Unsupported("a sign condition on a position")
        bit = step(ctx, normal_form(ctx, cond.left))
    else:
        if isinstance(cond.left, Expr):
            raise Unsupported("a condition of positions on an expression")
        p = ctx.positions.of(cond.left)
        if cond.op == "in":
            if not isinstance(cond.right, Subset):
                raise Unsupported("membership in something other than a subset")
            bit = member(ctx, cond.right, p)
        else:
            if cond.right is None or isinstance(cond.right, Subset):
                raise Unsupported("a comparison without a second position")
            q = ctx.positions.of(cond.right)
            if keep_unequal and cond.op == "eq" and cond.negated:
                return differ(ctx, p, q)
            bit = delta(ctx, p, q) if cond.op == "eq" else less(ctx, p, q)
    return minus({ONE: 1}, bit) if cond.negated else bit


def _conditions(ctx: Attempt, conds: tuple[Cond, ...], keep_unequal: bool = False) -> Poly:
    total: Poly = {ONE: 1}
    for c in conds:
        total = mul(ctx, total, indicator(ctx, c, keep_unequal))
    return total


def _entry(ctx: Attempt, node: Any) -> Poly:
    tensor = node.tensor
    slots = tuple([ctx.positions.of(e) for e in node.indices])
    hid = ctx.entry_heads.get(tensor)
    if hid is None:
        group = ctx.symmetric.get(tensor, ())
        shape = " ".join(str(r) for r in tensor.ranges)
        two_valued = tensor.domain in ("bit", "sign")
        hid = ctx.interner.leaf(
            "entry", tensor, len(slots), f"{tensor.name} {shape} {tensor.domain}", group, two_valued
        ).id
        ctx.entry_heads[tensor] = hid
    return single(ctx, hid, slots)


def _sum(ctx: Attempt, node: Any) -> Poly:
    indices: list[int] = []
    body: Expr = node
    where: tuple[Cond, ...] = ()
    while isinstance(body, Sum) and not where and ctx.positions.of(body.index) not in indices:
        # nested sums are handled together, so that the inner sums need not be labelled
        index, body, where = with_bounds_in_range(ctx, body)
        indices.append(ctx.positions.of(index))
        ctx.letters.setdefault(index.range, {})[index.letter] = None
    summand = normal_form(ctx, body)
    if not where:
        return sum_over(ctx, summand, *indices)
    depth = ctx.depth
    try:
        return sum_over(ctx, mul(ctx, summand, _conditions(ctx, where)), *indices)
    except UndefinedForm:
        # the summand is undefined where a condition fails: do not expand [p != q]
        ctx.depth = depth
        return sum_over(ctx, mul(ctx, summand, _conditions(ctx, where, keep_unequal=True)), *indices)


def with_bounds_in_range(ctx: Attempt, node: Any) -> tuple[Index, Expr, tuple[Cond, ...]]:
    """``sum_{1 <= t <= T, t >= 2} = sum_{t=2}^{T}``: conditions that are bounds become part of the range."""
    index: Index = node.index
    range_, kept = index.range, []
    for c in node.where:
        smaller = _tightened(ctx, range_, index, c) if c.op == "lt" and range_ is not None else None
        if smaller is None:
            kept.append(c)
        else:
            range_ = smaller
    if range_ == index.range:
        return index, node.body, tuple(kept)
    fresh = Index(index.letter, range_)
    moved = [substitute(Iverson(c), {index: fresh}) for c in kept]
    return fresh, substitute(node.body, {index: fresh}), tuple(m.args[0] for m in moved)


def _tightened(ctx: Attempt, range_: Range, index: Index, c: Cond) -> Range | None:
    """The range restricted by one more bound; None if the condition is no bound known to lie inside the range."""
    upper = c.left == index
    end = c.right if upper else c.left
    if not upper and c.right != index:
        return None
    if not isinstance(end, Affine) or any(True for _ in end.indices()):
        return None
    if upper == c.negated:
        lo = end if c.negated else end + 1
        smaller, narrower = Range(lo, range_.hi), ctx.positions.surely_less(range_.lo, lo + 1)
    else:
        hi = end - (0 if c.negated else 1)
        smaller, narrower = Range(range_.lo, hi), ctx.positions.surely_less(hi, range_.hi + 1)
    empty = not smaller.size.terms and smaller.size.const <= 0
    return smaller if narrower and not empty else None


def _prod(ctx: Attempt, node: Any) -> Poly:
    i = ctx.positions.of(node.index)
    ctx.letters.setdefault(node.index.range, {})[node.index.letter] = None
    body = normal_form(ctx, node.body)
    left_out = _factor_left_out(ctx, node, body) if len(node.where) == 1 else None
    if left_out is not None:
        ctx.note("prod_{i != j} f(i) = prod_i f(i) / f(j) for f > 0")
        return mul(ctx, product_over(ctx, body, i), power(ctx, left_out, -1))
    if node.where:
        body = mul(ctx, minus(body, {ONE: 1}), _conditions(ctx, node.where))
        body = minus(body, {ONE: -1})
    return product_over(ctx, body, i)


def _factor_left_out(ctx: Attempt, node: Any, body: Poly) -> Poly | None:
    """The factor ``f(j) > 0`` that ``prod_{i != j} f(i)`` lacks, for a ``j`` in the range of ``i``; else None."""
    (c,) = node.where
    if c.op != "eq" or not c.negated or node.index not in (c.left, c.right):
        return None
    i = ctx.positions.of(node.index)
    j = ctx.positions.of(c.right if c.left is node.index else c.left)
    range_ = ctx.positions.ranges.get(i)
    if range_ is None or ctx.positions.mentions(j, i) or not ctx.positions.lies_in(j, range_):
        return None
    if not is_positive(ctx, body):
        return None
    return replace_throughout(ctx, body, i, j)


def _add(ctx: Attempt, node: Any) -> Poly:
    total: Poly = {}
    for t in node.terms:
        accumulate(total, normal_form(ctx, t))
    return total


def _mul(ctx: Attempt, node: Any) -> Poly:
    polys = [normal_form(ctx, f) for f in node.factors]
    return product_of_parts(ctx, polys) if ctx.factored else product(ctx, polys)


def _pow(ctx: Attempt, node: Any) -> Poly:
    base, exponent = normal_form(ctx, node.base), normal_form(ctx, node.exponent)
    if not exponent:
        return {ONE: 1}
    if len(exponent) == 1 and ONE in exponent:
        return power(ctx, base, exponent[ONE])
    return general_power(ctx, base, exponent)


def _func(ctx: Attempt, node: Any) -> Poly:
    if node.name == "exp":
        return elementary_laws.exp(ctx, normal_form(ctx, node.arg))
    if node.name == "log":
        return elementary_laws.log(ctx, normal_form(ctx, node.arg))
    if node.name == "abs":
        p = normal_form(ctx, node.arg)
        if poly_sign(ctx, p) != UNKNOWN:
            ctx.note("|x| = x for x >= 0")
            return p
    if node.name in KINKED:
        ctx.note(f"definition of {node.name}")
        return _kinked(ctx, node.name, normal_form(ctx, node.arg))
    row = TABLE.get(node.name)
    if row is None:
        raise Unsupported(f"unknown function {node.name}")
    if row.expansion is not None:
        ctx.note(f"definition of {node.name}")
        return normal_form(ctx, row.expansion(node.arg))
    return elementary_laws.function(ctx, node.name, normal_form(ctx, node.arg))


def _kinked(ctx: Attempt, name: str, p: Poly) -> Poly:
    """``|x| = x sign(x)``, ``ReLU(x) = x [x > 0]``: 0 where a factor of ``x`` is 0, whatever the sign is there. So
    ``|x^2 y| = x^2 |y|`` asks nothing of ``x``."""
    asked = dict(ctx.nonzero)
    found = mul(ctx, p, sign_of(ctx, p) if name == "abs" else step(ctx, p))
    ctx.nonzero = asked
    return found


def _ref(ctx: Attempt, node: Any) -> Poly:
    if not ctx.keep_definitions:
        if ctx.shares_bodies:
            return at_positions(ctx, node, normal_form)
        return normal_form(ctx, instantiate(node.definition, node.indices))
    slots = tuple([ctx.positions.of(e) for e in node.indices])
    return single(
        ctx, ctx.interner.leaf("ref", node.definition, len(slots), f"{node.definition.name} {len(slots)}").id, slots
    )


def _cases(ctx: Attempt, node: Any) -> Poly:
    """``b_1 v_1 + (1 - b_1) b_2 v_2 + ...``: the first branch whose condition holds counts. The last one counts
    wherever no other does: without an otherwise branch, the node is undefined where its condition fails."""
    total: Poly = {}
    otherwise: Poly = {ONE: 1}
    *branches, (_, last) = node.branches
    for conds, value in branches:
        here = _conditions(ctx, conds)
        accumulate(total, mul(ctx, mul(ctx, otherwise, here), normal_form(ctx, value)))
        otherwise = mul(ctx, otherwise, minus({ONE: 1}, here))
    accumulate(total, mul(ctx, otherwise, normal_form(ctx, last)) if otherwise else {})
    return total


def _apply(ctx: Attempt, node: Any) -> Poly:
    arguments = []
    for lam in node.arguments:
        axes = tuple(ctx.positions.of(a) for a in lam.axes)
        arguments.append((axes, normal_form(ctx, lam.body)))
    derivs = [(k, tuple(ctx.positions.of(e) for e in at)) for k, at in node.derivs]
    return apply(ctx, node.function, arguments, derivs)


def _matrix_function(ctx: Attempt, node: Any) -> Poly:
    axes = [ctx.positions.of(axis) for axis in node.matrix.axes]
    half = len(axes) // 2
    if node.name in ("exponential", "root", "cholesky"):
        if half == 2 and node.name in function_slopes.SLOPES:
            body, (_, k, _, l) = normal_form(ctx, node.matrix.body), (ctx.positions.of(e) for e in node.indices)  # noqa: E741
            return function_slopes.block_of_function(
                ctx, node.name, body, (axes[0], axes[1]), (axes[2], axes[3]), (k, l)
            )
        if half > 1:
            raise Unsupported("a function of a matrix of blocks")
        matrix = Matrix(normal_form(ctx, node.matrix.body), axes[0], axes[1])
        return analytic_heads.function_of_matrix(ctx, node.name, matrix, *(ctx.positions.of(e) for e in node.indices))
    body = normal_form(ctx, node.matrix.body)
    matrices = [Matrix(body, axes[0], axes[1])]
    if half > 1:
        matrices = matrix_heads.kronecker_factors(ctx, body, list(zip(axes[:half], axes[half:], strict=True)))
    if node.name == "determinant":
        return matrix_heads.kronecker_determinant(ctx, matrices)
    at = [ctx.positions.of(e) for e in node.indices]
    parts = zip(matrices, at[:half], at[half:], strict=True)
    return product(ctx, (matrix_heads.inverse(ctx, matrix, k, j) for matrix, k, j in parts))


_RULES: dict[type, Callable[[Attempt, Any], Poly]] = {
    nodes.Num: lambda ctx, n: constant(n.value),
    nodes.Const: lambda ctx, n: {((ctx.interner.leaf("constant", n.name, 0, n.name).id, (), 1),): 1},
    nodes.Size: lambda ctx, n: affine(ctx, n.affine),
    nodes.Entry: _entry,
    nodes.Delta: lambda ctx, n: delta(ctx, ctx.positions.of(n.left), ctx.positions.of(n.right)),
    nodes.Iverson: lambda ctx, n: indicator(ctx, n.cond),
    nodes.Sum: _sum,
    nodes.Prod: _prod,
    nodes.Add: _add,
    nodes.Mul: _mul,
    nodes.Pow: _pow,
    nodes.Func: _func,
    nodes.Apply: _apply,
    nodes.MatrixFunction: _matrix_function,
    nodes.Ref: _ref,
    nodes.Cases: _cases,
}
