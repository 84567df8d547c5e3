"""The names that a document uses and neither declares nor defines, with the slots that they carry."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from symgrad.reading.names.name_keys import NameKey, label, labelled_size, pattern_letters
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.cuts import parted
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import (
    cover,
    is_name,
    letters_in,
    read_slots,
    spelled,
    split_superscript,
    strip_groups,
)
from symgrad.reading.tree.syntax import (
    AtPoint,
    BigOp,
    Call,
    CasesNode,
    Colon,
    Derivative,
    Indicator,
    Label,
    NumberNode,
    Paren,
    Position,
    ProductNode,
    QuotientNode,
    Root,
    Scripted,
    Slot,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.reading.tree.used_names import (
    has_label_above,
    is_delta,
    parameters_of,
    position_arguments,
    position_in_set,
    subnodes,
    summed_letters,
)
from symgrad.text.diagnostic import NotationError

CONSTANTS = ("\\pi", "e", "I", "\\mathbf{1}", "\\mathbf{0}", "\\infty", "\\mathbb{1}", "\\mathbb{I}")
"""Names with a meaning of their own in some of their uses; they are never taken for arrays."""
EQUALS = ("=", "==", "\\neq", "\\ne")
STAR = "^{*}"
"""The end of the key of a letter with a star."""
MAX_NESTED = 4
"""Exponents of exponents are looked at to this depth."""
FUNCTION_LETTERS = frozenset(("f", "g", "h", "F", "G", "H", "p", "q", "P", "\\phi", "\\psi", "\\Phi", "\\pi"))
"""Letters that stand for functions where brackets follow."""
WORD_LENGTH = 3
_CAPITALS = frozenset(string.ascii_uppercase)
VOWELS = frozenset("aeou")
"""Not the i, which is a letter of an index."""
MATRIX_LETTERS = frozenset(string.ascii_uppercase) - FUNCTION_LETTERS


@dataclass(frozen=True, slots=True)
class NameUse:
    """One use of a name: its key, the slots that are written, and whether it is transposed."""

    key: NameKey
    slots: tuple[Slot, ...] = ()
    transposed: bool = False


@dataclass(slots=True)
class UndeclaredName:
    """A name that nothing gives a meaning to."""

    key: NameKey
    slots: int = 0
    """The most slots that it is written with."""
    bare: bool = False
    """True if it is written without slots somewhere."""
    letters: list[list[str]] = field(default_factory=list)
    """The letters that stand in each slot."""
    written: dict[tuple[str, ...], None] = field(default_factory=dict)
    """The letters of the uses whose slots hold one letter each, in order."""
    calls: list[Call] = field(default_factory=list)
    values: int = 0
    """How often it is written without brackets behind it, other than in a derivative."""

    @property
    def has_columns(self) -> bool:
        """True for the ``q`` of ``q_j`` beside ``q_{kj}``: where the letter of a lone slot first stands in one of two
        slots, that is the second one.
        """
        lone = {letters[0] for letters in self.written if len(letters) == 1}
        pairs = [letters for letters in self.written if len(letters) == 2 and lone.intersection(letters)]
        return self.slots == 2 and bool(pairs) and pairs[0][0] not in lone

    def see(self, use: NameUse) -> None:
        self.slots = max(self.slots, len(use.slots))
        self.bare = self.bare or not use.slots
        for k, slot in enumerate(use.slots):
            if k == len(self.letters):
                self.letters.append([])
            if isinstance(slot, Position) and len(slot.terms) == 1:
                self.letters[k].append(slot.terms[0][1].key)
        lone = [s.terms[0][1].key for s in use.slots if isinstance(s, Position) and len(s.terms) == 1 and not s.const]
        if use.slots and len(lone) == len(use.slots):
            self.written[tuple(lone)] = None

    @property
    def is_function(self) -> bool:
        """True if brackets behind the name hold its arguments, and are no factor."""
        lone = all(isinstance(a, (Sym, NumberNode)) for call in self.calls for a in call.args)
        if not self.calls or (self.values and (self.slots or not lone)):
            return False
        return lone or self.key.letter in FUNCTION_LETTERS or any(len(call.args) > 1 for call in self.calls)

    def is_factor(self, is_target: bool) -> bool:
        """True for the U of ``U (r \\odot h)``: its brackets hold an array, or a derivative is by it.

        ``U(x + y)`` may be a function.
        """
        products = (n for call in self.calls for n in subnodes(call) if isinstance(n, ProductNode))
        arrays = is_target or any(op == "o" for n in products for op, _ in n.factors)
        lone = any(isinstance(a, (Sym, NumberNode)) for call in self.calls for a in call.args)
        return bool(self.calls) and not self.is_function and arrays and not lone


@dataclass(slots=True)
class UndeclaredNames:
    """The undeclared names of some trees under a scope."""

    scope: Scope
    chains: Sequence[Sequence[SyntaxNode]]
    found: dict[NameKey, UndeclaredName] = field(default_factory=dict)
    exponents: list[SyntaxNode] = field(default_factory=list)
    bound: frozenset[str] = frozenset()
    """The letters of sums, deltas and conditions, and those with a declared range."""
    summed: frozenset[str] = frozenset()
    """The letters of written sums."""
    counted: frozenset[str] = frozenset()
    """Those of them that count from 1."""
    index_letters: frozenset[str] = frozenset()
    has_deltas: bool = False
    """True if Kronecker's delta occurs: then no ``\\delta`` is a name, also where its letters are written otherwise."""
    plain: frozenset[str] = frozenset()
    """Letters that occur without bold type, always with slots: ``y_i`` is an entry of ``\\mathbf{y}``."""
    bold: frozenset[str] = frozenset()
    """The small letters that stand in bold type without slots: vectors by custom."""
    outcomes: frozenset[str] = frozenset()
    """Names that stand both whole and with a subscript in one place of a function: the y of ``p(y)``, ``p(y_w)``."""
    operators: frozenset[str] = frozenset()
    """What stands before operands and is no factor: ``argmax x``, ``E[x]``, ``Y_i(t)``, the d of ``d\\mathbf{X}``."""
    paired: frozenset[str] = frozenset()
    """Letters that stand side by side in a subscript, ``w_{ji}``: positions, and no labels."""
    parameters: frozenset[str] = frozenset()
    """The letters below names of functions with a gradient by them: the ``\\theta`` of ``\\pi_\\theta(a \\mid s)``."""
    labels: frozenset[str] = frozenset()
    """What names have above the line in brackets: beside ``h^{(t)}``, ``e^{(t)}`` is a name too."""
    called: frozenset[str] = frozenset()
    """Names with brackets behind them somewhere: a \\sigma without any is no function."""
    numbered: frozenset[str] = frozenset()
    """Names with a letter in a slot somewhere: `x_1` is an entry of such an x, and a name of its own otherwise."""
    from_one: frozenset[str] = frozenset()
    """Those of them whose positions count from 1: beside ``\\sum_{i=1}^n w_i x_i``, `w_0` is a name of its own."""

    initial: frozenset[str] = frozenset()
    """Names with a 0 in a slot somewhere, ``\\theta_0 + \\theta_1 x``: those with numbers are names of their own."""

    gathered: dict[str, int] = field(default_factory=dict)
    """The letters that hold positions, the w of ``u_{w_k}``, with the number of slots of their own."""
    picked: dict[str, str] = field(default_factory=dict)
    """Fixed positions with a capital as a label, the ``w_O`` of ``u_{w_O}``: their keys, and how they are written."""
    generic: frozenset[str] = frozenset()
    """Arguments of which there are samples: the ``x`` of ``p(x) = …``, written whole in such chains alone."""

    sampled: frozenset[str] = frozenset()
    """Names that are written whole for any one sample, beside a family of them: the x of ``h(x)``, ``h(x^{(i)})``."""

    labelled: frozenset[str] = frozenset()
    """Names whose one letter below them is no position: the d of ``\\sqrt{d_k}``, the p of ``p_t = \\sigma(x)``."""

    told: dict[int, tuple[Sym, int, bool]] = field(default_factory=dict)
    """Which symbols are undeclared, by their identity; at which version of the scope that was found out."""

    def __post_init__(self) -> None:
        self.exponents = [e for sides in self.chains for side in sides for e in exponents(self.scope, side)]
        below = [n for tree in self.trees for n in subnodes(tree)]
        syms = [n for n in below if isinstance(n, Sym)]
        sums = [n for n in below if isinstance(n, BigOp)]
        self.summed = frozenset(x for n in sums for x in summed_letters(n))
        self.counted = frozenset(x for n in sums if spelled(n.sub).endswith("=1") for x in summed_letters(n))
        self.counted -= {x for n in sums if spelled(n.sub).endswith("=0") for x in summed_letters(n)}
        self.operators = frozenset(
            f.key
            for n in below
            if isinstance(n, ProductNode)
            for (_, f), (op, operand) in pairwise(n.factors)
            if op == "" and isinstance(f, Sym) and _is_operator(f, operand)
        )
        self.has_deltas = any(isinstance(n, Sym) and is_delta(n) for n in below)
        light = [n for n in below if isinstance(n, Sym) and n.style != "bold"]
        self.plain = frozenset(n.key for n in light if n.sub) - {n.key for n in light if not n.sub}
        self.outcomes = frozenset(_outcomes(below))
        self.sampled = frozenset(_sampled(below))
        self.bold = frozenset(n.key for n in syms if n.style == "bold" and not n.sub and n.key.islower())
        gradients = {
            t.key for n in below if isinstance(n, Derivative) for t in n.targets if isinstance(t, Sym) and not t.sub
        }
        self.parameters = (
            frozenset(x for n in below if isinstance(n, Call) for x in letters_in(n.function.sub)) & gradients
        )
        self.labels = frozenset(
            spelled(n.sup) for n in syms if n.key not in CONSTANTS and len(n.sup) == 3 and n.sup[0].text == "("
        )
        self.called = frozenset(n.function.key for n in below if isinstance(n, Call))
        self.bound = frozenset(_bound_letters(list(self.trees))) | self.scope.indices.keys() | self.scope.letters.keys()
        bases = {s.key for s in syms} - self.bound - self._summed_arguments(below)
        words = _words(syms)
        self.paired = frozenset(x for s in syms if spelled(s.sub) not in words for x in _together(s))
        gathered, labels = _gathered(below)
        self.gathered = {x: n for x, n in gathered.items() if x not in bases and x not in self.scope.letters}
        self.picked = {x: name for x, name in labels.items() if not {name[0], name[-1]} & {*bases, *self.bound}}
        self.index_letters = (
            self.bound
            | {
                letter
                for s in syms
                if spelled(s.sub) not in words
                for letter in self._slot_letters(s)
                if letter not in bases and len(letter.rstrip("'")) == 1 and letter.islower()
            }
            - self.scope.apart
        ) | (self._capital_positions() - bases - {*self.scope.sizes})
        self.numbered = frozenset(s.key for s in syms if self.is_undeclared(s) and self._has_letter_slot(s))
        self.initial = _initial(below)
        self.from_one = frozenset(self._from_one(syms))
        self.generic = self._generic()
        self.labelled = frozenset(self._labelled()) | self._labelled_by_definition(syms)
        self.told.clear()
        self._collect_all()

    def _collect_all(self) -> None:
        for sides in self.chains:
            positions = (self._arguments(sides) | self._positions(sides)) - self.parameters
            for side in sides:
                self.collect(side, positions)
                for exponent in exponents(self.scope, side):
                    self.collect(exponent, positions | _bound_letters([side]))

    @property
    def trees(self) -> Iterator[SyntaxNode]:
        """The sides of all chains, and the exponents in them, which the parser leaves as tokens."""
        yield from (side for sides in self.chains for side in sides)
        yield from self.exponents

    def _arguments(self, sides: Sequence[SyntaxNode]) -> set[str]:
        """The names that stand for the arguments in ``f(x) = x^2``, where that defines f.

        In ``f(x) = A = B``, the step from A to B is about an x of its own.
        """
        head = sides[0] if sides else None
        if not isinstance(head, Call):
            return (self._applied_to(head) & self.generic) - _with_slots(sides)
        defined = [self.scope.calls[k] for k in self.scope.calls.named(NameKey.function(head.function))]
        own = {a.key for a in head.args if isinstance(a, Sym) and not a.sub}
        if not any(entry.span.start == head.span.start for entry in defined):
            return (own & self.generic) - _with_slots(sides)
        return own - parameters_of(head) if len(sides) == 2 else own & self.index_letters

    def _applied_to(self, head: SyntaxNode | None) -> set[str]:
        """The names that a left side ``f(x)``, ``\\log p(x)``, ``\\frac{p(x)}{1 - p(x)}`` applies a function to.

        In the last, no array: the x of ``f(x) = \\sum_i x_i^2``.
        """
        own = _arguments_of_head(head)
        below = subnodes(head) if head is not None else ()
        if own or any(isinstance(n, Derivative) for n in below):
            return own
        calls = [n for n in below if isinstance(n, Call) and not self.scope.is_function(n.function.key)]
        own = {a.key for n in calls for a in n.args if isinstance(a, Sym) and not a.sub}
        return own.difference(*(_arguments_of_head(s[0]) & _with_slots(s) for s in self.chains if s)) if own else own

    def _generic(self) -> frozenset[str]:
        """The arguments of functions that carry slots elsewhere, and stand whole below the head ``f(x)`` alone."""
        elsewhere, arguments = set[str](), set[str]()
        for sides in self.chains:
            head = sides[0] if sides else None
            own = self._applied_to(head)
            arguments |= own
            if isinstance(head, Sym) and all(isinstance(s, Paren) and s.kind == "{" for s in sides[1:]):
                continue  # `x \\in \\{0, 1\\}`
            below = (n for side in sides for n in subnodes(side) if isinstance(n, Sym))
            elsewhere |= {n.key for n in below if not n.sub and not self._has_letter_slot(n)} - own
        return frozenset(arguments & self.numbered - elsewhere)

    def _labelled(self) -> Iterator[str]:
        """Names below a root or a fraction bar alone, with the same small letter below them in all places, in chains
        without that letter elsewhere.
        """
        scripts: dict[str, set[str]] = {}
        others: dict[str, set[str]] = {}
        for sides in self.chains:
            below = [n for side in sides for n in subnodes(side)]
            under = {id(m) for n in below for m in _divided_by(n)}
            letters = {id(n): letters_in((*n.sub, *n.sup)) for n in below if isinstance(n, (Sym, Scripted, BigOp))}
            same: dict[str, set[int]] = {}
            for n in (n for n in below if isinstance(n, Sym)):
                same.setdefault(n.key, set()).add(id(n))
            noted: set[str] = set()
            for n in (n for n in below if isinstance(n, Sym)):
                if not n.sub and n.key in self.operators:
                    continue  # the `d` of `dP`
                written = spelled((*n.sub, *n.sup)) if id(n) in under else ""
                scripts.setdefault(n.key, set()).add(written)
                own = same[n.key]
                if n.key not in noted:
                    noted.add(n.key)
                    elsewhere = {x for k, found in letters.items() if k not in own for x in found}
                    others.setdefault(n.key, set()).update(elsewhere)
        for key, written_with in scripts.items():
            letter = next(iter(written_with))
            one = len(written_with) == 1 and len(letter) == 1 and letter.islower()
            if one and letter not in others[key] and NameKey(key) not in self.scope.values:
                yield key

    def _labelled_by_definition(self, syms: Sequence[Sym]) -> frozenset[str]:
        """Names that are always written with one letter that nothing counts, and are equal to what does not have it."""
        scripts: dict[str, set[str]] = {}
        for s in syms:
            scripts.setdefault(s.key, set()).add(spelled((*s.sub, *s.sup)))
        out = set[str]()
        for head, body in (sides[:2] for sides in self.chains if len(sides) > 1):
            letters = letters_in(head.sub) if isinstance(head, Sym) else []
            if not isinstance(head, Sym) or isinstance(body, NumberNode) or len(letters) != 1 or len(head.sub) != 1:
                continue
            scripts_of_body = (getattr(n, at, ()) for n in subnodes(body) for at in ("sub", "sup"))
            elsewhere = {x for tokens in scripts_of_body for x in letters_in(tokens)}
            if letters[0] not in self.bound | elsewhere and scripts[head.key] == {spelled(head.sub)}:
                out.add(head.key)
        return frozenset(out)

    def _summed_arguments(self, below: Sequence[SyntaxNode]) -> set[str]:
        """The letters that are nothing but arguments of a function that is summed over one of them: beside
        ``\\sum_w p(w \\mid c)``, the o and the c of ``p(o \\mid c)`` are positions where they stand below a name. So
        is the o of a head ``J(v, o) = …`` whose right side has it in a subscript, and that of ``P(O = o \\mid C = c)``.
        """
        lone: dict[str, list[str]] = {}
        for call in (n for n in below if isinstance(n, Call)):
            own = (a.key for a in call.args if isinstance(a, Sym) and not (a.sub or a.sup or a.primes))
            lone.setdefault(call.function.key, []).extend(own)
        picked = self._picked_by_arguments() | _values_of_events(below)
        arguments = [x for f, own in lone.items() for x in own if x in picked or not self.summed.isdisjoint(own)]
        written = [n.key for n in below if isinstance(n, Sym)]
        return {x for x in {*arguments} if written.count(x) == arguments.count(x)}

    def _picked_by_arguments(self) -> set[str]:
        """The small letters among the arguments of a head that stand in the subscripts of its other sides."""
        out: set[str] = set()
        for head, *sides in (s for s in self.chains if s and isinstance(s[0], Call)):
            below = {x for side in sides for n in subnodes(side) for x in letters_in(getattr(n, "sub", ()))}
            arguments = head.args if isinstance(head, Call) else ()
            out |= {a.key for a in arguments if isinstance(a, Sym) and not a.sub and a.key.islower()} & below
        return out

    def _capital_positions(self) -> set[str]:
        """The capitals that are positions: the O of ``u_O`` beside ``\\sum_j \\exp(u_j^\\top v)``, in one chain.

        In ``s_T = \\sum_t s_t`` the T is a label.
        """
        out, labels = set[str](), set[str]()
        for sides in self.chains:
            trees = [tree for side in sides for tree in (side, *exponents(self.scope, side))]
            below = [n for tree in trees for n in subnodes(tree)]
            lone = {(n.key, spelled(n.sub)) for n in below if isinstance(n, Sym) and len(n.sub) == 1}
            summed = {key for key, letter in lone if letter in self.summed}
            capitals = {n for n in below if isinstance(n, Sym) and spelled(n.sub) in _CAPITALS and n.key in summed}
            out |= {spelled(n.sub) for n in capitals if self.is_undeclared(n)}
            labels |= {spelled(n.sub) for n in capitals if n is sides[0]}
        return out - labels

    def _slot_letters(self, sym: Sym) -> list[str]:
        """The letters in the subscript of an undeclared name, and in the slots of a defined one."""
        if self.is_undeclared(sym):
            return letters_in(sym.sub)
        key, rest, _ = self.scope.value_key(sym)
        return letters_in(rest) if key is not None and isinstance(self.scope.values[key], Defined) else []

    def _has_letter_slot(self, sym: Sym) -> bool:
        """True for ``x_i``, and for ``x^{(i)}`` of an ``i`` that something binds."""
        above = letters_in(sym.sup) if len(sym.sup) == 3 and sym.sup[0].text == "(" else []
        return any(x in self.index_letters for x in letters_in(sym.sub)) or any(x in self.bound for x in above)

    def _from_one(self, syms: Sequence[Sym]) -> set[str]:
        """The names with a slot that counts from 1, and none that may be 0, as the t of ``h_t = f(h_{t-1})``."""
        placed = [s for s in syms if s.key in self.numbered and self._has_letter_slot(s)]
        shifted = {s.key for s in placed if any(t.kind not in ("letter", "command") for t in s.sub)}
        return {s.key for s in placed if not self.counted.isdisjoint(letters_in(s.sub))} - shifted

    def _positions(self, sides: Sequence[SyntaxNode]) -> set[str]:
        """The letters in slots and arguments of declared and defined names, and of the left side: such a number is a
        position. The X of ``p(y \\mid X)`` is none beside ``X w``."""
        below = [n for side in sides for n in subnodes(side)]
        found = [self.scope.value_key(n) for n in below if isinstance(n, Sym)]
        calls = [n for n in below if isinstance(n, Call)]
        passed = {id(a) for n in calls for a in n.args}
        values = {n.key for n in below if isinstance(n, Sym) and id(n) not in passed}
        arguments = {x for n in calls for x in position_arguments(self.scope, n)} - values
        own = letters_in(sides[0].sub) if sides and isinstance(sides[0], Sym) else []
        return {letter for key, rest, _ in found if key is not None for letter in letters_in(rest)} | arguments | {*own}

    def collect(self, tree: SyntaxNode, parameters: set[str]) -> None:
        """Note the undeclared names of a tree. The letters of its sums are positions."""
        below = list(subnodes(tree))
        bound = _bound_letters([tree]) | parameters | {x.key for n in below if isinstance(n, AtPoint) for x in n.names}
        differentiated = {id(p) for n in below if isinstance(n, Derivative) for p in (n.body, *n.targets)}
        called = {id(n.function) for n in below if isinstance(n, Call)}
        multiplied = _multiplied(below)
        for n in below:
            if isinstance(n, Call) and self.is_undeclared(n.function):
                entry = self.note(n.function)
                entry.calls.append(n)
                entry.values += id(n) in multiplied
            if isinstance(n, Sym) and id(n) not in called and n.primed not in bound and self.is_undeclared(n):
                self.note(n).values += id(n) not in differentiated

    def note(self, sym: Sym) -> UndeclaredName:
        """The entry of the name, with this use added."""
        use = self.use(sym)
        entry = self.found.setdefault(use.key, UndeclaredName(use.key))
        entry.see(use)
        return entry

    def is_undeclared(self, sym: Sym) -> bool:
        """True if nothing gives a meaning to a name: the conditions under which reading it fails."""
        known = self.told.get(id(sym))
        if known is not None and known[1] == self.scope.version:
            return known[2]
        found = self._is_undeclared(sym)
        self.told[id(sym)] = sym, self.scope.version, found
        return found

    def _is_undeclared(self, sym: Sym) -> bool:
        scope = self.scope
        key = scope.value_key(sym)[0]
        if is_delta(sym) and (key is None or key in scope.unread):
            return False
        if key is not None and key in scope.unread:
            return scope.square_of(sym) is None  # a `\sigma` of its own would be another one
        if (
            (key is not None and not _is_optimum(sym, key))
            or (sym.key in CONSTANTS and not self.is_weight(sym) and spelled(sym.sup) not in self.labels)
            or sym.key.startswith("\\mathbb")
            or (sym.key == "\\delta" and self.has_deltas and not has_label_above(sym))
        ):
            return False
        labelled = bool(sym.sub) and sym.key in self.labelled
        if (sym.key in self.operators and not labelled) or sym.key in scope.subsets or sym.key in scope.sets:
            return False
        name, function = NameKey(sym.key), NameKey.function(sym)
        if name in (scope.costs or {}) or scope.square_of(sym) is not None:
            return False
        if any(k in scope.functions or k in scope.applied or scope.calls.named(k) for k in (name, function)):
            return False
        if (scope.is_function(sym.key) and sym.key in self.called) or (
            labelled_size(sym.key, sym.sub) if sym.sub else sym.key
        ) in scope.sizes:
            return False
        if not sym.sub and not sym.primes and (sym.key in scope.indices or sym.key in scope.letters):
            return False
        return sym.key not in scope.index_arrays and not any(k[0] == name for k in scope.compounds)

    def is_weight(self, sym: Sym) -> bool:
        """True for ``\\pi_k`` at a position, a weight of a mixture; ``\\pi`` alone is a constant."""
        letters = letters_in(sym.sub)
        return sym.key == "\\pi" and bool(letters) and all(x in self.bound for x in letters)

    def use(self, sym: Sym) -> NameUse:
        """A name as it is used: which of its scripts are slots, and which are labels."""
        key, slots, transposed = NameKey.unlabelled(sym), tuple[Slot, ...](), False
        if key.bold and key.letter in self.plain:
            key = key._replace(bold=False)
        try:
            said = split_superscript(sym.sup, True)
            transposed = said.transpose
            for tokens in said.labels:
                inner = letters_in(tokens)
                if len(inner) == 1 and len(tokens) == 3 and inner[0] in self.bound:
                    slots = (*slots, *read_slots(tokens[1:-1]))
                else:
                    key = key._replace(above=label(tokens))
            below = read_slots(sym.sub) if sym.sub else ()
        except NotationError:
            return NameUse(key, slots, transposed)
        if sym.key in self.sampled and not said.labels:
            key = key._replace(total=True)
        if below and self.are_slots(sym, below):
            return NameUse(key, (*slots, *below), transposed)
        return NameUse(key._replace(below=label(sym.sub)), slots, transposed)

    def are_slots(self, sym: Sym, below: tuple[Slot, ...]) -> bool:
        """True if a subscript holds positions, False if it is a label."""
        if any(isinstance(s, Label) for s in below) or sym.key in self.labelled:
            return False
        letters = [letter.key.removesuffix(STAR) for s in below if isinstance(s, Position) for _, letter in s.terms]
        if not letters and not any(isinstance(s, Colon) for s in below):
            apart = sym.key in self.initial and (spelled(sym.sub) == "0" or sym.key not in self.from_one)
            return sym.key in self.numbered and not apart
        if sym.key in self.outcomes and (self.bound | self.paired).isdisjoint(letters):
            return False
        sizes = self.scope.sizes if sym.key in self.numbered else ()  # `s_T` of no `s_t` has a label
        return all(x in self.index_letters or x in sizes or x in self.scope.index_arrays for x in letters)


