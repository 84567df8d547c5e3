"""How many axes undeclared names have, by the operations that they stand in.

``softmax(z)``, ``\\lVert z \\rVert`` and ``x \\odot y`` take arrays. The sides of an equation have one rank, and so
have the terms of a sum. What is transposed is a vector, or a matrix if its letter is a capital. A capital letter right
before a vector is a matrix. A name of which nothing is known is a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from symgrad.core.nodes import Tensor
from symgrad.reading.inference.undeclared import NameUse, UndeclaredName, UndeclaredNames, is_inverse_transpose
from symgrad.reading.names.cost_letters import COSTS, is_square_cost
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import NORMAL, Defined
from symgrad.reading.tree.name_parser import LOGARITHMS
from symgrad.reading.tree.scripts import read_slots, split_superscript, strip_groups
from symgrad.reading.tree.syntax import (
    BigOp,
    Call,
    CasesNode,
    Colon,
    Derivative,
    Entries,
    NumberNode,
    Paren,
    ProductNode,
    QuotientNode,
    Root,
    Scripted,
    Slot,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import NotationError

OF_MATRICES = ("tr", "Tr", "trace", "det", "\\det", "logdet")
OF_VECTORS = ("softmax", "logsumexp", "lse", "LSE", "CE")
TO_NUMBERS = (
    "CE",
    "logsumexp",
    "lse",
    "LSE",
    "tr",
    "Tr",
    "trace",
    "det",
    "\\det",
    "logdet",
    "sum",
    "max",
    "min",
    "\\max",
    "\\min",
)
WEIGHTS = ("W", "U")
"""Capitals that are matrices by custom with a label too, ``W_h``; ``N_A`` and ``V_m`` are not."""
ONES = ("\\mathbf{1}", "\\mathbf{0}")
ROUNDS = 4
"""How often all trees are looked at: what one says of a name is used in the others."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The number of axes of a value; ``row`` for a transposed vector."""

    axes: int
    row: bool = False


