"""Other readings of a step: products entry by entry, other derivatives, other meanings of its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Tensor, reach
from symgrad.reading.inference.other_meanings import (
    all_as_numbers,
    as_numbers,
    as_squares,
    inferred_arrays,
    other_sides,
    sample_means,
    stacked,
)
from symgrad.reading.meaning.alignment import multiplied_entrywise, read_otherwise
from symgrad.reading.meaning.assumptions import read_assumptions
from symgrad.reading.meaning.chain import RelationChain
from symgrad.reading.meaning.chain_sides import Parsed, Side
from symgrad.reading.meaning.derivatives import bracket_alone, is_family, is_square
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.parentheses import whole_bracket
from symgrad.reading.meaning.rules import Definitions, Entrywise, Narrow
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import Outcome
from symgrad.reading.tree.lone_factors import has_lone_factor
from symgrad.reading.tree.syntax import Derivative
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span


def read_entrywise(
    chain: RelationChain, left: Side, right: Side, span: Span, plain: Outcome, which: Entrywise = "all"
) -> Outcome:
    """The claim with columns multiplied entry by entry, where their inner product does not fit."""
    found = _read_again(chain, replace(chain.elaborator(), entrywise=which), left, right)
    warned = (*(w for w in plain.warnings if w.code != "SG202"), multiplied_entrywise(span))
    return plain if found is None else replace(found, warnings=warned)


def ask_for_rows(chain: RelationChain, left: Side, right: Side, span: Span, plain: Outcome) -> Outcome:
    """A step whose shapes fit only if ``X_{i:}`` is a row is not refuted by its shapes."""
    if plain.shapes is None or _read_again(chain, replace(chain.elaborator(), rows=True), left, right) is None:
        return plain
    message = "the shapes fit only if a slice such as `X_{i,:}` is a row; it is a column here"
    remedy = "transpose it, `X_{i,:}^\\top`, or write the entries"
    return Outcome(problem=Diagnostic("SG113", message, span, remedy))


def _read_again(chain: RelationChain, el: Elaborator, left: Side, right: Side) -> Outcome | None:
    """The claim of two sides in another reading; None if there is none."""
    nodes = {s.span: s.node for s in chain.sides if isinstance(s, Parsed)}
    if left.span not in nodes or right.span not in nodes:
        return None
    found = chain.compared(el, [Parsed(s.span, s.text, nodes[s.span]) for s in (left, right)])
    return found if found.claim is not None else None


def or_entrywise(chain: RelationChain, left: Side, right: Side, span: Span, plain: Outcome) -> Outcome:
    """The outcome with one more reading: rows of three columns and more, multiplied entry by entry.

    The product of two is their inner product, which fits: ``x (y \\cdot z)`` is no ``(x \\cdot y) z``.
    """

    scope = chain.out.scope
    place = scope.place()

    def alternatives() -> Iterator[tuple[str, Claim]]:
        yield from plain.alternatives()
        with scope.as_at(place):
            other = read_entrywise(chain, left, right, span, plain, "rows of factors")
        if other is not plain and other.claim is not None:
            yield "entrywise", other.claim

    return replace(plain, alternatives=alternatives)


def or_other_derivatives(
    chain: RelationChain, left: Side, right: Side, plain: Outcome, facts: tuple[Assumption, ...]
) -> Outcome:
    """The outcome with other meanings of derivatives: of the bracket alone, and of the total of a family; and with
    logarithms of the first factor alone.
    """
    sides = [Parsed(s.span, s.text, s.node) for s in (left, right) if isinstance(s, Parsed)]
    if len(sides) < 2 or plain.problem is not None:
        return plain
    made = [n for s in sides for n in subnodes(s.node) if isinstance(n, Derivative)]
    narrow: list[Narrow] = ["bracket"] if any(map(bracket_alone, made)) else []
    no_operand: Narrow = ""
    within = chain.out.scope.logarithms and plain.claim is not None and _definitions(plain.claim)
    doubtful = any(has_lone_factor(s.node) for s in sides) or (within and within & chain.out.scope.logarithms)
    narrow += ["logarithm"] if doubtful else []
    totals = any(is_family(chain.elaborator(), n.body) for n in made)
    squares = plain.shapes is not None and any(is_square(chain.elaborator(), n.body) for n in made)
    wide = any(whole_bracket(n) for s in sides for n in subnodes(s.node))
    if not narrow and not totals and not squares and not wide:
        return plain

    scope = chain.out.scope
    place = scope.place()

    def read_as(kind: str) -> Outcome:
        with scope.as_at(place):
            if kind == "whole":
                return chain.compared(replace(chain.elaborator(), wide=True), sides, facts)
            own = next((alone for alone in narrow if alone == kind), next(iter(narrow), no_operand))
            el = replace(chain.elaborator(), narrow=own, totals="mean" if kind == "mean" else "total")
            if own == "logarithm":  # in definitions, too
                el = replace(el, definitions=Definitions())
            return chain.compared(el, sides, facts)

    kinds: list[str] = [*(["whole"] if wide else []), *narrow] + (
        ["total", "mean"] if totals else ["square"] if squares else []
    )
    lead = plain if plain.claim is not None else read_as(kinds[0])
    if lead.claim is None:
        return plain
    if lead is not plain:
        lead = replace(lead, warnings=(*plain.warnings, read_otherwise(kinds.pop(0), left.span)))

    def alternatives() -> Iterator[tuple[str, Claim]]:
        yield from lead.alternatives()
        for kind in kinds:
            found = read_as(kind)
            if found.claim is not None:
                yield kind, found.claim

    return replace(lead, alternatives=alternatives)


def _definitions(claim: Claim) -> set[str]:
    """The names of the definitions that a claim leads to."""
    return {d.name for side in (claim.left, claim.right) for d in reach(side).definitions}


def or_other_meanings(
    chain: RelationChain, left: Side, right: Side, plain: Outcome, supposed: Sequence[Assumption]
) -> Outcome:
    """The outcome with other meanings of its names.

    Of those that are not declared, the ones without a subscript here may be numbers, and all may be positive. If
    the inferred shapes don't fit, they are read as numbers at once. What is defined by ``h = A = B`` may be meant
    as B.
    """
    scope = chain.out.scope
    parsed = [Parsed(s.span, s.text, s.node) for s in (left, right) if isinstance(s, Parsed)]
    nodes = [s.node for s in parsed]
    if len(parsed) < 2:
        return plain

    place = scope.place()

    def read_with(meanings: Mapping[NameKey, Tensor | Defined]) -> Outcome:
        with scope.as_at(place), scope.replaced(meanings):
            facts = read_assumptions(chain.elaborator()).assumptions
            return chain.compared(chain.elaborator(), parsed, (*facts, *supposed))

    numbers = as_numbers(scope, nodes) if plain.claim is None else {}
    if numbers:
        found = read_with(numbers)
        if found.claim is None or found.claim.free:
            return plain
        return replace(found, warnings=(*found.warnings, *plain.warnings))

    written = other_sides(scope, nodes)  # as of now: what the text says further down is no ground for this

    def alternatives() -> Iterator[tuple[str, Claim]]:
        yield from plain.alternatives()
        kinds: list[tuple[str, Mapping[NameKey, Tensor | Defined]]] = []
        with scope.as_at(place):
            inferred, numbers = inferred_arrays(scope, nodes), as_numbers(scope, nodes)
            positive = {key: replace(made, domain="positive") for key, made in inferred.items()}
            kinds += stacked(scope, nodes).items()
            kinds.append(("mean of samples", sample_means(scope, nodes)))
            kinds += [
                ("other side", written),
                ("number" if len(numbers) == 1 and numbers.keys() == inferred.keys() else "numbers", numbers),
            ]
            kinds += [("positive", positive), ("squares", as_squares(nodes, inferred))]
            kinds.append(("numbers", {} if numbers else all_as_numbers(scope, nodes)))
        for kind, meanings in kinds:
            other = read_with(meanings) if meanings else plain
            if other is plain or other.claim is None or (kind.startswith("number") and other.claim.free):
                continue
            yield kind, other.claim

    return replace(plain, alternatives=alternatives)
