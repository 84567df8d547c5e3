"""Declarations of names that a document leaves undeclared, found from their use.

The document is read as it is, then with undeclared names as arrays over open ranges, which their use closes, and last
with the declarations that this gave. Declared names keep their declarations: what is inferred fills gaps.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from symgrad.core.nodes import AbstractFunction, EntryDomain, Tensor
from symgrad.core.ranges import Index, IndexArray, Range
from symgrad.reading.inference.last_layers import last_layers
from symgrad.reading.inference.layout_of_vectors import writes_rows
from symgrad.reading.inference.linked_derivatives import linked, unknown_functions
from symgrad.reading.inference.primed_functions import entrywise, primed_functions
from symgrad.reading.inference.ranks import Ranks
from symgrad.reading.inference.undeclared import MATRIX_LETTERS, STAR, UndeclaredNames, conditions, exponents, slot_keys
from symgrad.reading.meaning.open_range import OpenRange, resolved
from symgrad.reading.names.mentioned_names import mentioned
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tree.scripts import letters_in
from symgrad.reading.tree.syntax import BigOp, Call, Derivative, Directional, ProductNode, QuotientNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import is_delta, position_arguments, subnodes, summed_letters
from symgrad.text.source import Span

SIZES = "DMKNPQRST"
"""Names for sizes that no letter stands for, as far as the document has no other use for them."""
_END = r"(?:\$\$|\\\]|\\end\{[a-z*]+\}|```)"
_GOES_ON = re.compile(
    rf"(?:(?!{_END}|\n\s*\n)[\s\S])*(?:{_END}[\s.,;]*)+(?:where|with|here)\b(?:(?!{_END}|[.!?]\s)[\s\S])*",
    re.IGNORECASE,
)
"""From a name in a display to a formula of the sentence that explains it."""
REACH = 2_000
"""The most characters between the two."""
MAX_NAMES = 400
MAX_AXES = 4


@dataclass(slots=True)
class Inferred:
    """Names with the meaning that their use gives them."""

    arrays: dict[NameKey, Tensor] = field(default_factory=dict)
    ahead: dict[NameKey, Tensor | Defined] = field(default_factory=dict)
    """Declarations and definitions that the document gives after the first use of their names."""
    fixed: dict[str, Index] = field(default_factory=dict)
    index_arrays: dict[str, IndexArray] = field(default_factory=dict)
    letters: dict[str, Range] = field(default_factory=dict)
    unknown: dict[NameKey, Defined] = field(default_factory=dict)
    """Those of the arrays that are unknown functions of what they are differentiated by."""
    functions: dict[NameKey, AbstractFunction] = field(default_factory=dict)
    """Functions of one number that stand with a prime, ``f'(x)``."""
    entrywise: frozenset[str] = frozenset()
    """The letters of functions that act on arrays entry by entry."""
    columns: frozenset[NameKey] = frozenset()
    """Matrices with one slot for their columns, ``q_j`` beside ``q_{kj}``."""
    sizes: frozenset[str] = frozenset()
    """Names that stand further up than the sum that shows them to be sizes: ``\\frac{\\epsilon}{K}``."""
    late: dict[NameKey, Defined] = field(default_factory=dict)
    """Those of the arrays that the document defines further down, where the definition does not hold above."""

    def __bool__(self) -> bool:
        return bool(self.arrays or self.ahead or self.fixed or self.index_arrays or self.functions)

    def declaration(self, key: NameKey) -> str:
        """``x \\in \\mathbb{R}^{N}``, ``\\sigma \\in \\mathbb{R}_{>0}``"""
        tensor = self.arrays[key]
        name, ranges = tensor.name, tensor.ranges
        if key._replace(total=True) in self.arrays and not key.total:  # a family, beside any one of its samples
            letter = next((x for x, over in self.letters.items() if over == ranges[0]), "i")
            name, ranges = f"{name}^{{({letter})}}", ranges[1:]
        shape = " \\times ".join((*(["1"] if tensor.row else []), *(str(r.size) for r in ranges)))
        sign = "_{>0}" if tensor.domain == "positive" else ""
        return f"{name} \\in \\mathbb{{R}}{sign}" + (f"^{{{shape}}}" if shape else "")

    def fixed_declaration(self, index: Index) -> str:
        """``o \\in [W]``"""
        return f"{index.letter} \\in [{index.range.size if index.range is not None else ''}]"

    def index_array_declaration(self, array: IndexArray) -> str:
        """``w \\in [W]^{K}``"""
        shape = " \\times ".join(str(r.size) for r in array.ranges)
        return f"{array.name} \\in [{array.target.size}]^{{{shape}}}"

    def declarations(self, unread: Container[NameKey] = ()) -> tuple[str, ...]:
        """What declares the same, in LaTeX: ranges of letters, fixed indices, arrays.

        unread: names that the document defines in a way that can't be read; they need a definition.
        """
        ranges = [f"{letter} = 1, \\dots, {over.size}" for letter, over in self.letters.items()]
        arrays = [self.declaration(key) for key in self.arrays if key not in unread]
        positions = [*map(self.fixed_declaration, self.fixed.values())]
        positions += map(self.index_array_declaration, self.index_arrays.values())
        functions = [f"{f.name} : \\mathbb{{R}} \\to \\mathbb{{R}}" for f in self.functions.values()]
        return (*ranges, *positions, *arrays, *functions)

    def enter(self, scope: Scope) -> None:
        """Enter the names; a declaration or definition in the document takes their place."""
        meanings: dict[NameKey, Tensor | Defined] = {**self.arrays, **self.ahead, **self.unknown}
        for key, made in meanings.items():
            scope.put("values", key, made)
            scope.provisional[key] = made
        for key, function in self.functions.items():
            scope.put("functions", key, function)
        scope.entrywise |= self.entrywise
        scope.by_columns |= self.columns
        scope.first_meaning.clear()
        for letter, index in self.fixed.items():
            scope.put("indices", letter, index)
        for letter, array in self.index_arrays.items():
            scope.put("index_arrays", letter, array)
        for letter, over in self.letters.items():
            scope.put("letters", letter, over)
        for name in self.sizes | {s for r in self._ranges() for s in r.size.sizes()}:
            scope.sizes.add(name)

    def _ranges(self) -> Iterator[Range]:
        for tensor in self.arrays.values():
            yield from tensor.ranges
        for index in self.fixed.values():
            if index.range is not None:
                yield index.range
        for array in self.index_arrays.values():
            yield from (*array.ranges, array.target)
        yield from self.letters.values()


