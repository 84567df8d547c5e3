"""Modules that import JAX alone: each cost is a function with its derived gradient as reverse derivative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import ClassVar

from symgrad.exporting.code.checked_arguments import Checks
from symgrad.exporting.code.function import Tools
from symgrad.exporting.code.function_names import FUNCTIONS
from symgrad.exporting.code.line_wrapping import wrapped
from symgrad.exporting.code.module import Cost, function, quoted, suffix
from symgrad.exporting.code.python_text import PythonText, scaled
from symgrad.exporting.graph.array_graph import ordered
from symgrad.exporting.graph.array_kinds import ArrayNode, Map, Selected
from symgrad.exporting.program.inputs import Argument
from symgrad.exporting.targets.differentiable import (
    DifferentiableModule,
    DifferentiableResults,
    DifferentiableStatements,
    DifferentiableWriter,
)


class JaxWriter(DifferentiableWriter):
    """NumPy's names. Arrays are immutable, so none is copied."""

    library = "jnp"
    functions: ClassVar[Mapping[str, str]] = {
        **FUNCTIONS,
        "sigma": "jax.nn.sigmoid",
        "softplus": "jax.nn.softplus",
        "elu": "jax.nn.elu",
        "erf": "jax.lax.erf",
        "erfc": "jax.lax.erfc",
        "lgamma": "jax.lax.lgamma",
        "digamma": "jax.lax.digamma",
    }

    def plain(self, node: Map, x: PythonText) -> PythonText:
        return self.mapped(node, x)  # JAX results of Python numbers are weakly typed, like Python numbers

    def scalar(self, t: PythonText) -> PythonText:
        return self.converted(t)

    def copied(self, t: PythonText) -> PythonText:
        return t

    def assigned(self, node: ArrayNode, t: PythonText, needed: Iterable[ArrayNode]) -> PythonText:
        """The number of positions that meet a condition is a shape, so it is computed outside ``jit``."""
        chosen = [n for n in needed if isinstance(n, Selected)]
        if any(node is n for s in chosen for n in ordered([s])):
            return self.helper("_static", f"lambda: {t}")
        return t


class JaxStatements(DifferentiableStatements):
    """In-place changes become new arrays."""

    def negated(self, name: str) -> str:
        return f"{name} = {name}.at[0].multiply(-1)"

    def multiplied(self, name: str, key: str, factor: PythonText) -> str:
        return f"{name} = {name}.at[{key}].multiply({factor})"

    def filled_diagonal(self, name: str, value: PythonText) -> str:
        return f"{name} = jnp.fill_diagonal({name}, {value}, inplace=False)"

    def added(self, name: str, keys: list[str], c: Fraction, values: PythonText) -> str:
        return f"{name} = {name}.at[{', '.join(keys)}].add({scaled(c, values)})"

    def assigned(self, name: str, keys: list[str], c: Fraction, values: PythonText) -> str:
        return self.added(name, keys, c, values)


class JaxResults(DifferentiableResults):
    """Arrays."""

    slices_piece = "_ArraySlices"

    def number(self, t: PythonText, shared: bool) -> str:
        return str(self.writer.converted(t))


class JaxChecks(Checks):
    """Whole numbers of JAX in place of Python's; values are checked where they are known."""

    index_check = "_traced_index"
    size_hint = ', ", static under jit"'

    def of_values(self, check: str, arguments: str) -> str:
        return f"{self.helper('_where_known')}({self.helper(check)}, {arguments})"

    def cast(self, a: Argument) -> str:
        return f"{a.name} = jnp.asarray({a.name}, dtype)"


class JaxModule(DifferentiableModule):
    """One ``jax.custom_vjp`` per cost."""

    merges = False
    tools = Tools(JaxWriter, JaxStatements, JaxResults, JaxChecks)
    pieces = ("jax_support", "support")
    array = "jax.Array"
    conventions = (
        "Arguments are given by name. Real arrays are float32 or float64, all of one dtype, which results keep.",
        "Indices are whole numbers counted from 0; they are checked outside `jit`, where their values are known. Costs",
        "are differentiable, with the derived gradient as their reverse derivative. Sizes are static. The gradient by",
        "an array has the shape of that array.",
    )

    def imports(self) -> list[str]:
        return [self.typing(), "", "import jax", "import jax.numpy as jnp"]

    def derived(self, c: Cost) -> Iterator[str]:
        self.helpers |= {"_tracked", "_passed_back"}
        name, names = suffix(c), [a.name for a in c.arguments]
        sizes = [a.name for a in c.arguments if a.kind == "size"]
        arrays = [n for n in names if n not in sizes]
        static = [str(k) for k, n in enumerate(names) if n in sizes]
        more = f", nondiff_argnums=({', '.join(static)}{',' if len(static) == 1 else ''})" if static else ""
        yield f"_derived_{name} = jax.custom_vjp(_value_{name}{more})"
        given = ", ".join(f"{n}: Any" for n in names)
        values = ", ".join(n if n in sizes else f"{n}.value" for n in names)
        known = quoted(tuple(c.forms))
        yield function(
            f"def _forward_{name}({given}) -> tuple[Any, dict[str, Any]]:",
            [
                '"""The value, and the gradients that the backward pass needs."""',
                *wrapped(f"wanted = _tracked({known}, {', '.join(f'{n}={n}' for n in arrays)})", 4),
                *wrapped(f"return _gradients_{name}(wanted, {values})", 4),
            ],
        )
        given = ", ".join([*(f"{n}: Any" for n in sizes), "grads: dict[str, Any]", "upstream: Any"])
        yield function(
            f"def _backward_{name}({given}) -> tuple[Any, ...]:",
            [
                '"""The gradients times the upstream gradient."""',
                *wrapped(f"names = {quoted(tuple(arrays))}", 4),
                "return tuple(_passed_back(upstream, grads[name]) if name in grads else None for name in names)",
            ],
        )
        yield f"_derived_{name}.defvjp(_forward_{name}, _backward_{name}, symbolic_zeros=True)"

    def call(self, c: Cost) -> list[str]:
        names, name = ", ".join(a.name for a in c.arguments), suffix(c)
        return wrapped(f"return _derived_{name}(*_checked_{name}({names}))", 4)

    def gradient_call(self, c: Cost, known: str) -> list[str]:
        self.helpers.add("_array")
        names, name = ", ".join(a.name for a in c.arguments), suffix(c)
        return [
            *wrapped(f"arguments = _checked_{name}({names})", 4),
            *wrapped(f"value, grads = _gradients_{name}(_wanted(wrt, {known}), *arguments)", 4),
            "return value, {name: _array(g) for name, g in grads.items()}",
        ]
