"""Names as keys of the scope's tables: labels are part of a key, index slots are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letter_key, read_slots, spelled, strip_groups
from symgrad.reading.tree.syntax import Position, Sym
from symgrad.text.diagnostic import NotationError
from symgrad.writing.letters import script

MAX_LABEL = 12
"""The largest number of tokens of a label."""

Splits = list[tuple[str, tuple[Token, ...]]]
"""Ways to divide a script: the label at its front, and the tokens left over."""


class NameKey(NamedTuple):
    """A name with its labels: ``\\mathbf x'_{\\text{in}}^{(l)}``.

    letter: the name without style and labels, ``x``, ``\\hat y``, ``loss``; below, above: the labels, without braces;
    total: the name without subscript next to a family of the same letter, ``L`` in ``L = \\sum_j L_j``.
    A named tuple, not a dataclass, since reading creates very many: creating one is four times as fast.
    """

    letter: str
    bold: bool = False
    primes: int = 0
    below: str = ""
    above: str = ""
    total: bool = False

    @classmethod
    def unlabelled(cls, sym: Sym) -> NameKey:
        """The key of a name whose scripts are slots."""
        return cls(sym.key, sym.style == "bold", sym.primes)

    @classmethod
    def labelled(cls, sym: Sym) -> NameKey:
        """The key of a name whose scripts are all labels."""
        return cls.unlabelled(sym).with_labels(sym.sub, sym.sup)

    @classmethod
    def function(cls, sym: Sym) -> NameKey:
        """The key of a function, ``h_\\theta``: primes differentiate it, and its style is ignored."""
        return cls(sym.key).with_labels(sym.sub, sym.sup)

    def with_labels(self, below: Iterable[Token] = (), above: Iterable[Token] = ()) -> NameKey:
        return NameKey(self.letter, self.bold, self.primes, label(below), label(above))

    @property
    def is_letter(self) -> bool:
        """True if the key is a letter or word alone, without style, primes and labels."""
        return self == NameKey(self.letter)

    @property
    def is_letter_or_bold(self) -> bool:
        """True if the key is a letter or word alone, bold or not."""
        return self in (NameKey(self.letter), NameKey(self.letter, bold=True))

    @property
    def styled_letter(self) -> str:
        """``\\mathbf x'``"""
        return ("\\mathbf " if self.bold else "") + self.letter + "'" * self.primes

    def __str__(self) -> str:
        """The name in LaTeX, with braces around its labels."""
        return self.styled_letter + _in_braces("_", self.below) + _in_braces("^", self.above)

    @property
    def latex(self) -> str:
        """The name in LaTeX, with braces around labels of several characters: ``W^{(1)}``, ``x_0``."""
        return self.styled_letter + script("_", self.below) + script("^", self.above)


@dataclass(frozen=True, slots=True)
class CompoundSubscript:
    """``c+j`` of ``u_{c+j}`` up to its last letter: ``c+?``."""

    terms: tuple[tuple[int, str], ...]
    last: int
    const: int

    @classmethod
    def of(cls, position: Position) -> CompoundSubscript:
        *terms, (last, _) = position.terms
        return cls(tuple((c, letter.key) for c, letter in terms), last, position.const)


def label(tokens: Iterable[Token]) -> str:
    """A script as a label in keys."""
    written = tuple(tokens)
    return spelled(strip_groups(written)) if written else ""


def labelled_size(letter: str, subscript: Iterable[Token]) -> str:
    """The name of a size with a label: ``d_{k}``."""
    return letter + _in_braces("_", label(subscript))


def _in_braces(mark: str, text: str) -> str:
    return f"{mark}{{{text}}}" if text else ""


def pattern_letters(tokens: tuple[Token, ...]) -> tuple[str, ...] | None:
    """The letters of a subscript of letters alone; None if it holds anything else."""
    out = []
    try:
        slots = read_slots(tokens)
    except NotationError:
        return None  # what uses the name reports it
    for slot in slots:
        if not (isinstance(slot, Position) and len(slot.terms) == 1 and slot.const == 0):
            return None
        coefficient, letter = slot.terms[0]
        if coefficient != 1 or letter.sub:
            return None
        out.append(letter.key)
    return tuple(out)


def letter_of(tokens: Sequence[Token]) -> str | None:
    """The key of a letter with its primes and stars; None for anything else."""
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


def sub_splits(sub: tuple[Token, ...]) -> Splits:
    """The ways to take a label off the front of a subscript, longest label first; the last takes none."""
    if not sub:
        return [("", ())]
    out: Splits = [(label(sub), ())] if len(sub) <= MAX_LABEL else []
    for cut in (2, 1):
        if len(sub) > cut and _whole_groups(sub[:cut]):
            rest = sub[cut:]
            if rest[0].text == ",":
                rest = rest[1:]
            out.append((label(sub[:cut]), rest))
    out.append(("", sub))
    return out


def _whole_groups(tokens: tuple[Token, ...]) -> bool:
    """True if all braces are closed: ``{n+1}`` is not divided."""
    kinds = [t.kind for t in tokens]
    return kinds.count("open") == kinds.count("close")


def sup_splits(sup: tuple[Token, ...]) -> Splits:
    """The same for a superscript: ``(l)``, ``[l]`` and single tokens are labels."""
    if not sup:
        return [("", ())]
    out: Splits = [(label(sup), ())] if len(sup) <= MAX_LABEL else []
    if sup[0].text in ("(", "[") and len(sup) > 3:
        close = ")" if sup[0].text == "(" else "]"
        end = next((k for k, t in enumerate(sup) if t.text == close), None)
        if end is not None and end + 1 < len(sup):
            out.append((label(sup[: end + 1]), sup[end + 1 :]))
    elif len(sup) > 1:
        out.append((label(sup[:1]), sup[1:]))
    out.append(("", sup))
    return out


def too_many(name: str, takes: int, here: int) -> tuple[str, str]:
    """The message and the remedy for a name with more positions below it than its array has axes."""
    word = "index" if takes == 1 else "indices"
    return f"`{name}` takes {takes} {word}, here are {here}", f"write {takes}, or declare `{name}` with {here} axes"
