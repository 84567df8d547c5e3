"""A precedence parser for one side of a relation, driven by the declared names.

Scripts bind tightest, then juxtaposition, ``\\odot``, and terms. The names in force decide which names take arguments
and which runs of letters are one name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symgrad.reading.tokens.cuts import outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.cursor import KINDS, OPEN, OPEN_COMMANDS
from symgrad.reading.tree.derivative_parser import DerivativeParser
from symgrad.reading.tree.point_parser import PointParser, require_one_extent
from symgrad.reading.tree.scripts import (
    ACCENTS,
    cover,
    error,
    group_end,
    is_name,
    letter_key,
    letters_in,
    script_argument,
    subscripted,
)
from symgrad.reading.tree.syntax import (
    BigOp,
    Call,
    Derivative,
    Dots,
    NumberNode,
    Paren,
    ProductNode,
    QuotientNode,
    Root,
    Scripted,
    Sym,
    SyntaxNode,
    Terms,
    TotalDifferential,
)
from symgrad.reading.tree.used_names import outside_letters
from symgrad.text.source import Span

MAX_FACTORS = 1000
POSITIVE_PART = "\\operatorname{relu}"
INDICATORS = ("1", "I", "\\delta", "\\chi")
"""Names that are indicators where a condition follows: ``\\mathbb{I}(i = j)``, ``\\delta_{i = j}``."""
FACTORIAL, BINOMIAL = "!", "\\binom"
"""The keys of functions that are written without a name."""
OPERATORS = {"\\cdot": ".", "\\times": "x", "\\otimes": "@", "\\ast": "*"}


class Parser(PointParser, DerivativeParser):
    """Parses a token list to its end. Raises ``NotationError`` at the first thing not understood."""

    def whole(self) -> SyntaxNode:
        """The whole token list as one expression."""
        if not self.tokens:
            raise error("SG104", "an expression is missing here", self.where)
        node = self.terms()
        rest = self.peek()
        if rest is not None:
            after = self.peek(1)
            if rest.text in ("|", "\\rvert") and after is not None and after.kind == "sub":
                remedy = "write `|_{x = a}` behind a derivative, a function or a bracket"
                raise error("SG101", "this value at a point is not read", rest.span, remedy)
            if (rest.kind == "symbol" and rest.text in ")]") or rest.text in ("\\}", "\\rvert", "\\rVert", "\\rangle"):
                raise error("SG102", f"`{rest.written}` closes a bracket that was not opened", rest.span)
            raise error("SG101", f"`{rest.written}` is not expected here", rest.span)
        return node

    def terms(self) -> SyntaxNode:
        self.enter()
        items: list[tuple[int, SyntaxNode]] = []
        while True:
            sign = 1
            first = not items
            signed = False
            while self.is_symbol("+", "-") or self.is_command("\\pm", "\\mp"):
                t = self.tokens[self.at]
                if t.kind == "command":
                    raise error("SG101", f"`{t.written}` has no one meaning", t.span, "write the two cases apart")
                if t.text == "-":
                    sign = -sign
                signed = True
                self.at += 1
            if not first and not signed:
                break
            items.append((sign, self.hadamard()))
            if not self.is_symbol("+", "-") and not self.is_command("\\pm", "\\mp"):
                break
        self.depth -= 1
        if len(items) == 1 and items[0][0] == 1:
            return items[0][1]
        require_one_extent([f for _, f in items])
        return Terms(items[0][1].span.to(items[-1][1].span), tuple(items))

    def hadamard(self) -> SyntaxNode:
        """``A \\odot B``, and ``A : B``, which binds less tightly and is ``\\langle A, B \\rangle``."""
        node = self.elementwise()
        while self.is_symbol(":"):
            self.at += 1
            right = self.elementwise()
            node = Paren(node.span.to(right.span), "<", (node, right))
        return node

    def elementwise(self) -> SyntaxNode:
        factors: list[tuple[str, SyntaxNode]] = [("", self.product())]
        while self.is_command("\\odot", "\\circ") and not self.ended(1):
            self.at += 1
            factors.append(("o", self.product()))
        if len(factors) == 1:
            return factors[0][1]
        return ProductNode(factors[0][1].span.to(factors[-1][1].span), tuple(factors))

    def product(self) -> SyntaxNode:
        factors: list[tuple[str, SyntaxNode]] = []
        op = ""
        while True:
            t = self.peek()
            if t is None:
                break
            if (t.kind == "command" and t.text in OPERATORS) or (t.kind == "symbol" and t.text in "*/"):
                if not factors or op:
                    twice = bool(factors) and t.text == "*" and self.tokens[self.at - 1].text == "*"
                    remedy = "write a power as `x^2`" if twice else "write what stands on both sides of it"
                    raise error("SG104", f"an operand of `{t.written}` is missing", t.span, remedy)
                if self.ended(1):
                    break
                op = "/" if t.text == "/" else OPERATORS.get(t.text, "*")
                self.at += 1
                continue
            if op and t.kind == "symbol" and t.text == "-":
                # a sign right after an operator: a \cdot -b
                self.at += 1
                factors.append((op, Terms(t.span, ((-1, self.product()),))))
                op = ""
                continue
            if not self.starts_factor(t) or (factors and not op and self.ended()) or self.before_point():
                break
            beside = bool(factors) and not op and isinstance(factors[-1][1], NumberNode)
            factors.append((op, self.factor()))
            if beside and isinstance(factors[-1][1], NumberNode):
                raise error("SG101", "two numbers stand side by side", t.span, "write `\\cdot` between factors")
            op = ""
            if len(factors) > MAX_FACTORS:
                raise error(
                    "SG002", f"more than {MAX_FACTORS} factors in one product", t.span, "give parts of it names"
                )
        if op or not factors:
            raise error(
                "SG104", "an operand is missing here", self.here(), "write what stands on both sides of the operator"
            )
        if len(factors) == 1:
            return factors[0][1]
        require_one_extent([f for _, f in factors])
        dots = next((f for _, f in factors if isinstance(f, Dots)), None)
        if dots is not None:
            raise error("SG112", "dots between factors are not read", dots.span, "write a power, or `\\prod`")
        return ProductNode(factors[0][1].span.to(factors[-1][1].span), tuple(factors))

    def factor(self) -> SyntaxNode:
        self.enter()
        node = self.primary()
        while self.factorial_follows():
            node = self.factorial(node)
        while self.before_point() and not self.differentiating:
            node = self.at_point(node)
        self.depth -= 1
        return node

    def factorial_follows(self) -> bool:
        """True at the sign of a factorial: ``y!``, ``n! = …``; ``a != b`` of programs has none, nor has ``y!!``."""
        t, after = self.peek(), self.peek(1)
        if t is None or not self.is_symbol("!") or (after is not None and after.text == "!"):
            return False
        return not (t.spaced and t.span.source.text[t.span.end : t.span.end + 1] == "=")

    def factorial(self, node: SyntaxNode) -> SyntaxNode:
        """``n!`` with the scripts behind it."""
        sign = self.tokens[self.at]
        if isinstance(node, Call) and not node.bare and self.vocabulary.is_function(node.function.key):
            remedy = "write `\\log(y!)` or `(\\log y)!`"
            raise error("SG101", "this may be the factorial of the value or of the argument", sign.span, remedy)
        self.at += 1
        return self.scripted(Call(node.span.to(sign.span), Sym(sign.span, FACTORIAL), (node,)))

    def binomial(self) -> SyntaxNode:
        """``\\binom{n}{k}``"""
        start = self.tokens[self.at].span
        above, after = self.argument(self.at + 1)
        below, end = self.argument(after)
        span = start.to(self.tokens[end - 1].span)
        self.at = end
        pair = (self.sub_parse(above, start), self.sub_parse(below, start))
        return self.scripted(Call(span, Sym(start, BINOMIAL), pair))

    def primary(self) -> SyntaxNode:
        t = self.tokens[self.at]
        if t.kind == "number":
            if t.text == "1" and self.condition_follows(spaced=t.style == "bold"):
                return self.indicator()
            self.at += 1
            if t.style == "bold" and t.text in ("0", "1"):
                return self.scripts_of(Sym(t.span, f"\\mathbf{{{t.text}}}"))
            if len(t.text) > 400:
                raise error("SG002", "this number is too long", t.span)
            return self.scripted(NumberNode(t.span, Fraction(t.text)))
        if t.kind == "open":
            return self.brace_group()
        if t.kind == "begin":
            return self.environment()
        if t.kind == "symbol":
            if t.text == "|":
                return self.scripted(self.bracket("|", "symbol", "|", "|"))
            iverson = self.iverson_bracket() if t.text == "[" else None
            if iverson is not None:
                return iverson
            listed = self.values_listed() if t.text in OPEN else None
            if listed is not None:
                return listed
            if t.text in OPEN:
                return self.scripted(self.bracket(t.text, "symbol", OPEN[t.text], t.text))
        if t.kind in ("sub", "sup"):
            raise error("SG104", "a script without anything to stand on", t.span, "write the name before its script")
        if t.kind == "command":
            special = self.command(t)
            if special is not None:
                return special
        if t.text in INDICATORS and not self.vocabulary.is_value(t.text) and self.condition_follows():
            return self.indicator()
        if self.is_operator_d(t):
            return self.short_derivative()
        directional = self.directional()
        if directional is not None:
            return directional
        if is_name(t) or t.text in ACCENTS:
            return self.name()
        if t.kind == "command":
            raise error(
                "SG103",
                f"`{t.text}` is not a command that is understood",
                t.span,
                "define it with `\\newcommand`, or write it in other words",
            )
        raise error("SG101", f"`{t.written}` is not expected here", t.span)

    def is_operator_d(self, t: Token) -> bool:
        """True for the ``D`` of ``D_x f``, if ``D`` means nothing else and ``x`` does."""
        sub = self.peek(1)
        if t.text != "D" or t.style or t.kind != "letter" or sub is None or sub.kind != "sub":
            return False
        by, end = script_argument(self.tokens, self.at + 2)
        after = self.tokens[end] if end < len(self.tokens) else None
        known = self.vocabulary.is_said("D") or self.vocabulary.is_known(Sym(t.span, "D", sub=by))
        if known or after is None or not is_name(after):
            return False
        return len(by) == 1 and is_name(by[0]) and self.vocabulary.is_value(by[0].text)

    def command(self, t: Token) -> SyntaxNode | None:
        """The node that starts with a command other than a name or an accent."""
        text = t.text
        if text in OPEN_COMMANDS:
            return self.scripted(self.bracket(text, "command", OPEN_COMMANDS[text], KINDS[text]))
        if text == "\\frac":
            return self.fraction()
        if text == BINOMIAL:
            return self.binomial()
        if text == "\\sqrt":
            return self.root()
        if text in ("\\sum", "\\prod"):
            return self.big("sum" if text == "\\sum" else "prod")
        if text == "\\partial":
            return self.slashed_derivative()
        if text == "\\nabla":
            return self.gradient()
        if text == "\\differential":
            self.at += 1
            body = self.factor()
            return TotalDifferential(t.span.to(body.span), body)
        if text == "\\indicator":
            return self.indicator()
        if text == "\\dots":
            self.at += 1
            return Dots(t.span)
        if text == "\\infty":
            raise error("SG101", "infinity is no number here", t.span, "write a finite bound")
        if text == "\\pi" and not self.vocabulary.is_value("\\pi"):
            return None
        if self.vocabulary.is_function(text):
            return self.name()
        return None

    def brace_group(self) -> SyntaxNode:
        """A TeX group has no meaning: its tokens are read without the braces."""
        end = group_end(self.tokens, self.at)
        inner = self.tokens[self.at + 1 : end - 1]
        chosen = [k for k, t in outermost(inner) if t.text == "\\choose"]
        if len(chosen) == 1:
            span, self.at = cover(self.tokens[self.at : end]), end
            pair = [self.sub_parse(x, span) for x in (inner[: chosen[0]], inner[chosen[0] + 1 :])]
            return self.scripted(Call(span, Sym(span, BINOMIAL), tuple(pair)))
        self.tokens = [*self.tokens[: self.at], *inner, *self.tokens[end:]]
        t = self.peek()
        if t is None or not self.starts_factor(t):
            raise error("SG104", "an operand is missing here", self.here())
        return self.primary()

    def fraction(self) -> SyntaxNode:
        start = self.tokens[self.at].span
        num, after = self.argument(self.at + 1)
        den, end = self.argument(after)
        span = start.to(self.tokens[end - 1].span)
        self.at = end
        if self.is_derivative(num, den):
            made = self.derivative(num, den, span)
            return made if isinstance(made, Derivative) and made.operator else self.scripted(made)
        node = QuotientNode(span, self.sub_parse(num, start), self.sub_parse(den, start))
        return self.scripted(node)

    def argument(self, at: int) -> tuple[tuple[Token, ...], int]:
        """The tokens of a TeX argument at a position; a lone digit of a number counts as one (``\\frac12``)."""
        t = self.tokens[at] if at < len(self.tokens) else None
        if t is not None and t.kind == "number" and len(t.text) > 1 and t.text.isdigit():
            cut = Span(t.span.source, t.span.start, t.span.start + 1)
            rest = Span(t.span.source, t.span.start + 1, t.span.end)
            halves = [replace(t, text=t.text[0], span=cut), replace(t, text=t.text[1:], span=rest)]
            self.tokens = [*self.tokens[:at], *halves, *self.tokens[at + 1 :]]
        return script_argument(self.tokens, at)

    def sub_parse(self, tokens: Sequence[Token], where: Span) -> SyntaxNode:
        inner = Parser(tokens, self.vocabulary, where)
        inner.depth, inner.bound = self.depth, self.bound
        return inner.whole()

    def root(self) -> SyntaxNode:
        start = self.tokens[self.at].span
        self.at += 1
        degree = None
        if self.is_symbol("["):
            end = next((k for k in range(self.at, len(self.tokens)) if self.tokens[k].text == "]"), None)
            if end is None:
                raise error("SG102", "`[` is not closed", self.here())
            degree = self.sub_parse(self.tokens[self.at + 1 : end], start)
            self.at = end + 1
        arg, end = self.argument(self.at)
        span = start.to(self.tokens[end - 1].span)
        self.at = end
        return self.scripted(Root(span, self.sub_parse(arg, start), degree))

    def big(self, op: str) -> SyntaxNode:
        head = self.tokens[self.at].span
        self.at += 1
        sub, sup = self.limits()
        outer, self.bound = self.bound, self.bound | set(letters_in(sub))
        outer_ends, self.ends = self.ends, frozenset()
        start = self.at
        body = self.signed_product()
        self.bound, self.ends = outer, outer_ends
        sub = sub or self.only_letter(self.tokens[start : self.at], body)
        if op == "sum":
            return BigOp(head.to(body.span), "sum", sub, sup, body, head)
        inside, after = _parted(body, set(letters_in(sub)))
        product = BigOp(head.to(inside.span), "prod", sub, sup, inside, head)
        return ProductNode(head.to(body.span), (("", product), *after)) if after else product

    def only_letter(self, tokens: Sequence[Token], body: SyntaxNode) -> tuple[Token, ...]:
        """The letter of ``\\sum x_j``: the only one in subscripts of the body that nothing else binds, or none."""
        open_letters = (subscripted(tokens) & outside_letters([body])) - self.bound
        found = [x for x in open_letters if self.vocabulary.is_position(x) and not self.vocabulary.is_value(x)]
        return tuple(t for t in tokens if found == [letter_key(t)])[:1] if len(found) == 1 else ()

    def limits(self) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
        found: dict[str, tuple[Token, ...]] = {"sub": (), "sup": ()}
        while (t := self.peek()) is not None and t.kind in found:
            if found[t.kind]:
                raise error("SG101", "this sign has a limit there already", t.span, "write all of it in one script")
            found[t.kind], self.at = script_argument(self.tokens, self.at + 1)
        return found["sub"], found["sup"]

    def signed_product(self) -> SyntaxNode:
        """The operand of a sum or a function without parentheses: the product that follows, with an optional sign."""
        if self.is_symbol("-", "+"):
            t = self.tokens[self.at]
            self.at += 1
            body = self.hadamard()
            return Terms(t.span.to(body.span), ((-1 if t.text == "-" else 1, body),))
        if self.peek() is None or not self.starts_factor(self.tokens[self.at]):
            raise error("SG104", "an expression is missing here", self.here())
        return self.hadamard()

    def scripted(self, node: SyntaxNode) -> SyntaxNode:
        sub: list[Token] = []
        sup: list[Token] = []
        primes = 0
        end = node.span
        while (t := self.peek()) is not None and t.kind in ("sub", "sup", "prime"):
            if t.kind == "prime":
                sup, primes = self.with_prime(t, sup, primes)
                end = t.span
                self.at += 1
                continue
            arg, after = script_argument(self.tokens, self.at + 1)
            if not arg:
                raise error("SG104", "this script is empty", t.span)
            if t.kind == "sup" and all(x.kind == "prime" for x in arg):
                for x in arg:
                    sup, primes = self.with_prime(x, sup, primes)
            else:
                (sub if t.kind == "sub" else sup).extend(arg if t.kind == "sub" else self.as_transpose(arg))
            end = self.tokens[after - 1].span
            self.at = after
        if not (sub or sup or primes):
            return node
        if isinstance(node, Paren) and [t.text for t in sub] == ["+"] and len(node.items) == 1:
            relu = Call(node.span.to(end), Sym(node.span, POSITIVE_PART), (node.items[0],))  # `[x]_+`
            return Scripted(relu.span, relu, (), tuple(sup), primes) if sup or primes else relu
        return Scripted(node.span.to(end), node, tuple(sub), tuple(sup), primes)


def _parted(body: SyntaxNode, letters: set[str]) -> tuple[SyntaxNode, tuple[tuple[str, SyntaxNode], ...]]:
    """Split a body into the operand of a product over ``letters`` and the factors after it, which start at the first
    sum or product without these letters. ``\\prod_i x_i \\prod_j y_j`` is a product of two. Sums are linear and need
    no split."""
    if isinstance(body, ProductNode) and all(op in ("", ".", "x", "*") for op, _ in body.factors):
        for k, (_, factor) in enumerate(body.factors):
            if k and isinstance(factor, BigOp) and not letters & outside_letters([factor]):
                kept = body.factors[:k]
                inside = kept[0][1] if k == 1 else ProductNode(kept[0][1].span.to(kept[-1][1].span), kept)
                return inside, body.factors[k:]
    return body, ()
