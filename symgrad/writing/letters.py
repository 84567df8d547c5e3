"""Names and subscripts in LaTeX: the letters of bound indices, and the slots of a subscript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.core.nodes import (
    Apply,
    Definition,
    Delta,
    Entry,
    Expr,
    MatrixFunction,
    Ref,
    Size,
    distinct,
    free_indices,
    parts,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, range_of

SPARE = tuple("kjlmnpqrstiabcdfgh")
"""Letters for bound indices whose own letter is in use, in this order."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The notation of a document, as far as expressions do not determine it.

    letters: the letters of given indices; taken: letters with a meaning, which a bound index may use over that
    range only (None: never); arguments: the names of a definition's arguments, arrays and subsets included;
    reserved: all names with a meaning, for which predeclared names must not be written; ranges: show the range of
    every sum.
    """

    letters: Mapping[Index, str] = field(default_factory=dict)
    taken: Mapping[str, Range | None] = field(default_factory=dict)
    arguments: Mapping[Definition, tuple[str, ...]] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    ranges: bool = False

    def called(self, ref: Ref) -> tuple[list[IndexExpr | str], tuple[IndexExpr, ...]]:
        """The arguments that a defined quantity is written with, and the positions in its subscript."""
        definition = ref.definition
        names = self.arguments.get(definition)
        count = definition.arguments
        if names is None:
            return list(ref.indices[:count]), ref.indices[count:]
        at = {p.letter: e for p, e in zip(definition.params, ref.indices, strict=True) if p.letter in names}
        return [at.get(n, n) for n in names], ref.indices[len(at) :]


class LetterChooser:
    """The letters in use while one expression is written; no letter has two ranges."""

    def __init__(self, expr: Expr, naming: Naming) -> None:
        self._written: dict[Index, str] = {}
        self._range: dict[str, Range | None] = dict(naming.taken)
        self._open: set[str] = set()
        self._hidden: dict[Index, list[str]] = {}
        self._names: set[str] = set()
        self._scalars: set[str] = set()
        for node in distinct(expr):
            self._enter_names(node)
        free = free_indices(expr) | naming.letters.keys()
        for index in sorted(free, key=lambda i: (i not in naming.letters, i.kind != "fixed", i.serial)):
            wanted = naming.letters.get(index)
            letter = wanted or self._pick(index, index.letter not in self._open)
            self._written[index] = letter
            self._open.add(letter)
            self._range[letter] = index.range

    def _enter_names(self, node: Expr) -> None:
        if isinstance(node, (Entry, Ref)):
            name = node.tensor.name if isinstance(node, Entry) else node.definition.name
            (self._names if node.indices else self._scalars).add(name)
        if isinstance(node, Size):
            self._scalars.update(node.affine.sizes())
        for e in slots(node):
            if isinstance(e, Gather):
                self._scalars.add(e.array.name)
            elif isinstance(e, Affine):
                self._scalars.update(e.sizes())
        for index in parts(node)[2]:
            if index.range is not None:
                self._scalars.update((*index.range.lo.sizes(), *index.range.hi.sizes()))

    def __getitem__(self, index: Index) -> str:
        """The letter in LaTeX; a position with a word for a name, ``\\mathrm{pos}``, as names are."""
        letter = self._written.get(index, index.letter)
        return _styled(letter) if index.kind == "fixed" else letter

    def bind(self, index: Index) -> str:
        """A letter for an index in the scope that opens here; ``release`` closes it."""
        letter = self._pick(index, index.letter not in self._open and self._fits(index.letter, index))
        if index in self._written:  # bound again inside its own scope
            self._hidden.setdefault(index, []).append(self._written[index])
        self._written[index] = letter
        self._open.add(letter)
        self._range.setdefault(letter, index.range)
        return letter

    def release(self, index: Index) -> None:
        self._open.discard(self._written.pop(index))
        if self._hidden.get(index):
            self._written[index] = self._hidden[index].pop()

    def _fits(self, letter: str, index: Index) -> bool:
        known = letter not in self._range or self._range[letter] == index.range
        return known and letter not in self._scalars

    def _pick(self, index: Index, own: bool) -> str:
        """The index's own letter if allowed, else the first spare one, else one with primes."""
        if own:
            return index.letter
        for letter in SPARE:
            if letter not in self._open and letter not in self._names and self._fits(letter, index):
                return letter
        letter = index.letter + "'"
        while letter in self._open or not self._fits(letter, index):
            letter += "'"
        return letter

    # --- subscripts -------------------------------------------------------------------------------

    def position(self, e: IndexExpr | str) -> str:
        """``i``, ``c+j``, ``n_k``; a string is written unchanged."""
        if isinstance(e, str):
            return e
        if isinstance(e, Index):
            return self[e]
        if isinstance(e, Gather):
            return name(e.array.name, self.slots(e.indices))
        return self.affine(e)

    def affine(self, e: Affine) -> str:
        """``c+j-1``, positive terms first."""
        terms = sorted(e.terms, key=lambda t: t[1] < 0)
        out = ""
        for symbol, c in terms:
            sign = "-" if c < 0 else "+" if out else ""
            factor = "" if abs(c) == 1 else str(abs(c))
            out += f"{sign}{factor}{_styled(symbol) if isinstance(symbol, str) else self[symbol]}"
        if e.const or not out:
            out += f"{'+' if e.const >= 0 and out else ''}{e.const}"
        return out

    def slots(self, positions: Sequence[IndexExpr]) -> str:
        return joined([self.position(e) for e in positions])


