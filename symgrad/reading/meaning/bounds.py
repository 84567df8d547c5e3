"""The letters that a written sum binds, each with its written ends, sets and conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from symgrad.core.nodes import Tensor
from symgrad.core.ranges import Affine, Gather, Index, Range, Subset
from symgrad.reading.meaning.conditions import as_position
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.names.name_keys import labelled_size
from symgrad.reading.names.sets import is_cardinality
from symgrad.reading.tokens.cuts import CLOSERS, OPENERS, find, items, parted, split_rows, without_commas
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, error, is_name, letter_key, letters_in, script_argument, strip_groups
from symgrad.reading.tree.syntax import BigOp, Sym
from symgrad.reading.tree.used_names import position_in_set, slot_letters, subnodes, sum_letter
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

MAX_LETTERS = 8
RELATIONS = ("=", "\\neq", "<", ">", "\\le", "\\ge", "\\in", "\\notin")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A set that nothing declares, by its name."""

    name: str
    span: Span

    def error(self) -> NotationError:
        """What is said where nothing tells its elements either."""
        remedy = f"declare `${self.name} \\subseteq [W]$`, or `${self.name} = [W]$` if it is all of them"
        return error("SG105", f"`{self.name}` is not declared as a set", self.span, remedy)


@dataclass(slots=True)
class Bound:
    """One letter of a sum: its written ends, subsets and conditions, as tokens."""

    index: Index
    token: Token
    lo: Affine | None = None
    hi: Affine | None = None
    subsets: list[Subset] = field(default_factory=list)
    range: Range | None = None
    unknown: Unknown | None = None
    """A set that nothing declares, where its elements may be outcomes, ``a \\in \\mathcal{A}`` beside ``\\pi(a)``."""
    conditions: list[tuple[Token, ...]] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """True if a set or a condition is written for this letter."""
        return bool(self.subsets or self.conditions or self.range is not None or self.unknown is not None)


def read_bounds(el: Reading, node: BigOp) -> list[Bound]:
    """The letters that a sum binds, in order."""
    if not node.sub:
        raise error("SG101", "a sum must say over what", node.head, "write `\\sum_i`")
    reader = _Reader(el, node)
    rows = strip_groups(node.sub[1:]) if node.sub[0].text == "\\substack" else node.sub
    for row in split_rows(rows):
        for piece in _comma_pieces(row):
            reader.read(piece)
    if node.sup:
        reader.close(node.sup)
    return list(reader.bounds.values())


