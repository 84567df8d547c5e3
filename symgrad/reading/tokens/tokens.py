"""Raw TeX tokens, a stack to read them from, and the tokens that the lexer produces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symgrad.reading.tokens.spellings import FontStyle, TokenKind
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Source, Span


@dataclass(frozen=True, slots=True)
class Token:
    """One token. ``spaced``: preceded by white space or a thin space."""

    kind: TokenKind
    text: str
    span: Span
    style: FontStyle = ""
    spaced: bool = False

    @property
    def written(self) -> str:
        """The token in the author's own spelling, for messages: ``\\ne`` where it stands for ``\\neq``."""
        return self.span.text if self.kind == "command" else self.text


Raw = tuple[str, int, int, bool]
"""A TeX token: its text, its start and end in the source, and whether white space precedes it."""

MAX_RAW = 200_000
MAX_OPTIONAL = 2_000

_RAW = re.compile(
    r"(?P<space>[ \t\r\n\f\v\u00a0\u2000-\u200d\u2028\u2029\u2060-\u2064\u3000\ufeff]+|%[^\n]*\n?)"
    r"|\\(?:left|right|middle|(?:big|Big|bigg|Bigg)[lrm]?)[ \t\r\n]*\."
    r"|\\(?:[A-Za-z]+|[^A-Za-z]|$)"
    r"|[0-9]+(?:\.[0-9]+)?|\.\.\.|\.[0-9]+|=="
    r"|.[\u0300-\u036f\u20d0-\u20ff]*",
    re.DOTALL,
)


def fail(code: str, message: str, source: Source, start: int, end: int, remedy: str = "") -> NotationError:
    return NotationError(Diagnostic(code, message, Span(source, start, end), remedy))


def scan(text: str, start: int, end: int) -> list[Raw]:
    """The raw tokens of ``text[start:end]``; comments and white space only set the flag of the next token."""
    out: list[Raw] = []
    spaced = False
    for m in _RAW.finditer(text, start, end):
        if m.lastgroup is not None:
            spaced = True
            continue
        out.append((m.group(), m.start(), m.end(), spaced))
        spaced = False
    return out


def scan_inherited(text: str, start: int, end: int, own: bool) -> list[Raw]:
    """The raw tokens of a part of a token, at their own positions, or all at the position of the call."""
    pieces = scan(text, 0, len(text))
    if own:
        return [(t, start + s, start + e, sp) for t, s, e, sp in pieces]
    return [(t, start, end, sp) for t, _, _, sp in pieces]


def prose(tokens: Sequence[Raw]) -> str:
    """The text as written, with single spaces for white space."""
    return "".join((" " if spaced and k else "") + text for k, (text, _, _, spaced) in enumerate(tokens))


class TokenStack:
    """The raw tokens to read, as a stack: arguments are taken off, expansions are pushed."""

    __slots__ = ("ended", "source", "stack")

    def __init__(self, source: Source, tokens: Iterable[Raw]) -> None:
        self.source = source
        self.stack = list(tokens)
        self.stack.reverse()
        self.ended = 0
        """The end of the last argument, including its brace."""

    def push(self, tokens: Iterable[Raw]) -> None:
        self.stack.extend(reversed(list(tokens)))

    def peek(self) -> str:
        return self.stack[-1][0] if self.stack else ""

    def argument(self, call: Raw) -> list[Raw]:
        """The tokens of a mandatory argument without its braces; one digit of a number without braces."""
        if not self.stack or self.stack[-1][0] == "}":
            raise fail(
                "SG104", f"the argument of `{call[0]}` is missing", self.source, call[1], call[2], "write it in braces"
            )
        first = self.stack.pop()
        if first[0] == "{":
            return self._group(first)
        single = self.one_digit(first)
        self.ended = single[2]
        return [single]

    def one_digit(self, raw: Raw) -> Raw:
        """The first digit of a number; the rest is pushed back."""
        text, start, end, spaced = raw
        if len(text) < 2 or not (text[0].isdigit() or text[0] == "."):
            return raw
        own = end - start == len(text)
        rest = (start + 1, end) if own else (start, end)
        self.push(scan_inherited(text[1:], rest[0], rest[1], own))
        return text[0], start, start + 1 if own else end, spaced

    def _group(self, first: Raw) -> list[Raw]:
        depth = 1
        out: list[Raw] = []
        while self.stack:
            raw = self.stack.pop()
            if raw[0] == "{":
                depth += 1
            elif raw[0] == "}":
                depth -= 1
                if depth == 0:
                    self.ended = raw[2]
                    return out
            out.append(raw)
        raise fail("SG102", "this group is not closed", self.source, first[1], first[2], "add the missing `}`")

    def optional(self) -> list[Raw] | None:
        """The tokens of an argument in square brackets, if one follows."""
        if self.peek() != "[":
            return None
        depth = 0
        out: list[Raw] = []
        for k in range(len(self.stack) - 2, max(-1, len(self.stack) - MAX_OPTIONAL), -1):
            text = self.stack[k][0]
            if text == "]" and depth == 0:
                del self.stack[k:]
                return out
            depth += (text == "{") - (text == "}")
            if depth < 0:
                return None
            out.append(self.stack[k])
        return None


BRACKETS = {"(": True, "[": True, "\\{": True, "{": True, ")": False, "]": False, "\\}": False, "}": False}
"""Brackets; True for those that open."""


class Bars:
    """The open bar in each bracket: ``||`` is a norm unless a single bar is open (``|a||b|``)."""

    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open = [""]

    def bracket(self, text: str) -> None:
        if BRACKETS[text]:
            self.open.append("")
        elif len(self.open) > 1:
            self.open.pop()

    def is_norm(self, double: bool) -> bool:
        """Record a bar; True if it belongs to a norm."""
        opened = self.open[-1]
        if double and opened != "|":
            self.open[-1] = "" if opened else "||"
            return True
        if opened != "||":
            self.open[-1] = "" if opened else "|"
        return False
