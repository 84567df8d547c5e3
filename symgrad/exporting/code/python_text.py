"""Python text with its precedence, so that parentheses are written only where they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.writing.operand_text import OperandText

ATOM, POWER, SIGN, PRODUCT, SUM, COMPARISON = 9, 8, 7, 6, 5, 4


@dataclass(frozen=True, slots=True)
class PythonText(OperandText):
    """A Python expression with the precedence of its outermost operation."""

    level: int = ATOM

    def in_parentheses(self) -> str:
        return f"({self.text})"


def call(name: str, *arguments: object) -> PythonText:
    return PythonText(f"{name}({', '.join(map(str, arguments))})")


def number(value: Fraction) -> PythonText:
    """``0.5``, ``2``, ``1 / 3``"""
    if value.denominator == 1:
        return PythonText(str(value.numerator), ATOM if value >= 0 else SIGN)
    if value.denominator & (value.denominator - 1) == 0 and value.denominator <= 1 << 20:
        return PythonText(repr(float(value)), ATOM if value >= 0 else SIGN)
    return PythonText(f"{value.numerator} / {value.denominator}", PRODUCT)


def affine(a: Affine, sizes: Mapping[str, str]) -> PythonText:
    """An affine function of sizes, in the names of the sizes."""
    parts: list[tuple[int, str]] = []
    for symbol, c in a.terms:
        name = sizes[symbol] if isinstance(symbol, str) else symbol.letter
        parts.append((c, name if abs(c) == 1 else f"{abs(c)} * {name}"))
    if a.const or not parts:
        parts.append((a.const, str(abs(a.const))))
    parts.sort(key=lambda p: p[0] < 0)  # positive terms first
    first = ("-" if parts[0][0] < 0 else "") + parts[0][1]
    if len(parts) == 1:
        return PythonText(first, SIGN if parts[0][0] < 0 else PRODUCT if "*" in first else ATOM)
    return PythonText(first + "".join(f" {'-' if c < 0 else '+'} {t}" for c, t in parts[1:]), SUM)


def total(terms: Sequence[tuple[Fraction, PythonText]]) -> PythonText:
    """``a - 2 * b``; positive terms come first."""
    signed = [(-c, PythonText(t.text[1:], t.level)) if _negative(t) else (c, t) for c, t in terms]
    order = sorted(signed, key=lambda t: t[0] < 0)
    if len(order) == 1 and order[0][0] == 1:
        return order[0][1]
    out = ""
    for c, t in order:
        size = abs(c)
        one = t.at(SUM + 1) if size == 1 else scaled(size, t).at(SUM + 1)
        out += (f" {'-' if c < 0 else '+'} " if out else "-" if c < 0 else "") + one
    return PythonText(out, SUM if len(order) > 1 else SIGN if order[0][0] < 0 else PRODUCT)


def _negative(t: PythonText) -> bool:
    """True if the text of a term begins with a minus sign."""
    return t.text.startswith("-") and t.level in (SIGN, PRODUCT)


def scaled(c: Fraction, t: PythonText) -> PythonText:
    """``c * t``, as a division if c is not a binary fraction."""
    if c == 1:
        return t
    if c == -1:
        return PythonText(f"-{t.at(SIGN)}", SIGN)
    if t.text == "1":
        return number(c)
    if c.denominator == 1 or c.denominator & (c.denominator - 1) == 0:
        return PythonText(f"{number(c).at(PRODUCT)} * {t.at(PRODUCT + 1)}", PRODUCT)
    top = t.at(PRODUCT) if c.numerator == 1 else f"{c.numerator} * {t.at(PRODUCT + 1)}"
    if c.numerator == -1:
        top = f"-{t.at(SIGN)}"
    return PythonText(f"{top} / {c.denominator}", PRODUCT)


def raised(x: PythonText, y: PythonText) -> PythonText:
    """``x**y``, with spaces around longer operands."""
    base, exponent = x.at(POWER + 1), y.at(POWER + 1)
    tight = all(t.replace(".", "").replace("_", "").isalnum() for t in (base, exponent))
    return PythonText(f"{base}**{exponent}" if tight else f"{base} ** {exponent}", POWER)


def times(factors: Sequence[PythonText]) -> PythonText:
    if len(factors) == 1:
        return factors[0]
    first, *rest = factors
    return PythonText(" * ".join([first.at(PRODUCT), *(f.at(PRODUCT + 1) for f in rest)]), PRODUCT)