def infer(scope: Scope, chains: Sequence[Sequence[SyntaxNode]]) -> Inferred:
    """Undeclared names as arrays over open ranges. ``scope``: that of the end of the document."""
    for key in _solutions(scope, chains):
        if key.letter in scope.missing and scope.values.get(key) is scope.first_meaning.pop(key):
            del scope.values[key]
    names = UndeclaredNames(scope, chains)
    through = linked(names)
    own = {a for e in scope.calls.values() for a in e.arguments or ()}  # the w of `L(w) = …`
    alone = {k for k in names.found if k.letter in names.parameters and k not in through}
    below = (n for tree in names.trees for n in subnodes(tree) if isinstance(n, Derivative))
    targets = {t.key for d in below for t in d.targets if isinstance(t, Sym)}
    factors = {k for k, e in names.found.items() if k.letter in MATRIX_LETTERS and e.is_factor(k.letter in targets)}
    used = {k for k, e in names.found.items() if e.values or k in through or k in alone or k.latex in own} | factors
    arrays = {k: e for k, e in names.found.items() if not e.is_function and k in used}
    sizes = frozenset(x for x in scope.sizes if NameKey(x) not in scope.values)
    functions = dict(primed_functions(names))
    acting = frozenset(entrywise(names))
    out = Inferred(ahead=_used_before(scope, frozenset(), chains), sizes=sizes, functions=functions, entrywise=acting)
    if arrays and len(arrays) <= MAX_NAMES:
        ranks = Ranks(names, chains)
        rows = writes_rows(ranks)
        for key in arrays:
            axes = 1 if key in alone and key not in ranks.found else min(ranks.of(key), MAX_AXES)
            domain: EntryDomain = scope.signs_of_samples.get(key.letter, "real")
            domain = "positive" if key.letter in scope.numbers else domain  # a standard deviation
            over = tuple(OpenRange() for _ in range(axes))
            out.arrays[key] = Tensor(key.latex, over, domain, rows and axes == 1)
    out.columns = frozenset(k for k, made in out.arrays.items() if len(made.ranges) == 2 and arrays[k].has_columns)
    counting = _counting_letters(names)
    out.ahead = {key: entry for key, entry in out.ahead.items() if key.below not in counting}
    out.letters = {x: OpenRange() for x in sorted(counting) if x not in scope.letters and x not in scope.indices}
    for letter, axes in names.gathered.items():
        if letter not in scope.index_arrays:
            ranges = tuple(OpenRange() for _ in range(axes))
            out.index_arrays[letter] = IndexArray(letter, ranges, OpenRange())
            out.arrays.pop(NameKey(letter), None)
    fixed = (_fixed_letters(names) | _starred_letters(names)) - names.gathered.keys()
    fixed -= {name[-1] for name in names.picked.values()}
    out.fixed.update((key, Index(name, OpenRange(), "fixed")) for key, name in names.picked.items())
    if not any(made.ranges for made in out.arrays.values()):
        fixed &= _compared_alone(names) | _hot_letters(scope)
    for letter in sorted(fixed):
        out.fixed[letter] = Index(letter, OpenRange(), "fixed")
        out.arrays.pop(NameKey(letter), None)
    return out


