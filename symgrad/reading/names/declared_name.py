"""Names in declarations, with accents and labels; runs of letters that are one name."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.cuts import depths
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, error, group_end, is_name, script_argument, starts_name
from symgrad.reading.tree.syntax import Sym

ABBREVIATIONS = ("BN", "CE", "JS", "KL", "LN", "MI", "SE")
"""Pairs of capitals that are one name, whatever else their letters are."""


def read_name(scope: Scope, tokens: Sequence[Token]) -> Sym:
    """The tokens as one name with its labels. A run of letters is one name from here on."""
    if tokens[0].kind == "open":  # `{\\bf x}`
        end = group_end(tokens, 0)
        tokens = (*tokens[1 : end - 1], *tokens[end:])
    run = "".join(t.text for t in tokens)
    if len(tokens) > 1 and all(t.kind == "letter" and not t.style for t in tokens) and run.isalpha():
        scope.words.add(run)
    span = cover(tokens)
    if not tokens or not starts_name(tokens[0]):
        raise error("SG109", f"`{span.text}` is not a name", span, "names are letters with accents and labels")
    parser = Parser(tokens, scope, span)
    sym = parser.scripts_of(parser.base_name())
    if parser.peek() is not None:
        raise error("SG109", f"`{span.text}` is not a name", span, "declare names one by one, separated by commas")
    return sym


def learn_run(scope: Scope, left: Sequence[Token]) -> None:
    """``KL(p, q) = …``: a run of letters that is the whole left side, or is followed by ``(`` there, is one name.

    So is no pair of letters that stand by themselves, ``Sw`` beside ``w^\\top S w``, unless it is an abbreviation.
    """
    run = _run(left)
    if run in ABBREVIATIONS:
        known = all(map(scope.is_said, run))
    else:
        pair = len(run) == 2 == len(left) and scope.lone_letters.issuperset(run)
        known = pair or all(map(scope.is_value, run))
    if run and not known:
        scope.words.add(run)


def learn_capitals(scope: Scope, side: Sequence[Token]) -> None:
    """``J = CE(y, \\hat y) = …``: capitals before the brackets of a whole side are one name."""
    run = _run(side)
    whole = bool(run) and len(side) > len(run) and depths(side).count(0) == len(run) + 2 and side[-1].text == ")"
    if whole and run.isupper() and not all(scope.is_value(x) for x in run):
        scope.words.add(run)


def learn_differentiated(scope: Scope, tokens: Sequence[Token]) -> None:
    """``\\partial net_j``: three letters and more behind a sign of a derivative are one name from here on."""
    for k, t in enumerate(tokens):
        if t.text != "\\partial":
            continue
        run = ""
        for x in tokens[k + 1 :]:
            if x.kind != "letter" or x.style or (run and x.spaced):
                break
            run += x.text
        if len(run) > 2 and not any(scope.is_value(x) for x in run):
            scope.words.add(run)


def _run(tokens: Sequence[Token]) -> str:
    """The letters that a side starts with if there are two or more and nothing or ``(`` follows: ``CE(``, ``loss``."""
    run = ""
    for t in tokens:
        if t.kind != "letter" or t.style or (run and t.spaced):
            break
        run += t.text
    rest = tokens[len(run) :]
    return run if len(run) > 1 and (not rest or rest[0].text == "(" or _is_labelled(rest)) else ""


def _is_labelled(rest: Sequence[Token]) -> bool:
    """True if all that follows a run of letters is a label of three letters and more: ``KL_{loss}``."""
    if rest[0].kind != "sub":
        return False
    label, end = script_argument(rest, 1)
    letters = "".join(t.text for t in label if is_name(t) or t.kind == "text")
    return end == len(rest) and len(letters) > 2 and letters == "".join(t.text for t in label)
