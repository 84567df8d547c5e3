"""What a syntax tree uses: its nodes, letters in slots, names as values, and the sizes that bound sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise

from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.cuts import parted
from symgrad.reading.tokens.layers import is_label
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letter_key, letters_in, script_argument
from symgrad.reading.tree.syntax import BigOp, Call, CasesNode, Paren, ProductNode, Scripted, Sym, SyntaxNode, Terms
from symgrad.text.diagnostic import NotationError

LEAVES = (
    "Span",
    "Fraction",
    "str",
    "int",
    "bool",
    "tuple[Token, ...]",
    'Literal["sum", "prod"]',
    'Literal["mean", "variance", "covariance"]',
)
"""The types of fields that hold no nodes."""
INNER: dict[type[SyntaxNode], tuple[str, ...]] = {}
"""The fields of each kind of node that may hold nodes."""
EVENTS = ("P", "\\mathbb{P}", "Pr", "p", "q", "\\pi")
"""Letters of functions whose arguments are events."""
POSITION_ABOVE = 3
"""The tokens of ``(i)``."""
CONSTANTS = ("C", "K", "N", "M", "T", "L", "D", "E")
"""Capitals that are as often numbers as matrices."""
CHAINED = ("\\le", "<")
"""The signs of ``1 \\le j \\le t``."""


def subnodes(node: SyntaxNode) -> tuple[SyntaxNode, ...]:
    """A node and all nodes below it, in written order; gathered once for a node."""
    if not node.below:
        found: list[SyntaxNode] = []
        ahead = [node]
        while ahead:
            inner = ahead.pop()
            found.append(inner)
            ahead += children(inner)[::-1]
        object.__setattr__(node, "below", tuple(found))
    return node.below


def children(node: SyntaxNode) -> list[SyntaxNode]:
    """The nodes directly below a node, in written order."""
    kind = type(node)
    names = INNER.get(kind)
    if names is None:
        own = [f for f in fields(kind) if f.init and f.type not in LEAVES]
        names = INNER[kind] = tuple(f.name for f in own)
    found: list[SyntaxNode] = []
    for name in names:
        _gather(getattr(node, name), found)
    return found


def _gather(value: object, found: list[SyntaxNode]) -> None:
    if isinstance(value, SyntaxNode):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            if not isinstance(item, Token):
                _gather(item, found)


def slot_letters(scope: Scope, node: SyntaxNode) -> set[str]:
    """The letters in scripts, limits and conditions anywhere below a node.

    The label of a declared or defined name is not a letter: with a matrix ``W_f``, the product ``W_f x`` has none.
    """
    out: set[str] = set()
    for n in subnodes(node):
        out.update(key for script in _slots(scope, n) for key in letters_in(script))
    return out


def names_in_exponents(node: SyntaxNode) -> set[str]:
    """The letters with a subscript of their own in exponents: the ``\\theta`` of ``e^{\\theta_0 + \\theta_1 x}``."""
    scripts = [n.sup for n in subnodes(node) if isinstance(n, (Sym, Scripted))]
    pairs = [(t, behind) for tokens in scripts for t, behind in pairwise(tokens) if is_name(t)]
    return {letter_key(t) for t, behind in pairs if behind.kind == "sub"}


def positions_of(arguments: Sequence[SyntaxNode]) -> tuple[Token, ...]:
    """The letters of the positions that arguments stand at, each once: the i of ``h(x_i)``, ``h(x^{(i)}, y^{(i)})``."""
    found: dict[str, Token] = {}
    below = [n for node in arguments for n in subnodes(node)]
    functions = {id(n.function) for n in below if isinstance(n, Call)}
    for n in (n for n in below if isinstance(n, Sym) and id(n) not in functions):
        above = n.sup[1:-1] if len(n.sup) == POSITION_ABOVE and n.sup[0].text == "(" else ()
        for t in (*n.sub, *above):
            if is_name(t) and len(t.text) == 1 and t.text.islower():
                found.setdefault(letter_key(t), t)
    return tuple(found.values())


def times_written(scope: Scope, node: SyntaxNode, letter: str) -> int:
    """How often a letter is written below a node, in slots, limits and by itself, regardless of primes and stars."""
    bare = letter.split("'")[0].split("^")[0]
    count = 0
    for n in subnodes(node):
        count += sum(letter_key(t) == bare for script in _slots(scope, n) for t in script if is_name(t))
        count += isinstance(n, Sym) and n.key == bare
    return count


def _slots(scope: Scope, node: SyntaxNode) -> list[tuple[Token, ...]]:
    """The scripts, limits and conditions of a node, without the labels of names."""
    if isinstance(node, CasesNode):
        return [tokens for _, tokens in node.branches]
    scripts = [getattr(node, name, ()) for name in ("sub", "sup", "condition")]
    if isinstance(node, Sym):
        scripts[:2] = scope.value_key(node)[1:]
    return scripts


def value_names(scope: Scope, node: SyntaxNode, inside: frozenset[Defined] = frozenset()) -> set[str]:
    """The names used as values below a node, in exponents too; not an argument of a function that takes a position."""
    out: set[str] = set()
    positions: set[int] = set()
    for n in subnodes(node):
        if isinstance(n, Call):
            kinds = argument_kinds(scope, scope.calls.get((NameKey(n.function.key), len(n.args))), inside)
            positions |= {id(arg) for arg, is_index in zip(n.args, kinds, strict=False) if is_index}
        if isinstance(n, Sym) and id(n) not in positions and not is_own_name(scope, n):
            out.add(n.key)
        if isinstance(n, (Sym, Scripted)):
            out |= _exponent_values(scope.value_key(n)[2] if isinstance(n, Sym) else n.sup)
    return out


def is_own_name(scope: Scope, sym: Sym) -> bool:
    """True for a ``\\theta_1`` with a meaning of its own: beside ``J(\\theta)``, it is no entry of the argument."""
    key = scope.value_key(sym)[0] if sym.sub else None
    return key is not None and bool(key.below)


def holds_own_names(scope: Scope, node: SyntaxNode, letter: str) -> bool:
    """True if a body has names of their own of the letter of its argument: the ``\\theta_1`` of ``f(\\theta)``."""
    if not any(key.letter == letter and key.below for key in scope.values):
        return False
    below = subnodes(node)
    scripts = [n.sup for n in below if isinstance(n, (Sym, Scripted))]
    raised = any(letter_key(a) == letter and b.kind == "sub" for tokens in scripts for a, b in pairwise(tokens))
    return raised or any(isinstance(n, Sym) and n.key == letter and is_own_name(scope, n) for n in below)


def is_delta(sym: Sym) -> bool:
    """True for Kronecker's delta: ``\\delta_{ij}``, ``\\delta_i^j``, ``\\delta_{k, y}``, ``\\delta_{1i}``."""
    above = () if has_label_above(sym) else sym.sup
    letters, numbers = letters_in((*sym.sub, *above)), [t for t in sym.sub if t.text.isdigit()]
    return sym.key == "\\delta" and bool(letters) and len(letters) + len(numbers) >= 2


