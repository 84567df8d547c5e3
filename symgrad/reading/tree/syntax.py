"""The syntax tree: nodes with exact spans, without resolved names or implied sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, Literal

from symgrad.reading.tokens.lexer import Token
from symgrad.text.source import Span


@dataclass(frozen=True, slots=True)
class SyntaxNode:
    """A node, with its place in the source."""

    span: Span
    below: tuple[SyntaxNode, ...] = field(default=(), init=False, repr=False, compare=False)
    """The node and all nodes below it, once they have been asked for."""


_PARTS: dict[type[SyntaxNode], tuple[str, ...]] = {}


def parts_of(node: SyntaxNode) -> tuple[str, ...]:
    """The fields that make a node what it is; the others keep what was asked of it."""
    kind = type(node)
    if kind not in _PARTS:
        _PARTS[kind] = tuple(f.name for f in fields(kind) if f.init)
    return _PARTS[kind]


def with_parts(node: SyntaxNode, each: Callable[[SyntaxNode], SyntaxNode]) -> SyntaxNode:
    """The node with ``each(part)`` for every node directly below it; tokens stay."""

    def mapped(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(mapped, part))
        return each(part) if isinstance(part, SyntaxNode) else part

    return replace(node, **{name: mapped(getattr(node, name)) for name in parts_of(node)})


@dataclass(frozen=True, slots=True)
class NumberNode(SyntaxNode):
    """A number, exactly as it is written."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Sym(SyntaxNode):
    """A name with its scripts as they were written. ``key`` spells the bare name: ``\\hat y``, ``U``."""

    key: str
    style: str = ""
    sub: tuple[Token, ...] = ()
    sup: tuple[Token, ...] = ()
    primes: int = 0
    names: tuple[Any, ...] = field(default=(), init=False, repr=False, compare=False)
    """The names that it may begin with, once they have been asked for: see ``Scope.value_key``."""

    @property
    def primed(self) -> str:
        """The key with the primes, as the letters of sums are called: ``s'``."""
        return self.key + "'" * self.primes


@dataclass(frozen=True, slots=True)
class Call(SyntaxNode):
    """A name applied to arguments, ``J(o, c)``, ``\\sigma'(x)``, ``p(o | c)``.

    ``bare``: without parentheses; ``given``: the number of arguments before the first bar, 0 without one.
    """

    function: Sym
    args: tuple[SyntaxNode, ...]
    bare: bool = False
    given: int = 0


@dataclass(frozen=True, slots=True)
class Paren(SyntaxNode):
    """Brackets, with their items. kind: '(', '[', '{', '|' for an absolute value, '||' for a norm, '<'.

    ``given``: the number of items before the first bar, 0 without one.
    """

    kind: str
    items: tuple[SyntaxNode, ...]
    given: int = 0


@dataclass(frozen=True, slots=True)
class Scripted(SyntaxNode):
    """Scripts on something that is no name: ``[x]_z``, ``(AB)^\\top``."""

    base: SyntaxNode
    sub: tuple[Token, ...] = ()
    sup: tuple[Token, ...] = ()
    primes: int = 0


@dataclass(frozen=True, slots=True)
class QuotientNode(SyntaxNode):
    """``\\frac{num}{den}``"""

    num: SyntaxNode
    den: SyntaxNode


@dataclass(frozen=True, slots=True)
class Root(SyntaxNode):
    """``\\sqrt[degree]{arg}``"""

    arg: SyntaxNode
    degree: SyntaxNode | None = None


Line = Literal["row", "column", "list"]
"""How the entries of an array stand: side by side, below each other, or between commas."""


@dataclass(frozen=True, slots=True)
class BigOp(SyntaxNode):
    """``\\sum`` or ``\\prod`` with its limits as written; an array of the values of its body at all positions."""

    op: Literal["sum", "prod"] | Line
    sub: tuple[Token, ...]
    sup: tuple[Token, ...]
    body: SyntaxNode
    head: Span


@dataclass(frozen=True, slots=True)
class Derivative(SyntaxNode):
    """``\\partial^n body / \\partial targets``; ``operator``: written in front of what it acts on.

    sign: ``\\partial``, which may hold other defined quantities constant; ``d``, ``D`` or ``\\nabla``, which never do.
    slip: the sign below was left out, or is another one than above.
    """

    body: SyntaxNode
    targets: tuple[SyntaxNode, ...]
    operator: bool = False
    sign: str = "\\partial"
    slip: bool = False


@dataclass(frozen=True, slots=True)
class Directional(SyntaxNode):
    """``D f(X)[H]``: the derivative of a function of one argument along directions; without any, ``D f(x)``."""

    call: Call
    directions: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class AtPoint(SyntaxNode):
    """``body |_{x = a}``: the value where names have these values."""

    body: SyntaxNode
    names: tuple[Sym, ...]
    values: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class Differential(SyntaxNode):
    """``dX`` in a document that writes its backward pass so: the gradient of the cost by ``X``."""

    name: Sym


@dataclass(frozen=True, slots=True)
class TotalDifferential(SyntaxNode):
    """``d(A X B)``, ``dX``: the change of a value, by the changes of the names with a ``d`` in the chain."""

    body: SyntaxNode


@dataclass(frozen=True, slots=True)
class Expectation(SyntaxNode):
    """``\\mathbb{E}[x]``, ``\\operatorname{Var}(x)``, ``\\operatorname{Cov}(x, y)`` of random quantities."""

    kind: Literal["mean", "variance", "covariance"]
    arguments: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class Terms(SyntaxNode):
    """Terms with their signs, +1 or -1. A single term without a sign is not wrapped in this."""

    items: tuple[tuple[int, SyntaxNode], ...]


@dataclass(frozen=True, slots=True)
class ProductNode(SyntaxNode):
    """Factors with the operator before each: '' (juxtaposed), '.', 'x', '/', 'o' (Hadamard), '@' (outer)."""

    factors: tuple[tuple[str, SyntaxNode], ...]


@dataclass(frozen=True, slots=True)
class Indicator(SyntaxNode):
    """``\\mathbb{1}[condition]``"""

    condition: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class CasesNode(SyntaxNode):
    """``cases``: values with the tokens of their conditions."""

    branches: tuple[tuple[SyntaxNode, tuple[Token, ...]], ...]


@dataclass(frozen=True, slots=True)
class Entries(SyntaxNode):
    """An array written out entry by entry, each of which may be an array."""

    line: Line
    items: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class Dots(SyntaxNode):
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

    @property
    def labelled(self) -> str:
        """The key of a size or an index with a label: ``d_v``, ``w_O``."""
        label = "".join(slot.span.text for slot in self.sub)
        return f"{self.key}_{{{label}}}" if label else self.key


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
