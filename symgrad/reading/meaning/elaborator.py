"""The elaborator: reads syntax trees as values, by one rule per kind of node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from symgrad.core.nodes import Definition, Expr
from symgrad.core.ranges import Index
from symgrad.reading.meaning import (
    at_points,
    calls,
    cases,
    derivatives,
    directional_derivatives,
    expectations,
    lines,
    name_roles,
    operations,
    parentheses,
    superscripts,
    total_differentials,
    written_sums,
)
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.rules import Definitions, Entrywise, Narrow, WrittenArgument, rules_of
from symgrad.reading.meaning.values import ReadValue, shape_text
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Sym, SyntaxNode
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

RULES = rules_of(
    at_points,
    calls,
    cases,
    derivatives,
    directional_derivatives,
    expectations,
    lines,
    name_roles,
    operations,
    parentheses,
    superscripts,
    total_differentials,
    written_sums,
)


@dataclass(slots=True)
class Elaborator:
    """Reads expressions under a scope, see ``Reading``. One per chain; definitions and calls get children."""

    scope: Scope
    letters: OpenIndices
    definitions: Definitions
    warnings: list[Diagnostic] = field(default_factory=list)
    parameters: dict[str, ReadValue] = field(default_factory=dict)
    held: frozenset[Definition] = frozenset()
    in_definition: bool = False
    outside: frozenset[str] = frozenset()
    entrywise: Entrywise = ""
    rows: bool = False
    held_alone: frozenset[Definition] = frozenset()
    opaque: dict[str, WrittenArgument] = field(default_factory=dict)
    wide: bool = False
    narrow: Narrow = ""
    totals: Literal["", "total", "mean"] = ""
    varied: tuple[Sym, ...] = ()

    def child(
        self,
        parameters: dict[str, ReadValue] | None = None,
        bound: dict[str, Index] | None = None,
        opaque: dict[str, WrittenArgument] | None = None,
    ) -> Elaborator:
        """An elaborator for the body of a definition or call, with letters of its own."""
        letters = OpenIndices(self.scope)
        if bound:
            letters.bound.append(bound)
        return Elaborator(
            self.scope,
            letters,
            self.definitions,
            [],
            parameters or {},
            frozenset(),
            True,
            opaque=opaque or {},
            narrow="logarithm" if self.narrow == "logarithm" else "",
            varied=self.varied,
        )

    def warn(self, code: str, message: str, span: Span, remedy: str = "", once: bool = False) -> None:
        """Warn about this step. Warnings inside a definition are reported once, at the definition."""
        known = [w for w in self.warnings if w.code == code and (w.span == span or (once and w.message == message))]
        if not self.in_definition and not known:
            self.warnings.append(Diagnostic(code, message, span, remedy, "warning"))

    def parse(self, tokens: Sequence[Token], where: Span) -> SyntaxNode:
        return Parser(tokens, self.scope, where).whole()

    def value(self, node: SyntaxNode) -> ReadValue:
        """The value of a node, by the rule for its kind."""
        return RULES[type(node)](self, node)

    def scalar(self, node: SyntaxNode, what: str) -> Expr:
        """The value of a node that must be one number."""
        value = self.value(node)
        if value.axes:
            raise error("SG113", f"{what} must be a single number, this has the shape {shape_text(value)}", node.span)
        return value.body