def has_label_above(sym: Sym) -> bool:
    """True for ``\\delta^{(2)}_j``, ``\\delta^{[l]}``, ``\\delta^{l+1}_j`` of layers: a name, whatever its letter."""
    first = sym.sup[0] if sym.sup else None
    return first is not None and (first.text in ("(", "[") or is_label(first))


def _exponent_values(tokens: Sequence[Token]) -> set[str]:
    """The names of an exponent outside of its subscripts; ``(i)`` and ``[l]`` alone are positions or labels."""
    if tokens and tokens[0].text in ("(", "[") and tokens[-1].text in (")", "]"):
        return set()
    out: set[str] = set()
    at = 0
    while at < len(tokens):
        if tokens[at].kind == "sub":
            _, at = script_argument(tokens, at + 1)
            continue
        if is_name(tokens[at]):
            out.add(letter_key(tokens[at]))
        at += 1
    return out


def position_arguments(scope: Scope, call: Call) -> set[str]:
    """The letters that stand for positions among the arguments of a defined function, ``F(t)``."""
    kinds = argument_kinds(scope, scope.calls.get((NameKey(call.function.key), len(call.args))))
    pairs = zip(call.args, kinds, strict=False)
    return {a.key for a, is_position in pairs if is_position and isinstance(a, Sym) and not a.sub}


def parameters_of(head: Call) -> set[str]:
    """The names behind the semicolon of ``f(x; w)``."""
    at = head.span.text.find(";")
    behind = [a for a in head.args if 0 <= at < a.span.start - head.span.start]
    return {a.key for a in behind if isinstance(a, Sym) and not (a.sub or a.sup or a.primes)}


