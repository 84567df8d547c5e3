"""The names in force at a position of a document.

A name may be an index in one slot and a tensor elsewhere, so there is one table per role. Tables hold definitions as
they were written; they are elaborated when they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from symgrad.core.functions import BY_SPELLING
from symgrad.core.nodes import AbstractFunction, EntryDomain, Interval, Tensor
from symgrad.core.ranges import Index, IndexArray, Range, Subset
from symgrad.reading.document.gamma_letters import GAMMA_LETTERS
from symgrad.reading.document.written_samples import WrittenSide
from symgrad.reading.names.name_keys import CompoundSubscript, NameKey, sub_splits, sup_splits
from symgrad.reading.names.name_table import Change, Lookups, NameSet, NameTable
from symgrad.reading.tokens.layers import Layers
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Call, Position, Scripted, Sym, SyntaxNode
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

NORMAL = "\\mathcal{N}"
"""The density of the normal distribution, with three arguments; with none, it may be a subset."""

_REDUCTIONS = ("softmax", "logsumexp", "lse", "LSE", "sum", "max", "min", "\\max", "\\min")
SERIES = ("expm", "sqrtm")
"""Functions of square matrices with a power series, which have derivatives along directions."""
_OF_MATRICES = ("tr", "Tr", "trace", "diag", "Diag", "det", "\\det", "inv", "pinv", "logdet", "vec", "chol", *SERIES)
_COMBINATORIAL = ("!", "\\binom", "B")
ARRAY_FUNCTIONS = frozenset((*_REDUCTIONS, *_OF_MATRICES, *_COMBINATORIAL))
"""Functions of whole arrays or of several numbers, read by their definition."""

WORDS: dict[str, str] = {
    "exp": "\\exp",
    "log": "\\log",
    "Log": "\\log",
    "ln": "\\ln",
    "tanh": "\\tanh",
    "sqrt": "\\sqrt",
    "softmax": "softmax",
    "tr": "tr",
    "Tr": "Tr",
    "trace": "trace",
    "diag": "diag",
    "Diag": "Diag",
}
"""Function names that are read without a backslash unless they are declared."""


@dataclass(frozen=True, slots=True, eq=False)
class Defined:
    """A definition as it was written.

    patterns: the letters of its left side, in order; arguments: those of ``J(o, c)``; form: the compound subscript of
    ``u_{c+j}``; alias: the name of a slice, always replaced by it; over: the range of its patterns, if the definition
    determines it; given: the number of arguments before a bar; roots: the arguments that are given by their squares,
    the ``\\sigma`` of ``N(x \\mid \\mu, \\sigma^2)``; unknown: the body holds the arguments of an unknown function.
    """

    key: NameKey
    body: SyntaxNode
    span: Span
    patterns: tuple[str, ...] = ()
    arguments: tuple[str, ...] | None = None
    form: Position | None = None
    alias: bool = False
    one_hot: bool = False
    declared: Tensor | None = None
    over: Range | None = None
    given: int = 0
    roots: frozenset[str] = frozenset()
    serial: int = 0
    unknown: bool = False


IN_WORDS = re.compile(r"\\text|[a-z]{3,}$")
"""A label that is a word: ``\\text{in}``, ``neg``."""


@dataclass(slots=True, eq=False)
class Assumed:
    """An assumption as it was written: its tokens, and those of the condition that restricts it.

    standing: *passing* for one that holds until the text turns to something else, *case* for one that holds for the
    next display alone, *unclear* for one that the prose does not plainly assert; place: where the prose has it.
    """

    tokens: tuple[Token, ...]
    span: Span
    unless: tuple[Token, ...] = ()
    names: frozenset[str] = frozenset()
    standing: Literal["stated", "passing", "case", "unclear"] = "stated"
    place: Span | None = None

    @property
    def at(self) -> Span:
        """Where the document says it, in a formula or in words."""
        return self.place or self.span


Standing = Literal["stated", "passing", "case", "unclear"]
Place = tuple[int, tuple[tuple[Assumed, Standing], ...]]
"""How many changes there were, and the assumptions with what they were."""


@dataclass(slots=True)
class Scope:
    """The tables of names; ``version`` grows with every change, for caches."""

    values: NameTable[NameKey, Tensor | Defined] = field(default_factory=NameTable)
    calls: NameTable[tuple[NameKey, int], Defined] = field(default_factory=NameTable)
    compounds: NameTable[tuple[NameKey, CompoundSubscript], Defined] = field(default_factory=NameTable)
    indices: NameTable[str, Index] = field(default_factory=NameTable)
    index_arrays: NameTable[str, IndexArray] = field(default_factory=NameTable)
    subsets: NameTable[str, Subset] = field(default_factory=NameTable)
    letters: NameTable[str, Range | Subset] = field(default_factory=NameTable)
    functions: NameTable[NameKey, AbstractFunction] = field(default_factory=NameTable)
    sizes: NameSet = field(default_factory=NameSet)
    bounds: NameTable[str, tuple[tuple[Token, ...], tuple[Token, ...]]] = field(default_factory=NameTable)
    assumed: list[Assumed] = field(default_factory=list)
    unused: list[tuple[frozenset[str], Diagnostic]] = field(default_factory=list)
    """Assumed equations of a form that is not used, ``Q^\\top Q = I``, by the letters of their arrays."""
    layers: Layers = field(default_factory=Layers)
    """How the document writes the layers of networks."""
    given_layers: set[NameKey] = field(default_factory=set)
    """Names of layers that would need a layer of which the document does not speak: ``a^{l-1}`` comes from there."""
    random: frozenset[str] = frozenset()
    """The letters of random quantities."""
    outcomes: Any = None
    """Their values for all outcomes."""
    differentials: dict[Tensor | Any, Tensor] = field(default_factory=dict)
    matrix_exponentials: bool = False
    """True where the text speaks of matrix exponentials: ``\\exp`` of a square matrix is one."""
    full_ranks: dict[Tensor, set[str]] = field(default_factory=dict)
    """The matrices whose 'column's or 'row's are said to be linearly independent."""
    factors: dict[Tensor, Tensor] = field(default_factory=dict)
    """The factor L of each matrix that is said to be definite, ``A = L L^\\top``, and B of ``A = B - B^\\top``."""
    """The arbitrary arrays ``dX`` of small changes, by what they are changes of."""
    unlabelled: frozenset[str] = frozenset()
    """Letters of costs that are defined with a label and differentiated without it."""
    apart: set[str] = field(default_factory=set)
    """The letters of no position that is counted, ``o \\notin \\{1, \\dots, K\\}``: below a name they are labels."""
    summed: set[str] = field(default_factory=set)
    """The letters of the sums that the document writes, so far."""
    tables: frozenset[str] = frozenset()
    """Functions of positions that the document uses as arrays of their values, ``h(s, a)``."""
    leaves_out: bool = False
    """True if the text speaks of Einstein's notation, or once a definition has a sum without a sign: then sums are left
    out on purpose."""
    twins: set[str] = field(default_factory=set)
    """The letters that one display has whole in bold and in plain type: two names."""
    said_ranks: dict[NameKey, int] = field(default_factory=dict)
    """The number of axes of names that are called vectors and matrices in words, without their sizes."""
    by_columns: set[NameKey] = field(default_factory=set)
    """Undeclared matrices whose one slot picks a column, ``q_j`` beside ``q_{kj}``."""
    said_lines: dict[str, str] = field(default_factory=dict)
    """Capitals, and whether words call the vectors of their small letter their 'rows' or their 'columns'."""
    foreign: dict[str, Diagnostic] = field(default_factory=dict)
    """The letters that are said to be in a set that is not known, ``s \\in \\mathbb{C}``."""
    sets: NameTable[str, Range] = field(default_factory=NameTable)
    explained: dict[str, list[str]] = field(default_factory=dict)
    """Names that a remark on a display defines, ``where r = y - X w``, with the last right side."""
    counts: set[str] = field(default_factory=set)
    """Names with a factorial, ``k!``: whole numbers, which the arithmetic does not know of."""
    logarithms: set[str] = field(default_factory=set)
    """Names with a logarithm in their definition that may be that of its first factor alone, ``\\log \\pi_a A_a``."""
    taken_whole: dict[str, set[str]] = field(default_factory=dict)
    """Sets that nothing declares, taken for all positions of what is summed over them, with letters in them."""
    """Names of whole ranges, ``\\mathcal{V} = [W]``."""
    signed: dict[NameKey, Span] = field(default_factory=dict)
    """Declared names whose sign the prose assumes, with the place where it does."""
    words: NameSet = field(default_factory=NameSet)
    raised: NameSet = field(default_factory=NameSet)
    """Names of samples, declared as ``x^{(1)}, \\dots, x^{(m)}``, whose first index is written above."""
    applied: NameTable[NameKey, tuple[str, ...]] = field(default_factory=NameTable)
    """Names that are defined at expressions, ``g(a^\\top x) = s``, with those expressions."""
    unread: NameTable[NameKey, Diagnostic] = field(default_factory=NameTable)
    """Names whose latest definition could not be read, with the reason."""
    unread_rights: dict[NameKey, str] = field(default_factory=dict)
    """The right sides of these definitions as they are written."""
    section: int = 0
    """Where the current section of the document starts."""
    headings: list[tuple[int, int]] = field(default_factory=list)
    """The levels of the headings so far, 1 the highest, and where they start."""
    provisional: dict[NameKey, Tensor | Defined] = field(default_factory=dict)
    """Meanings that are inferred; a declaration or definition of the name takes their place."""
    first_meaning: dict[NameKey, Tensor | Defined] = field(default_factory=dict)
    """The first declaration or definition of each name, without names of which a definition could not be read."""
    first_calls: dict[tuple[NameKey, int], Defined] = field(default_factory=dict)
    """The first definition of each function, by its name and the number of its arguments."""
    late_calls: set[tuple[NameKey, int]] = field(default_factory=set)
    """Functions that have their meaning from a definition further down, which is still to come."""
    missing: set[str] = field(default_factory=set)
    """The letters of names that were used where nothing gives them a meaning."""
    said: list[tuple[SyntaxNode, SyntaxNode]] = field(default_factory=list)
    """Both sides of equations in the text that define as soon as their names are known."""
    other_sides: dict[NameKey, tuple[SyntaxNode, ...]] = field(default_factory=dict)
    """Of names that are defined by a chain, ``h = A = B``, the sides behind the first."""
    just_defined: set[NameKey] = field(default_factory=set)
    """The names that the last display defines."""
    array_valued: set[str] = field(default_factory=set)
    """The letters of functions whose values are transposed, ``\\phi(x)^\\top``."""
    once_unread: set[NameKey] = field(default_factory=set)
    equations: dict[tuple[tuple[str, str], ...], Any] = field(default_factory=dict)
    """The definitions with one letter below their name, which may be parts of a recursion."""
    solved: dict[NameKey, Diagnostic] = field(default_factory=dict)
    """Undeclared names with a later equation that leads back to them, the update ``\\mu_k = \\dots`` of a mixture."""
    recursive: dict[tuple[tuple[str, str], ...], Range | None] = field(default_factory=dict)
    """The names of recursions with their ranges, without one for a single cell."""
    earlier_states: dict[NameKey, tuple[NameKey, str]] = field(default_factory=dict)
    """The given state ``h_{t-1}`` of each cell, with the name that it is a state of, ``h_t``, and the letter."""
    cells: dict[NameKey, tuple[NameKey, str]] = field(default_factory=dict)
    """The names of cells at every position, with the array of the states before them, and the letter."""
    codomains: NameTable[NameKey, tuple[Range, ...]] = field(default_factory=NameTable)
    """The shapes of values, ``\\phi(s, a) \\in \\mathbb{R}^d``, of functions whose arguments are not declared."""
    declared_at: NameTable[NameKey, Call] = field(default_factory=NameTable)
    """The ``c(D)`` of ``c(D) \\in \\mathbb{R}``: what ``c`` alone means."""
    undeclared: dict[tuple[Any, ...], AbstractFunction] = field(default_factory=dict)
    """The functions that are applied and not declared."""
    parametrised: set[str] = field(default_factory=set)
    """The letters of functions that are written with their parameter, ``\\pi_\\theta``: it is in no other one."""
    independent: frozenset[tuple[str, str]] = frozenset()
    """Functions with the variables that the text says they do not depend on."""
    gradients: NameKey | None = None
    """The cost whose gradient by ``X`` is written ``dX``; no letter if the document does not say which."""
    for_now: list[Defined] = field(default_factory=list)
    """Definitions that hold until the text turns to something else, ``setting $u = x^2$``."""
    given: set[NameKey] = field(default_factory=set)
    """The names ``X`` with a relation ``dX = …``."""
    differentiated: dict[NameKey, dict[NameKey, None]] = field(default_factory=dict)
    """By what the document differentiates a cost that it has not defined before; no letter for that of ``dX``."""
    costs: dict[NameKey, tuple[NameKey, ...]] | None = None
    """The costs that the document never defines, with what they are functions of; None before they are known."""
    implied: dict[tuple[str, tuple[tuple[Range, ...], ...]], AbstractFunction] = field(default_factory=dict)
    """These costs as functions, as far as they were used, by name and shapes."""
    unknown: dict[tuple[NameKey, tuple[tuple[Range, ...], ...]], AbstractFunction] = field(default_factory=dict)
    """The functions of the names that nothing but derivatives has, as far as they were used."""
    closing: set[str] = field(default_factory=set)
    """The new names at the ends of chains; at the second reading, those that are differentiated."""
    spelled_out: set[str] = field(default_factory=set)
    """The new names that the next side of a chain writes out; at the second reading, those without a definition."""
    defined_in_text: set[str] = field(default_factory=set)
    """The letters that an equation in a sentence plainly defines, perhaps further down than they are used."""
    endings: set[str] = field(default_factory=set)
    """The names that a derivative is equated with; at the second reading, those that are used elsewhere too."""
    means: dict[Range, int] = field(default_factory=dict)
    """How many more relations ``dW = …`` take the mean over a range of ``dZ`` than sum over it."""
    samples: tuple[Range, ...] = ()
    """The ranges of samples over which the document takes these means."""
    outdated: list[tuple[NameKey, Defined]] = field(default_factory=list)
    """The definitions that newer ones took the place of, with the version up to which they were in force."""
    transposing: frozenset[str] = frozenset()
    """Small letters and primes that transpose as ``T`` does, ``u^t v``, ``X'X``."""
    numbered: frozenset[str] = frozenset()
    """Capitals that are names of their own with a number below, ``B_1``, ``B_2``, and no entries of ``B``."""
    sum_letters: frozenset[str] = frozenset()
    lone_letters: frozenset[str] = frozenset()
    """The letters that stand by themselves somewhere in the document."""
    """The letters that the written sums of the whole document run over."""
    sampled_names: frozenset[str] = frozenset()
    """The names that have one of them below them."""
    signs_of_samples: dict[str, EntryDomain] = field(default_factory=dict)
    """What ``for $x > 0$`` says of them."""
    one_position: frozenset[str] = frozenset()
    """The letters that the text calls one position, the index of the true class."""
    entrywise: frozenset[str] = frozenset()
    """The letters of inferred functions that act on arrays entry by entry."""
    upper: frozenset[str] = frozenset()
    """Letters that are positions where they stand above a name, ``S^{ij}``."""
    noise: frozenset[str] = frozenset()
    """The letters of noise in models, ``y = X \\beta + \\epsilon``, which define nothing."""
    doubted: frozenset[str] = frozenset()
    """Those of them whose models may be definitions all the same."""
    numbers: frozenset[str] = frozenset()
    """The letters of functions that stand for numbers here, ``\\sigma`` of a normal distribution."""
    losses: frozenset[str] = frozenset()
    """The losses that are applied by their names, and never defined."""
    plain: frozenset[str] = GAMMA_LETTERS
    """The letters of functions that are plain names here, ``\\Gamma`` of a matrix."""
    explaining: bool = False
    """True while the text says what names are, ``where $p \\in \\mathbb{R}^m$``, and makes no new ones."""
    redeclared: dict[Tensor, Defined] = field(default_factory=dict)
    """Declared arrays of names that had a definition before, with that definition."""
    displayed: tuple[WrittenSide, ...] = ()
    """The sides of all displays that have positions."""
    version: int = 0
    journal: list[Change] = field(default_factory=list)
    """The changes of the tables."""

    TABLES = ("values", "calls", "compounds", "indices", "index_arrays", "subsets", "letters", "functions")

    def __post_init__(self) -> None:
        self._keep_journal(self.journal)

    def _keep_journal(self, journal: list[Change] | None) -> None:
        for table in (*self.TABLES, "unread", "applied"):
            getattr(self, table).journal = journal

    def place(self) -> Place:
        """What the names mean now, for ``as_at``."""
        return len(self.journal), tuple((a, a.standing) for a in self.assumed)

    @contextmanager
    def as_at(self, place: Place) -> Iterator[None]:
        """The meanings that the names had at an earlier place, inside of a ``with`` block."""
        now = self.place()
        self._keep_journal(None)
        later = self.journal[place[0] :]
        undone = [(table, key, table.put_back(key, old)) for table, key, old in reversed(later)]
        self._assume(place)
        try:
            yield
        finally:
            for table, key, entry in reversed(undone):
                table.put_back(key, entry)
            self._assume(now)
            self._keep_journal(self.journal)

    def _assume(self, place: Place) -> None:
        self.assumed = [a for a, _ in place[1]]
        for assumed, standing in place[1]:
            assumed.standing = standing
        self.version += 1

    def lookups(self) -> Lookups:
        """Notes which names are looked up inside of a ``with`` block."""
        tables = (
            *self.TABLES,
            "sizes",
            "bounds",
            "words",
            "raised",
            "sets",
            "applied",
            "unread",
            "codomains",
            "declared_at",
        )
        return Lookups([getattr(self, table) for table in tables])

    def put(self, table: str, key: str | NameKey | tuple[NameKey, Any], entry: Any) -> None:
        """Enter a name; declaring it again ends the assumptions on it."""
        name = NameKey(key) if isinstance(key, str) else key if isinstance(key, NameKey) else key[0]
        entries = getattr(self, table)
        if key in entries and table != "letters" and name.is_letter:
            self.assumed = [a for a in self.assumed if name.letter not in a.names]
        entries[key] = entry
        if table == "values" and name not in self.once_unread:
            self.first_meaning.setdefault(name, entry)
        if table == "calls" and key not in self.late_calls:
            self.first_calls.setdefault(key, entry)  # type: ignore[arg-type]  # by its table
        self.applied.pop(name, None)
        self.other_sides.pop(name, None)
        self.unread.pop(name, None)
        if len(name.letter) > 1 and name.letter.isalpha() and name.is_letter_or_bold:
            self.words.add(name.letter)
        self.version += 1

    def put_tensor(
        self,
        key: NameKey,
        ranges: tuple[Range, ...],
        domain: EntryDomain = "real",
        row: bool = False,
        within: Interval | None = None,
    ) -> None:
        """Declare an array; this ends a function of the same name.

        What the display right before defines keeps its definition: ``$$ h = W x $$ where $h \\in \\mathbb{R}^{M}$``. So
        does what has as many slots in its definition, where the text explains a formula: ``- $p \\in \\mathbb{R}^m$``.
        """
        made, entry = Tensor(key.latex, ranges, domain, row, within), self.values.get(key)
        known = isinstance(entry, Defined) and self.explaining and len(entry.patterns) == len(ranges) > 0
        if (key in self.just_defined or known) and isinstance(entry, Defined) and domain == "real":
            self.values[key] = replace(entry, declared=made)
            self.version += 1
            return
        if isinstance(entry, Defined):
            self.redeclared[made] = entry
        self.put("values", key, made)
        self.forget_calls(key)

    def forget_calls(self, key: NameKey) -> None:
        for entry in self.calls.named(key):
            del self.calls[entry]

    def leave_unread(self, key: NameKey, problem: Diagnostic, right: str = "") -> None:
        """Note that the definition of a name could not be read; a later one that can be read takes over.

        Until then the name stands for an arbitrary array, of its declared or inferred shape. ``right``: the right side
        of the definition as it is written.
        """
        self.unread[key] = problem
        self.unread_rights[key] = right
        self.first_meaning.pop(key, None)
        self.once_unread.add(key)
        entry = self.values.get(key)
        stand_in: Tensor | Defined | None = entry.declared if isinstance(entry, Defined) else entry
        stand_in = stand_in or self.provisional.get(key)
        if stand_in is not None:
            self.values[key] = stand_in
        self.version += 1

    def keep_as_solved(self, key: NameKey, problem: Diagnostic) -> bool:
        """Take back a definition that leads back to its name, if the name was in use before; False if it was not."""
        if key not in self.provisional:
            return False
        self.values[key] = self.provisional[key]
        self.solved[key] = problem
        self.first_meaning.pop(key, None)
        self.version += 1
        return True

    def forget(self, key: NameKey, problem: Diagnostic) -> None:
        """End the definition of a name, since a newer one could not be read."""
        self.forget_calls(key)
        self.values.pop(key, None)
        self.leave_unread(key, problem)

    def end_for_now(self, before: int) -> None:
        """End the definitions that hold until the text turns, of those that stand before a place."""
        for made in [d for d in self.for_now if d.span.start < before]:
            self.for_now.remove(made)
            if self.values.get(made.key) is made and made.declared is not None:
                self.values[made.key] = made.declared
                self.version += 1
            elif self.values.get(made.key) is made:
                message = f"`{made.span.text}` does not hold here any more, and nothing else says what `{made.key}` is"
                self.forget(made.key, Diagnostic("SG103", message, made.span, f"define `{made.key}`"))

    def outdate(self, key: NameKey, old: Defined) -> None:
        """End a definition that a newer one takes the place of."""
        self.outdated.append((key, old))
        self.values.pop(key, None)
        self.version += 1

    def outdate_call(self, key: NameKey) -> None:
        """End the definition of a function that a newer one takes the place of, and its value without arguments."""
        self.forget_calls(key)
        quantity = self.values.get(key)
        if isinstance(quantity, Defined):
            self.outdate(key, quantity)

    def separate_total(self, key: NameKey, entry: Defined) -> None:
        """Keep a definition under the name without a subscript, beside a family of the same letter."""
        self.values.pop(key, None)
        total = key._replace(total=True)
        self.values[total] = replace(entry, key=total)
        self.version += 1

    def is_provisional(self, key: NameKey) -> bool:
        """True if a name has no meaning but an inferred one."""
        return key in self.provisional and self.values.get(key) is self.provisional[key]

    def begin_section(self, level: int, start: int) -> None:
        self.section = start
        self.headings.append((level, start))

    def is_ahead(self, first: Span, later: Span) -> bool:
        """True if what stands later is said in the section of the first place, or in a part of it."""
        if first.source is not later.source:
            return True
        above = [level for level, start in self.headings if start < first.start]
        between = [level for level, start in self.headings if first.end <= start < later.start]
        return not between or (bool(above) and min(between) > above[-1])

    def is_in_part(self, first: Span, later: Span) -> bool:
        """True if what stands later is said in a part, with a heading of its own, of the section of the first place."""
        headed = any(first.end <= start < later.start for _, start in self.headings)
        return headed and first.source is later.source and self.is_ahead(first, later)

    @contextmanager
    def replaced(self, arrays: Mapping[NameKey, Tensor | Defined]) -> Iterator[bool]:
        """Other meanings for some names, inside of a ``with`` block; True if there are any."""
        before = {key: self.values[key] for key in arrays}
        try:
            self._set(arrays)
            yield bool(arrays)
        finally:
            self._set(before)

    def _set(self, entries: Mapping[NameKey, Tensor | Defined]) -> None:
        for key, entry in entries.items():
            self.values[key] = entry
        self.version += 1

    @property
    def serial(self) -> int:
        """The number of the next change, by which definitions are ordered."""
        return self.version + 1

    # --- the parser's vocabulary --------------------------------------------------------------

    def is_value(self, key: str) -> bool:
        return NameKey(key) in self.values or key in self.indices or key in self.sizes

    def has_meaning(self, letter: str) -> bool:
        """True for a letter with a meaning in the document, in some style and with some label, that is not inferred."""
        return letter in self.letters or any(k.letter == letter and not self.is_provisional(k) for k in self.values)

    def is_array(self, letter: str) -> bool:
        """True if the letter, bold or not, is a declared tensor or a defined quantity."""
        return NameKey(letter) in self.values or NameKey(letter, bold=True) in self.values

    def has_random(self) -> bool:
        return bool(self.random)

    def transposes(self, letter: str) -> bool:
        return letter in self.transposing

    def are_positions(self, above: Sequence[Token]) -> bool:
        return bool(above) and all(t.kind == "letter" and t.text in self.upper for t in above)

    def is_known_value(self, sym: Sym) -> bool:
        return self.value_key(sym)[0] is not None

    def takes_slots(self, sym: Sym) -> bool:
        key, _, above = self.value_key(sym)
        entry = self.values[key] if key is not None and not above else None
        return isinstance(entry, Defined) or (isinstance(entry, Tensor) and bool(entry.ranges))

    def is_table(self, sym: Sym) -> bool:
        declared = self.is_function(sym.key) or self.has_arguments(sym) or NameKey.function(sym) in self.codomains
        return sym.key in self.tables and not (sym.sub or sym.sup or sym.primes) and not declared

    def is_said(self, key: str) -> bool:
        return self.is_value(key) and not self.is_provisional(NameKey(key))

    def is_position(self, key: str) -> bool:
        return not self.is_array(key)

    def is_function(self, key: str) -> bool:
        if key in self.numbers or key in self.plain or self.is_value(key) or self.calls.named(NameKey(key)):
            return False
        return key in BY_SPELLING or key in ARRAY_FUNCTIONS or key in WORDS or key in self.losses

    def is_known(self, sym: Sym) -> bool:
        known = bool(sym.sub or sym.sup) and self.value_key(sym)[0] is not None
        return known or (bool(sym.sup) and self.square_of(sym) is not None)

    def square_of(self, sym: Sym) -> NameKey | None:
        """``\\sigma_j^2`` of ``\\sigma_j``, if only the square has a meaning and the name by itself has none."""
        bold, below = sym.style == "bold", [splits[0] for splits in sub_splits(sym.sub)]
        squares = (NameKey(sym.key, style, sym.primes, label, "2") for label in below for style in (bold, not bold))
        if not any(key in self.values for key in squares):
            return None
        root = replace(sym, sup=())
        square = self.value_key(replace(sym, sup=(Token("number", "2", sym.span),)))[0]
        if square is None or square.above != "2" or self.value_key(root)[0] is not None:
            return None
        entry = self.values.get(square)
        signed = isinstance(entry, Defined) and isinstance(entry.body, Scripted)  # `e^2 = (y - f)^2` says no sign of e
        return None if signed else square

    def is_word(self, letters: str) -> bool:
        return letters in self.words or (letters in WORDS and not self.is_value(letters))

    def arguments_of_cost(self, key: NameKey) -> tuple[NameKey, ...]:
        """The quantities that a cost without a definition is a function of; none for other names."""
        return self.costs.get(key, ()) if self.costs is not None else ()

    def names_d(self) -> bool:
        """True if ``d`` is a name, a size or an index, and no sign of differentials."""
        return self.is_array("d") or "d" in self.indices or "d" in self.sizes or "d" in self.letters

    def has_gradient(self, sym: Sym) -> bool:
        return self.gradients is not None and self.value_key(sym)[0] is not None

    def has_arguments(self, sym: Sym) -> bool:
        names = (NameKey(sym.key), NameKey.function(sym))
        declared = any(n in self.functions for n in names) or names[1] in self.codomains
        return declared or any(map(self.calls.named, names))

    def is_differentiated(self, sym: Sym) -> bool:
        return sym.key in SERIES or self.has_arguments(sym)

    def is_argument(self, sym: Sym, letter: str) -> bool:
        defined = (self.calls[k].arguments or () for k in self.calls.named(NameKey(sym.key)))
        return NameKey(sym.key) in self.functions or any(letter in arguments for arguments in defined)

    def is_call(self, sym: Sym) -> bool:
        if self.has_arguments(sym) or NameKey.function(sym) in self.applied:
            return True
        known = self.value_key(sym)[0] is not None or sym.key in self.indices or sym.key in self.sizes
        known = known or sym.key in self.letters
        return not known and not sym.sub and not sym.sup

    # --- names --------------------------------------------------------------------------------

    def value_key(self, sym: Sym) -> tuple[NameKey | None, tuple[Token, ...], tuple[Token, ...]]:
        """The longest declared or defined name at the front of ``sym``: its key, and the remaining scripts.

        A plain and a bold name are one unless both are declared, or one display has both.
        """
        whole = sym.key in self.numbered and len(sym.sub) == 1 and sym.sub[0].kind == "number"
        found = _longest(sym, self.values, sym.key in self.twins, whole)
        if found[0] is None and sym.key in self.unlabelled and not (sym.sub or sym.sup or sym.primes):
            labelled = self.labelled(sym.key)
            return (labelled if labelled in self.values else None), (), ()
        return found

    def labelled(self, letter: str) -> NameKey | None:
        """The number with this letter and a word as a label that was defined last: ``J_{\\text{neg}}`` for ``J``.

        Of those that only stand further down, a single one.
        """
        named = [(e.serial, k) for k, e in self.values.items() if isinstance(e, Defined) and k.letter == letter]
        named += [(0, k) for k in self.once_unread if k.letter == letter]
        words = [(serial, k) for serial, k in named if IN_WORDS.match(k.below) and not k.above]
        above = [found for found in words if not self.is_provisional(found[1])]
        if not above and len(words) > 1:
            return None
        return max(above or words)[1] if words else None

    def unread_cause(self, sym: Sym) -> Diagnostic | None:
        """Why a name has no meaning: its definition could not be read."""
        key = _longest(sym, self.unread, sym.key in self.twins)[0]
        return self.unread[key] if key is not None else None


