"""Mistakes with positions: repeated samples, the rows of other positions, indices that are one off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.causes.delta_causes import (
    at_counters,
    has_delta,
    last_in_sum,
    mark_last,
    mark_other_positions,
    shift_positions,
    use_array,
    use_letter,
    weighted,
    weighted_sum,
    with_deltas_at,
    without_deltas,
)
from symgrad.comparing.causes.guess import POSITION, SAMPLES, TERM, Guess, changed, evaluated
from symgrad.comparing.exact import GradientTerm, array
from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexArray
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PositionCauses:
    """Changes of the positions in a gradient. gradient: the exact one, with its deltas; axes: of the target."""

    gradient: n.Expr
    axes: tuple[Index, ...]
    letters: tuple[Index, ...]
    arrays: tuple[IndexArray, ...]
    tensors: tuple[n.Tensor, ...] = ()

    def guesses(self) -> Iterator[Guess]:
        for a in self.arrays:
            yield from self.repeated(a)
            yield from self.left_out(a)
            yield from self.shifted(a, a.name)
            yield from self.counted(a)
        yield from self.assigned()
        yield from self.operands()
        for letter in self.letters:
            yield from self.partly(letter)
            yield from self.misplaced(letter)
            yield from self.shifted(letter, letter.letter)

    def repeated(self, a: IndexArray) -> Iterator[Guess]:
        """``g[n] += x`` keeps one of several values that fall on the same row."""
        weight = n.Tensor("w", a.ranges)
        change = partial(mark_last, a, weight)
        say = (
            f"repeated positions in ${a.name}$ count once: `g[n] += x` keeps one of them, `np.add.at(g, n, x)` adds all"
        )
        yield Guess(
            SAMPLES, partial(str, say), evaluated(partial(weighted, self.gradient, a, weight), self.axes, change)
        )
        yield Guess(SAMPLES, partial(str, say), evaluated(partial(last_in_sum, self.gradient, a), self.axes))

    def left_out(self, a: IndexArray) -> Iterator[Guess]:
        """A sample that equals the target is skipped."""
        for letter in self.letters:
            if letter.range != a.target:
                continue
            weight = n.Tensor("w", a.ranges)
            change = partial(mark_other_positions, a, letter, weight)
            say = f"those of ${a.name}$ that equal ${letter.letter}$ are left out, and the cost counts them"
            for whole in (False, True):
                make = partial(weighted_sum if whole else weighted, self.gradient, a, weight)
                yield Guess(SAMPLES + 1, partial(str, say), evaluated(make, self.axes, change))

    def assigned(self) -> Iterator[Guess]:
        """``g[o] = x`` where ``g[o] += x`` is meant: the last value written remains."""
        terms = self.gradient.terms if isinstance(self.gradient, n.Add) else (self.gradient,)
        if not 1 < len(terms) <= 3 or not any(self._axis(t) is not None for t in terms):
            return
        say = "rows that several terms belong to hold one of them alone: `g[i] = x` overwrites, `g[i] += x` adds"
        for order in permutations(terms):
            for buffered in (False, True):
                yield Guess(TERM + 5, partial(str, say), partial(self._overlaid, order, buffered))

    def _axis(self, term: n.Expr) -> int | None:
        """The axis along which a term is zero at most positions; None if there is none."""
        return next((k for k, i in enumerate(self.axes) if has_delta(term, i)), None)

    def _overlaid(self, terms: tuple[n.Expr, ...], buffered: bool, env: Environment) -> Array:
        """Write every term over those before it in the rows where it is not zero. A term without such rows is added."""
        out: Array | None = None
        for term in terms:
            here = env
            if buffered:
                for a in self.arrays:
                    weight = n.Tensor("w", a.ranges)
                    term = weighted(term, a, weight)
                    here = changed(here, partial(mark_last, a, weight))
            part = array(Evaluator(here), GradientTerm(term, self.axes))
            axis = self._axis(term)
            if (
                axis is not None
                and array(Evaluator(here), GradientTerm(without_deltas(term, self.axes[axis]), self.axes)).any()
            ):
                axis = None  # it has other rows too
            if out is None:
                out = np.array(part)
            elif axis is None:
                out = out + part
            else:
                others = tuple(k + 1 for k in range(len(self.axes)) if k != axis)
                touched = (part != 0).any(axis=others, keepdims=True)
                out = np.where(touched, part, out)
        assert out is not None  # there are terms
        return out

    def operands(self) -> Iterator[Guess]:
        """Another array of the same shape is used everywhere."""
        for t in self.tensors:
            for other in self.tensors:
                if other is not t and other.ranges == t.ranges and t.ranges:
                    change = partial(use_array, t, other)
                    say = f"${other.name}$ is used in place of ${t.name}$"
                    yield Guess(
                        POSITION + 4, partial(str, say), evaluated(partial(_same, self.gradient), self.axes, change)
                    )

    def partly(self, letter: Index) -> Iterator[Guess]:
        """Only the row of a letter is written, or all other rows."""
        for axis, i in enumerate(self.axes):
            if i.range == letter.range:
                say = f"only what belongs to position ${letter.letter}$ is there, all else is zero"
                yield Guess(POSITION + 5, partial(str, say), partial(self._masked, letter, axis, True))
                say = f"what belongs to position ${letter.letter}$ is missing"
                yield Guess(POSITION + 5, partial(str, say), partial(self._masked, letter, axis, False))

    def _masked(self, letter: Index, axis: int, kept: bool, env: Environment) -> Array:
        values = array(Evaluator(env), GradientTerm(self.gradient, self.axes))
        at = env.position(letter)
        assert at is not None  # the letter is fixed
        positions = np.arange(values.shape[1 + axis]) + env.number(env.range_of(letter).lo)
        here = at.reshape(-1, 1) == positions[None, :]
        shape = [here.shape[0], *(1,) * len(self.axes)]
        shape[1 + axis] = here.shape[1]
        return np.where(here.reshape(shape) == kept, values, 0.0)

    def misplaced(self, letter: Index) -> Iterator[Guess]:
        """The right values are put in the row of another letter."""
        for other in self.letters:
            if other is not letter and other.range == letter.range:
                say = f"the wrong row or column: what belongs to position ${letter.letter}$ is put at ${other.letter}$"
                yield Guess(
                    POSITION,
                    partial(str, say),
                    evaluated(partial(with_deltas_at, self.gradient, letter, other), self.axes),
                )
                say = f"position ${other.letter}$ is used in place of ${letter.letter}$"
                yield Guess(
                    POSITION + 3,
                    partial(str, say),
                    evaluated(partial(_same, self.gradient), self.axes, partial(use_letter, letter, other)),
                )

    def counted(self, a: IndexArray) -> Iterator[Guess]:
        """``g[k]`` where ``g[n[k]]`` is meant."""
        say = f"a counter for a position: what belongs to ${a.name}_k$ is put at $k$"
        yield Guess(POSITION + 1, partial(str, say), evaluated(partial(at_counters, self.gradient, a), self.axes))

    def shifted(self, what: Index | IndexArray, name: str) -> Iterator[Guess]:
        """Positions are counted from 1 where the code counts from 0, or the other way round."""
        for by in (-1, 1):
            say = f"off by one: position ${name} {by:+d}$ is used in place of ${name}$".replace("-1", "- 1").replace(
                "+1", "+ 1"
            )
            change = partial(shift_positions, what, by, what)
            yield Guess(POSITION + 2, partial(str, say), evaluated(partial(_same, self.gradient), self.axes, change))
            other: Index | IndexArray
            if isinstance(what, Index):
                other = Index(f"{name}'", what.range, "fixed")
            else:
                other = IndexArray(f"{name}'", what.ranges, what.target)
            make = partial(with_deltas_at, self.gradient, what, other)
            say = f"{say}, in the row or column that is written"
            yield Guess(
                POSITION + 2, partial(str, say), evaluated(make, self.axes, partial(shift_positions, what, by, other))
            )


def _same(gradient: n.Expr) -> n.Expr:
    return gradient
