"""Free letters that run as far as sums say: the k of ``\\partial J / \\partial u_k`` beside ``\\sum_{k=1}^K``."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.claims import Claim
from symgrad.core.nodes import Expr, Iverson, Sum, all_nodes, mul
from symgrad.core.substitute import substitute


def within_sums(claim: Claim) -> list[Expr]:
    """``[k \\le K]`` of a free k, where the sums over a k that the claim is built on go up to K alone."""
    free = {i.letter: i for i in claim.free}
    found: dict[Expr, None] = {}
    for n in (n for side in (claim.left, claim.right) for n in all_nodes(side) if isinstance(n, Sum)):
        own = free.get(n.index.letter)
        if own is not None and own.range == n.index.range:
            found.update((substitute(Iverson(c), {n.index: own}), None) for c in n.where)
    return list(found)


def as_far_as_sums(claim: Claim) -> Claim | None:
    """The claim where its free letters run as far as the sums over them; None where they do so anyway."""
    within = within_sums(claim)
    return replace(claim, left=mul(*within, claim.left), right=mul(*within, claim.right)) if within else None