def joined(texts: Sequence[str]) -> str:
    """Slots side by side, with commas where letters alone would be read differently."""
    if len(texts) > 1 and any(_needs_comma(t) for t in texts):
        return ", ".join(texts)
    return (" " if any(len(t) > 1 and t[-1] != ":" for t in texts) else "").join(texts)


def _needs_comma(text: str) -> bool:
    head = text.split("_")[0]
    return any(ch in "0123456789'+-" for ch in head) or (len(head) > 1 and not head.startswith("\\"))


def script(mark: str, text: str) -> str:
    """``_i``, ``_{ij}``; empty for an empty text."""
    if not text:
        return ""
    return f"{mark}{text}" if len(text) == 1 else f"{mark}{{{text}}}"


def name(key: str, slots_: str = "") -> str:
    """A name with its slots: ``W^{(1)}`` at ``ij`` is ``W^{(1)}_{ij}``, ``\\zeta_1`` at ``i`` is ``\\zeta_{1, i}``."""
    base, sub, sup = split_name(key)
    below = ", ".join(t for t in (sub, slots_) if t)
    return f"{base}{script('^', sup)}{script('_', below)}"


def split_name(key: str) -> tuple[str, str, str]:
    """A name's letter, the label below it and the label above it."""
    found = {"": "", "_": "", "^": ""}
    mark, depth = "", 0
    for ch in key:
        if depth == 0 and ch in "_^":
            mark = ch
            continue
        depth += (ch == "{") - (ch == "}")
        found[mark] += ch
    return _styled(found[""]), _without_braces(found["_"]), _without_braces(found["^"])


def _styled(base: str) -> str:
    """The letter as TeX sets it: ``\\mathrm{sim}`` for a word, ``\\boldsymbol{\\theta}`` for a bold letter."""
    letter = base.rstrip("'")
    primes = base[len(letter) :]
    if letter.startswith("\\mathbf "):
        inner = letter.removeprefix("\\mathbf ")
        command = "boldsymbol" if inner.startswith("\\") else "mathbf"
        return f"\\{command}{{{inner}}}{primes}"
    return f"\\mathrm{{{letter}}}{primes}" if len(letter) > 1 and letter.isalnum() and letter[0].isalpha() else base


def _without_braces(label: str) -> str:
    return label[1:-1] if label.startswith("{") and label.endswith("}") else label


# --- where an index stands ------------------------------------------------------------------------


def slots(node: Expr) -> Iterator[IndexExpr]:
    """The index expressions of one node, and those inside gathers."""
    stack = list(parts(node)[0])
    while stack:
        e = stack.pop()
        yield e
        if isinstance(e, Gather):
            stack.extend(e.indices)


def shows_range(index: Index, expr: Expr) -> bool:
    """True if the index occurs alone in a slot of its own range, from which a reader knows its range."""
    return any(_slot_shows(index, node) for node in distinct(expr) if index in free_indices(node))


def _slot_shows(index: Index, node: Expr) -> bool:
    pairs: list[tuple[IndexExpr, Range | None]] = []
    if isinstance(node, Entry):
        pairs += zip(node.indices, node.tensor.ranges, strict=True)
    elif isinstance(node, Ref):
        pairs += ((e, p.range) for e, p in zip(node.indices, node.definition.params, strict=True))
    elif isinstance(node, Delta):
        pairs += ((node.left, range_of(node.right)), (node.right, range_of(node.left)))
    elif isinstance(node, Apply):
        for k, ii in node.derivs:
            pairs += ((e, axis.range) for e, axis in zip(ii, node.arguments[k].axes, strict=True))
    elif isinstance(node, MatrixFunction):
        pairs += zip(node.indices, (a.range for a in node.matrix.axes), strict=False)
    for e in slots(node):
        if isinstance(e, Gather):
            pairs += zip(e.indices, e.array.ranges, strict=True)
    return any(e is index and range_ == index.range for e, range_ in pairs)


__all__ = ["LetterChooser", "Naming", "joined", "name", "script", "shows_range", "split_name"]
