"""The verdict on each step of a document, from two independent engines: the proof and the evaluator.

Every proved step is evaluated as well. A disagreement is reported as an internal error.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from symgrad.checking.causes import USED_UP, by_cause
from symgrad.checking.consequences import entailments, factored, follows, solution, supposing
from symgrad.checking.free_letters import as_far_as_sums
from symgrad.checking.inferred_names import InferredNames, unread
from symgrad.checking.numbers_as_sizes import NumbersAsSizes
from symgrad.checking.one_hots import OneHotsAsBits
from symgrad.checking.optima import holds_at_optimum_alone, places_of_definitions
from symgrad.checking.other_readings import (
    arbitrary,
    hold_intermediates,
    latex_name,
    omitted_sum,
    undefined_dependence,
    unrelated,
    uses,
    with_hidden,
    without_parameter,
)
from symgrad.checking.own_words import in_own_words, missing_term
from symgrad.checking.refute import Evaluation, Session, holds, refute
from symgrad.checking.repair import repairs
from symgrad.checking.resolved_claims import ResolvedClaims
from symgrad.checking.rulings import ClaimRuling, Grounds, Remembered, RulingStore
from symgrad.checking.side_conditions import side_conditions
from symgrad.checking.symmetric_directions import along_symmetric_directions, each_entry_once
from symgrad.checking.verdict import DocumentReport, Evidence, Step, Witness
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import ZERO, Expr, Ref, reach
from symgrad.core.substitute import expand
from symgrad.core.time_limit import TIME, OutOfTime
from symgrad.proving.proof import EXPANDING_SECONDS, Proof, Prover
from symgrad.reading.document_reader import read_document
from symgrad.reading.meaning.alignment import OTHERWISE, multiplied_entrywise, read_otherwise, transposed_layout
from symgrad.reading.meaning.at_points import with_points_written
from symgrad.reading.read_document import ReadDocument, ReadStep
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span
from symgrad.writing.index_latex import latex, read
from symgrad.writing.witness_script import witness_script

Progress = Callable[[int, int], None]

DOUBTS = ("SG211", "SG225")
"""Warnings about a likely reading beside which there is another one: nothing is refuted on its ground."""
SHOWING = 0.5
"""Seconds of work on how a difference is told."""
MAX_UNCLEAR = 6
"""Of the formulas that may be assumptions, those nearest to a step are tried."""
OTHER_MEANINGS = ("SG210", "SG224", "SG223")
"""The warnings of steps that are ruled on with another meaning of a name."""
NESTED = 6_000
"""How deep calls may nest in a step: enough for a network of a hundred layers, by definitions of definitions."""
STEP_SECONDS, DOCUMENT_SECONDS = 5.0, 8.0
"""Processor time of a step, and of each 64 KB of a document if nobody says how much it may take."""
BRIEFLY = 0.5
"""Processor time for multiplying out before the step is evaluated. Where that finds no difference there is more."""
REPORT = "please report this document: it is a bug of symgrad"


@dataclass(slots=True)
class Checker:
    """Gives verdicts on the steps of one document. Work that steps share is done once."""

    seed: int = 0
    store: RulingStore | None = None
    """Where rulings on claims are kept beyond this document."""
    session: Session = field(init=False)
    remembered: Remembered = field(init=False)
    one_hots: OneHotsAsBits = field(default_factory=OneHotsAsBits)
    prover: Prover = field(default_factory=Prover)
    resolved: ResolvedClaims = field(default_factory=ResolvedClaims)
    names: InferredNames = field(default_factory=InferredNames)
    sizes: NumbersAsSizes = field(default_factory=NumbersAsSizes)
    places: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """The names defined by a chain of which a link is refuted."""
    twofold: dict[str, Diagnostic] = field(default_factory=dict)
    """Defined names, and functions, that a later equation, which does not hold, may define anew."""
    stacking: str = ""
    """Whether undeclared matrices have the vectors of their letter as 'rows' or 'columns': one way for a document."""

    families: str = ""
    """Whether the bare name of a family stands for its 'total' or its 'mean': one of them for a document."""

    def __post_init__(self) -> None:
        self.session = Session(self.seed)
        self.remembered = Remembered(self.store, self.seed, self.session.sizes.given)

    def document(self, doc: ReadDocument, progress: Progress | None = None) -> DocumentReport:
        """Check all steps of a document; calls ``progress(done, of)`` after each."""
        steps = []
        self.stacking = self.families = ""
        self.broken, self.twofold = set(), {}
        self.names, self.sizes = InferredNames(doc), NumbersAsSizes()
        self.places = places_of_definitions(doc)
        for k, step in enumerate(doc.steps):
            steps.append(self.told_apart(step, self.step(step), step.group in doc.expectations))
            self.names.equate(step.outcome.claim, steps[-1])
            if step.defining and steps[-1].verdict in ("refuted", "unreadable"):
                self.broken.add(step.defining)
            if step.restating and (steps[-1].verdict != "proved" or steps[-1].assumptions):
                self.broken.add(step.restating)
            if progress is not None:
                progress(k + 1, len(doc.steps))
        steps, complaints = expectations(doc, steps)
        to_solve = [s for r, s in zip(doc.steps, steps, strict=True) if r.to_solve and is_unmet(s)]
        unsolved = [
            Diagnostic("SG404", "an equation to solve, no identity: not checked", s.span, "", "note") for s in to_solve
        ]
        claims = list(zip(doc.steps, steps, strict=True))
        anew = [s for r, s in claims if r.anew and (is_unmet(s) or r.outcome.shapes or s.verdict == "unreadable")]
        unsolved += [
            Diagnostic("SG207", f"`{s.left}` is defined anew; what is built on it stays as it was", s.span, "", "note")
            for s in anew
        ]
        steps = [s for s in steps if s not in to_solve and s not in anew]
        steps, diagnostics = by_cause(steps, (*doc.diagnostics, *complaints))
        return DocumentReport(
            path=doc.source.path,
            steps=tuple(steps),
            diagnostics=tuple(diagnostics),
            definitions=doc.definitions + len(anew),
            skipped=doc.skipped,
            not_checked=(*doc.not_checked, *unsolved),
            text=doc.source.text,
            inferred=doc.inferred.declarations(doc.scope.unread),
        )

    def told_apart(self, read_step: ReadStep, step: Step, expected: bool) -> Step:
        """The step, without a refutation that may be the definition of a name anew; what has the name waits for that.

        expected: the author says that a step of this display is refuted.
        """
        if not read_step.twofold or step.verdict != "refuted" or expected:
            return step
        message = f"this does not hold for the `{step.left}` above the heading, and may define it anew"
        remedy = f"write `:=` if it defines `{step.left}`"
        problem = Diagnostic("SG114", message, step.span, remedy)
        claim = read_step.outcome.claim
        head = claim.left if claim is not None else None
        self.twofold[head.definition.name if isinstance(head, Ref) else step.left.partition("(")[0]] = problem
        return unread(step, problem)

    def waits_for(self, read_step: ReadStep, claim: Claim) -> Diagnostic | None:
        """Why nothing is said of a step: a name of it has two meanings. Functions stand in the text alone."""
        used = {d.name for side in (claim.left, claim.right) for d in reach(side).definitions}
        written = f"{read_step.left} {read_step.right}"
        named = (rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])" for name in self.twofold)
        found = (re.search(pattern, written) is not None for pattern in named)
        return next(
            (self.twofold[x] for x, is_there in zip(self.twofold, found, strict=True) if x in used or is_there), None
        )

    def step(self, read_step: ReadStep) -> Step:
        """The verdict on one step. An exception is a bug of symgrad; it is reported on the step."""
        if read_step.blocks:
            return worst_block([(place, self.step(replace(part, blocks=()))) for place, part in read_step.blocks])
        try:
            TIME.check()
            with TIME.of(STEP_SECONDS), nested(NESTED):
                return self.with_sense(read_step, self._step(read_step))
        except OutOfTime:
            problem = cut(read_step.span)
        except (MemoryError, RecursionError):
            problem = Diagnostic("SG117", "not decided: too large or too deep", read_step.span, "split the step")
        except Exception as e:
            if os.environ.get("SYMGRAD_DEBUG"):
                raise
            problem = Diagnostic("SG900", f"internal error: {type(e).__name__}: {e}", read_step.span, REPORT)
        return Step(read_step.span, read_step.left, read_step.right, "unreadable", diagnostic=problem)

    def with_sense(self, read_step: ReadStep, step: Step) -> Step:
        """The step, unreadable where its proof says nothing of what its author means."""
        claim = read_step.outcome.claim
        if step.verdict != "proved" or claim is None or read_step.premises:
            return step
        vacuous = holds_at_optimum_alone(claim, self.places, lambda c: self.prove(c) is not None, read_step.span)
        return step if vacuous is None else unread(step, vacuous)

    def _step(self, read_step: ReadStep) -> Step:
        out = read_step.outcome
        sides = read_step.left, read_step.right
        base = Step(read_step.span, *sides, "unreadable", warnings=out.warnings, whole=read_step.whole)
        if out.problem is not None:
            return replace(base, diagnostic=out.problem)
        if out.shapes is not None:
            return self.misfit(read_step, base)
        if out.claim is None:
            raise ValueError("a step was read as nothing")
        base = replace(base, inferred=self.names.declared(out.claim))
        nothing = self.names.undefined(out.claim, base) or undefined_dependence(out.claim, base, self.names.dependence)
        wider = self.with_hidden(out.claim, base) if nothing is not None else None
        silent = without_parameter(out.claim, base, self.names.dependence) if nothing is None else []
        base = replace(base, warnings=(*base.warnings, *silent))
        if nothing is not None and wider is None:
            left, right = sides_as_read(out.claim)
            return replace(base, read_left=left, read_right=right, diagnostic=nothing)
        waits = self.waits_for(read_step, out.claim) if self.twofold else None
        if waits is not None:
            left, right = sides_as_read(out.claim)
            return replace(base, read_left=left, read_right=right, diagnostic=waits)
        step = self.rule(wider or out.claim, base)
        guessed = step.inferred and step.verdict in ("proved", "agrees")
        left_out = omitted_sum(read_step.omitted, base) if guessed else None
        if left_out is not None:
            return replace(reopened(step), diagnostic=left_out, evidence=Evidence("none"))
        total = next((w for w in step.warnings if w.message == OTHERWISE["total"][0]), None)
        if total is not None and step.verdict in ("proved", "agrees"):
            if self.families == "mean":
                return replace(reopened(step), diagnostic=replace(total, severity="error"), evidence=Evidence("none"))
            self.families = "total"
        if step.verdict == "refuted" and read_step.premises:
            step = self.consequence(read_step, out.claim, step)
        if step.verdict == "refuted" and read_step.grounds:
            step = self.with_grounds(read_step, out.claim, step)
        if step.verdict == "refuted":
            step = self.second_reading(read_step, out.claim, step)
        unknown = arbitrary(out.claim, base) if step.verdict == "refuted" else None
        if unknown is not None:
            return replace(reopened(step), diagnostic=unknown)
        doubt = next((w for w in step.warnings if w.code in DOUBTS), None)
        if step.verdict == "refuted" and doubt is not None:
            return replace(reopened(step), diagnostic=replace(doubt, severity="error"))
        refuted = step.verdict == "refuted"
        ask = (self.names.counted, self.names.together, self.names.apart) if refuted else ()
        together = next(filter(None, (asked(out.claim, self.holds, step.span) for asked in ask)), None)
        if together is not None:
            return replace(reopened(step), diagnostic=together, evidence=Evidence("none"))
        if step.verdict == "refuted" and read_step.unclear:
            step = self.on_unclear(read_step, out.claim, step)
        if step.verdict == "refuted" and read_step.unused is not None:
            return replace(reopened(step), diagnostic=read_step.unused, evidence=Evidence("none"))
        summed = next((w for w in step.warnings if w.code == "SG203"), None)
        if step.verdict == "refuted" and summed is not None and step.inferred:
            return replace(reopened(step), diagnostic=replace(summed, severity="error"))
        other = any(w.code in OTHER_MEANINGS for w in step.warnings)
        return step if other else self.without_doubt(step, out.claim)

    def misfit(self, read_step: ReadStep, base: Step) -> Step:
        """The step of sides of different shapes: refuted, unless a shape was inferred."""
        doubt = self.names.shapes(base, read_step.inferred)
        if doubt is not None:
            return replace(base, diagnostic=doubt)
        misfit = read_step.outcome.misfit
        if misfit is not None and misfit.code != "SG302":
            return replace(base, diagnostic=misfit)
        return replace(
            base,
            verdict="refuted",
            evidence=Evidence("shape"),
            witness=Witness(shapes=read_step.outcome.shapes),
            repairs=shape_repairs(read_step),
            diagnostic=read_step.outcome.misfit,
        )

    def with_hidden(self, claim: Claim, base: Step) -> Claim | None:
        """A claim that holds whatever more its undeclared functions depend on; None if it does not."""
        wider = with_hidden(claim, self.names.dependence)
        nothing = self.names.undefined(wider, base) or undefined_dependence(wider, base, self.names.dependence)
        return wider if wider != claim and nothing is None and self.prove(wider) is not None else None

    def without_doubt(self, step: Step, claim: Claim) -> Step:
        """The step, unreadable where its verdict hangs on a name that is not known."""
        doubt = self.names.doubt(claim, step, self.resolved) if step.verdict in ("refuted", "agrees") else None
        return unread(step, doubt) if doubt is not None else step

    def consequence(self, read_step: ReadStep, claim: Claim, step: Step) -> Step:
        """A step that is no identity, and follows from an equation that the sentence before it sets."""
        for premise in read_step.premises:
            under = supposing(claim, premise)
            proved = under is not None and self.prove(under) is not None
            if proved or follows(claim, premise, lambda c: self.prove(c) is not None):
                return self.under(step, premise)
            resolved = self.resolved.claim(premise)
            if resolved is not None and self.solves(claim, resolved):
                return self.under(step, premise)
            solved = solution(claim, resolved) if resolved is not None else None
            if solved is not None and self.prove(solved) is not None:
                read_step.to_solve = True  # a solution; that there is no other one is not looked into
        given = [self.simplified(p) for p in map(self.resolved.claim, read_step.premises) if p is not None]
        if any(self.prove(entailed) is not None for entailed in entailments(claim, given)):
            return self.under(step, *read_step.premises)
        for premise in read_step.premises:
            under = supposing(claim, premise)
            others = [p for p in read_step.premises if p is not premise]
            rest = [self.simplified(p) for p in map(self.resolved.claim, others) if p is not None]
            if under is not None and any(self.prove(e) is not None for e in entailments(under, rest)):
                return self.under(step, premise, *others)
        return step

    def simplified(self, premise: Claim) -> Claim:
        """``left - right = 0`` in its shortest form."""
        gap = self.prover.difference(replace(premise, left=expand(premise.left), right=expand(premise.right)))
        return premise if gap is None else replace(premise, left=gap, right=ZERO)

    def under(self, step: Step, *premises: Claim) -> Step:
        """The step, proved from what the text before it sets."""
        assumed = tuple(f"{read(p.left)} = {read(p.right)}" for p in premises)
        evidence = replace(step.evidence, method="normal form")
        return replace(reopened(step), verdict="proved", assumptions=assumed, evidence=evidence)

    def solves(self, claim: Claim, premise: Claim) -> bool:
        """True if the premise, its derivatives carried out, is the claim times what is nowhere 0."""
        expanded = replace(premise, left=expand(premise.left), right=expand(premise.right))

        def simplified(e: Expr) -> Expr | None:
            return self.prover.difference(replace(claim, left=e, right=ZERO))

        return factored(claim, expanded, simplified, lambda c: self.prove(c) is not None)

    def with_grounds(self, read_step: ReadStep, claim: Claim, step: Step) -> Step:
        """A refuted step that holds with the reason that the sentence behind it gives, ruled on under that reason."""
        said = sorted("".join(side.split()) for side in (read_step.left, read_step.right))
        # nothing is its own reason
        grounds = [a for a in read_step.grounds if sorted("".join(a.latex.split()).split("=")) != said]
        grounded = replace(claim, assumptions=(*claim.assumptions, *grounds))
        return self.rule(grounded, reopened(step)) if grounds and self.holds(grounded) else step

    def on_unclear(self, read_step: ReadStep, claim: Claim, step: Step) -> Step:
        """A refuted step that holds under what the prose may or may not assume: nothing is ruled on it."""
        known = {a.latex for a in claim.assumptions}
        doubtful = [(a, span) for a, span in read_step.unclear if a.latex not in known][-MAX_UNCLEAR:]
        for some in (*([one] for one in doubtful), *([doubtful] if len(doubtful) > 1 else [])):
            if self.holds(replace(claim, assumptions=(*claim.assumptions, *(a for a, _ in some)))):
                return replace(reopened(step), diagnostic=unclear_assumption(*some[0]), evidence=Evidence("none"))
        return step

    # --- one claim ------------------------------------------------------------------------------

    def rule(self, claim: Claim, base: Step) -> Step:
        """Run both engines on one claim."""
        ruling = self.remembered.ruling(claim, lambda: replace(self.ruling(claim), sides=sides_as_read(claim)))
        left, right = ruling.sides
        warnings = (*base.warnings, *unrelated(claim, base))
        base = replace(base, read_left=left, read_right=right, warnings=warnings)
        proof, found = ruling.grounds, ruling.found
        evidence = Evidence("normal form" if proof else "evaluation", found.samples, dict(found.sizes), found.bound)
        undefined = found.verdict == "undefined"
        if found.verdict == "differs":
            if proof is not None:
                return replace(base, diagnostic=disagreement(base), evidence=evidence, witness=found.witness)
            return replace(
                base,
                verdict="refuted",
                evidence=evidence,
                witness=found.witness,
                difference=ruling.difference,
                repairs=ruling.repairs,
            )
        if proof is not None and not (undefined and found.note.startswith("no valid point")):
            return replace(
                base,
                verdict="proved",
                assumptions=proof.assumptions,
                conditions=proof.conditions,
                evidence=evidence,
                trace=proof.trace,
                warnings=(*base.warnings, *([unevaluated(found, base)] if undefined else [])),
            )
        if undefined:
            return replace(base, diagnostic=undecided(found, base))
        assumptions = tuple(dict.fromkeys(a.latex for a in claim.assumptions))
        return replace(base, verdict="agrees", assumptions=assumptions, evidence=evidence)

    def ruling(self, claim: Claim) -> ClaimRuling:
        """What both engines find out about a claim; if it differs, the difference of its sides, and repairs."""
        self.prover.interrupted = False
        proof = self.proof(claim, BRIEFLY)
        found = with_script(claim, refute(claim, self.seed, self.session, proved=proof is not None))
        if proof is None and self.prover.interrupted and found.verdict == "equal":
            proof = self.proof(claim)
        if proof is not None or found.verdict != "differs":
            return ClaimRuling(proof, found)
        # what took too long to multiply out for a proof does so again for the difference
        resolved = None if self.prover.interrupted else self.resolved.claim(claim)
        left = self.prover.difference(resolved, claim) if resolved is not None else None
        if resolved is not None and left is not None:
            left = in_own_words(claim, resolved, left, lambda c: self.prover.prove(c, seconds=SHOWING) is not None)
        left = with_points_written(left) if left is not None else None
        difference = latex(left) if left is not None else None
        mended = tuple(repairs(claim, latex, self.seed, self.session)) or missing_term(claim, left)
        return ClaimRuling(proof, found, difference, mended)

    def proof(self, claim: Claim, expanding: float = EXPANDING_SECONDS) -> Grounds | None:
        """The grounds of a proof, or None. Tries first with one-hots weakened to bits that sum to 1."""
        weaker = self.one_hots.claim(claim)
        found = self.prove(weaker, expanding) if weaker is not None else None
        stands_for: tuple[str, ...] = ()
        if found is None:
            found = self.prove(claim, expanding)
            if found is not None and weaker is not None:
                stands_for = tuple(latex_name(d) for d in self.one_hots.tensors if uses(claim, d))
        if found is None:
            return None
        assumptions = tuple(dict.fromkeys((*found.assumptions, *stands_for)))
        return Grounds(assumptions, side_conditions(claim, found), tuple(found.trace))

    def prove(self, claim: Claim, expanding: float = EXPANDING_SECONDS) -> Proof | None:
        """A proof of the claim, its derivatives carried out."""
        resolved = self.resolved.claim(claim)
        return self.prover.prove(resolved, claim, expanding=expanding) if resolved is not None else None

    # --- other readings ---------------------------------------------------------------------------

    def second_reading(self, read_step: ReadStep, claim: Claim, step: Step) -> Step:
        """Try a refuted step under the other readings that the notation allows."""
        decided: tuple[Claim, Diagnostic] | None = None
        vanishes = any(w.code == "SG205" for w in step.warnings)
        for kind, other in read_step.outcome.alternatives():
            if kind == "other side" and self.is_broken(other):
                continue
            if kind == self.stacking:
                decided = other, stacked_in(kind, read_step.span)
            elif kind == "other side" and vanishes:
                decided = other, by_other_side(read_step.span)
            found = self.read_as(kind, claim, other, step) if self.holds(other) else None
            if found is not None:
                return found
        if decided is not None:
            return self.without_doubt(self.rule(decided[0], reopened(step, decided[1])), decided[0])
        held = hold_intermediates(claim) if read_step.partial else None
        if held is not None and self.holds(held):
            note = Diagnostic(
                "SG208",
                "this partial derivative holds the other intermediates constant",
                read_step.span,
                "say so in the text, or write out the chain rule",
                "warning",
            )
            return self.rule(held, reopened(step, note))
        within = as_far_as_sums(claim)
        if within is not None and self.holds(within):
            return self.rule(within, reopened(step, read_otherwise("within", read_step.span)))
        symmetric = along_symmetric_directions(claim)
        if symmetric is not None and self.holds(symmetric):
            return self.rule(symmetric, reopened(step, read_otherwise("symmetric", read_step.span)))
        once = each_entry_once(claim)
        if once is not None and self.holds(once):
            return self.rule(once, reopened(step, read_otherwise("once", read_step.span)))
        counting = self.sizes.reading(claim, self.names.declarations, self.holds)
        if counting is not None:
            note = self.sizes.note(claim, read_step.span)
            return replace(self.rule(counting, reopened(step, note)), inferred=self.names.declared(counting))
        unsaid = self.names.symmetric(claim, self.holds, read_step.span)
        if unsaid is not None:
            return replace(reopened(step), diagnostic=unsaid, evidence=Evidence("none"))
        if read_step.redefinition:
            first = f"if `{read_step.redefinition}` is defined anew here, write `:=` in place of `=`"
            return replace(step, repairs=(first, *step.repairs))
        return step

    def read_as(self, kind: str, claim: Claim, other: Claim, step: Step) -> Step | None:
        """A refuted step under another reading that holds; None if the document has decided against that reading."""
        span = step.span
        if kind in ("rows", "columns"):
            if self.stacking not in ("", kind):
                return None
            self.stacking = kind
            return self.rule(other, reopened(step, stacked_in(kind, span)))
        if kind == "mean of samples":
            return self.rule(other, reopened(step, as_mean(span)))
        if kind == "number":
            note = self.names.as_numbers(claim, other, span)
            return replace(self.rule(other, reopened(step, note)), inferred=self.names.declared(other))
        if kind == "transposed":
            return self.rule(other, reopened(step, transposed_layout(span)))
        if kind == "other side":
            return self.rule(other, reopened(without(step, "SG205"), by_other_side(span)))
        if kind in ("total", "mean"):
            if self.families not in ("", kind):
                return None
            self.families = kind
        if kind in OTHERWISE:
            return self.rule(other, reopened(without(step, "SG222"), read_otherwise(kind, span)))
        if kind == "entrywise":
            return self.rule(other, reopened(without(step, "SG202"), multiplied_entrywise(span)))
        if kind in ("numbers", "positive", "squares"):
            ask = {"numbers": self.names.not_numbers, "squares": self.names.not_square}.get(
                kind, self.names.not_positive
            )
            return replace(reopened(step), diagnostic=ask(other, span), evidence=Evidence("none"))
        return replace(reopened(step), diagnostic=moved_sum(claim, other, span), evidence=Evidence("none"))

    def is_broken(self, claim: Claim) -> bool:
        """True if a name of the claim is defined by a chain whose sides are not equal."""
        used = (*reach(claim.left).definitions, *reach(claim.right).definitions)
        return any(d.name in self.broken for d in used)

    def holds(self, claim: Claim) -> bool:
        """True if the sides are proved equal, or evaluation finds no difference within a small budget."""
        return self.remembered.holds(
            claim, lambda: self.prove(claim, BRIEFLY) is not None or holds(claim, self.seed, self.session)
        )


def with_script(claim: Claim, found: Evaluation) -> Evaluation:
    """The same, with a program for its witness in place of the point."""
    if found.witness is None or found.point is None:
        return replace(found, point=None)
    script = witness_script(claim.left, claim.right, found.point)
    return replace(found, witness=replace(found.witness, script=script), point=None)


@contextmanager
def nested(calls: int) -> Iterator[None]:
    """Lets calls nest as deep in this block."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, calls))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def cut(span: Span) -> Diagnostic:
    """For a step that was given up: it took too long itself, or the others before it did."""
    try:
        TIME.check()
    except OutOfTime:
        return Diagnostic("SG117", USED_UP, span, "give it more with `--timeout`, or split the document")
    return Diagnostic("SG117", f"not decided within {STEP_SECONDS:g} s of processor time", span, "split the step")


