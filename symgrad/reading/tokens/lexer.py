"""Mathematics as tokens, each symbol in one canonical spelling.

Spacing, sizing, labels and colours are dropped, fonts become the ``style`` of letters, Unicode characters become
the commands that they look like, and macros are expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from symgrad.reading.tokens.accumulations import with_accumulations
from symgrad.reading.tokens.braced_scripts import with_scripts_outside
from symgrad.reading.tokens.called_functions import with_called
from symgrad.reading.tokens.called_operators import with_elementwise
from symgrad.reading.tokens.condition_bars import HALVES, with_condition_bars
from symgrad.reading.tokens.divergences import BARS, with_commas
from symgrad.reading.tokens.layers import with_layers
from symgrad.reading.tokens.macros import DEFINERS, ExpansionBudget, Macros, read_definition
from symgrad.reading.tokens.prefixed_names import joined
from symgrad.reading.tokens.reversed_brackets import with_usual_brackets
from symgrad.reading.tokens.scanner import MAX_DEPTH, ScannedGroup, Scanner
from symgrad.reading.tokens.spellings import (
    BB_LETTERS,
    COLUMNS,
    CONNECTIVES,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    LABELLED,
    NEGATED,
    OPERATORS,
    REFERENCES,
    RELATIONS,
    SIDES,
    STYLES,
    SWITCHES,
    SYMBOLS,
    TEXT,
    THIN_SPACES,
    UNWRAPPED,
    UPRIGHT,
    FontStyle,
    TokenKind,
)
from symgrad.reading.tokens.tokens import MAX_RAW, Raw, Token, TokenStack, fail, prose, scan
from symgrad.text.source import Span

__all__ = ["FontStyle", "Token", "TokenKind", "tokenize"]

MAX_NESTED_COMMANDS = 60
FORMULA_MARKS = ("=", "+", "-", "\\frac", "\\sum", "\\partial", "^")
"""What shows that upright letters are a formula, ``\\mathrm{y = ax}``, and no word."""

END_MARKS = ("\\blacksquare", "\\square", "\\Box", "\\qed", "\\qedsymbol", "\\Halmos", "∎", "□", "■")
_DIMENSION = re.compile(r"[-+]?[0-9.]+(pt|em|ex|mm|cm|in|mu|bp|pc|sp)|\\[a-z]*(skip|length|height|sep)")
_WORD = re.compile(r"[A-Za-z]{2,}(-?[A-Za-z0-9]{2,}|[0-9]+)*")
_EM = {"em": 1.0, "quad": 1.0, "cm": 2.8, "mm": 0.28, "pt": 0.1, "in": 7.2, "ex": 0.43, "mu": 0.056, "pc": 1.2}


def tokenize(span: Span, macros: Macros) -> list[Token]:
    """The tokens of a piece of mathematics. Raises ``NotationError``."""
    source = span.source
    raws = scan(source.text, span.start, span.end)
    if len(raws) > MAX_RAW:
        raise fail("SG002", f"more than {MAX_RAW} symbols in one display", source, span.start, span.end, "split it")
    budget = ExpansionBudget(macros, source)
    lexer = _Lexer(budget, TokenStack(source, raws), "", False, 0)
    tokens = _with_sets(_with_primes(with_scripts_outside(with_accumulations(lexer.run()))))
    if any(t.text in BARS for t in tokens):
        tokens = with_commas(tokens)
    if any(t.text in HALVES for t in tokens):
        tokens = with_condition_bars(tokens)
    tokens = _without_end_marks(tokens)
    if any(t.text == "\\in" for t in tokens):
        tokens = with_usual_brackets(tokens)
    tokens = joined(tokens, macros.prefixed) if macros.prefixed else tokens
    tokens = with_elementwise(tokens, macros.elementwise) if macros.elementwise else tokens
    tokens = with_called(tokens, macros.called) if macros.called else tokens
    return with_layers(tokens, macros.layers) if macros.layers else tokens


def _without_end_marks(tokens: list[Token]) -> list[Token]:
    """Tokens without the marks behind a proof that is done: ``\\mu = \\bar x. \\; \\blacksquare``."""
    kept = len(tokens)
    while kept and tokens[kept - 1].text in END_MARKS:
        kept -= 1
    return tokens[:kept] if kept else tokens


def _with_primes(tokens: list[Token]) -> list[Token]:
    """``x^{\\prime}``, ``x^\\prime`` as ``x'``."""
    if all(t.kind != "prime" for t in tokens):
        return tokens
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        raised = tokens[at].kind == "sup"
        first = at + 1 + (raised and [t.kind for t in tokens[at + 1 : at + 2]] == ["open"])
        end = next((k for k in range(first, len(tokens)) if tokens[k].kind != "prime"), len(tokens))
        closed = first == at + 1 or (end < len(tokens) and tokens[end].kind == "close")
        if raised and end > first and closed:
            out += tokens[first:end]
            at = end + (first > at + 1)
        else:
            out.append(tokens[at])
            at += 1
    return out


