"""Small mistakes, and the repair that is offered first."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.checking.refute import refute
from symgrad.checking.repair import find_repairs, repairs
from symgrad.checking.sides import Session
from symgrad.core import nodes as n
from symgrad.core.claims import Claim
from symgrad.core.nodes import Cond, Definition, Delta, Deriv, Entry, Func, Ref, Sum, Tensor
from symgrad.core.ranges import Gather, Index, IndexArray, Range, Subset
from symgrad.writing.index_latex import latex
from tests.cases import each

W, D, K = Range.of_size("W"), Range.of_size("D"), Range.of_size("K")
U, V, X, Y = Tensor("U", (W, D)), Tensor("V", (D, W)), Tensor("x", (W,)), Tensor("y", (W,))
A, T = Tensor("A", (W, W)), Tensor("t")
N, SAMPLES = Subset("\\mathcal{N}", W), IndexArray("n", (K,), W)
c, o = Index("c", W, "fixed"), Index("o", W, "fixed")
i, z = Index("i", D, "free"), Index("z", W, "free")
p, q = Index("p", W, "free"), Index("q", W, "free")


def scores(a: Index) -> n.Expr:
    j = Index("j", D)
    return Sum(j, n.mul(Entry(U, (a, j)), Entry(V, (j, c))))


def softmax() -> Definition:
    a, w = Index("a", W), Index("w", W)
    return Definition("\\hat y", (a,), n.div(Func("exp", scores(a)), Sum(w, Func("exp", scores(w)))))


YHAT = softmax()
COST = Definition("J", (), n.neg(Func("log", Ref(YHAT, (o,)))))
BY_V = Deriv(Ref(COST, ()), Entry(V, (i, c)))
BY_U = Deriv(Ref(COST, ()), Entry(U, (z, i)))
v_ic = Entry(V, (i, c))


def summed(body: Callable[[Index], n.Expr]) -> n.Expr:
    k = Index("k", W)
    return Sum(k, body(k))


def offered(left: n.Expr, right: n.Expr, *free: Index) -> tuple[str, ...]:
    claim, session = Claim(left, right, free), Session()
    assert refute(claim, session=session).verdict == "differs"
    found = find_repairs(claim, latex, session=session)
    for r in found:
        assert refute(r.claim).verdict == "equal"
    return tuple(r.say() for r in found)


@each(
    ("left", "right", "free", "first"),
    [
        (
            BY_V,
            summed(lambda k: n.mul(n.sub(Delta(k, o), Ref(YHAT, (k,))), Entry(U, (k, i)))),
            (i,),
            "flip the sign of the right side",
        ),
        (
            BY_U,
            n.add(n.mul(Ref(YHAT, (z,)), v_ic), n.mul(Delta(z, o), v_ic)),
            (z, i),
            "flip the sign of the term $\\delta_{oz} V_{ic}$",
        ),
        (
            BY_U,
            n.mul(n.add(Ref(YHAT, (z,)), Delta(z, o)), v_ic),
            (z, i),
            "flip the sign of the term $\\delta_{oz}$",
        ),
        (BY_U, n.mul(n.num(2), n.sub(Ref(YHAT, (z,)), Delta(z, o)), v_ic), (z, i), "halve the right side"),
        (BY_U, n.mul(n.sub(Ref(YHAT, (o,)), Delta(z, o)), v_ic), (z, i), "write $\\hat y_z$ for $\\hat y_o$"),
        (BY_U, n.mul(n.sub(Ref(YHAT, (z,)), n.ONE), v_ic), (z, i), "multiply"),
        (
            BY_V,
            summed(lambda k: n.mul(n.sub(Ref(YHAT, (k,)), Delta(k, o)), Entry(V, (i, k)))),
            (i,),
            "write $U_{ki}$ for $V_{ik}$",
        ),
        (
            Deriv(summed(lambda k: n.mul(Entry(A, (p, k)), Entry(X, (k,)))), Entry(X, (q,))),
            Entry(A, (q, p)),
            (p, q),
            "transpose the right side: swap $p$ and $q$",
        ),
        (
            Deriv(Func("log", Func("sigma", Entry(T, ()))), Entry(T, ())),
            Func("sigma", Entry(T, ())),
            (),
            "write $\\sigma(-t)$ for $\\sigma(t)$",
        ),
        (
            Deriv(n.power(Entry(X, (p,)), 2), Entry(X, (q,))),
            n.mul(n.num(2), Entry(X, (p,))),
            (p, q),
            "multiply the right side by $\\delta_{pq}$",
        ),
        (
            Deriv(n.power(Entry(T, ()), 3), Entry(T, ())),
            n.mul(n.num(3), Entry(T, ())),
            (),
            "multiply the right side by $t$",
        ),
    ],
)
def test_the_likeliest_repair(left: n.Expr, right: n.Expr, free: tuple[Index, ...], first: str) -> None:
    if first == "multiply":  # the second term lacks its delta, inside a bracket: nothing simple mends it
        assert offered(left, right, *free) == ()
    else:
        assert offered(left, right, *free)[0] == first


# --- assumptions --------------------------------------------------------------------------------------


def test_a_distribution_that_must_sum_to_one() -> None:
    cost = n.neg(summed(lambda k: n.mul(Entry(Y, (k,)), Func("log", Ref(YHAT, (k,))))))
    right = summed(lambda k: n.mul(n.sub(Ref(YHAT, (k,)), Entry(Y, (k,))), Entry(U, (k, i))))
    assert offered(Deriv(cost, Entry(V, (i, c))), right, i)[0] == "assume $\\sum_{a} y_{a} = 1$"


def test_a_target_among_the_negatives() -> None:
    k = Index("k", W)
    rest = Sum(k, Func("log", Func("sigma", n.neg(scores(k)))), (Cond("in", k, N),))
    cost = n.sub(n.neg(Func("log", Func("sigma", scores(o)))), rest)
    right = n.neg(n.mul(n.sub(n.ONE, Func("sigma", scores(o))), v_ic))
    assert offered(Deriv(cost, Entry(U, (o, i))), right, i) == ("assume $o \\notin \\mathcal{N}$",)


def test_samples_that_must_be_distinct_or_other_than_the_target() -> None:
    k, r = Index("k", K), Index("r", K, "free")
    gathered = Sum(k, n.power(Entry(X, (Gather(SAMPLES, (k,)),)), 2))
    here = Entry(X, (Gather(SAMPLES, (r,)),))
    assert offered(Deriv(gathered, here), n.mul(n.num(2), here), r)[0] == "assume $n_{k} \\neq n_{l}$"
    target = Entry(X, (o,))
    both = n.add(gathered, n.power(target, 2))
    assert offered(Deriv(both, target), n.mul(n.num(2), target))[0] == "assume $n_{k} \\neq o$"


def test_nothing_is_offered_where_nothing_simple_helps() -> None:
    assert repairs(Claim(BY_V, Entry(V, (i, o)), (i,)), latex) == ()