def _used_before(
    scope: Scope, missing: Container[str], chains: Sequence[Sequence[SyntaxNode]]
) -> dict[NameKey, Tensor | Defined]:
    """The first meanings of names that were used further up, where they had none. ``missing``: more such letters.

    A definition stands further up only for what is differentiated there, by name or through such a definition, and for
    what stands in definitions alone there, ``L = T - U``: an unknown of ``2 x = 4 y`` is not defined by ``x = 2 y``,
    which follows from it. Nor does one below the heading of another section.
    """
    wanted = {k: e for k, e in scope.first_meaning.items() if k.letter in scope.missing or k.letter in missing}
    first = _first_uses(chains)
    wanted = {
        k: e
        for k, e in wanted.items()
        if isinstance(e, Tensor) or k.letter not in first or scope.is_ahead(first[k.letter], e.span)
    }
    claimed = _outside_of_definitions(chains)
    out: dict[NameKey, Tensor | Defined] = {
        k: e
        for k, e in wanted.items()
        if isinstance(e, Tensor)
        or e.one_hot
        or _explains(first.get(k.letter), e.span)
        or (k.letter in first and all(_is_behind(x, e.span) for x in claimed.get(k.letter, ())))
    }
    reached = set[str]().union(*_differentiated(chains))
    for _ in wanted:
        more = {k: e for k, e in wanted.items() if k not in out and k.letter in reached}
        if not more:
            break
        out |= more
        bodies = [e.body for e in more.values() if isinstance(e, Defined)]
        reached |= {n.key for body in bodies for n in subnodes(body) if isinstance(n, Sym)}
    return out


def _defined_later(
    scope: Scope, entries: Mapping[NameKey, Tensor | Defined], chains: Sequence[Sequence[SyntaxNode]]
) -> dict[NameKey, Defined]:
    """Those of some meanings that are definitions and stand below a use of their names."""
    plain = {
        key: entry
        for key, entry in entries.items()
        if isinstance(entry, Defined) and not entry.alias and entry.form is None and entry.arguments is None
    }
    letters = {key.letter for key in plain}
    above = set[NameKey | None]()
    for n in (n for sides in chains for side in sides for n in subnodes(side) if isinstance(n, Sym)):
        key = scope.value_key(n)[0] if n.key in letters and not is_delta(n) else None
        if key in plain and n.span.source is plain[key].span.source and n.span.end <= plain[key].span.start:
            above.add(key)
    return {key: entry for key, entry in plain.items() if key in above}


def _outside_of_definitions(chains: Sequence[Sequence[SyntaxNode]]) -> dict[str, list[Span]]:
    """The letters of names, and where they are used other than to define a name that stood nowhere before."""
    seen: set[str] = set()
    out: dict[str, list[Span]] = {}
    for sides in sorted(filter(None, chains), key=lambda sides: sides[0].span.start):
        head = sides[0] if len(sides) == 2 else None
        defines = isinstance(head, Sym) and head.key not in seen
        names = [n for side in sides for n in subnodes(side) if isinstance(n, Sym) and not is_delta(n)]
        for n in names if not defines else ():
            out.setdefault(n.key, []).append(n.span)
        seen |= {n.key for n in names}
    return out


