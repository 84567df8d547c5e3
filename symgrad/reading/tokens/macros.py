"""An author's own commands: ``\\newcommand``, ``\\def``, ``\\DeclareMathOperator``, ``\\let``.

The body of a macro is a list of raw tokens that replaces a call. A definition holds from its position on; before
it, the first definition of that name holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce

from symgrad.reading.tokens.called_functions import CalledFunction
from symgrad.reading.tokens.layers import Layers
from symgrad.reading.tokens.prefixed_names import Pairs, prefixed_names
from symgrad.reading.tokens.spellings import words
from symgrad.reading.tokens.tokens import MAX_RAW, Raw, TokenStack, fail, scan, scan_inherited
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Source, Span

MAX_DEFINITION = 20_000
MAX_EXPANSIONS = 10_000

_DEFINER = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|DeclareRobustCommand|def|gdef|edef|xdef|let|DeclareMathOperator)"
    r"(?![A-Za-z])"
)
DEFINERS = words(
    "\\newcommand \\renewcommand \\providecommand \\DeclareRobustCommand \\def \\gdef \\edef \\xdef \\let "
    "\\DeclareMathOperator"
)
_PREFIXES = frozenset(("\\global", "\\long", "\\outer"))


@dataclass(frozen=True, slots=True)
class Macro:
    """``\\name`` with ``arity`` arguments, the first one optional if ``default`` is given.

    ``primitive``: the command of TeX that ``\\let`` gave the name to.
    ``delimited``: the parameter text of ``\\def`` is not of the form ``#1#2…``, so that calls can't be read.
    """

    name: str
    arity: int
    default: tuple[Raw, ...] | None
    body: tuple[Raw, ...]
    offset: int
    primitive: str = ""
    delimited: bool = False


@dataclass(slots=True)
class Macros:
    """The macros of one or more documents, by name, and other signs that are read as one."""

    table: dict[str, list[tuple[Source | None, Macro]]] = field(default_factory=dict)
    prefixed: Pairs = frozenset()
    """The names of two signs."""
    layers: Layers = field(default_factory=Layers)
    """How the document that is read writes its layers."""
    called: tuple[CalledFunction, ...] = ()
    """The letters that it calls functions."""
    elementwise: frozenset[str] = frozenset()
    """The operators that it calls elementwise."""

    def add(self, source: Source | None, macro: Macro) -> None:
        self.table.setdefault(macro.name, []).append((source, macro))

    def find(self, name: str, at: Span) -> Macro | None:
        """The definition in force at a position: the last one before it, else the first after it or elsewhere."""
        rows = self.table.get(name)
        if rows is None:
            return None
        own = [m for source, m in rows if source is not None and source.path == at.source.path]
        before = [m for m in own if m.offset <= at.start]
        return before[-1] if before else own[0] if own else rows[-1][1]

    def merged(self, other: Macros) -> Macros:
        """Both tables; the definitions of the other one come last."""
        out = Macros(
            {name: list(rows) for name, rows in self.table.items()},
            self.prefixed | other.prefixed,
            self.layers,
            self.called,
            self.elementwise,
        )
        for name, rows in other.table.items():
            out.table.setdefault(name, []).extend(rows)
        return out


@dataclass(slots=True)
class ExpansionBudget:
    """The limits that all nested lexers of one call share."""

    macros: Macros
    source: Source
    expansions: int = 0
    pushed: int = 0

    def spend(self, call: Raw, tokens: int) -> None:
        self.expansions += 1
        self.pushed += tokens
        if self.expansions > MAX_EXPANSIONS or self.pushed > MAX_RAW:
            raise fail(
                "SG002", f"`{call[0]}` expands without end, or to too many symbols", self.source, call[1], call[2],
                "define it without using it in its own body",
            )  # fmt: skip


def read_definition(tokens: TokenStack, head: Raw) -> Macro | None:
    """The definition after ``\\newcommand`` and similar commands; None if nothing is defined."""
    definer = head[0]
    if tokens.peek() == "*":
        tokens.stack.pop()
    if definer in ("\\def", "\\gdef", "\\edef", "\\xdef"):
        return _read_def(tokens, head)
    if definer == "\\let":
        if not tokens.stack:
            return None
        name = tokens.stack.pop()
        if tokens.peek() == "=":
            tokens.stack.pop()
        if not tokens.stack:
            return None
        return Macro(name[0], 0, None, (), head[1], primitive=tokens.stack.pop()[0])
    named = tokens.argument(head)
    if len(named) != 1:
        raise fail("SG109", f"`{definer}` must define one command", tokens.source, head[1], head[2])
    name_text = named[0][0]
    if definer == "\\DeclareMathOperator":
        word = tokens.argument(head)
        body = [("\\operatorname", 0, 0, False), ("{", 0, 0, False), *word, ("}", 0, 0, False)]
        return Macro(name_text, 0, None, tuple(body), head[1])
    arity_tokens = tokens.optional()
    given = arity_tokens[0][0] if arity_tokens else ""
    arity = int(given) if given in tuple("0123456789") else 0
    default = tokens.optional() if arity else None
    body_tokens = tuple(tokens.argument(head))
    return Macro(name_text, arity, None if default is None else tuple(default), body_tokens, head[1])


def _read_def(tokens: TokenStack, head: Raw) -> Macro | None:
    if not tokens.stack:
        return None
    name = tokens.stack.pop()[0]
    pattern: list[str] = []
    while tokens.stack and tokens.peek() not in ("{", "}"):
        pattern.append(tokens.stack.pop()[0])
    joined = "".join(pattern)
    arity = joined.count("#")
    plain = joined == "".join(f"#{k + 1}" for k in range(arity)) and arity < 10
    return Macro(name, arity if plain else 0, None, tuple(tokens.argument(head)), head[1], delimited=not plain)


def expand(macro: Macro, call: Raw, tokens: TokenStack) -> list[Raw]:
    """The body with its arguments inserted. Its tokens have the position of the call, the arguments their own."""
    source = tokens.source
    if macro.delimited:
        raise fail(
            "SG103",
            f"`{macro.name}` is defined with delimited arguments, which are not read",
            source,
            call[1],
            call[2],
            "define it with `\\newcommand`",
        )
    arguments: list[list[Raw]] = []
    end = call[2]
    for k in range(macro.arity):
        if k == 0 and macro.default is not None:
            given = tokens.optional()
            arguments.append([(t, call[1], call[2], s) for t, _, _, s in macro.default] if given is None else given)
        else:
            arguments.append(tokens.argument(call))
            end = max(end, tokens.ended)
    out: list[Raw] = []
    body = macro.body
    k = 0
    while k < len(body):
        text, _, _, spaced = body[k]
        if text == "#" and k + 1 < len(body) and body[k + 1][0][:1].isdecimal():
            digits = body[k + 1][0]
            which = int(digits[0])
            if not 1 <= which <= len(arguments):
                raise fail("SG109", f"`{macro.name}` has no argument #{which}", source, call[1], call[2])
            out.extend(arguments[which - 1])
            out.extend(scan_inherited(digits[1:], call[1], end, False))
            k += 2
            continue
        out.append((text, call[1], end, spaced))
        k += 1
        if len(out) > MAX_RAW:
            break  # the lexer's budget reports it
    if out:
        text, s, e, _ = out[0]
        out[0] = (text, s, e, call[3])
    return out


_EXAMPLE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})(?![ \t]*\{?math)[^\n]*\n.*?^[ \t>]*(?P=fence)"
    r"|(?<![`$\\])`(?!`)[^`\n]+`(?!`)"
    r"|\\begin\{(?P<verbatim>verbatim\*?|Verbatim|lstlisting|minted|comment)\}.*?\\end\{(?P=verbatim)\}"
    r"|(?<!\\)(?:\\\\)*%[^\n]*",
    re.DOTALL | re.MULTILINE,
)


def macros_in_force(source: Source, with_sources: Iterable[Source] = ()) -> Macros:
    """The macros of a document, and of the files with declarations for it; those of the document come first."""
    given = reduce(Macros.merged, map(collect_macros, with_sources), Macros())
    return given.merged(collect_macros(source))


def collect_macros(source: Source) -> Macros:
    """All definitions of a document. Those that can't be read are left out; calls of them are reported."""
    macros = Macros(prefixed=prefixed_names(source.text))
    text = source.text
    if _DEFINER.search(text) is None:
        return macros
    text = _EXAMPLE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    at = failures = 0
    while (m := _DEFINER.search(text, at)) is not None:
        at = m.end()
        head: Raw = (m.group(), m.start(), m.end(), False)
        for size in (500, MAX_DEFINITION):
            tokens = TokenStack(source, scan(text, m.end(), min(len(text), m.end() + size)))
            try:
                macro = read_definition(tokens, head)
            except NotationError:
                failures += 1
                if failures > 100:
                    return macros
                continue
            if macro is not None and macro.name.startswith("\\") and len(macro.name) > 1:
                _keep(macros, source, macro, m.group())
                at = max(at, tokens.stack[-1][1] if tokens.stack else at)
            break
    return macros


def _keep(macros: Macros, source: Source, macro: Macro, definer: str) -> None:
    if definer == "\\providecommand" and macro.name in macros.table:
        return
    if macro.primitive and (rows := macros.table.get(macro.primitive)) is not None:
        macro = replace(rows[-1][1], name=macro.name, offset=macro.offset)
    macros.add(source, macro)