def _is_optimum(sym: Sym, known: NameKey) -> bool:
    """True for ``w^*`` and ``\\alpha_i^*`` beside a known ``w``: the star is a label, and the name one of its own."""
    return not known.above and sym.sup[:1] != () and sym.sup[0].text == "*" and not sym.key[:1].isupper()


def slot_keys(sub: Sequence[Token]) -> set[str]:
    """The letters in the slots of a subscript, with their primes and stars."""
    try:
        return {x.key for s in read_slots(sub) if isinstance(s, Position) for _, x in s.terms}
    except NotationError:
        return set()


def _divided_by(node: SyntaxNode) -> Sequence[SyntaxNode]:
    """What stands below a root or a fraction bar."""
    part = node.arg if isinstance(node, Root) else node.den if isinstance(node, QuotientNode) else None
    return subnodes(part) if part is not None else ()


def exponents(scope: Scope, tree: SyntaxNode, depth: int = 0) -> list[SyntaxNode]:
    """The exponents below a node as trees: the x of ``e^{-x}``."""
    out: list[SyntaxNode] = []
    for n in subnodes(tree) if depth < MAX_NESTED else ():
        if not isinstance(n, (Sym, Scripted)) or not any(map(is_name, n.sup)):
            continue
        try:
            power = () if is_inverse_transpose(n.sup) else split_superscript(n.sup, True).power
            node = Parser(power, scope, cover(power)).whole() if power else None
        except (NotationError, RecursionError):
            continue
        if node is not None:
            out += [node, *exponents(scope, node, depth + 1)]
    return out


