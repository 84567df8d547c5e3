"""The table of elementary functions: a function is described by one row.

To add a function, add a row. ``meaning`` is the definition, the only thing that the evaluators use;
``derivative`` and ``expansion`` are rules, which one test compares with the meaning for all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from symgrad.core.nodes import (
    ONE,
    Cond,
    Const,
    Entry,
    Expr,
    Func,
    Iverson,
    Tensor,
    add,
    distinct,
    mul,
    neg,
    num,
    power,
    sub,
)

FunctionDomain = Literal["real", "positive", "nonnegative", "unit", "interval"]
"""Where a function is defined; ``unit`` is 0 < x < 1, ``interval`` is -1 < x < 1."""


@dataclass(frozen=True, slots=True)
class Row:
    """One elementary function of one real variable, applied elementwise.

    latex: the spellings that are read, without arguments; the first is printed;
    meaning: the definition ``f(m, x)``, where ``m`` has exp, log, sqrt, sin, cos, atan, erf, lgamma,
        polygamma (of an order), where and positive;
        it is called with NumPy arrays, dual numbers, multiprecision numbers and arrays of exported code;
    derivative: f'(x);
    expansion: f(x) through exp, log, powers and indicators [x > 0], or None;
    stable: f(x) as exported code computes it where the library has no such function, without loss of digits;
        without it that is the expansion, or the meaning (see ``computed``);
    domain: where it is defined; positive: whether its values are > 0; kink: whether it is not smooth at 0;
    word: whether a command ``\\tanh`` is also read without its backslash (``\\operatorname{erf}`` always is);
    powered: whether its square is printed as ``\\tanh^2(x)``.
    """

    name: str
    latex: tuple[str, ...]
    meaning: Callable[[Any, Any], Any]
    derivative: Callable[[Expr], Expr]
    expansion: Callable[[Expr], Expr] | None = None
    stable: Callable[[Expr], Expr] | None = None
    domain: FunctionDomain = "real"
    positive: bool = False
    kink: bool = False
    word: bool = True
    powered: bool = False

    @property
    def computed(self) -> Callable[[Expr], Expr] | None:
        """The formula by which exported code computes it; None: by ``meaning``, each branch of a kink by itself."""
        return self.stable or (None if self.kink else self.expansion)

    @property
    def spellings(self) -> Iterator[str]:
        """All that is read as this function: ``\\tanh`` and ``tanh``, ``\\operatorname{erf}`` and ``erf``."""
        for latex in self.latex:
            yield latex
            if latex.startswith("\\operatorname"):
                yield latex.removeprefix("\\operatorname{").removesuffix("}")
            elif self.word and len(latex) > 3:
                yield latex.removeprefix("\\")


def _f(name: str) -> Callable[[Expr], Expr]:
    return lambda x: Func(name, x)


def step(x: Expr) -> Expr:
    """[x > 0]"""
    return Iverson(Cond("pos", x))


def density(x: Expr) -> Expr:
    """exp(-x^2 / 2) / sqrt(2 pi), the density of the normal distribution"""
    return mul(power(mul(num(2), Const("\\pi")), _MINUS_HALF), exp(mul(_MINUS_HALF, power(x, 2))))


def _tanh(m: Any, x: Any) -> Any:
    """(1 - t) / (1 + t) with t = exp(-2 |x|), which does not overflow, and the sign of x"""
    t = m.exp(m.where(m.positive(x), -2 * x, 2 * x))
    size = (1 - t) / (1 + t)
    return m.where(m.positive(x), size, -size)


POLYGAMMA = ("digamma", "trigamma", "tetragamma", "pentagamma")
"""The derivatives of log Gamma by their order, from the first."""


def _polygamma(order: int) -> Callable[[Any, Any], Any]:
    return lambda m, x: m.polygamma(order, x)


def _choose(x: Expr, above: Expr, below: Expr) -> Expr:
    """above where x > 0, else below"""
    return add(mul(step(x), above), mul(sub(ONE, step(x)), below))


_HALF, _MINUS_HALF = num(Fraction(1, 2)), num(Fraction(-1, 2))
exp, log, sigma, tanh = _f("exp"), _f("log"), _f("sigma"), _f("tanh")
softplus, normal = _f("softplus"), _f("Phi")


ROWS: tuple[Row, ...] = (
    Row("exp", ("\\exp",), lambda m, x: m.exp(x), exp, positive=True),
    Row("log", ("\\log", "\\ln"), lambda m, x: m.log(x), lambda x: power(x, -1), domain="positive"),
    Row(
        "sqrt",
        ("\\sqrt",),
        lambda m, x: m.sqrt(x),
        lambda x: mul(_HALF, power(x, _MINUS_HALF)),
        expansion=lambda x: power(x, _HALF),
        domain="nonnegative",
        word=False,
    ),
    Row(
        "sigma",
        (
            "\\sigma",
            "\\operatorname{sigmoid}",
            "\\operatorname{Sigmoid}",
            "\\operatorname{sigm}",
            "\\operatorname{logistic}",
            "\\operatorname{expit}",
        ),
        lambda m, x: 1 / (1 + m.exp(-x)),
        lambda x: mul(sigma(x), sub(ONE, sigma(x))),
        expansion=lambda x: power(add(ONE, exp(neg(x))), -1),
        positive=True,
        word=False,
        powered=True,
    ),
    Row(
        "tanh",
        ("\\tanh",),
        _tanh,
        lambda x: sub(ONE, power(tanh(x), 2)),
        expansion=lambda x: sub(mul(num(2), power(add(ONE, exp(mul(num(-2), x))), -1)), ONE),
        powered=True,
    ),
    Row(
        "sinh",
        ("\\sinh",),
        lambda m, x: (m.exp(x) - m.exp(-x)) / 2,
        _f("cosh"),
        expansion=lambda x: mul(_HALF, sub(exp(x), exp(neg(x)))),
        powered=True,
    ),
    Row(
        "cosh",
        ("\\cosh",),
        lambda m, x: (m.exp(x) + m.exp(-x)) / 2,
        _f("sinh"),
        expansion=lambda x: mul(_HALF, add(exp(x), exp(neg(x)))),
        positive=True,
        powered=True,
    ),
    Row(
        "softplus",
        ("\\operatorname{softplus}", "\\operatorname{Softplus}"),
        lambda m, x: m.log(1 + m.exp(x)),
        sigma,
        expansion=lambda x: log(add(ONE, exp(x))),
        positive=True,
    ),
    Row(
        "relu",
        ("\\operatorname{ReLU}", "\\operatorname{relu}"),
        lambda m, x: m.where(m.positive(x), x, 0 * x),
        step,
        expansion=lambda x: mul(x, step(x)),
        kink=True,
    ),
    Row(
        "abs",
        ("\\operatorname{abs}",),
        lambda m, x: m.where(m.positive(x), x, -x),
        _f("sign"),
        expansion=lambda x: mul(x, sub(mul(num(2), step(x)), ONE)),
        kink=True,
    ),
    Row(
        "sign",
        ("\\operatorname{sign}", "\\operatorname{sgn}"),
        lambda m, x: m.where(m.positive(x), 1 + 0 * x, -1 + 0 * x),
        lambda x: num(0),
        expansion=lambda x: sub(mul(num(2), step(x)), ONE),
        kink=True,
    ),
    Row("sin", ("\\sin",), lambda m, x: m.sin(x), _f("cos"), powered=True),
    Row("cos", ("\\cos",), lambda m, x: m.cos(x), lambda x: neg(Func("sin", x)), powered=True),
    Row(
        "arctan",
        ("\\arctan",),
        lambda m, x: m.atan(x),
        lambda x: power(add(ONE, power(x, 2)), -1),
    ),
    Row(
        "erf",
        ("\\operatorname{erf}",),
        lambda m, x: m.erf(x),
        lambda x: mul(num(2), power(Const("\\pi"), _MINUS_HALF), exp(neg(power(x, 2)))),
    ),
    Row(
        "Phi",
        ("\\Phi",),
        lambda m, x: (1 + m.erf(x / m.sqrt(2 + 0 * x))) / 2,
        density,
        expansion=lambda x: mul(_HALF, add(ONE, Func("erf", mul(x, power(num(2), _MINUS_HALF))))),
        word=False,
    ),
    Row(
        "erfc",
        ("\\operatorname{erfc}",),
        lambda m, x: 1 - m.erf(x),
        lambda x: mul(num(-2), power(Const("\\pi"), _MINUS_HALF), exp(neg(power(x, 2)))),
        expansion=lambda x: sub(ONE, Func("erf", x)),
        positive=True,
    ),
    Row(
        "tan",
        ("\\tan",),
        lambda m, x: m.sin(x) / m.cos(x),
        lambda x: add(ONE, power(Func("tan", x), 2)),
        expansion=lambda x: mul(Func("sin", x), power(Func("cos", x), -1)),
        powered=True,
    ),
    Row(
        "arcsin",
        ("\\arcsin",),
        lambda m, x: m.atan(x / m.sqrt(1 - x * x)),
        lambda x: power(sub(ONE, power(x, 2)), _MINUS_HALF),
        domain="interval",
    ),
    Row(
        "arccos",
        ("\\arccos",),
        lambda m, x: 2 * m.atan(m.sqrt((1 - x) / (1 + x))),
        lambda x: neg(power(sub(ONE, power(x, 2)), _MINUS_HALF)),
        domain="interval",
        positive=True,
    ),
    Row(
        "arcsinh",
        ("\\operatorname{arcsinh}", "\\operatorname{arsinh}", "\\operatorname{asinh}"),
        lambda m, x: m.log(x + m.sqrt(x * x + 1)),
        lambda x: power(add(power(x, 2), ONE), _MINUS_HALF),
        expansion=lambda x: log(add(x, power(add(power(x, 2), ONE), _HALF))),
    ),
    Row(
        "arctanh",
        ("\\operatorname{arctanh}", "\\operatorname{artanh}", "\\operatorname{atanh}"),
        lambda m, x: m.log((1 + x) / (1 - x)) / 2,
        lambda x: power(sub(ONE, power(x, 2)), -1),
        expansion=lambda x: mul(_HALF, sub(log(add(ONE, x)), log(sub(ONE, x)))),
        domain="interval",
    ),
    Row(
        "logit",
        ("\\operatorname{logit}",),
        lambda m, x: m.log(x / (1 - x)),
        lambda x: mul(power(x, -1), power(sub(ONE, x), -1)),
        expansion=lambda x: sub(log(x), log(sub(ONE, x))),
        domain="unit",
    ),
    Row(
        "logsigmoid",
        ("\\operatorname{logsigmoid}", "\\operatorname{LogSigmoid}"),
        lambda m, x: -m.log(1 + m.exp(-x)),
        lambda x: sigma(neg(x)),
        expansion=lambda x: neg(log(add(ONE, exp(neg(x))))),
    ),
    Row(
        "silu",
        ("\\operatorname{SiLU}", "\\operatorname{silu}", "\\operatorname{swish}", "\\operatorname{Swish}"),
        lambda m, x: x / (1 + m.exp(-x)),
        lambda x: add(sigma(x), mul(x, sigma(x), sub(ONE, sigma(x)))),
        expansion=lambda x: mul(x, power(add(ONE, exp(neg(x))), -1)),
    ),
    Row(
        "gelu",
        ("\\operatorname{GELU}", "\\operatorname{gelu}"),
        lambda m, x: x * (1 + m.erf(x / m.sqrt(2 + 0 * x))) / 2,
        lambda x: add(normal(x), mul(x, density(x))),
        expansion=lambda x: mul(_HALF, x, add(ONE, Func("erf", mul(x, power(num(2), _MINUS_HALF))))),
        stable=lambda x: mul(x, normal(x)),
    ),
    Row(
        "mish",
        ("\\operatorname{mish}", "\\operatorname{Mish}"),
        lambda m, x: x * (1 - 2 / (1 + (1 + m.exp(x)) ** 2)),
        lambda x: add(tanh(softplus(x)), mul(x, sigma(x), sub(ONE, power(tanh(softplus(x)), 2)))),
        expansion=lambda x: mul(x, sub(ONE, mul(num(2), power(add(ONE, power(add(ONE, exp(x)), 2)), -1)))),
        stable=lambda x: mul(x, tanh(softplus(x))),
    ),
    Row(
        "elu",
        ("\\operatorname{ELU}", "\\operatorname{elu}"),
        lambda m, x: m.where(m.positive(x), x, m.exp(m.where(m.positive(x), 0 * x, x)) - 1),
        lambda x: _choose(x, ONE, exp(x)),
        expansion=lambda x: _choose(x, x, sub(exp(x), ONE)),
        kink=True,
    ),
    Row(
        "softsign",
        ("\\operatorname{softsign}", "\\operatorname{Softsign}"),
        lambda m, x: m.where(m.positive(x), x / (1 + x), x / (1 - x)),
        lambda x: power(add(ONE, Func("abs", x)), -2),
        expansion=lambda x: mul(x, power(add(ONE, mul(x, sub(mul(num(2), step(x)), ONE))), -1)),
        stable=lambda x: mul(x, power(add(ONE, Func("abs", x)), -1)),
        kink=True,
    ),
    Row(
        "step",
        ("\\operatorname{step}", "\\operatorname{heaviside}"),
        lambda m, x: m.where(m.positive(x), 1 + 0 * x, 0 * x),
        lambda x: num(0),
        expansion=step,
        stable=step,
        kink=True,
    ),
    Row(
        "expm1",
        ("\\operatorname{expm1}",),
        lambda m, x: m.exp(x) - 1,
        exp,
        expansion=lambda x: sub(exp(x), ONE),
    ),
    Row(
        "log1p",
        ("\\operatorname{log1p}",),
        lambda m, x: m.log(1 + x),
        lambda x: power(add(ONE, x), -1),
        expansion=lambda x: log(add(ONE, x)),
        domain="nonnegative",
    ),
    Row(
        "Gamma",
        ("\\Gamma", "\\operatorname{Gamma}"),
        lambda m, x: m.exp(m.lgamma(x)),
        lambda x: mul(Func("Gamma", x), Func("digamma", x)),
        expansion=lambda x: exp(Func("lgamma", x)),
        domain="positive",
        positive=True,
        word=False,
    ),
    Row(
        "lgamma",
        ("\\operatorname{lgamma}", "\\operatorname{gammaln}", "\\operatorname{loggamma}"),
        lambda m, x: m.lgamma(x),
        _f("digamma"),
        domain="positive",
    ),
    Row(
        "digamma",
        ("\\operatorname{digamma}", "\\psi"),
        _polygamma(0),
        _f("trigamma"),
        domain="positive",
        word=False,
    ),
    Row("trigamma", ("\\operatorname{trigamma}",), _polygamma(1), _f("tetragamma"), domain="positive", positive=True),
    Row("tetragamma", ("\\operatorname{tetragamma}",), _polygamma(2), _f("pentagamma"), domain="positive"),
    Row(
        "pentagamma",
        ("\\operatorname{pentagamma}",),
        _polygamma(3),
        _f("pentagamma'"),
        domain="positive",
        positive=True,
    ),
)

TABLE: dict[str, Row] = {row.name: row for row in ROWS}
"""The rows by name."""
BY_SPELLING: dict[str, Row] = {spelling: row for row in ROWS for spelling in row.spellings}
"""The rows by all that is read as them."""


@contextmanager
def added(row: Row) -> Iterator[None]:
    """The table with one more row, inside a ``with`` block: to try a function before its row is written down."""
    TABLE[row.name] = row
    BY_SPELLING.update(dict.fromkeys(row.spellings, row))
    try:
        yield
    finally:
        del TABLE[row.name]
        for spelling in row.spellings:
            del BY_SPELLING[spelling]


@lru_cache
def exponential(row: Row) -> bool:
    """Whether a function is built on exp or erf, so that it overflows or is constant to rounding far from 0."""
    if row.name in ("exp", "erf"):
        return True
    x = Entry(Tensor("x"), ())
    formula = row.expansion(x) if row.expansion is not None else row.derivative(x)
    return any(isinstance(node, Func) and node.name in ("exp", "erf") for node in distinct(formula))