def without(step: Step, code: str) -> Step:
    """The step without its warnings of a code."""
    return replace(step, warnings=tuple(w for w in step.warnings if w.code != code))


def moved_sum(claim: Claim, other: Claim, span: Span) -> Diagnostic:
    """For a step that holds with an implied sum in another place."""
    was, would_be = (f"${read(c.left)} = {read(c.right)}$" for c in (claim, other))
    message = "this holds only with an implied sum in another place than the rules give it"
    labels = f"read as {was}; it holds as {would_be}"
    return Diagnostic("SG114", f"{message}: {labels}", span, "write the sum with `\\sum`")


def stacked_in(way: str, span: Span) -> Diagnostic:
    """The note for a step that holds with ``X`` as the matrix of the ``x_i``."""
    message = f"an undeclared matrix has the vectors of its small letter as its {way} here"
    return Diagnostic("SG223", message, span, "declare the matrix, and the vectors by it", "warning")


def as_mean(span: Span) -> Diagnostic:
    """The note for a step that holds with ``\\bar x`` as the mean of the ``x_i``."""
    message = "an undeclared name with a bar is the mean of the samples of its letter here"
    return Diagnostic("SG223", message, span, "define the mean", "warning")


def by_other_side(span: Span) -> Diagnostic:
    """The note for a step that holds with a definition ``h = A = B`` read as ``h = B``."""
    message = "this holds with the last side of a chain as the definition"
    return Diagnostic("SG224", message, span, "define the name by that side first", "warning")


