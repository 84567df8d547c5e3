"""Which wrong gradients the usual checks let through, at weights of 0.01: the table of the documentation.

    python -m tests.benchmarks.gradient_checks        # scipy, torch, jax where they are installed

Every check sees the hand-coded cost and gradient at one and the same random point, in double precision and with its
own default tolerances.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.arguments import bind
from symgrad.comparing.comparer import compare
from symgrad.comparing.finite_differences import second_opinion
from symgrad.comparing.points import Fixed, draw_points
from symgrad.comparing.running import Runner
from symgrad.comparing.targets import targets_of
from tests.handcoded.hand import Hand
from tests.handcoded.test_handcoded import RIGHT, WRONG, problem

Array = NDArray[np.float64]
MAGNITUDE = 0.01


@dataclass(frozen=True)
class Case:
    """A cost and its hand-coded gradient as functions of one flat vector, at a point."""

    cost: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    x: Array


def case_of(hand: Hand) -> Case:
    """The gradients that are wrong (of a right function: all of them), at the first point of small weights."""
    p = problem(hand)
    arguments = bind(hand.function, p, hand.maps)
    targets = targets_of(p, arguments, None)
    groups = draw_points(p, [t.term for t in targets], 0, Fixed())
    group = next(g for g in groups if g.magnitude == MAGNITUDE and g.samples)
    values = arguments.values(group.env, group.samples[0])
    runner = Runner(hand.function, arguments, targets)
    names = [name for name in runner.called(values)[0].gradients if not hand.wrong or name in hand.wrong]
    shapes = [np.shape(values[name]) for name in names]

    def placed(x: Array) -> dict[str, Any]:
        out, at = dict(values), 0
        for name, shape in zip(names, shapes, strict=True):
            size = int(np.prod(shape))
            out[name] = x[at : at + size].reshape(shape)
            at += size
        return out

    def cost(x: Array) -> float:
        found = runner.called(placed(x))[0].cost
        assert found is not None
        return complex(found).real

    def gradient(x: Array) -> Array:
        found = runner.called(placed(x))[0]
        laid = {k: g.T if found.forms[k] == "transposed" else g for k, g in found.gradients.items()}
        return np.concatenate([np.ravel(np.real(laid[name])) for name in names])

    return Case(cost, gradient, np.concatenate([np.ravel(values[name]) for name in names]))


# --- the checks: True where they find nothing ----------------------------------------------------------------


def naive(case: Case) -> bool:
    """As a well-known course has it: central differences with a step of 1e-4, entry by entry, and a difference
    relative to max(1, |a|, |b|) of no more than 1e-5."""
    gradient = case.gradient(case.x)
    for k in range(case.x.size):
        move = np.zeros_like(case.x)
        move[k] = 1e-4
        slope = (case.cost(case.x + move) - case.cost(case.x - move)) / 2e-4
        if abs(slope - gradient[k]) / max(1.0, abs(slope), abs(gradient[k])) > 1e-5:
            return False
    return True


def scipy_check(case: Case) -> bool:
    from scipy.optimize import check_grad

    return bool(check_grad(case.cost, case.gradient, case.x) < 1e-6)


def torch_check(case: Case) -> bool:
    import torch

    class Hand(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.tensor(case.cost(x.detach().numpy()), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * torch.from_numpy(case.gradient(ctx.saved_tensors[0].detach().numpy()))

    x = torch.tensor(case.x, dtype=torch.float64, requires_grad=True)
    return bool(torch.autograd.gradcheck(Hand.apply, (x,), raise_exception=False))


def jax_check(case: Case) -> bool:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from jax.test_util import check_grads

    number = jax.ShapeDtypeStruct((), jnp.float64)
    vector = jax.ShapeDtypeStruct(case.x.shape, jnp.float64)

    @jax.custom_vjp
    def f(x: Any) -> Any:
        return jax.pure_callback(lambda x: np.float64(case.cost(np.asarray(x))), number, x)

    def backward(x: Any, g: Any) -> Any:
        return (g * jax.pure_callback(lambda x: case.gradient(np.asarray(x)), vector, x),)

    f.defvjp(lambda x: (f(x), x), backward)
    try:
        check_grads(f, (jnp.asarray(case.x),), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def opinion(case: Case) -> bool:
    return second_opinion(case.cost, [case.x], [case.gradient(case.x)]).agrees is not False


CHECKS: dict[str, Callable[[Case], bool]] = {
    "course's check": naive,
    "scipy `check_grad`": scipy_check,
    "torch `gradcheck`": torch_check,
    "JAX `check_grads`": jax_check,
    "second opinion": opinion,
}


def installed(check: Callable[[Case], bool]) -> bool:
    try:
        check(case_of(RIGHT[0]))
    except ImportError:
        return False
    return True


def main() -> None:
    warnings.simplefilter("ignore")
    checks = {name: check for name, check in CHECKS.items() if installed(check)}
    print(f"| wrong gradient | {' | '.join((*checks, '`symgrad compare`'))} |")
    print(f"|---|{'---|' * (len(checks) + 1)}")
    through = dict.fromkeys(checks, 0)
    for hand in WRONG:
        case = case_of(hand)
        passed = {name: check(case) for name, check in checks.items()}
        for name, let in passed.items():
            through[name] += let
        found = not compare(hand.function, problem(hand), maps=hand.maps).right
        cells = ["let through" if let else "found" for let in passed.values()]
        what = (hand.function.__doc__ or hand.name).strip().splitlines()[0].rstrip(".").replace("``", "`")
        print(f"| {what} | {' | '.join((*cells, 'found' if found else 'let through'))} |")
    print(f"| **let through, of {len(WRONG)}** | {' | '.join(f'**{k}**' for k in through.values())} | **0** |")
    alarms = [sum(not check(case_of(hand)) for hand in RIGHT) for check in checks.values()]
    print(f"| false alarms, of {len(RIGHT)} right ones | {' | '.join(map(str, alarms))} | 0 |")


if __name__ == "__main__":
    main()
