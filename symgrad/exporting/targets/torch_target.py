"""Modules that import PyTorch alone: each cost is a function with its derived gradient as backward pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar

from symgrad.exporting.code.aligning import joined
from symgrad.exporting.code.checked_arguments import Checks, leading
from symgrad.exporting.code.function import Tools
from symgrad.exporting.code.function_names import FUNCTIONS
from symgrad.exporting.code.line_wrapping import wrapped
from symgrad.exporting.code.module import Cost, function, quoted, suffix
from symgrad.exporting.code.python_text import ATOM, PythonText, call, scaled
from symgrad.exporting.code.statements import listed
from symgrad.exporting.graph.array_kinds import Extremum, Labels, Map, Scatter, Where
from symgrad.exporting.graph.array_properties import is_plain
from symgrad.exporting.program.inputs import Argument
from symgrad.exporting.targets.differentiable import (
    DifferentiableModule,
    DifferentiableResults,
    DifferentiableStatements,
    DifferentiableWriter,
)


class TorchWriter(DifferentiableWriter):
    """New tensors are made on the device of the arguments; numbers become tensors before they meet masks."""

    library = "torch"
    axis = "dim"
    concatenate = "cat"
    permutes = "permute"
    selects = True
    functions: ClassVar[Mapping[str, str]] = {
        **FUNCTIONS,
        "sigma": "sigmoid",
        "erf": "erf",
        "erfc": "erfc",
        "relu": "relu",
        "lgamma": "lgamma",
        "digamma": "digamma",
        "trigamma": "polygamma(1, {})",
        "tetragamma": "polygamma(2, {})",
        "pentagamma": "polygamma(3, {})",
    }

    def length(self, t: PythonText) -> PythonText:
        return PythonText(f"{t.at(ATOM)}.numel()")

    def run(self, *ends: PythonText) -> PythonText:
        return self.lib("arange", *ends, f"device={self.like}.device")

    def filled(self, what: str, shape: str) -> PythonText:
        return call(f"{self.like}.new_{what}", shape)

    def positions_of(self, listed: str) -> PythonText:
        return self.lib("tensor", listed, f"device={self.like}.device")

    def plain(self, node: Map, x: PythonText) -> PythonText:
        return call("float", self.mapped(node, self.lib("tensor", x, "dtype=torch.float64")))

    def converted(self, t: PythonText) -> PythonText:
        return self.helper("_like", t, self.like)

    def scalar(self, t: PythonText) -> PythonText:
        return self.converted(t)

    def copied(self, t: PythonText) -> PythonText:
        return PythonText(f"{t.at(ATOM)}.clone()")

    def full(self, t: PythonText, shape: str) -> PythonText:
        return self.helper("_full", t, shape, self.like)

    def chosen(self, node: Where, mask: PythonText, x: PythonText, y: PythonText) -> PythonText:
        if node.mask.labels and not (is_plain(node.x.node) and is_plain(node.y.node)):
            return self.lib("where", mask, x, y)
        return self.helper("_where", mask, x, y, self.like)

    def beyond(self, node: Extremum, x: PythonText, y: PythonText) -> PythonText:
        whole = [self.converted(t) if is_plain(o.node) else t for o, t in ((node.x, x), (node.y, y))]
        return super().beyond(node, *whole)


class TorchStatements(DifferentiableStatements):
    """In place, as in NumPy; repeated positions are added by one call, with their axes in front."""

    def added_axes(self, node: Scatter, labels: Labels) -> Labels:
        front = joined(node.slots)
        return (*front, *(x for x in labels if x not in front))

    def filled_diagonal(self, name: str, value: PythonText) -> str:
        return f"{name}.fill_diagonal_({value})"

    def added(self, name: str, keys: list[str], c: Fraction, values: PythonText) -> str:
        return str(self.writer.helper("_add_at", name, listed(keys), scaled(c, values)))


class TorchResults(DifferentiableResults):
    """Tensors."""

    slices_piece = "_TensorSlices"

    def number(self, t: PythonText, shared: bool) -> str:
        made = self.writer.converted(t)
        return str(self.writer.copied(made) if shared else made)


class TorchChecks(Checks):
    """All tensors are on one device; positions are moved there."""

    def common(self, given: str) -> str:
        return f"like = {self.helper('_common')}({given})"

    def cast(self, a: Argument) -> str:
        return f"{a.name} = {self.helper('_like')}({a.name}, like)"

    def indices(self, *given: object) -> str:
        return super().indices(*given, f"{leading(self.arguments)}.device")


class TorchModule(DifferentiableModule):
    """One ``torch.autograd.Function`` per cost."""

    tools = Tools(TorchWriter, TorchStatements, TorchResults, TorchChecks)
    pieces = ("torch_support", "support")
    array = "torch.Tensor"
    call_options = ("sparse: bool = False",)
    named = frozenset(("_Outer", "_TensorSlices"))
    gradient_options = ("dense: bool = False",)
    conventions = (
        "Arguments are given by name. Real tensors are float32 or float64, all of one dtype and on one device, which",
        "results keep. Indices are whole numbers counted from 0. Costs are differentiable, with the derived gradient",
        "as their backward pass. The gradient by a tensor has the shape of that tensor.",
    )

    def imports(self) -> list[str]:
        return [self.typing(), "", "import torch"]

    def derived(self, c: Cost) -> Iterator[str]:
        self.helpers |= {"_tracked", "_once", "_save", "_passed_back"}
        name, names, known = suffix(c), quoted(tuple(a.name for a in c.arguments)), quoted(tuple(c.forms))
        forward = function(
            "def forward(ctx: Any, sparse: bool, *arguments: Any) -> Any:",
            [
                '"""The value, and the gradients that the backward pass needs."""',
                *wrapped(f"wanted = _tracked(ctx.needs_input_grad[1:], {names}, {known})", 8),
                f"value, grads = _gradients_{name}(wanted, *arguments)",
                "ctx.sparse = sparse",
                "_save(ctx, grads)",
                "return value",
            ],
        )
        backward = function(
            "def backward(ctx: Any, upstream: Any) -> tuple[Any, ...]:",
            [
                '"""The gradients times the upstream gradient."""',
                "_once()",
                "grads = _passed_back(ctx, upstream, ctx.sparse)",
                *wrapped(f"names = {names}", 8),
                "return (None, *(grads.get(name) for name in names))",
            ],
        )
        lines = [
            f'"""``{name}``, with the derived gradient as its backward pass."""',
            "",
            "@staticmethod",
            *forward.split("\n"),
            "",
            "@staticmethod",
            *backward.split("\n"),
        ]
        yield function(f"class _Derived_{name}(torch.autograd.Function):", lines)
        yield f"_derived_{name}: Any = _Derived_{name}.apply"

    def call(self, c: Cost) -> list[str]:
        names, name = ", ".join(a.name for a in c.arguments), suffix(c)
        return [
            *wrapped(f"arguments = _checked_{name}({names})", 4),
            f"return _derived_{name}(sparse, *arguments) if torch.is_grad_enabled() else _value_{name}(*arguments)",
        ]

    def gradient_call(self, c: Cost, known: str) -> list[str]:
        self.helpers |= {"_detached", "_tensor"}
        names, name = ", ".join(a.name for a in c.arguments), suffix(c)
        return [
            *wrapped(f"arguments = _detached(_checked_{name}({names}))", 4),
            *wrapped(f"value, grads = _gradients_{name}(_wanted(wrt, {known}), *arguments)", 4),
            "return value, {name: _tensor(g, not dense) for name, g in grads.items()}",
        ]
