"""A rule reads one kind of syntax node. Here is how rules are declared, and what they may use.

Rules know the reader only as ``Reading``, so that no rule imports the elaborator, which imports all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Generic, Literal, Protocol, TypeVar

from symgrad.core.nodes import Definition, Expr
from symgrad.core.ranges import Index
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Sym, SyntaxNode
from symgrad.text.source import Span

N = TypeVar("N", bound=SyntaxNode)


@dataclass(slots=True)
class Definitions:
    """The elaborated definitions that are still valid, and those being elaborated (``active``, outermost first).

    A definition is dropped when a name that was looked up for it changes, with all that use it.
    """

    done: dict[Defined, Definition] = field(default_factory=dict)
    """A definition comes after those that it uses."""
    users: dict[Definition, list[tuple[Defined, Definition]]] = field(default_factory=dict)
    active: list[Defined] = field(default_factory=list)
    used: list[dict[Defined, Definition]] = field(default_factory=list)
    """For each definition being elaborated, those that it uses."""
    kept: set[Defined] = field(default_factory=set)
    """Definitions built on a name that was defined anew since; they keep what it was."""

    def find(self, entry: Defined) -> Definition | None:
        """The definition, if it is elaborated and nothing that it depends on has changed since."""
        known = self.done.get(entry)
        if known is not None and self.used:
            self.used[-1][entry] = known
        return known

    def keep(self, old: Defined) -> None:
        """Let what is built on a definition stay as it is, though the name of that is defined anew."""
        ahead = [self.done[old]] if old in self.done else []
        while ahead:
            for entry, definition in self.users.get(ahead.pop(), ()):
                if self.done.get(entry) is definition and entry not in self.kept:
                    self.kept.add(entry)
                    ahead.append(definition)

    def elaborate(self, entry: Defined, scope: Scope, elaborated: Callable[[], Definition]) -> Definition:
        """Elaborate the definition and note what it depends on."""
        uses: dict[Defined, Definition] = {}
        self.active.append(entry)
        self.used.append(uses)
        lookups = scope.lookups()
        try:
            with lookups:
                definition = elaborated()
        except BaseException:
            if len(self.used) > 1:  # the definition that catches the failure depends on the same
                self.used[-2].update(uses)
            raise
        finally:
            self.used.pop()
            self.active.pop()
        if lookups.are_current() and all(self.done.get(e) is d for e, d in uses.items()):
            self.done[entry] = definition
            for used in uses.values():
                self.users.setdefault(used, []).append((entry, definition))
            lookups.watch(lambda: self.forget(entry, definition))
        if self.used:
            self.used[-1][entry] = definition
        return definition

    def forget(self, entry: Defined, definition: Definition) -> None:
        """Drop a definition that is out of date, and those that use it."""
        ahead = [(entry, definition)]
        while ahead:
            entry, definition = ahead.pop()
            if self.done.get(entry) is definition and entry not in self.kept:
                del self.done[entry]
                ahead += self.users.pop(definition, ())


Narrow = Literal["", "bracket", "logarithm"]
Entrywise = Literal["", "rows of factors", "all"]
"""Products of columns that are read entry by entry: none, those of three factors and more, all."""


@dataclass(frozen=True, slots=True)
class WrittenArgument:
    """An argument of an arbitrary function: its value, or its text and positions, ``x_i``, if it is not declared."""

    text: str
    values: tuple[ReadValue, ...]


class Reading(Protocol):
    """The reading of one chain, definition or call, as its rules see it."""

    scope: Scope
    letters: OpenIndices
    definitions: Definitions
    parameters: dict[str, ReadValue]
    """The values of a called function's arguments, by their names in its definition."""
    held: frozenset[Definition]
    """Definitions that the derivatives read here hold constant."""
    outside: frozenset[str]
    """The letters written outside of the sums that name them."""
    entrywise: Entrywise
    """Which products of columns are read entry by entry, where their inner product does not fit."""
    rows: bool
    """True if a slice ``X_{i:}`` is read as a row."""
    wide: bool
    """True if a derivative that begins a bracket takes all terms of it, ``[\\frac{d}{dx} a x + b]``."""
    in_definition: bool
    """True for the body of a definition or of a call."""
    narrow: Narrow
    """What takes one operand alone, not the product behind it: a derivative in front of a bracket, or a logarithm."""
    totals: Literal["", "total", "mean"]
    """What a family ``L_t`` without a subscript stands for in a derivative: itself, its total, or its mean."""
    held_alone: frozenset[Definition]
    """Definitions that a lone partial derivative beside the products of a chain rule holds constant."""
    opaque: dict[str, WrittenArgument]
    """The arguments of a called function that are not declared, by their names in its definition."""

    varied: tuple[Sym, ...]
    """The names with a ``d`` in a chain of differentials."""

    def value(self, node: SyntaxNode) -> ReadValue:
        """The value of a node, by the rule for its kind."""

    def scalar(self, node: SyntaxNode, what: str) -> Expr:
        """The value of a node that must be one number; ``what`` names it in the error otherwise."""

    def parse(self, tokens: Sequence[Token], where: Span) -> SyntaxNode:
        """Tokens that the parser left unread, as a tree."""

    def warn(self, code: str, message: str, span: Span, remedy: str = "", once: bool = False) -> None:
        """Warn about this step. Warnings inside a definition are reported once, at the definition.

        ``once``: the same words are not repeated for another place.
        """

    def child(
        self,
        parameters: dict[str, ReadValue] | None = None,
        bound: dict[str, Index] | None = None,
        opaque: dict[str, WrittenArgument] | None = None,
    ) -> Reading:
        """A reading of the body of a definition or call, with letters of its own."""


@dataclass(frozen=True, slots=True)
class NodeRule(Generic[N]):
    """How nodes of one kind are read."""

    kind: type[N]
    read: Callable[[Reading, N], ReadValue]

    def __call__(self, el: Reading, node: N) -> ReadValue:
        return self.read(el, node)


def reads(kind: type[N]) -> Callable[[Callable[[Reading, N], ReadValue]], NodeRule[N]]:
    """Declare a function as the rule for one kind of node: ``@reads(Call)``."""

    def declare(read: Callable[[Reading, N], ReadValue]) -> NodeRule[N]:
        return NodeRule(kind, read)

    return declare


def rules_of(*modules: ModuleType) -> dict[type[SyntaxNode], NodeRule[Any]]:
    """The rules that modules declare, by the kinds of nodes that they read."""
    found: dict[type[SyntaxNode], NodeRule[Any]] = {}
    for module in modules:
        for rule in vars(module).values():
            if isinstance(rule, NodeRule) and found.setdefault(rule.kind, rule) is not rule:
                raise TypeError(f"two rules read {rule.kind.__name__}")
    return found