def _with_sets(tokens: list[Token]) -> list[Token]:
    """``\\sum_{w \\in Vocab}``: three plain letters and more that end a subscript behind ``\\in`` are a word."""
    if all(t.text != "\\in" for t in tokens):
        return tokens
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        out.append(tokens[at])
        at += 1
        end = at
        while end < len(tokens) and tokens[end].kind == "letter" and not tokens[end].style:
            end += 1
        run = tokens[at:end] if out[-1].text == "\\in" and [t.kind for t in tokens[end : end + 1]] == ["close"] else []
        if len(run) > 2 and not any(t.spaced for t in run[1:]):
            span = run[0].span.to(run[-1].span)
            out.append(replace(run[0], kind="word", text="".join(t.text for t in run), span=span))
            at = end
    return out


class _Lexer(Scanner):
    """The scanner with its commands. Arguments of font commands are read by a lexer of their own, one level deeper."""

    # --- commands ---------------------------------------------------------------------------

    def command(self, raw: Raw) -> None:
        text = raw[0]
        if text in THIN_SPACES:
            self.space = True
        elif text in DROPPED or (text[-1:] == "." and len(text) > 2):
            self.drop(raw)
            if text == "\\left.":
                self.lefts.append(len(self.out))
            elif text == "\\right." and self.lefts:
                self.lefts.pop()
        elif text in SIDES:
            self.drop(raw)
            self.side = SIDES[text]
        elif text in STYLES:
            self.styled(raw, STYLES[text])
        elif text in UPRIGHT or text == "\\operatorname":
            self.roman(raw)
        elif text in TEXT or text in REFERENCES:
            self.prose(raw)
        elif text in SWITCHES:
            self.drop(raw)
            self.style, self.upright = SWITCHES[text]
        elif text in DROPPED_WITH_ARGUMENT:
            self.drop_argument(raw)
        elif text in UNWRAPPED:
            self.unwrap(raw, UNWRAPPED[text])
        elif text in DEFINERS:
            read_definition(self.input, raw)  # already collected from the whole document
            self.drop(raw)
        elif text in BB_LETTERS:
            self.emit("letter", BB_LETTERS[text], raw, "bb")
        elif text in OPERATORS:
            self.word(OPERATORS[text], raw)
        else:
            handler = HANDLERS.get(text)
            if handler is not None:
                handler(self, raw)
            else:
                self.emit("command", text, raw, self.own("command", text))

    def inner(self, tokens: Sequence[Raw], style: FontStyle, upright: bool, raw: Raw) -> list[Token]:
        """The tokens of an argument, read in the given style."""
        if self.level >= MAX_NESTED_COMMANDS:
            raise self.error("SG002", f"commands nest more than {MAX_NESTED_COMMANDS} deep", raw, "nest less")
        lexer = _Lexer(self.budget, TokenStack(self.source, tokens), style, upright, self.level + 1)
        if self.out and self.out[-1].kind in ("sub", "sup"):
            lexer.out.append(self.out[-1])
            return lexer.run()[1:]
        return lexer.run()

    def put(self, tokens: list[Token], raw: Raw) -> None:
        """Add the tokens of an argument, in braces if they are the argument of another command."""
        if len(tokens) != 1 and self.wants_argument():
            end = tokens[-1].span.end if tokens else raw[2]
            self.emit("open", "{", raw)
            self.out.extend(tokens)
            self.emit("close", "}", (raw[0], end, end, False))
            return
        if tokens and (raw[3] or self.space) and not tokens[0].spaced:
            first = tokens[0]
            tokens[0] = Token(first.kind, first.text, first.span, first.style, True)
        if tokens:
            self.space = False
        self.out.extend(tokens)

    def styled(self, raw: Raw, style: FontStyle) -> None:
        if self.input.peek() == "*":
            self.input.stack.pop()  # `\\vb*{x}` of the physics package
        argument = self.input.argument(raw)
        if style == "bb" and [a[0] for a in argument] == ["1"]:
            self.emit("command", "\\indicator", (raw[0], raw[1], max(raw[2], self.input.ended), raw[3]))
            return
        tokens = self.inner(argument, style, False, raw)
        if len(tokens) == 1:
            whole = Span(self.source, raw[1], max(raw[2], self.input.ended))
            tokens = [replace(tokens[0], span=whole)]
        self.put(tokens, raw)

    def roman(self, raw: Raw) -> None:
        """``\\mathrm{softmax}``, ``\\operatorname{softmax}``: a word, if the argument is one."""
        name = raw[0]
        if name == "\\operatorname" and self.input.peek() == "*":
            self.input.stack.pop()
        argument = self.input.argument(raw)
        if name.startswith("\\text") and self.formulas_of(raw, argument):
            return
        joined = "".join(a[0] for a in argument if a[0] not in THIN_SPACES and a[0] != "\\!")
        whole = (name, raw[1], max(raw[2], self.input.ended), raw[3])
        spaced = any(a[3] for a in argument[1:])
        in_text = name.startswith("\\text")
        connects = spaced and prose(argument).partition(" ")[0] in CONNECTIVES
        if connects or (in_text and (spaced or not joined.isalnum())):
            self.emit("text", prose(argument), whole)
        elif len(joined) == 1 and joined.isascii() and joined.isalpha() and name == "\\textbf":
            self.emit("letter", joined, whole, "bold")
        elif (
            _WORD.fullmatch(joined)
            or (len(joined) == 1 and joined.isascii() and joined.isalpha())
            or (name == "\\operatorname" and joined.isascii() and joined.replace("-", "").isalnum())
        ):
            self.word(joined, whole)
        else:
            is_formula = any(a[0] in FORMULA_MARKS for a in argument)
            self.put(self.inner(argument, self.style, not is_formula, raw), raw)

    def prose(self, raw: Raw) -> None:
        argument = self.input.argument(raw)
        if self.formulas_of(raw, argument):
            return
        self.emit("text", prose(argument), (raw[0], raw[1], max(raw[2], self.input.ended), raw[3]))

    def formulas_of(self, raw: Raw, argument: list[Raw]) -> bool:
        """Read the formulas of ``\\text{since $a = b$}`` between its words; False if it holds none.

        ``\\text{($\\frac{d}{dx} f = g$)}`` recalls a rule, and restricts nothing.
        """
        marks = [k for k, a in enumerate(argument) if a[0] == "$"]
        if not marks or len(marks) % 2:
            return False
        bracketed = len(argument) > 3 and (argument[0][0], argument[-1][0], *marks) == ("(", ")", 1, len(argument) - 2)
        if bracketed and any(a[0] in ("\\frac", "\\dfrac", "\\tfrac", "\\nabla") for a in argument):
            return False
        ends = [-1, *marks, len(argument)]
        out: list[Raw] = []
        for number, (start, end) in enumerate(pairwise(ends)):
            part = argument[start + 1 : end]
            if number % 2:
                out += part
            elif any(a[0].isalnum() for a in part):
                first, last = part[0], part[-1]
                opened, closed = ("{", first[1], first[1], False), ("}", last[2], last[2], False)
                out += [("\\text", raw[1], raw[2], raw[3]), opened, *part, closed]
        self.replaced(raw, out)
        return True

    def drop_argument(self, raw: Raw) -> None:
        if self.input.peek() == "*":
            self.input.stack.pop()
        self.input.optional()
        self.input.argument(raw)
        self.drop(raw)

    def unwrap(self, raw: Raw, dropped: int) -> None:
        """``\\boxed{X}``, ``\\textcolor{red}{X}``, ``\\underbrace{X}_{remark}`` are X."""
        self.input.optional()
        for _ in range(dropped):
            self.input.argument(raw)
        argument = [a for a in self.input.argument(raw) if a[0] != "$"]
        if raw[0] in LABELLED and self.input.peek() in ("_", "^"):
            mark = self.input.stack.pop()
            self.input.argument(mark)
        if self.wants_argument():
            argument = [("{", raw[1], raw[2], raw[3]), *argument, ("}", raw[2], raw[2], False)]
        self.budget.spend(raw, len(argument))
        self.drop(raw)
        self.input.push(argument)

    # --- commands with a way of their own ---------------------------------------------------

    def row(self, raw: Raw) -> None:
        if self.input.peek() == "*":
            self.input.stack.pop()
        stack = self.input.stack
        if self.input.peek() == "[" and not stack[-1][3]:
            size = "".join(t[0] for t in reversed(stack[-8:-1])).partition("]")[0]
            if _DIMENSION.fullmatch(size):
                self.input.optional()
        self.emit("row", "\\\\", raw)

    def begin(self, raw: Raw) -> None:
        argument = self.input.argument(raw)
        name = "".join(a[0] for a in argument)
        if len(self.groups) >= MAX_DEPTH:
            raise self.error("SG002", f"groups nest more than {MAX_DEPTH} deep", raw, "nest less")
        whole = (raw[0], raw[1], max(raw[2], self.input.ended), raw[3])
        if self.input.peek() == "[" and [t[0] for t in self.input.stack[-3:-1]][-1:] in (["t"], ["b"], ["c"]):
            self.input.optional()
        if name.rstrip("*") in COLUMNS and self.input.peek() == "{":
            self.input.argument(raw)
        self.groups.append(ScannedGroup(whole, name, self.style, self.upright, True, False))
        self.emit("begin", name, whole)

    def end(self, raw: Raw) -> None:
        argument = self.input.argument(raw)
        name = "".join(a[0] for a in argument)
        whole = (raw[0], raw[1], max(raw[2], self.input.ended), raw[3])
        if not self.groups or self.groups[-1].name != name or not name:
            opened = self.groups[-1] if self.groups else None
            remedy = f"close `\\begin{{{opened.name}}}` first" if opened is not None and opened.name else "remove it"
            raise self.error("SG102", f"`\\end{{{name}}}` ends an environment that was not begun here", whole, remedy)
        group = self.groups.pop()
        self.style, self.upright = group.style, group.upright
        self.emit("end", name, whole)

    def stacked(self, raw: Raw) -> None:
        """``\\overset{above}{base}``: a remark over a relation only counts if it defines or asks (``!``)."""
        above = self.input.argument(raw)
        base = self.input.argument(raw)
        known = SYMBOLS.get(base[0][0], ("", ""))[1] if len(base) == 1 else ""
        whole = (raw[0], raw[1], max(raw[2], self.input.ended), raw[3])
        remark = "".join(a[0] for a in above)
        if known == "=" and (re.search(r"(?i)def|triangle|Delta", remark) or remark == ":"):
            self.emit("command", "\\coloneqq", whole)
        elif known == "=" and remark in ("!", "?"):
            self.emit("command", "\\mustequal", whole)
        elif known in RELATIONS:
            self.emit("symbol" if known in "=<>" else "command", known, whole)
        elif known in ("\\sum", "\\prod") or raw[0] == "\\underset":
            at = (raw[1], raw[2], False)
            script = "_" if raw[0] == "\\underset" else "^"
            self.budget.spend(raw, len(above) + len(base))
            self.drop(raw)
            self.input.push([*base, (script, *at), ("{", *at), *above, ("}", *at)])
        else:
            self.emit("command", raw[0], whole)  # a mark over a name, which the parser reports

    def derivative(self, raw: Raw) -> None:
        """``\\dv{f}{x}``, ``\\pdv[2]{f}{x}``, ``\\pdv{f}{x}{y}``, ``\\dv{x}`` of the physics package, as fractions."""
        if self.input.peek() == "*":
            self.input.stack.pop()
        order = self.input.optional()
        given = [self.input.argument(raw)]
        while self.input.peek() == "{" and len(given) < 3:
            given.append(self.input.argument(raw))
        at = (raw[1], max(raw[2], self.input.ended), False)
        sign: Raw = ("\\partial" if "p" in raw[0] else "d", *at)
        opened, closed = ("{", *at), ("}", *at)
        of, by = ([], given) if len(given) == 1 else (given[0], given[1:])
        order = [("2", *at)] if len(by) == 2 else order
        power = [("^", *at), opened, *order, closed] if order else []
        below = [t for x in by for t in (sign, *x)] + (power if len(by) == 1 else [])
        made = [("\\frac", *at[:2], raw[3]), opened, sign, *power, *of, closed, opened, *below, closed]
        self.replaced(raw, [opened, *made, closed] if self.wants_argument() else made)

    def between_bars(self, raw: Raw) -> None:
        """``\\abs{x}``, ``\\norm{x}`` of the physics package; ``\\qty(x)`` is ``(x)``."""
        if self.input.peek() == "*":
            self.input.stack.pop()
        left, right = BETWEEN[raw[0]]
        if self.input.peek() != "{":
            self.drop(raw)
            return
        argument = self.input.argument(raw)
        self.replaced(raw, [(left, *raw[1:]), *argument, (right, raw[1], self.input.ended, False)])

    def replaced(self, raw: Raw, tokens: list[Raw]) -> None:
        """Read other tokens in the place of a command and its arguments."""
        self.budget.spend(raw, len(tokens))
        self.drop(raw)
        self.input.push(tokens)

    def negated(self, raw: Raw) -> None:
        target = NEGATED.get(SYMBOLS.get(self.input.peek(), ("", ""))[1])
        if target is None:
            self.emit("command", "\\not", raw)
            return
        after = self.input.stack.pop()
        self.emit("command", target, (raw[0], raw[1], max(raw[2], after[2]), raw[3]))

    def arrow(self, raw: Raw) -> None:
        self.input.optional()
        self.input.argument(raw)
        text = {"\\xlongequal": "=", "\\xleftarrow": "\\leftarrow"}.get(raw[0], "\\to")
        self.emit("symbol" if text == "=" else "command", text, raw)

    def space_of(self, raw: Raw) -> None:
        """``\\hspace{1cm}``: a space of a quad or more separates relations."""
        if self.input.peek() == "*":
            self.input.stack.pop()
        size = "".join(a[0] for a in self.input.argument(raw))
        m = re.fullmatch(r"([0-9.]*)\\?([a-z]+)", size)
        try:
            width = float((m[1] or "1") if m else "0") * (_EM.get(m[2], 0.0) if m else 0.0)
        except ValueError:
            width = 0.0
        if width >= 1:
            self.emit("quad", "\\quad", raw)
        else:
            self.space = True

    def kern(self, raw: Raw) -> None:
        """``\\kern 3mu``: a sign, a number and a unit, without braces."""
        stack = self.input.stack
        if self.input.peek() in ("-", "+"):
            stack.pop()
        if self.input.peek()[:1] in tuple("0123456789."):
            stack.pop()
        for _ in range(2):
            if self.input.peek().isalpha():
                stack.pop()
        self.space = True