def _comma_pieces(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Split at the commas, colons, lone bars and wide spaces outside of groups and brackets."""
    out: list[list[Token]] = [[]]
    depth = 0
    separators = ",;:" if sum(t.text == "|" for t in tokens) % 2 == 0 else ",;:|"
    for k, t in enumerate(tokens):
        depth += (t.kind == "open" or t.text in OPENERS) - (t.kind == "close" or t.text in CLOSERS)
        if depth == 0 and _is_listed(out[-1], tokens[k + 1 :]):
            out[-1].append(t)
        elif depth == 0 and (t.kind == "quad" or (t.kind == "symbol" and t.text in separators) or t.text == "\\mid"):
            out.append([])
        else:
            out[-1].append(t)
    return [tuple(p) for p in out if p]


def _is_listed(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """True between the numbers of ``i = 1, 2, \\dots, N``, which are no pieces of their own."""
    if not any(t.text == "=" for t in before):
        return False
    ahead = takewhile(lambda t: t.text not in RELATIONS, after)
    return before[-1].text == "\\dots" or any(t.text == "\\dots" for t in ahead)


@dataclass(slots=True)
class _Reader:
    """Reads the pieces below one sum sign into ``bounds``, by the keys of their letters, in order."""

    el: Reading
    node: BigOp
    bounds: dict[str, Bound] = field(default_factory=dict)

    def bind(self, token: Token, primes: Sequence[Token] = ()) -> Bound:
        token = replace(token, text=token.text + "'" * len(primes)) if primes else token
        key = sum_letter(token)
        if key not in self.bounds:
            if len(self.bounds) == MAX_LETTERS:
                raise error("SG002", f"a sum over more than {MAX_LETTERS} letters", self.node.head)
            self.bounds[key] = Bound(OpenIndex(key, None, "bound"), token)
        return self.bounds[key]

    def read(self, piece: tuple[Token, ...]) -> None:
        """``i``, ``ij``, ``i = 1``, ``1 \\le i \\le N``, ``i \\in S``, or a condition."""
        piece = piece[1:] if piece[0].text == "\\forall" and len(piece) > 1 else piece
        cuts = [k for k, t in enumerate(piece) if t.text in RELATIONS]
        if not cuts:
            self.letters(piece)
            return
        if any(b - a < 2 for a, b in pairwise((-1, *cuts, len(piece)))):
            raise error("SG104", "a side of this bound is missing", cover(piece), "write `\\sum_{i=1}^{N}`")
        if len(cuts) > 1 and self.between(piece, cuts):
            return
        first, sign, right = piece[: cuts[0]], piece[cuts[0]].text, piece[cuts[0] + 1 :]
        if sign == "=" and len(cuts) == 1 and is_name(first[0]):
            self.equal(self.bind(first[0], first[1:]), right)
        elif sign == "\\in" and is_name(first[0]):
            for b in self.waiting():
                self.member(b, right)
            first = position_in_set(piece) or first
            for k, t in enumerate(first):
                if is_name(t):
                    primes = list(takewhile(lambda x: x.kind == "prime", first[k + 1 :]))
                    self.member(self.bind(t, primes), right)
        else:
            self.condition(piece, cuts)

    def waiting(self) -> list[Bound]:
        """The letters just before that have no bounds yet: ``i`` in ``i, j \\in S``."""
        bare = takewhile(lambda b: b.lo is None and not b.known, reversed(self.bounds.values()))
        return list(bare)

    def letters(self, piece: tuple[Token, ...]) -> None:
        """``i'``, or letters run together: ``\\sum_{ij}``."""
        if is_name(piece[0]) and all(t.kind == "prime" for t in piece[1:]):
            self.bind(piece[0], piece[1:])
        elif all(is_name(t) for t in piece):
            for t in piece:
                self.bind(t)
        else:
            raise error("SG101", "this is no letter to sum over", cover(piece))

    def between(self, piece: tuple[Token, ...], cuts: list[int]) -> bool:
        """``1 \\le i < N``, ``1 \\le i < j \\le N``, ``i < j < k``: a chain of letters, with both ends or with none."""
        if not {piece[k].text for k in cuts} <= {"\\le", "<"}:
            return False
        parts = [piece[a + 1 : b] for a, b in pairwise((-1, *cuts, len(piece)))]
        first, *middle, last = parts
        if not all(is_name(p[0]) and all(t.kind == "prime" for t in p[1:]) for p in middle):
            return False
        open_ended = self.is_summed(first) and self.is_summed(last)
        named, signs = (parts, cuts) if open_ended else (middle, cuts[1:])
        bounds = [self.bind(p[0], p[1:]) for p in named]
        for b, left, cut, right in zip(bounds[1:], named, signs, named[1:], strict=False):
            b.conditions.append((*left, piece[cut], *right))
        if open_ended:
            return True
        lo = self.affine(first) + (piece[cuts[0]].text == "<")
        hi = self.affine(last) - (piece[cuts[-1]].text == "<")
        for b in bounds:
            b.lo, b.hi = lo, hi
        return True

    def is_summed(self, part: tuple[Token, ...]) -> bool:
        """True if the end of a chain is itself summed: a letter that only the body of the sum uses."""
        letter = lone_letter(part)
        if letter is None or self.stands_outside(letter):
            return False
        return sum_letter(letter) in slot_letters(self.el.scope, self.node.body)

    def equal(self, b: Bound, right: tuple[Token, ...]) -> None:
        """``i = 1``, ``i = 1, \\dots, N``"""
        dots = find(right, "\\dots")
        if dots is None:
            b.lo = self.affine(right)
        else:
            self.ends(b, right, dots)

    def affine(self, tokens: Sequence[Token]) -> Affine:
        if not strip_groups(tokens):
            raise error("SG104", "a bound of this sum is missing", self.node.head, "write `\\sum_{i=1}^{N}`")
        return affine(self.el, tokens, self.stands_in_slots)

    def stands_in_slots(self, key: str) -> bool:
        """True if a small letter is a position elsewhere, as ``j`` in ``\\sum_{i=j}^C g_j``: it is no size."""
        return key.islower() and (key in slot_letters(self.el.scope, self.node.body) or key in self.el.outside)

    def ends(self, b: Bound, tokens: tuple[Token, ...], dots: int) -> None:
        """``1, \\dots, N``, ``1, 2, \\dots, N``"""
        first, *further = items(tokens[:dots]) or [()]
        b.lo = self.affine(first)
        if any(self.affine(p) != b.lo + k for k, p in enumerate(further, 1)):
            raise error("SG112", "these dots are not understood", cover(tokens), "write `1, \\dots, N`")
        b.hi = self.affine(without_commas(tokens[dots + 1 :]))

    def member(self, b: Bound, right: tuple[Token, ...]) -> None:
        """``i \\in \\mathcal{N}``, ``i \\in [W]``, ``i \\in \\{1, \\dots, N\\}``; ``S \\setminus \\{o\\}``"""
        whole, *without = parted(right, "\\setminus")
        if without and not all((whole, *without)):
            raise error("SG104", "a set is missing here", cover(right), "write `\\mathcal{N} \\setminus \\{o\\}`")
        right = whole
        for less in without:
            self.left_out(b, less)
        if len(right) == 1 and letter_key(right[0]) in self.el.scope.subsets:
            b.subsets.append(self.el.scope.subsets[letter_key(right[0])])
            return
        bracketed = (right[0].text, right[-1].text) in (("[", "]"), ("\\{", "\\}"))
        dots = find(right, "\\dots") if bracketed else None
        if dots is not None:
            self.ends(b, right[1:-1], dots - 1)
        elif right[0].text == "[" and right[-1].text == "]":
            ends = items(right[1:-1])
            if len(ends) == 2:  # `[1, N]`
                b.lo, b.hi = map(self.affine, ends)
            else:
                b.range = Range.of_size(self.affine(right[1:-1]))
        else:
            self.whole_set(b, right)

    def whole_set(self, b: Bound, right: tuple[Token, ...]) -> None:
        """A set that is declared as a range, or has the name of its size: ``i \\in N``, ``w \\in V`` with ``|V|``.

        One that nothing declares is the whole range of arrays without a declaration: ``u_w`` has ``|V|`` entries.
        """
        name = "".join(sum_letter(t) if is_name(t) else t.text.strip() for t in right)
        if name in self.el.scope.sets:
            b.range = self.el.scope.sets[name]
            if name in self.el.scope.taken_whole:
                self.el.scope.taken_whole[name].add(sum_letter(b.token))
            return
        size = next((s for s in (f"|{name}|", name) if s in self.el.scope.sizes), None)
        if size is None and self.is_set_name(right) and self.picks_undeclared(sum_letter(b.token)):
            size = f"|{name}|"
            self.el.scope.sizes.add(size)
            self.el.scope.sets[name] = Range.of_size(Affine.of(size))
        if size is None and self.is_set_name(right):
            b.unknown = Unknown(name, cover(right))
        elif size is None:
            raise Unknown(name, cover(right)).error()
        else:
            b.range = Range.of_size(Affine.of(size))
        if size == f"|{name}|":
            self.el.scope.taken_whole.setdefault(name, set()).add(sum_letter(b.token))

    def is_set_name(self, right: tuple[Token, ...]) -> bool:
        """True for ``V``, ``\\mathcal{A}``, ``\\text{Vocab}``: capitals and words, and no name of a letter."""
        first = right[0]
        word = len(right) == 1 and first.kind in ("word", "text")
        labelled = len(right) > 1 and right[1].kind == "sub" and script_argument(right, 2)[1] == len(right)
        return word or ((len(right) == 1 or labelled) and is_name(first) and first.text.isupper())

    def picks_undeclared(self, letter: str) -> bool:
        """True if the letter stands below names, and below none that is declared: there it may run over a part."""
        scope, below = self.el.scope, subnodes(self.node.body)
        keys = [scope.value_key(n)[0] for n in below if isinstance(n, Sym) and letter in letters_in(n.sub)]
        declared = [k for k in keys if k is not None and isinstance(scope.values[k], Tensor)]
        return bool(keys) and all(map(scope.is_provisional, declared))

    def left_out(self, b: Bound, less: tuple[Token, ...]) -> None:
        """``\\setminus \\{o, c\\}`` and ``\\setminus \\mathcal{M}`` as conditions on the letter."""
        if len(less) > 2 and less[0].text == "\\{" and less[-1].text == "\\}":
            sign, others = "\\neq", items(less[1:-1])
        elif len(less) == 1 and letter_key(less[0]) in self.el.scope.indices:
            sign, others = "\\neq", [less]  # `\\setminus k` for `\\setminus \\{k\\}`
        else:
            sign, others = "\\notin", [less]
        for other in others:
            b.conditions.append((b.token, replace(b.token, kind="command", text=sign, style=""), *other))

    def condition(self, piece: tuple[Token, ...], cuts: list[int]) -> None:
        """A condition binds those of its letters that are used nowhere else, at least one."""
        first, right = piece[: cuts[0]], piece[cuts[0] + 1 :]
        own = any(key in self.bounds for key in letters_in(piece))
        before, after = lone_letter(first), lone_letter(right)
        if before is None and is_name(first[0]):
            before = first[0]
        if after is not None and self.stands_outside(after) and not self.is_taken(before, after):
            after = None
        if not own and before is not None and not self.stands_outside(before):
            self.bind(before)
            if after is not None and sum_letter(after) in slot_letters(self.el.scope, self.node.body):
                self.bind(after)
        elif not own and after is not None:
            self.bind(after)
        elif not own and before is not None:
            self.bind(before)
        if not self.bounds or (len(cuts) > 1 and not own):
            remedy = "bound the letter itself: `-m \\le j \\le m`"
            raise error("SG101", "this bound is not understood", cover(piece), remedy)
        next(reversed(self.bounds.values())).conditions.append(piece)

    def is_taken(self, before: Token | None, after: Token) -> bool:
        """True if a sum around this one binds the first letter of ``i \\neq j'``, and nothing the second."""
        frames = self.el.letters.bound
        first, second = (sum_letter(t) if t is not None else "" for t in (before, after))
        fixed = second in self.el.scope.indices or second in self.el.scope.sizes
        return any(first in f for f in frames) and not any(second in f for f in frames) and not fixed

    def stands_outside(self, token: Token) -> bool:
        key = sum_letter(token)
        known = self.el.letters.is_letter(key) or key in self.el.scope.sizes or key in self.el.scope.letters
        return known or key in self.el.outside

    def close(self, sup: tuple[Token, ...]) -> None:
        """Read the upper limit. In ``\\sum_{i,j=1}^{N}`` it bounds both letters."""
        bounds = list(self.bounds.values())
        if all(b.lo is None and b.range is None and not b.subsets for b in bounds):
            for b in bounds:  # `\\sum_i^N`, `\\sum_{j \\neq i}^N`, `\\sum_{i,j}^N` count from 1
                b.lo = Affine((), 1)
        ends = items(sup)
        if len(ends) == len(bounds) > 1 and all(b.lo is not None for b in bounds):
            for b, end in zip(bounds, ends, strict=True):  # `\\sum_{i=1, j=1}^{N, M}`
                b.hi = self.affine(end)
            return
        lower = [b for b in self.bounds.values() if b.lo is not None and b.hi is None]
        if not lower:
            raise error("SG101", "an upper bound needs a lower one, `\\sum_{i=1}^{N}`", cover(sup))
        for b in self.bounds.values():
            if b.lo is None and not b.known:
                b.lo = lower[0].lo
            if b.hi is None and b.lo is not None:
                b.hi = self.affine(sup)


def lone_letter(part: Sequence[Token]) -> Token | None:
    """A letter with its primes as one token, if that is all there is."""
    if not part or not is_name(part[0]) or not all(t.kind == "prime" for t in part[1:]):
        return None
    return replace(part[0], text=part[0].text + "'" * (len(part) - 1)) if len(part) > 1 else part[0]


def affine(el: Reading, tokens: Sequence[Token], is_position: Callable[[str], bool]) -> Affine:
    """A bound as an affine in sizes and indices. An undeclared letter in it that is no position becomes a size."""
    tokens = strip_groups(tokens)
    if is_cardinality(tokens):
        return Affine.of(size_name(el, tokens))
    for t in tokens:
        key = sum_letter(t) if is_name(t) else ""
        if key and not el.letters.is_letter(key) and key not in el.scope.letters and not is_position(key):
            el.scope.sizes.add(key)
    if len(tokens) == 2 and tokens[0].kind == "number" and is_name(tokens[1]) and tokens[0].text.isdigit():
        return Affine.of(sum_letter(tokens[1])).scale(int(tokens[0].text[:6]))
    if len(tokens) > 2 and is_name(tokens[0]) and tokens[1].kind == "sub":
        labelled = labelled_size(sum_letter(tokens[0]), tokens[2:])
        if labelled in el.scope.sizes:
            return Affine.of(labelled)
    found = as_position(el, tokens)
    if found is None or isinstance(found, Gather):
        text = cover(tokens).text
        is_array = len(tokens) == 1 and el.scope.is_value(text)
        message = f"`{text}` is no bound of a sum" + ": it is declared as a number or an array" * is_array
        remedy = f"leave out the declaration of `{text}`, or name the size otherwise"
        raise error("SG101", message, cover(tokens), remedy if is_array else "bounds are sizes, numbers and positions")
    return Affine.of(found)


def size_name(el: Reading, tokens: Sequence[Token]) -> str:
    """``|V|`` as the name of a size."""
    name = f"|{''.join(sum_letter(t) if is_name(t) else t.text for t in tokens[1:-1])}|"
    el.scope.sizes.add(name)
    return name
