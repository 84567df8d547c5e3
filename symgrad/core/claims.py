"""A claim: one equality as it was understood, with the assumptions in force.

This is what reading hands to the two engines, and all they know of a document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symgrad.core.nodes import Cond, Expr
from symgrad.core.ranges import Index


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact in force, for all values of its ``params``.

    kind: ``equation``  ``left = right``, both expressions (a one-hot is a definition, not this);
          ``condition`` ``cond`` holds (``n_k != o``, ``o not in N``, ``lambda > 0``, ``k in N``);
    ``unless``: conditions under which nothing is said (``n_k != n_l`` unless ``k = l``).
    ``latex``: as the author wrote it, for the report.
    """

    kind: Literal["equation", "condition"]
    latex: str
    left: Expr | None = None
    right: Expr | None = None
    cond: Cond | None = None
    params: tuple[Index, ...] = ()
    unless: tuple[Cond, ...] = ()
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """``left = right`` for all values of the ``free`` indices (array axes are among them)."""

    left: Expr
    right: Expr
    free: tuple[Index, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