def _longest(
    sym: Sym, table: NameTable[NameKey, Any], styled: bool = False, whole: bool = False
) -> tuple[NameKey | None, tuple[Token, ...], tuple[Token, ...]]:
    """The longest name of a table at the front of ``sym``, and the remaining scripts.

    styled: a bold and a plain letter are two names; whole: the subscript is part of the name.
    """
    total, names = sym.names or _names(sym)
    if total is not None and total in table:
        if not (sym.sub or sym.sup):
            return total, (), ()
        if isinstance(table[total], Tensor):
            return total, sym.sub, sym.sup  # the `x_j` of a sample `x` beside `x^{(i)}`
    for own, other, sub_rest, sup_rest in names:
        if whole and sub_rest:
            continue
        if own in table:
            return own, sub_rest, sup_rest
        if not styled and other in table:
            return other, sub_rest, sup_rest
    return None, sym.sub, sym.sup


def _names(sym: Sym) -> tuple[Any, ...]:
    """What a symbol may be the name of: the total of a family, or one sample of it; then all names at its front,
    longest first, each in its own style and in the other one, with the remaining scripts. Kept with the symbol.
    """
    bold, primes = sym.style == "bold", sym.primes
    above = sym.sup and sym.sup[0].text == "("
    total = None if above else NameKey(sym.key, primes=primes, total=True)
    names = tuple(
        (
            NameKey(sym.key, bold, primes, below, above),
            NameKey(sym.key, not bold, primes, below, above),
            sub_rest,
            sup_rest,
        )
        for below, sub_rest in sub_splits(sym.sub)
        for above, sup_rest in sup_splits(sym.sup)
    )
    object.__setattr__(sym, "names", (total, names))
    return sym.names
