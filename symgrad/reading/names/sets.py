"""The sets of declarations: ``\\mathbb{R}^{W \\times D}``, ``[W]^K``, ``\\{0,1\\}^N``, ``\\{1, \\dots, C\\}``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symgrad.core.nodes import EntryDomain, Interval
from symgrad.core.ranges import Affine, Range, Subset
from symgrad.reading.names.name_keys import labelled_size
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.cuts import find, parted, without_commas
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, error, is_name, letter_key, script_argument, strip_groups

POSITIVE = (">0", "+", "++", "{>0}")
NONNEGATIVE = ("\\ge0", "\\geq0", "0+")
SIGNS = ("-11", "-1+1", "1-1", "+1-1", "\\pm1")
"""The spellings of ``\\mathbb{R}_{>0}``, ``\\mathbb{R}_{\\ge 0}`` and ``\\{-1, 1\\}``."""
MAX_AXES = 6
MAX_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Reals:
    """An array of numbers; ``row`` for the shape ``1 x D``."""

    ranges: tuple[Range, ...]
    domain: EntryDomain = "real"
    row: bool = False
    within: Interval | None = None


@dataclass(frozen=True, slots=True)
class PositionSet:
    """Positions of a range; an array of them if it has ``ranges``."""

    target: Range
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Natural numbers: a name declared in this set is a size."""


DeclaredSet = Reals | PositionSet | Counts | Subset


def affine_size(scope: Scope, tokens: Sequence[Token]) -> Affine:
    """A size: a name, a number, a sum, ``2D``, ``|V|``. Its names become sizes."""
    tokens = strip_groups(tokens)
    if is_cardinality(tokens):
        name = f"|{''.join(letter_key(t) for t in tokens[1:-1])}|"
        scope.sizes.add(name)
        return Affine.of(name)
    size = _SizeReader(scope, tokens).read()
    if not size.terms and size.const < 0:
        span = cover(tokens)
        raise error("SG109", f"`{span.text}` is not a size", span, "a size is a name or a nonnegative number")
    return size


def is_cardinality(tokens: Sequence[Token]) -> bool:
    """True for ``|V|``."""
    return len(tokens) >= 3 and tokens[0].text in ("\\lvert", "|") and tokens[-1].text in ("\\rvert", "|")


@dataclass(slots=True)
class _SizeReader:
    """Reads ``2D + d_k - 1`` term by term; a term is a factor, a name, or both."""

    scope: Scope
    tokens: tuple[Token, ...]
    total: Affine = field(default_factory=Affine)
    sign: int = 1
    factor: int | None = None
    name: str = ""

    def read(self) -> Affine:
        at = 0
        while at < len(self.tokens):
            t = self.tokens[at]
            at += 1
            if t.kind == "symbol" and t.text in "+-":
                self.end_term()
                self.sign = 1 if t.text == "+" else -1
            elif t.kind == "number" and t.text.isdigit() and len(t.text) <= MAX_DIGITS and not self.name:
                self.factor = (1 if self.factor is None else self.factor) * int(t.text)
            elif is_name(t) and not self.name:
                self.name = letter_key(t)
            elif t.kind == "sub" and self.name:
                label, at = script_argument(self.tokens, at)
                self.name = labelled_size(self.name, label)
            elif t.kind == "prime" and self.name:
                self.name += "'"
            elif t.text not in ("\\cdot", "*"):
                remedy = "sizes are letters, numbers and their sums"
                raise error("SG109", f"`{t.text}` is not understood in a size", t.span, remedy)
        self.end_term()
        return self.total

    def end_term(self) -> None:
        scale = self.sign * (1 if self.factor is None else self.factor)
        if self.name:
            self.scope.sizes.add(self.name)  # `d_k` declares no `d`
            self.total = self.total + Affine.of(self.name).scale(scale)
        elif self.factor is not None:
            self.total = self.total + scale
        self.factor, self.name = None, ""


