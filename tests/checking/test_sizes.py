"""How large ranges must be, and which sizes are drawn."""

from __future__ import annotations

from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.sample_sizes import SampleSizes, bound, corners, need
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Cond, Definition, Delta, Deriv, Entry, Func, Ref, Size, Sum, Tensor
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range
from tests.cases import each, facts

W, D, K = Range.of_size("W"), Range.of_size("D"), Range.of_size("K")
X, Y, A = Tensor("x", (W,)), Tensor("y", (W,)), Tensor("A", (W, W))
U = Tensor("U", (W, D))
c = Index("c", W, "fixed")


def x(i: Index | Affine | Gather) -> n.Expr:
    return Entry(X, (i,))


def dot(t: Tensor, u: Tensor) -> n.Expr:
    i = Index("i", W)
    return Sum(i, n.mul(Entry(t, (i,)), Entry(u, (i,))))


def trace(k: int) -> n.Expr:
    ring = [Index("i", W) for _ in range(k)]
    return n.sum_over(ring, n.mul(*(Entry(A, (ring[j], ring[(j + 1) % k])) for j in range(k))))


def chosen(claim: Claim) -> dict[str, int]:
    return SampleSizes().choose(claim, need(claim, DegreeCounter()))


test_bounds = facts()


@test_bounds.fact
@each(
    ("left", "right", "size"),
    [
        (x(c), n.ZERO, 1),
        (n.mul(x(c), x(Affine((), 2))), n.ZERO, 2),
        (dot(X, Y), dot(Y, X), 1),
        (n.power(dot(X, Y), 3), n.ZERO, 3),
        (n.mul(dot(X, Y), dot(X, X), x(c)), n.ZERO, 3),
        (n.add(dot(X, Y), n.power(dot(X, X), 2)), n.ZERO, 2),
        (trace(5), trace(5), 5),
        (n.div(dot(X, Y), dot(X, X)), n.div(dot(Y, Y), dot(X, Y)), 2),
        (Deriv(dot(X, X), x(c)), n.mul(n.num(2), x(c)), 2),
        (Deriv(n.div(dot(X, Y), dot(X, X)), x(c)), n.ZERO, 3),
        (Sum(k := Index("k", K), Entry(X, (Gather(IndexArray("n", (K,), W), (k,)),))), n.ZERO, 1),
    ],
)
def distinct_indices_of_a_term(left: n.Expr, right: n.Expr, size: int) -> None:
    """dummies of a product add up, powers count as often, denominators are cleared, a derivative adds its variable"""
    found = bound(Claim(left, right))
    assert found is not None
    assert found["W"] == size


@test_bounds.fact
def a_reference_counts_with_its_body() -> None:
    p = Index("p", D)
    i = Index("i", W)
    h = Definition("h", (p,), Sum(i, n.mul(x(i), Entry(U, (i, p)))))
    q = Index("q", D)
    found = bound(Claim(Sum(q, n.power(Ref(h, (q,)), 2)), n.ZERO))
    assert found == {"W": 2, "D": 1}


@test_bounds.fact
@each(
    "side",
    [
        Func("exp", x(c)),
        Sum(i := Index("i", W), n.power(x(i), -1)),
        x(Affine.of(c) + 1),
        n.power(x(c), Size(Affine.of("W"))),
        n.Prod(j := Index("j", W), x(j)),
        Sum(k2 := Index("k", W), x(k2), (Cond("lt", k2, c),)),
    ],
)
def no_bound_beyond_polynomials(side: n.Expr) -> None:
    """functions, denominators under a sum, arithmetic on positions, products over a range, order"""
    assert bound(Claim(side, n.ZERO)) is None


@test_bounds.fact
def no_bound_under_an_equation() -> None:
    a = Index("a", W)
    assumed = Assumption("equation", "", Sum(a, x(a)), n.ONE)
    assert bound(Claim(x(c), n.ZERO, (), (assumed,))) is None