def _is_behind(used: Span, defined: Span) -> bool:
    return used.source is not defined.source or used.start >= defined.start


def _explains(used: Span | None, defined: Span) -> bool:
    """True for a definition in the sentence that goes on behind the display of the first use, ``where $S = …$``."""
    if used is None or used.source is not defined.source or not 0 <= defined.start - used.end <= REACH:
        return False
    return _GOES_ON.fullmatch(used.source.text[used.end : defined.start]) is not None


def _differentiated(chains: Sequence[Sequence[SyntaxNode]]) -> tuple[set[str], set[str]]:
    """The letters of what is differentiated, and of what by."""
    made = [n for sides in chains for side in sides for n in subnodes(side) if isinstance(n, Derivative)]
    bodies = {n.key for d in made for n in subnodes(d.body) if isinstance(n, Sym)}
    targets = {n.key for d in made for part in d.targets for n in subnodes(part) if isinstance(n, Sym)}
    return bodies, targets


def _solutions(scope: Scope, chains: Sequence[Sequence[SyntaxNode]]) -> set[NameKey]:
    """The names that the document only differentiates by, and defines further down by what the cost is built on, and
    by nothing else that it differentiates by.

    ``w = (X^\\top X)^{-1} X^\\top y`` is where the gradient by ``w`` is 0, and says nothing of the ``w`` further up.
    """
    bodies, targets = _differentiated(chains)
    first, out = _first_uses(chains), set[NameKey]()
    for key, entry in scope.first_meaning.items():
        lone = isinstance(entry, Defined) and key.letter in targets - bodies
        if lone and isinstance(entry, Defined) and scope.is_ahead(first[key.letter], entry.span):
            own = {n.key for n in subnodes(entry.body) if isinstance(n, Sym)}
            leads_on = mentioned(scope, own, key.letter) & (targets - {key.letter})
            if not leads_on and own & mentioned(scope, bodies, key.letter):
                out.add(key)
    return out


def _first_uses(chains: Sequence[Sequence[SyntaxNode]]) -> dict[str, Span]:
    first: dict[str, Span] = {}
    for n in (n for sides in chains for side in sides for n in subnodes(side) if isinstance(n, Sym)):
        if not is_delta(n):
            first.setdefault(n.key, n.span)
    return first


def _counting_letters(names: UndeclaredNames) -> set[str]:
    """The summed letters of ``x^{(i)}``, and of ``$x_i \\in \\mathbb{R}^D$``, which declares a family over i."""
    out: set[str] = set()
    for tree in names.trees:
        for n in subnodes(tree):
            if isinstance(n, Sym) and len(n.sup) == 3 and n.sup[0].text == "(":
                out.update(x for x in letters_in(n.sup[1:2]) if x in names.summed)
    return out | {key.below for key in names.scope.values if key.below in names.summed}


def _fixed_letters(names: UndeclaredNames) -> set[str]:
    """Letters that no sum binds, and that a definition's left side lacks: ``-\\log y_o``.

    All sums of the document are written: where some are implied, such a letter may be summed too, and is not guessed.
    """
    picked = _picked_letters(names) | _said_positions(names)
    entries = [e for t in (names.scope.values, names.scope.calls) for e in t.values() if isinstance(e, Defined)]
    if any(_repeated(e.body) - {*e.patterns, *(e.arguments or ())} - names.summed for e in entries):
        return picked
    scope = names.scope
    known = scope.indices.keys() | scope.letters.keys() | scope.index_arrays.keys()
    free = names.index_letters - names.summed - known
    out = picked
    for entry in (e for table in (scope.values, scope.calls) for e in table.values()):
        if isinstance(entry, Defined) and not entry.alias and entry.form is None:
            own = {*entry.patterns, *(entry.arguments or ())}
            trees = (entry.body, *exponents(scope, entry.body))
            below = [n for tree in trees for n in subnodes(tree)]
            scripts = [getattr(n, "sub", ()) for n in below] + [c for n in below for c in conditions(n)]
            written = {x for tokens in scripts for x in letters_in(tokens)}
            written |= {x for n in below if isinstance(n, Call) for x in position_arguments(scope, n)}
            out |= (written & free) - own - _repeated(entry.body)
    return out