def is_inverse_transpose(sup: Sequence[Token]) -> bool:
    """True for the exponent of ``A^{-T}``, ``A^{-\\top}``."""
    return [t.text for t in strip_groups(sup)] in (["-", "T"], ["-", "\\top"])


def _gathered(below: Sequence[SyntaxNode]) -> tuple[dict[str, int], dict[str, str]]:
    """The letters in subscripts that have subscripts of their own, with the number of slots there; and those with a
    capital as a label, the fixed position ``w_O`` beside the ``w_j`` that are drawn.
    """
    out: dict[str, int] = {}
    labels: dict[str, str] = {}
    for n in below:
        sub = n.sub if isinstance(n, (Sym, Scripted)) else ()
        try:
            slots = read_slots(sub) if any(t.kind == "sub" for t in sub) else ()
        except NotationError:
            continue
        for letter in (x for s in slots if isinstance(s, Position) for _, x in s.terms if x.sub):
            inner = letter.sub[0]
            if len(letter.sub) == 1 and isinstance(inner, Position) and inner.span.text.strip("{} ") in _CAPITALS:
                labels[letter.labelled] = f"{letter.key}_{inner.span.text.strip('{} ')}"
            elif all(isinstance(inner, Position) and inner.terms for inner in letter.sub):
                out[letter.key] = len(letter.sub)
    return out, labels


