"""Single-error mutants of the sides of a document's claims: one wrong sign, letter, factor or term each.

``sides_of`` finds the claims' sides in the text, ``mutants_of`` changes one of them in one place, and
``Judge`` rules on a changed document: it reads what stands before the display (declarations, definitions,
assumptions) and the display itself, and hands the claims that hold the change to the checker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from symgrad.checking.checker import Checker
from symgrad.checking.refute import refute
from symgrad.checking.rulings import ClaimRuling
from symgrad.checking.verdict import Step
from symgrad.core.claims import Claim
from symgrad.reading.document.block_reader import Directive, Display
from symgrad.reading.document_reader import Reader
from symgrad.reading.read_document import ReadStep
from symgrad.text.source import Source
from tests.soundness.scan import Factor, Level, Token, factors, levels, scan

MAX_LETTERS = 3
"""How many other letters (names) an index (operand) is replaced by."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """``text[start:end]`` replaced, inside one side."""

    operator: str
    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a claim: its characters, its display, and how the claims that hold it stood."""

    start: int
    end: int
    display: int
    line: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """A claim that holds the change: its verdict and both sides as they now stand."""

    verdict: str
    left: str
    right: str
    step: Step | None


@dataclass(slots=True)
class Shown:
    """A display of the document, where it stands, and whether it defines anything."""

    start: int
    end: int
    defines: bool
    steps: list[ReadStep]


class Recording(Reader):
    """A reader that remembers which display made which steps and definitions."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.shown: list[Shown] = []

    def display(self, display: Display, directive: Directive | None) -> None:
        definitions, steps = self.out.definitions, len(self.out.steps)
        super().display(display, directive)
        made = self.out.steps[steps:]
        self.shown.append(Shown(display.span.start, display.span.end, self.out.definitions > definitions, made))


def places(steps: list[ReadStep]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the left and the right side of each step stand; a row that starts with ``=`` continues the side before."""
    out: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for step in steps:
        text, span = step.span.source.text, step.span
        left = (span.start, span.start + len(step.left))
        right = (span.end - len(step.right), span.end)
        if text[slice(*left)] != step.left and out:
            left = out[-1][1]
        if text[slice(*left)] != step.left:  # the chain starts with a definition, whose value is this left side
            at = text.rfind(step.left, 0, span.start)
            left = (at, at + len(step.left))
        out.append((left, right))
    return out


class Terse(Checker):
    """Verdicts without advice: no repairs, no difference."""

    def ruling(self, claim: Claim) -> ClaimRuling:
        grounds = self.proof(claim)
        return ClaimRuling(grounds, refute(claim, self.seed, self.session, proved=grounds is not None))


