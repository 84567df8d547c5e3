"""The tree of what an author wrote: nodes with exact spans, no names resolved, no sums implied."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symgrad.notation.lexer import Token
from symgrad.notation.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a value; where it stands in the source."""

    span: Span


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number, exactly as it is written."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Sym(Node):
    """A name with its scripts as they were written. ``key`` spells the bare name: ``\\hat y``, ``U``."""

    key: str
    style: str = ""
    sub: tuple[Token, ...] = ()
    sup: tuple[Token, ...] = ()
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A name applied to arguments, ``J(o, c)``, ``\\sigma'(x)``, ``p(o | c)``. ``bare``: without parentheses."""

    function: Sym
    args: tuple[Node, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """Brackets, with their items. kind: '(', '[', '{', '|' for an absolute value, '||' for a norm, '<'."""

    kind: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Scripted(Node):
    """Scripts on something that is no name: ``[x]_z``, ``(AB)^\\top``."""

    base: Node
    sub: tuple[Token, ...] = ()
    sup: tuple[Token, ...] = ()
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """``\\frac{num}{den}``"""

    num: Node
    den: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    """``\\sqrt[degree]{arg}``"""

    arg: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class BigOp(Node):
    """``\\sum`` or ``\\prod`` with its limits as written."""

    op: Literal["sum", "prod"]
    sub: tuple[Token, ...]
    sup: tuple[Token, ...]
    body: Node
    head: Span


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    """``\\partial^n body / \\partial targets``; ``operator``: written in front of what it acts on."""

    body: Node
    targets: tuple[Node, ...]
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Terms(Node):
    """Terms with their signs, +1 or -1; a side that is a single unsigned term is that term."""

    items: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors with the sign written before each: '' (juxtaposed), '.', 'x', '/', 'o' (Hadamard), '@' (outer)."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Indicator(Node):
    """``\\mathbb{1}[condition]``"""

    condition: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class CasesNode(Node):
    """``cases``: values with the tokens of their conditions (empty: otherwise)."""

    branches: tuple[tuple[Node, tuple[Token, ...]], ...]


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """An ellipsis."""


# --- subscripts ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Colon:
    """``:`` in a slot: the whole axis."""

    span: Span


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in a slot, ``i``, ``j'``, ``n_k`` (with slots of its own)."""

    key: str
    span: Span
    sub: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Arithmetic on positions: ``const + sum(coefficient * letter)``."""

    terms: tuple[tuple[int, Letter], ...]
    const: int
    span: Span


@dataclass(frozen=True, slots=True)
class Label:
    """Words in a slot: ``v_{\\text{in}}``."""

    text: str
    span: Span


Slot = Colon | Position | Label
