"""The main loop of the lexer: plain symbols, letters, numbers, groups, and the expansion of macros."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from symgrad.reading.tokens.glyphs import glyph
from symgrad.reading.tokens.macros import ExpansionBudget, expand
from symgrad.reading.tokens.spellings import (
    ACCENTS,
    BARS,
    CONNECTIVES,
    DROPPED,
    STYLES,
    SWITCHES,
    SYMBOLS,
    TAKES_ARGUMENT,
    UPRIGHT,
    FontStyle,
    TokenKind,
)
from symgrad.reading.tokens.tokens import BRACKETS, Bars, Raw, Token, TokenStack, fail
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

MAX_DEPTH = 200
MAX_TOKENS = 50_000


@dataclass(slots=True)
class ScannedGroup:
    """An open brace or environment: the tokens before it, and the fonts to return to."""

    raw: Raw
    name: str
    style: FontStyle
    upright: bool
    kept: bool
    after_fraction: bool
    argument: bool = False


class Scanner(ABC):
    """One pass over raw tokens. Arguments of font commands are read by a lexer of their own, one level deeper."""

    def __init__(
        self, budget: ExpansionBudget, tokens: TokenStack, style: FontStyle, upright: bool, level: int
    ) -> None:
        self.budget = budget
        self.source = budget.source
        self.input = tokens
        self.style: FontStyle = style
        self.upright = upright
        self.level = level
        self.space = False
        self.side = ""
        self.groups: list[ScannedGroup] = []
        self.bars = Bars()
        self.lefts: list[int | None] = []
        """For each ``\\left`` that is open: the place of a ``\\left.``, None for one with a bracket."""
        self.out: list[Token] = []
        self.second_argument = False
        """True if the group closed last was the numerator of a fraction."""

    # --- the main loop ----------------------------------------------------------------------

    def run(self) -> list[Token]:
        stack = self.input.stack
        has_macros = bool(self.budget.macros.table)
        while stack:
            raw = stack.pop()
            text = raw[0]
            if has_macros and text[0] == "\\" and self.macro(raw):
                continue
            if text in SYMBOLS:
                self.symbol(raw)
            elif len(text) == 1 and text.isascii() and text.isalpha():
                self.letter(raw)
            elif text[0] in "0123456789" or (text[0] == "." and len(text) > 1):
                self.number(raw)
            elif text == "{":
                self.open(raw)
            elif text == "}":
                self.close(raw)
            elif text[0] == "\\" or text == "~":
                self.command(raw)
            else:
                self.unicode(raw)
            if len(self.out) > MAX_TOKENS:
                raise self.error("SG002", f"more than {MAX_TOKENS} symbols in one display", raw, "split it")
        if self.groups:
            group = self.groups[-1]
            what = "{" if not group.name else f"\\begin{{{group.name}}}"
            remedy = "add the missing `}`" if not group.name else f"add `\\end{{{group.name}}}`"
            raise self.error("SG102", f"`{what}` is not closed", group.raw, remedy)
        return self.out

    def emit(self, kind: TokenKind, text: str, raw: Raw, style: FontStyle = "") -> None:
        self.out.append(Token(kind, text, Span(self.source, raw[1], raw[2]), style, raw[3] or self.space))
        self.space = False
        self.side = ""

    def drop(self, raw: Raw) -> None:
        self.space = self.space or raw[3]

    def error(self, code: str, message: str, raw: Raw, remedy: str = "") -> NotationError:
        return fail(code, message, self.source, raw[1], raw[2], remedy)

    def macro(self, raw: Raw) -> bool:
        """Replace a macro call by its expansion."""
        found = self.budget.macros.find(raw[0], Span(self.source, raw[1], raw[2]))
        if found is None:
            return False
        if found.primitive:
            self.known((found.primitive, *raw[1:]))
            return True
        body = expand(found, raw, self.input)
        self.budget.spend(raw, len(body))
        if len(body) > 1 and self.wants_argument() and body[-1][0] not in STYLES and body[-1][0] not in UPRIGHT:
            body = [("{", raw[1], raw[2], raw[3]), *body, ("}", raw[1], raw[2], False)]
        self.drop(raw)
        self.input.push(body)
        return True

    def known(self, raw: Raw) -> None:
        """Read a command of TeX itself, even if a macro of the author has the same name."""
        if raw[0] in SYMBOLS:
            self.symbol(raw)
        elif raw[0][0] == "\\":
            self.command(raw)
        else:
            self.input.push([raw])

    def wants_argument(self) -> bool:
        """True if the next token is an argument of the command just scanned."""
        if not self.out:
            return False
        last = self.out[-1]
        if last.kind in ("sub", "sup") or (last.kind == "command" and last.text in TAKES_ARGUMENT):
            return True
        if last.kind == "close":
            return self.second_argument
        return len(self.out) > 1 and self.out[-2].text == "\\frac" and last.kind in ("letter", "number", "command")

    # --- plain tokens -----------------------------------------------------------------------

    def symbol(self, raw: Raw) -> None:
        kind, text = SYMBOLS[raw[0]]
        if text == "\\star" and any(t.kind == "sup" for t in self.out[-2:]):
            kind, text = "symbol", "*"  # `x^\\star` is x^*
        if self.side:
            text = BARS.get((self.side, text), text)
            start = self.matching_left()
            if start is not None and text == "\\rvert" and self.input.peek() == "_":
                # `\\left. f(x) \\right|_{x = a}`: the value of all that stands between
                opening = Token("symbol", "(", Span(self.source, raw[1], raw[1]), "", True)
                self.out.insert(start, opening)
                self.emit("symbol", ")", raw)
            kind = "command" if text[0] == "\\" else kind
        elif text in BRACKETS:
            self.bars.bracket(text)
        elif text == "|":
            stack = self.input.stack
            if self.bars.is_norm(bool(stack) and stack[-1][0] in ("|", "\\vert") and not stack[-1][3]):
                kind, text, raw = "command", "\\Vert", (raw[0], raw[1], stack.pop()[2], raw[3])
        last = self.out[-1] if self.out else None
        joins = last is not None and last.kind == "symbol" and not raw[3] and not self.space
        if joins and last is not None and last.text + text in (":=", "=:"):
            merged = "\\coloneqq" if text == "=" else "\\eqqcolon"
            self.out[-1] = Token("command", merged, Span(self.source, last.span.start, raw[2]), "", last.spaced)
            return
        style: FontStyle = "bold" if kind == "command" and self.style == "bold" and text not in ACCENTS else ""
        self.emit(kind, text, raw, style)

    def matching_left(self) -> int | None:
        """The place of the ``\\left.`` that the ``\\right`` at hand closes; None for any other delimiter."""
        if self.side == "\\left":
            self.lefts.append(None)
        return self.lefts.pop() if self.side == "\\right" and self.lefts else None

    def letter(self, raw: Raw) -> None:
        if not self.upright:
            transposes = self.style == "bold" and self.is_raised_t(raw[0])  # `\\mathbf{x^T}`
            self.emit(*(("command", "\\top", raw) if transposes else ("letter", raw[0], raw, self.style)))
            return
        stack, text, end = self.input.stack, raw[0], raw[2]
        while stack and len(stack[-1][0]) == 1 and stack[-1][0].isascii() and stack[-1][0].isalnum():
            piece = stack.pop()
            text, end = text + piece[0], piece[2]
        self.word(text, (text, raw[1], end, raw[3]))

    def word(self, text: str, raw: Raw) -> None:
        """Upright letters: one is a letter, several are a word, and words that connect prose are text."""
        scripted = any(t.kind in ("sub", "sup") for t in self.out[-2:])
        if len(text) == 1:
            if self.is_raised_t(text):
                self.emit("command", "\\top", raw)
            else:
                self.emit("letter", text, raw, self.style)
        elif text.lower() in CONNECTIVES and not scripted:
            self.emit("text", text, raw)
        else:
            self.emit("word", text, raw, self.style)

    def is_raised_t(self, text: str) -> bool:
        raised = [t.kind for t in self.out[-2:]]
        return text == "T" and (raised[-1:] == ["sup"] or raised == ["sup", "open"])

    def number(self, raw: Raw) -> None:
        if self.out and self.out[-1].kind in ("sub", "sup"):
            raw = self.input.one_digit(raw)  # in TeX, x^12 is x^1 2
        if raw[0] == ".":
            self.symbol(raw)
            return
        self.emit("number", raw[0], raw, self.own("number", ""))

    def unicode(self, raw: Raw) -> None:
        pieces = list(glyph(raw[0]))
        stack, end = self.input.stack, raw[2]
        if pieces[0][0] in ("sub", "sup"):
            # x⁻¹²: consecutive raised characters are one exponent
            while stack and not stack[-1][3] and not stack[-1][0].isascii() and glyph(stack[-1][0])[0] == pieces[0]:
                following = stack.pop()
                pieces += glyph(following[0])[1:]
                end = following[2]
            for k in range(len(pieces) - 1, 1, -1):
                if pieces[k][0] == pieces[k - 1][0] == "number":
                    pieces[k - 1 : k + 1] = [("number", pieces[k - 1][1] + pieces[k][1], "")]
            if len(pieces) > 2:
                pieces = [pieces[0], ("open", "{", ""), *pieces[1:], ("close", "}", "")]
        for k, (kind, text, style) in enumerate(pieces):
            spaced = raw[3] and k == 0
            self.emit(kind, text, (text, raw[1], end, spaced), style or self.own(kind, text))

    def own(self, kind: str, text: str) -> FontStyle:
        """The current style, if the token can have one."""
        named = kind in ("letter", "number") or (kind == "command" and text not in ACCENTS)
        return self.style if named else ""

    # --- groups -----------------------------------------------------------------------------

    def open(self, raw: Raw) -> None:
        if len(self.groups) >= MAX_DEPTH:
            raise self.error("SG002", f"groups nest more than {MAX_DEPTH} deep", raw, "nest less")
        wanted = self.wants_argument()
        following = self.input.peek()
        kept = wanted or not (following in SWITCHES or following in DROPPED or following == "\\color")
        fraction = bool(self.out) and self.out[-1].text == "\\frac"
        self.groups.append(ScannedGroup(raw, "", self.style, self.upright, kept, fraction, wanted))
        self.bars.bracket("{")
        if kept:
            self.emit("open", "{", raw)
        else:
            self.drop(raw)

    def close(self, raw: Raw) -> None:
        if not self.groups or self.groups[-1].name:
            raise self.error(
                "SG102", "`}` closes a group that was not opened", raw, "remove it, or open the group with `{`"
            )
        group = self.groups.pop()
        self.style, self.upright = group.style, group.upright
        self.bars.bracket("}")
        if group.kept and not group.argument and self.out[-1].kind == "open":
            self.out.pop()  # `{}` sets nothing
        elif group.kept:
            self.emit("close", "}", raw)
            self.second_argument = group.after_fraction
        else:
            self.drop(raw)

    def over(self, raw: Raw) -> None:
        """``{a \\over b}`` is ``\\frac{a}{b}``."""
        group = self.groups[-1] if self.groups else None
        if group is None or group.name or not group.kept:
            self.emit("command", raw[0], raw)
            return
        depth, at = 0, len(self.out) - 1
        while at >= 0:
            depth += (self.out[at].kind == "close") - (self.out[at].kind == "open")
            if depth < 0:
                break
            at -= 1
        opening = self.out[at]
        here = Span(self.source, raw[1], raw[2])
        self.out[at : at + 1] = [opening, Token("command", "\\frac", here), Token("open", "{", here)]
        self.emit("close", "}", raw)
        self.emit("open", "{", raw)
        rest = self.rest_of_group()
        self.budget.spend(raw, len(rest))
        self.input.push([*rest, ("}", raw[1], raw[2], False)])
        group.kept = True
        self.groups.append(ScannedGroup(raw, "", self.style, self.upright, True, False))

    def rest_of_group(self) -> list[Raw]:
        """The tokens up to the brace that closes the current group, which is left in place."""
        depth, out, stack = 0, [], self.input.stack
        while stack:
            text = stack[-1][0]
            depth += (text == "{") - (text == "}")
            if depth < 0:
                break
            out.append(stack.pop())
        return out

    @abstractmethod
    def command(self, raw: Raw) -> None:
        """Read a control sequence."""
