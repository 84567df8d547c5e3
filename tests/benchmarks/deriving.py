"""How fast gradients are derived, beside what one would take instead, and how the time grows with layers and terms.

    python -m tests.benchmarks.deriving

Beside SymPy led by hand, and tensorgrad where it is installed. Nothing here fails on a slow machine: ratios and growth
are printed. Importing is left out, and reading the document; both of the others have their expressions built in Python.

SymPy remembers every step that it ever took. A gradient that was derived before is a look-up, so each run of ours
starts with nothing remembered, and SymPy is measured with its memory cleared; with it kept, the time stands beside.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from symgrad.gradients.gradient import gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.benchmarks.checker import network

PAIR = r"""
$U \in \mathbb{R}^{W \times D}$, $V \in \mathbb{R}^{D \times W}$, $o, c \in [W]$, $n \in [W]^K$

$$ \hat y_a = \frac{\exp(U_{aj} V_{jc})}{\exp(U_{wk} V_{kc})}, \qquad J = -\log \hat y_o $$

$$ E = -\log \sigma(U_{oj} V_{jc}) - \sum_k \log \sigma(-U_{n_k j} V_{jc}) $$

$X \in \mathbb{R}^{N \times D}$, $A \in \mathbb{R}^{H \times D}$, $b \in \mathbb{R}^H$
$w \in \mathbb{R}^D$, $t \in \mathbb{R}^N$

$$ R = \frac{1}{2} (X_{mj} w_j - t_m)^2, \qquad T = \frac{1}{2} (b_h \tanh(A_{hj} X_{mj}) - t_m)^2 $$
"""


def median(work: Callable[[], object], runs: int = 15, before: Callable[[], object] = lambda: None) -> float:
    """Median seconds of a piece of work, after one run that warms up."""
    work()
    times = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def ours(of: str, wrt: str) -> Callable[[], object]:
    asking = GradientRequests(read_document(Source("pair.md", PAIR)))

    def work() -> object:
        return gradient(asking, of, [wrt]).entry

    return work


def by_hand(build: Callable[[Any], Any], by: int) -> Callable[[], object]:
    """SymPy's own derivative of an indexed cost, its deltas contracted by a rule of ours: its own gives a Piecewise."""
    import sympy as sp

    def contracted(e: Any) -> Any:
        if e.args:
            e = e.func(*map(contracted, e.args))
        if not isinstance(e, sp.Sum):
            return e
        index = e.variables[0]
        body = sp.expand(e.function, power_exp=False)
        out = sp.Integer(0)
        for term in sp.Add.make_args(body):
            deltas = [d for d in term.atoms(sp.KroneckerDelta) if index in d.free_symbols]
            if deltas:
                other = next(a for a in deltas[0].args if a != index)
                out += (term / deltas[0]).subs(index, other)
            else:
                out += sp.Sum(term, *e.limits)
        return out

    def work() -> object:
        cost, *targets = build(sp)
        return contracted(cost.diff(targets[by - 1]))

    return work


def softmax(sp: Any) -> tuple[Any, Any, Any]:
    W, D = sp.symbols("W D", integer=True, positive=True)
    a, j, i, o, k, m = sp.symbols("a j i o k m", integer=True)
    U, v = sp.IndexedBase("U", shape=(W, D)), sp.IndexedBase("v", shape=(D,))
    above = sp.Sum(U[o, j] * v[j], (j, 0, D - 1))
    below = sp.Sum(sp.exp(sp.Sum(U[a, k] * v[k], (k, 0, D - 1))), (a, 0, W - 1))
    return -sp.log(sp.exp(above) / below), v[i], U[m, i]


def sampled(sp: Any) -> tuple[Any, Any, Any]:
    W, D, K = sp.symbols("W D K", integer=True, positive=True)
    j, i, o, k, m, n_ = sp.symbols("j i o k m n_", integer=True)
    U, v, n = sp.IndexedBase("U", shape=(W, D)), sp.IndexedBase("v", shape=(D,)), sp.IndexedBase("n", shape=(K,))

    def loss(x: Any) -> Any:
        return sp.log(1 + sp.exp(-x))

    first = loss(sp.Sum(U[o, j] * v[j], (j, 0, D - 1)))
    rest = sp.Sum(loss(-sp.Sum(U[n[k], m] * v[m], (m, 0, D - 1))), (k, 0, K - 1))
    return first + rest, v[i], U[n_, i]


def squares(sp: Any) -> tuple[Any, Any]:
    N, D = sp.symbols("N D", integer=True, positive=True)
    j, i, m = sp.symbols("j i m", integer=True)
    X, w, t = sp.IndexedBase("X", shape=(N, D)), sp.IndexedBase("w", shape=(D,)), sp.IndexedBase("t", shape=(N,))
    return sp.Sum((sp.Sum(X[m, j] * w[j], (j, 0, D - 1)) - t[m]) ** 2, (m, 0, N - 1)) / 2, w[i]


