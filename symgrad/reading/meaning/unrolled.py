"""Expressions at the positions of an unrolled recursion: ``\\sum_{t=1}^{3} h_{t-1}`` is ``h_0 + h_1 + h_2``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symgrad.core.ranges import Range
from symgrad.reading.meaning.recursion import MAX_POSITIONS
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letters_in
from symgrad.reading.tree.syntax import (
    BigOp,
    Derivative,
    Indicator,
    NumberNode,
    Paren,
    ProductNode,
    Sym,
    SyntaxNode,
    Terms,
    parts_of,
    with_parts,
)
from symgrad.reading.tree.used_names import subnodes


def _family(scope: Scope, node: SyntaxNode, letter: str) -> tuple[tuple[str, str], ...] | None:
    """The recursive name of ``h_{t-1}``, if the letter is in its subscript."""
    if not isinstance(node, Sym) or letter not in letters_in(node.sub):
        return None
    style = "bold" if node.style == "bold" else ""
    found = tuple((part, style if k == node.key.count(" ") else "") for k, part in enumerate(node.key.split(" ")))
    return found if found in scope.recursive else None


def unrolled_over(scope: Scope, nodes: Sequence[SyntaxNode], letter: str) -> Range | None:
    """The range of the recursion that expressions use at a letter."""
    names = [_family(scope, n, letter) for node in nodes for n in subnodes(node)]
    return next((scope.recursive[name] for name in names if name is not None), None)


def readable_positions(scope: Scope, nodes: Sequence[SyntaxNode], letter: str, over: Range) -> list[int]:
    """The positions of a range at which every state that the expressions use is known."""
    used = [n for node in nodes for n in subnodes(node) if _family(scope, n, letter) is not None]

    def is_known(node: SyntaxNode) -> bool:
        key, rest, _ = scope.value_key(node) if isinstance(node, Sym) else (None, (), ())
        return key is not None and bool(key.below) and (not rest or rest[0].kind != "symbol")

    places = range(over.lo.const, over.hi.const + 1)
    return [p for p in places if all(is_known(at_position(n, letter, p)) for n in used)]


def chosen(node: SyntaxNode, letter: str, places: Sequence[int]) -> SyntaxNode:
    """``1[t = 1] a_1 + 1[t = 2] a_2 + …``"""
    span = node.span

    def token(kind: str, text: str) -> Token:
        return Token(kind, text, span)  # type: ignore[arg-type]  # one of the kinds

    terms = []
    for p in places:
        is_p = Indicator(span, (token("letter", letter), token("symbol", "="), token("number", str(p))))
        inner = Paren(span, "(", (at_position(node, letter, p),))
        terms.append((1, ProductNode(span, (("", is_p), ("", inner)))))
    return Terms(span, tuple(terms))


def unrolled(scope: Scope, node: BigOp) -> SyntaxNode | None:
    """A sum or product over the positions of a recursion, written out; None for any other."""
    sub = node.sub
    if (
        len(sub) < 3
        or not is_name(sub[0])
        or sub[1].text != "="
        or unrolled_over(scope, [node.body], sub[0].text) is None
    ):
        return None
    first, last = _number(sub[2:]), _number(node.sup)
    if first is None or last is None or last - first >= MAX_POSITIONS:
        return None
    bodies = [at_position(node.body, sub[0].text, p) for p in range(first, last + 1)]
    if not bodies:
        return NumberNode(node.span, Fraction(node.op == "prod"))
    if node.op == "sum":
        return Terms(node.span, tuple((1, body) for body in bodies))
    # derivatives without parentheses are the links of a chain
    inner = bodies if isinstance(node.body, Derivative) else [Paren(node.span, "(", (body,)) for body in bodies]
    return ProductNode(node.span, tuple(("", x) for x in inner))


def _number(tokens: Sequence[Token]) -> int | None:
    """``3``, ``2 + 1``"""
    text = "".join(t.text for t in tokens)
    parts = text.replace("-", "+-").split("+")
    if len(text) > 12 or not all(part.lstrip("-").isdigit() for part in parts):
        return None
    return sum(map(int, parts))


def at_position(node: Any, letter: str, position: int) -> Any:
    """An expression with a number for a letter: ``h_{t-1}`` at 3 is ``h_2``."""
    if isinstance(node, tuple):
        if node and all(isinstance(t, Token) for t in node):
            return _script(node, letter, position)
        return tuple(at_position(item, letter, position) for item in node)
    if not isinstance(node, SyntaxNode):
        return node
    if isinstance(node, Sym) and node.key == letter and not (node.sub or node.sup or node.primes):
        return NumberNode(node.span, Fraction(position))
    if isinstance(node, BigOp) and node.sub and node.sub[0].text == letter:
        return node
    changed = {name: at_position(getattr(node, name), letter, position) for name in parts_of(node)}
    return replace(node, **changed)


def _script(tokens: Sequence[Token], letter: str, position: int) -> tuple[Token, ...]:
    """``t-1, i`` as ``2, i``"""
    out: list[Token] = []
    k = 0
    while k < len(tokens):
        t = tokens[k]
        k += 1
        if not (is_name(t) and t.text == letter):
            out.append(t)
            continue
        value = position
        if k + 1 < len(tokens) and tokens[k].text in ("+", "-") and tokens[k + 1].text.isdigit():
            value += int(tokens[k].text + tokens[k + 1].text)
            k += 2
        if value < 0:
            out.append(replace(t, kind="symbol", text="-"))
        out.append(replace(t, kind="number", text=str(abs(value))))
    return tuple(out)


def with_earlier_states(scope: Scope, nodes: Sequence[SyntaxNode]) -> list[SyntaxNode]:
    """Expressions in which a state stands beside the next one, ``h_t`` beside ``h_{t+1}``: there it is the given state
    before the one at ``t+1``."""
    ahead = {
        (n.key, n.sub[0].text)
        for node in nodes
        for n in subnodes(node)
        if isinstance(n, Sym) and NameKey(n.key) in scope.cells and _texts(n)[1:] == ["+", "1"]
    }

    def given(node: SyntaxNode) -> SyntaxNode:
        if isinstance(node, Sym) and len(node.sub) == 1 and (node.key, node.sub[0].text) in ahead:
            at = node.sub[0]
            plus, one = replace(at, kind="symbol", text="+"), replace(at, kind="number", text="1")
            return replace(node, key=scope.cells[NameKey(node.key)][0].letter, sub=(at, plus, one))
        return with_parts(node, given)

    return [given(node) for node in nodes] if ahead else list(nodes)


def _texts(node: Sym) -> list[str]:
    return [t.text for t in node.sub]