def _hot_letters(scope: Scope) -> set[str]:
    """The c of a one-hot vector ``t_i = \\delta_{ic}``."""
    hot = (e.body for e in scope.values.values() if isinstance(e, Defined) and e.one_hot)
    return {x for body in hot if isinstance(body, Sym) for x in letters_in(body.sub)}


def _starred_letters(names: UndeclaredNames) -> set[str]:
    """The ``j^*`` of ``u_{j^*}``, where ``j`` is a position: one of them."""
    subs = {n.sub for tree in names.trees for n in subnodes(tree) if isinstance(n, Sym) and n.sub}
    keys = {x for sub in subs if any(t.text == "*" for t in sub) for x in slot_keys(sub)}
    return {x for x in keys if x.endswith(STAR) and x.removesuffix(STAR) in names.index_letters} - {
        *names.scope.indices
    }


def _picked_letters(names: UndeclaredNames) -> set[str]:
    """The letters that a written sum compares its own with, and that nothing binds: the y of ``1\\{k = y\\}``."""
    scope = names.scope
    free = names.index_letters - names.summed - scope.indices.keys() - scope.letters.keys() - scope.index_arrays.keys()
    out: set[str] = set()
    for sides in names.chains:
        own = {x for first in sides[:1] for n in subnodes(first) for x in letters_in(getattr(n, "sub", ()))}
        sums = [n for side in sides for n in subnodes(side) if isinstance(n, BigOp)]
        below = [n for total in sums for n in subnodes(total.body)]
        compared = [tokens for n in below for tokens in conditions(n)]
        compared += [n.sub for n in below if isinstance(n, Sym) and n.key == "\\delta"]
        out |= {x for tokens in compared for x in letters_in(tokens)} - own
    return out & free


def _said_positions(names: UndeclaredNames) -> set[str]:
    """The letters that the text calls one position, and that stand in subscripts alone."""
    scope = names.scope
    known = {*scope.indices, *scope.letters, *scope.index_arrays, *names.summed}
    return {x for x in scope.one_position & names.index_letters - known if NameKey(x) not in names.found}


def _compared_alone(names: UndeclaredNames) -> set[str]:
    """The letters that stand in comparisons alone, and not on the left: the c of ``= p_i - 1[i = c]``.

    Nobody leaves out a sum over such a letter, which has one term.
    """
    out: set[str] = set()
    for head, *sides in (chain for chain in names.chains if chain):
        below = [n for side in sides for n in subnodes(side)]
        compared = [tokens for n in below for tokens in conditions(n)]
        compared += [n.sub for n in below if isinstance(n, Sym) and n.key == "\\delta"]
        slots = [getattr(n, "sub", ()) for n in below if not (isinstance(n, Sym) and n.key == "\\delta")]
        elsewhere = {x for tokens in slots for x in letters_in(tokens)}
        above = subnodes(head)
        first = [*(getattr(n, "sub", ()) for n in above), *(tokens for n in above for tokens in conditions(n))]
        own = {x for tokens in first for x in letters_in(tokens)}
        out |= {x for tokens in compared for x in letters_in(tokens)} - elsewhere - own
    return out - names.summed


def _repeated(body: SyntaxNode) -> set[str]:
    """The letters that two factors of one product have: implied sums, unless all sums are written."""
    out: set[str] = set()
    for n in subnodes(body):
        if isinstance(n, ProductNode):
            seen: set[str] = set()
            for _, factor in n.factors:
                below = subnodes(factor) if not isinstance(factor, BigOp) else ()
                own = {x for m in below for x in letters_in(getattr(m, "sub", ()))}
                out |= seen & own
                seen |= own
    return out