def is_unmet(step: Step) -> bool:
    """True for a refuted step that its author did not mark as a mistake."""
    return step.verdict == "refuted" and step.expected is None


def reopened(step: Step, *warnings: Diagnostic) -> Step:
    """The step with its refutation removed."""
    return replace(
        step,
        verdict="unreadable",
        warnings=(*step.warnings, *warnings),
        witness=None,
        difference=None,
        repairs=(),
    )


def sides_as_read(claim: Claim) -> tuple[str, str]:
    """Both sides of a claim, every sum with its range."""
    return read(claim.left), read(claim.right)


def disagreement(step: Step) -> Diagnostic:
    """For engines that contradict each other: one of them has a bug."""
    message = "internal error: the normal form proves this step and the evaluation refutes it"
    return Diagnostic("SG900", message, step.span, REPORT)


def unevaluated(found: Evaluation, step: Step) -> Diagnostic:
    """For a proved step that could not be evaluated."""
    message = f"proved, but could not be evaluated as well: {found.note}"
    return Diagnostic("SG117", message, step.span, "split the step, or use smaller shapes", "warning")


def unclear_assumption(assumed: Assumption, place: Span) -> Diagnostic:
    """For a step that holds only under a formula that the prose does not plainly assert, or says in words."""
    text = " ".join(place.text.split())
    text = assumed.latex if text in assumed.latex else text
    message = f"the text does not plainly assume `{text}`, and a step holds only with it"
    return Diagnostic("SG121", message, place, f"if it holds, write `Assume ${text}$.`")