def _words(syms: Sequence[Sym]) -> set[str]:
    """The subscripts that are words, as of ``J_{neg}``, and no positions unless their letters are positions elsewhere:
    three letters and more of one name alone, or with a vowel among them."""
    names: dict[str, set[str]] = {}
    for s in syms:
        if len(s.sub) >= WORD_LENGTH and all(t.kind == "letter" for t in s.sub):
            names.setdefault(spelled(s.sub), set()).add(s.key)
    return {sub for sub, bases in names.items() if len(bases) == 1 or not VOWELS.isdisjoint(sub)}


def _arguments_of_head(head: SyntaxNode | None) -> set[str]:
    """The names that ``f(x)`` or ``\\log p(x)`` as a whole applies a function to."""
    if isinstance(head, Call) and len(head.args) == 1 and isinstance(head.args[0], Call):
        head = head.args[0]
    return {a.key for a in head.args if isinstance(a, Sym)} if isinstance(head, Call) else set()


def _with_slots(sides: Sequence[SyntaxNode]) -> set[str]:
    """The names that carry slots in a chain: the y of ``p(y \\mid X) = \\prod_i p(y_i \\mid x_i)`` is their vector."""
    return {n.key for side in sides for n in subnodes(side) if isinstance(n, Sym) and n.sub}


