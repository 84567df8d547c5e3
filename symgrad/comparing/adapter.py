"""Write an adapter: a module with one function that calls hand-coded code with the names of a document."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symgrad.comparing.arguments import RATES, Arguments, Given, parameters
from symgrad.comparing.calling import CodeError, invoke
from symgrad.comparing.guessing import Guessed, guess, likeliest
from symgrad.comparing.points import Fixed, draw_points
from symgrad.comparing.problem import Name, Problem
from symgrad.comparing.returned import COSTS, Wanted, interpret
from symgrad.comparing.targets import GradientTarget, targets_of
from symgrad.core.ranges import Index, IndexArray, Subset


@dataclass(frozen=True, slots=True)
class Piece:
    """A gradient in the result: the name it belongs to, and the expression that gives it the layout of that name."""

    name: str
    turned: str


def adapter(function: Callable[..., Any], called: str, problem: Problem, file: str, seed: int = 0) -> str:
    """The text of a module whose function ``adapted`` takes the document's names and returns a cost and a dict of
    gradients. called: ``module:function``; file: the name of the file that will hold the module."""
    module, _, attribute = called.rpartition(":")
    module = module.removesuffix(".py").replace("/", ".")
    found = guess(function, problem, seed) or Guessed(likeliest(function, problem), False)
    given = found.given
    names = {g.name.spelled: g.name for g in given if g.name is not None}
    root = attribute.partition(".")[0]
    lines = _body(function, _callable(function, attribute), problem, given, seed)
    uses_numpy = any("np." in line for line in lines)
    text = [
        f'"""{module}.{attribute} with the names of {problem.document.source.path}.',
        "",
        f"    symgrad compare {problem.document.source.path} {file.removesuffix('.py').replace('/', '.')}:adapted",
        '"""',
        "",
        *(["import numpy as np", ""] if uses_numpy else []),
        f"from {module} import {root}",
        "",
        "",
        f"def adapted({', '.join(names)}):",
        *_docstring(problem, names, found.certain or found.named),
        *(f"    {line}" for line in lines),
    ]
    return "\n".join(text) + "\n"


def _callable(function: Callable[..., Any], attribute: str) -> str:
    """The expression that is called. For a method of a class, an object is made first."""
    *owners, name = attribute.split(".")
    own = getattr(function, "__self__", None)
    made = owners and own is not None and not inspect.isclass(own) and type(own).__name__ == owners[-1]
    return f"{'.'.join(owners)}().{name}" if made else attribute


def _docstring(problem: Problem, names: Mapping[str, Name], certain: bool) -> Iterator[str]:
    yield f'    """{problem.cost.name.lstrip(chr(92))} and its gradients. Positions count from 0.'
    yield ""
    for spelled, name in names.items():
        yield f"    {spelled}: {_described(name)}"
    if not certain:
        yield ""
        yield "    Which argument is which is a guess by name: with it the code gives another cost than the document."
    yield '    """'


def _described(name: Name) -> str:
    what = name.what
    if isinstance(what, str):
        return "a size"
    if isinstance(what, Index):
        return f"a position in [{what.range}]"
    if isinstance(what, IndexArray):
        return f"positions in [{what.target}], of the shape ({_shape(i.size for i in what.ranges)})"
    if isinstance(what, Subset):
        return f"positions in [{what.range}], each once, in order"
    if not name.axes:
        return "a number"
    return f"an array of the shape ({_shape(i.range.size if i.range else '?' for i in name.axes)})"


def _shape(sizes: Any) -> str:
    listed = [str(s) for s in sizes]
    return ", ".join(listed) + ("," if len(listed) == 1 else "")


# --- the call and what it returns -----------------------------------------------------------------------------


def _body(
    function: Callable[..., Any], attribute: str, problem: Problem, given: Sequence[Given], seed: int
) -> list[str]:
    call = f"{attribute}({', '.join(_passed(g) for g in given)})"
    arguments = Arguments(list(given))
    targets = targets_of(problem, arguments, None)
    try:
        group = next(g for g in draw_points(problem, [t.term for t in targets], seed, Fixed()) if g.samples)
        values = arguments.values(group.env, group.samples[0])
        result, left = invoke(function, arguments, values)
        if result is None and left:
            rate = next((p.name for p in parameters(function) if p.name in RATES), "")
            return _in_place(attribute, given, targets, left, rate)
        return _returned(call, result, targets, values)
    except CodeError:
        return [f"return {call}"]


