"""Conditions on positions and numbers: ``i \\neq j``, ``k \\in \\mathcal{N}``, ``z_i > 0``, ``1 \\le j \\le t``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symgrad.core.nodes import Add, Cond, Entry, Expr, Iverson, Num, add, neg, num
from symgrad.core.ranges import Index, IndexExpr
from symgrad.reading.meaning.raw_trees import tidy
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.slots import position
from symgrad.reading.meaning.values import ReadValue, elementwise, negative
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.tokens.cuts import depths, outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, error, letter_key, read_slots
from symgrad.reading.tree.syntax import Position
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

SIGNS = ("=", "\\neq", "<", ">", "\\le", "\\ge", "\\in", "\\notin")
FILLERS = (
    "if",
    "for",
    "when",
    "where",
    "with",
    "all",
    "and",
    "whenever",
    "provided",
    "that",
    "case",
    "in",
    "the",
    "any",
    "every",
    "is",
    "since",
    "because",
    "given",
    "assuming",
)


def split_conditions(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split at commas, ``and``, ``\\wedge``, ``\\land``."""
    out: list[list[Token]] = [[]]
    for t, depth in zip(tokens, depths(tokens), strict=True):
        if depth > 0:
            out[-1].append(t)
        elif (
            t.kind == "quad"
            or (t.kind == "symbol" and t.text in ",;.")
            or t.text in ("\\wedge", "\\land", "\\forall")
            or (t.kind in ("text", "word") and all(w in FILLERS for w in t.text.strip(" ,.;:()").lower().split()))
        ):
            out.append([])
        else:
            out[-1].append(t)
    return [c for c in out if c]


def read_conditions(el: Reading, tokens: Sequence[Token], span: Span) -> list[Cond]:
    """Read conditions that hold together. Raises ``NotationError`` at one that is not understood."""
    pieces = split_conditions(tokens)
    if not pieces:
        raise error(
            "SG111", "this condition is not understood", span, "write it as `i \\neq j` or `k \\in \\mathcal{N}`"
        )
    out: list[Cond] = []
    for piece in pieces:
        cuts = [k for k, t in outermost(piece) if t.text in SIGNS]
        if not cuts:
            raise error(
                "SG111",
                "this condition is not understood",
                cover(piece),
                "write it as `i \\neq j` or `k \\in \\mathcal{N}`",
            )
        for n, cut in enumerate(cuts):
            left = piece[(cuts[n - 1] + 1 if n else 0) : cut]
            right = piece[cut + 1 : cuts[n + 1] if n + 1 < len(cuts) else len(piece)]
            if not left or not right:
                raise error("SG111", "a side of this condition is missing", piece[cut].span)
            out.extend(_one(el, left, piece[cut], right))
    return out


def _one(el: Reading, left: list[Token], sign: Token, right: list[Token]) -> list[Cond]:
    if sign.text in ("\\in", "\\notin"):
        return _membership(el, left, sign, right)
    a, b = as_position(el, left), as_position(el, right)
    if a is not None and b is not None:
        el.letters.tie(a, b, cover([*left, *right]))
        return [_compare(a, sign.text, b)]
    x = el.scalar(el.parse(left, cover(left)), "a side of a condition")
    y = el.scalar(el.parse(right, cover(right)), "a side of a condition")
    return [_compare_numbers(x, sign, y)]


def compared_arrays(el: Reading, tokens: Sequence[Token], span: Span) -> ReadValue | None:
    """``[A > B]`` of arrays, entry by entry; None for any other condition."""
    cuts = [k for k, t in outermost(tokens) if t.text in SIGNS]
    sign = tokens[cuts[0]].text if len(cuts) == 1 else ""
    if sign not in ("<", ">", "\\le", "\\ge"):
        return None
    sides = list(tokens[: cuts[0]]), list(tokens[cuts[0] + 1 :])
    if not all(sides) or None not in [as_position(el, side) for side in sides]:
        return None
    x, y = (el.value(el.parse(side, cover(side))) for side in sides)
    if not x.axes and not y.axes:
        return None
    more, less = (x, y) if sign in (">", "\\le") else (y, x)
    gap = elementwise(Add, (more, negative(less)), span, "a comparison")
    return replace(gap, body=Iverson(Cond("pos", gap.body, None, sign in ("\\le", "\\ge"))))


def _compare(a: IndexExpr, sign: str, b: IndexExpr) -> Cond:
    """A comparison of positions; all four orders are written with ``lt``."""
    return {
        "=": lambda: Cond("eq", a, b),
        "\\neq": lambda: Cond("eq", a, b, True),
        "<": lambda: Cond("lt", a, b),
        ">": lambda: Cond("lt", b, a),
        "\\le": lambda: Cond("lt", b, a, True),
        "\\ge": lambda: Cond("lt", a, b, True),
    }[sign]()