def close(found: Inferred, scope: Scope, chains: Sequence[Sequence[SyntaxNode]], trial: Scope) -> Inferred:
    """The same names over the ranges that were found; ranges that are still open get sizes of their own.

    trial: the scope after reading with open ranges.
    """
    names = UndeclaredNames(scope, chains)
    solved = _solutions(trial, chains)
    readable = {key for key in found.arrays if _is_readable(trial, key)}
    before = _used_before(trial, scope.missing | {key.letter for key in readable}, chains)
    first = {k: e for k, e in trial.first_meaning.items() if k in readable and k not in before}
    late = _defined_later(trial, first, chains)
    arrays = {k: made for k, made in found.arrays.items() if k in solved or k in late or k not in readable}
    means = _sizes_of_means(names)
    below = [n for tree in names.trees for n in subnodes(tree)]
    taken = {n.key for n in below if isinstance(n, Sym)} | {"D" for n in below if isinstance(n, Directional)}
    sizes = _SizeNames(taken | {*scope.sizes}, means)
    letters: dict[Range, str] = {}
    for key, tensor in arrays.items():
        used = names.found.get(key)
        for k, r in enumerate(tensor.ranges):
            written = used.letters[k] if used is not None and k < len(used.letters) else []
            end = resolved(r)
            if written and isinstance(end, OpenRange):
                counted = next((x for x in written if x in means), None)
                letters[end] = counted or letters.get(end) or written[0].rstrip("'")
    for letter, over in [*((x, i.range) for x, i in found.fixed.items()), *found.letters.items()]:
        end = resolved(over)
        if isinstance(end, OpenRange):
            letters.setdefault(end, letter.partition("_")[0])

    def closed(r: Range | None) -> Range:
        end = resolved(r)
        return sizes.range_of(end, letters.get(end)) if isinstance(end, OpenRange) else end or OpenRange()

    def closed_shape(made: Tensor) -> Tensor:
        return replace(made, ranges=tuple(map(closed, made.ranges)))

    counts = {means[x] for x in letters.values() if x in means}
    arrays = {key: closed_shape(made) for key, made in arrays.items() if key.latex not in counts}
    ahead = _used_before(trial, scope.missing | {key.letter for key in found.arrays if key not in arrays}, chains)
    return Inferred(
        arrays,
        {k: closed_shape(e) if isinstance(e, Tensor) else e for k, e in ahead.items() if k not in arrays},
        {x: Index(i.letter, closed(i.range), "fixed") for x, i in found.fixed.items()},
        {
            x: replace(a, ranges=tuple(map(closed, a.ranges)), target=closed(a.target))
            for x, a in found.index_arrays.items()
        },
        {x: closed(r) for x, r in found.letters.items()},
        {**unknown_functions(names, arrays, trial.once_unread), **last_layers(names, trial, arrays)},
        found.functions,
        found.entrywise,
        found.columns,
        found.sizes,
        {key: entry for key, entry in late.items() if key in arrays},
    )


def _is_readable(scope: Scope, key: NameKey) -> bool:
    """True if a name has a definition that can be read, once what it uses is inferred."""
    return isinstance(scope.values.get(key), Defined) and key not in scope.once_unread


def _sizes_of_means(names: UndeclaredNames) -> dict[str, str]:
    """The N of ``\\frac{1}{N} \\sum_k`` by its letter k: it counts the positions of a sum without bounds."""
    out: dict[str, str] = {}
    for n in (n for tree in names.trees for n in subnodes(tree)):
        pairs = [(a, b) for (_, a), (op, b) in pairwise(n.factors) if op == ""] if isinstance(n, ProductNode) else []
        pairs += [(n, n.num)] if isinstance(n, QuotientNode) else []
        for quotient, total in pairs:
            if not (isinstance(quotient, QuotientNode) and isinstance(total, BigOp)) or total.sup:
                continue
            count, letters = quotient.den, summed_letters(total)
            if isinstance(count, Sym) and len(count.key) == 1 and names.is_undeclared(count) and len(letters) == 1:
                out.setdefault(min(letters), count.key)
    return out


@dataclass(slots=True)
class _SizeNames:
    """Gives sizes to open ranges: the N of a mean, else ``n_i`` for those of a letter i, else a capital that is not
    used."""

    taken: set[str]
    means: dict[str, str]
    given: dict[Range, Range] = field(default_factory=dict)

    def range_of(self, r: Range, letter: str | None) -> Range:
        if r not in self.given:
            self.given[r] = Range.of_size(self.name(letter))
        return self.given[r]

    def name(self, letter: str | None) -> str:
        if letter in self.means:
            return self.means[letter]
        candidates = [f"n_{{{letter}}}"] if letter else list(SIZES)
        candidates += [f"n_{{{k}}}" for k in range(1, 2 * MAX_NAMES)]
        name = next(c for c in candidates if c not in self.taken)
        self.taken.add(name)
        return name
