"""The value of every parameter of a hand-coded function: names matched by spelling, or as ``--map`` says.

``name=argument`` ties a name of the document to an argument of the function; ``V=V.T`` says that the
argument holds the transpose, ``v_c=x.row`` that it holds a row; ``lam=0.1`` gives a constant.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.exact import GradientTerm, array
from symgrad.comparing.problem import Name, Problem, dependencies
from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexArray, Subset
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator
from symgrad.text.diagnostic import SymgradError

Layout = Literal["", "T", "row", "column"]
LAYOUTS: tuple[Layout, ...] = ("T", "row", "column")
RATES = ("lr", "eta", "alpha", "rate", "learning_rate", "step", "step_size", "stepsize", "learningRate")
"""Usual names of a learning rate, in code that takes its step in place."""


def as_it_is(x: Any) -> Any:
    return x


@dataclass(frozen=True, slots=True)
class Given:
    """What one parameter receives: a name of the document in a layout, or a constant."""

    parameter: str
    name: Name | None = None
    constant: object = None
    layout: Layout = ""

    def laid(self, a: NDArray[Any]) -> NDArray[Any]:
        """An array of the document in the layout that the function takes."""
        if self.layout == "T":
            return a.T
        if self.layout == "row":
            return a.reshape(1, -1)
        return a.reshape(-1, 1) if self.layout == "column" else a

    def unlaid(self, a: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """The inverse of ``laid``."""
        return a.T if self.layout == "T" else a.reshape(shape)


@dataclass(slots=True)
class Arguments:
    """How a function is called."""

    given: list[Given] = field(default_factory=list)
    positional: list[str] = field(default_factory=list)
    """Parameters that can't be passed by name, in order."""
    rate: tuple[float, str] = (1.0, "")
    """The learning rate of code that takes its step in place, and the parameter that holds it."""
    convert: Callable[[Any], Any] = as_it_is
    """Converts arrays to the type that the function takes."""
    sizes: dict[str, int] = field(default_factory=dict)
    scalars: dict[n.Tensor, float] = field(default_factory=dict)

    def of(self, parameter: str) -> Given | None:
        return next((g for g in self.given if g.parameter == parameter), None)

    def call(self, function: Callable[..., Any], values: Mapping[str, Any]) -> tuple[Any, dict[str, NDArray[Any]]]:
        """The result of the function at the given values, and the arrays that it changed in place, after the call.

        The function gets copies, as tensors if it takes nothing else.
        """
        fresh = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in values.items()}
        passed = {k: self.convert(v) for k, v in fresh.items()}
        first = [passed[p] for p in self.positional if p in passed]
        result = function(*first, **{k: v for k, v in passed.items() if k not in self.positional})
        changed = {
            k: v
            for k, v in fresh.items()
            if isinstance(v, np.ndarray) and not np.array_equal(v, values[k], equal_nan=v.dtype.kind in "fc")
        }
        return result, changed

    def values(self, env: Environment, sample: int) -> dict[str, Any]:
        """The value of every parameter at one sample of an environment; positions count from 0."""
        ev = Evaluator(env)
        with np.errstate(all="ignore"):
            return {g.parameter: _value(g, ev, sample) for g in self.given}


def _value(given: Given, ev: Evaluator, b: int) -> Any:
    name = given.name
    if name is None:
        return given.constant
    what, env = name.what, ev.env
    if isinstance(what, str):
        return env.size(what)
    if isinstance(what, Index):
        position = env.position(what)
        assert position is not None  # the letter is fixed
        return int(position[b]) - env.number(env.range_of(what).lo)
    if isinstance(what, IndexArray):
        return (env.index_array(what)[b] - env.number(what.target.lo)).astype(np.int64)
    if isinstance(what, Subset):
        return np.flatnonzero(env.subset(what)[b]).astype(np.int64)
    assert isinstance(what, n.Expr)  # the only kind left
    value = np.array(array(ev, GradientTerm(what, name.axes))[b], dtype=np.float64)
    return given.laid(value).copy() if name.axes else float(value)


class NoName(SymgradError):
    """Raised where the document has no name for an argument."""


# --- matching ---------------------------------------------------------------------------------------------