def counted(scope: Scope, tokens: Sequence[Token]) -> Range | None:
    """``1, \\dots, C`` or ``0, \\dots, C`` as a range of positions counted from 1: ``1 .. C`` or ``1 .. C + 1``."""
    inner = without_commas(tokens)
    if [t.text for t in inner[:3]] in (["1", "2", "\\dots"], ["0", "1", "\\dots"]):
        inner = (inner[0], *inner[2:])
    if find(inner, "\\dots") != 1 or len(inner) < 3 or inner[0].text not in ("0", "1"):
        return None
    return _up_to(inner[0], affine_size(scope, inner[2:]))


def _listed(scope: Scope, inner: Sequence[Token]) -> Range | None:
    """``1, K`` and ``1, \\dots, K`` in square brackets, if the last one is named: ``[1, 2]`` is an interval."""
    if find(inner, ",") is None or inner[0].text != "1" or not any(is_name(t) for t in inner):
        return None
    if find(inner, "\\dots") is not None:
        return counted(scope, inner)
    ends = parted(inner, ",")
    return Range.of_size(affine_size(scope, ends[1])) if len(ends) == 2 and len(ends[0]) == 1 and ends[1] else None


def _up_to(first: Token, last: Affine) -> Range:
    return Range.of_size(last if first.text == "1" else last + 1)


def _shape(scope: Scope, tokens: Sequence[Token]) -> tuple[Affine, ...]:
    """``W \\times D``"""
    if not tokens:
        return ()
    sizes = parted(strip_groups(tokens), "\\times")
    if any(not s for s in sizes):
        raise error("SG109", "a size is missing in this shape", cover(tokens), "write `\\mathbb{R}^{W \\times D}`")
    if len(sizes) > MAX_AXES:
        raise error("SG002", f"arrays of more than {MAX_AXES} axes are not read", cover(tokens))
    shape = tuple(affine_size(scope, s) for s in sizes)
    if Affine() in shape:
        raise error("SG109", "an array of this shape has no entries", cover(tokens), "a size is 1 at least")
    return shape


def is_shape(tokens: Sequence[Token]) -> bool:
    """True for ``D \\times M`` and nothing else."""
    plain = all(
        is_name(t) or t.kind in ("number", "sub", "open", "close") or t.text in ("\\times", "+", "-") for t in tokens
    )
    return plain and sum(t.text == "\\times" for t in tokens) >= 1 and all(parted(tokens, "\\times"))


def read_shape(scope: Scope, tokens: Sequence[Token]) -> Reals | None:
    """The arrays of the shape ``D \\times M``; None for anything else, a product of declared arrays among it."""
    if not is_shape(tokens) or any(scope.is_array(letter_key(t)) for t in tokens if is_name(t)):
        return None
    return _array(scope, tokens, "real")


def _scripts(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], tuple[Token, ...], int]:
    """The subscript and the superscript at a position, and the position after them."""
    sub: tuple[Token, ...] = ()
    sup: tuple[Token, ...] = ()
    while at < len(tokens) and tokens[at].kind in ("sub", "sup"):
        arg, end = script_argument(tokens, at + 1)
        if tokens[at].kind == "sub":
            sub = arg
        else:
            sup = arg
        at = end
    return sub, sup, at


def read_set(scope: Scope, tokens: Sequence[Token]) -> DeclaredSet | None:
    """The set that ``tokens`` denote; None if it is unknown."""
    if not tokens:
        return None
    first = tokens[0]
    if first.kind == "letter" and first.style == "bb":
        return _blackboard(scope, tokens)
    if len(tokens) == 1 and letter_key(first) in scope.subsets:
        return scope.subsets[letter_key(first)]
    name = "".join(letter_key(t) if is_name(t) else t.text.strip() for t in tokens)
    if name in scope.sets:
        return PositionSet(scope.sets[name])
    if first.text in ("[", "\\lbrack"):
        end = find(tokens, "]", "\\rbrack")
        if end is None:
            end = find(tokens, ")")
            return None if end is None else _interval(scope, tokens, end)
        over = _listed(scope, tokens[1:end])
        if over is not None:
            return _positions(scope, tokens, end, over)
        if find(tokens[1:end], ",") is not None:
            return _interval(scope, tokens, end)
        return _positions(scope, tokens, end, Range.of_size(affine_size(scope, tokens[1:end])))
    if first.text == "(":
        end = find(tokens, ")", "]", "\\rbrack")
        return None if end is None else _interval(scope, tokens, end)
    return _braces(scope, tokens) if first.text == "\\{" else None


