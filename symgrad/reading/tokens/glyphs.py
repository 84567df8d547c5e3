"""Unicode mathematics as tokens: Greek letters, scripts, accents, mathematical alphabets."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from symgrad.reading.tokens.spellings import COMBINING, GREEK, LATIN_GREEK, SYMBOLS, FontStyle, TokenKind

Piece = tuple[TokenKind, str, FontStyle]
"""Kind, text and style of a token."""

_SUPERSCRIPTS = dict(zip("⁺⁻⁼⁽⁾ᵀᵗ", ("+", "-", "=", "(", ")", "\\top", "t"), strict=True))
_SUBSCRIPTS = dict(zip("₊₋₌₍₎", "+-=()", strict=True))
_BOLD: FontStyle = "bold"
_FONTS: tuple[tuple[str, FontStyle], ...] = (
    ("DOUBLE-STRUCK", "bb"),
    ("SCRIPT", "cal"),
    ("FRAKTUR", "frak"),
    ("BLACK-LETTER", "frak"),
    ("SANS-SERIF", "sans"),
    ("BOLD", "bold"),
)


@lru_cache(maxsize=4096)
def glyph(text: str) -> tuple[Piece, ...]:
    """The tokens of a character with its combining marks."""
    if text in SYMBOLS:
        kind, spelled = SYMBOLS[text]
        return ((kind, spelled, ""),)
    if text in GREEK:
        return (("command", GREEK[text], ""),)
    if text in LATIN_GREEK:
        return (("letter", LATIN_GREEK[text], ""),)
    if text in ("″", "‴"):
        return (("prime", "'", ""),) * (2 if text == "″" else 3)
    if text == "½":
        return (("command", "\\frac", ""), ("number", "1", ""), ("number", "2", ""))
    return _script(text) or _accented(text) or _alphabet(text) or _other(text)


def _script(text: str) -> tuple[Piece, ...]:
    decomposition = unicodedata.decomposition(text[0])
    mark: TokenKind | None = (
        "sup" if decomposition.startswith("<super>") else "sub" if decomposition.startswith("<sub>") else None
    )
    if mark is None or len(text) != 1:
        return ()
    sign: Piece = (mark, "^" if mark == "sup" else "_", "")
    plain = _SUPERSCRIPTS.get(text) or _SUBSCRIPTS.get(text) or unicodedata.normalize("NFKC", text)
    if plain == "\\top":
        return (sign, ("command", "\\top", ""))
    return (sign, *glyph(plain)) if len(plain) == 1 and plain != text else ()


def _accented(text: str) -> tuple[Piece, ...]:
    apart = unicodedata.normalize("NFD", text)
    marks = apart[1:]
    if not marks or any(m not in COMBINING for m in marks):
        return ()
    base = glyph(apart[0])
    if "\u20d7" in marks:
        base = tuple((kind, spelled, _BOLD) for kind, spelled, _ in base)
    for mark in marks:
        if mark != "\u20d7":
            base = (("command", COMBINING[mark], ""), ("open", "{", ""), *base, ("close", "}", ""))
    return base


def _alphabet(text: str) -> tuple[Piece, ...]:
    """A letter or digit of a mathematical alphabet (𝐱, 𝒩, ℝ), with its style."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) != 1 or plain == text:
        return ()
    name = unicodedata.name(text, "") if len(text) == 1 else ""
    style: FontStyle = next((style for word, style in _FONTS if word in name), "")
    return tuple((kind, spelled, style or own) for kind, spelled, own in glyph(plain))


def _other(text: str) -> tuple[Piece, ...]:
    first = text[0]
    if first.isascii() and first.isdigit():
        return (("number", first, ""),)
    if first.isalpha():
        return (("letter", first, ""),)
    return (("symbol", first, ""),)