def undecided(found: Evaluation, step: Step) -> Diagnostic:
    """Why evaluation is inconclusive: it gave up, or the sides are defined together at too few points."""
    if found.note and "valid point" not in found.note:
        remedy = "split the step, or use smaller shapes"
        return Diagnostic("SG117", f"not decided: {found.note}", step.span, remedy)
    message = "no valid point found: there is no point where both sides are defined"
    if found.note.startswith("hardly"):
        message = "both sides are defined at too few points for a verdict"
    return Diagnostic("SG116", message, step.span, "check the assumptions and domains")


def shape_repairs(read_step: ReadStep) -> tuple[str, ...]:
    """Suggest a transpose if it makes the operands fit, or if the shapes of the sides are each other's transposes."""
    if read_step.outcome.misfit is not None:
        return tuple(filter(None, (read_step.outcome.misfit.remedy,)))
    shapes = read_step.outcome.shapes
    if shapes and len(shapes[0]) == 2 and shapes[0] == shapes[1][::-1]:
        return ("transpose one side",)
    if shapes and (not shapes[0]) != (not shapes[1]):
        entry, whole = ("left", "right") if not shapes[0] else ("right", "left")
        return (f"take an entry of the {whole} side, or the whole array on the {entry}",)
    return ()


def worst_block(steps: Sequence[tuple[str, Step]]) -> Step:
    """The step of the block that an equation of blocks fails at, or of its first block if it holds."""
    order = ("refuted", "unreadable", "agrees", "proved")
    place, step = min(steps, key=lambda s: order.index(s[1].verdict))
    problem = step.diagnostic
    if problem is None or all(s.diagnostic is not None and s.diagnostic.span == problem.span for _, s in steps):
        return step
    said = replace(problem, message=f"{problem.message}, in block ({place})")
    return replace(step, diagnostic=said)


