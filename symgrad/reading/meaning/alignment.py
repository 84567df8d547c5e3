"""How two sides compare: entry by entry, transposed, or with one implied sum at another position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import ZERO, Add, Expr, free_indices
from symgrad.core.ranges import Index
from symgrad.reading.meaning.expectations import without_other_moments
from symgrad.reading.meaning.implied_sums import insert_implied_sums, sum_placements, sum_wrapper
from symgrad.reading.meaning.open_index import closed, may_have_same_range, same_range
from symgrad.reading.meaning.raw_trees import expression
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue, aligned, as_column, is_zero
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

MAX_PLACEMENTS = 12

Axes = tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A way to compare two values: 'plain' or 'transposed', the entries of both, in the axes of one of them.

    ``others``: the axes of the other value, which have the same ranges.
    """

    kind: str
    left: Expr
    right: Expr
    axes: Axes = ()
    others: Axes = ()

    def swapped(self) -> Pair:
        return replace(self, left=self.right, right=self.left)


def transposed_layout(span: Span) -> Diagnostic:
    """The warning for a step that holds in the other layout."""
    return Diagnostic(
        "SG201",
        "transposed layout: the derivative has the shape of what it is taken by, a column here",
        span,
        "write the transpose",
        "warning",
    )


def multiplied_entrywise(span: Span) -> Diagnostic:
    """The warning for a step in which columns side by side are multiplied entry by entry."""
    return Diagnostic(
        "SG209", "columns are multiplied entry by entry here", span, "write the product with `\\odot`", "warning"
    )


OTHERWISE = {
    "symmetric": (
        "this derivative by a symmetric matrix holds along symmetric directions, and not for independent entries",
        "add the transpose, or use the symmetry first",
    ),
    "once": (
        "this derivative by a symmetric matrix takes equal entries for one variable, `2 G - G \\circ I`",
        "write it for independent entries, or say which derivative is meant",
    ),
    "within": ("a letter runs here as far as in the sum over it", "write how far, `k = 1, \\dots, K`"),
    "bracket": ("a derivative in front of a bracket is that of the bracket alone here", "write both in brackets"),
    "logarithm": ("a logarithm is that of the factor right behind it alone here", "write `(\\log f(x))\\, y`"),
    "whole": (
        "a derivative that begins a bracket is that of the whole bracket here",
        "write all of it in brackets",
    ),
    "total": ("a name without its subscript stands for the sum of its family here", "define the sum"),
    "square": ("the square of a vector is read as that of its length here", "write `\\lVert … \\rVert^2`"),
    "mean": ("a name without its subscript stands for the mean of its family here", "define the mean"),
}
"""Other readings of derivatives and logarithms, with what to say of them."""


def read_otherwise(kind: str, span: Span) -> Diagnostic:
    """The warning for a step that holds under another reading of its derivatives or logarithms."""
    message, remedy = OTHERWISE[kind]
    return Diagnostic("SG222", message, span, remedy, "warning")


def make_claim(pair: Pair, facts: tuple[Assumption, ...]) -> Claim:
    """A claim for all values of the axes and of the free letters."""
    for axis, other in zip(pair.axes, pair.others, strict=False):
        same_range(axis, other)
    x, y = expression(pair.left), expression(pair.right)
    opened = {i for i in free_indices(x) | free_indices(y) if i.kind != "fixed"} | set(map(closed, pair.axes))
    kept = without_other_moments(facts, x, y)
    return Claim(x, y, tuple(sorted(opened, key=lambda i: i.serial)), kept)


def align(left: ReadValue, right: ReadValue) -> Iterator[Pair]:
    """The ways to compare two values entry by entry: as they are, then transposed where that is another layout."""
    if left.groups == (2,) or right.groups == (2,):
        left, right = as_column(left), as_column(right)
    if not left.axes and not right.axes:
        yield Pair("plain", left.body, right.body)
        return
    if is_zero(right) and left.axes:
        yield Pair("plain", left.body, ZERO, left.axes)
        return
    if is_zero(left) and right.axes:
        yield Pair("plain", ZERO, right.body, right.axes)
        return
    if len(left.axes) != len(right.axes) or left.groups != right.groups:
        return
    if left.groups:
        if _agree(left.axes, right.axes) and left.row == right.row:
            yield Pair("plain", left.body, aligned(right, left.axes), left.axes, right.axes)
        return
    derivative = left.derivative or right.derivative
    ranges_agree = _agree(left.axes, right.axes)
    if len(left.axes) == 1:
        listed = left.listed or right.listed
        if ranges_agree and (left.row == right.row or derivative or listed):
            kind = "plain" if left.row == right.row or listed else "transposed"
            yield Pair(kind, left.body, aligned(right, left.axes), left.axes, right.axes)
        return
    if ranges_agree:
        yield Pair("plain", left.body, aligned(right, left.axes), left.axes, right.axes)
    if (
        len(left.axes) == 2
        and (_vector_by_vector(left) or _vector_by_vector(right))
        and _agree(left.axes, right.axes[::-1])
    ):
        yield Pair("transposed", left.body, aligned(right, left.axes[::-1]), left.axes, right.axes[::-1])


def _agree(a: Sequence[Index], b: Sequence[Index]) -> bool:
    return all(map(may_have_same_range, a, b))


def _vector_by_vector(value: ReadValue) -> bool:
    j = value.jacobian
    return j is not None and len(j.of_axes) == 1 and len(j.by_axes) == 1


def other_placements(
    el: Reading, raw: ReadValue, settled: Expr, free: frozenset[Index], span: Span
) -> Iterator[ReadValue]:
    """The values of a side with one implied sum at another position than the rules give it."""
    known = free | frozenset(raw.axes)
    letters = frozenset(el.letters.open.values())
    dummies = [d for d in free_indices(raw.body) - known if d.kind != "fixed" and d in letters]
    seen = {expression(settled)}
    for d in sorted(dummies, key=lambda i: i.serial):
        rest = insert_implied_sums(el, raw, free | {d}, span)
        for body in _placed(el, rest.body, d):
            plain = expression(body)
            if plain in seen or closed(d) in free_indices(plain):
                continue
            seen.add(plain)
            if len(seen) > MAX_PLACEMENTS + 1:
                return
            yield ReadValue(body, rest.axes, rest.row, rest.derivative, rest.jacobian)


def _placed(el: Reading, body: Expr, d: Index) -> list[Expr]:
    """All trees with one sum over ``d``. In a sum of terms, also those where it moves in a single term."""
    wrap = sum_wrapper(el, d)
    bodies = list(sum_placements(body, d, wrap))
    written = body.terms if isinstance(body, Add) else ()
    for k, term in enumerate(written):
        if d in free_indices(term):
            for other in sum_placements(term, d, wrap):
                terms = [t if d not in free_indices(t) else wrap(t, d) for t in written]
                terms[k] = other
                bodies.append(Add(tuple(terms)))
    return bodies