def bind(function: Callable[..., Any], problem: Problem, maps: Sequence[str] = ()) -> Arguments:
    """Bind every parameter of a function. Raises ``SymgradError`` for what is missing or unknown."""
    taken = parameters(function)
    out = Arguments(positional=[p.name for p in taken if p.kind is p.POSITIONAL_ONLY])
    mapped: dict[str, Given] = {}
    names = [p.name for p in taken]
    for text in maps:
        _map(text, names, problem, mapped, out)
    missing = []
    for p in taken:
        if p.name in mapped:
            out.given.append(mapped[p.name])
            continue
        name = problem.named(p.name)
        if name is not None:
            out.given.append(Given(p.name, name))
        elif p.default is p.empty:
            missing.append(p.name)
    if missing:
        raise NoName(_missing(missing, problem, out))
    _all_used(problem, out)
    out.rate = _rate(taken, out)
    for g in out.given:
        if g.name is not None:
            problem.include(g.name)
    return out


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The named parameters of a function. Raises ``SymgradError`` if it has no signature."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as e:
        raise SymgradError("the function does not say what arguments it takes: wrap it in one that does") from e
    return [p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _map(text: str, parameters: Sequence[str], problem: Problem, mapped: dict[str, Given], out: Arguments) -> None:
    """Apply one ``--map``, which may be written in either direction."""
    left, sign, right = (part.strip() for part in text.partition("="))
    if not sign or not left or not right:
        raise SymgradError(f"--map {text} is no name=argument")
    argument, layout = _suffix(right)
    name = problem.lookup(left)
    if name is not None and argument in parameters:
        mapped[argument] = Given(argument, name, layout=layout)
        return
    constant, is_constant = _constant(right)
    if left in parameters:
        if is_constant:
            mapped[left] = Given(left, constant=constant)
            if name is not None:
                _fix(name, constant, out, text)
            return
        expression, layout = _suffix(right)
        name = problem.lookup(right) or problem.lookup(expression)
        if name is not None:
            mapped[left] = Given(left, name, layout=layout if problem.lookup(right) is None else "")
            return
        raise SymgradError(f"--map {text}: {right} is neither an argument, nor a name of the document, nor a constant")
    if name is not None and is_constant:
        _fix(name, constant, out, text)
        return
    if name is None:
        raise SymgradError(f"--map {text}: {left} is neither a name of the document nor an argument of the function")
    raise SymgradError(f"--map {text}: the function has no argument {argument}; it has {', '.join(parameters)}")


def _rate(taken: Sequence[inspect.Parameter], out: Arguments) -> tuple[float, str]:
    """The learning rate, found by its name: the constant it is given, or its default."""
    for p in taken:
        given = out.of(p.name)
        value = given.constant if given is not None and given.name is None else p.default
        if p.name in RATES and (given is None or given.name is None) and isinstance(value, (int, float)) and value:
            return float(value), p.name
    return 1.0, ""


def _suffix(text: str) -> tuple[str, Layout]:
    for layout in LAYOUTS:
        if text.endswith(f".{layout}"):
            return text.removesuffix(f".{layout}"), layout
    return text, ""


def _constant(text: str) -> tuple[object, bool]:
    try:
        return ast.literal_eval(text), True
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None, False


def _fix(name: Name, constant: object, out: Arguments, text: str) -> None:
    """Use a constant instead of a drawn value, in the derivation too."""
    entry = name.what
    if isinstance(entry, str):
        if not isinstance(constant, int) or isinstance(constant, bool) or constant < 1:
            raise SymgradError(f"--map {text}: {name.latex} is a size, a whole number from 1")
        out.sizes[entry] = constant
    elif isinstance(entry, n.Entry) and not entry.tensor.ranges and isinstance(constant, (int, float)):
        out.scalars[entry.tensor] = float(constant)
    else:
        raise SymgradError(
            f"--map {text}: {name.latex} is neither a size nor a scalar of the document, and no constant stands for it"
        )


def _missing(missing: Sequence[str], problem: Problem, out: Arguments) -> str:
    taken = {g.name.spelled for g in out.given if g.name is not None}
    left = [a for a in problem.arguments if a not in taken]
    one = len(missing) == 1
    return (
        f"the document has no name for {'the argument' if one else 'the arguments'} {', '.join(missing)}: "
        f"say what {'it is' if one else 'they are'} with --map name={missing[0]}"
        + (f", where name is one of {', '.join(left)} or an expression of the document" if left else "")
        + f"; a constant, such as a learning rate or a flag, is given as --map {missing[0]}=0.1"
    )


def _all_used(problem: Problem, out: Arguments) -> None:
    """Raise ``SymgradError`` if the function is not given something that the cost depends on."""
    known: set[object] = set(out.scalars)
    for g in out.given:
        if g.name is not None:
            known |= {g.name.what} if not isinstance(g.name.what, n.Expr) else set(dependencies(g.name.what))
    for name in problem.arguments.values():
        what = name.what.tensor if isinstance(name.what, n.Entry) else name.what
        if name.kind != "size" and what not in known:
            raise SymgradError(
                f"{problem.cost.name} depends on {name.latex}, and no argument of the function is given it: "
                f"use --map {name.spelled}=argument"
            )