@dataclass(slots=True)
class Ranks:
    """Finds the ranks of undeclared names. ``chains``: the sides of each chain of relations."""

    names: UndeclaredNames
    chains: Sequence[Sequence[SyntaxNode]]
    found: dict[NameKey, int] = field(default_factory=dict)
    """The axes of a name, its slots among them, where something was found."""
    by_custom: bool = False
    """True once capital letters are taken for matrices without further evidence."""
    changed: bool = False
    bodies: dict[Defined, Rank | None] = field(default_factory=dict)
    bare: set[str] | None = None
    """The names that stand somewhere without a subscript; None before they are looked for."""

    def __post_init__(self) -> None:
        said = self.names.scope.said_ranks.items()
        self.found.update((k, n) for k, n in said if k in self.names.found and self.names.found[k].slots <= n)
        if self.names.scope.layers:
            self.found.update(self.of_layers())
        for custom in (False, True):
            self.by_custom = custom
            for _ in range(ROUNDS):
                self.changed = False
                self.bodies.clear()
                for sides in self.chains:
                    self.equal(sides)
                for exponent in self.names.exponents:
                    self.rank(exponent)
                if not self.changed:
                    break

    def is_entry(self, node: SyntaxNode) -> bool:
        """True for ``z_i`` where ``z`` stands by itself, too, and in plain letters."""
        if not (isinstance(node, Sym) and node.sub and not node.sup):
            return False
        if self.bare is None:
            below = (n for tree in self.names.trees for n in subnodes(tree))
            self.bare = {n.key for n in below if isinstance(n, Sym) and not n.sub}
        return node.key in self.bare

    def of_layers(self) -> dict[NameKey, int]:
        """What one layer says of its names, the transpose of ``W^{l+1}``, holds for the names of all layers."""
        below = [n for tree in self.names.trees for n in subnodes(tree)]
        turned = {id(p) for n in below if isinstance(n, Scripted) and _is_transposed(n.sup) for p in subnodes(n.base)}
        axes: dict[NameKey, int] = {}
        for n in (n for n in below if isinstance(n, Sym)):
            use = self.names.use(n)
            family = use.key._replace(above="")
            matrix = 2 * ((use.transposed or id(n) in turned) and is_capital(use.key))
            axes[family] = max(axes.get(family, 0), len(use.slots), matrix)
        layers = self.names.scope.layers
        layered = [k for k in self.names.found if layers.has(k.above) or layers.is_last(k.above)]
        told = {k: axes.get(k._replace(above=""), 0) for k in layered}
        return {k: count for k, count in told.items() if count and count >= self.names.found[k].slots}

    def of(self, key: NameKey) -> int:
        """The axes of a name, in the end."""
        return self.found.get(key, self.names.found[key].slots)

    def settle(self, use: NameUse, axes: int) -> None:
        """A use of a name has this many axes beyond its slots."""
        total = len(use.slots) + axes
        entry = self.names.found.get(use.key)
        if entry is None or use.key in self.found or total < entry.slots:
            return
        if axes > 1 and not use.slots and not is_capital(use.key):
            return  # a small letter is no matrix
        if self.by_custom and axes and self.is_plain_number(use.key, entry):
            return
        self.found[use.key] = total
        self.changed = True
        self.settle_family(use.key, total)

    def settle_family(self, key: NameKey, axes: int) -> None:
        """A family of samples has one axis more than any one of them."""
        other, more = key._replace(total=not key.total), 1 if key.total else -1
        entry = self.names.found.get(other) if key.letter in self.names.sampled else None
        if entry is not None and other not in self.found and axes + more >= entry.slots:
            self.found[other] = axes + more

    def is_plain_number(self, key: NameKey, entry: UndeclaredName) -> bool:
        """True for a small letter in plain type, without slots, in a document whose vectors are bold."""
        bold = self.names.bold
        return bool(bold) and not (key.bold or key.letter in bold or entry.slots or is_capital(key))

    # --- one rule for each kind of node; ``want``: the rank that the place of the node asks for ---------------------

    def rank(self, node: SyntaxNode, want: Rank | None = None) -> Rank | None:
        """The rank of a node, None if it is not known."""
        if isinstance(node, Sym):
            return self.name(node, want)
        if isinstance(node, Terms):
            return self.alike([t for _, t in node.items], want, settles=self.by_custom)
        if isinstance(node, ProductNode):
            return self.product(node, want)
        if isinstance(node, Paren):
            return self.paren(node, want)
        if isinstance(node, Scripted):
            return self.scripted(node, want)
        if isinstance(node, Call):
            return self.call(node, want)
        if isinstance(node, QuotientNode):
            self.divisors(node.den)
            above, below = self.rank(node.num, want), self.rank(node.den)
            return below if below is not None and below.axes else above
        if isinstance(node, Root):
            return self.rank(node.arg, want)
        if isinstance(node, BigOp):
            return _line(node.op, self.rank(node.body, want if node.op in ("sum", "prod") else None))
        if isinstance(node, Entries):
            return _line(node.line, self.alike(node.items, None))
        if isinstance(node, Derivative):
            return self.derivative(node, want)
        if isinstance(node, CasesNode):
            return self.alike([value for value, _ in node.branches], want)
        return Rank(0)

    def equal(self, sides: Sequence[SyntaxNode]) -> None:
        """The sides of a chain have one rank. What a number is differentiated by to give a number is a number."""
        self.alike(sides, None)
        for left, right in pairwise(sides):
            if isinstance(left, Derivative) and len(left.targets) == 1 and isinstance(left.targets[0], Sym):
                by = left.targets[0]
                ranks = self.rank(left.body), self.rank(right), self.rank(by)
                if ranks == (Rank(0), Rank(0), None) and not _is_zero(right):
                    self.settle(self.names.use(by), 0)

    def alike(self, nodes: Sequence[SyntaxNode], want: Rank | None, settles: bool = True) -> Rank | None:
        """Terms and sides: those of which nothing is known have the rank of an array among them.

        settles: False for terms, as long as other uses may show that a name beside arrays is a number.
        """
        ranks = [self.rank(n, want) for n in nodes]
        array = next((r for r in ranks if r is not None and r.axes), None)
        if array is not None:
            for node, r in zip(nodes, ranks, strict=True):
                if r is None and settles:
                    self.rank(node, array)
            return array
        if Rank(0) in ranks:
            for node in (n for n, r in zip(nodes, ranks, strict=True) if r is None):
                self.beside_number(node)
        return None if None in ranks else Rank(0)

    def beside_number(self, node: SyntaxNode) -> None:
        """The C of ``\\lVert w \\rVert^2 + C \\sum_i \\max(0, m_i)``: the one unknown factor beside numbers."""
        factors = [f for _, f in node.factors] if isinstance(node, ProductNode) else []
        ranks = [self.rank(f) for f in factors]
        unknown = [f for f, r in zip(factors, ranks, strict=True) if r is None]
        known = all(r == Rank(0) for r in ranks if r is not None)
        if len(unknown) == 1 < len(factors) and known and isinstance(unknown[0], Sym) and not unknown[0].sub:
            self.settle(self.names.use(unknown[0]), 0)

    def name(self, sym: Sym, want: Rank | None) -> Rank | None:
        if (sym.key in self.names.bound or sym.key == "\\pi") and not sym.sub:
            return Rank(0)
        if sym.key in ONES and self.known(sym) == Rank(0) and not sym.sub:
            return Rank(1, _is_transposed(sym.sup))
        known = self.known(sym)
        if known is not None:
            return known
        use = self.names.use(sym)
        entry = self.names.found.get(use.key)
        if entry is None:
            return None
        if sym.key in self.names.generic and not use.slots:
            return self.one_sample(use.key, entry, want)
        if use.transposed and entry.slots <= len(use.slots):
            self.settle(use, 2 if is_capital(use.key) and not use.slots else 1)
        if want is not None and want.axes and entry.slots <= len(use.slots):
            whole = len(use.slots) == 2 and is_capital(use.key) and self.is_entry(sym)
            self.settle(use, 0 if whole else want.axes)  # `A_{kl} = A^T`: an entry beside its matrix
        if is_inverse_transpose(sym.sup) and is_capital(use.key) and not use.slots:
            self.settle(use, 2)
        total, places = self.found.get(use.key), _places(use.slots)
        if total is None and entry.slots <= places:
            return None
        axes = (total if total is not None else entry.slots) - places
        return Rank(axes, use.transposed and axes == 1)

    def one_sample(self, key: NameKey, entry: UndeclaredName, want: Rank | None) -> Rank | None:
        """The rank of one of the samples ``x_i``, written whole: ``w^\\top x`` tells that they are vectors."""
        if key not in self.found and want is not None and want.axes and entry.slots:
            self.found[key] = entry.slots + want.axes
            self.changed = True
        unknown = key not in self.found and not self.by_custom
        return None if unknown else Rank(max(0, self.of(key) - 1))

    def known(self, sym: Sym) -> Rank | None:
        """The rank of a declared or defined name; None for an undeclared one, or if it can't be told."""
        scope = self.names.scope
        key, sub, sup = scope.value_key(sym)
        if key is None or key in scope.unread:
            return Rank(0) if sym.key in scope.sizes or not self.names.is_undeclared(sym) else None
        entry = scope.values[key]
        transposed = _is_transposed(sup)
        try:
            slots = _places(read_slots(sub)) if sub else 0
        except NotationError:
            return None
        if isinstance(entry, Tensor):
            axes = max(0, len(entry.ranges) - slots)
            return Rank(axes, axes == 1 and transposed != entry.row)
        body = self.body(entry)
        if body is None:
            return None
        axes = max(0, len(entry.patterns) + body.axes - slots)
        return Rank(axes, axes == 1 and transposed)

    def body(self, entry: Defined) -> Rank | None:
        if entry not in self.bodies:
            self.bodies[entry] = None  # a definition through itself has no known rank
            self.bodies[entry] = self.rank(entry.body)
        return self.bodies[entry]

    def product(self, node: ProductNode, want: Rank | None) -> Rank | None:
        """A product of matrices, entry by entry, or an outer one, from left to right."""
        out: Rank | None = None
        factors, unknown = node.factors, False
        inverses = [f.key for _, f in factors if isinstance(f, Sym) and _is_inverse(f)]
        for _, f in factors:
            if isinstance(f, Sym) and f.key in inverses and (inverses.count(f.key) > 1 or not _is_inverse(f)):
                self.rank(f, Rank(2))  # `X^{-1} A X^{-1}`, `P^{-1} A P`
        for k, (op, factor) in enumerate(factors):
            following = factors[k + 1][1] if k + 1 < len(factors) and factors[k + 1][0] in ("", ".") else None
            r = self.rank(factor) if k == 0 or op != "o" else self.rank(factor, out)
            if r is None and following is not None and op in ("", ".", "o"):
                r = self.before(factor, following)
            if r is None and out is not None and op in ("", ".") and (out.axes == 2 or out.row):
                r = self.rank(factor, Rank(2 if is_capital_name(factor) or _by_capital(factor) else 1))
            if k == 0:
                out = r
                if op == "" and len(factors) > 1 and factors[1][0] == "o" and r is None:
                    out = self.rank(factor, self.rank(factors[1][1]) or Rank(2 if is_capital_name(factor) else 1))
            elif out is None or r is None:
                unknown = True
                out = r if out is None else out
            elif op == "o":
                out = out if out.axes else r
            else:
                out = _multiplied(out, r)
        if out is None and want is not None and want.axes and len(factors) == 1:
            return self.rank(factors[0][1], want)
        return None if unknown and not self.by_custom else out

    def divisors(self, node: SyntaxNode) -> None:
        """A capital that divides is a number: ``\\frac{n R T}{V}``."""
        for factor in [f for _, f in node.factors] if isinstance(node, ProductNode) else [node]:
            if isinstance(factor, Sym) and is_capital_name(factor) and not factor.sub and not factor.sup:
                self.settle(self.names.use(factor), 0)

    def before(self, factor: SyntaxNode, following: SyntaxNode) -> Rank | None:
        """A capital before a vector or a matrix is a matrix.

        By custom, one before a name of which nothing is known is a matrix too, and the name is a vector, or a matrix if
        it is a capital.
        """
        if not is_capital_name(factor) or not isinstance(factor, Sym) or self.names.use(factor).slots:
            return None
        right = self.rank(following)
        if right is not None and right.axes == 1 and not right.row:
            return self.rank(factor, Rank(2))
        customary = not factor.sub or (factor.key in WEIGHTS and not factor.sub[0].text.isdigit())
        if self.by_custom and customary and isinstance(following, Sym) and right is None and not _is_greek(following):
            self.rank(following, Rank(2 if is_capital_name(following) else 1))
            return self.rank(factor, Rank(2))
        if right is not None and right.axes == 2 and isinstance(following, Sym) and is_capital_name(following):
            return self.rank(factor, Rank(2))
        return None

    def paren(self, node: Paren, want: Rank | None) -> Rank | None:
        if node.kind in ("||", "<"):
            capitals = any(is_capital_name(n) and not n.sub for n in subnodes(node) if isinstance(n, Sym))
            for item in node.items:
                self.rank(item, Rank(2 if capitals else 1))
            return Rank(0)
        if len(node.items) != 1:
            return None
        inner = self.rank(node.items[0], want)
        return Rank(0) if node.kind == "|" and inner == Rank(2) else inner

    def scripted(self, node: Scripted, want: Rank | None) -> Rank | None:
        if node.sub:
            inner = self.rank(node.base)
            try:
                count = len(read_slots(node.sub))
            except NotationError:
                return None
            return Rank(max(0, inner.axes - count)) if inner is not None else None
        transposed = _is_transposed(node.sup)
        inner = self.rank(node.base, None if transposed else want)
        if transposed and isinstance(node.base, (Derivative, Paren)) and (inner is None or not inner.axes):
            matrix = isinstance(node.base, Derivative) and is_capital_name(node.base.targets[0])
            alone = node.base.items if isinstance(node.base, Paren) else ()
            matrix = matrix or any(map(_is_inverse, alone)) or (len(alone) == 1 and is_capital_name(alone[0]))
            inner = self.rank(node.base, Rank(2 if matrix else 1))
        return Rank(inner.axes, inner.axes == 1 and not inner.row) if inner is not None and transposed else inner

    def call(self, node: Call, want: Rank | None) -> Rank | None:
        key = node.function.key
        scope = self.names.scope
        if scope.is_function(key):
            rows = bool(node.args) and is_capital_name(node.args[0])
            wanted = Rank(2 if rows else 1) if key in OF_VECTORS else Rank(2) if key in OF_MATRICES else want
            if key in LOGARITHMS and len(node.args) == 1 and _is_determinant(node.args[0]):
                wanted = Rank(2)  # `\\log |X|`
            if key == "softmax" and any(map(self.is_entry if not node.function.sub else _has_slots, node.args)):
                wanted = Rank(0)  # `\\operatorname{softmax}_j(S_{ij})`, `\\operatorname{softmax}(z_i)` beside `z`
            ranks = [self.rank(a, wanted) for a in node.args]
            if key in TO_NUMBERS:
                return Rank(0)
            if key in ("diag", "Diag"):
                return Rank(2) if ranks and ranks[0] is not None and ranks[0].axes == 1 else None
            return ranks[0] if ranks else None
        if key == NORMAL and len(node.args) in (2, 3):
            return self.normal(node.args)
        entry = scope.calls.get((NameKey(key), len(node.args)))
        if entry is not None:
            if self.by_custom and all(map(is_capital, map(NameKey, entry.arguments or ()))):
                self.matrices(node.args)  # `F(A, B)`, where `F(X, Y) = X Y`
            for argument in node.args:
                self.rank(argument)
            return self.body(entry)
        use = self.names.use(node.function)
        undeclared = self.names.found.get(use.key)
        if undeclared is not None and not undeclared.is_function and len(node.args) == 1:
            factors = (("", node.function), ("", node.args[0]))
            return self.product(ProductNode(node.span, factors), want)
        return None

    def normal(self, arguments: Sequence[SyntaxNode]) -> Rank:
        """``\\mathcal{N}(x; \\mu, \\Sigma)``: a capital in the last place is a matrix, and the others are vectors."""
        *vectors, covariance = arguments
        found = self.rank(covariance, Rank(2) if is_capital_name(covariance) else None)
        if found == Rank(2) or _holds_identity(covariance):
            for vector in vectors:
                self.rank(vector, Rank(1))
        return Rank(0)

    def matrices(self, nodes: Sequence[SyntaxNode]) -> None:
        """Capitals in the places of capitals are matrices."""
        for node in nodes:
            if isinstance(node, Sym) and is_capital_name(node) and not node.sub:
                self.rank(node, Rank(2))

    def parameter(self, target: Sym) -> None:
        """The ``\\theta`` of ``\\nabla_\\theta``, which is the parameter of functions and nothing else, is a vector."""
        use = self.names.use(target)
        entry = self.names.found.get(use.key)
        if entry is not None and not entry.values and not use.slots:
            self.settle(use, 1)

    def derivative(self, node: Derivative, want: Rank | None) -> Rank | None:
        body = self.rank(node.body)
        axes = body.axes if body is not None and not self.is_total_cost(node.body) else 0
        if want is not None and len(node.targets) == 1 and want.axes > axes:
            self.rank(node.targets[0], Rank(want.axes - axes))
        for target in node.targets:
            inside = {n.key for n in subnodes(node.body) if isinstance(n, Sym)} if _is_determinant(node.body) else set()
            if isinstance(target, Sym) and is_capital_name(target) and target.key in inside:
                self.rank(target, Rank(2))  # `\\frac{\\partial |X|}{\\partial X}`
            if self.by_custom and node.sign == "\\nabla" and isinstance(target, Sym):
                self.parameter(target)
            r = self.rank(target)
            if r is None:
                return None
            axes += r.axes
        return Rank(axes)

    def is_total_cost(self, node: SyntaxNode) -> bool:
        """True for ``L`` where only the costs ``L_t`` of single samples are defined, and for the square of a vector."""
        if not isinstance(node, Sym) or node.key not in COSTS or node.sub or node.sup:
            return False
        key = self.names.scope.value_key(node)[0]
        entry = self.names.scope.values.get(key) if key is not None else None
        return key is not None and isinstance(entry, Defined) and (bool(entry.patterns) or is_square_cost(key, entry))


