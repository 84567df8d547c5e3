"""How names are spelled as keys: labels are part of a name's key, slots are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letter_key, read_slots, spelled, strip_groups
from symgrad.reading.tree.syntax import Position, Sym

BARE = "!"
"""Marks the key of a bare name beside a family of the same letter: ``L`` beside ``L_j``."""

MAX_LABEL = 12
"""Longer scripts are no labels."""

Splits = list[tuple[str, tuple[Token, ...]]]
"""Ways to part a script: the label's part of a key, and the tokens left over."""


def bold_key(sym: Sym) -> str:
    """The key of a name without its scripts; bold is part of it."""
    return (f"\\mathbf {sym.key}" if sym.style == "bold" else sym.key) + "'" * sym.primes


def name_key(sym: Sym) -> str:
    """The key of a name whose scripts are all labels."""
    return bold_key(sym) + label_key(sym.sub, sym.sup)


def call_key(sym: Sym) -> str:
    """The name of a function with its labels: ``h_\\theta``."""
    return sym.key + label_key(sym.sub, sym.sup)


def label_key(sub: Iterable[Token], sup: Iterable[Token] = ()) -> str:
    """The part of a name's key that its labels make."""
    out = ""
    if sub := tuple(sub):
        out += f"_{{{spelled(strip_groups(sub))}}}"
    if sup := tuple(sup):
        out += f"^{{{spelled(strip_groups(sup))}}}"
    return out


def form_key(position: Position) -> str:
    """How a compound subscript is spelled, ``c+j`` with its last letter open: ``c+?``."""
    head, tail = position.terms[:-1], position.terms[-1]
    return "".join(f"{c:+d}{letter.key}" for c, letter in head) + f"{tail[0]:+d}?{position.const:+d}"


def pattern_letters(tokens: tuple[Token, ...]) -> tuple[str, ...] | None:
    """The letters of a subscript that holds nothing but bare letters, or None."""
    out = []
    for slot in read_slots(tokens):
        if not (isinstance(slot, Position) and len(slot.terms) == 1 and slot.const == 0):
            return None
        coefficient, letter = slot.terms[0]
        if coefficient != 1 or letter.sub:
            return None
        out.append(letter.key)
    return tuple(out)


def letter_of(tokens: Sequence[Token]) -> str | None:
    """The key of a bare letter, its primes and stars being part of it; None for anything else."""
    if not tokens or not is_name(tokens[0]):
        return None
    key = letter_key(tokens[0])
    for t in tokens[1:]:
        if t.kind == "prime":
            key += "'"
        elif t.kind == "sup" or t.text == "*":
            key += "^{*}" if t.text == "*" else ""
        else:
            return None
    return key


def printed(key: str) -> str:
    """A key as LaTeX: single labels without braces."""
    out = key
    for mark in "_^":
        at = out.find(mark + "{")
        if at >= 0 and out[at + 3 : at + 4] == "}":
            out = out[: at + 1] + out[at + 2] + out[at + 4 :]
    return out


def sub_splits(sub: tuple[Token, ...]) -> Splits:
    """Ways to take a label off the front of a subscript, longest first; the last takes none."""
    if not sub:
        return [("", ())]
    out: Splits = [(label_key(sub), ())] if len(sub) <= MAX_LABEL else []
    for cut in (2, 1):
        if len(sub) > cut and _whole_groups(sub[:cut]):
            rest = sub[cut:]
            if rest[0].text == ",":
                rest = rest[1:]
            out.append((label_key(sub[:cut]), rest))
    out.append(("", sub))
    return out


def _whole_groups(tokens: tuple[Token, ...]) -> bool:
    """Whether every brace that opens is closed: ``{n+1}`` is not taken apart."""
    kinds = [t.kind for t in tokens]
    return kinds.count("open") == kinds.count("close")


def sup_splits(sup: tuple[Token, ...]) -> Splits:
    """The same of a superscript: ``(l)``, ``[l]`` and lone tokens are labels."""
    if not sup:
        return [("", ())]
    out: Splits = [(label_key((), sup), ())] if len(sup) <= MAX_LABEL else []
    if sup[0].text in ("(", "[") and len(sup) > 3:
        close = ")" if sup[0].text == "(" else "]"
        end = next((k for k, t in enumerate(sup) if t.text == close), None)
        if end is not None and end + 1 < len(sup):
            out.append((label_key((), sup[: end + 1]), sup[end + 1 :]))
    elif len(sup) > 1:
        out.append((label_key((), sup[:1]), sup[1:]))
    out.append(("", sup))
    return out
