"""Mutants that are no errors: the changed side means the same, or the changed claim is true all the same.

``rule`` knows the changes that the notation calls none; ``REVIEWED`` (from ``reviewed.json``) holds single cases,
each worked out by hand, under the document and the side as it reads after the change (white space closed up).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.soundness.mutants import Judge, Mutant, Ruling, Side
from tests.soundness.scan import Factor, Level, Term, scan

PASSING = ("proved", "agrees")


def close_up(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def rule(text: str, side: Side, mutant: Mutant, ruling: Ruling) -> str | None:
    """Why the notation calls this change none; None if it does not."""
    step = ruling.step
    codes = {w.code for w in step.warnings} if step is not None else set()
    before = text[: mutant.start]
    if mutant.operator == "indices swapped" and re.search(r"\\delta_\{?$", before):
        return "a delta is symmetric"
    if mutant.operator == "index replaced" and beside_a_delta(text, side, mutant):
        return "the delta beside it makes both letters one"
    if mutant.operator == "sum dropped" and implied(text, side, mutant):
        return "the letter lacks on the first side, so that its sum is implied where the sign stood"
    if mutant.operator == "script dropped" and re.search(r"\\sum_\{[a-z]=1\}$", before):
        return "a sum from 1 without an upper bound runs over the range of its letter"
    if mutant.operator == "transpose dropped" and "SG202" in codes:
        return "two columns in a row are their inner product, with the warning 'missing transpose'"
    if mutant.operator.startswith("transpose") and "SG201" in codes:
        return "a gradient may lie on its side, with the warning 'transposed layout'"
    if mutant.operator.startswith("transpose") and re.search(r"\\partial\^2 [^{}]+\}\{[^{}=]*$", before):
        return "a Hessian is symmetric, on whichever side it lies"
    if mutant.operator == "transpose added" and re.search(
        r"(\\lVert |\\operatorname\{diag\}\()(\\hat )?[A-Za-z]$", before
    ):
        return "a norm asks only for the entries, and so does a diagonal"
    name = re.search(r"([A-Za-z])(?:\^\{-1\})?$", before)
    if mutant.operator.startswith("transpose") and name and f"${name[1]} = {name[1]}^\\top$" in text:
        return "a symmetric matrix is its transpose"
    zero = "0" in (ruling.left.strip(), ruling.right.strip())
    if mutant.operator == "operand replaced" and zero and "SG205" in codes:
        return "what does not depend on a name has the derivative 0 by it"
    if mutant.operator == "operand replaced" and an_offset(text, mutant):
        return "the derivative by an offset is the one by the sum that it stands in"
    if mutant.operator == "index shifted" and zero and stands_once(text, side, mutant):
        return "what is zero at every position is zero at the next one"
    if mutant.operator == "index shifted" and step is not None and step.verdict != "refuted":
        zeros = [a.removesuffix(" = 0") for a in step.assumptions if a.endswith(" = 0")]
        if any(side.strip().startswith(f"{name} \\frac") for name in zeros for side in (ruling.left, ruling.right)):
            return "a side with a factor that is assumed to be 0 is 0 at every position"
    if scales(mutant) and "0" in (plain(ruling.left), plain(ruling.right)):
        return "a multiple of 0 is 0"
    if re.search(r"\(c\+$", before) and mutant.operator == "sign" and "-m \\le j \\le m" in text:
        return "a window is symmetric"
    if mutant.operator == "character dropped" and re.search(r"_\{[a-z]$", before) and text[mutant.start] == ",":
        return "a label needs no comma behind it"
    if mutant.operator == "character dropped" and text[mutant.start - 2 : mutant.end + 1] == "neq ":
        return "\\ne is \\neq"
    return None


def path(level: Level, at: int) -> list[tuple[Term, Factor]]:
    """The terms that hold a character, from the outermost in, each with the factor that holds it."""
    for term in level:
        for f in term.factors:
            if f.start <= at < f.end:
                inner = (path(one, at) for one in f.levels)
                return [(term, f), *next((found for found in inner if found), [])]
    return []


def letters(f: Factor) -> list[str]:
    """The letters and digits in the slots of a factor."""
    return [t.text for script in f.subscripts for t in script if t.text not in ("_", ",", "=", "{", "}")]


def beside_a_delta(text: str, side: Side, mutant: Mutant) -> bool:
    """``δ_{kc} f(k) = δ_{kc} f(c)``: a delta of the two letters is beside the change, no sum between binds either."""
    both = {text[mutant.start : mutant.end], mutant.new}
    way = path(scan(text[side.start : side.end], side.start), mutant.start)
    if not way or way[-1][1].kind in ("sum", "delta"):
        return False
    for k, (term, _) in enumerate(way):
        for delta in term.factors:
            if delta.kind == "delta" and len(letters(delta)) == 2 and set(letters(delta)) == both:
                sums = [f for inner, _ in way[k:] for f in inner.factors if f.kind == "sum"]
                if not any(delta.start < f.start < mutant.start and both & set(letters(f)) for f in sums):
                    return True
    return False


def implied(text: str, side: Side, mutant: Mutant) -> bool:
    """``Σ_k a_k b_k c = a_k b_k c``, ``Σ_k a_k = a_k``: the sign stood where the notation puts the sum without it.

    The first side of the chain lacks the letter, and the sum is over its whole range. Either two factors of the
    term share it, of which one has it once, or it is a term of the whole side and stands once in each of its parts.
    """
    way = path(scan(text[side.start : side.end], side.start), mutant.start)
    first = first_side(text, side)
    letter = whole_range(way[-1][1]) if way else None
    if letter is None or first is None or letter in fixed_letters(text):
        return False
    if re.search(rf"(?<![\\A-Za-z]){letter}(?![A-Za-z])", first):
        return False
    held = [f for f in way[-1][0].factors if f.start > mutant.start and slots(f, letter)]
    if len(held) >= 2:
        return not all(repeats(f, letter) for f in held)
    return len(held) == 1 and len(way) == 1 and bare(held[0], letter)


def whole_range(f: Factor) -> str | None:
    """The letter of ``\\sum_k``, ``\\sum_{k=1}^{K}``; None for other bounds."""
    found = re.fullmatch(r"([a-z])(1[A-Z])?", "".join(letters(f)))
    return found[1] if found and f.kind == "sum" else None


def fixed_letters(text: str) -> set[str]:
    """The letters that are declared as fixed, ``$o, c \\in [W]$``."""
    found = re.findall(r"\$([a-z](?:, [a-z])*) \\in (?:\[|\\\{1)", text)
    return {letter for group in found for letter in group.split(", ")}


def slots(f: Factor, letter: str) -> int:
    """How often a letter stands in the slots of a factor and of all that it holds."""
    return letters(f).count(letter) + sum(slots(g, letter) for one in f.levels for term in one for g in term.factors)


def repeats(f: Factor, letter: str) -> bool:
    """Whether a product below a factor has the letter twice, or its own slots have."""
    terms = [term for one in f.levels for term in one]
    return letters(f).count(letter) > 1 or any(sum(slots(g, letter) for g in term.factors) > 1 for term in terms)


def stands_once(text: str, side: Side, mutant: Mutant) -> bool:
    """Whether a letter stands in one slot of the side alone, and is bound by no sum."""
    level, letter = scan(text[side.start : side.end], side.start), text[mutant.start : mutant.end]
    return sum(slots(f, letter) for term in level for f in term.factors) == 1


def an_offset(text: str, mutant: Mutant) -> bool:
    """``∂L/∂a = ∂L/∂b`` where ``a = … + b`` and b stands nowhere else: a change of one for the other below ``∂``."""
    if not text[: mutant.start].endswith("}{\\partial "):
        return False
    label = re.match(r"_\{?([a-z])", text[mutant.end :])
    displays = "\n".join(re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL))
    for suffix in ("", f"_{label[1]}") if label else ("",):
        a, b = (re.escape(x + suffix) for x in (text[mutant.start : mutant.end], mutant.new))
        if any(adds(displays, *names) for names in ((a, b), (b, a))):
            return True
    return False


def adds(displays: str, total: str, offset: str) -> bool:
    """Whether a definition ``total = … + offset`` is the one place of the offset, derivatives by it aside."""
    start, slot = r"(?<![A-Za-z\\])", r"(_[a-z])?"
    defined = re.search(rf"{start}{total}{slot} &?= [^=\n]*\+ {offset}{slot}[\s,]", displays)
    used = re.findall(rf"{start}{offset}(?![A-Za-z])", re.sub(rf"\\partial {offset}", "", displays))
    return defined is not None and len(used) == 1


def bare(f: Factor, letter: str) -> bool:
    """A name with the letter, or a bracket of such terms: ``p_n``, ``w_d^2``, ``(y_i - t_i)^2``."""
    if f.kind == "name":
        return letters(f).count(letter) == 1
    terms = [term for one in f.levels for term in one]
    return (
        f.kind == "group"
        and all(slots(g, letter) <= 1 and g.kind in ("name", "number") for term in terms for g in term.factors)
        and all(sum(slots(g, letter) for g in term.factors) == 1 for term in terms)
    )


def first_side(text: str, side: Side) -> str | None:
    """The text of the first side of the chain that a side stands in; None if it is itself the first."""
    relation = re.split(r"\\qquad", text[text.rfind("$$", 0, side.start) + 2 : side.start])[-1]
    return relation.split("=")[0] if "=" in relation else None


def plain(side: str) -> str:
    """A side without a factor or a sign in front."""
    return re.sub(r"^(-|2 |\\frac\{1\}\{2\} )\s*", "", side.strip()).strip()


def scales(mutant: Mutant) -> bool:
    return mutant.operator in ("sign", "factor doubled", "factor halved")


REVIEWED: dict[tuple[str, str], str] = {
    (row["document"], row["side"]): row["reason"]
    for row in json.loads(Path(__file__).with_name("reviewed.json").read_text(encoding="utf-8"))
}


def changed_side(judge: Judge, side: Side, mutant: Mutant) -> str:
    """The side as it reads after the change."""
    return close_up(judge.text[side.start : mutant.start] + mutant.new + judge.text[mutant.end : side.end])


def verdict(judge: Judge, side: Side, mutant: Mutant, rulings: list[Ruling]) -> str:
    """The worst of the verdicts on the claims that hold the change; 'no error' where each that passes may."""
    passing = [r for r in rulings if r.verdict in PASSING]
    if passing:
        if judge.text[mutant.start : mutant.end].strip() == r"\odot" and not mutant.new.strip():
            return "no error"  # columns side by side are multiplied entry by entry where no inner product fits
        known = (judge.path, changed_side(judge, side, mutant)) in REVIEWED
        if known or all(rule(judge.text, side, mutant, r) for r in passing):
            return "no error"
        return "proved" if any(r.verdict == "proved" for r in passing) else "agrees"
    verdicts = {r.verdict for r in rulings}
    return "refuted" if "refuted" in verdicts else "unreadable" if verdicts else "definition"