def expectations(doc: ReadDocument, steps: list[Step]) -> tuple[list[Step], list[Diagnostic]]:
    """Mark the steps that are expected to be refuted: exactly one per ``expect refuted``."""
    for group, (number, _) in doc.expectations.items():
        members = [k for k, s in enumerate(doc.steps) if s.group == group]
        if _is_idle(number, len(members)):
            continue
        if number is not None:
            chosen = members[number - 1]
        else:
            refuted = [k for k in members if steps[k].verdict == "refuted"]
            chosen = refuted[0] if refuted else members[0]
        steps[chosen] = replace(steps[chosen], expected=True)
    return steps, idle_directives(doc)


def idle_directives(doc: ReadDocument) -> list[Diagnostic]:
    """The complaints about ``expect refuted`` that name no step."""
    complaints = []
    for group, (number, span) in doc.expectations.items():
        members = sum(s.group == group for s in doc.steps)
        if _is_idle(number, members):
            message = f"`expect refuted` names a step that its display does not have: it has {members}"
            remedy = "put it directly before the display with the refuted step"
            complaints.append(Diagnostic("SG004", message, span, remedy))
    return complaints


def _is_idle(number: int | None, members: int) -> bool:
    """True if a display with so many steps has none that the directive means."""
    return not members or (number is not None and not 1 <= number <= members)


def check_source(
    source: Source, with_sources: Sequence[Source] = (), seed: int = 0, progress: Progress | None = None
) -> DocumentReport:
    """Read one document and check all of it."""
    return check_in_time(source, lambda: read_document(source, with_sources), seed, progress)


def check_in_time(
    source: Source,
    reading: Callable[[], ReadDocument],
    seed: int = 0,
    progress: Progress | None = None,
    timeout: float | None = None,
    checker: Checker | None = None,
) -> DocumentReport:
    """Read a document and check all of it, in ``timeout`` seconds of processor time. Steps behind that are unreadable.

    reading: reads the document, if that is still to do; checker: by default a new one.
    """
    seconds = DOCUMENT_SECONDS * max(1.0, len(source.text) / 65_536) if timeout is None else timeout
    with TIME.of(seconds):
        try:
            read_document = reading()
        except OutOfTime:
            message = f"not read within {seconds:g} s of processor time"
            place = Span(source, 0, min(1, len(source.text)))
            unread = Diagnostic("SG117", message, place, "give it more with `--timeout`, or split the document")
            return DocumentReport(source.path, (), (unread,), text=source.text)
        return (checker or Checker(seed)).document(read_document, progress)