def subscript_letters(scope: Scope, node: SyntaxNode) -> set[str]:
    """The letters of subscripts below a node, without the labels of names: these are positions, whatever else."""
    out: set[str] = set()
    for n in subnodes(node):
        if isinstance(n, (Sym, Scripted)):
            sub = scope.value_key(n)[1] if isinstance(n, Sym) else n.sub
            out.update(letters_in(sub))
    return out


def argument_kinds(scope: Scope, entry: Defined | None, inside: frozenset[Defined] = frozenset()) -> tuple[bool, ...]:
    """True for each argument of a definition that is a position: used in subscripts, or in slots and nowhere else.

    ``inside``: the definitions that are being looked at, which ends the recursion of one through itself.
    """
    if entry is None or entry.arguments is None or entry in inside:
        return ()
    in_subscripts, in_slots = subscript_letters(scope, entry.body), slot_letters(scope, entry.body)
    as_values = value_names(scope, entry.body, inside | {entry})
    functions = [n.function for n in subnodes(entry.body) if isinstance(n, Call)]
    parameters = {x for f in functions for x in letters_in(f.sub) if NameKey(x) in scope.values} - {*scope.indices}

    def is_position(a: str) -> bool:
        if a in parameters and a not in scope.letters:
            return False  # the theta of `\\pi_\\theta(a)`
        if a in in_subscripts:
            return True
        named = a in in_slots or a in scope.indices or a in scope.letters or NameKey(a) not in scope.values
        return named and a not in as_values

    return tuple(map(is_position, entry.arguments))


def sum_letter(token: Token) -> str:
    """The key of a letter in a sum's limits."""
    return token.text if token.kind == "word" else letter_key(token)


def outside_letters(nodes: Sequence[SyntaxNode]) -> frozenset[str]:
    """The letters in scripts outside of all sums over them."""
    out: set[str] = set()
    for node in nodes:
        out |= _outside(node)
    return frozenset(out)


def _outside(node: SyntaxNode) -> set[str]:
    if isinstance(node, BigOp):
        return (_outside(node.body) - set(letters_in(node.sub))) | set(letters_in(node.sup))
    out: set[str] = set()
    for name in ("sub", "sup", "condition"):
        out.update(letters_in(getattr(node, name, ())))
    if isinstance(node, CasesNode):
        out.update(key for _, tokens in node.branches for key in letters_in(tokens))
    for inner in children(node):
        out |= _outside(inner)
    return out


def note_array_functions(scope: Scope, nodes: Sequence[SyntaxNode]) -> None:
    """Note the functions whose values are transposed, stand in a norm, or are multiplied entry by entry."""
    for n in (n for node in nodes for n in subnodes(node)):
        tops = any(t.text == "\\top" for t in getattr(n, "sup", ()))
        if isinstance(n, Scripted) and isinstance(n.base, Call) and tops:
            scope.array_valued.add(n.base.function.key)
        elif isinstance(n, Call) and any(t.text == "\\top" for t in n.function.sup):
            scope.array_valued.add(n.function.key)
        elif isinstance(n, Paren) and n.kind == "||":
            inside = [m for item in n.items for m in _terms(item)]
            scope.array_valued.update(m.function.key for m in inside if isinstance(m, Call))
        elif isinstance(n, ProductNode):
            pairs = [(a, b) for (_, a), (op, b) in pairwise(n.factors) if op == "o"]
            scope.array_valued.update(m.function.key for pair in pairs for m in pair if isinstance(m, Call))
            scope.array_valued |= _beside_matrices(scope, n)


def _beside_matrices(scope: Scope, product: ProductNode) -> set[str]:
    """The functions that stand beside a matrix, ``A f(x)``, and those of matrices, ``f(A) f(B)``: no numbers.

    A capital that nothing declares is a matrix here.
    """
    out: set[str] = set()
    for (_, a), (op, b) in pairwise(product.factors):
        calls = [m for m in (a, b) if isinstance(m, Call) and m.function.key not in EVENTS]
        if op == "" and len(calls) == 1 and any(_may_be_matrix(scope, m) for m in (a, b)):
            out.add(calls[0].function.key)
        elif op == "" and len(calls) == 2 and all(_may_be_matrix(scope, x) for m in calls for x in m.args):
            out |= {m.function.key for m in calls}
    return out