BETWEEN = {"\\abs": ("\\lvert", "\\rvert"), "\\norm": ("\\lVert", "\\rVert"), "\\qty": ("\\{", "\\}")}
"""The marks around the argument of a command."""
HANDLERS: dict[str, Callable[[_Lexer, Raw], None]] = {
    "\\\\": _Lexer.row,
    "\\cr": _Lexer.row,
    "\\newline": _Lexer.row,
    "\\tabularnewline": _Lexer.row,
    "\\begin": _Lexer.begin,
    "\\end": _Lexer.end,
    "\\stackrel": _Lexer.stacked,
    "\\overset": _Lexer.stacked,
    "\\underset": _Lexer.stacked,
    "\\not": _Lexer.negated,
    "\\xrightarrow": _Lexer.arrow,
    "\\xleftarrow": _Lexer.arrow,
    "\\xlongequal": _Lexer.arrow,
    "\\hspace": _Lexer.space_of,
    "\\hskip": _Lexer.kern,
    "\\kern": _Lexer.kern,
    "\\mkern": _Lexer.kern,
    "\\mskip": _Lexer.kern,
    "\\over": _Lexer.over,
    **dict.fromkeys(("\\dv", "\\pdv"), _Lexer.derivative),
    **dict.fromkeys(BETWEEN, _Lexer.between_bars),
}
