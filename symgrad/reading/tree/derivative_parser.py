"""Derivatives as written: fractions, slashes, nabla."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.cuts import outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.cursor import Cursor
from symgrad.reading.tree.scripts import cover, error, script_argument, starts_name
from symgrad.reading.tree.syntax import Call, Derivative, Scripted, Sym, SyntaxNode
from symgrad.text.source import Span


class DerivativeParser(Cursor):
    """Derivatives as written."""

    def is_derivative(self, num: Sequence[Token], den: Sequence[Token]) -> bool:
        if not den or not num:
            return False
        if den[0].text == "\\partial" or self.misses_sign(num, den):
            return True
        upright = den[0].kind in ("letter", "word") and den[0].text == "d"
        if not upright or len(den) < 2 or num[0].text != "d" or not starts_name(den[1]):
            return False
        if len(num) == 1:
            t = self.peek()
            return t is not None and self.starts_factor(t)
        begins = starts_name(num[1]) or num[1].text in "([" or self.vocabulary.is_function(num[1].text)
        return num[1].kind == "sup" or begins  # `d \\log L`, `d^2 f`

    def derivative(self, num: Sequence[Token], den: Sequence[Token], span: Span) -> SyntaxNode:
        sign, den, slip = self.signs(num, den)
        at, order = 1, None
        if at < len(num) and num[at].kind == "sup":
            power, at = script_argument(num, at + 1)
            if len(power) != 1 or power[0].kind != "number" or not power[0].text.isdigit():
                raise error("SG101", "the order of a derivative is a number", cover(power))
            order = int(power[0].text[:3])
            if order > 4:
                raise error("SG002", "derivatives beyond the fourth are not taken", span)
        targets = self.targets(den, sign, span, order or 1)
        if len(targets) != (order or 1):
            raise error("SG101", f"order {order or 1} above, {len(targets)} below", span, "name each variable below")
        rest = num[at:]
        if rest:
            return Derivative(span, self.sub_parse(rest, span), targets, sign=sign, slip=slip)
        body = self.differentiated(self.signed_product)
        return Derivative(span.to(body.span), body, targets, operator=True, sign=sign, slip=slip)

    def misses_sign(self, num: Sequence[Token], den: Sequence[Token]) -> bool:
        """True for a ``\\partial`` above that does not stand below: ``\\frac{\\partial L}{x}``."""
        signs = ("\\partial", "\\nabla")
        return num[0].text == signs[0] and starts_name(den[0]) and not any(t.text in signs for t in den)

    def signs(self, num: Sequence[Token], den: Sequence[Token]) -> tuple[str, Sequence[Token], bool]:
        """The sign of a derivative, what stands below with it, and whether the author wrote it otherwise.

        ``\\frac{\\partial L}{x}`` and ``\\frac{\\partial L}{dx}`` can mean ``\\frac{\\partial L}{\\partial x}`` alone.
        """
        above, below = num[0], den[0]
        if above.text == below.text:
            return above.text, den, False
        if below.text == "\\partial":
            if above.text == "d" and len(num) > 1:
                return below.text, den, True
            message = "a derivative starts with the same sign above and below"
            raise error("SG101", message, above.span, f"write `{below.text}`")
        mixed = below.text == "d" and len(den) > 1 and starts_name(den[1])
        return above.text, (replace(above, span=below.span), *den[mixed:]), True

    def targets(self, den: Sequence[Token], sign: str, span: Span, order: int) -> tuple[SyntaxNode, ...]:
        """The targets of a derivative: ``\\partial x_i \\partial x_j``, ``\\partial x^2``, ``d x``."""
        out: list[SyntaxNode] = []
        starts = [k for k, t in enumerate(den) if t.text == sign and (sign == "\\partial" or k == 0 or den[k].spaced)]
        for k, start in enumerate(starts):
            end = starts[k + 1] if k + 1 < len(starts) else len(den)
            piece = den[start + 1 : end]
            if not piece:
                raise error("SG104", "the variable of a derivative is missing", den[start].span)
            if any(t.text == "," for _, t in outermost(piece)):
                message, remedy = "a derivative by several names at once is not read", "write one derivative for each"
                raise error("SG101", message, cover(piece), remedy)
            node = self.sub_parse(piece, span)
            times = 1
            if (
                order > 1
                and len(starts) == 1
                and isinstance(node, (Sym, Scripted))
                and [t.text for t in node.sup] == [str(order)]
            ):
                node, times = replace(node, sup=()), order
            out.extend([node] * times)
        return tuple(out)

    def slashed_derivative(self) -> SyntaxNode:
        """``\\partial J / \\partial x_{ij}``, ``\\partial / \\partial x_i`` in front of its body, ``\\partial_x f``."""
        start = self.at
        if start + 1 < len(self.tokens) and self.tokens[start + 1].kind == "sub":
            return self.short_derivative()
        depth = 0
        k = start + 1
        while k < len(self.tokens):
            t = self.tokens[k]
            if t.kind == "open" or (t.kind == "symbol" and t.text in "(["):
                depth += 1
            elif t.kind == "close" or (t.kind == "symbol" and t.text in ")]"):
                depth -= 1
            if depth < 0 or (depth == 0 and t.kind == "symbol" and t.text in "+-/"):
                break
            k += 1
        after = self.tokens[k + 1] if k + 1 < len(self.tokens) else None
        if k >= len(self.tokens) or self.tokens[k].text != "/" or after is None or after.text != "\\partial":
            raise error("SG101", "a lone `\\partial`", self.tokens[start].span, "write `\\partial J / \\partial x`")
        num = self.tokens[start:k]
        self.at = k + 1
        first = self.at
        while self.is_command("\\partial"):
            self.at += 1
            self.factor()
        den = self.tokens[first : self.at]
        return self.derivative(num, den, self.tokens[start].span.to(den[-1].span))

    def short_derivative(self) -> SyntaxNode:
        """``\\partial_x f``, ``\\partial_x^2 f``, ``D_x f``: of the one factor that follows."""
        head = self.tokens[self.at].span
        sign = self.tokens[self.at].text
        self.at += 1
        sub, sup = self.limits()
        order = int(sup[0].text) if len(sup) == 1 and sup[0].text in ("2", "3", "4") else 1
        if sup and order == 1:
            raise error("SG101", "the order of a derivative is a number", cover(sup))
        t = self.peek()
        if t is None or not self.starts_factor(t):
            raise error("SG104", "an expression is missing here", self.here())
        target, body = self.sub_parse(sub, head), self.differentiated(self.factor)
        return Derivative(head.to(body.span), body, (target,) * order, sign=sign)

    def gradient(self) -> SyntaxNode:
        head = self.tokens[self.at].span
        self.at += 1
        sub, sup = self.limits()
        order = 1
        if sup:
            if len(sup) != 1 or sup[0].text != "2":
                raise error("SG101", "the order of `\\nabla` is not understood", cover(sup))
            order = 2
        if not sub:
            return self.gradient_of_call(head, order)
        target = self.sub_parse(sub, head)
        body = self.differentiated(self.signed_product)
        return Derivative(head.to(body.span), body, (target,) * order, operator=True, sign="\\nabla")

    def gradient_of_call(self, head: Span, order: int) -> SyntaxNode:
        """``\\nabla f(x)``: the derivative by the one written argument."""
        t = self.peek()
        body = self.differentiated(self.factor) if t is not None and self.starts_factor(t) else None
        call = body.base if isinstance(body, Scripted) else body
        if isinstance(call, Sym) and self.vocabulary.has_arguments(call):
            return Derivative(head.to(call.span), call, (), operator=order == 2, sign="\\nabla")
        if not isinstance(call, Call) or call.bare or len(call.args) != 1:
            raise error("SG101", "`\\nabla` must say by what", head, "write `\\nabla_x J`")
        node = Derivative(head.to(call.span), call, call.args * order, operator=True, sign="\\nabla")
        return replace(body, base=node) if isinstance(body, Scripted) else node
