"""The result of reading a document: steps, notes and diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Tensor
from symgrad.reading.inference.inferring import Inferred
from symgrad.reading.meaning.assumptions import AssumptionsInForce
from symgrad.reading.meaning.rules import Definitions
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.macros import Macros
from symgrad.reading.tree.syntax import SyntaxNode
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span


@dataclass(slots=True)
class Outcome:
    """How one relation reads: a claim, two shapes that differ, or a diagnostic.

    ``alternatives``: claims under other readings, each with its kind: 'plain', 'transposed', 'placement', 'entrywise';
    'other side' with a definition ``h = A = B`` as ``h = B``; 'rows' and 'columns' with an undeclared ``X`` made of the
    ``x_i``; 'number' with an undeclared name as a number, 'numbers' with several, 'positive' with all of them positive,
    'squares' with undeclared matrices as square ones.
    """

    claim: Claim | None = None
    shapes: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    misfit: Diagnostic | None = None
    """Which operands of one side have the two shapes; without it, these are the shapes of the sides."""
    problem: Diagnostic | None = None
    warnings: tuple[Diagnostic, ...] = ()
    alternatives: Callable[[], Iterator[tuple[str, Claim]]] = field(default=lambda: iter(()))


@dataclass(slots=True)
class ReadStep:
    """One claim as it was read. ``group``: the number of its display, for directives."""

    span: Span
    left: str
    right: str
    outcome: Outcome
    group: int
    redefinition: str = ""
    """The name on the left, if this claim may have been meant to define it again."""
    anew: bool = False
    """True if the claim, where it does not hold, defines the name on its left anew."""
    twofold: bool = False
    """True if the claim, where it does not hold, may define the name on its left anew, and may be a mistake."""
    to_solve: bool = False
    """True if the side is 0 and ends a chain that begins with a derivative: a condition where it does not hold."""
    premises: tuple[Claim, ...] = ()
    """Equations, said to hold in the sentence before the display, that the step may follow from."""
    whole: Span | None = None
    """The step with its left side and the conditions behind it, if that is more than ``span``."""
    defining: str = ""
    """The name that the chain of this step defines."""
    restating: str = ""
    """The defined name that the chain of this step writes by other names than its definition has."""
    inferred: tuple[Tensor, ...] = ()
    """The arrays with inferred shapes in a step whose sides have different shapes."""
    unclear: tuple[tuple[Assumption, Span], ...] = ()
    """What the prose may or may not assume, with its places."""
    grounds: tuple[Assumption, ...] = ()
    """What the sentence behind the display gives as its reason, ``since $\\sum_k y_k = 1$``."""
    unused: Diagnostic | None = None
    """What the prose assumes of the step's arrays, and what is not used."""
    omitted: tuple[str, ...] = ()
    """The letters of implied sums over which the document writes sums further up."""
    blocks: tuple[tuple[str, ReadStep], ...] = ()
    """For an equation of matrices of blocks: the steps of the single blocks, this one first, each with its place."""
    partial: bool = False
    """True if the left side is a derivative written with ``\\partial``, which may hold defined quantities constant."""


@dataclass(slots=True)
class ReadDocument:
    """The result of reading a document. Every display gives a step, a definition, a note or a diagnostic."""

    source: Source
    steps: list[ReadStep] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    not_checked: list[Diagnostic] = field(default_factory=list)
    definitions: int = 0
    skipped: int = 0
    in_force: AssumptionsInForce = field(default_factory=AssumptionsInForce)
    expectations: dict[int, tuple[int | None, Span]] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    elaborated: Definitions = field(default_factory=Definitions)
    """The definitions of the scope, where a name is defined anew with what it was when they were made."""
    inferred: Inferred = field(default_factory=Inferred)
    """What names mean that the document does not declare."""
    macros: Macros = field(default_factory=Macros)
    """The author's commands: of the document, and of the files with declarations for it."""
    chains: list[tuple[SyntaxNode, ...]] = field(default_factory=list)
    """The sides of each chain of relations, as far as they were parsed."""
