"""The assumptions in force, elaborated for a claim, and the ranges written after a relation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symgrad.core.claims import Assumption
from symgrad.core.nodes import Cond, Entry, Lam, MatrixFunction, Mul, Sum, Tensor, add, free_indices, neg
from symgrad.core.ranges import Index, Range
from symgrad.reading.document.assertions import is_ground
from symgrad.reading.meaning.conditions import read_conditions
from symgrad.reading.meaning.expectations import total_probability
from symgrad.reading.meaning.open_index import closed, same_range
from symgrad.reading.meaning.raw_trees import condition, expression, ungrouped
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ShapeMismatch, aligned, is_zero
from symgrad.reading.names.name_keys import letter_of
from symgrad.reading.names.scope import Assumed, Scope
from symgrad.reading.names.sets import PositionSet, counted, read_set
from symgrad.reading.tokens.cuts import items, outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, is_name
from symgrad.reading.tree.syntax import Sym
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

DEFINITE = ("\\succ", "\\succeq")
"""The signs of definite matrices, ``A \\succ 0``."""


@dataclass(slots=True)
class ReadAssumptions:
    """The assumptions that can be read, and diagnostics for the others."""

    assumptions: tuple[Assumption, ...] = ()
    unclear: tuple[tuple[Assumption, Span], ...] = ()
    """Those that the prose does not plainly assert, with their places."""
    diagnostics: list[Diagnostic] = field(default_factory=list)


def read_assumptions(el: Reading) -> ReadAssumptions:
    """Read every assumption in force under the current scope."""
    facts = ReadAssumptions()
    out: list[Assumption] = []
    unclear: list[tuple[Assumption, Span]] = []
    for assumed in el.scope.assumed:
        child, problem = el.child(), None
        try:
            if assumed.standing == "unclear":
                unclear += [(a, assumed.place or assumed.span) for a in _one(child, assumed)]
            else:
                out.extend(_one(child, assumed))
        except NotationError as e:
            problem = e.diagnostic
        except ShapeMismatch as e:
            problem = Diagnostic("SG113", str(e), assumed.span, "check the shapes")
        if problem is not None and assumed.standing != "unclear":
            facts.diagnostics.append(problem)
    if el.scope.has_random():
        out.append(total_probability())
    facts.assumptions, facts.unclear = tuple(out), tuple(unclear)
    return facts


@dataclass(slots=True)
class AssumptionsInForce:
    """The assumptions as they were last read: the chains of a document share them until a name or one of them changes.

    With names whose ranges are still open they are read for each chain.
    """

    last: ReadAssumptions | None = None
    under: tuple[Any, ...] = ()

    def read(self, el: Reading) -> ReadAssumptions:
        scope = el.scope
        assumed = [(a, a.standing, a.unless) for a in scope.assumed]
        flags = scope.gradients, scope.leaves_out, scope.matrix_exponentials, len(scope.twins), len(scope.array_valued)
        under = scope.version, assumed, flags, list(scope.other_sides.values())
        if self.last is None or self.under != under or scope.provisional or el.varied:
            self.last, self.under = read_assumptions(el), under
        return self.last


def pointed_back(el: Reading, tokens: tuple[Token, ...]) -> list[tuple[Assumption, Span]]:
    """What a formula says that the sentence behind a display gives as its ground, if it can be read."""
    try:
        return [(a, cover(tokens)) for a in _one(el.child(), Assumed(tokens, cover(tokens)))]
    except (NotationError, ShapeMismatch):
        return []


def _one(el: Reading, assumed: Assumed) -> list[Assumption]:
    tokens, text = assumed.tokens, assumed.span.text
    equal = next((k for k, t in outermost(tokens) if t.text == "="), None)
    if equal is not None:
        equation = _equation(el, tokens[:equal], tokens[equal + 1 :], assumed)
        return [equation, *_skew(el, equation)]
    definite = next((k for k, t in outermost(tokens) if t.text in DEFINITE), None)
    if definite is not None:
        return _definite(el, tokens[:definite], assumed)
    conds = read_conditions(el, tokens, assumed.span)
    unless = read_conditions(el, assumed.unless, assumed.span) if assumed.unless else []
    el.letters.resolve_ties()
    params = tuple(map(closed, el.letters.open.values()))
    limits = tuple(condition(u.negate()) for u in unless)
    return [Assumption("condition", text, cond=condition(c), params=params, unless=limits) for c in conds]


def _definite(el: Reading, name: tuple[Token, ...], assumed: Assumed) -> list[Assumption]:
    """``A \\succ 0`` as ``A = A^\\top`` and ``A = L L^\\top`` with a square ``L``, a Cholesky factor or a root."""
    value = el.value(el.parse(name, assumed.span))
    entry = ungrouped(value.body)
    if not isinstance(entry, Entry) or len(value.axes) != 2 or entry.indices != value.axes:
        return []  # nothing is known of the factors of a quantity with a definition
    if not same_range(*value.axes):
        raise ShapeMismatch("only a square matrix is definite", value, value, assumed.span)
    i, j = map(closed, value.axes)
    over = i.range
    assert over is not None  # that of a declared array
    factor = el.scope.factors.setdefault(entry.tensor, Tensor(f"L {entry.tensor.name}", (over, over)))
    k = Index("k", over, "bound")
    product = Sum(k, Mul((Entry(factor, (i, k)), Entry(factor, (j, k)))))
    there, turned = Entry(entry.tensor, (i, j)), Entry(entry.tensor, (j, i))
    name_text = cover(name).text
    regular = []
    if any(t.text == "\\succ" for t in assumed.tokens):
        positive = Cond("pos", MatrixFunction("determinant", Lam((i, j), there), ()))
        regular = [Assumption("condition", assumed.span.text, cond=positive)]
    return [
        Assumption("equation", f"{name_text} = {name_text}^\\top", there, turned, None, (i, j)),
        Assumption("equation", assumed.span.text, there, product, None, (i, j), factor=factor),
        *regular,
    ]


def _skew(el: Reading, equation: Assumption) -> list[Assumption]:
    """``A = -A^\\top`` as ``A = B - B^\\top`` besides, with some square ``B``."""
    sides = [(equation.left, equation.right), (equation.right, equation.left)]
    entry, other = sides[0] if isinstance(equation.left, Entry) else sides[1]
    if not isinstance(entry, Entry) or len(entry.indices) != 2 or other is None:
        return []
    i, j = entry.indices
    if i == j or other is not neg(Entry(entry.tensor, (j, i))) or set(equation.params) != {i, j}:
        return []
    factor = el.scope.factors.setdefault(entry.tensor, Tensor(f"B {entry.tensor.name}", entry.tensor.ranges))
    apart = add(Entry(factor, (i, j)), neg(Entry(factor, (j, i))))
    return [Assumption("equation", equation.latex, entry, apart, None, equation.params, factor=factor)]


def _equation(el: Reading, left: tuple[Token, ...], right: tuple[Token, ...], assumed: Assumed) -> Assumption:
    a, b = (el.value(el.parse(side, assumed.span)) for side in (left, right))
    if is_zero(b) and a.axes:
        b = replace(b, axes=a.axes, row=a.row)
    pairs = [pair for pair in zip(a.axes, b.axes, strict=False) if same_range(*pair)]
    if not len(pairs) == len(a.axes) == len(b.axes) or a.row != b.row:
        raise ShapeMismatch("an assumption equates arrays of shapes that differ", a, b, assumed.span)
    el.letters.resolve_ties()
    x, y = expression(a.body), expression(aligned(b, a.axes))
    found = (free_indices(x) | free_indices(y)) & set(map(closed, (*el.letters.open.values(), *a.axes)))
    params = tuple(sorted(found, key=lambda i: i.serial))
    return Assumption("equation", assumed.span.text, x, y, None, params)


def read_ground(el: Reading, tokens: Sequence[Token], span: Span, of_derivative: bool) -> Assumption | None:
    """The equation that is said to hold beside a relation, ``\\text{since } \\sum_i y_i = 1``, if it can be read.

    ``y = \\sigma(z)`` beside a derivative would define ``y``, and is none: an assumption says nothing of derivatives.
    """
    plain = tuple(t for t in tokens if t.kind != "text")
    if not is_ground(" ".join(t.text for t in tokens if t.kind == "text")):
        return None
    signs = [k for k, t in outermost(plain) if t.text == "="]
    if len(signs) != 1:
        return None
    sides = plain[: signs[0]], plain[signs[0] + 1 :]
    try:
        if of_derivative and any(isinstance(el.parse(side, span), Sym) for side in sides):
            return None
        return _equation(el.child(), *sides, Assumed(plain, span))
    except (NotationError, ShapeMismatch):
        return None


def says_nothing(tokens: Sequence[Token]) -> bool:
    """True for ``\\forall k``, which adds nothing: a claim holds for all values of its free letters
    anyway; and for words about a name, ``\\text{where $w$ is the weight}``.
    """
    explains = tokens[0].kind == "text" and tokens[0].text.strip().lower() in ("where", "here", "with")
    if explains and any(t.kind == "text" for t in tokens[1:]) and all(t.kind == "text" or is_name(t) for t in tokens):
        return True
    return all(t.text in ("\\forall", ",") or t.kind in ("text", "prime") or is_name(t) for t in tokens) and any(
        t.text == "\\forall" or (t.kind == "text" and "all" in t.text) for t in tokens
    )


def read_restrictions(scope: Scope, tokens: Sequence[Token]) -> list[tuple[str, Range]]:
    """The letters to which a trailing remark gives a range, ``i = 1, \\dots, C`` or ``i \\in [N]``; else none."""
    words = [t for t in tokens if t.kind != "text" and t.text != "\\forall"]
    at = next((k for k, t in outermost(words) if t.text in ("=", "\\in")), None)
    if not at:
        return []
    names = [letter_of(n) for n in items(words[:at])]
    if None in names:
        return []
    over = _range(scope, words[at].text, words[at + 1 :])
    return [(n, over) for n in names if n is not None] if over is not None else []


def _range(scope: Scope, sign: str, right: Sequence[Token]) -> Range | None:
    if sign == "=":
        return counted(scope, right)
    whole = read_set(scope, right)
    return whole.target if isinstance(whole, PositionSet) and not whole.ranges else None
