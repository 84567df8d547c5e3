"""A claim: one equality as it was read, with the assumptions in force.

Reading passes claims to the two engines, which know nothing else about the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symgrad.core.nodes import Cond, Expr, Tensor
from symgrad.core.ranges import Index


@dataclass(frozen=True, slots=True)
class Assumption:
    """An assumed fact, which holds for all values of its ``params``.

    kind: ``equation``  ``left = right``, both expressions (a one-hot is a definition, not this);
          ``condition`` ``cond`` holds (``n_k != o``, ``o not in N``, ``lambda > 0``, ``k in N``);
    ``unless``: conditions under which the fact is not claimed (``n_k != n_l`` unless ``k = l``).
    ``latex``: the author's own text, for the report;
    ``factor``: for ``A \\succ 0``, the array L of ``A = L L^\\top``, and for ``A = -A^\\top``
    the array B of ``A = B - B^\\top``, which has no meaning outside of this equation.
    """

    kind: Literal["equation", "condition"]
    latex: str
    left: Expr | None = None
    right: Expr | None = None
    cond: Cond | None = None
    params: tuple[Index, ...] = ()
    unless: tuple[Cond, ...] = ()
    suggested: bool = False
    factor: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """``left = right`` for all values of the ``free`` indices (array axes are among them)."""

    left: Expr
    right: Expr
    free: tuple[Index, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
