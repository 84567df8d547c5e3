"""Environments: values for all names in a claim.

All values have a leading axis of independent samples. A missing value is requested from ``supply`` (which draws
random values) when it is first used, and then kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from symgrad.core.nodes import AbstractFunction, Tensor
from symgrad.core.ranges import Affine, Index, IndexArray, Range, Subset


class EvaluationError(ValueError):
    """An expression cannot be evaluated: an index has no range, or a value is not supplied."""


@dataclass(frozen=True, slots=True)
class Realisation:
    """A smooth function used for an abstract one:
    ``offset + sum_r amplitude[r] sin(phase[r] + sum_k slopes[r][k] . Y_k)`` with arguments ``Y_k``."""

    offset: float
    amplitude: tuple[float, ...]
    phase: tuple[float, ...]
    slopes: tuple[tuple[NDArray[Any], ...], ...]

    def described(self) -> str:
        """The formula with its numbers; ``Y`` is the argument."""
        out = f"{self.offset:g}"
        for a, c, slopes in zip(self.amplitude, self.phase, self.slopes, strict=True):
            inner = " + ".join(f"{s.tolist()} . Y{k + 1 if len(slopes) > 1 else ''}" for k, s in enumerate(slopes))
            out += f" + {a:g} sin({c:g} + {inner})"
        return out


class Supply(Protocol):
    """Supplies missing values."""

    def tensor(self, tensor: Tensor, env: Environment) -> NDArray[Any]: ...

    def index_array(self, array: IndexArray, env: Environment) -> NDArray[Any]: ...

    def subset(self, subset: Subset, env: Environment) -> NDArray[Any]: ...

    def position(self, index: Index, env: Environment) -> NDArray[Any]: ...

    def function(self, function: AbstractFunction, env: Environment) -> Realisation: ...


@dataclass(eq=False)
class Environment:
    """Sizes, and values with a leading axis of ``batch`` samples.

    tensors: numbers; arrays: positions; subsets: membership by offset; at: positions of fixed indices, and of
    free indices that are evaluated at one position instead of being axes; strict: functions are undefined at
    kinks (ReLU at 0); exact: the assumptions hold exactly.
    """

    sizes: Mapping[str, int]
    batch: int = 1
    tensors: dict[Tensor, NDArray[Any]] = field(default_factory=dict)
    index_arrays: dict[IndexArray, NDArray[Any]] = field(default_factory=dict)
    subsets: dict[Subset, NDArray[Any]] = field(default_factory=dict)
    at: dict[Index, NDArray[Any]] = field(default_factory=dict)
    functions: dict[AbstractFunction, Realisation] = field(default_factory=dict)
    supply: Supply | None = None
    strict: bool = True
    exact: bool = True
    _spans: dict[Index, tuple[int, int]] = field(default_factory=dict, repr=False)

    def number(self, affine: Affine) -> int:
        """The value of an affine of sizes."""
        return affine.const + sum(c * self.size(s) for s, c in affine.terms if isinstance(s, str))

    def size(self, name: str) -> int:
        found = self.sizes.get(name)
        if found is None:
            raise EvaluationError(f"the size {name} has no value")
        return found

    def length(self, r: Range) -> int:
        return max(0, self.number(r.hi) - self.number(r.lo) + 1)

    def shape(self, ranges: tuple[Range, ...]) -> tuple[int, ...]:
        return tuple(self.length(r) for r in ranges)

    def range_of(self, index: Index) -> Range:
        if index.range is None:
            raise EvaluationError(f"the index {index.letter} has no range")
        return index.range

    def span(self, index: Index) -> tuple[int, int]:
        """The first position of an index, and the number of its positions."""
        found = self._spans.get(index)
        if found is None:
            r = self.range_of(index)
            found = self._spans[index] = (self.number(r.lo), self.length(r))
        return found

    def count(self, index: Index) -> int:
        return self.span(index)[1]

    def _source(self, name: str) -> Supply:
        if self.supply is None:
            raise EvaluationError(f"{name} has no value")
        return self.supply

    def tensor(self, tensor: Tensor) -> NDArray[Any]:
        found = self.tensors.get(tensor)
        if found is None:
            found = self.tensors[tensor] = self._source(tensor.name).tensor(tensor, self)
        return found

    def index_array(self, array: IndexArray) -> NDArray[Any]:
        found = self.index_arrays.get(array)
        if found is None:
            found = self.index_arrays[array] = self._source(array.name).index_array(array, self)
        return found

    def subset(self, subset: Subset) -> NDArray[Any]:
        found = self.subsets.get(subset)
        if found is None:
            found = self.subsets[subset] = self._source(subset.name).subset(subset, self)
        return found

    def position(self, index: Index) -> NDArray[Any] | None:
        """The position of a fixed index, one per sample; None if the index is an axis."""
        found = self.at.get(index)
        if found is None and index.kind == "fixed":
            found = self.at[index] = self._source(index.letter).position(index, self)
        return found

    def function(self, function: AbstractFunction) -> Realisation:
        found = self.functions.get(function)
        if found is None:
            found = self.functions[function] = self._source(function.name).function(function, self)
        return found

    def sample(self, b: int, at: Mapping[Index, int] | None = None) -> Environment:
        """An environment with one sample only, and with free indices at the given positions."""
        point = {i: v[b : b + 1] for i, v in self.at.items()}
        point.update({i: np.array([p]) for i, p in (at or {}).items()})
        return Environment(
            dict(self.sizes),
            1,
            {t: v[b : b + 1] for t, v in self.tensors.items()},
            {n: v[b : b + 1] for n, v in self.index_arrays.items()},
            {s: v[b : b + 1] for s, v in self.subsets.items()},
            point,
            dict(self.functions),
            None,
            self.strict,
            self.exact,
        )
