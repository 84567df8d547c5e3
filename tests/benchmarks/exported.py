"""How long exported functions take, beside NumPy written by hand, JAX and PyTorch, in one run.

    python -m tests.benchmarks.exported [--quick] [--dtype float32] [--words 2000 50000]

Every row holds other code for the same work; the two are run in turns, and the ratio of their medians is what
counts: times are those of one machine. Beside each ratio stands the one that is aimed at. Shares of what the
machine can do at most are measured in turns with it as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.benchmarks import exported_hand as hand
from tests.benchmarks.exported_rivals import jax_rows, jax_target_rows, torch_rows, torch_target_rows
from tests.benchmarks.exported_work import (
    CBOW,
    CBOW_SAMPLED,
    SAMPLED,
    SAMPLED_WINDOW,
    SOFTMAX,
    SOFTMAX_WINDOW,
    D,
    Row,
    load,
    medians,
    random,
    shown,
)


def by_hand(W: int, dtype: Any, quick: bool) -> Iterator[Row]:
    """NumPy written by hand, with the same forms of results."""
    (U, V), at = random(W, dtype)
    few, many = (5, 300) if quick else (25, 3000)
    o, c, n, window = at["o"], at["c"], at["n"], at["window"]

    def row(name: str, text: str, other: Callable[..., Any], runs: int, target: float, **given: Any) -> Row:
        module = load(text)
        function = module.J_batch_value_and_grad if "batch" in name else module.J_value_and_grad
        return Row(name, W, lambda: function(U=U, V=V, **given), lambda: other(U=U, V=V, **given), runs, target)

    yield row("softmax, one pair", SOFTMAX, hand.hand_softmax, few, 1.1, o=o, c=c)
    yield row("softmax, window of 10", SOFTMAX_WINDOW, hand.hand_softmax_window, few, 1.1, o=window, c=c)
    yield row("CBOW, softmax", CBOW, hand.hand_cbow, few, 1.1, x=window, o=o)
    yield row("negative sampling, one pair", SAMPLED, hand.hand_sampled, many, 1.8, o=o, c=c, n=n)
    yield row(
        *("negative sampling, window of 10", SAMPLED_WINDOW, hand.hand_sampled_window, many, 1.5),
        **{"o": window, "c": c, "n": at["draws"]},
    )
    yield row("CBOW, negative sampling", CBOW_SAMPLED, hand.hand_cbow_sampled, many, 1.5, x=window, o=o, n=n)
    pairs = {k: at[f"{k}_4096"] for k in ("o", "c", "n")}
    yield row("negative sampling, batch 4096", SAMPLED, hand.hand_sampled_batch, few, 1.1, **pairs)
    if W <= 50_000:
        pairs = {k: at[f"{k}_256"] for k in ("o", "c")}
        yield row("softmax, batch 256", SOFTMAX, hand.hand_softmax_batch, 5, 1.1, **pairs)


def loops(W: int) -> Iterator[Row]:
    """A student's loop over a window."""
    (U, V), at = random(W)
    module = load(SOFTMAX_WINDOW)
    given = {"U": U, "V": V, "o": at["window"], "c": at["c"]}
    target = 30.0 if W < 50_000 else 60.0
    yield Row(
        "softmax, window of 10: a loop over its words",
        *(W, lambda: module.J_value_and_grad(**given), lambda: hand.student_softmax_window(**given), 5, target),
    )


def shares(W: int, dtype: Any) -> Iterator[tuple[str, float, float, str]]:
    """What is done, what the machine does at most, in one unit, and the share that is aimed at."""
    (U, V), at = random(W, dtype)
    module, sampled = load(SOFTMAX), load(SAMPLED)
    if U.nbytes > 1 << 24:
        long = np.ones((1 << 29) // U.itemsize, dtype)  # more than caches hold
        pair = {"o": at["o"], "c": at["c"]}
        one, reading = medians(
            Row("", W, lambda: module.J_value_and_grad(U=U, V=V, **pair), lambda: long.dot(long), 40)
        )
        rate = 2 * U.nbytes / one / (long.nbytes / reading)
        yield "softmax, one pair: bytes of U, read twice, of the memory's", rate, 0.30, "share"
        del long
    if W <= 50_000:
        pairs = {k: at[f"{k}_256"] for k in ("o", "c")}
        square = np.ones((2048, 2048), dtype)
        batch, product = medians(
            Row("", W, lambda: module.J_batch_value_and_grad(U=U, V=V, **pairs), lambda: square @ square, 5)
        )
        rate = 3 * 2 * W * D * 256 / batch / (2 * 2048**3 / product)
        yield "softmax, batch 256: multiplications, of a matrix product's", rate, 0.55, "share"
    many = {k: at[f"{k}_4096"] for k in ("o", "c", "n")}
    batch, _ = medians(Row("", W, lambda: sampled.J_batch_value_and_grad(U=U, V=V, **many), lambda: None, 25))
    yield "negative sampling, batch 4096: pairs a second", 4096 / batch, 4e5, "number"


def table(rows: Iterator[Row], heading: str, turned: bool) -> None:
    """``turned``: how many times as long the other takes, which should be much."""
    header = False
    for row in rows:
        if not header:
            print(f"\n{heading}\n\n| work | W | exported | other | ratio | target |\n|---|---|---|---|---|---|")
            header = True
        exported, other = medians(row)
        ratio = f"{other / exported:,.1f} ×" if turned else f"{exported / other:.2f}"
        target = "–" if row.target is None else f"≥ {row.target:,g} ×" if turned else f"≤ {row.target:.2f}"
        print(f"| {row.name} | {row.words:,} | {shown(exported)} | {shown(other)} | {ratio} | {target} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--words", type=int, nargs="+", default=[2_000, 50_000, 400_000])
    options = parser.parse_args()
    words, dtype = options.words, options.dtype
    table(
        (r for w in words for r in by_hand(w, dtype, options.quick)), "Beside NumPy by hand, exported / other:", False
    )
    print("\nOf what the machine does at most:\n\n| work | W | measured | target |\n|---|---|---|---|")
    for w in words:
        for name, measured, target, form in shares(w, dtype):
            got, want = (f"{x:.0%}" if form == "share" else f"{x:,.0f}" for x in (measured, target))
            print(f"| {name} | {w:,} | {got} | ≥ {want} |", flush=True)
    if dtype == "float64":
        table((r for w in words if w <= 50_000 for r in loops(w)), "Beside a loop, other / exported:", True)
        if 50_000 in words:
            table(jax_rows(50_000), "Beside JAX, jitted, other / exported:", True)
            table(torch_rows(50_000), "Beside PyTorch, other / exported:", True)
            table(jax_target_rows(50_000), "The target jax beside JAX's own gradients, exported / other:", False)
            table(torch_target_rows(50_000), "The target torch beside PyTorch's own, exported / other:", False)


if __name__ == "__main__":
    main()
