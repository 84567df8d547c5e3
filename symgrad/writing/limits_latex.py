"""What stands below a sum sign, and conditions: ``k \\in \\mathcal{N}, k \\neq i``, ``z_i > 0``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.core.nodes import Add, Cond, Expr, Iverson, Prod, Sum
from symgrad.core.ranges import Index, Subset
from symgrad.writing.latex_pieces import without_sign
from symgrad.writing.letters import shows_range

if TYPE_CHECKING:
    from symgrad.writing.index_latex import Printer


def limits(p: Printer, node: Sum | Prod) -> tuple[str, str, list[Expr]]:
    """What stands below and above the sign, and the conditions that stand as brackets in the body."""
    index, letter = node.index, p.letters[node.index]
    pieces: list[str] = []
    brackets: list[Expr] = []
    ends: dict[str, str] = {}
    shown = False
    for c in node.where:
        if c.op == "pos" or (c.op == "eq" and not c.negated) or index not in (c.left, c.right):
            brackets.append(Iverson(c))
        elif c.op == "lt" and c.negated and ("lo" if c.left is index else "hi") not in ends:
            other = c.right if c.left is index else c.left
            ends["lo" if c.left is index else "hi"] = p.letters.position(other)  # type: ignore[arg-type]  # 'lt'
        else:
            shown |= c.op == "in" and not c.negated
            pieces.append(condition(p, c, index))
    if len(ends) == 1 and index.range is not None and not pieces and not brackets:
        # one written end, the other that of the whole range
        lo, hi = p.letters.affine(index.range.lo), p.letters.affine(index.range.hi)
        return f"{letter}={ends.get('lo', lo)}", ends.get("hi", hi), brackets
    if len(ends) == 2:
        pieces.insert(0, f"{ends['lo']} \\le {letter} \\le {ends['hi']}")
        shown = True
    else:
        pieces += [letter + (" \\ge " if end == "lo" else " \\le ") + text for end, text in ends.items()]
    seen = shown or (not p.naming.ranges and shows_range(index, node.body))
    if index.range is None or seen:
        return ", ".join(pieces if shown or pieces else [letter]), "", brackets
    lo, hi = p.letters.affine(index.range.lo), p.letters.affine(index.range.hi)
    if not pieces:
        return f"{letter}={lo}", hi, brackets
    return ", ".join([f"{lo} \\le {letter} \\le {hi}", *pieces]), "", brackets


def condition(p: Printer, c: Cond, first: Index | None = None) -> str:
    """``i \\neq j``, ``k \\in \\mathcal{N}``, ``z_i > 0``; ``first``: the letter to say it of."""
    if c.op == "pos":
        assert isinstance(c.left, Expr)
        return comparison(p, c.left, "\\le" if c.negated else ">")
    left = p.letters.position(c.left)  # type: ignore[arg-type]  # all but 'pos' compare positions
    if isinstance(c.right, Subset):
        return f"{left} \\{'notin' if c.negated else 'in'} {c.right.name}"
    assert c.right is not None
    right = p.letters.position(c.right)
    signs = {"eq": ("=", "\\neq", "=", "\\neq"), "lt": ("<", "\\ge", ">", "\\le")}[c.op]
    if first is not None and c.right is first:
        return f"{right} {signs[2 + c.negated]} {left}"
    return f"{left} {signs[c.negated]} {right}"


def comparison(p: Printer, x: Expr, sign: str) -> str:
    """``x - y > 0`` as ``x > y``"""
    if isinstance(x, Add) and len(x.terms) == 2:
        (one, left), (other, right) = map(without_sign, x.terms)
        if one != other:
            left, right = (right, left) if one else (left, right)
            return f"{p.write(left)} {sign} {p.write(right)}"
    return f"{p.write(x)} {sign} 0"
