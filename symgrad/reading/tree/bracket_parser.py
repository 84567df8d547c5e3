"""Brackets of all kinds: groups, bars, indicators, cases."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.tokens.cuts import outermost, split_rows
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.cursor import COMPARISONS, OPEN, Cursor
from symgrad.reading.tree.scripts import error, script_argument
from symgrad.reading.tree.syntax import CasesNode, Indicator, Paren, Sym, SyntaxNode
from symgrad.text.source import Span

PAIRS = {"[": "]", "(": ")", "\\{": "\\}"}
"""The brackets of an indicator."""


class BracketParser(Cursor):
    """Brackets of all kinds."""

    def bracket(self, opening: str, kind: str, closing: str, name: str) -> Paren:
        """The items up to a closing bracket, separated by commas and bars."""
        start = self.tokens[self.at]
        self.at += 1
        # an odd bar inside a bracket separates two arguments: p(o | c)
        closes = name in ("|", "||") or self.bars_before(closing) % 2 == 1
        outer, self.bars = self.bars, 1 if closes else 0
        outer_ends, self.ends = self.ends, frozenset()
        items: list[SyntaxNode] = []
        given = 0
        while True:
            t = self.peek()
            if t is None:
                raise error("SG102", f"`{opening}` is not closed", start.span, f"add the missing `{closing}`")
            if t.kind == kind and t.text == closing and items:
                break
            if (t.kind == "symbol" and t.text in ",;") or (
                t.kind == "symbol" and t.text == "|" and closes and name not in ("|", "||")
            ):
                if not items:
                    raise error("SG104", "an expression is missing here", t.span)
                given = given or (len(items) if t.text == "|" else 0)
                self.at += 1
            elif t.kind == "command" and t.text == "\\mid":
                given = given or len(items)
                self.at += 1
            elif items and self.tokens[self.at - 1].text not in (",", ";", "|", "\\mid"):
                raise error("SG101", f"`{t.written}` is not expected inside these brackets", t.span)
            items.append(self.terms())
        end = self.tokens[self.at]
        self.at += 1
        self.bars, self.ends = outer, outer_ends
        return Paren(start.span.to(end.span), name, tuple(items), given)

    def bars_before(self, closing: str) -> int:
        """The number of bars at this level before the bracket closes."""
        depth = count = 0
        for t in self.tokens[self.at :]:
            if depth == 0 and t.text == closing:
                return count
            depth += (t.kind == "open" or t.text in OPEN) - (t.kind == "close" or t.text in ")]")
            count += depth == 0 and t.kind == "symbol" and t.text == "|"
        return count

    def indicator(self) -> SyntaxNode:
        """``\\mathbb{1}[i = j]``, ``1_{i = j}``, and ``\\mathbf{1}_N`` without a condition."""
        start = self.tokens[self.at]
        self.at += 1
        t = self.peek()
        if t is not None and t.kind == "sub":
            arg, end = script_argument(self.tokens, self.at + 1)
            stripped = arg[1:-1] if arg and arg[0].text in PAIRS else arg
            span = start.span.to(self.tokens[end - 1].span)
            self.at = end
            if any(x.text in COMPARISONS for x in stripped):
                return self.scripted(Indicator(span, tuple(stripped)))
            return self.scripted(Sym(start.span, "\\mathbf{1}", "", arg))
        if t is None or t.text not in PAIRS:
            return self.scripted(Sym(start.span, "\\mathbf{1}"))
        closing = self.closing(self.at)
        if closing is None:
            raise error("SG102", f"`{t.written}` is not closed", t.span)
        node = Indicator(start.span.to(self.tokens[closing].span), tuple(self.tokens[self.at + 1 : closing]))
        self.at = closing + 1
        return self.scripted(node)

    def closing(self, at: int) -> int | None:
        """The position where the bracket that opens at a position closes; None if it does not."""
        opens, closes = self.tokens[at].text, PAIRS[self.tokens[at].text]
        depth = 0
        for k in range(at, len(self.tokens)):
            depth += (self.tokens[k].text == opens) - (self.tokens[k].text == closes)
            if depth == 0:
                return k
        return None

    def condition_follows(self, spaced: bool = True) -> bool:
        """True if a bracket or a subscript with a comparison in it follows the next token.

        spaced: also a parenthesis behind a space; a plain number may stand before a condition, ``y = 1 \\; (x > 0)``.
        """
        after = self.peek(1)
        if after is None or (after.kind != "sub" and after.text not in PAIRS):
            return False
        if after.text == "(" and after.spaced and not spaced:
            return False
        if after.kind == "sub":
            return any(x.text in COMPARISONS for x in script_argument(self.tokens, self.at + 2)[0])
        end = self.closing(self.at + 1)
        return end is not None and any(t.text in COMPARISONS for _, t in outermost(self.tokens[self.at + 2 : end]))

    def iverson_bracket(self) -> SyntaxNode | None:
        """``[i = j]``: a bracket that holds a comparison and nothing of a list."""
        depth = 0
        for k in range(self.at, len(self.tokens)):
            depth += (self.tokens[k].text == "[") - (self.tokens[k].text == "]")
            if depth == 0:
                inner = self.tokens[self.at + 1 : k]
                if not any(t.text in COMPARISONS for _, t in outermost(inner)):
                    return None
                node = Indicator(self.tokens[self.at].span.to(self.tokens[k].span), tuple(inner))
                self.at = k + 1
                return self.scripted(node)
        return None

    def inside_environment(self) -> tuple[Sequence[Token], Span]:
        """The tokens inside of the environment that begins here, and its place; goes on behind it."""
        start = self.tokens[self.at]
        depth = 0
        end = None
        for k in range(self.at, len(self.tokens)):
            if self.tokens[k].kind == "begin":
                depth += 1
            elif self.tokens[k].kind == "end":
                depth -= 1
                if depth == 0:
                    end = k
                    break
        if end is None:
            raise error("SG102", f"`\\begin{{{start.text}}}` is not closed", start.span)
        inner = self.tokens[self.at + 1 : end]
        span = start.span.to(self.tokens[end].span)
        self.at = end + 1
        return inner, span

    def environment(self) -> SyntaxNode:
        start = self.tokens[self.at]
        inner, span = self.inside_environment()
        if start.text not in ("cases", "cases*", "dcases"):
            raise error("SG112", f"the environment `{start.text}` is not read inside of an expression", span)
        branches: list[tuple[SyntaxNode, tuple[Token, ...]]] = []
        for row in split_rows(inner):
            cut = next((k for k, t in outermost(row) if t.kind == "align"), len(row))
            value = list(row[:cut])
            while value and value[-1].kind == "symbol" and value[-1].text in ",;.":
                value.pop()
            if branches and _is_undefined(value):
                continue  # at the kink nothing is said
            branches.append((self.sub_parse(value, span), tuple(row[cut + 1 :])))
        return CasesNode(span, tuple(branches))


def _is_undefined(value: Sequence[Token]) -> bool:
    """True for a branch that says of its case that there is no value, ``\\text{undefined}``."""
    said = "".join(t.text for t in value).strip(" .,").lower()
    words = all(t.kind in ("text", "word") for t in value)
    return bool(value) and words and said in ("undefined", "not defined", "undef", "undef.", "does not exist", "dne")
