"""Values at points, ``f(x) |_{x = a}``, and derivatives along directions, ``D f(X)[H]``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.cuts import find, outermost, parted
from symgrad.reading.tree.name_parser import NameParser
from symgrad.reading.tree.scripts import error, is_name, script_argument
from symgrad.reading.tree.syntax import (
    AtPoint,
    Call,
    Derivative,
    Directional,
    Paren,
    ProductNode,
    Scripted,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.reading.tree.used_names import subnodes

BARS = ("|", "\\rvert")


class PointParser(NameParser):
    """Values at points, and derivatives along directions."""

    def name(self) -> SyntaxNode:
        return self.along_prime(super().name())

    def before_point(self) -> bool:
        """True before the bar of ``|_{x = a}``; a bar that closes an absolute value is none."""
        t, after = self.peek(), self.peek(1)
        if t is None or after is None or t.text not in BARS or after.kind != "sub" or (t.text == "|" and self.bars):
            return False
        below, _ = script_argument(self.tokens, self.at + 2)
        return any(x.text == "=" for _, x in outermost(below))

    def at_point(self, body: SyntaxNode) -> SyntaxNode:
        """``body |_{x = a, y = b}``"""
        bar = self.tokens[self.at]
        whole = body.base if isinstance(body, Scripted) else body
        if not isinstance(whole, (AtPoint, Call, Derivative, Directional, Paren)):
            remedy = "put what is evaluated in brackets"
            raise error("SG101", "of what this is the value at a point is not plain", bar.span, remedy)
        below, end = script_argument(self.tokens, self.at + 2)
        names, values = list[Sym](), list[SyntaxNode]()
        for piece in parted(below, ","):
            equal = find(piece, "=")
            name = self.sub_parse(piece[:equal], bar.span) if equal else None
            if not equal or not isinstance(name, Sym) or name.sub or name.sup or name.primes:
                raise error("SG101", "the point of this value is not understood", bar.span, "write `|_{x = a}`")
            names.append(name)
            values.append(self.sub_parse(piece[equal + 1 :], bar.span))
        span = body.span.to(self.tokens[end - 1].span)
        self.at = end
        return AtPoint(span, body, tuple(names), tuple(values))

    def directional(self) -> SyntaxNode | None:
        """``D f(X)[H]``, ``\\mathrm{D}^2 f(X)[H, K]``, ``D f(x)``; None, and nothing is read, for any other D."""
        start, t = self.at, self.tokens[self.at]
        upright = t.span.text != "D"  # `\\mathrm{D}`, also where D is a size
        if t.text != "D" or t.style or (self.vocabulary.is_said("D") and not upright):
            return None
        self.at += 1
        _, sup = self.limits() if self.peek() is not None and self.tokens[self.at].kind == "sup" else ((), ())
        order = int(sup[0].text) if len(sup) == 1 and sup[0].text in ("2", "3", "4") else 1
        head = self.peek()
        called = self.base_call() if head is not None and is_name(head) and (order > 1 or not sup) else None
        if called is None:
            self.at = start
            return None
        directions = self.directions() or ()
        series = bool(directions) and not self.vocabulary.has_arguments(called.function)
        doubtful = self.tokens[self.at - 1].text == ")" and head is not None and head.spaced
        if not upright and not series and not _may_be_directions(directions, doubtful):
            self.at = start
            return None  # a factor D
        if len(directions) not in (0, order) or (not directions and order > 1):
            span = t.span.to(called.span)
            raise error("SG101", f"a derivative of order {order} takes {order} directions", span, "write `D f(X)[H]`")
        last = directions[-1].span if directions else called.span
        return self.scripted(Directional(t.span.to(last), called, directions))

    def base_call(self) -> Call | None:
        """A function of one argument with its argument, ``f(X)``, or None."""
        sym = self.scripts_of(self.base_name())
        t = self.peek()
        if t is None or t.text != "(" or sym.sup or sym.primes or not self.vocabulary.is_differentiated(sym):
            return None
        paren = self.bracket("(", "symbol", ")", "(")
        return Call(sym.span.to(paren.span), sym, paren.items) if len(paren.items) == 1 else None

    def directions(self) -> tuple[SyntaxNode, ...] | None:
        """``[H]``, ``[H, K]``, ``(H)`` behind a function with its argument; None if nothing of the kind follows."""
        t = self.peek()
        if t is None or t.text not in ("(", "["):
            return None
        return self.bracket(t.text, "symbol", ")" if t.text == "(" else "]", t.text).items

    def along_prime(self, call: SyntaxNode) -> SyntaxNode:
        """``f'(X)[H]`` with a name in square brackets; anything else as it is."""
        primed = isinstance(call, Call) and not call.bare and call.function.primes == 1 and len(call.args) == 1
        t = self.peek()
        if not primed or not isinstance(call, Call) or t is None or t.text != "[":
            return call
        start = self.at
        directions = self.directions() or ()
        if len(directions) != 1 or not isinstance(directions[0], Sym) or directions[0].sup:
            self.at = start
            return call
        plain = replace(call, function=replace(call.function, primes=0))
        return Directional(call.span.to(directions[0].span), plain, directions)


def _may_be_directions(directions: Sequence[SyntaxNode], doubtful: bool) -> bool:
    """True for names and their sums and multiples; not for ``[1 - f(x)]``, behind which D may be a number."""
    plain = (Sym, Terms, ProductNode, Scripted, Paren)
    return bool(directions) and not doubtful and all(isinstance(n, plain) for d in directions for n in subnodes(d))


def require_one_extent(parts: Sequence[SyntaxNode]) -> None:
    """Refuse ``x f(x) |_{x = a}``: whether the first factor or term is evaluated at the point too is not plain."""
    for k, part in enumerate(parts):
        if not isinstance(part, AtPoint):
            continue
        own = {name.key for name in part.names}
        if any(isinstance(n, Sym) and n.key in own for before in parts[:k] for n in subnodes(before)):
            remedy = "put what is evaluated in brackets"
            raise error("SG101", "of what this is the value at a point is not plain", part.span, remedy)
