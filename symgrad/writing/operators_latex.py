"""Derivatives and functions of arrays, printed: ``\\frac{\\partial J}{\\partial U_{zi}}``, ``L(Y)``, ``f'(x)``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symgrad.core.nodes import Apply, Deriv, Entry, Expr, Func, Lam, Ref
from symgrad.core.substitute import substitute
from symgrad.writing.latex_pieces import LatexText, bracketed, is_named
from symgrad.writing.letters import joined, name, script, split_name

if TYPE_CHECKING:
    from symgrad.writing.index_latex import Printer


def apply(p: Printer, node: Apply) -> LatexText:
    """``f'(x)``, ``L(Y)``, ``\\frac{\\partial L}{\\partial Y_{ij}}``"""
    head = node.function.name
    if not node.derivs:
        return LatexText(head + bracketed(", ".join(array(p, a) for a in node.arguments)))
    if len(node.arguments) == 1:
        (lam,) = node.arguments
        count = len(node.derivs)
        if not lam.axes:
            mark = "'" * count if count < 4 else f"^{{({count})}}"
            return LatexText(head + mark + bracketed(array(p, lam)))
        if is_named(lam):
            targets = [substitute(lam.body, dict(zip(lam.axes, ii, strict=True))) for _, ii in node.derivs]
            return partial(p, head, targets)
    marks = joined([f"{k + 1}{script('_', p.letters.slots(ii))}" for k, ii in node.derivs])
    arguments = ", ".join(array(p, a) for a in node.arguments)
    return LatexText(f"\\partial_{{{marks}}} {head}{bracketed(arguments)}", "open")


def array(p: Printer, lam: Lam) -> str:
    """An array as an argument: by its name where it has one, else ``[entry]_{ij}``."""
    body = lam.body
    if not lam.axes:
        return p.write(body)
    if isinstance(body, (Entry, Ref)) and is_named(lam):
        key = body.tensor.name if isinstance(body, Entry) else body.definition.name
        axes = [e for e in body.indices if e in lam.axes]
        turned = "^\\top" if len(axes) == 2 and axes[0] is lam.axes[1] else ""
        if len(axes) < len(body.indices):
            slots = [":" if e in lam.axes else p.letters.position(e) for e in body.indices]
            key = name(key, joined(slots))
            return key + turned
        return (f"({name(key)})" if turned and split_name(key)[2] else name(key)) + turned
    for axis in lam.axes:
        p.letters.bind(axis)
    out = bracketed(p.write(body), "[", "]") + script("_", p.letters.slots(lam.axes))
    for axis in lam.axes:
        p.letters.release(axis)
    return out


def deriv(p: Printer, node: Deriv) -> LatexText:
    """``\\frac{\\partial J}{\\partial U_{zi}}``, or in front of what is differentiated."""
    targets: list[Expr] = []
    body: Expr = node
    while isinstance(body, Deriv):
        targets.insert(0, body.target)
        body = body.body
    if isinstance(body, (Ref, Entry)):
        return partial(p, p.write(body), targets)
    if isinstance(body, Apply) and not body.derivs and all(map(is_named, body.arguments)):
        return partial(p, body.function.name, targets)
    operator = partial(p, "", targets).latex
    text = p.text(body)
    plain = isinstance(body, (Func, Apply)) and text.kind == "atom"
    return LatexText(f"{operator} {text.latex if plain else bracketed(text.latex, '[', ']')}", "open")


def partial(p: Printer, of: str, targets: Sequence[Expr]) -> LatexText:
    order = f"^{len(targets)}" if len(targets) > 1 else ""
    under = " ".join(f"\\partial {p.write(t)}" for t in targets)
    return LatexText(f"\\frac{{\\partial{order}{' ' + of if of else ''}}}{{{under}}}")