def _blackboard(scope: Scope, tokens: Sequence[Token]) -> DeclaredSet | None:
    """``\\mathbb{R}`` with a sign and a shape, ``\\mathbb{N}``, ``\\mathbb{Z}``."""
    sub, sup, at = _scripts(tokens, 1)
    if at != len(tokens):
        return None
    if tokens[0].text in ("N", "Z"):
        return Counts()
    if tokens[0].text != "R":
        return None
    text = "".join(t.text for t in sub)
    domain: EntryDomain = "real"
    if text in POSITIVE or (not text and sup and sup[0].text == "+"):
        domain = "positive"
        sup = sup[1:] if sup and sup[0].text == "+" else sup
    elif text in NONNEGATIVE:
        domain = "nonnegative"
    elif text:
        span = cover(sub)
        raise error("SG109", f"`{span.text}` is not understood here", span, "use `_{>0}`, `_+` or `_{\\ge 0}`")
    return _array(scope, sup, domain)


def _array(scope: Scope, sup: Sequence[Token], domain: EntryDomain) -> Reals:
    """An array; axes of size 1 are dropped: ``D \\times 1`` is a column, ``1 \\times D`` a row, ``1`` a number."""
    sizes = _shape(scope, sup)
    one = Affine((), 1)
    if len(sizes) == 2 and sizes[0] == one:
        return Reals((Range.of_size(sizes[1]),) if sizes[1] != one else (), domain, sizes[1] != one)
    if len(sizes) == 2 and sizes[1] == one:
        return Reals((Range.of_size(sizes[0]),), domain)
    if len(sizes) == 1 and sizes[0] == one:
        return Reals((), domain)
    return Reals(tuple(Range.of_size(s) for s in sizes), domain)


def _interval(scope: Scope, tokens: Sequence[Token], end: int) -> Reals | None:
    """``(0, 1)^N``, ``[0, 1]``, ``(-\\infty, 0)``, ``(0, 1]``, between numbers; None for anything else."""
    ends = parted(tokens[1:end], ",")
    if len(ends) != 2 or not all(ends):
        return None
    low, high = (_end(e) for e in ends)
    _, sup, at = _scripts(tokens, end + 1)
    if at != len(tokens) or low is None or high is None or low >= high:
        return None
    within = Interval(
        None if low == -math.inf else Fraction(low),
        None if high == math.inf else Fraction(high),
        tokens[0].text != "(",
        tokens[end].text != ")",
    )
    domain: EntryDomain = "real"
    if low >= 0:
        domain = "positive" if low > 0 or not within.has_low else "nonnegative"
    if within.high is None and low == 0:
        return _array(scope, sup, domain)
    return replace(_array(scope, sup, domain), within=within)


def _end(tokens: Sequence[Token]) -> Fraction | float | None:
    """An end of an interval: a number with a sign, or ``\\infty``."""
    text = "".join(t.text for t in tokens)
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("+-")
    if text == "\\infty":
        return sign * math.inf
    return sign * Fraction(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _positions(scope: Scope, tokens: Sequence[Token], end: int, target: Range) -> PositionSet | None:
    """Positions of a range in square brackets, ``[W]^K``."""
    _, sup, at = _scripts(tokens, end + 1)
    if at != len(tokens):
        return None
    return PositionSet(target, tuple(Range.of_size(s) for s in _shape(scope, sup)))


def _braces(scope: Scope, tokens: Sequence[Token]) -> DeclaredSet | None:
    """``\\{0, 1\\}^N``, ``\\{-1, 1\\}``, ``\\{1, \\dots, C\\}``"""
    end = find(tokens, "\\}")
    if end is None:
        return None
    inner = without_commas(tokens[1:end])
    text = "".join(t.text for t in inner)
    if text == "01" or text in SIGNS:
        _, sup, at = _scripts(tokens, end + 1)
        return _array(scope, sup, "bit" if text == "01" else "sign") if at == len(tokens) else None
    dots = find(inner, "\\dots")
    if dots is None or dots + 1 >= len(inner) or inner[0].text not in ("0", "1"):
        return None
    return _positions(scope, tokens, end, _up_to(inner[0], affine_size(scope, inner[dots + 1 :])))
