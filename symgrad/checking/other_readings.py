"""Other meanings of a step: partial derivatives with more held constant, derivatives that are 0."""

from __future__ import annotations

from dataclasses import replace

from symgrad.calculus.differentiate import depends_on
from symgrad.checking.one_hots import position_of
from symgrad.checking.verdict import Step
from symgrad.core.claims import Claim
from symgrad.core.nodes import Definition, Deriv, Entry, Ref, Tensor, reach, walk
from symgrad.text.diagnostic import Diagnostic
from symgrad.writing.index_latex import latex


def uses(claim: Claim, definition: Definition) -> bool:
    """True if the claim uses the definition."""
    return definition in reach(claim.left) or definition in reach(claim.right)


def latex_name(d: Definition) -> str:
    """``y = e_o``, as a one-hot is declared."""
    at = position_of(d)
    rows = latex(Entry(Tensor(d.name), d.params[:-1])) if len(d.params) > 1 else d.name
    return f"{rows} = {latex(Entry(Tensor('e'), (at,)))}"


def unrelated(claim: Claim, base: Step) -> list[Diagnostic]:
    """Warnings for derivatives by variables that the quantity does not depend on: they are 0, probably by mistake."""
    out = []
    for side in (claim.left, claim.right):
        for node in walk(side):
            if isinstance(node, Deriv) and not depends_on(node.body, node.target):
                name = latex(node.target)
                found = Diagnostic(
                    "SG205",
                    f"this is not defined through `{name}`: the derivative is 0",
                    base.span,
                    "check what it is taken by",
                    "warning",
                )
                if found not in out and found not in base.warnings:
                    out.append(found)
    return out


def undefined_dependence(claim: Claim, base: Step) -> Diagnostic | None:
    """Why a claim says nothing: it differentiates a declared name without a definition by another quantity.

    That derivative would be 0 by default, and a verdict on the claim would rest on nothing that the author wrote.
    """
    for side in (claim.left, claim.right):
        for node in walk(side):
            if isinstance(node, Deriv) and isinstance(node.body, Entry) and not depends_on(node.body, node.target):
                name, by = latex(node.body), latex(node.target)
                return Diagnostic(
                    "SG118",
                    f"`{name}` is declared, and nothing says how it depends on `{by}`",
                    base.span,
                    f"define it, `{name} = …`",
                )
    return None


def hold_intermediates(claim: Claim) -> Claim | None:
    """A lone ``∂y/∂μ`` on the left, with the other quantities in y's definition held constant.

    None unless y's own definition mentions the intermediate μ: otherwise any such derivative would be 0.
    """
    node = claim.left
    if not (isinstance(node, Deriv) and isinstance(node.body, Ref) and isinstance(node.target, Ref)):
        return None
    own = {n.definition for n in walk(node.body.definition.body) if isinstance(n, Ref)}
    others = frozenset(own - {node.target.definition})
    if node.target.definition not in own or not others - node.held:
        return None
    return replace(claim, left=Deriv(node.body, node.target, node.held | others))
