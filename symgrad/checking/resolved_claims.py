"""Claims with their derivatives carried out, as the proof wants them."""

from __future__ import annotations

from dataclasses import replace

from symgrad.calculus.differentiate import resolve
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Expr


class ResolvedClaims:
    """Carries out the derivatives in claims. Each expression is resolved once per document: in a chain
    ``a = b = c`` the side ``b`` belongs to two claims."""

    def __init__(self) -> None:
        self._resolved: dict[Expr, Expr] = {}

    def claim(self, claim: Claim) -> Claim | None:
        """The claim with its derivatives carried out, also those in its assumptions; None if that fails."""
        try:
            left, right = self._expr(claim.left), self._expr(claim.right)
            assumptions = tuple(self._assumption(a) for a in claim.assumptions)
        except (RecursionError, ValueError, TypeError):
            return None
        return replace(claim, left=left, right=right, assumptions=assumptions)

    def _assumption(self, a: Assumption) -> Assumption:
        if a.left is None or a.right is None:
            return a
        return replace(a, left=self._expr(a.left), right=self._expr(a.right))

    def _expr(self, expr: Expr) -> Expr:
        done = self._resolved.get(expr)
        if done is None:
            done = self._resolved[expr] = resolve(expr)
        return done
