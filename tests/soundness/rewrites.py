"""Rewrites of a side that keep its meaning: other spellings of functions, other orders, deltas, double negations.

They go through the same ``Judge`` as the mutants: a rewritten side must still be proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.soundness.mutants import Mutant, Side
from tests.soundness.scan import Factor, Level, Term, factors, levels, scan

LETTERS = "fhqgpu"


def fresh(text: str) -> str:
    """A letter that the document uses nowhere by itself."""
    return next((x for x in LETTERS if not re.search(rf"(?<![A-Za-z\\]){x}(?![A-Za-z])", text)), "\\kappa")


def rewrites_of(text: str, side: Side) -> Iterator[Mutant]:
    level = scan(text[side.start : side.end], side.start)
    written = text[side.start : side.end].strip()
    plain = not any(mark in written for mark in ("&", "\\begin")) and not re.fullmatch(r"d[A-Z]|0", written)
    if plain:
        yield Mutant("minus twice", side.start, side.end, f"-\\left( -({text[side.start : side.end]}) \\right)")
        yield Mutant("times one", side.start, side.end, f"1 \\cdot ({text[side.start : side.end]})")
        yield Mutant("halves", side.start, side.end, f"\\frac{{2 ({text[side.start : side.end]})}}{{2}}")
    for one in levels(level):
        if len(one) > 1 and "&" not in text[one[0].start : one[-1].end] and not any(has_sum(t) for t in one):
            yield reordered(text, one)
        for term in one:
            yield from of_products(text, term)
    for f in factors(level):
        yield from of_functions(text, f)
        yield from of_entries(text, f)


def has_sum(term: Term) -> bool:
    return any(f.kind == "sum" for f in term.factors)


def reordered(text: str, level: Level) -> Mutant:
    """``A - B`` as ``-B + A``."""
    start = level[0].sign.start if level[0].sign else level[0].start
    parts = [f"{t.sign.text if t.sign else '+'} {text[t.start : t.end]}" for t in reversed(level)]
    new = " ".join(parts).removeprefix("+ ")
    return Mutant("terms reordered", start, level[-1].end, f" {new}")


def of_products(text: str, term: Term) -> Iterator[Mutant]:
    """Two neighbouring entries of index notation exchanged; a product with the sum ``A - B`` multiplied out."""
    for a, b in zip(term.factors, term.factors[1:], strict=False):
        if is_number(text, a) and is_number(text, b):
            new = text[b.start : b.end] + " " + text[a.start : a.end]
            yield Mutant("factors reordered", a.start, b.end, new)


def is_number(text: str, f: Factor) -> bool:
    """An entry with two letters, or a delta: a number, whatever stands around it."""
    return (
        f.kind in ("name", "delta")
        and not f.superscripts
        and re.fullmatch(r"[A-Z\\delta ]*_\{[a-z]{2}\}", text[f.start : f.end]) is not None
    )


def of_functions(text: str, f: Factor) -> Iterator[Mutant]:
    if f.argument < 0 or f.superscripts or not f.levels:
        return
    x = text[f.argument : f.end - 1]
    if text[f.end - 1] != ")":
        return
    if f.name == "\\sigma":
        yield Mutant("logistic by exp", f.start, f.end, f"\\frac{{1}}{{1 + \\exp(-({x}))}}")
        yield Mutant("logistic by exp", f.start, f.end, f"\\frac{{\\exp({x})}}{{1 + \\exp({x})}}")
        yield Mutant("logistic by tanh", f.start, f.end, f"\\frac{{1 + \\tanh(\\frac{{1}}{{2}} ({x}))}}{{2}}")
        yield Mutant("complement", f.start, f.end, f"\\left( 1 - \\sigma(-({x})) \\right)")
    if f.name == "\\exp":
        yield Mutant("power of e", f.start, f.end, f"e^{{{x}}}")
        yield Mutant("exp halved", f.start, f.end, f"\\left( \\exp(\\frac{{1}}{{2}} ({x})) \\right)^2")


def of_entries(text: str, f: Factor) -> Iterator[Mutant]:
    """``V_{ic}`` as ``\\sum_f \\delta_{if} V_{fc}``."""
    entry = re.fullmatch(r"([A-Z])_\{([a-z])([a-z])\}", text[f.start : f.end])
    inside_derivative = "\\partial" in text[max(0, f.start - 12) : f.start]
    if entry and not f.superscripts and not inside_derivative:
        name, i, j = entry.groups()
        x = fresh(text)
        yield Mutant(
            "delta put in",
            f.start,
            f.end,
            f"\\left( \\sum_{x} \\delta_{{{i}{x}}} {name}_{{{x}{j}}} \\right)",
        )
        yield Mutant(
            "delta put in",
            f.start,
            f.end,
            f"\\left( \\sum_{x} {name}_{{{i}{x}}} \\delta_{{{x}{j}}} \\right)",
        )
