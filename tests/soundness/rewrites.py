"""Rewrites of a side that keep its meaning: other spellings of functions, other orders, deltas, double negations.

They go through the same ``Judge`` as the mutants: a rewritten side must still be proved.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import partial

from tests.soundness.mutants import Mutant, Side
from tests.soundness.scan import Factor, Level, Term, factors, levels, scan

LETTERS = "fhqgpu"
NO_OPERAND = (
    r"[&<>=,|:;]|\\(partial|begin|le|ge|leq|geq|ne|neq|in|notin|mid|to|text|l?dots|cdots|quad|qquad|nabla|mathbb|d)\b"
    r"|(?<![A-Za-z\\])d\s*(\\|[A-Za-z])"
)
"""What stands in conditions, lists, operators and differentials, which are no operands."""


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
            yield from of_terms(text, term)
            yield from of_sums(text, term)
    for f in factors(level):
        yield from of_functions(text, f)
        yield from of_entries(text, f)


def pairs_of(rewrites: Sequence[Mutant], text: str, rng: random.Random) -> Iterator[Mutant]:
    """Two of the rewrites of a side at once, at places apart, in an order without end."""
    for _ in range(4 * len(rewrites)):
        a, b = sorted(rng.choices(rewrites, k=2), key=lambda m: m.start)
        if a.start < a.end <= b.start < b.end:
            yield Mutant("two at once", a.start, b.end, a.new + text[a.end : b.start] + b.new)


def has_sum(term: Term) -> bool:
    return any(f.kind == "sum" for f in term.factors)


def reordered(text: str, level: Level) -> Mutant:
    """``A - B`` as ``-B + A``."""
    start = level[0].sign.start if level[0].sign else level[0].start
    parts = [f"{t.sign.text if t.sign else '+'} {text[t.start : t.end]}" for t in reversed(level)]
    new = " ".join(parts).removeprefix("+ ")
    return Mutant("terms reordered", start, level[-1].end, f" {new}")


def of_terms(text: str, term: Term) -> Iterator[Mutant]:
    """``T`` as ``2 T - T``, as two halves and as ``-(-T)``, if it is an operand of a sum by itself."""
    written = text[term.start : term.end]
    a_word = re.search(r"\\(text\w*|math\w+|operatorname)\*?\{[^{}]*$", text[: term.start]) or "\\text" in written
    apart = re.fullmatch(r"[a-z]|0", written.strip()) is not None  # `y(c + j)`; a condition `= 0`
    apart = apart or (text[: term.start].endswith("(") and text[term.end :].startswith(")"))  # `\\nabla R(b)`
    if not a_word and not apart and not re.search(NO_OPERAND, written):
        for operator, new in (
            ("twice less once", f"2 ({written}) - ({written})"),
            ("term by halves", f"\\frac{{1}}{{2}} ({written}) + \\frac{{{written}}}{{2}}"),
            ("term minus twice", f"-(-({written}))"),
        ):
            yield Mutant(operator, term.start, term.end, f"\\left( {new} \\right)")


def of_sums(text: str, term: Term) -> Iterator[Mutant]:
    """``\\sum_k a_k`` as ``\\sum_f a_f``, if the letter stands in subscripts alone."""
    for f in term.factors:
        letter = re.fullmatch(r"\\sum_\{?([a-z])\}?", text[f.start : f.base_end].strip()) or re.fullmatch(
            r"\\sum_\{([a-z])=1\}\^\{?[A-Z]\}?", text[f.start : f.end].strip()
        )
        if f.kind == "sum" and letter:
            subscript = re.compile(r"_(\{[^{}]*\}|[a-z])")
            written, old, new = text[f.start : term.end], letter[1], fresh(text)
            if old not in re.sub(r"\\[A-Za-z]+", "", subscript.sub("", written)):
                renamed = subscript.sub(partial(in_words, old=old, new=new), written)
                yield Mutant("letter renamed", f.start, term.end, renamed)


def in_words(found: re.Match[str], old: str, new: str) -> str:
    """What was found with a letter replaced wherever it is no part of a command."""
    return re.sub(rf"\\[A-Za-z]+|{old}", lambda m: f"{new} " if m.group() == old else m.group(), found.group())


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
    x = text[f.argument : f.end - 1].rstrip().removesuffix("\\right")
    if text[f.end - 1] != ")":
        return
    if f.name == "\\sigma" and "$\\sigma \\in" not in text:  # declared, it is a number
        yield Mutant("logistic by exp", f.start, f.end, f"\\frac{{1}}{{1 + \\exp(-({x}))}}")
        yield Mutant("logistic by exp", f.start, f.end, f"\\frac{{\\exp({x})}}{{1 + \\exp({x})}}")
        yield Mutant("logistic by tanh", f.start, f.end, f"\\frac{{1 + \\tanh(\\frac{{1}}{{2}} ({x}))}}{{2}}")
        yield Mutant("complement", f.start, f.end, f"\\left( 1 - \\sigma(-({x})) \\right)")
    if f.name == "\\exp":
        yield Mutant("power of e", f.start, f.end, f"e^{{{x}}}")
        yield Mutant("exp halved", f.start, f.end, f"\\left( (\\exp(\\frac{{1}}{{2}} ({x})))^2 \\right)")


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
