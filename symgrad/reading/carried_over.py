"""What a display takes over from the text and the displays before it: cases, premises, the side it goes on with."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.document.block_reader import Display
from symgrad.reading.document.purposes import (
    Purpose,
    concludes,
    operates,
    purpose,
    sets,
    substitutes,
)
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation
from symgrad.reading.tokens.spelled import spelled
from symgrad.reading.tree.scripts import is_name, letter_key

Tokens = tuple[Token, ...]
Equation = tuple[Tokens, Tokens]


class CarriedOver:
    """The state of the argument between two displays."""

    def __init__(self) -> None:
        self.last_side: Tokens | None = None
        self.last_head: Tokens = ()
        """The first side of the last chain, which a display that begins with ``=`` goes on with."""
        self.cases: list[Tokens] = []
        """What the sentence before the next display supposes for that display alone."""
        self.remarks: list[Tokens] = []
        """Of these, the ones in a sentence that ends before the display: ``if $x = y$ this is simple.``"""
        self.last_cases: tuple[tuple[Tokens, ...], tuple[Tokens, ...]] = ((), ())
        """The cases and remarks of the last display."""
        self.premises: list[Equation] = []
        """The equations of the paragraph before the next display, one of which it may follow from."""
        self.last_equation: Equation | None = None
        """The last equation of the last display."""
        self.solving: tuple[Equation, ...] = ()
        """What the last display sets to zero, or follows from."""
        self.condition: tuple[Equation, ...] = ()
        """The equation that the last display states as a condition."""
        self.at_optimum = False
        """True if the last display states what holds where derivatives, which it does not write, are 0."""
        self.used: set[str] = set()
        """The letters of the displays so far."""

    def begin_paragraph(self) -> None:
        """Forget what the last paragraph says for the display right behind it."""
        self.cases, self.remarks, self.premises = [], [], []

    def take_cases(self, written: Sequence[Tokens], goes_on: bool) -> tuple[tuple[Tokens, ...], tuple[Tokens, ...]]:
        """The cases and the remarks of a display, with those of the last one if it goes on with its chain.

        written: the conditions that stand in the line of the display.
        """
        cases, remarks = (*self.cases, *written), tuple(self.remarks)
        if goes_on:
            cases, remarks = (*self.last_cases[0], *cases), (*self.last_cases[1], *remarks)
        self.last_cases, self.cases, self.remarks = (cases, remarks), [], []
        return cases, remarks

    def remember(
        self, relations: Sequence[Relation], before: Equation | None, meant: Purpose, premises: Sequence[Equation]
    ) -> None:
        """Keep of a display what the next ones go on from. ``before``: its last equation."""
        self.used |= {letter_key(t) for r in relations for t in (*r.left, *r.right) if is_name(t)}
        self.last_equation, self.premises = before if relations else None, []
        is_zero = all(_is_zero(right) for _, right in premises)
        self.solving = tuple(premises) if meant == "consequence" and is_zero else ()
        if meant != "consequence":
            self.condition = (before,) if meant == "condition" and before is not None and len(relations) == 1 else ()
        ends_a_chain = len(relations) > 1 and relations[-1].continues
        if before is not None and ends_a_chain and _is_zero(before[1]) and _is_derivative(self.last_head):
            self.solving = (before,)
        if relations:
            last = relations[-1]
            self.last_side = tuple(last.left if last.unread else last.right) or None

    def meant(
        self, display: Display, relations: Sequence[Relation], wordless: bool
    ) -> tuple[Purpose, tuple[Equation, ...]]:
        """What a display is for, and the equations that it may follow from.

        wordless: no word stands between the last display and this one.
        """
        meant, premises = self._said(display)
        if meant == "claim" and wordless and self._goes_on_solving(relations):
            return "consequence", self.solving
        if meant == "claim" and wordless and self.at_optimum and all(_is_zero(r.right) for r in relations):
            meant = "condition"  # `w = \\sum_i \\alpha_i y_i x_i` and then `\\sum_i \\alpha_i y_i = 0`
        self.at_optimum = meant == "condition" and not premises
        return meant, premises

    def _said(self, display: Display) -> tuple[Purpose, tuple[Equation, ...]]:
        """The same by the sentence before the display."""
        meant, said, last = purpose(display), tuple(self.premises), self.last_equation
        if meant == "condition" and said and sets(display):
            return "consequence", said  # `Setting $E = 0$:`
        if meant == "claim" and said and substitutes(display):
            return "consequence", said  # `taking $a = b$ we get`
        if meant == "consequence" and not said and last is not None:  # `setting this to zero gives`
            if _is_zero(last[1]):
                return meant, (last,)
            return (
                (meant, ((last[1], spelled("0", display.content)),)) if _is_derivative(last[0]) else ("condition", ())
            )
        if meant == "claim" and last is not None and _is_zero(last[1]) and concludes(display):
            return "consequence", (last,)
        if meant == "claim" and self.condition and (concludes(display) or operates(display)):
            return "consequence", self.condition
        if meant == "claim" and self.solving and last is not None and operates(display):
            return "consequence", (*self.solving, last)
        return meant, said if meant == "consequence" else ()

    def _goes_on_solving(self, relations: Sequence[Relation]) -> bool:
        """True for a line of the solution below ``∂J/∂w = … = 0``, without a word between them."""
        heads = [r.left for r in relations if not r.continues]
        return bool(self.solving) and not self.premises and not any(map(_is_derivative, heads))


def _is_zero(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].text == "0"


def _is_derivative(tokens: Sequence[Token]) -> bool:
    """True for a side with the sign of a derivative."""
    return any(t.text in ("\\partial", "\\nabla", "d", "'") or t.kind == "prime" for t in tokens)
