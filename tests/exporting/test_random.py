"""Random costs: exported values and gradients against the evaluator, whatever the rules made of them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from symgrad.exporting.costs import export_document
from symgrad.reading.document_names import DocumentNames
from symgrad.reading.document_reader import read_document
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source
from tests.cases import each
from tests.exporting.worlds import World, loaded
from tests.samples import sample

HEAD = r"""
Let $U \in \mathbb{R}^{W \times D}$, $V \in \mathbb{R}^{D \times W}$, $A \in \mathbb{R}^{D \times D}$,
$x, y \in \mathbb{R}^{D}$, $z, q \in \mathbb{R}^{W}$, $p \in \mathbb{R}_{>0}^{D}$, $\lambda \in \mathbb{R}$,
$r \in \mathbb{R}^{T}$, with $o, c \in [W]$, $n \in [W]^{K}$, $g \in [W]^{K \times D}$, $t \in [T]^{K}$,
$\mathcal{N} \subseteq [W]$.
Moreover $B \in \mathbb{R}^{D \times D \times D}$, a text $f \in [W]^{P}$ and $b \in [P]$.

$$ Q_{ij} = \frac{\exp(A_{ij})}{\sum_l \exp(A_{il})}, \qquad
e_w = \begin{cases} z_w & z_w > 0 \\ \exp(z_w) - 1 & \text{otherwise} \end{cases} $$
$$ l_j = \sum_{-m \le d \le m, d \neq 0} U_{f_{b+d} j} $$
$$ s_w = \sum_i U_{wi} V_{ic}, \qquad h_i = \sum_{k=1}^{K} U_{n_k i}, \qquad a_i = \tanh(\sum_j A_{ij} x_j) $$
$$ \hat y_w = \frac{\exp(s_w)}{\sum_v \exp(s_v)} $$
"""
SCALARS = r"""
\lambda | 2 | \frac{1}{3} | \sum_i x_i y_i | x_1 | s_o | \hat y_o | \hat y_{n_1} | z_c | \frac{1}{D} | \delta_{oc} | K
\sum_{i \neq j} A_{ij} x_i x_j | \sum_{k \in \mathcal{N}} z_k | \sum_i A_{ii} | \sum_{j=1}^{T-1} r_{j+1} r_j
\sum_{k=1}^{K} r_{t_k} | \sum_{k=1}^{K} U_{n_k 1} | \prod_i p_i | \prod_i (1 + x_i) | \sum_{i<j} A_{ij}
\sum_{k=1}^{K} \sum_i U_{g_{ki} i} x_i | \sum_{j=2}^{T} (r_j - r_{j-1})^2 | \sum_w \hat y_w z_w
\sum_{k=1}^{K} \sum_{i=1}^{D} A_{i1} U_{n_k i} | \sum_{-m \le d \le m, d \neq 0} s_{f_{b+d}} | e_o | m | z_{f_b}
\sum_{-m \le d \le m} \log \hat y_{f_{b+d}} | \sum_{ij} Q_{ij} A_{ij} | \sum_{ij} x_i Q_{ij} y_j | x^\top A y
\lVert U \rVert_F^2
\sum_i \log Q_{ii} | \operatorname{tr}(A A) | \log \sum_{k=1}^{K} \hat y_{n_k} | \sum_{ijk} B_{ijk} x_i y_j x_k
"""
OVER_I = r"""
x_i | y_i | h_i | a_i | p_i | V_{ic} | U_{oi} | A_{i1} | A_{ii} | \sum_j A_{ij} y_j | \sum_j A_{ji} x_j | \delta_{i1}
\sum_{k=1}^{K} U_{n_k i} | \sum_w U_{wi} \hat y_w | \sum_{k=1}^{K} U_{g_{ki} i}
\sum_{jl} B_{ijl} x_j y_l | l_i | \sum_j Q_{ij} x_j | Q_{ii} | \log Q_{i1} | \log p_i | B_{iii} | \sum_j B_{jij}
(A x)_i
"""
OVER_W = r"""
z_w | q_w | s_w | \hat y_w | \sum_i U_{wi} x_i | \sum_i V_{iw} y_i | \delta_{wo} | U_{w1} | \sum_i U_{wi} h_i
\sum_{k=1}^{K} \delta_{w n_k} | \mathbb{1}[w \neq c] | e_w | \sum_i U_{wi} l_i
"""
OVER_K = r"""
z_{n_k} | s_{n_k} | \hat y_{n_k} | \sum_i U_{n_k i} V_{ic} | \sum_i U_{n_k i} h_i | r_{t_k} | \sum_i U_{n_k i} x_i
"""
FUNCTIONS = r"""
\log \sigma(%s) | \sigma(%s) | \tanh(%s) | \exp(%s) | (%s)^2 | \log(1 + \exp(%s)) | \sin(%s)
\log(1 - \sigma(\tanh(%s)))
\operatorname{ReLU}(%s) | \frac{1}{1 + (%s)^2} | \sqrt{1 + (%s)^2} | -(%s) | %s | %s
"""


def pieces(text: str) -> list[str]:
    return [p.strip() for line in text.strip().splitlines() for p in line.split(" | ")]


REDUCTIONS = [r"\log \sum_{%s} \exp(%s)", r"\sum_{%s} %s", r"\sum_{%s} %s", r"\sum_{%s} (%s)^2"]


def indexed(rng: random.Random, over: list[str]) -> str:
    """A term in one free letter."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(pieces(FUNCTIONS)) % indexed(rng, over) if rng.random() < 0.7 else rng.choice(over)
    if kind == 1:
        return f"{rng.choice(over)} ({rng.choice(over)})"
    if kind == 2:
        return f"({rng.choice(over)} {rng.choice('+-')} {rng.choice([*over, *pieces(SCALARS)])})"
    return rng.choice(over)


