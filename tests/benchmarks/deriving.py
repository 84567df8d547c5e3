"""How fast gradients are derived, beside SymPy led by hand, and how the time grows with layers and terms.

    python -m tests.benchmarks.deriving

Nothing here fails on a slow machine: ratios and growth are printed. Reading the document and importing are left out.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from symgrad.deriving.gradient import gradient
from symgrad.deriving.question import Asking
from symgrad.notation.reader import read_document
from symgrad.notation.source import Source
from tests.benchmarks.checker import network

PAIR = r"""
$U \in \mathbb{R}^{W \times D}$, $V \in \mathbb{R}^{D \times W}$, $o, c \in [W]$, $n \in [W]^K$

$$ \hat y_a = \frac{\exp(U_{aj} V_{jc})}{\exp(U_{wk} V_{kc})}, \qquad J = -\log \hat y_o $$

$$ E = -\log \sigma(U_{oj} V_{jc}) - \sum_k \log \sigma(-U_{n_k j} V_{jc}) $$
"""


def median(work: Callable[[], object], runs: int = 15) -> float:
    """Median seconds of a piece of work, after one run that warms up."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def ours(of: str, wrt: str) -> Callable[[], object]:
    def work() -> object:
        # a new Asking for each run: nothing is remembered from the last one
        asking = Asking(document)
        return gradient(asking, of, [wrt]).entry

    document = read_document(Source("pair.md", PAIR))
    return work


def by_hand(build: Callable[[Any], tuple[Any, Any]]) -> Callable[[], object]:
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
        cost, by = build(sp)
        return contracted(cost.diff(by))

    return work


def softmax(sp: Any) -> tuple[Any, Any]:
    W, D = sp.symbols("W D", integer=True, positive=True)
    a, j, i, o, k = sp.symbols("a j i o k", integer=True)
    U, v = sp.IndexedBase("U", shape=(W, D)), sp.IndexedBase("v", shape=(D,))
    above = sp.Sum(U[o, j] * v[j], (j, 0, D - 1))
    below = sp.Sum(sp.exp(sp.Sum(U[a, k] * v[k], (k, 0, D - 1))), (a, 0, W - 1))
    return -sp.log(sp.exp(above) / below), v[i]


def sampled(sp: Any) -> tuple[Any, Any]:
    W, D, K = sp.symbols("W D K", integer=True, positive=True)
    j, i, o, k, m = sp.symbols("j i o k m", integer=True)
    U, v, n = sp.IndexedBase("U", shape=(W, D)), sp.IndexedBase("v", shape=(D,)), sp.IndexedBase("n", shape=(K,))

    def loss(x: Any) -> Any:
        return sp.log(1 + sp.exp(-x))

    first = loss(sp.Sum(U[o, j] * v[j], (j, 0, D - 1)))
    rest = sp.Sum(loss(-sp.Sum(U[n[k], m] * v[m], (m, 0, D - 1))), (k, 0, K - 1))
    return first + rest, v[i]


def terms(count: int) -> str:
    """A cost of so many logistic terms in one vector."""
    names = [f"x^{{({k})}}" for k in range(count)]
    declared = ", ".join(f"${x} \\in \\mathbb{{R}}^D$" for x in names)
    cost = " ".join(f"- \\log \\sigma(w^\\top {x})" for x in names)
    return f"$w \\in \\mathbb{{R}}^D$, {declared}\n\n$$ J = {cost} $$\n"


def grown(text: str, wrt: str) -> float:
    asking = Asking(read_document(Source("grown.md", text)))
    start = time.perf_counter()
    gradient(asking, "J", [wrt])
    return time.perf_counter() - start


def main() -> None:
    print("gradient              symgrad    SymPy by hand   ratio")
    rows = (("softmax, by V_{ic}", "J", softmax), ("sampled, by V_{ic}", "E", sampled))
    for name, of, build in rows:
        mine, theirs = median(ours(of, "V_{ic}")), median(by_hand(build), 7)
        print(f"{name:20} {mine * 1e3:6.2f} ms {theirs * 1e3:12.1f} ms {theirs / mine:8.1f} x")
    print("\nlayers      ms")
    for layers in (2, 4, 8, 16, 32):
        print(f"{layers:6} {grown(network(layers), 'W^{(1)}') * 1e3:9.1f}")
    print("\nterms       ms")
    for count in (4, 8, 16, 32):
        print(f"{count:6} {grown(terms(count), 'w') * 1e3:9.1f}")


if __name__ == "__main__":
    main()
