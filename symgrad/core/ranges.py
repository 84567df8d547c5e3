"""Ranges (index sets), indices by identity, and index expressions.

A range is a set of consecutive positions ``lo .. hi``, whose ends are affine in named sizes.
Positions are numbered as authors write them: a range declared by its size ``W`` is ``1 .. W``.
An index is an object with a range; its letter is used for reading and printing only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

_serials = count(1)

IndexKind = Literal["bound", "free", "fixed"]


@dataclass(frozen=True, slots=True)
class Affine:
    """An integer ``const + sum(coefficient * symbol)``; symbols are size names or ``Index`` objects.

    ``terms`` is sorted by size name, then by index serial, without zero coefficients.
    """

    terms: tuple[tuple[str | Index, int], ...] = ()
    const: int = 0

    @staticmethod
    def build(parts: Iterable[tuple[str | Index, int]], const: int = 0) -> Affine:
        total: dict[str | Index, int] = {}
        for symbol, coefficient in parts:
            total[symbol] = total.get(symbol, 0) + coefficient
        kept = [(s, c) for s, c in total.items() if c]
        kept.sort(key=lambda item: (0, item[0], 0) if isinstance(item[0], str) else (1, "", item[0].serial))
        return Affine(tuple(kept), const)

    @staticmethod
    def of(value: Affine | Index | str | int) -> Affine:
        if isinstance(value, Affine):
            return value
        if isinstance(value, int):
            return Affine((), value)
        return Affine(((value, 1),), 0)

    def __add__(self, other: Affine | Index | str | int) -> Affine:
        o = Affine.of(other)
        return Affine.build((*self.terms, *o.terms), self.const + o.const)

    def __sub__(self, other: Affine | Index | str | int) -> Affine:
        return self + Affine.of(other).scale(-1)

    def scale(self, factor: int) -> Affine:
        return Affine.build(((s, c * factor) for s, c in self.terms), self.const * factor)

    def indices(self) -> Iterator[Index]:
        for symbol, _ in self.terms:
            if isinstance(symbol, Index):
                yield symbol

    def sizes(self) -> Iterator[str]:
        for symbol, _ in self.terms:
            if isinstance(symbol, str):
                yield symbol

    def value(self, sizes: Mapping[str, int]) -> int:
        """The value at given sizes, for an affine without indices."""
        return self.const + sum(c * sizes[s] for s, c in self.terms if isinstance(s, str))

    def __str__(self) -> str:
        out = ""
        for symbol, c in self.terms:
            name = symbol if isinstance(symbol, str) else symbol.letter
            sign = "-" if c < 0 else "+" if out else ""
            out += f"{sign}{'' if abs(c) == 1 else abs(c)}{name}"
        if self.const or not out:
            out += f"{'+' if self.const >= 0 and out else ''}{self.const}"
        return out


@dataclass(frozen=True, slots=True)
class Range:
    """Positions ``lo .. hi``, both ends included. Ranges with equal ends are equal."""

    lo: Affine
    hi: Affine

    @staticmethod
    def of_size(size: Affine | str | int, base: int = 1) -> Range:
        return Range(Affine.of(base), Affine.of(size) + (base - 1))

    @property
    def size(self) -> Affine:
        """The number of positions, as an affine in size names."""
        return self.hi - self.lo + 1

    @property
    def name(self) -> str:
        """The name in reports: the size if the range starts at 1, else both ends."""
        return str(self.hi) if self.lo == Affine((), 1) else f"{self.lo}..{self.hi}"

    def __str__(self) -> str:
        return self.name


def next_serial() -> int:
    """The number of the next index. Numbers order indices by when they were made."""
    return next(_serials)


@dataclass(frozen=True, eq=False, slots=True)
class Index:
    """An index, compared by identity.

    kind: ``fixed`` is a parameter of the problem, ``free`` is open in a claim, ``bound`` belongs to a sum.
    implied: its sum is not written but implied by the notation.
    """

    letter: str
    range: Range | None = None
    kind: IndexKind = "bound"
    serial: int = field(default_factory=next_serial)
    implied: bool = False

    def fresh(self, kind: IndexKind | None = None) -> Index:
        """A new index with the same letter and range."""
        return Index(self.letter, self.range, kind or self.kind, implied=self.implied)

    def __repr__(self) -> str:
        return f"{self.letter}#{self.serial}"


@dataclass(frozen=True, slots=True)
class IndexArray:
    """A declared array of indices, ``n \\in [W]^K``: ``n_k`` is a position in ``target``."""

    name: str
    ranges: tuple[Range, ...]
    target: Range


@dataclass(frozen=True, slots=True)
class Gather:
    """``n_k``: the position that an index array holds."""

    array: IndexArray
    indices: tuple[IndexExpr, ...]


IndexExpr = Index | Affine | Gather
"""An index expression, for one slot: a bare index, arithmetic on positions (a literal is an ``Affine``
without terms), or a gathered position. A bare index is never wrapped in an ``Affine``."""


@dataclass(frozen=True, slots=True)
class Subset:
    """A declared subset of a range, ``\\mathcal{N} \\subseteq [W]``."""

    name: str
    range: Range


def index_expr(value: Affine | Index | Gather | int) -> IndexExpr:
    """The canonical form of ``value``: an affine that is a single index becomes that index."""
    if isinstance(value, int):
        return Affine((), value)
    if isinstance(value, Affine) and value.const == 0 and len(value.terms) == 1:
        symbol, coefficient = value.terms[0]
        if coefficient == 1 and isinstance(symbol, Index):
            return symbol
    return value


def indices_of(expr: IndexExpr) -> Iterator[Index]:
    """Every index in an index expression, with repetitions."""
    if isinstance(expr, Index):
        yield expr
    elif isinstance(expr, Affine):
        yield from expr.indices()
    else:
        for inner in expr.indices:
            yield from indices_of(inner)


def substitute_index(expr: IndexExpr, mapping: Mapping[Index, IndexExpr]) -> IndexExpr:
    """``expr`` with indices replaced. Raises ``ValueError`` for arithmetic on a gathered position."""
    if isinstance(expr, Index):
        return mapping.get(expr, expr)
    if isinstance(expr, Gather):
        return Gather(expr.array, tuple(substitute_index(e, mapping) for e in expr.indices))
    if not any(i in mapping for i in expr.indices()):
        return expr
    total = Affine((), expr.const)
    for symbol, c in expr.terms:
        new = mapping.get(symbol, symbol) if isinstance(symbol, Index) else symbol
        if isinstance(new, Gather):
            raise ValueError("arithmetic on a gathered position")
        total = total + Affine.of(new).scale(c)
    return index_expr(total)


def range_of(expr: IndexExpr) -> Range | None:
    """The declared range of a bare index or a gathered position, else None."""
    if isinstance(expr, Index):
        return expr.range
    if isinstance(expr, Gather):
        return expr.array.target
    return None
