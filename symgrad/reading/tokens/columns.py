"""What stands in a row beside its relation: further equations in columns of their own, conditions and remarks.

``a &= b & c &= d`` are two equations, ``a &= b && i \\neq j`` has a condition, ``(Mean) \\; a = b`` a remark, and the
condition of ``\\text{if } i = j: \\; a = b`` is moved behind its relation, where conditions stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symgrad.reading.tokens.cuts import depths, outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import BESIDE, CASE_WORDS, is_relation
from symgrad.text.source import Span

LEAST_WORD = 3
"""Letters in a row, that no one declared, from which on they are a word."""
_SPOKEN = ("if", "for", "when", "where", "whenever", "since", "because", "otherwise", "and", "with")
_CONTINUES = ("+", "-", "\\cdot", "\\times", "\\odot", "*", "/", "\\pm", ",", ".")
"""Marks with which a column goes on with the one before."""

IsDeclared = Callable[[str], bool]
"""True for a letter, or a word, that the document declares or defines."""


def arranged(row: Sequence[Token], is_declared: IsDeclared) -> tuple[Token, ...]:
    """A row without alignment marks: its equations, and behind them its conditions and remarks, separated by spaces."""
    tokens = _spoken(_without_signs_of_proof(row), is_declared)
    columns = _columns(tokens)
    columns[0] = _without_label(columns[0], is_declared)
    out = list(columns[0])
    gap = False
    for k, column in enumerate(columns[1:], 1):
        if not column:
            gap = gap or _is_complete(out)
        elif (
            (k < 2 and not (_relates(out) and _relates(column)))
            or not _is_complete(out)
            or is_relation(column[0])
            or column[0].text in _CONTINUES
        ):
            out += column
            gap = False
        else:
            equation = k + 1 < len(columns) and bool(columns[k + 1]) and is_relation(columns[k + 1][0])
            numbered = k + 1 == len(columns) and _closing(column, 0) == len(column) - 1
            out += _beside(column, (gap or numbered) and not equation, equation)
            gap = False
    return _conditions_last(_without_remark(out, is_declared))


def _beside(column: Sequence[Token], aside: bool, equation: bool) -> list[Token]:
    """A column behind a whole relation, with what separates it: an equation, a condition, or a remark."""
    place = Span(column[0].span.source, column[0].span.start, column[0].span.start)
    space = Token("quad", "\\quad", place)
    if aside:
        return [space, Token("text", BESIDE, place), *column]
    return [space, *column] if equation or any(map(is_relation, column)) else list(column)


def _columns(row: Sequence[Token]) -> list[list[Token]]:
    """The columns of a row: the parts between alignment marks outside of inner environments, without spaces at ends."""
    out: list[list[Token]] = [[]]
    depth = 0
    for t in row:
        depth += (t.kind == "begin") - (t.kind == "end")
        if t.kind == "align" and depth == 0:
            out.append([])
        elif out[-1] or t.kind != "quad" or len(out) == 1:
            out[-1].append(t)
    for column in out[:-1]:
        while column and column[-1].kind == "quad":
            column.pop()
    return out


def _is_complete(tokens: Sequence[Token]) -> bool:
    """True for tokens with a relation that has a right side."""
    signs = [k for k, t in enumerate(tokens) if is_relation(t)]
    return bool(signs) and signs[-1] + 1 < len(tokens)


def _relates(tokens: Sequence[Token]) -> bool:
    """True for tokens with a relation sign outside of brackets, between two sides."""
    signs = [k for k, t in outermost(tokens) if is_relation(t)]
    return bool(signs) and signs[0] > 0 and signs[-1] + 1 < len(tokens)


def _without_signs_of_proof(row: Sequence[Token]) -> Sequence[Token]:
    """The row without ``\\because``, ``\\therefore`` at its beginning."""
    start = 0
    while start < len(row) and (row[start].text in ("\\because", "\\therefore") or row[start].kind == "align"):
        start += 1
    return row[start:] if any(t.kind != "align" for t in row[:start]) else row


# --- words ------------------------------------------------------------------------------------------


def _word_end(tokens: Sequence[Token], start: int) -> int:
    """The end of the run of plain letters, written without a space, that begins at a token."""
    end = start
    while (
        end < len(tokens)
        and tokens[end].kind == "letter"
        and not tokens[end].style
        and (end == start or not tokens[end].spaced)
    ):
        end += 1
    return end


def _spoken(row: Sequence[Token], is_declared: IsDeclared) -> list[Token]:
    """The row with ``if``, ``where`` and other words of conditions as text, where they begin a piece."""
    out: list[Token] = []
    k = 0
    while k < len(row):
        end = _word_end(row, k)
        word = "".join(t.text for t in row[k:end])
        begins = not out or out[-1].kind in ("quad", "align") or out[-1].text in (",", ";")
        ends = end < len(row) and row[end].spaced
        if word in _SPOKEN and begins and ends and not is_declared(word):
            out.append(replace(row[k], kind="text", text=word, span=row[k].span.to(row[end - 1].span)))
            k = end
        else:
            out.append(row[k])
            k += 1
    return out


def _says(tokens: Sequence[Token], is_declared: IsDeclared) -> bool:
    """True for words alone: text, and runs of three letters and more that no one declared."""
    k = words = 0
    while k < len(tokens):
        t = tokens[k]
        end = _word_end(tokens, k)
        run = "".join(x.text for x in tokens[k:end])
        if t.kind == "text" or (t.kind == "word" and not is_declared(t.text)):
            words, k = words + 1, k + 1
        elif end - k >= LEAST_WORD and not is_declared(run) and not all(map(is_declared, run)):
            words, k = words + 1, end
        elif words and (end > k or t.kind == "number" or t.text in ("-", ",", ".")):
            k = max(end, k + 1)
        else:
            return False
    return words > 0


def _without_label(tokens: list[Token], is_declared: IsDeclared) -> list[Token]:
    """The row without the remark in parentheses that it begins with, ``(Mean) \\; \\mu = …``."""
    close = _closing(tokens, 0)
    if close is None or close + 1 >= len(tokens) or is_relation(tokens[close + 1]):
        return tokens
    return tokens[close + 1 :] if _says(tokens[1:close], is_declared) else tokens


def _without_remark(tokens: list[Token], is_declared: IsDeclared) -> list[Token]:
    """The row without the remark in parentheses that stands behind its relation, ``a = b \\quad (symmetry)``."""
    end = len(tokens)
    while end and (tokens[end - 1].kind == "quad" or tokens[end - 1].text in (".", ",", ";")):
        end -= 1
    if not end or tokens[end - 1].text != ")":
        return tokens
    ranks = depths(tokens[:end])
    start = next((k for k in range(end - 2, -1, -1) if ranks[k] == ranks[end - 1] and tokens[k].text == "("), None)
    if start is None or ranks[start] or not _is_complete(tokens[:start]):
        return tokens
    return tokens[:start] if _says(tokens[start + 1 : end - 1], is_declared) else tokens


def _closing(tokens: Sequence[Token], start: int) -> int | None:
    """The position of the parenthesis that closes the one at a position."""
    if start >= len(tokens) or tokens[start].text != "(":
        return None
    ranks = depths(tokens)
    return next((k for k in range(start + 1, len(tokens)) if ranks[k] == 0 and tokens[k].text == ")"), None)


# --- conditions in front ----------------------------------------------------------------------------


def _conditions_last(tokens: list[Token]) -> tuple[Token, ...]:
    """``\\text{if } i = j: a = b`` as ``a = b \\quad \\text{if } i = j``."""
    if not tokens or not (tokens[0].text == "\\forall" or _is_case_word(tokens[0])):
        return tuple(tokens)
    ranks = depths(tokens)
    cut = next(
        (
            k
            for k, (t, rank) in enumerate(zip(tokens, ranks, strict=True))
            if rank == 0 and (t.kind == "quad" or (t.kind in ("symbol", "text") and t.text.strip() in (":", ",", ";")))
            if k and _is_complete(tokens[k + 1 :])
        ),
        None,
    )
    if cut is None:
        return tuple(tokens)
    space = Token("quad", "\\quad", tokens[cut].span)
    rest = tokens[cut + 1 :]
    while rest and rest[0].kind == "quad":
        rest.pop(0)
    return (*rest, space, *tokens[:cut])


def _is_case_word(token: Token) -> bool:
    return token.kind == "text" and token.text.strip(" ,.;:(").lower().partition(" ")[0] in CASE_WORDS