def _together(sym: Sym) -> tuple[str, ...]:
    """The letters of a subscript of two letters and more."""
    letters = (pattern_letters(sym.sub) or ()) if len(sym.sub) > 1 else ()
    return letters if len(letters) > 1 else ()


def _is_operator(sym: Sym, operand: SyntaxNode) -> bool:
    if len(sym.key) > 1 and sym.key.isalpha():
        return True
    if isinstance(operand, Paren) and operand.kind == "[":
        return sym.key.isupper()
    if sym.sub and isinstance(operand, Paren) and operand.kind == "(":
        return len(operand.items) == 1 and isinstance(operand.items[0], Sym)  # `Y_i(t)`
    if sym.key == "D" and len(sym.sub) == 1 and not letters_in(getattr(operand, "sub", ())):
        return isinstance(operand, (Sym, Call)) and sym.sub[0].kind != "number"  # `D_x f`
    return sym.key == "d" and isinstance(operand, Sym) and not sym.sub


def _values_of_events(below: Sequence[SyntaxNode]) -> set[str]:
    """The o and the c of ``P(O = o \\mid C = c)``"""
    events = (
        n for n in below if isinstance(n, Call) and any(t.kind == "text" and "|" in t.text for t in n.function.sub)
    )
    return {a.key for n in events for a in n.args if isinstance(a, Sym) and not (a.sub or a.sup)}