@test_bounds.fact
def degrees_of_a_size() -> None:
    """sum_i 1, delta_ii and |W| are factors of the size, sum_i x_i is none; d x_i / d x_i summed is one"""
    i, j = Index("i", W), Index("j", W)

    def degree(e: n.Expr) -> int:
        return need(Claim(e, n.ZERO), DegreeCounter()).degree.get(W, 0)

    assert degree(Sum(i, n.ONE)) == 1
    assert degree(Sum(i, Delta(i, i))) == 1
    assert degree(n.mul(Sum(i, n.ONE), Sum(j, n.ONE), Size(Affine.of("W")))) == 3
    assert degree(Sum(i, x(i))) == 0
    assert degree(Sum(i, n.add(x(i), n.ONE))) == 1
    assert degree(Sum(i, Deriv(x(i), x(i)))) == 1
    assert degree(Sum(i, n.mul(Entry(Y, (i,)), Deriv(x(i), x(c))))) == 0


test_choice = facts()


@test_choice.fact
def chosen_sizes_reach_the_bound_and_differ() -> None:
    i, j = Index("i", W, "free"), Index("d", D, "free")
    claim = Claim(n.mul(n.power(dot(X, Y), 6), Entry(U, (i, j))), n.ZERO, (i, j))
    sizes = chosen(claim)
    limit = bound(claim)
    assert limit is not None
    assert sizes["W"] >= limit["W"] == 7
    assert sizes["W"] != sizes["D"]


@test_choice.fact
def sizes_written_as_numbers_stay_and_are_avoided() -> None:
    three = Range.of_size(3)
    v = Tensor("v", (three, D))
    i, d = Index("i", three, "free"), Index("d", D, "free")
    sizes = chosen(Claim(Entry(v, (i, d)), n.ZERO, (i, d)))
    assert set(sizes) == {"D"}
    assert sizes["D"] != 3


@test_choice.fact
def ranges_that_share_a_name() -> None:
    """-m..m and 1..T-1 are never empty, and a window fits into its text"""
    window = Range(Affine.build([("m", -1)]), Affine.of("m"))
    short = Range.of_size(Affine.of("T") - 1)
    text = Tensor("w", (Range.of_size("T"),))
    t, j, s = Index("t", Range.of_size("T"), "fixed"), Index("j", window), Index("s", short)
    claim = Claim(n.add(Sum(j, Entry(text, (Affine.of(t) + j,))), Sum(s, Entry(text, (Affine.of(s) + 1,)))), n.ZERO)
    sizes = chosen(claim)
    assert sizes["T"] >= 2 * sizes["m"] + 2
    assert all(
        r.size.value(s) >= 1 for s in corners(sizes, (window, short, Range.of_size("T"))) for r in (window, short)
    )


@test_choice.fact
def literal_positions_exist() -> None:
    assert chosen(Claim(x(Affine((), 9)), n.ZERO))["W"] >= 9


@test_choice.fact
def distinct_samples_find_room() -> None:
    samples = IndexArray("n", (K,), W)
    p, q, k = Index("p", K), Index("q", K), Index("k", K)
    apart = Cond("eq", Gather(samples, (p,)), Gather(samples, (q,)), negated=True)
    assumed = Assumption("condition", "", None, None, apart, (p, q), (Cond("eq", p, q),))
    sizes = chosen(Claim(Sum(k, x(Gather(samples, (k,)))), n.ZERO, (), (assumed,)))
    assert sizes["W"] > sizes["K"]


@test_choice.fact
def corner_sizes() -> None:
    assert corners({"D": 3, "W": 5}, (W, D)) == [
        {"D": 1, "W": 5},
        {"D": 3, "W": 1},
        {"D": 2, "W": 5},
        {"D": 3, "W": 2},
        {"D": 1, "W": 1},
        {"D": 2, "W": 2},
    ]
    assert corners({"T": 3}, (Range.of_size(Affine.of("T") - 1),)) == [{"T": 2}]


@test_choice.fact
def a_name_keeps_its_size_throughout_a_document() -> None:
    sizes, counter, d = SampleSizes(), DegreeCounter(), Index("d", D)
    first = Claim(x(c), n.ZERO)
    second = Claim(n.mul(x(c), Sum(d, Entry(U, (c, d)))), n.ZERO)
    one = sizes.choose(first, need(first, counter))
    two = sizes.choose(second, need(second, counter))
    assert one["W"] == two["W"]
