"""Other meanings of a step: partial derivatives with more held constant, derivatives that are 0."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from symgrad.calculus.differentiate import depends_on
from symgrad.checking.one_hots import position_of
from symgrad.checking.verdict import Step
from symgrad.core.claims import Claim
from symgrad.core.nodes import (
    AbstractFunction,
    Add,
    Apply,
    Definition,
    Delta,
    Deriv,
    Entry,
    Expr,
    FunctionForm,
    Lam,
    Mul,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
    all_nodes,
    derivatives_in,
    free_indices,
    reach,
    walk,
)
from symgrad.core.ranges import Index
from symgrad.core.substitute import mapped_through
from symgrad.text.diagnostic import Diagnostic
from symgrad.writing.index_latex import latex

_LETTER = re.compile(r"\\[A-Za-z]+|[A-Za-z]")


@dataclass(frozen=True, slots=True)
class SaidDependence:
    """What the document says of the arguments of functions that it does not declare.

    independent: functions with variables that they do not depend on; differentiated: those that it differentiates;
    spoken: whether its text speaks of what depends on what at all.
    """

    independent: frozenset[tuple[str, str]] = frozenset()
    differentiated: frozenset[str] = frozenset()
    spoken: bool = False


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
                    f"this does not depend on `{name}`: the derivative is 0",
                    base.span,
                    "check the variable of the derivative",
                    "warning",
                )
                if found not in out and found not in base.warnings:
                    out.append(found)
    return out


def undefined_dependence(claim: Claim, base: Step, said: SaidDependence) -> Diagnostic | None:
    """Why a claim says nothing: it differentiates a declared name without a definition by another quantity.

    That derivative would be 0 by default, and a verdict on the claim would rest on nothing that the author wrote.
    """
    for side in (claim.left, claim.right):
        for node in derivatives_in(side):
            if isinstance(node.body, Entry) and not depends_on(node.body, node.target):
                name, by = latex(node.body), latex(node.target)
                return Diagnostic(
                    "SG118",
                    f"`{name}` is declared, and nothing says how it depends on `{by}`",
                    base.span,
                    f"define it, `{name} = …`",
                )
    return _nothing_on_both_sides(claim, base) or _hidden_dependence(claim, base, said)


def _nothing_on_both_sides(claim: Claim, base: Step) -> Diagnostic | None:
    """Why a chain rule says nothing: what is differentiated on either side does not depend on what it is taken by."""
    if not isinstance(claim.left, Deriv) or depends_on(claim.left.body, claim.left.target):
        return None
    if all(depends_on(node.body, node.target) for node in derivatives_in(claim.right)):
        return None
    message = (
        f"`{latex(claim.left.body)}` does not depend on `{latex(claim.left.target)}` as it is defined: this is 0 = 0"
    )
    return Diagnostic("SG118", message, base.span, "check which definition is in force here")


def _hidden_dependence(claim: Claim, base: Step, said: SaidDependence) -> Diagnostic | None:
    """Why a claim says nothing: it differentiates an undeclared function by what none of its kind is a function of.

    In ``\\sum_{ij} f(X_{ij}) (w_i^\\top v_j - b)^2`` the weight is no function of ``w``: ``w`` stands beside it, and
    the derivative has ``f`` and no derivative of it.
    """
    sides = (claim.left, claim.right)
    differentiated = {
        n: {f.name for f, _ in undeclared(n.body)} for side in sides for n in walk(side) if isinstance(n, Deriv)
    }
    kept = [{f.name for f, _ in undeclared(side)} for side in sides]
    for node, names in differentiated.items():
        beside = depends_on(node.body, node.target) and len(differentiated) == 1
        if beside and names <= kept[0] & kept[1]:
            continue
        inside = [(form.name, n) for form, n in undeclared(node.body) if n.function.hidden]
        named = {name for name, n in inside if depends_on(n, node.target)}
        for name, _ in inside:
            if name not in named and not _is_said(said, name, node.target) and not _is_silent(claim, said, name, node):
                message = f"`{name}` is not declared, and nothing says how it depends on `{latex(node.target)}`"
                by = latex(node.target).partition("_")[0]
                remedy = f"say that `${name}$` does not depend on `${by}$`; else define it, or write `{name}_{{{by}}}`"
                return Diagnostic("SG118", message, base.span, remedy)
    return None


def without_parameter(claim: Claim, base: Step, said: SaidDependence) -> list[Diagnostic]:
    """A warning for each function that does not depend on what it is differentiated by, since it does not name it."""
    out: dict[str, Diagnostic] = {}
    derivatives = [n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv)]
    for node in derivatives:
        for form, n in undeclared(node.body):
            plain = n.function.hidden and not depends_on(n, node.target)
            if plain and not _is_said(said, form.name, node.target) and _is_silent(claim, said, form.name, node):
                by = latex(node.target).partition("_")[0]
                message = f"`{form.name}` does not name `{by}`, as others do: read as independent of it"
                remedy = f"name its parameter, `{form.name}_{{{by}}}`, if it depends on it"
                out[form.name] = Diagnostic("SG212", message, base.span, remedy, "warning")
    return list(out.values())


def _is_silent(claim: Claim, said: SaidDependence, name: str, by: Deriv) -> bool:
    """True for the ``R`` of ``\\sum_\\tau P(\\tau; \\theta) R(\\tau)``: others name theta, and nothing differentiates
    R alone. The ``Q^\\pi`` beside ``\\pi_\\theta`` may depend on it.
    """
    nodes = [n for side in (claim.left, claim.right) for n in all_nodes(side)]
    alone = name in said.differentiated or said.spoken
    naming = {form.name for n in nodes for form, f in undeclared(n) if depends_on(f, by.target)}
    led = any(letter in _LETTER.findall(name) for other in naming for letter in _LETTER.findall(other)[:1])
    return bool(naming) and not alone and not led


def _is_said(said: SaidDependence, name: str, by: Expr) -> bool:
    """True if the text says that a function does not depend on a variable."""
    return isinstance(by, Entry) and (name, by.tensor.name) in said.independent


def with_hidden(claim: Claim, said: SaidDependence) -> Claim:
    """The claim with undeclared functions as functions of all that it differentiates by, too.

    What holds then holds whatever of these they depend on.
    """
    derivatives = [n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv)]
    by = list(dict.fromkeys(n.target.tensor for n in derivatives if isinstance(n.target, Entry)))
    made: dict[AbstractFunction, AbstractFunction] = {}

    def wider(n: Expr, go: Callable[[Expr], Expr]) -> Expr | None:
        if not isinstance(n, Apply) or not n.function.hidden or n.derivs or n.function.values:
            return None
        f, name = n.function, n.function.form.name if n.function.form is not None else n.function.name
        more = [t for t in by if (name, t.name) not in said.independent]
        other = made.setdefault(f, replace(f, shapes=(*f.shapes, *(t.ranges for t in more)), hidden=False))
        own = tuple(Lam(lam.axes, go(lam.body)) for lam in n.arguments)
        return Apply(other, (*own, *map(_whole, more)), ())

    return replace(claim, left=mapped_through(claim.left, wider), right=mapped_through(claim.right, wider))


def _whole(tensor: Tensor) -> Lam:
    axes = tuple(Index("k", r, "bound") for r in tensor.ranges)
    return Lam(axes, Entry(tensor, axes))


def undeclared(expr: Expr) -> list[tuple[FunctionForm, Apply]]:
    """The undeclared functions in an expression, and in the definitions that it uses, with their forms."""
    if all(f.form is None for f in reach(expr).functions):
        return []
    applied = [n for n in all_nodes(expr) if isinstance(n, Apply)]
    return [(n.function.form, n) for n in applied if n.function.form is not None]


def arbitrary(claim: Claim, base: Step) -> Diagnostic | None:
    """Why a claim that fails for an arbitrary function is not false: it may say what the undeclared function is.

    So it is if a function is on one side only, in several forms (``p(x, y)`` and ``p(x \\mid y)``), summed over an
    outcome, as probabilities are, or differentiated on one side only, ``f'(x) = f(x) (1 - f(x))``.
    """
    sides = [{form for form, _ in undeclared(side)} for side in (claim.left, claim.right)]
    forms = sides[0] | sides[1]
    doubtful = {f.name for f in sides[0]} ^ {f.name for f in sides[1]}
    doubtful |= {f.name for f in forms if any(map(f.differs, forms))}
    doubtful |= _summed(claim) | _differentiated_alone(claim)
    if not doubtful:
        return None
    name = min(doubtful)
    message = f"`{name}` is not declared: this fails for an arbitrary function, and may hold for the one that is meant"
    return Diagnostic("SG125", message, base.span, f"define it, `{name}(…) = …`")


def _differentiated_alone(claim: Claim) -> set[str]:
    """The undeclared functions that stand with a prime on one side, and on the other one without any derivative.

    ``\\partial g(x) / \\partial x`` is as good as a prime of what the text calls an activation function.
    """
    primed, below = list[set[str]](), list[set[str]]()
    for side in (claim.left, claim.right):
        inside = [form for n in all_nodes(side) if isinstance(n, Deriv) for form, _ in undeclared(n.body)]
        primes = {form.name for form, n in undeclared(side) if n.derivs}
        primed.append(primes | {form.name for form in inside if form.activation})
        below.append(primes | {form.name for form in inside})
    return (primed[0] - below[1]) | (primed[1] - below[0])


def _summed(claim: Claim) -> set[str]:
    """The names of undeclared functions that are summed over one of their outcomes."""
    out = set()
    for node in (n for side in (claim.left, claim.right) for n in all_nodes(side) if isinstance(n, (Sum, Prod))):
        for form, n in undeclared(node.body):
            bodies = [n.arguments[k].body for k in form.outcomes]
            if any(isinstance(b, Size) and node.index in free_indices(b) for b in bodies):
                out.add(form.name)
    return out


def omitted_sum(letters: tuple[str, ...], base: Step) -> Diagnostic | None:
    """Why a proof does not stand: it takes a sum for implied over a letter whose sums the document writes."""
    if not letters:
        return None
    letter = letters[0]
    message = f"`{letter}` is summed here without a sum sign, and the document writes its sums over `{letter}`"
    return Diagnostic("SG114", message, base.span, f"write the sum, `\\sum_{letter}`, or `{letter}` on both sides")


def hold_intermediates(claim: Claim) -> Claim | None:
    """A lone ``∂y/∂μ`` on the left, with the other quantities in y's definition held constant; y may be written out.

    None unless y's own definition mentions the intermediate μ: otherwise any such derivative would be 0. At the
    positions of a recursion there is one such derivative for each, ``1[t = 1] ∂L/∂h_1 + …``.
    """
    left = _holding(claim.left)
    return None if left is claim.left else replace(claim, left=left)


def _holding(node: Expr) -> Expr:
    if isinstance(node, Add):
        return Add(tuple(map(_holding, node.terms)))
    if isinstance(node, Mul) and all(isinstance(f, (Delta, Deriv)) for f in node.factors):
        return Mul(tuple(map(_holding, node.factors)))
    if not (isinstance(node, Deriv) and isinstance(node.target, Ref)):
        return node
    body = node.body.definition.body if isinstance(node.body, Ref) else node.body
    own = {n.definition for n in walk(body) if isinstance(n, Ref)}
    others = frozenset(own - {node.target.definition})
    if node.target.definition not in own or not others - node.held:
        return node
    return Deriv(node.body, node.target, node.held | others)
