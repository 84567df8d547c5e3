"""The names in force at a place of a document.

A name may be an index in one slot and a tensor elsewhere, so there is one table per role. Tables hold definitions as
they were written; they are elaborated when they are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symgrad.core.functions import BY_LATEX
from symgrad.core.nodes import AbstractFunction, EntryDomain, Tensor
from symgrad.core.ranges import Index, IndexArray, Range, Subset
from symgrad.reading.names.name_keys import BARE, call_key, printed, sub_splits, sup_splits
from symgrad.reading.names.name_table import Lookups, NameSet, NameTable
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Position, Sym, SyntaxNode
from symgrad.text.source import Span

ARRAY_FUNCTIONS = frozenset(
    ("softmax", "logsumexp", "lse", "LSE", "tr", "Tr", "trace", "diag", "sum", "max", "min", "\\max", "\\min")
)
"""Functions of whole arrays, read by their definition."""

WORDS: dict[str, str] = {
    "exp": "\\exp",
    "log": "\\log",
    "ln": "\\ln",
    "tanh": "\\tanh",
    "sqrt": "\\operatorname{sqrt}",
    "softmax": "softmax",
    "tr": "tr",
    "diag": "diag",
}
"""Names read without a backslash where they are not declared."""

NOT_AS_WORDS = ("Phi", "sqrt", "sigma")
"""Functions of the table that are not called by their plain names."""


def _spellings(latex: str) -> list[str]:
    """``\\tanh`` and ``tanh``, ``\\operatorname{erf}`` and ``erf``."""
    if latex.startswith("\\operatorname"):
        return [latex, latex[len("\\operatorname{") : -1]]
    return [latex, latex[1:]] if latex[1:].isalpha() and len(latex) > 3 else [latex]


FUNCTION_COMMANDS = {
    spelling: row.name
    for latex, row in BY_LATEX.items()
    for spelling in _spellings(latex)
    if spelling not in NOT_AS_WORDS
}
"""The elementary functions by all their spellings."""


@dataclass(frozen=True, slots=True, eq=False)
class Defined:
    """A definition as it was written.

    patterns: the letters on its left, in order; arguments: for ``J(o, c)`` its arguments' names;
    form: for a compound subscript, ``u_{c+j}``; alias: a name for a slice, always looked through;
    over: what its patterns run over, where the definition says so itself.
    """

    key: str
    body: SyntaxNode
    span: Span
    patterns: tuple[str, ...] = ()
    arguments: tuple[str, ...] | None = None
    form: Position | None = None
    alias: bool = False
    one_hot: bool = False
    declared: Tensor | None = None
    over: Range | None = None
    serial: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Assumed:
    """An assumption as it was written: the tokens, and those of the condition that limits it."""

    tokens: tuple[Token, ...]
    span: Span
    unless: tuple[Token, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Scope:
    """Mutable tables; ``version`` grows with every change, for caches."""

    values: NameTable[str, Tensor | Defined] = field(default_factory=NameTable)
    calls: NameTable[tuple[str, int], Defined] = field(default_factory=NameTable)
    compounds: NameTable[tuple[str, str], Defined] = field(default_factory=NameTable)
    indices: NameTable[str, Index] = field(default_factory=NameTable)
    arrays: NameTable[str, IndexArray] = field(default_factory=NameTable)
    subsets: NameTable[str, Subset] = field(default_factory=NameTable)
    letters: NameTable[str, Range | Subset] = field(default_factory=NameTable)
    functions: NameTable[str, AbstractFunction] = field(default_factory=NameTable)
    sizes: NameSet = field(default_factory=NameSet)
    bounds: NameTable[str, tuple[tuple[Token, ...], tuple[Token, ...]]] = field(default_factory=NameTable)
    assumed: list[Assumed] = field(default_factory=list)
    words: NameSet = field(default_factory=NameSet)
    version: int = 0

    TABLES = ("values", "calls", "compounds", "indices", "arrays", "subsets", "letters", "functions")

    def lookups(self) -> Lookups:
        """Notes which names are looked up inside of a ``with`` block."""
        return Lookups([getattr(self, table) for table in (*self.TABLES, "sizes", "bounds", "words")])

    def put(self, table: str, key: Any, entry: Any) -> None:
        """Enter a name; assumptions on a name declared again end."""
        name = key[0] if isinstance(key, tuple) else key
        entries = getattr(self, table)
        if key in entries and table != "letters":
            self.assumed = [a for a in self.assumed if name not in a.names]
        entries[key] = entry
        bare = name.removeprefix("\\mathbf ")
        if bare.isalpha() and len(bare) > 1:
            self.words.add(bare)
        self.version += 1

    def put_tensor(self, key: str, ranges: tuple[Range, ...], domain: EntryDomain = "real", row: bool = False) -> None:
        """Declare an array; a function of the same name ends."""
        self.put("values", key, Tensor(printed(key), ranges, domain, row))
        self.forget_calls(key)

    def forget_calls(self, key: str) -> None:
        for entry in self.calls.named(key):
            del self.calls[entry]

    @property
    def serial(self) -> int:
        """The number of the next change; definitions are ordered by it."""
        return self.version + 1

    # --- the parser's vocabulary --------------------------------------------------------------

    def is_value(self, key: str) -> bool:
        return key in self.values or key in self.indices or key in self.sizes

    def is_function(self, key: str) -> bool:
        if self.is_value(key) or self.calls.named(key):
            return False
        return key in FUNCTION_COMMANDS or key in ARRAY_FUNCTIONS or key in WORDS

    def is_known(self, sym: Sym) -> bool:
        return bool(sym.sub or sym.sup) and self.value_key(sym)[0] is not None

    def is_word(self, letters: str) -> bool:
        return letters in self.words or (letters in WORDS and not self.is_value(letters))

    def has_arguments(self, sym: Sym) -> bool:
        return sym.key in self.functions or any(self.calls.named(k) for k in (sym.key, call_key(sym)))

    def is_call(self, sym: Sym) -> bool:
        if self.has_arguments(sym):
            return True
        known = self.value_key(sym)[0] is not None or sym.key in self.indices or sym.key in self.sizes
        known = known or sym.key in self.letters
        return not known and not sym.sub and not sym.sup

    # --- names --------------------------------------------------------------------------------

    def styled(self, key: str, style: str, table: str = "values") -> str | None:
        """The spelling under which a plain or bold name is entered: one name unless both are declared."""
        entries = getattr(self, table)
        bold = f"\\mathbf {key}"
        first, second = (bold, key) if style == "bold" else (key, bold)
        return first if first in entries else second if second in entries else None

    def value_key(self, sym: Sym) -> tuple[str | None, tuple[Token, ...], tuple[Token, ...]]:
        """The longest declared or defined name that starts with ``sym``: its key, and the scripts left over."""
        prime = "'" * sym.primes
        if not sym.sub and not sym.sup and f"{sym.key}{prime}{BARE}" in self.values:
            return f"{sym.key}{prime}{BARE}", (), ()
        for sub_label, sub_rest in sub_splits(sym.sub):
            for sup_label, sup_rest in sup_splits(sym.sup):
                key = sym.key + prime + sub_label + sup_label
                found = self.styled(key, sym.style)
                if found is not None:
                    return found, sub_rest, sup_rest
        return None, sym.sub, sym.sup