def _compare_numbers(x: Expr, sign: Token, y: Expr) -> Cond:
    more, less = add(x, neg(y)), add(y, neg(x))
    if sign.text in (">", "\\le"):
        return Cond("pos", more, None, sign.text == "\\le")
    if sign.text in ("<", "\\ge"):
        return Cond("pos", less, None, sign.text == "\\ge")
    if sign.text in ("=", "\\neq"):
        above = _two_valued(x, y) or _two_valued(y, x)
        if above is not None:
            return Cond("pos", above, None, sign.text == "\\neq")
    raise error("SG111", "numbers are compared by `<` and `>` alone", sign.span)


def _two_valued(x: Expr, y: Expr) -> Expr | None:
    """An expression that is positive exactly where a bit or sign ``x`` equals ``y``: ``1/2 - d`` for ``d = 0``."""
    x, y = tidy(x), tidy(y)
    if not (isinstance(x, Entry) and isinstance(y, Num)):
        return None
    low = {"bit": 0, "sign": -1}.get(x.tensor.domain)
    if low is None or y.value not in (low, 1):
        return None
    above = add(x, num(Fraction(-(low + 1), 2)))
    return above if y.value == 1 else neg(above)


def _between(el: Reading, left: list[Token], sign: Token, right: list[Token]) -> list[Cond] | None:
    """``p \\in (0, 1)``, ``t \\in [0, \\infty)``: the number lies between two others; None for any other set."""
    ends = _commas(right[1:-1])
    brackets = right[0].text in ("(", "[") and right[-1].text in (")", "]")
    if sign.text != "\\in" or not brackets or len(ends) != 2 or as_position(el, left) is not None:
        return None
    out: list[Cond] = []
    for end, order, closed in ((ends[0], ">", right[0].text == "["), (ends[1], "<", right[-1].text == "]")):
        if end[-1].text != "\\infty":
            out += _one(el, left, replace(sign, text={">": "\\ge", "<": "\\le"}[order] if closed else order), end)
    return out


def _membership(el: Reading, left: list[Token], sign: Token, right: list[Token]) -> list[Cond]:
    between = _between(el, left, sign, right) if len(right) > 1 else None
    if between is not None:
        return between
    subset = el.scope.subsets.get(letter_key(right[0])) if len(right) == 1 else None
    if subset is None:
        raise error(
            "SG105",
            f"`{cover(right).text}` is not declared as a subset",
            cover(right),
            "declare `$\\mathcal{N} \\subseteq [W]$`",
        )
    out = []
    for piece in _commas(left):
        member = as_position(el, piece)
        if member is None:
            raise error("SG111", "only positions are members", cover(piece))
        if isinstance(member, Index):
            el.letters.demand(member, subset.range, cover(piece))
        out.append(Cond("in", member, subset, sign.text == "\\notin"))
    return out


def _commas(tokens: Sequence[Token]) -> list[list[Token]]:
    out: list[list[Token]] = [[]]
    for t in tokens:
        if t.kind == "symbol" and t.text == ",":
            out.append([])
        else:
            out[-1].append(t)
    return [p for p in out if p]


def _name_of(key: str) -> NameKey:
    """The name that a letter of a slot spells, ``z`` or ``z^{(1)}``."""
    base, _, label = key.partition("^")
    return NameKey(base, above=label.removeprefix("{").removesuffix("}"))


def as_position(el: Reading, tokens: Sequence[Token]) -> IndexExpr | None:
    """Tokens as a position: a letter that is not a value here, a number, arithmetic, ``n_k``; else None."""
    if any(t.style == "bold" and NameKey(letter_key(t), bold=True) in el.scope.values for t in tokens):
        return None  # `\\mathbf{z}`, also where `z` is a letter that counts
    try:
        slots = read_slots(tokens)
    except NotationError:
        return None
    if len(slots) != 1 or not isinstance(slots[0], Position):
        return None
    slot = slots[0]
    for _, letter in slot.terms:
        if letter.sub and letter.key not in el.scope.index_arrays:
            return None
        if (
            not letter.sub
            and not el.letters.is_letter(letter.key)
            and (_name_of(letter.key) in el.scope.values or letter.key in el.parameters)
            and not (letter.key in el.scope.sizes and el.scope.calls.named(_name_of(letter.key)))
        ):
            return None
    found = position(el, slot, None)
    return None if isinstance(found, tuple) else found
