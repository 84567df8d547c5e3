"""Token lists cut at depth 0: outside all groups, environments and brackets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from symgrad.reading.tokens.lexer import Token

OPENERS = frozenset(("(", "[", "\\{", "\\lvert", "\\lVert", "\\langle"))
CLOSERS = frozenset((")", "]", "\\}", "\\rvert", "\\rVert", "\\rangle"))


def depths(tokens: Sequence[Token]) -> list[int]:
    """The depth of each token in groups, environments and brackets."""
    out: list[int] = []
    depth = 0
    for t in tokens:
        if depth and (t.kind in ("close", "end") or t.text in CLOSERS):
            depth -= 1
        out.append(depth)
        if t.kind in ("open", "begin") or t.text in OPENERS:
            depth += 1
    return out


def outermost(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens at depth 0 with their positions."""
    depth = 0
    for k, t in enumerate(tokens):
        if depth and (t.kind in ("close", "end") or t.text in CLOSERS):
            depth -= 1
        if not depth:
            yield k, t
        if t.kind in ("open", "begin") or t.text in OPENERS:
            depth += 1


def find(tokens: Sequence[Token], *texts: str) -> int | None:
    """The position of the first token with one of these texts, at any depth."""
    return next((k for k, t in enumerate(tokens) if t.text in texts), None)


def parted(tokens: Sequence[Token], separator: str) -> list[tuple[Token, ...]]:
    """The parts between the separators at depth 0."""
    cuts = [k for k, t in outermost(tokens) if t.text == separator]
    starts = [0, *(k + 1 for k in cuts)]
    return [tuple(tokens[start:end]) for start, end in zip(starts, (*cuts, len(tokens)), strict=True)]


def items(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The parts between the commas at depth 0."""
    return [p for p in parted(tokens, ",") if p]


def separated(tokens: Sequence[Token]) -> list[tuple[str, tuple[Token, ...]]]:
    """The arguments between brackets, each with the comma, semicolon or bar before it."""
    cuts = [k for k, t in outermost(tokens) if t.text in (",", ";", "|", "\\mid")]
    starts = [-1, *cuts]
    texts = ["", *(tokens[k].text for k in cuts)]
    ends = (*cuts, len(tokens))
    return [(text, tuple(tokens[a + 1 : b])) for text, a, b in zip(texts, starts, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class Statement:
    """Tokens cut at their first relation sign, which is '' if there is none."""

    tokens: tuple[Token, ...]
    sign: str
    left: tuple[Token, ...]
    right: tuple[Token, ...]


def statement(tokens: Sequence[Token], signs: Collection[str]) -> Statement:
    """Tokens cut at the first of the signs at depth 0."""
    whole = tuple(tokens)
    for k, t in outermost(whole):
        if t.text in signs and t.kind in ("symbol", "command"):
            return Statement(whole, t.text, whole[:k], whole[k + 1 :])
    return Statement(whole, "", whole, ())


def without_commas(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """``1, \\dots, C`` as ``1 \\dots C``."""
    return tuple(t for t in tokens if t.text != ",")


def split_rows(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Rows separated by ``\\\\`` outside inner environments and groups; empty rows are dropped."""
    rows: list[list[Token]] = [[]]
    depth = 0
    for t in tokens:
        if t.kind in ("begin", "open"):
            depth += 1
        elif t.kind in ("end", "close"):
            depth -= 1
        if t.kind == "row" and depth == 0:
            rows.append([])
        else:
            rows[-1].append(t)
    return [tuple(r) for r in rows if r]


def unclosed(tokens: Sequence[Token]) -> Token | None:
    """The first bracket that is not closed."""
    opened: list[Token] = []
    for t in tokens:
        if t.text in OPENERS:
            opened.append(t)
        elif t.text in CLOSERS and opened:
            opened.pop()
    return opened[0] if opened else None
