"""The closed set of node kinds. Every expression is a scalar in its free indices.

Nodes are immutable and interned: equal structure is the same object, so ``==`` is ``is`` and
memo tables are cheap. Constructors do not simplify. Arrays exist only as ``Lam``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self
from weakref import ref

from symgrad.core.ranges import Affine, Index, IndexExpr, Range, Subset
from symgrad.core.time_limit import TIME

EntryDomain = Literal["real", "positive", "nonnegative", "bit", "sign"]
"""What the entries of a tensor may be."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends, each of which belongs to it or not; None for no end."""

    low: Fraction | None
    high: Fraction | None
    has_low: bool = False
    has_high: bool = False


class _Kept(ref[Any]):
    """A weak reference to a node, with its key. ``WeakValueDictionary`` does the same in twice the time."""

    __slots__ = ("key",)
    key: tuple[Any, ...]


_interned: dict[tuple[Any, ...], _Kept] = {}
_dead: deque[_Kept] = deque()
"""Nodes that are gone and whose keys are still in ``_interned``. The callback of a weak reference is ``_dead.append``,
written in C: what a signal handler raises inside a callback written in Python, Ctrl-C for one, is printed and lost."""


def _forget_dead() -> None:
    """Drops the keys of nodes that are gone, and of those that go with them."""
    while _dead:
        kept = _dead.popleft()
        if _interned.get(kept.key) is kept:
            del _interned[kept.key]
        del kept  # and with it the last that holds its arguments


class Expr:
    """Base of all nodes. Nodes of a class are equal if their ``args`` are.

    free, reach: cached results of ``free_indices`` and ``reach``, None until they are first called.
    """

    __slots__ = ("__weakref__", "args", "free", "reach")
    fields: ClassVar[tuple[str, ...]] = ()
    args: tuple[Any, ...]
    free: frozenset[Index] | None
    reach: Any

    def __new__(cls, *args: Any, key: tuple[Any, ...] | None = None) -> Self:
        if key is None:
            key = (cls, *args)
        kept = _interned.get(key)
        if kept is not None:
            found: Self | None = kept()
            if found is not None:
                return found
        if _dead:
            _forget_dead()
        node = object.__new__(cls)
        node.args = args
        node.free = None
        node.reach = None
        kept = _interned[key] = _Kept(node, _dead.append)
        kept.key = key
        if not len(_interned) & 127:
            TIME.check()
        return node

    def __init_subclass__(cls) -> None:
        # Each class names its fields; their values are stored in ``args`` only.
        for position, name in enumerate(cls.fields):
            setattr(cls, name, _argument(position))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self.args)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.args))})"


