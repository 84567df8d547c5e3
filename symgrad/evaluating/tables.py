"""Sums over many indices of a product of tables, by the distributive law, one number at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from symgrad.core.ranges import Index

Assignment = Mapping[Index, int]
"""The position of each index."""
Table = tuple[tuple[Index, ...], dict[tuple[int, ...], Any]]
"""Some indices, and a number for each of their positions; None if it is undefined."""
EXCLUDED = object()
"""A factor 0 that makes the product 0 even if other factors are undefined."""


def _union(lists: list[tuple[Index, ...]]) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(i for axes in lists for i in axes))


def _times(factors: list[Any], one: Any) -> Any:
    """The product: excluded if a factor is, otherwise undefined if a factor is."""
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
    """All positions of some indices, as tuples and as assignments."""
    for key in product(*(span(i) for i in axes)):
        yield key, {**outer, **dict(zip(axes, key, strict=True))}


def contracted(
    indices: list[Index], tables: list[Table], span: Callable[[Index], range], one: Any, spend: Callable[[], None]
) -> Any:
    """``sum_indices prod tables``, one index at a time, the one whose tables have the fewest indices first."""
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