@dataclass
class Judge:
    """One document, and what the checker says of it when a side is changed."""

    path: str
    text: str
    shown: list[Shown] = field(init=False)
    sides: list[Side] = field(init=False)
    wrong: set[tuple[int, int]] = field(init=False)
    """(display, number) of the steps that don't hold as they stand: the marked mistakes."""

    def __post_init__(self) -> None:
        reader = Recording(Source(self.path, self.text))
        document = reader.read()
        self.shown = reader.shown
        self.sides = []
        self.wrong = set()
        report = Checker(0).document(document)
        good = {(s.span.start, s.span.end) for s in report.steps if s.verdict in ("proved", "agrees")}
        for k, shown in enumerate(self.shown):
            seen: set[tuple[int, int]] = set()
            for number, (step, (left, right)) in enumerate(zip(shown.steps, places(shown.steps), strict=True)):
                if (step.span.start, step.span.end) not in good:
                    self.wrong.add((k, number))
                    continue
                for start, end in (left, right):
                    if (start, end) not in seen:
                        seen.add((start, end))
                        self.sides.append(Side(start, end, k, self.text.count("\n", 0, start) + 1))

    def context(self, display: int) -> str:
        """The text up to the end of a display, the displays before it that define nothing blanked."""
        text = self.text[: self.shown[display].end]
        for shown in self.shown[:display]:
            if not shown.defines:
                blank = re.sub(r"[^\n]", " ", text[shown.start : shown.end])
                text = text[: shown.start] + blank + text[shown.end :]
        return text

    def rule(self, side: Side, mutant: Mutant) -> list[Ruling]:
        """The claims that hold the change. None where the change makes a definition of the only one."""
        return self.rule_all([(side, mutant)])[0]

    def rule_all(self, changes: Sequence[tuple[Side, Mutant]]) -> list[list[Ruling]]:
        """The same of many changes of one display, each in a copy of it, all read at once.

        Only a display that defines nothing and begins by itself can stand there more than once.
        """
        shown = self.shown[changes[0][0].display]
        before = self.context(changes[0][0].display)
        copies = [before[shown.start : m.start] + m.new + before[m.end :] for _, m in changes]
        reader = Recording(Source(self.path, before[: shown.start] + "\n\n".join(copies)))
        reader.read()
        out, start = [], shown.start
        for (side, mutant), copy in zip(changes, copies, strict=True):
            here = [s for s in reader.shown if start <= s.start < start + len(copy)]
            out.append(self._ruled(side, mutant, here, start - shown.start))
            start += len(copy) + 2
        return out

    def repeats(self, display: int) -> bool:
        """Whether copies of a display say the same behind each other."""
        shown = self.shown[display]
        written = self.text[shown.start : shown.end].lstrip("$\n ")
        return not shown.defines and not written.startswith(("=", "&", "\\begin"))

    def _ruled(self, side: Side, mutant: Mutant, here: Sequence[Shown], moved: int) -> list[Ruling]:
        """The claims that hold the change, in the displays that are ``here``, so many characters behind their place."""
        if len(here) != 1:
            return [Ruling("unreadable", "", "", None)]  # no display any more, or two
        steps = here[0].steps
        start = side.start + moved
        end = side.end + moved + len(mutant.new) - (mutant.end - mutant.start)
        checker = Terse(0)
        out = []
        same = len(steps) == len(self.shown[side.display].steps)
        for number, (step, (left, right)) in enumerate(zip(steps, places(steps), strict=True)):
            if same and (side.display, number) in self.wrong:
                continue
            if step.outcome.problem is not None and not step.right:
                return [Ruling("unreadable", step.left, "", None)]  # the display was not taken apart
            if any(max(a, start) < min(b, end) for a, b in (left, right)):
                found = checker.step(step)
                out.append(Ruling(found.verdict, step.left, step.right, found))
        return out

    # --- mutants ------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Names that stand in the document's claims, in the order of their first use."""
        found: dict[str, None] = {}
        for side in self.sides:
            for f in factors(scan(self.text[side.start : side.end])):
                if f.kind == "name":
                    found[self.text[side.start + f.start : side.start + f.base_end]] = None
        return [name for name in found if name != "\\partial"]

    def mutants(self, side: Side) -> list[Mutant]:
        """All mutants of one side, each text once."""
        seen: dict[tuple[str, str], Mutant] = {}
        text = self.text[side.start : side.end]
        scanned = scan(text, side.start)
        shown = self.shown[side.display]
        letters = index_letters(scan(self.text[shown.start : shown.end]))
        for mutant in mutants_of(self.text, side, scanned, letters, self.names()):
            a, b = mutant.start - side.start, mutant.end - side.start
            new = re.sub(r"\s+", " ", text[:a] + mutant.new + text[b:]).strip()
            if new != re.sub(r"\s+", " ", text).strip():
                seen.setdefault(("", new), mutant)
        return list(seen.values())


@cache
def judge_of(path: Path) -> Judge:
    return Judge(path.name, path.read_text(encoding="utf-8"))


def index_letters(level: Level) -> list[str]:
    found: dict[str, None] = {}
    for f in factors(level):
        for script in f.subscripts:
            for token in script:
                if re.fullmatch("[a-z]", token.text):
                    found[token.text] = None
    return list(found)


def mutants_of(text: str, side: Side, level: Level, letters: list[str], names: list[str]) -> Iterator[Mutant]:
    for one in levels(level):
        yield from of_terms(text, one)
        for term in one:
            for f in term.factors:
                yield from of_factor(text, f, len(term.factors))
                yield from of_indices(f, letters)
                yield from of_names(text, f, names)
    yield Mutant("sign", side.start, side.start, "-")
    for at in range(side.start, side.end):
        if not text[at].isspace() and text[at] not in "\\{}" and text[at - 1] != "\\":
            yield Mutant("character dropped", at, at + 1, "")


def of_terms(text: str, level: Level) -> Iterator[Mutant]:
    """Signs flipped, terms dropped, factors of 2 put before a term."""
    for k, term in enumerate(level):
        start = term.sign.start if term.sign else term.start
        if term.sign:
            other = {"+": "-", "-": "+"}[term.sign.text] if k else ""
            yield Mutant("sign", term.sign.start, term.sign.end, other)
        if term.factors[0].name != "\\partial":
            yield Mutant("factor doubled", term.start, term.start, "2 ")
            yield Mutant("factor halved", term.start, term.start, "\\frac{1}{2} ")
        if len(level) > 1:
            yield Mutant("term dropped", start, term.end, "")
        elif "\\partial" not in text[term.start : term.end]:
            yield Mutant("term replaced by 0", start, term.end, "0")