def _multiplied(nodes: Sequence[SyntaxNode]) -> set[int]:
    """What is read as calls and is a product with a matrix: ``(A x - b)^\\top W (A x - b)``, ``X (P - Y)^\\top``."""
    pairs = (pair for n in nodes if isinstance(n, ProductNode) for pair in pairwise(n.factors))
    behind = [call for (_, left), (op, call) in pairs if op == "" and _is_transposed(left)]
    sums = [n.base for n in nodes if _is_transposed(n) and isinstance(n, Scripted)]
    sums = [call for call in sums if isinstance(call, Call) and isinstance(call.args[0], Terms)]
    return {
        id(call)
        for call in (*behind, *sums)
        if isinstance(call, Call) and not call.bare and call.function.key in MATRIX_LETTERS
    }


def _is_transposed(node: SyntaxNode) -> bool:
    return isinstance(node, (Sym, Scripted)) and [t.text for t in node.sup] in (["\\top"], ["T"])


def _bound_letters(trees: Sequence[SyntaxNode]) -> set[str]:
    """The letters of sums, deltas and conditions. In ``1[x_i > 0]`` the x is no position: it has a subscript."""
    below = [n for tree in trees for n in subnodes(tree)]
    totals = [n for n in below if isinstance(n, BigOp)]
    out = {x for n in totals for x in (summed_letters(n) if _names_few(n) else letters_in(n.sub))}
    subscripts = out | {x for n in below if not isinstance(n, BigOp) for x in letters_in(getattr(n, "sub", ()))}
    for n in below:
        if isinstance(n, Sym) and is_delta(n):
            out.update(letters_in((*n.sub, *n.sup)))
        elif isinstance(n, (Indicator, CasesNode)):
            for tokens in conditions(n):
                letters = set(letters_in(tokens))
                compared = (
                    any(t.text in EQUALS for t in tokens) and letters & subscripts and len(letters) == len(tokens) - 1
                )
                out |= letters if compared else letters & subscripts
    return out


