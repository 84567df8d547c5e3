"""Numbers for everything that a document declares, as keyword arguments and as an environment of the evaluator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from symgrad.core.nodes import ZERO, Deriv, Entry, Expr, Ref, Tensor
from symgrad.core.ranges import Affine, Index, IndexArray, Range, Subset
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator
from symgrad.exporting.costs import TARGETS, export_document
from symgrad.gradients.document_style import style_of
from symgrad.reading.document_names import DocumentNames, Quantity
from symgrad.text.diagnostic import SymgradError
from symgrad.text.python_names import spelled
from tests.reading import read

ROOT = Path(__file__).parents[2]
WINDOW = 2


def documents() -> list[Path]:
    return sorted((ROOT / "derivations").glob("*.md")) + sorted((ROOT / "tests/corpus").glob("*.*"))


def loaded(text: str) -> ModuleType:
    """The generated module, run."""
    module = ModuleType("generated")
    exec(compile(text, "generated.py", "exec"), module.__dict__)  # what the package wrote itself
    return module


@dataclass
class World:
    """One document with numbers. Sizes of different ranges differ."""

    vocabulary: DocumentNames
    seed: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    small: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.env = Environment(self.sizes, strict=False)
        for name in sorted(self._size_names()):
            self.sizes[name] = 4 + len(self.sizes)
        self.symmetric = style_of(ZERO, self.vocabulary.assumptions()).symmetric
        self.texts = {"P", "T"} & set(self.sizes) if "m" in self.sizes else set()
        for name in self.texts:  # a window of half-width m has to lie inside the text
            self.sizes.update({name: 9 + 2 * WINDOW, "m": WINDOW})

    def _size_names(self) -> set[str]:
        scope = self.vocabulary.document.scope
        out = set(scope.sizes)
        objects = (
            *scope.values.values(),
            *scope.index_arrays.values(),
            *scope.subsets.values(),
            *scope.indices.values(),
        )
        for x in objects:
            ranges = getattr(x, "ranges", ()) or ()
            one = [getattr(x, "range", None), getattr(x, "target", None)]
            for r in (*ranges, *(r for r in one if r is not None)):
                out.update((*r.lo.sizes(), *r.hi.sizes()))
        return out

    def tensor(self, t: Tensor) -> Any:
        if t not in self.env.tensors:
            shape = self.env.shape(t.ranges)
            x = self.rng.uniform(0.1, 0.9, shape) if self._positive(t) else self.rng.normal(size=shape)
            if t in self.symmetric:  # and positive definite, as covariances and kernels are
                x = x @ x.T + np.eye(len(x))
            if t.domain == "bit":
                x = self.rng.integers(0, 2, shape).astype(float)
            if t.domain == "sign":
                x = self.rng.choice([-1.0, 1.0], shape)
            self.env.tensors[t] = np.asarray(x)[None]
        return self.env.tensors[t][0]

    def _positive(self, t: Tensor) -> bool:
        return t.domain in ("positive", "nonnegative") or spelled(t.name) in self.small

    def array(self, a: IndexArray) -> Any:
        if a not in self.env.index_arrays:
            n = self.env.length(a.target)
            drawn = self.rng.integers(0, n, self.env.shape(a.ranges))
            self.env.index_arrays[a] = (drawn + self.env.number(a.target.lo))[None]
        return self.env.index_arrays[a][0] - self.env.number(a.target.lo)

    def index(self, i: Index) -> int:
        assert i.range is not None
        if i not in self.env.at:
            n = self.env.length(i.range)
            edge = WINDOW if any(n == self.sizes[name] for name in self.texts) else 0
            self.env.at[i] = np.array([self.rng.integers(edge, n - edge) + self.env.number(i.range.lo)])
        return int(self.env.at[i][0]) - self.env.number(i.range.lo)

    def subset(self, s: Subset) -> Any:
        if s not in self.env.subsets:
            n = self.env.length(s.range)
            held = np.zeros(n, bool)
            held[self.rng.choice(n, 3, replace=False)] = True
            self.env.subsets[s] = held[None]
        return np.flatnonzero(self.env.subsets[s][0])

    def arguments(self, function: Callable[..., Any], q: Quantity) -> dict[str, Any]:
        """Keyword arguments of an exported function."""
        scope = self.vocabulary.document.scope
        objects: dict[str, Any] = {}
        for i in q.value.body.indices:  # type: ignore[attr-defined]  # a Ref
            objects.setdefault(spelled(i.letter), i)
        for x in (*scope.values.values(), *scope.index_arrays.values(), *scope.subsets.values()):
            if hasattr(x, "name"):
                objects.setdefault(spelled(x.name), x)
        for letter, i in scope.indices.items():
            objects.setdefault(spelled(letter), i)
        for i in scope.indices.values():  # the evaluator asks for those too that cancel
            self.index(i)
        out: dict[str, Any] = {}
        for name in inspect.signature(function).parameters:
            if name in ("wrt", "dense"):
                continue
            x = objects.get(name)
            out[name] = self._number(x, name)
        return out

    def _number(self, x: Any, name: str) -> Any:
        if isinstance(x, Tensor):
            return self.tensor(x)
        if isinstance(x, IndexArray):
            return self.array(x)
        if isinstance(x, Subset):
            return self.subset(x)
        if isinstance(x, Index):
            return self.index(x)
        return self.sizes[name]

    def value(self, node: Expr) -> Any:
        return Evaluator(self.env).number(node).a[0]

    def gradient(self, cost: Expr, t: Tensor) -> Any:
        """The derivative as the evaluator takes it, entry by entry."""
        axes = tuple(Index(f"z{k}", r, "free") for k, r in enumerate(t.ranges))
        got = Evaluator(self.env).number(Deriv(cost, Entry(t, axes)))
        shape = self.env.shape(t.ranges)
        missing = [k for k, a in enumerate(axes) if a not in got.axes]
        laid = np.expand_dims(got.a[0], tuple(missing)) if missing else got.a[0]
        return np.broadcast_to(laid, shape)

    def tensors(self) -> dict[str, Tensor]:
        values = self.vocabulary.document.scope.values.values()
        return {spelled(t.name): t for t in values if isinstance(t, Tensor)}


@cache
def vocabulary(path: Path) -> DocumentNames:
    return DocumentNames(read(path))


@cache
def exported(path: Path) -> tuple[tuple[str, Quantity, ModuleType, DocumentNames], ...]:
    """The costs of a document that its module has, by the names of their functions."""
    return tuple(_exported(path))


def _exported(path: Path) -> Iterator[tuple[str, Quantity, ModuleType, DocumentNames]]:
    v = vocabulary(path)
    try:
        module = loaded(export_document(v.document).text)
    except SymgradError:
        return
    last = {spelled(q.name): q for q in v.quantities() if q.is_scalar}
    for name, q in last.items():
        if hasattr(module, f"{name}_value_and_grad"):
            yield name, q, module, v


def needing(target: str) -> Any:
    """A target whose library must be installed."""
    return target if target == "numpy" else pytest.param(target, marks=getattr(pytest.mark, target))


installed = pytest.mark.parametrize("target", [needing(target) for target in TARGETS])


@lru_cache
def costs() -> tuple[tuple[Path, str], ...]:
    """All costs that have a module, as a document and a name."""
    return tuple((path, name) for path in documents() for name, *_ in exported(path))


@lru_cache
def batched() -> tuple[tuple[Path, str], ...]:
    """Those of them that come with a function for batches."""
    return tuple(
        (path, name)
        for path in documents()
        for name, _, module, _ in exported(path)
        if hasattr(module, f"{name}_batch_value_and_grad")
    )


__all__ = [
    "Affine",
    "Range",
    "Ref",
    "World",
    "batched",
    "costs",
    "documents",
    "exported",
    "installed",
    "loaded",
    "needing",
    "vocabulary",
]
