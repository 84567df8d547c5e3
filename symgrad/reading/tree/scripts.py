"""Subscripts and superscripts: tokens into slots, labels, transposes and powers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Colon, Label, Letter, Position, Slot
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

_GREEK = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
varrho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi
Psi Omega ell varsigma varpi varkappa digamma
"""
GREEK = frozenset("\\" + name for name in _GREEK.split())
ACCENTS = frozenset(("\\hat", "\\tilde", "\\bar", "\\dot", "\\ddot", "\\check", "\\acute", "\\breve", "\\grave"))

_SIZING = re.compile(r"\\(?:left|right|big|Big|bigg|Bigg|bigl|Bigl|biggl|Biggl)\s*$")


def error(code: str, message: str, span: Span, remedy: str = "") -> NotationError:
    """A diagnostic to raise."""
    return NotationError(Diagnostic(code, message, span, remedy))


def is_name(token: Token) -> bool:
    """True if a token can be the letter of a name."""
    return token.kind in ("letter", "word") or (token.kind == "command" and token.text.partition(" ")[0] in GREEK)


def starts_name(token: Token) -> bool:
    """True if a name starts at a token: with its letter or an accent."""
    return is_name(token) or token.text in ACCENTS


def cover(tokens: Sequence[Token]) -> Span:
    """The span of tokens, extended by their closing braces and a preceding ``\\left``."""
    span = tokens[0].span.to(tokens[-1].span)
    text, start, end = span.source.text, span.start, span.end
    missing = text.count("{", start, end) - text.count("}", start, end)
    while missing > 0 and end < len(text) and text[end] == "}":
        end, missing = end + 1, missing - 1
    sizing = _SIZING.search(text, max(0, start - 8), start)
    return Span(span.source, sizing.start() if sizing else start, end)


def spelled(tokens: Sequence[Token]) -> str:
    """A canonical spelling of tokens, for names with labels."""
    if not tokens:
        return ""
    return "".join(
        f"\\text{{{t.text}}}" if t.kind in ("text", "word") and t.style != "layer" else t.text for t in tokens
    )


def letter_key(token: Token) -> str:
    """The key of a letter with its style. Bold has no key of its own: the scope tells it apart."""
    if token.style in ("cal", "frak", "bb", "sans"):
        return f"\\math{token.style}{{{token.text}}}"
    return token.text


def group_end(tokens: Sequence[Token], start: int) -> int:
    """The position after the group that opens at ``start``."""
    depth = 0
    for k in range(start, len(tokens)):
        if tokens[k].kind == "open":
            depth += 1
        elif tokens[k].kind == "close":
            depth -= 1
            if depth == 0:
                return k + 1
    raise error("SG102", "this group is not closed", tokens[start].span, "add the missing `}`")


