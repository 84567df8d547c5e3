"""Relations of gradients that nothing can be said of, since a cost is undefined and nothing is built on a name."""

from __future__ import annotations

from symgrad.core.claims import Claim
from symgrad.core.nodes import Apply, Deriv, Entry, reach, walk
from symgrad.core.ranges import Affine
from symgrad.reading.meaning.chain_sides import Parsed, Side
from symgrad.reading.names.scope import Scope
from symgrad.reading.names.upstream_costs import goes_forward
from symgrad.reading.read_document import Outcome
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span


def says_nothing_of_costs(scope: Scope, found: Outcome, left: Side, right: Side, span: Span) -> Diagnostic | None:
    """Why a relation of gradients can't be ruled on: it is of small changes, or of a cost that nothing defines."""
    if isinstance(left, Parsed) and isinstance(right, Parsed) and goes_forward(scope, left.node, right.node):
        message = "this is a relation of differentials, which are not read; here `d` stands for gradients"
        return Diagnostic("SG132", message, span, "write the derivatives")
    if found.claim is None or not scope.implied:
        return None
    implied = {*scope.implied.values()}
    sides = [implied & {*reach(side).functions} for side in (found.claim.left, found.claim.right)]
    for function in sorted(sides[0] ^ sides[1], key=lambda f: f.name):
        message = f"nothing says how `{function.name}` depends on what it is differentiated by"
        return Diagnostic("SG131", message, span, f"define it, `{function.name} = …`")
    unused = _unused_target(found.claim) if sides[0] else None
    if unused is not None:
        return Diagnostic("SG131", f"nothing is built on `{unused}`", span, "define what depends on it")
    return None


def _unused_target(claim: Claim) -> str | None:
    """A declared name that an undefined cost is differentiated by beside others, or at ``t-1`` and at ``t``, although
    nothing is built on it."""
    made = [n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv)]
    by = {n.target.args[0] for n in made}
    arguments = [lam.body for n in made if isinstance(n.body, Apply) for lam in n.body.arguments]
    lone = [b.tensor for b in arguments if isinstance(b, Entry) and b.tensor in by]
    apart = len(by) > 1 or len({_is_shifted(n) for n in made}) > 1
    return lone[0].name if lone and apart else None


def _is_shifted(by: Deriv) -> bool:
    """True for a derivative by ``h_{t-1}``."""
    at = by.target.indices if isinstance(by.target, Entry) else ()
    return any(isinstance(i, Affine) and i.const != 0 and len(i.terms) == 1 for i in at)
