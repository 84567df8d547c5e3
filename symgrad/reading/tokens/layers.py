"""The number of a layer above a name, ``z^l``, ``a^{l-1}``, ``W^{[l+1]}``: a label, which moves to another layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from symgrad.reading.tokens.tokens import Token

BRACKETS = {"(": ")", "[": "]"}
LAST = "L"
TRANSPOSES = ("\\top", "T", "\\intercal", ",")
_LABEL = re.compile(r"[\[(]?(?P<letter>\\ell|[a-zA-Z])(?P<shift>[+-]\d+)?[\])]?")


@dataclass(frozen=True, slots=True)
class Layers:
    """How a document writes its layers.

    labels: the numbers that stand above names, as pairs of a letter and what is added to it, without brackets; written:
    the names that have them, by their letters; last: the letter of the last layer. The letter ``l`` means any layer; of
    ``L``, nothing says how far it is from ``l``. Alone, it is any layer too.
    """

    labels: frozenset[tuple[str, int]] = frozenset()
    written: frozenset[tuple[str, tuple[str, int]]] = frozenset()
    last: str = LAST

    def __bool__(self) -> bool:
        return bool(self.labels)

    def has(self, label: str) -> bool:
        """True for the label of any layer."""
        letter = number_of(label)[0]
        return letter != self.last and any(letter == x for x, _ in self.labels)

    def is_last(self, label: str) -> bool:
        """True for the label of a layer that is counted from the last one."""
        return number_of(label)[0] == self.last and any(x == self.last for x, _ in self.labels)

    def has_written(self, key: str, label: str) -> bool:
        """True if a name with this label stands in the document. ``key``: the name with its accents."""
        return (key.rpartition(" ")[2], number_of(label)) in self.written

    def others(self, label: str) -> list[Callable[[str], str | None]]:
        """The ways from a layer to those beside it and to the last ones: what becomes of a label, None if it leaves
        the layers of which the document speaks.
        """
        own, shift = number_of(label)

        def way(letter: str, by: int) -> Callable[[str], str | None]:
            def moved(other: str) -> str | None:
                first, added = number_of(other)
                if first != own:
                    return other
                reached = (letter, added + by)
                return other.replace(_core(first, added), _core(*reached)) if reached in self.labels else None

            return moved

        return [way(x, k - shift) for x, k in sorted(self.labels) if (x, k) != (own, shift)]


def number_of(label: str) -> tuple[str, int]:
    """The letter of a label and what is added to it: ``l`` and -1 of ``(l-1)``; no letter of another label."""
    found = _LABEL.fullmatch(label)
    return (found["letter"], int(found["shift"] or 0)) if found else ("", 0)


def _core(letter: str, shift: int) -> str:
    return f"{letter}{shift:+d}" if shift else letter


def is_label(token: Token) -> bool:
    """True for the number of a layer as one token."""
    return token.style == "layer"


def with_layers(tokens: Sequence[Token], layers: Layers) -> list[Token]:
    """Tokens with ``l``, ``l+1``, ``[l]`` above names as one label each."""
    letters = {letter for letter, _ in layers.labels}
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        out.append(tokens[at])
        at += 1
        if tokens[at - 1].kind != "sup" or at == len(tokens):
            continue
        braced = tokens[at].kind == "open"
        first = at + braced
        end = _label_end(tokens, first, letters) if braced else first + (tokens[first].text in letters)
        if end is None or end == first or tokens[first].style:
            continue
        text = "".join(t.text for t in tokens[first:end])
        span = tokens[first].span.to(tokens[end - 1].span)
        label = replace(tokens[first], kind="text", text=text, span=span, style="layer")
        opened, closed = (
            replace(label, kind="open", text="{", style=""),
            replace(label, kind="close", text="}", style=""),
        )
        out += [tokens[at], label] if braced else [opened, label, closed]
        at = end
    return out


def _label_end(tokens: Sequence[Token], first: int, letters: set[str]) -> int | None:
    """The end of the label that starts behind a brace, with nothing but a transpose behind it."""
    bracketed = tokens[first : first + 1] and tokens[first].text in BRACKETS
    end = first + bool(bracketed)
    if end >= len(tokens) or tokens[end].text not in letters:
        return None
    end += 1
    if [t.text in "+-" or t.kind == "number" for t in tokens[end : end + 2]] == [True, True]:
        end += 2
    if bracketed:
        if end >= len(tokens) or tokens[end].text != BRACKETS[tokens[first].text]:
            return None
        end += 1
    behind = end
    while behind < len(tokens) and tokens[behind].text in TRANSPOSES:
        behind += 1
    return end if behind < len(tokens) and tokens[behind].kind == "close" else None