def of_factor(text: str, f: Factor, of: int) -> Iterator[Mutant]:
    """Factors and their parts dropped, arguments with the other sign, other functions, transposes."""
    if f.kind == "sum":
        yield Mutant("sum dropped", f.start, f.end, "")
    elif of > 1 and f.name != "\\partial":
        yield Mutant("delta dropped" if f.kind == "delta" else "factor dropped", f.start, f.end, "")
    if f.kind == "number":
        yield Mutant("number", f.start, f.base_end, str(int(f.name) + 1))
        yield Mutant("number", f.start, f.base_end, "0")
    for start, end, what in f.superscripts:
        yield Mutant("transpose dropped" if what == "\\top" else "script dropped", start, end, "")
    alone = text[f.start : f.end]
    whole = f.kind == "name" and (f"{alone}^\\top" in text or f"{alone} \\in \\mathbb{{R}}^{{" in text)
    if whole and not f.superscripts and len(f.subscripts) == 0:
        yield Mutant("transpose added", f.end, f.end, "^\\top")
    if f.kind == "function":
        if f.argument >= 0:
            at = f.argument + len(text[f.argument :]) - len(text[f.argument :].lstrip())
            minus = text[at] == "-"
            yield Mutant("argument's sign", at, at + minus, "" if minus else "-")
        for other in ("\\sigma", "\\exp", "\\log", "\\tanh"):
            if f.name in ("\\sigma", "\\exp", "\\log", "\\tanh") and other != f.name:
                yield Mutant("function", f.start, f.start + len(f.name), other + " ")
        if f.name == "\\sigma" and not f.superscripts:
            yield Mutant("function", f.base_end, f.base_end, "'")
        if f.name == "\\log":
            yield Mutant("function dropped", f.start, f.base_end, "")
    if f.name in ("\\odot", "\\otimes", "\\cdot"):
        for other in ("\\odot", "\\otimes", ""):
            yield Mutant("product", f.start, f.end, other + " ")
    if f.kind == "fraction" and len(f.levels) == 2 and all(f.levels) and "\\partial" not in text[f.start : f.end]:
        (a, b), (c, d) = ((level[0].start, level[-1].end) for level in f.levels)
        yield Mutant("fraction", a - 1, d + 1, f"{{{text[c:d]}}}{{{text[a:b]}}}")
    if f.name in ("\\in", "\\notin", "\\neq", "\\le"):
        for other in ("\\in", "\\notin", "\\neq", "\\le", "="):
            yield Mutant("condition", f.start, f.end, other)


def of_indices(f: Factor, letters: list[str]) -> Iterator[Mutant]:
    """Index letters replaced, swapped and shifted, inside sums' bounds too."""
    for script in f.subscripts:
        single = [t for t in script if re.fullmatch("[a-z]", t.text)]
        for k, token in enumerate(single):
            others = [x for x in letters if x != token.text]
            at = letters.index(token.text) if token.text in letters else 0
            chosen = [*others[at:], *others[:at]][:MAX_LETTERS]
            for other in dict.fromkeys((*chosen, *(x for x in others if x in "oc"))):
                yield Mutant("index replaced", token.start, token.end, other)
            yield Mutant("index shifted", token.start, token.end, f"{{{token.text}+1}}")
            if k:
                yield from swapped(single[k - 1], token, f)
        for token in script:
            if token.text.isdigit():
                yield Mutant("bound", token.start, token.end, str(int(token.text) + 1))
            if re.fullmatch("[A-Z]", token.text):
                yield Mutant("bound", token.start, token.end, f"{token.text}-1")
            if token.text in ("\\in", "\\neq", "\\le", "-"):
                others = {"\\in": "\\notin", "\\neq": "=", "\\le": "<", "-": ""}
                yield Mutant("bound", token.start, token.end, others[token.text])


def swapped(a: Token, b: Token, f: Factor) -> Iterator[Mutant]:
    if a.text != b.text and b.start - a.end <= 2:
        gap = " " * (b.start - a.end)
        yield Mutant("indices swapped", a.start, b.end, b.text + gap + a.text)


def of_names(text: str, f: Factor, names: list[str]) -> Iterator[Mutant]:
    """A name replaced by another of the document, an accent dropped or put on."""
    if f.kind != "name":
        return
    name = text[f.start : f.base_end]
    if name == "\\partial":
        return
    others = [x for x in names if x != name]
    bare = name.split()[-1]
    same_case = [x for x in others if x.split()[-1].isupper() == bare.isupper()]
    akin = [x for x in same_case if x.split()[-1] == bare]
    at = names.index(name) if name in names else 0
    for other in dict.fromkeys((*akin, *[*same_case[at:], *same_case[:at]][:MAX_LETTERS])):
        yield Mutant("operand replaced", f.start, f.base_end, other)