def _places(slots: Sequence[Slot]) -> int:
    """How many slots hold a position: in ``X_{i:}`` one of two."""
    return sum(not isinstance(s, Colon) for s in slots)


def _line(op: str, entry: Rank | None) -> Rank | None:
    """The rank of an array by that of its entries; a sum has that of its terms."""
    if op in ("sum", "prod") or entry is None:
        return entry
    return Rank(entry.axes + 1, op == "row" and not entry.axes)


def _is_zero(node: SyntaxNode) -> bool:
    return isinstance(node, NumberNode) and node.value == 0


def _multiplied(left: Rank, right: Rank) -> Rank:
    if not left.axes or not right.axes:
        return left if left.axes else right
    if left.axes == 1 and right.axes == 1:
        return Rank(2) if right.row and not left.row else Rank(0)
    axes = left.axes + right.axes - 2
    return Rank(axes, axes == 1 and left.row)


def is_capital(key: NameKey) -> bool:
    """True for a letter that stands for a matrix by custom: ``W``, ``\\Sigma``, ``\\hat Y``."""
    letter = key.letter.split()[-1].lstrip("\\")
    return letter[:1].isupper()


def _is_determinant(node: SyntaxNode) -> bool:
    """True for ``|X|`` and ``|X^\\top X|``: a logarithm and a derivative take a matrix in bars for its determinant."""
    if not (isinstance(node, Paren) and node.kind == "|" and len(node.items) == 1):
        return False
    inner = node.items[0]
    factors = [f for _, f in inner.factors] if isinstance(inner, ProductNode) else [inner]
    return all(is_capital_name(f) and not getattr(f, "sub", ()) for f in factors)