def layers(sp: Any) -> tuple[Any, Any]:
    N, D, H = sp.symbols("N D H", integer=True, positive=True)
    h, j, m, p, q = sp.symbols("h j m p q", integer=True)
    X, A = sp.IndexedBase("X", shape=(N, D)), sp.IndexedBase("A", shape=(H, D))
    b, t = sp.IndexedBase("b", shape=(H,)), sp.IndexedBase("t", shape=(N,))
    inner = sp.tanh(sp.Sum(A[h, j] * X[m, j], (j, 0, D - 1)))
    return sp.Sum((sp.Sum(b[h] * inner, (h, 0, H - 1)) - t[m]) ** 2, (m, 0, N - 1)) / 2, A[p, q]


def graphs() -> dict[str, Callable[[], object]]:
    """The same gradients in tensorgrad, where it is installed: the samples' rows as a matrix of their own."""
    try:
        import tensorgrad.functions as F
        from tensorgrad import Derivative, Variable
    except ImportError:
        return {}
    from sympy import symbols

    W, D, K, N, H = symbols("W D K N H")

    def softmax(by: str) -> Callable[[], object]:
        def work() -> object:
            U, v, y = Variable("U", W, D), Variable("v", D), Variable("y", W)
            return Derivative(F.cross_entropy(U @ v, y, dim="W"), v if by == "v" else U).full_simplify()

        return work

    def sampled(by: str) -> Callable[[], object]:
        def work() -> object:
            R, u, v = Variable("R", K, D), Variable("u", D), Variable("v", D)
            cost = -F.log(F.sigmoid(u @ v)) - F.sum(F.log(F.sigmoid(-(R @ v))))
            return Derivative(cost, v if by == "v" else R).full_simplify()

        return work

    def squares() -> object:
        X, w, t = Variable("X", N, D), Variable("w", D), Variable("t", N)
        return Derivative(F.frobenius2(X @ w - t), w).full_simplify()

    def layers() -> object:
        X, A, b, t = Variable("X", N, D), Variable("A", H, D), Variable("b", H), Variable("t", N)
        return Derivative(F.frobenius2(b @ F.tanh(A @ X) - t), A).full_simplify()

    drawn = [softmax("v"), softmax("U"), sampled("v"), sampled("U"), squares, layers]
    return dict(zip((name for name, *_ in ROWS), drawn, strict=True))


ROWS: tuple[tuple[str, str, str, Callable[[Any], Any], int], ...] = (
    ("softmax, by V_{ic}", "J", "V_{ic}", softmax, 1),
    ("softmax, by U_{wi}", "J", "U_{wi}", softmax, 2),
    ("sampled, by V_{ic}", "E", "V_{ic}", sampled, 1),
    ("sampled, by U_{wi}", "E", "U_{wi}", sampled, 2),
    ("least squares, by w", "R", "w", squares, 1),
    ("tanh layer, by A", "T", "A", layers, 1),
)


def terms(count: int) -> str:
    """A cost of so many logistic terms in one vector."""
    names = [f"x^{{({k})}}" for k in range(count)]
    declared = ", ".join(f"${x} \\in \\mathbb{{R}}^D$" for x in names)
    cost = " ".join(f"- \\log \\sigma(w^\\top {x})" for x in names)
    return f"$w \\in \\mathbb{{R}}^D$, {declared}\n\n$$ J = {cost} $$\n"


def grown(text: str, wrt: str) -> float:
    """Seconds, the least of three runs: each on a document that was just read."""
    times = []
    for _ in range(3):
        asking = GradientRequests(read_document(Source("grown.md", text)))
        start = time.perf_counter()
        gradient(asking, "J", [wrt])
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    from sympy.core.cache import clear_cache

    drawn = graphs()
    print("gradient               symgrad    SymPy by hand       tensorgrad      to the faster    SymPy again")
    for name, of, wrt, build, by in ROWS:
        hand = by_hand(build, by)
        mine, first, again = median(ours(of, wrt), 41), median(hand, 7, clear_cache), median(hand, 7)
        graph = median(drawn[name], 7) if name in drawn else None
        faster = min(first, graph or first) / mine
        shown = "not installed" if graph is None else f"{graph * 1e3:10.1f} ms"
        print(
            f"{name:21} {mine * 1e3:6.2f} ms {first * 1e3:12.1f} ms {shown:>16} {faster:12.1f} x {again * 1e3:12.1f} ms"
        )
    print("\nlayers      ms")
    for layers in (2, 4, 8, 16, 32):
        print(f"{layers:6} {grown(network(layers), 'W^{(1)}') * 1e3:9.1f}")
    print("\nterms       ms")
    for count in (4, 8, 16, 32):
        print(f"{count:6} {grown(terms(count), 'w') * 1e3:9.1f}")


if __name__ == "__main__":
    main()
