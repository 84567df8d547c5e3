"""What the text around a display says of the displays before it: their grounds, and where assumptions end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.core.nodes import Entry, reach
from symgrad.reading.document.assertions import Stance, drops, generalises, is_plain_ground, points_back, turns
from symgrad.reading.document.block_reader import Display, Heading, Inline
from symgrad.reading.document.purposes import puts_back, turns_to_another
from symgrad.reading.document.said_symmetric import symmetric_behind
from symgrad.reading.meaning.assumptions import pointed_back
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.names.declarations import Paragraph
from symgrad.reading.names.equations import unused
from symgrad.reading.read_document import Outcome, ReadDocument, ReadStep
from symgrad.reading.tokens.cuts import statement
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.spelled import spelled
from symgrad.reading.tree.scripts import cover, is_name, letter_key
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

MAX_GIVEN = 4
"""Conditions and solutions that are put in."""
MAX_BACK = 120
"""Characters between a display and a formula that is given as its ground."""
_DERIVATIVE = re.compile(r"\\(?:partial|nabla)(?![A-Za-z])|\\[dt]?frac\s*\{?\s*(?:d\b|d[A-Za-z]|\\mathrm\s*\{?\s*d)")


class LooksBack:
    """Changes what was made of earlier displays, by what the text behind them says."""

    def __init__(self, out: ReadDocument) -> None:
        self.out = out
        self.source = out.source
        self.scope = out.scope
        self.at = 0
        """Where the last display ends."""
        self.group = 0
        """The number of the last display, or of the last chain in the text."""
        self.wordless = False
        """True if no word stands between the last display and this one."""

    def last_steps(self) -> list[ReadStep]:
        """The steps of the last display."""
        return [s for s in self.out.steps if s.group == self.group]

    def generalise(self, heading: Heading) -> None:
        """Drop what was assumed, under the heading of a part in which it holds no more."""
        if generalises(heading.text):
            Paragraph(self.scope).drop(Span(self.source, 0, heading.span.start))

    def turn(self, display: Display) -> bool:
        """End the case of the last display, and what was supposed in passing if the words since then turn from it.

        True for a display that goes on with the chain of the last one, ``= …``: it is in its case too.
        """
        since = self.source.text[self.at : display.full.start]
        self.wordless = re.search(r"[^\W\d_]", since) is None
        goes_on = self.wordless and display.content.text.lstrip(" \n\t&>").startswith("=")
        for assumed in self.scope.assumed:
            if assumed.standing not in ("passing", "case"):
                continue
            behind, old = max(self.at, assumed.at.end), assumed.at.start < self.at
            turned = turns(self.source.text[behind : display.full.start])
            if turned or (old and assumed.standing == "case" and not goes_on):
                assumed.standing = "unclear"
                self.scope.version += 1
        if turns(since):
            self.scope.end_for_now(self.at)
        if drops(since):
            Paragraph(self.scope).drop(Span(self.source, 0, self.at))
        self.at = display.full.end
        if turns_to_another(display):
            self.scope.section = display.full.start
        return goes_on

    def point_back(self, formulas: Sequence[tuple[Inline, tuple[Token, ...], Stance]]) -> None:
        """``…, since $\\sum_k y_k = 1$`` behind a display is assumed there.

        With ``if`` in place of ``since``, no step that holds only with it is refuted.
        """
        start, end = symmetric_behind(self.source.text[self.at :]) if self.out.steps else (0, 0)
        for inline, tokens, stance in formulas:
            span = inline.content
            if span.source is self.source and start <= span.start - self.at < end and span.text.strip():
                name = span.text.strip()
                self.ground(spelled(f"{name} = {name}^\\top", span, self.out.macros), True)
                continue
            near = span.source is self.source and 0 <= span.start - self.at < MAX_BACK and self.out.steps
            between = self.source.text[self.at : span.start].rstrip("$\\(` \n") if near else ""
            if not near or not points_back(between):
                continue
            plain = stance in ("asserted", "passing", "mentioned") and is_plain_ground(between)
            plain = plain and _DERIVATIVE.search(span.text) is None  # that is a claim, and no condition
            self.ground(tokens, plain)

    def ground(self, tokens: tuple[Token, ...], plain: bool) -> None:
        """Give the steps of the last display a ground; without ``plain``, one that may be none."""
        el = Elaborator(self.scope, OpenIndices(self.scope), self.out.elaborated)
        ground = tuple(pointed_back(el, tokens))
        for step in self.last_steps():
            step.unclear = (*step.unclear, *ground)
            step.grounds = (*step.grounds, *(a for a, _ in ground if plain))

    def explains_anew(self, formula: Sequence[Token]) -> bool:
        """True for ``where $r = X w - y$`` behind a display, of an r that the text behind another display explained by
        other words. The display in between was read with the older meaning, so nothing is ruled on it.
        """
        said = statement(formula, ("=",))
        if len(said.left) != 1 or not is_name(said.left[0]) or not said.right:
            return False
        name, right = letter_key(said.left[0]), [t.text for t in said.right]
        earlier = self.scope.explained.get(name)
        self.scope.explained[name] = right
        if earlier in (None, right):
            return False
        message = f"behind this display, `{name}` has another meaning than before it"
        problem = Diagnostic(
            "SG114", message, cover(formula), f"define `{name}` before the display, or name it otherwise"
        )
        for step in self.last_steps():
            claim = step.outcome.claim
            made = [d.name for side in (claim.left, claim.right) for d in reach(side).definitions] if claim else []
            if name in made:
                step.outcome = Outcome(problem=problem)
        return True

    def rest_on_conditions(self, display: Display) -> None:
        """``Substituting these back`` into a Lagrangian: its derivatives are 0, and what was solved has its value.

        No step is refuted that may hold only with that.
        """
        steps = [s for s in self.out.steps if s.span.source is self.source and s.span.start >= self.scope.section]
        behind = [d.span for d in self.out.not_checked if d.code == "SG404" and d.span is not None]
        earlier = [s for s in steps if s.group != self.group]
        conditions = [s for s in earlier if s.to_solve]
        if not puts_back(display) or not (conditions or any(x.start >= self.scope.section for x in behind)):
            return
        solved = [
            s for s in earlier if s.premises and s.outcome.claim is not None and isinstance(s.outcome.claim.left, Entry)
        ]
        given = [s.outcome.claim for s in (*solved, *conditions) if s.outcome.claim is not None]
        for step in (s for s in self.last_steps() if s.unused is None):
            step.unused = unused("what is put in", display.content)
            step.premises = step.premises or tuple(given[-MAX_GIVEN:])