def _passed(g: Given) -> str:
    if g.name is None:
        return f"{g.parameter}={g.constant!r}"
    spelled = g.name.spelled
    turned = {
        "": spelled,
        "T": f"{spelled}.T",
        "row": f"{spelled}.reshape(1, -1)",
        "column": f"{spelled}.reshape(-1, 1)",
    }
    return f"{g.parameter}={turned[g.layout]}"


def _returned(call: str, result: Any, targets: Sequence[GradientTarget], values: Mapping[str, Any]) -> list[str]:
    """Lines that unpack the result and name its parts."""
    wanted = [Wanted(t.parameter, (t.name.spelled, t.name.latex), np.shape(values[t.parameter])) for t in targets]
    found = interpret(result, wanted)
    if any(form == "flat" for form in found.forms.values()):
        return [f"return {call}"]
    lines: list[str] = []
    items: list[tuple[str, Any]] = []
    cost = ""
    if isinstance(result, Mapping):
        lines.append(f"found = {call}")
        for key, x in result.items():
            if str(key).lower() in COSTS:
                cost = f"found[{key!r}]"
            else:
                items.append((f"found[{key!r}]", x))
    elif isinstance(result, (tuple, list)) and len(result) == 0:
        return [f"return {call}"]
    elif isinstance(result, (tuple, list)):
        lines, cost, items = _unpacked(call, list(result), found.cost is not None)
    elif found.cost is not None:
        return [f"return {call}"]
    else:
        lines.append(f"grad = {call}")
        items.append(("grad", result))
    pieces = [p for variable, x in items if (p := _piece(variable, x, targets, found.gradients)) is not None]
    said = ", ".join(f'"{p.name}": {p.turned}' for p in pieces)
    lines.append(f"return {cost}, {{{said}}}" if cost else f"return {{{said}}}")
    return lines


def _unpacked(call: str, result: list[Any], has_cost: bool) -> tuple[list[str], str, list[tuple[str, Any]]]:
    if len(result) == 2 and isinstance(result[1], Mapping):
        return [f"cost, grads = {call}"], "cost", [(f"grads[{k!r}]", x) for k, x in result[1].items()]
    if len(result) == 2 and isinstance(result[0], Mapping):
        return [f"grads, cost = {call}"], "cost", [(f"grads[{k!r}]", x) for k, x in result[0].items()]
    if has_cost and len(result) == 2 and isinstance(result[1], (tuple, list)):
        return [f"cost, grads = {call}"], "cost", [(f"grads[{k}]", x) for k, x in enumerate(result[1])]
    names = [f"grad_{k}" for k in range(1, len(result) + 1 - has_cost)]
    heads = ["cost", *names] if has_cost else names
    return (
        [f"{', '.join(heads)} = {call}"],
        "cost" if has_cost else "",
        list(zip(names, result[has_cost:], strict=True)),
    )


def _piece(variable: str, x: Any, targets: Sequence[GradientTarget], gradients: Mapping[str, Any]) -> Piece | None:
    """The gradient that a part of the result is; None if it is none."""
    for t in targets:
        known = gradients.get(t.parameter)
        a = np.asarray(x)
        if known is None or a.size != known.size:
            continue
        turned = variable
        if np.array_equal(a.reshape(-1), known.reshape(-1)):
            if t.given.layout == "T":
                turned = f"{variable}.T"
            elif a.ndim != len(t.name.axes) and t.name.axes:
                turned = f"{variable}.reshape({t.name.spelled}.shape)"
            return Piece(t.name.spelled, turned)
        if a.ndim == 2 and np.array_equal(a.T, known):
            return Piece(t.name.spelled, variable)
    return None


def _in_place(
    attribute: str, given: Sequence[Given], targets: Sequence[GradientTarget], left: Mapping[str, Any], rate: str
) -> list[str]:
    """For code that takes its step in place: its gradients are the decrease of its arguments."""
    moved = [t for t in targets if t.parameter in left]
    lines = [f"new_{t.name.spelled} = {t.name.spelled}.copy()" for t in moved]
    spelled = {t.parameter: f"new_{t.name.spelled}" for t in moved}
    passed = [f"{g.parameter}={spelled[g.parameter]}" if g.parameter in spelled else _passed(g) for g in given]
    if rate and all(g.parameter != rate for g in given):
        passed.append(f"{rate}=1.0")
    lines.append(f"{attribute}({', '.join(passed)})")
    said = ", ".join(f'"{t.name.spelled}": {t.name.spelled} - new_{t.name.spelled}' for t in moved)
    return [*lines, f"return {{{said}}}"]