def _names_few(node: BigOp) -> bool:
    """True for a sum whose limits have other names than its letters: ``i : y_i < 1``, ``w_j \\in S``."""
    return any(t.text == ":" for t in node.sub) or any(map(position_in_set, parted(node.sub, ",")))


def conditions(node: SyntaxNode) -> list[tuple[Token, ...]]:
    """The conditions of an indicator or of cases."""
    if isinstance(node, CasesNode):
        return [tokens for _, tokens in node.branches]
    return [node.condition] if isinstance(node, Indicator) else []


def _initial(below: Sequence[SyntaxNode]) -> frozenset[str]:
    """The names with a 0 below them, where no sum counts from 0."""
    from_zero = any(isinstance(n, BigOp) and spelled(n.sub).endswith("=0") for n in below)
    return frozenset(n.key for n in below if isinstance(n, Sym) and spelled(n.sub) == "0" and not from_zero)


def _sampled(below: Sequence[SyntaxNode]) -> set[str]:
    """The names that are arguments in one place both whole and with a letter in brackets above, ``x^{(i)}``."""
    places: dict[tuple[str, int], set[tuple[str, bool]]] = {}
    for call in (n for n in below if isinstance(n, Call)):
        for k, a in enumerate(call.args):
            if isinstance(a, Sym) and not a.sub and (not a.sup or letters_in(a.sup[1:2])):
                places.setdefault((call.function.key, k), set()).add((a.key, bool(a.sup) and a.sup[0].text == "("))
    return {key for found in places.values() for key, family in found if family and (key, False) in found}


def _outcomes(below: Sequence[SyntaxNode]) -> set[str]:
    """The names that are arguments in one place both whole and with a subscript."""
    places: dict[tuple[str, int], set[tuple[str, bool]]] = {}
    for call in (n for n in below if isinstance(n, Call)):
        for k, a in enumerate(call.args):
            if isinstance(a, Sym):
                places.setdefault((call.function.key, k), set()).add((a.key, bool(a.sub)))
    return {key for found in places.values() for key, lower in found if lower and (key, False) in found}