def _holds_identity(node: SyntaxNode) -> bool:
    """True for ``I`` and ``\\sigma^2 I``."""
    factors = [f for _, f in node.factors] if isinstance(node, ProductNode) else [node]
    return any(isinstance(f, Sym) and f.key in ("I", "\\mathbf I", "\\mathbb I") for f in factors)


def _is_inverse(node: SyntaxNode) -> bool:
    return isinstance(node, Sym) and is_capital_name(node) and [t.text for t in strip_groups(node.sup)] == ["-", "1"]


def _has_slots(node: SyntaxNode) -> bool:
    return bool(getattr(node, "sub", ()))


def is_capital_name(node: SyntaxNode) -> bool:
    return isinstance(node, Sym) and is_capital(NameKey(node.key))


def _by_capital(node: SyntaxNode) -> bool:
    """True for the derivative of a number by a capital, ``\\frac{\\partial L}{\\partial Q}``, which has its shape."""
    return isinstance(node, Derivative) and len(node.targets) == 1 and is_capital_name(node.targets[0])


def _is_greek(sym: Sym) -> bool:
    return sym.key.startswith("\\") and " " not in sym.key


def _is_transposed(sup: tuple[object, ...]) -> bool:
    try:
        return split_superscript(sup, True).transpose if sup else False  # type: ignore[arg-type]  # tokens
    except NotationError:
        return False
