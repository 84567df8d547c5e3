"""A new elementary function costs one row of the table: everything else follows from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import symgrad
from symgrad.comparing.comparer import compare
from symgrad.comparing.problem import problem_of
from symgrad.core.functions import Row, added, exp, log, step, tanh
from symgrad.core.nodes import ONE, Func, add, mul, neg, num, power, sub
from symgrad.evaluating.multiprecision import Point
from symgrad.exporting.loading import load_text
from symgrad.reading.document_names import DocumentNames
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.exporting.worlds import World, installed


@dataclass(frozen=True)
class NewFunction:
    """A row, and by formulas of its own what it should give. ``slope``: its derivative in LaTeX."""

    row: Row
    slope: str
    value: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    far: float = 1000.0


NEW = [
    NewFunction(  # by its expansion
        Row(
            "logcosh",
            ("\\operatorname{logcosh}",),
            meaning=lambda m, x: m.log((m.exp(x) + m.exp(-x)) / 2),
            derivative=tanh,
            expansion=lambda x: log(mul(num(Fraction(1, 2)), add(exp(x), exp(neg(x))))),
        ),
        r"\tanh(z_i)",
        lambda x: np.logaddexp(x, -x) - np.log(2),
        np.tanh,
    ),
    NewFunction(  # by its meaning, which has no formula through exp and log
        Row(
            "gudermann",
            ("\\operatorname{gd}",),
            meaning=lambda m, x: 2 * m.atan((m.exp(x) - 1) / (m.exp(x) + 1)),
            derivative=lambda x: power(Func("cosh", x), -1),
        ),
        r"\frac{1}{\cosh(z_i)}",
        lambda x: 2 * np.arctan(np.tanh(x / 2)),
        lambda x: 1 / np.cosh(np.clip(x, -300, 300)),
        far=30.0,
    ),
    NewFunction(  # by its meaning, branch by branch
        Row(
            "hybrid",
            ("\\operatorname{hybrid}",),
            meaning=lambda m, x: m.where(m.positive(x), 3 * x / (1 + x), m.exp(x) * 3 - 3),
            derivative=lambda x: add(
                mul(step(x), num(3), power(add(ONE, x), -2)), mul(sub(ONE, step(x)), num(3), exp(x))
            ),
            kink=True,
        ),
        r"3 \operatorname{step}(z_i) (1 + z_i)^{-2} + 3 (1 - \operatorname{step}(z_i)) \exp(z_i)",
        lambda x: np.where(x > 0, 3 * x / (1 + np.abs(x)), 3 * np.expm1(np.minimum(x, 0))),
        lambda x: np.where(x > 0, 3 / (1 + np.abs(x)) ** 2, 3 * np.exp(np.minimum(x, 0))),
    ),
]
every = each("new", NEW, ids=lambda a: a.row.name)


@pytest.fixture(autouse=True)
def _rows_are_added() -> Iterator[None]:
    with ExitStack() as stack:
        for a in NEW:
            stack.enter_context(added(a.row))
        yield


def text(new: NewFunction, *more: str) -> str:
    declared = r"With $x_n \in \mathbb{R}^{D}$ for $n \in [N]$, $w \in \mathbb{R}^{D}$, $y, z \in \mathbb{R}^{N}$:"
    cost = rf"$$ J = \sum_{{n=1}}^{{N}} {new.row.latex[0]}(x_n^\top w - y_n) $$"
    return "\n\n".join((declared, cost, *more))


def numbers() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {"x": rng.normal(size=(5, 3)), "w": rng.normal(size=3), "y": rng.normal(size=5)}


def wanted(new: NewFunction, x: Any, w: Any, y: Any) -> tuple[Any, dict[str, Any]]:
    z = x @ w - y
    slope = new.derivative(z)
    return new.value(z).sum(), {"x": np.outer(slope, w), "w": x.T @ slope, "y": -slope}


@every
def test_steps_are_proved_and_refuted(new: NewFunction) -> None:
    name = new.row.latex[0]
    right = rf"$$ \frac{{\partial}}{{\partial z_i}} {name}(z_i) = {new.slope} $$"
    report = symgrad.check(symgrad.read(text=text(new, right, right.replace("= ", r"= 2 \cdot "))))
    assert [s.verdict for s in report.steps] == ["proved", "refuted"]


@every
def test_the_gradient_is_derived_and_printed(new: NewFunction) -> None:
    gradient = symgrad.gradient(symgrad.read(text=text(new)), "J", "w")
    again = symgrad.check(symgrad.read(text=text(new, rf"$$ \nabla_w J = {gradient.latex()} $$")))
    assert {s.verdict for s in again.steps} == {"proved"}


@every
def test_both_engines_evaluate_it(new: NewFunction) -> None:
    names = DocumentNames(read_document(Source("d.md", text(new))))
    (quantity,) = [q for q in names.quantities() if q.name == "J"]
    world = World(names)
    world.sizes.update({"N": 5, "D": 3})
    tensors = world.tensors()
    for name, value in numbers().items():
        world.env.tensors[tensors[name]] = value[None]
    value, _ = wanted(new, **numbers())
    assert world.value(quantity.value.body) == pytest.approx(value, rel=1e-12)
    with mpmath.workdps(60):
        point = Point(world.env, mpmath.mpf(10) ** -20, 100_000)
        assert float(point.value(quantity.value.body, {})) == pytest.approx(value, rel=1e-13)


@every
@installed
def test_the_exported_module_computes_it(new: NewFunction, target: str) -> None:
    source = symgrad.export(symgrad.read(text=text(new)), target=target)
    assert not re.search(rf"\b{new.row.name}\b\(", "\n".join(line.partition("#")[0] for line in source.splitlines()))
    array: Callable[[Any], Any] = np.asarray
    if target == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        array = jax.numpy.asarray
    elif target == "torch":
        import torch

        array = torch.from_numpy
    module = load_text(source)
    given = numbers()
    value, grads = wanted(new, **given)
    got, found = module.J_value_and_grad(**{name: array(x) for name, x in given.items()})
    assert float(got) == pytest.approx(value, rel=1e-13)
    for name, want in grads.items():
        np.testing.assert_allclose(np.asarray(found[name]), want, rtol=1e-12, atol=1e-13)


@every
@each("sign", [-1.0, 1.0])
def test_the_exported_module_is_right_far_out(new: NewFunction, sign: float) -> None:
    """Neither branch of a kink spoils the other one, and expansions take their stable forms."""
    module = symgrad.load(symgrad.read(text=text(new)))
    given = {"x": np.array([[sign * new.far]]), "w": np.ones(1), "y": np.zeros(1)}
    value, grads = wanted(new, **given)
    with np.errstate(all="raise", under="ignore"):
        got, found = module.J_value_and_grad(**given)
    assert got == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(found["w"], grads["w"], rtol=1e-12, atol=1e-12)


@every
def test_handwritten_code_is_compared_with_it(new: NewFunction) -> None:
    problem = problem_of(read_document(Source("d.md", text(new))))
    assert compare(lambda x, w, y: wanted(new, x, w, y), problem).right
    wrong = compare(lambda x, w, y: (wanted(new, x, w, y)[0], {"w": -wanted(new, x, w, y)[1]["w"]}), problem)
    assert not wrong.right
