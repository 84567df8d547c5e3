"""LaTeX of one side as nested items, by a scanner of its own: mutants must not depend on the reader they test.

A level is a list of terms, a term a sign with factors; every item knows its characters. Subscripts are
lists of letters. What the scanner does not understand stays one opaque character, which is only deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\[A-Za-z]+|\\.|[0-9]+|\S", re.DOTALL)
ACCENTS = ("\\hat", "\\bar", "\\tilde")
FUNCTIONS = ("\\exp", "\\log", "\\tanh", "\\sigma", "\\operatorname")
SPACES = ("\\,", "\\;", "\\quad", "\\qquad", "&", "\\\\", "\\left", "\\right")
PAIRS = {"(": ")", "[": "]", "\\lVert": "\\rVert"}


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Factor:
    """kind: name, number, function, fraction, group, sum, delta, other. ``start .. end`` holds the scripts too."""

    kind: str
    start: int
    end: int
    name: str = ""
    base_end: int = 0
    """Where the name ends and the scripts start."""
    levels: list[Level] = field(default_factory=list)
    subscripts: list[list[Token]] = field(default_factory=list)
    superscripts: list[tuple[int, int, str]] = field(default_factory=list)
    argument: int = -1
    """Offset of the first character inside a function's brackets."""


@dataclass(slots=True)
class Term:
    sign: Token | None
    factors: list[Factor]

    @property
    def start(self) -> int:
        return self.factors[0].start

    @property
    def end(self) -> int:
        return self.factors[-1].end


Level = list[Term]


def tokens(text: str, offset: int = 0) -> list[Token]:
    return [Token(m.group(), m.start() + offset, m.end() + offset) for m in TOKEN.finditer(text)]


class Scanner:
    """Recursive descent over the tokens of one side."""

    def __init__(self, text: str, offset: int) -> None:
        self.tokens = tokens(text, offset)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def level(self, closer: str = "") -> Level:
        terms: Level = []
        sign: Token | None = None
        factors: list[Factor] = []

        def close() -> None:
            if factors:
                terms.append(Term(sign, list(factors)))
                factors.clear()

        while self.at < len(self.tokens) and self.peek() != closer:
            text = self.peek()
            if text in ("+", "-"):
                close()
                sign = self.take()
            elif text == "\\left" and self.at + 1 < len(self.tokens):
                start = self.take().start
                factors.append(self.factor())
                factors[-1].start = start
            elif text in SPACES:
                broke = self.take().text == "&"
                if broke:  # a new cell of a table is no product with the one before
                    close()
                    sign = None
            else:
                factors.append(self.factor())
        close()
        return terms

    def factor(self) -> Factor:
        token = self.take()
        f = Factor("other", token.start, token.end, token.text, token.end)
        text = token.text
        if text in ("\\frac", "\\dfrac"):
            f.kind = "fraction"
            for _ in range(2):
                if self.peek() == "{":
                    self.braced(f)
        elif text in PAIRS or text == "{":
            f.kind = "group"
            f.levels.append(self.level("}" if text == "{" else PAIRS[text]))
            if self.at < len(self.tokens):
                f.end = f.base_end = self.take().end
        elif text in FUNCTIONS:
            self.function(f)
            return f
        elif text == "\\text":
            self.braced(f)
        elif text in ACCENTS and self.at < len(self.tokens):
            f.kind = "name"
            if self.peek() == "{":
                self.braced(f)
            else:
                f.end = f.base_end = self.take().end
            f.name = text
        elif text.isdigit():
            f.kind = "number"
        elif text == "\\delta":
            f.kind = "delta"
        elif text == "\\sum":
            f.kind = "sum"
        elif text == "\\partial" or re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+", text):
            f.kind = (
                "name"
                if re.fullmatch(r"[A-Za-z]|\\(mu|nu|tau|chi|omega|theta|alpha|beta|ell|kappa)", text)
                else "other"
            )
        self.scripts(f)
        return f

    def braced(self, f: Factor) -> None:
        self.take()
        f.levels.append(self.level("}"))
        if self.at < len(self.tokens):
            f.end = f.base_end = self.take().end

    def function(self, f: Factor) -> None:
        """``\\log \\sigma(x)`` is one factor, and so is ``\\log Z``."""
        f.kind = "function"
        if f.name == "\\operatorname" and self.peek() == "{":
            start = self.at
            while self.at < len(self.tokens) and self.take().text != "}":
                pass
            f.name = "".join(t.text for t in self.tokens[start : self.at])
            f.base_end = f.end = self.tokens[self.at - 1].end
        self.scripts(f)
        while self.peek() in ("\\left",):
            self.take()
        if self.peek() in PAIRS:
            opener = self.take()
            f.argument = opener.end
            f.levels.append(self.level(PAIRS[opener.text]))
            if self.at < len(self.tokens):
                f.end = self.take().end
            self.scripts(f)
        elif self.peek() and self.peek() not in ("+", "-", ")", "]", "}", *SPACES):
            inner = self.factor()
            found = [inner]
            if inner.kind == "sum":
                found.append(self.factor())
            f.levels.append([Term(None, found)])
            f.end = found[-1].end

    def scripts(self, f: Factor) -> None:
        while self.peek() in ("_", "^", "'"):
            mark = self.take()
            if mark.text == "'":
                f.superscripts.append((mark.start, mark.end, "'"))
                f.end = mark.end
                continue
            if self.at >= len(self.tokens):
                return
            inside: list[Token] = []
            depth = 0
            while self.at < len(self.tokens):
                token = self.take()
                depth += {"{": 1, "}": -1}.get(token.text, 0)
                if token.text not in "{}":
                    inside.append(token)
                f.end = token.end
                if depth == 0:
                    break
            if mark.text == "_":
                f.subscripts.append(inside)
            else:
                f.superscripts.append((mark.start, f.end, "".join(t.text for t in inside)))
                if f.kind == "sum":
                    f.subscripts.append(inside)


def scan(text: str, offset: int = 0) -> Level:
    return Scanner(text, offset).level()


def levels(level: Level) -> Iterator[Level]:
    """A level and all levels inside it."""
    yield level
    for term in level:
        for f in term.factors:
            for inner in f.levels:
                yield from levels(inner)


def factors(level: Level) -> Iterator[Factor]:
    for one in levels(level):
        for term in one:
            yield from term.factors
