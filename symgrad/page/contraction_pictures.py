"""Products with sums as tensor diagrams: a circle for every factor, a line for every index.

A line between two circles is an index that is summed over, a line with an open end a free one. An index that more than
two factors carry, or two factors and the result, meets itself in a dot.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from symgrad.core.nodes import Add, Delta, Entry, Expr, Func, Ref, free_indices
from symgrad.core.ranges import Index
from symgrad.gradients.summed_products import SummedProduct, term_of, terms_of
from symgrad.writing.index_latex import head, latex
from symgrad.writing.latex_pieces import without_sign
from symgrad.writing.letters import LetterChooser, Naming, name

MAX_FACTORS = 7
MAX_TERMS = 4
"""Above these a picture says less than the formula."""
_GAP, _RADIUS, _ROW, _BELOW, _ROOM = 92, 21, 28, 64, 46
"""Pixels: between circles, a radius, from the top to the circles, from there to open ends, the room for arcs."""


@dataclass(frozen=True, slots=True)
class _Factor:
    """A circle: what is written in it, and the indices that its lines are."""

    label: str
    indices: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """An index: its letter, the circles that it reaches (one twice for a trace), and whether it has an open end."""

    letter: str
    circles: tuple[int, ...]
    is_free: bool

    @property
    def reached(self) -> list[int]:
        return list(dict.fromkeys(self.circles))

    @property
    def has_dot(self) -> bool:
        return len(self.circles) + self.is_free != 2

    @property
    def is_below(self) -> bool:
        return self.is_free or len(self.circles) == 1

    @property
    def is_straight(self) -> bool:
        """True for the line from one circle to the next."""
        return not self.has_dot and not self.is_free and self.circles[1] - self.circles[0] == 1


def contraction_pictures(expr: Expr, names: Naming, inline: Callable[[str], str], called: str = "") -> Iterator[str]:
    """A figure per term in which arrays are contracted with each other; nothing for an expression without one.

    inline: renders LaTeX in a line of text. called: the name of an expression, which has to be one term.
    """
    terms = terms_of(expr)
    if len(terms) > (1 if called else MAX_TERMS):
        return
    for term in map(term_of, terms):
        factors = _in_order(_factors(term), term.indices())
        if factors and _contracts(term, factors):
            tree = term.tree()
            letters = LetterChooser(tree, names)
            for summed in term.dummies:
                letters.bind(summed.index)
            formula = f"{called} = {latex(tree, names)}" if called else latex(tree, names)
            yield _figure(factors, _lines(term, factors, letters), formula, inline)


def _factors(term: SummedProduct) -> list[_Factor]:
    """The circles of a term; none if a factor is not an array or a function of one, or a sum has a condition."""
    found: list[_Factor] = []
    for base, exponent in term.factors:
        label = _label(base)
        if not label or any(d.where for d in term.dummies):
            return []
        found += _repeated(_Factor(label, _indices(base)), exponent)
    return found if len(found) <= MAX_FACTORS else []


def _repeated(factor: _Factor, exponent: Fraction) -> list[_Factor]:
    """``x_i^2`` is two circles; another power is one that says so."""
    if exponent.denominator == 1 and 0 < exponent <= 3:
        return [factor] * int(exponent)
    return [_Factor(f"{factor.label}^{{{exponent}}}", factor.indices)]


def _label(base: Expr) -> str:
    if isinstance(base, Entry):
        return name(base.tensor.name)
    if isinstance(base, Ref):
        return name(base.definition.name)
    if isinstance(base, Delta):
        return r"\delta"
    if isinstance(base, Func):
        inner = _label(base.arg)
        return f"{head(base.name)}({inner})" if inner else f"{head(base.name)}(\\cdot)"
    if isinstance(base, Add) and len(base.terms) == 2:
        signs, bodies = zip(*map(without_sign, base.terms), strict=True)
        labels = [_label(body) for body in bodies]
        if all(labels) and _indices(bodies[0]) == _indices(bodies[1]):
            return f"{'-' * signs[0]}{labels[0]} {'-' if signs[1] else '+'} {labels[1]}"
    return ""


def _indices(base: Expr) -> tuple[Index, ...]:
    """The indices of a factor, one of them twice in ``W_{ii}``; fixed positions are no lines."""
    slots = base.args[1] if isinstance(base, (Entry, Ref)) else ()
    if slots and all(isinstance(s, Index) for s in slots):
        return tuple(s for s in slots if s.kind != "fixed")
    return tuple(sorted((i for i in free_indices(base) if i.kind != "fixed"), key=lambda i: i.letter))


def _contracts(term: SummedProduct, factors: list[_Factor]) -> bool:
    """True if two of the factors share an index that is summed over."""
    return any(sum(i in f.indices for f in factors) >= 2 for i in term.indices())


def _in_order(factors: list[_Factor], bound: AbstractSet[Index]) -> list[_Factor]:
    """The factors along their sums: each beside one that shares an index with it, where there is one left."""
    rest, out = list(factors), list[_Factor]()
    while rest:
        shared = [len(bound & {*f.indices} & {*out[-1].indices}) if out else 0 for f in rest]
        ends = [sum(bool(bound & {*f.indices} & {*g.indices}) for g in rest if g is not f) for f in rest]
        free = [min((i.serial for i in f.indices if i not in bound), default=math.inf) for f in rest]
        out.append(rest.pop(min(range(len(rest)), key=lambda k: (-shared[k], ends[k], free[k], k))))
    return out


def _lines(term: SummedProduct, factors: list[_Factor], letters: LetterChooser) -> list[_Line]:
    bound = term.indices()
    order = dict.fromkeys(i for f in factors for i in f.indices)
    return [
        _Line(letters[i], tuple(k for k, f in enumerate(factors) for j in f.indices if j is i), i not in bound)
        for i in order
    ]


# --- drawing ----------------------------------------------------------------------------------------


def _figure(factors: list[_Factor], lines: list[_Line], formula: str, inline: Callable[[str], str]) -> str:
    top = 0 if all(line.is_below or line.is_straight for line in lines) else -_ROOM
    bottom = _ROW + (_BELOW + 26 if any(line.is_below for line in lines) else _RADIUS + 6)
    width, height = _GAP * len(factors), bottom - top
    drawn = "".join(_drawn(line, lines[:k], inline) for k, line in enumerate(lines))
    circles = "".join(_circle(k, f.label, inline) for k, f in enumerate(factors))
    said = escape(f"{formula} as a diagram of {len(factors)} factors", quote=True)
    size = f'viewBox="0 {top} {width} {height}" width="{width}" height="{height}"'
    svg = f'<svg role="img" aria-label="{said}" {size}>{drawn}{circles}</svg>'
    return (
        f'<figure class="contraction"><div class="wide">{svg}</div><figcaption>{inline(formula)}</figcaption></figure>'
    )


def _x(circle: float) -> float:
    return _GAP * (circle + 0.5)


def _circle(k: int, label: str, inline: Callable[[str], str]) -> str:
    wide = _RADIUS + 12 if re.search(r"[-+(^]", label) else _RADIUS
    shape = (
        f'<rect x="{_x(k) - wide:g}" y="{_ROW - _RADIUS}" width="{2 * wide}" height="{2 * _RADIUS}" rx="{_RADIUS}"/>'
    )
    return shape + _text(_x(k), _ROW, label, inline)


def _text(x: float, y: float, text: str, inline: Callable[[str], str]) -> str:
    """LaTeX with its middle at a point; it may be wider than its box."""
    place = f'x="{x - 40:g}" y="{y - 13:g}" width="80" height="26"'
    return f'<foreignObject {place}><div class="label">{inline(text)}</div></foreignObject>'


def _drawn(line: _Line, before: list[_Line], inline: Callable[[str], str]) -> str:
    if line.is_free or line.has_dot:
        return _with_end(line, before, inline)
    first, last = line.circles
    if first == last:  # a trace
        x = _x(first)
        loop = f'<path d="M{x - 10:g},{_ROW} C{x - 34:g},{_ROW - 62} {x + 34:g},{_ROW - 62} {x + 10:g},{_ROW}"/>'
        return loop + _text(x, _ROW - 58, line.letter, inline)
    doubled = sum(other.circles == line.circles for other in before)
    if line.is_straight and not doubled:
        middle = _text((_x(first) + _x(last)) / 2, _ROW - 12, line.letter, inline)
        return f'<path d="M{_x(first):g},{_ROW} H{_x(last):g}"/>{middle}'
    top = max(_ROW - 26 - 22 * (last - first - 1 + doubled), _ROW - 86)
    curve = f'<path d="M{_x(first):g},{_ROW} C{_x(first):g},{top:g} {_x(last):g},{top:g} {_x(last):g},{_ROW}"/>'
    return curve + _text((_x(first) + _x(last)) / 2, (_ROW + 3 * top) / 4 - 10, line.letter, inline)


def _with_end(line: _Line, before: list[_Line], inline: Callable[[str], str]) -> str:
    """Below its circles an index with an open end, or of one circle; above them one that three or more share."""
    beside = sum(other.is_below and other.reached[0] == line.reached[0] for other in before)
    under = _x(sum(line.reached) / len(line.reached))
    x = under + 18 * beside if line.is_below else under
    y = _ROW + (_BELOW * (0.62 if line.has_dot else 0.8) if line.is_below else -_BELOW * 0.8)
    out = "".join(f'<path d="M{_x(k):g},{_ROW} L{x:g},{y:g}"/>' for k in line.reached)
    if line.has_dot:
        out += f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="3.5"/>'
    if line.has_dot and line.is_free:
        out += f'<path d="M{x:g},{y:g} V{_ROW + _BELOW:g}"/>'
        return out + _text(x, _ROW + _BELOW + 12, line.letter, inline)
    return out + _text(x, y + 12 if line.is_below else y - 14, line.letter, inline)