def _may_be_matrix(scope: Scope, node: SyntaxNode) -> bool:
    """True for a capital that no one declares or defines, and that is no size."""
    if not isinstance(node, Sym) or node.sub or not (node.key.isupper() and len(node.key) == 1):
        return False
    key = scope.value_key(node)[0]
    return node.key not in scope.sizes and node.key not in CONSTANTS and (key is None or scope.is_provisional(key))


def _terms(node: SyntaxNode) -> Sequence[SyntaxNode]:
    """The terms of a sum; else the node alone."""
    return [term for _, term in node.items] if isinstance(node, Terms) else [node]


def note_sizes(scope: Scope, nodes: Sequence[SyntaxNode]) -> None:
    """Enter as sizes the letters in the bounds of sums that are nowhere used as positions, before any sum is read."""
    below = [n for node in nodes for n in subnodes(node)]
    positions = {key for n in below if isinstance(n, (Sym, Scripted)) for key in letters_in(n.sub)}
    positions -= size_labels(nodes)
    for n in below:
        if isinstance(n, BigOp):
            ends = _ends(n)
            bound = set(letters_in(n.sub)) - ends
            values = {key.letter for key in scope.values if key.is_letter}
            known = positions | bound | scope.indices.keys() | scope.letters.keys() | values
            for name in sorted(ends - known):
                scope.sizes.add(name)


def size_labels(nodes: Sequence[SyntaxNode]) -> set[str]:
    """The capital letters that end sums and stand behind single names alone: the ``B`` of ``\\mu_B``, a label.

    In ``\\mu_B = \\frac{1}{B} \\sum_{i=1}^B x_i`` it says of how many values the mean is. A small letter may be a
    position, ``s_t = \\sum_{i=1}^t x_i``.
    """
    below = [n for node in nodes for n in subnodes(node)]
    ends = {x for n in below if isinstance(n, BigOp) for x in _ends(n) if len(x) == 1 and x.isupper()}
    others = {
        x for n in below if isinstance(n, (Sym, Scripted)) and len(letters_in(n.sub)) > 1 for x in letters_in(n.sub)
    }
    bound = {x for n in below if isinstance(n, BigOp) for x in summed_letters(n)}
    return ends - others - bound


def _ends(node: BigOp) -> set[str]:
    """The letters in the two ends of a sum, ``\\sum_{i=1}^N`` or ``\\sum_{1 \\le i \\le N}``."""
    tokens = list(node.sup)
    cuts = [k for k, t in enumerate(node.sub) if t.text in CHAINED]
    if len(cuts) == 2:
        tokens += [*node.sub[: cuts[0]], *node.sub[cuts[1] + 1 :]]
    return set(letters_in(tokens))


def note_bounds(scope: Scope, body: SyntaxNode) -> None:
    """Remember the latest bounds of each letter, for later sums without bounds."""
    for n in subnodes(body):
        if isinstance(n, BigOp) and n.op in ("sum", "prod") and (n.sup or any(t.text in CHAINED for t in n.sub)):
            for t in n.sub:
                if is_name(t):
                    scope.bounds[letter_key(t)] = (n.sub, n.sup)


def position_in_set(piece: Sequence[Token]) -> tuple[Token, ...]:
    """The ``j`` of ``w_j \\in S``, which runs over the members of S by their numbers; empty for any other piece."""
    if len(piece) < 4 or not is_name(piece[0]) or piece[1].kind != "sub":
        return ()
    try:
        below, end = script_argument(piece, 2)
    except NotationError:
        return ()
    return below if end < len(piece) and piece[end].text == "\\in" and all(map(is_name, below)) else ()


def summed_letters(node: BigOp) -> set[str]:
    """The letters that a sum binds: of ``j \\neq y`` the first, of ``i : y_i x_i < 1`` that before the colon, of
    ``w_j \\in S`` the j.
    """
    out: set[str] = set()
    colon = next((k for k, t in enumerate(node.sub) if t.text == ":"), len(node.sub))
    for piece in parted(node.sub[:colon], ","):
        unequal = next((k for k, t in enumerate(piece) if t.text in ("\\neq", "\\ne")), len(piece))
        out.update(letters_in(position_in_set(piece) or piece[:unequal]))
    return out