def reduced(rng: random.Random) -> str:
    letter, over = rng.choice([("i", pieces(OVER_I)), ("w", pieces(OVER_W)), (r"k=1}^{K", pieces(OVER_K))])
    if letter == "i" and rng.random() < 0.2:
        letter = r"i \neq 1"
    form = rng.choice(REDUCTIONS)
    body = indexed(rng, over)
    return form % (letter, f"[ {body} ]")


def cost(rng: random.Random) -> str:
    parts = []
    for _ in range(rng.randint(1, 3)):
        part = reduced(rng) if rng.random() < 0.8 else rng.choice(pieces(SCALARS))
        if rng.random() < 0.3:
            part = rng.choice(pieces(FUNCTIONS)) % part
        if rng.random() < 0.3:
            part = f"{rng.choice(pieces(SCALARS))} ({part})"
        parts.append(part)
    return f" {rng.choice('+-')} ".join(parts)


def close(got: Any, want: Any) -> bool:
    got, want = np.asarray(got), np.asarray(want)
    good = np.isfinite(want)
    scale = max(1.0, np.max(np.abs(want[good]), initial=0.0))
    return bool(np.all(np.abs(got - want)[good] < 1e-9 * scale))


def check(seed: int) -> str:
    """What is wrong with one random cost; '' for nothing, '-' for one that can't be read."""
    rng = random.Random(seed)
    text = HEAD + f"\n$$ J = {cost(rng)} $$\n"
    v = DocumentNames(read_document(Source("random.md", text)))
    q = next((q for q in v.quantities() if q.name == "J"), None)
    if q is None or not q.is_scalar:
        return "-"
    try:
        module = loaded(export_document(v.document, of=["J"]).text)
    except SymgradError as e:
        return "-" if "no real numbers" in str(e) else f"{e}: {text}"
    world = World(v, seed)
    for t in world.tensors().values():  # large arguments make the evaluator lose digits, which has no stable forms
        world.env.tensors[t] = 0.25 * world.tensor(t)[None]
    given = world.arguments(module.J_value_and_grad, q)
    with np.errstate(all="ignore"):
        value, grads = module.J_value_and_grad(**given)
        alone = module.J(**given)
        wrong = [] if close(value, world.value(q.value.body)) and close(alone, value) else ["value"]
        for name, got in grads.items():
            want = world.gradient(q.value.body, world.tensors()[name])
            if got.shape != want.shape or not close(got, want):
                wrong.append(name)
            if not close(module.J_value_and_grad(**given, wrt=(name,))[1][name], np.asarray(got)):
                wrong.append(f"{name} alone")
        if hasattr(module, "J_batch_value_and_grad") and np.isfinite(value):
            wrong += batched(module, given, value, grads, world)
    return f"{wrong}: {text}" if wrong else ""


def batched(module: Any, given: dict[str, Any], value: Any, grads: dict[str, Any], world: World) -> list[str]:
    """Twice the same member gives twice the gradient."""
    whole = [a for a, x in given.items() if np.asarray(x).dtype.kind == "i" and (np.ndim(x) or a not in world.sizes)]
    twice = {a: np.stack([x, x]) if a in whole else x for a, x in given.items()}
    both, doubled = module.J_batch_value_and_grad(**twice)
    out = [] if close(both, 2 * value) else ["batched value"]
    return out + [f"batched {n}" for n, g in doubled.items() if not close(g, 2 * np.asarray(grads[n]))]


@pytest.mark.sampled
@each("block", range(10), shares=2)
def test_random_costs(block: int) -> None:
    count = sample(6, 10, "SYMGRAD_RANDOM")
    results = [check(seed) for seed in range(block * count, (block + 1) * count)]
    assert [r for r in results if r not in ("", "-")] == []
    assert results.count("-") < count // 2