def _argument(position: int) -> property:
    def read(node: Expr) -> Any:
        return node.args[position]

    return property(read)


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A declared array of numbers; ``ranges`` is its shape, () for a scalar. Compared by identity.

    ``row``: a vector (one range) is a row ``1 x D``, not a column. ``within``: the interval of its entries, if there is
    one that ``domain`` does not say.
    """

    name: str
    ranges: tuple[Range, ...] = ()
    domain: EntryDomain = "real"
    row: bool = False
    within: Interval | None = None


@dataclass(frozen=True, slots=True)
class FunctionForm:
    """How a function that nobody declared is written, ``p_\\theta(y \\mid x)``.

    name: ``p_\\theta``; letters: those of its written arguments; given: how many are before a bar; outcomes: the
    numbers of those that have a value; at_positions: whether others are entries of something undeclared, ``x_i``;
    activation: whether the text calls it an activation function, which any function of a number may be.
    """

    name: str
    letters: tuple[str, ...]
    given: int
    outcomes: tuple[int, ...]
    at_positions: bool
    activation: bool = False

    def differs(self, other: FunctionForm) -> bool:
        """True for ``p(x \\mid y)`` and ``p(x, y)`` or ``p(y \\mid x)``: of one name, and not the same function."""
        kinds = [(f.given, len(f.letters), f.at_positions) for f in (self, other)]
        moved = any(a in other.letters and a != b for a, b in zip(self.letters, other.letters, strict=False))
        return self.name == other.name and (kinds[0] != kinds[1] or moved)


@dataclass(frozen=True, slots=True, eq=False)
class AbstractFunction:
    """A function known only by name: ``f : R -> R`` (one argument of shape ()), ``L : R^{N x D} -> R``.

    ``values``: the shape of its values; their positions are its last arguments, as numbers.
    ``form``: of a function that is not declared; ``hidden``: it may depend on more than its arguments; ``members``: the
    number of its first arguments that are positions in a family, and stand below its name: ``f_i(x)``.
    """

    name: str
    shapes: tuple[tuple[Range, ...], ...]
    values: tuple[Range, ...] = ()
    form: FunctionForm | None = None
    hidden: bool = False
    members: int = 0


@dataclass(slots=True, eq=False)
class Definition:
    """A defined quantity, referred to by name until its body is needed. Compared by identity.

    ``params``: one index per slot, first the pattern letters, then the array axes; ``body``: a scalar in them;
    ``arguments``: the number of leading slots that are written as arguments, ``J(o, c)``.
    """

    name: str
    params: tuple[Index, ...]
    body: Expr
    row: bool = False
    arguments: int = 0


@dataclass(frozen=True, slots=True)
class Cond:
    """A condition. op: ``eq`` or ``lt`` of two positions, ``in`` a subset, ``pos``: expression > 0."""

    op: Literal["eq", "lt", "in", "pos"]
    left: IndexExpr | Expr
    right: IndexExpr | Subset | None = None
    negated: bool = False

    def negate(self) -> Cond:
        return Cond(self.op, self.left, self.right, not self.negated)


@dataclass(frozen=True, slots=True)
class Lam:
    """An array, given by its entry: ``axes`` are bound in ``body``. A scalar has no axes."""

    axes: tuple[Index, ...]
    body: Expr


class Num(Expr):
    """An exact rational number."""

    __slots__ = ()
    fields = ("value",)
    value: Fraction

    def __new__(cls, value: Fraction) -> Self:
        # hashing two integers is ten times as fast as hashing a fraction
        return super().__new__(cls, value, key=(cls, value.numerator, value.denominator))


class Const(Expr):
    """A named real constant: ``\\pi``."""

    __slots__ = ()
    fields = ("name",)
    name: str


class Size(Expr):
    """The number of positions of a range, or any affine in sizes (and positions), as a number."""

    __slots__ = ()
    fields = ("affine",)
    affine: Affine


class Entry(Expr):
    """``U_{ij}``: an entry of a tensor, with one index expression per slot."""

    __slots__ = ()
    fields = ("tensor", "indices")
    tensor: Tensor
    indices: tuple[IndexExpr, ...]


class Delta(Expr):
    """Kronecker delta of two positions."""

    __slots__ = ()
    fields = ("left", "right")
    left: IndexExpr
    right: IndexExpr


class Iverson(Expr):
    """``[cond]``: 1 where the condition holds, else 0."""

    __slots__ = ()
    fields = ("cond",)
    cond: Cond


class Sum(Expr):
    """``\\sum_{index : where} body``; the sum runs over the positions where all conditions hold."""

    __slots__ = ()
    fields = ("index", "body", "where")
    index: Index
    body: Expr
    where: tuple[Cond, ...]

    def __new__(cls, index: Index, body: Expr, where: tuple[Cond, ...] = ()) -> Self:
        return super().__new__(cls, index, body, where)


class Prod(Expr):
    """``\\prod_{index : where} body``."""

    __slots__ = ()
    fields = ("index", "body", "where")
    index: Index
    body: Expr
    where: tuple[Cond, ...]

    def __new__(cls, index: Index, body: Expr, where: tuple[Cond, ...] = ()) -> Self:
        return super().__new__(cls, index, body, where)


class Add(Expr):
    """A sum of terms."""

    __slots__ = ()
    fields = ("terms",)
    terms: tuple[Expr, ...]


class Mul(Expr):
    """A product of factors."""

    __slots__ = ()
    fields = ("factors",)
    factors: tuple[Expr, ...]


class Pow(Expr):
    """``base ** exponent``; a quotient is a power of -1."""

    __slots__ = ()
    fields = ("base", "exponent")
    base: Expr
    exponent: Expr


class Func(Expr):
    """An elementary function, named by its row in the table, ``Func("exp", x)``."""

    __slots__ = ()
    fields = ("name", "arg")
    name: str
    arg: Expr


class Apply(Expr):
    """An abstract function of arrays, or a partial derivative of it.

    ``derivs``: sorted pairs (argument number, indices of the entry of that argument), one per differentiation.
    """

    __slots__ = ()
    fields = ("function", "arguments", "derivs")
    function: AbstractFunction
    arguments: tuple[Lam, ...]
    derivs: tuple[tuple[int, tuple[IndexExpr, ...]], ...]


class MatrixFunction(Expr):
    """An entry of a function of a square matrix, by its row in the table: ``(A^{-1})_{kl}``, ``\\det A``.

    ``matrix`` has two axes; ``indices``: one index expression per axis of the result.
    """

    __slots__ = ()
    fields = ("name", "matrix", "indices")
    name: str
    matrix: Lam
    indices: tuple[IndexExpr, ...]


class Ref(Expr):
    """A defined quantity at given positions, one index expression per parameter."""

    __slots__ = ()
    fields = ("definition", "indices")
    definition: Definition
    indices: tuple[IndexExpr, ...]


class Deriv(Expr):
    """``\\partial body / \\partial target``: the target is an Entry or a Ref, treated as an independent variable.

    ``held``: definitions held constant. Everything that does not depend on the target is constant too.
    """

    __slots__ = ()
    fields = ("body", "target", "held")
    body: Expr
    target: Entry | Ref
    held: frozenset[Definition]

    def __new__(cls, body: Expr, target: Expr, held: frozenset[Definition] = frozenset()) -> Self:
        return super().__new__(cls, body, target, held)


class Cases(Expr):
    """``cases``: the value of the first branch whose conditions all hold."""

    __slots__ = ()
    fields = ("branches",)
    branches: tuple[tuple[tuple[Cond, ...], Expr], ...]


class Typography(Expr):
    """Base of the kinds in which the reader keeps how something is written. Their arguments are expressions.

    They mean the same without them; nothing after reading meets one.
    """

    __slots__ = ()


ZERO: Expr = Num(Fraction(0))
ONE: Expr = Num(Fraction(1))
MINUS_ONE: Expr = Num(Fraction(-1))
