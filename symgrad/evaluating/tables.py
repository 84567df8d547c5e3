"""Sums over many indices of a product of tables, one number at a time: the distributive law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from symgrad.core.ranges import Index

Assignment = Mapping[Index, int]
Table = tuple[tuple[Index, ...], dict[tuple[int, ...], Any]]
"""Numbers by positions of some indices; None is an undefined one."""
EXCLUDED = object()
"""Stands for a factor 0 that does not ask whether the others are defined."""


def _union(lists: list[tuple[Index, ...]]) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(i for axes in lists for i in axes))


def _times(factors: list[Any], one: Any) -> Any:
    """The product; excluded if one is, else undefined if one is undefined."""
    if any(f is EXCLUDED for f in factors):
        return EXCLUDED
    if any(f is None for f in factors):
        return None
    for f in factors:
        one = one * f
    return one


def _plus(x: Any, y: Any) -> Any:
    if x is EXCLUDED or y is EXCLUDED:
        return y if x is EXCLUDED else x
    return None if x is None or y is None else x + y


def rows(
    axes: tuple[Index, ...], span: Callable[[Index], range], outer: Assignment
) -> Iterator[tuple[tuple[int, ...], Assignment]]:
    """All positions of some indices, as keys and as assignments."""
    for key in product(*(span(i) for i in axes)):
        yield key, {**outer, **dict(zip(axes, key, strict=True))}


def contracted(
    indices: list[Index], tables: list[Table], span: Callable[[Index], range], one: Any, spend: Callable[[], None]
) -> Any:
    """``sum_indices prod tables``, one index at a time, the one with the smallest product first."""
    left = list(indices)
    while left:
        joint = [_union([axes for axes, _ in tables if i in axes]) for i in left]
        k = min(range(len(left)), key=lambda k: (len(joint[k]), k))
        index = left.pop(k)
        held = [t for t in tables if index in t[0]]
        tables = [t for t in tables if index not in t[0]]
        axes = tuple(i for i in joint[k] if i is not index)
        values: dict[tuple[int, ...], Any] = {}
        for key, here in rows(axes, span, {}):
            total: Any = EXCLUDED
            for p in span(index):
                spend()
                there = {**here, index: p}
                total = _plus(total, _times([v[tuple(there[i] for i in a)] for a, v in held], one))
            values[key] = total
        tables.append((axes, values))
    result = _times([v[()] for _, v in tables], one)
    return 0 * one if result is EXCLUDED else result