def script_argument(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    """The tokens of a script's argument that starts at ``at``, without its braces; the position after."""
    if at >= len(tokens):
        raise error(
            "SG104", "a script is missing here", tokens[at - 1].span, "write what stands above or below the line"
        )
    if tokens[at].kind == "open":
        end = group_end(tokens, at)
        return strip_groups(tokens[at + 1 : end - 1]), end
    if tokens[at].kind == "command" and tokens[at].text in ACCENTS and at + 1 < len(tokens):
        _, end = script_argument(tokens, at + 1)
        return tuple(tokens[at:end]), end
    return (tokens[at],), at + 1


def subscripted(tokens: Sequence[Token]) -> frozenset[str]:
    """The letters in subscripts."""
    scripts: list[tuple[Token, ...]] = []
    for k, t in enumerate(tokens):
        with suppress(NotationError):  # a script is missing
            scripts += [script_argument(tokens, k + 1)[0]] if t.kind == "sub" else []
    return frozenset(key for script in scripts for key in letters_in(script))


def letters_in(tokens: Sequence[Token]) -> list[str]:
    """The letters among tokens, each with the primes behind it: ``i'`` is another letter than ``i``."""
    out: list[str] = []
    for k, t in enumerate(tokens):
        if is_name(t):
            primes = 0
            while k + 1 + primes < len(tokens) and tokens[k + 1 + primes].kind == "prime":
                primes += 1
            out.append((t.text if t.kind == "word" else letter_key(t)) + "'" * primes)
    return out


def strip_groups(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens without the outer braces that wrap all of them."""
    out = tuple(tokens)
    while len(out) >= 2 and out[0].kind == "open" and group_end(out, 0) == len(out):
        out = out[1:-1]
    return out


class _Slots:
    """Reads the slots of one subscript: ``ic``, ``w_{c+j} i``, ``z:``, ``t-1, i``, ``n_k``."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def symbol(self, text: str) -> bool:
        t = self.peek()
        return t is not None and t.kind == "symbol" and t.text == text

    def read(self) -> tuple[Slot, ...]:
        slots: list[Slot] = []
        while (t := self.peek()) is not None:
            if self.symbol(",") or self.symbol(";"):
                self.at += 1
            elif self.symbol("*") and len(self.tokens) == 1:  # `K_*` is a name, `W_{i*}` a row
                slots.append(Label("*", t.span))
                self.at += 1
            elif self.symbol(":") or self.symbol("*") or (t.kind == "command" and t.text == "\\cdot"):
                slots.append(Colon(t.span))
                self.at += 1
            elif t.kind == "text":
                slots.append(Label(t.text, t.span))
                self.at += 1
            elif (inner := self.bracketed()) is not None:
                slots.extend(_Slots(inner).read())
                self.at += len(inner) + 2
            elif t.kind == "open":
                end = group_end(self.tokens, self.at)
                slots.extend(_Slots(self.tokens[self.at + 1 : end - 1]).read())
                self.at = end
            else:
                slots.append(self.position())
        return tuple(slots)

    def bracketed(self) -> Sequence[Token] | None:
        """The slots of ``h_{[i]}`` and ``W_{(i,j)}``; ``x_{(i)}`` is an order statistic, and is not read."""
        closes = {"[": "]", "(": ")"}.get(self.tokens[self.at].text)
        end = next((k for k in range(self.at, len(self.tokens)) if self.tokens[k].text == closes), None)
        inner = self.tokens[self.at + 1 : end]
        if end is None or not inner or (closes == ")" and not any(t.text == "," for t in inner)):
            return None
        return inner

    def position(self) -> Position:
        """``c``, ``-m``, ``c+j-1``"""
        start = self.at
        terms: list[tuple[int, Letter]] = []
        const = 0
        sign = 1
        expect = True
        while (t := self.peek()) is not None:
            if t.kind == "symbol" and t.text in "+-":
                if not expect or self.at == start:
                    sign = -1 if t.text == "-" else 1
                    expect = True
                    self.at += 1
                    continue
                break
            if not expect:
                break
            if t.kind == "symbol" and t.text in "([":
                raise error("SG101", "brackets in a subscript are not understood", t.span)
            if t.kind == "number":
                if not t.text.isdigit() or len(t.text) > 9:
                    raise error("SG101", f"`{t.written}` is no position", t.span, "positions are whole numbers")
                const += sign * int(t.text)
                self.at += 1
            elif is_name(t):
                terms.append((sign, self.letter()))
            else:
                raise error("SG101", f"`{t.written}` can't stand in a subscript", t.span)
            expect = False
        if expect:
            raise error("SG104", "a position is missing here", self.tokens[min(start, len(self.tokens) - 1)].span)
        span = cover(self.tokens[start : self.at])
        return Position(tuple(terms), const, span)

    def letter(self) -> Letter:
        """A letter with its primes and slots of its own."""
        first = self.tokens[self.at]
        key = letter_key(first)
        self.at += 1
        sub: tuple[Slot, ...] = ()
        end = first.span
        while (t := self.peek()) is not None:
            if t.kind == "prime":
                key += "'"
                end = t.span
                self.at += 1
            elif t.kind == "sup":
                arg, after = script_argument(self.tokens, self.at + 1)
                if not arg:
                    raise error("SG104", "a script is missing here", t.span, "write what stands above the line")
                if len(arg) == 3 and arg[0].text == "(" and is_name(arg[1]):  # `y^{(i)}`, the class of a sample
                    sub, end, self.at = _Slots(arg[1:2]).read(), arg[-1].span, after
                    continue
                key += "'" if spelled(arg) == "'" else f"^{{{spelled(arg)}}}"
                end = arg[-1].span
                self.at = after
            elif t.kind == "sub":
                arg, after = script_argument(self.tokens, self.at + 1)
                if not arg:
                    raise error("SG104", "a script is missing here", t.span, "write what stands below the line")
                sub = _Slots(arg).read()
                end = arg[-1].span
                self.at = after
            else:
                break
        return Letter(key, first.span.to(end), sub)


def read_slots(tokens: Sequence[Token]) -> tuple[Slot, ...]:
    """The slots of a subscript, in order."""
    return _Slots(strip_groups(tokens)).read()


@dataclass(frozen=True, slots=True)
class Superscript:
    """A superscript in parts. ``labels``: possible labels of the name, in order; the rest is a power."""

    transpose: bool = False
    labels: tuple[tuple[Token, ...], ...] = ()
    power: tuple[Token, ...] = ()


def split_superscript(tokens: Sequence[Token], transpose_letter: bool) -> Superscript:
    """Split a superscript into labels ``(1)``, ``[l]``, ``*``, a transpose, and a power.

    ``transpose_letter``: True if a plain ``T`` transposes here.
    """
    rest = list(strip_groups(tokens))
    labels: list[tuple[Token, ...]] = []
    transpose = False
    while rest:
        t = rest[0]
        if (t.kind == "command" and t.text == "\\top") or (
            transpose_letter and len(rest) == 1 and t.kind in ("letter", "word") and t.text == "T" and t.style == ""
        ):
            transpose = not transpose
            rest.pop(0)
        elif t.kind == "symbol" and t.text in "([":
            close = ")" if t.text == "(" else "]"
            end = next((k for k, x in enumerate(rest) if x.kind == "symbol" and x.text == close), None)
            if end is None:
                raise error("SG102", "this bracket is not closed", t.span)
            labels.append(tuple(rest[: end + 1]))
            del rest[: end + 1]
        elif (t.kind == "symbol" and t.text == "*") or t.kind == "text":
            labels.append((t,))
            rest.pop(0)
        elif t.kind == "symbol" and t.text == ",":
            rest.pop(0)
        elif t.kind == "open":
            end = group_end(rest, 0)
            rest = rest[1 : end - 1] + rest[end:]
        else:
            break
    return Superscript(transpose, tuple(labels), tuple(rest))
