"""The difference of two sides as an author would write it: short, and in the names of the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symgrad.core.claims import Claim
from symgrad.core.nodes import ZERO, Add, Expr, sub, walk
from symgrad.gradients.document_style import style_of
from symgrad.gradients.simplify import Simplifier
from symgrad.writing.index_latex import latex

SHORT = 60
"""Characters of a term that is offered as a repair."""
LARGE = 150
"""Differences with more nodes are left as they are."""


def missing_term(claim: Claim, difference: Expr | None) -> tuple[str, ...]:
    """The repair of a right side that lacks the difference, if that is one short product."""
    if difference is None or claim.right is ZERO or any(isinstance(n, Add) for n in walk(difference)):
        return ()
    said = latex(difference)
    return (f"add ${said}$ to the right side",) if len(said) <= SHORT else ()


def in_own_words(claim: Claim, resolved: Claim, plain: Expr, holds: Callable[[Claim], bool]) -> Expr:
    """The shortest way to write ``left - right``, among them ``plain``.

    resolved: the claim with its derivatives carried out; holds: rules on a candidate, since nothing here is trusted.
    """
    whole = sub(resolved.left, resolved.right)
    written = (claim.left, claim.right)
    simplified = Simplifier(style_of(sub(*written), claim.assumptions, written))
    tried = [e for e in (plain, whole) if sum(1 for _ in walk(e)) <= LARGE]
    lengths = {e: len(latex(e)) for e in (plain, *map(simplified, tried))}
    for candidate in sorted(lengths, key=lengths.__getitem__):
        if candidate is plain or holds(replace(resolved, left=whole, right=candidate)):
            return candidate
    return plain
