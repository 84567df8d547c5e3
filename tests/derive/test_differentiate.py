"""Derivatives against hand formulas, and against complex and finite differences of a brute-force evaluator."""

from __future__ import annotations

import cmath
import random
from itertools import pairwise, product

import pytest

from symgrad.calculus.differentiate import depends_on, differentiate, resolve
from symgrad.core.functions import ROWS, TABLE, exp, log, sigma, tanh
from symgrad.core.nodes import (
    MINUS_ONE,
    ONE,
    ZERO,
    AbstractFunction,
    Apply,
    Cases,
    Cond,
    Definition,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Lam,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
    add,
    delta,
    div,
    free_indices,
    mul,
    neg,
    num,
    parts,
    power,
    sub,
    walk,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range, Subset
from tests.cases import each, facts
from tests.derive.brute import Brute, literal, scalars

W, D, K, T = (Range.of_size(s) for s in "WDKT")
SIZES = {"W": 4, "D": 3, "K": 2, "T": 5}
U, V = Tensor("U", (W, D)), Tensor("V", (D, W))
x, y = Tensor("x", (D,)), Tensor("y", (W,))
s = Tensor("s")


def at(letter: str, range_: Range, kind: str = "bound") -> Index:
    return Index(letter, range_, kind)  # type: ignore[arg-type]  # a literal in every call


def entry(tensor: Tensor, *indices: object) -> Expr:
    return Entry(tensor, tuple(indices))


def sum_(index: Index, body: Expr, *where: Cond) -> Expr:
    return Sum(index, body, where)


def dot(w: object, c: object) -> Expr:
    """U_{wk} V_{kc}"""
    k = at("k", D)
    return sum_(k, mul(entry(U, w, k), entry(V, k, c)))


i, j, a, b = (at(c, D, "free") for c in "ijab")
p, z = at("p", W, "free"), at("z", W, "free")
o, c = at("o", W, "fixed"), at("c", W, "fixed")
n = IndexArray("n", (K,), W)
N = Subset("N", W)
f = AbstractFunction("f", ((),))
L = AbstractFunction("L", ((D,),))


def softmax() -> Definition:
    """y_a = exp(U_{aj} V_{jc}) / sum_w exp(U_{wk} V_{kc})"""
    pattern, w = at("a", W), at("w", W)
    return Definition("\\hat y", (pattern,), div(exp(dot(pattern, c)), sum_(w, exp(dot(w, c)))))


def random_values(rng: random.Random, *tensors: Tensor) -> dict[Tensor, dict[tuple[int, ...], complex]]:
    return {
        t: {
            q: rng.uniform(0.3, 1.2)
            for q in product(*(range(r.lo.value(SIZES), r.hi.value(SIZES) + 1) for r in t.ranges))
        }
        for t in tensors
    }


def brute(seed: int = 0, pinned: dict[Definition, dict[tuple[int, ...], complex]] | None = None) -> Brute:
    rng = random.Random(seed)
    return Brute(
        SIZES,
        random_values(rng, U, V, x, y, s),
        gathers={n: {(k,): rng.randint(1, 4) for k in (1, 2)}},
        subsets={N: {1, 3}},
        functions={f: lambda q: cmath.sin(2 * q[()]), L: lambda q: cmath.exp(q[1,] * q[2,]) + q[3,] ** 2 * q[1,]},
        pinned=pinned,
    )


def assert_derivative(body: Expr, target: Entry | Ref, **at_: int) -> None:
    """The symbolic derivative equals the central difference, at every value of the free indices."""
    result = differentiate(body, target)
    fixed = {o, c}  # a definition's body may hold them although its references do not show it
    open_ = sorted(free_indices(body) | free_indices(target) | fixed, key=lambda q: q.serial)
    h = 1e-5
    for seed in range(2):
        world = brute(seed)
        spaces = (world.positions(q.range) for q in open_)
        for values in product(*spaces):
            env = dict(zip(open_, values, strict=True))
            cell = tuple(world.at(e, env) for e in target.indices)
            store = world.values[target.tensor]
            here = store[cell]
            sides = []
            for step in (h, -h):
                store[cell] = here + step
                sides.append(world(body, env))
            store[cell] = here
            wanted = (sides[0] - sides[1]) / (2 * h)
            assert world(result, env) == pytest.approx(wanted, rel=1e-5, abs=1e-6)


k = at("k", D)
w = at("w", W)
BODIES = {
    "entry": (entry(U, p, i), entry(U, z, j)),
    "quadratic": (sum_(k, power(entry(x, k), 2)), entry(x, i)),
    "the bound index is the target's": (sum_(i, power(entry(x, i), 2)), entry(x, i)),
    "product": (sum_(k, mul(entry(x, k), entry(x, k), entry(U, o, k))), entry(x, i)),
    "log-sum-exp": (log(sum_(w, exp(dot(w, c)))), entry(V, i, c)),
    "softmax": (div(exp(dot(p, c)), sum_(w, exp(dot(w, c)))), entry(U, z, i)),
    "a sum that leaves out an index": (sum_(w, exp(dot(w, c)), Cond("eq", w, o, True)), entry(U, z, i)),
    "a sum over a subset": (sum_(w, log(sigma(neg(dot(w, c)))), Cond("in", w, N)), entry(U, z, i)),
    "sampled rows": (sum_(kk := at("k", K), log(sigma(neg(dot(Gather(n, (kk,)), c))))), entry(U, z, i)),
    "by a sampled row": (sum_(w, power(dot(w, c), 2)), entry(U, Gather(n, (literal(1),)), i)),
    "by a literal position": (sum_(w, power(dot(w, c), 3)), entry(U, literal(2), i)),
    "a product over an index": (Prod(k, entry(x, k), ()), entry(x, i)),
    "a product with a condition": (
        Prod(k, add(entry(x, k), entry(U, o, k)), (Cond("eq", k, j, True),)),
        entry(x, i),
    ),
    "a power by both": (power(entry(x, i), mul(entry(x, j), num(2))), entry(x, a)),
    "a constant to a power": (Pow(num(2), entry(x, i)), entry(x, a)),
    "cases": (
        Cases((((Cond("eq", i, j),), power(entry(x, i), 2)), ((), mul(entry(x, i), entry(x, j))))),
        entry(x, a),
    ),
    "a bracket": (mul(Iverson(Cond("pos", sub(entry(x, i), num(10)))), entry(x, i)), entry(x, a)),
    "a scalar": (mul(Size(Affine.of("W")), power(entry(s), 2), sum_(k, entry(x, k))), entry(s)),
    "an abstract function": (
        sum_(w, Apply(f, (Lam((), dot(w, c)),), ())),
        entry(V, i, c),
    ),
    "a cost of an array": (
        Apply(L, (Lam((q := at("q", D),), mul(entry(x, q), entry(U, o, q))),), ()),
        entry(x, i),
    ),
    "a shifted position": (
        sum_(t := Index("t", Range(Affine.of(2), Affine.of("D"))), mul(entry(x, t), entry(x, Affine.of(t) - 1))),
        entry(x, i),
    ),
}


test_entries = facts()


@test_entries.fact
@each("name", BODIES)
def derivative_is_the_limit_of_differences(name: str) -> None:
    body, target = BODIES[name]
    assert_derivative(body, target)


@test_entries.fact
def second_derivative_of_an_abstract_function() -> None:
    body = Apply(L, (Lam((q := at("q", D),), power(entry(x, q), 2)),), ())
    first = differentiate(body, entry(x, i))
    assert_derivative(first, entry(x, j))


@test_entries.fact
def entry_gives_deltas() -> None:
    assert differentiate(entry(U, p, a), entry(U, z, i)) is mul(delta(p, z), delta(a, i))
    assert differentiate(entry(V, a, c), entry(V, i, c)) is delta(a, i)


@test_entries.fact
def linear_form_contracts() -> None:
    assert differentiate(dot(z, c), entry(V, i, c)) is entry(U, z, i)
    assert differentiate(dot(o, c), entry(U, z, i)) is mul(delta(o, z), entry(V, i, c))


@test_entries.fact
def square_gives_twice() -> None:
    assert differentiate(sum_(k, power(entry(x, k), 2)), entry(x, i)) is mul(num(2), entry(x, i))


@test_entries.fact
def another_tensor_is_constant() -> None:
    assert differentiate(dot(z, c), entry(x, i)) is ZERO


@test_entries.fact
def positions_a_constant_apart_differ() -> None:
    h = Tensor("h", (T,))
    t = at("t", T, "free")
    assert differentiate(entry(h, t), Entry(h, (Affine.of(t) - 1,))) is ZERO


@test_entries.fact
def unknown_kind_raises() -> None:
    class Strange(Expr):
        __slots__ = ()

    with pytest.raises(TypeError):
        differentiate(Strange(), entry(x, i))


# --- definitions ----------------------------------------------------------------------------------


def cross_entropy(y_hat: Definition) -> Definition:
    """J = -sum_a y_a log(y_hat_a)"""
    pos = at("a", W)
    return Definition("J", (), neg(sum_(pos, mul(entry(y, pos), log(Ref(y_hat, (pos,)))))))


test_definitions = facts()


@test_definitions.fact
def definition_is_an_independent_variable() -> None:
    y_hat = softmax()
    J = cross_entropy(y_hat)
    result = resolve(Deriv(Ref(J, ()), Ref(y_hat, (p,))))
    assert result is neg(mul(entry(y, p), power(Ref(y_hat, (p,)), -1)))


@test_definitions.fact
def second_derivative_by_a_definition() -> None:
    y_hat = softmax()
    J = cross_entropy(y_hat)
    result = resolve(Deriv(Deriv(Ref(J, ()), Ref(y_hat, (p,))), Ref(y_hat, (z,))))
    assert result is mul(entry(y, p), power(Ref(y_hat, (p,)), -2), delta(p, z))


@test_definitions.fact
def chain_through_a_definition() -> None:
    y_hat = softmax()
    J = cross_entropy(y_hat)
    assert_derivative(Ref(J, ()), entry(U, z, i))
    assert_derivative(Ref(J, ()), entry(V, i, c))


@test_definitions.fact
def chain_rule_as_it_is_written() -> None:
    """sum_a dJ/dy_a dy_a/dU_{zi} = dJ/dU_{zi}"""
    y_hat = softmax()
    J = cross_entropy(y_hat)
    pos = at("a", W)
    target = entry(U, z, i)
    written = sum_(pos, mul(Deriv(Ref(J, ()), Ref(y_hat, (pos,))), Deriv(Ref(y_hat, (pos,)), target)))
    left, right = resolve(written), resolve(Deriv(Ref(J, ()), target))
    for zz, ii, cc in product((1, 2), (1, 3), (2, 4)):
        env = {z: zz, i: ii, c: cc}
        assert brute()(left, env) == pytest.approx(brute()(right, env))


test_held_definitions = facts()


@test_held_definitions.fact
def held_definitions_are_constant() -> None:
    mu = Definition("\\mu", (), sum_(k, entry(x, k)))
    m = at("m", D)
    body = mul(entry(x, m), Ref(mu, ()))
    assert differentiate(body, entry(x, i), frozenset((mu,))) is mul(delta(m, i), Ref(mu, ()))
    assert differentiate(body, entry(x, i)) is add(mul(delta(m, i), Ref(mu, ())), entry(x, m))


@test_held_definitions.fact
def definition_by_another_that_it_does_not_use_is_zero() -> None:
    mu = Definition("\\mu", (), sum_(k, entry(x, k)))
    nu = Definition("\\nu", (), sum_(k, power(entry(x, k), 2)))
    assert resolve(Deriv(Ref(nu, ()), Ref(mu, ()))) is ZERO


@test_held_definitions.fact
def derivative_inside_a_definition_is_carried_out() -> None:
    y_hat = softmax()
    J = cross_entropy(y_hat)
    pattern = at("m", W)
    g = Definition("g", (pattern,), Deriv(Ref(J, ()), Ref(y_hat, (pattern,))))
    assert resolve(mul(num(2), Ref(g, (p,)))) is mul(num(-2), entry(y, p), power(Ref(y_hat, (p,)), -1))


@test_held_definitions.fact
def derivative_at_the_definitions_own_index_is_not_captured() -> None:
    """d/dx_i of y_a at the position that the body of y binds."""
    y_hat = softmax()
    inner = y_hat.body.factors[1].base.index  # type: ignore[attr-defined]  # the w of the denominator
    body = Ref(y_hat, (inner,))
    assert_derivative(body, entry(U, z, i))
    assert_derivative(sum_(inner, mul(entry(y, inner), body)), entry(U, inner, i))


@test_held_definitions.fact
def depends_on_looks_through_definitions() -> None:
    y_hat = softmax()
    J = Ref(cross_entropy(y_hat), ())
    assert depends_on(J, U)
    assert depends_on(J, y_hat)
    assert not depends_on(J, x)


@test_held_definitions.fact
def chain_rule_sum_contracts_over_a_sampled_position() -> None:
    """sum_w g_w d U_{n_1 j} / d U_{w i} = g_{n_1} delta(j, i)"""
    g = Tensor("g", (W,))
    first = Gather(n, (literal(1),))
    body = sum_(w, mul(entry(g, w), Deriv(entry(U, first, j), entry(U, w, i))))
    assert resolve(body) is mul(entry(g, first), delta(j, i))


# --- size of the results --------------------------------------------------------------------------


def size_of(expr: Expr) -> int:
    """The number of distinct nodes."""
    return len(set(walk_once(expr)))


def walk_once(expr: Expr) -> set[Expr]:
    seen: set[Expr] = set()
    stack = [expr]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(parts(node)[1])
    return seen


def network(depth: int, residual: bool) -> tuple[Expr, Expr]:
    """h^l_i = tanh(W^l_{ij} h^{l-1}_j) [+ h^{l-1}_i], J = sum_i h^L_i, and the entry of W^1."""
    weights = [Tensor(f"W^{{({layer})}}", (D, D)) for layer in range(1, depth + 1)]
    layer: Definition | None = None
    for weight in weights:
        row, column = at("i", D), at("j", D)

        def below(q: Index, layer: Definition | None = layer) -> Expr:
            return entry(x, q) if layer is None else Ref(layer, (q,))

        body = tanh(sum_(column, mul(entry(weight, row, column), below(column))))
        layer = Definition("h", (row,), add(body, below(row)) if residual else body)
    top = at("i", D)
    assert layer is not None
    return sum_(top, Ref(layer, (top,))), entry(weights[0], a, b)


test_growth = facts()


@test_growth.fact
def a_plain_chain_grows_linearly() -> None:
    sizes = [size_of(differentiate(*network(depth, False))) for depth in (2, 8, 32)]
    assert sizes[2] <= 5 * sizes[1]
    assert len(list(walk(differentiate(*network(32, False))))) < 32 * 40


@test_growth.fact
def a_residual_chain_grows_no_faster_than_the_square() -> None:
    sizes = [size_of(differentiate(*network(depth, True))) for depth in (4, 8, 16, 32)]
    for small, large in pairwise(sizes):
        assert large <= 4.5 * small


# --- the table ------------------------------------------------------------------------------------

SAMPLES = {
    "real": (-1.7, -0.6, 0.4, 1.3, 2.1),
    "positive": (0.2, 0.9, 2.5),
    "nonnegative": (0.2, 0.9, 2.5),
    "unit": (0.1, 0.5, 0.8),
    "interval": (-0.8, -0.2, 0.3, 0.7),
}


test_table = facts()


@test_table.fact
@each("name", [row.name for row in ROWS])
def rows_of_the_table_agree_with_their_meaning(name: str) -> None:
    """f'(x) by a complex step, and the expansion, at points of the domain; also a little off the real axis."""
    row = TABLE[name]
    for value in SAMPLES[row.domain]:
        world = Brute({}, {s: {(): value}})
        slope = row.meaning(scalars, value + 1e-20j).imag / 1e-20
        assert world(row.derivative(entry(s))) == pytest.approx(slope, rel=1e-9, abs=1e-12)
        if row.positive:
            assert complex(row.meaning(scalars, value)).real > 0
        for point in (value, value + 1e-3j):
            world = Brute({}, {s: {(): point}})
            if row.expansion is not None:
                assert world(row.expansion(entry(s))) == pytest.approx(row.meaning(scalars, point), rel=1e-9)


@test_table.fact
def functions_are_differentiated_by_their_rows() -> None:
    assert differentiate(Func("tanh", entry(s)), entry(s)) is sub(ONE, power(tanh(entry(s)), 2))
    assert differentiate(log(entry(s)), entry(s)) is Pow(entry(s), MINUS_ONE)


@test_table.fact
def primes_are_carried_out() -> None:
    assert resolve(Func("tanh'", entry(s))) is sub(ONE, power(tanh(entry(s)), 2))
    stencils = {1: (1, -8, 0, 8, -1), 2: (-1, 16, -30, 16, -1), 3: (-6, 12, 0, -12, 6)}
    h = 1e-2
    for base, order in (("sigma", 1), ("tanh", 2), ("sin", 3)):
        name = base + "'" * order
        values = [TABLE[base].meaning(scalars, 0.7 + (q - 2) * h) for q in range(5)]
        wanted = sum(c * v for c, v in zip(stencils[order], values, strict=True)) / (12 * h**order)
        world = Brute({}, {s: {(): 0.7}})
        assert world(resolve(Func(name, entry(s)))) == pytest.approx(wanted, rel=1e-3)
        assert world(differentiate(Func(name[:-1], entry(s)), entry(s))) == pytest.approx(wanted, rel=1e-3)


test_conditions = facts()


@test_conditions.fact
def derivative_of_log_sigma_is_no_quotient() -> None:
    assert differentiate(log(sigma(entry(s))), entry(s)) is sub(ONE, sigma(entry(s)))


@test_conditions.fact
def a_condition_on_one_position_is_decided() -> None:
    """d/dx_i sum_{k != i} x_k = 0"""
    assert differentiate(sum_(k, entry(x, k), Cond("eq", k, i, True)), entry(x, i)) is ZERO


@test_conditions.fact
def a_contraction_keeps_the_condition_of_its_sum() -> None:
    """d/dx_i sum_{k != j} x_k = [i != j]"""
    result = differentiate(sum_(k, entry(x, k), Cond("eq", k, j, True)), entry(x, i))
    assert result is Iverson(Cond("eq", i, j, True))


@test_conditions.fact
def a_narrower_sum_is_not_contracted() -> None:
    """d/dx_i sum_{t=2}^D x_t stays a sum: i may be 1"""
    t = Index("t", Range(Affine.of(2), Affine.of("D")))
    result = differentiate(sum_(t, entry(x, t)), entry(x, i))
    assert isinstance(result, Sum)
    assert brute()(result, {i: 1}) == 0
    assert brute()(result, {i: 2}) == 1
