"""Costs that a document differentiates and never defines: ``\\partial L / \\partial y``, ``dV = P^\\top dO``.

They are functions of those of the quantities they are differentiated by that none of the others is built on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from symgrad.core.nodes import Tensor
from symgrad.core.ranges import Range
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, is_name, letter_key, starts_name
from symgrad.reading.tree.syntax import Derivative, Differential, ProductNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import children, subnodes
from symgrad.text.diagnostic import NotationError

UNNAMED = NameKey("")
"""The key of the cost of ``dX`` where the document gives it no name."""


def gradient_head(scope: Scope, left: Sequence[Token]) -> NameKey | None:
    """The name ``V`` of a left side ``dV``, if ``V`` is declared or defined and ``d`` is not."""
    if len(left) < 2 or left[0].text != "d" or left[0].style or not starts_name(left[1]):
        return None
    if NameKey("d") in scope.values or "d" in scope.indices:
        return None
    parser = Parser(left[1:], scope, cover(left))
    try:
        sym = parser.scripts_of(parser.base_name())
    except NotationError:
        return None
    return scope.value_key(sym)[0] if parser.peek() is None else None


def note_derivatives(scope: Scope, sides: Iterable[SyntaxNode]) -> None:
    """Note by what the costs without a definition are differentiated."""
    for node in (n for side in sides for n in subnodes(side)):
        if isinstance(node, Differential):
            _note(scope, UNNAMED, node.name)
        elif isinstance(node, Derivative):
            cost = node.body.factors[0][1] if isinstance(node.body, ProductNode) else node.body  # `\nabla_z C a`
            if not isinstance(cost, Sym) or not is_bare(cost):
                continue
            key = NameKey(cost.key)
            if scope.value_key(cost)[0] is None and not scope.calls.named(key) and key not in scope.declared_at:
                for target in node.targets:
                    _note(scope, key, target)


def is_bare(sym: Sym) -> bool:
    return not (sym.sub or sym.sup or sym.primes)


def _note(scope: Scope, cost: NameKey, target: SyntaxNode) -> None:
    key = scope.value_key(target)[0] if isinstance(target, Sym) else None
    if key is not None:
        scope.differentiated.setdefault(cost, {})[key] = None


@dataclass(frozen=True, slots=True)
class Costs:
    """What a whole document says of its costs: the arguments of those that it never defines, and whose gradient by
    ``X`` it writes ``dX``, and over which samples that cost is a mean."""

    arguments: dict[NameKey, tuple[NameKey, ...]]
    gradients: NameKey | None
    samples: tuple[Range, ...]
    endings: frozenset[str]
    """Names that the document gives to derivatives and uses after that."""
    unlabelled: frozenset[str] = frozenset()
    """The letters of costs that are defined with a label alone, ``J_{\\text{neg}}``, and differentiated without."""
    closing: frozenset[str] = frozenset()
    """Names at the ends of chains that have no other meaning and are differentiated."""
    spelled_out: frozenset[str] = frozenset()
    """New names that the next side of a chain writes out, without a definition."""

    def enter(self, scope: Scope) -> None:
        """Enter them into the scope of a document that is about to be read."""
        scope.costs, scope.gradients, scope.samples = self.arguments, self.gradients, self.samples
        scope.endings, scope.unlabelled = set(self.endings), self.unlabelled
        scope.closing, scope.spelled_out = set(self.closing), set(self.spelled_out)


def undefined_costs(scope: Scope, chains: Iterable[Iterable[SyntaxNode]]) -> Costs | None:
    """The costs of a document; None if a second reading adds nothing. ``scope``: that of the document's end."""
    found = {}
    written = [n for sides in chains for side in sides for n in subnodes(side)]
    between = {NameKey(t.key) for n in written if isinstance(n, Derivative) for t in n.targets if isinstance(t, Sym)}
    for cost, targets in scope.differentiated.items():
        if cost in between or cost in scope.values or scope.calls.named(cost) or cost in scope.unread:
            continue
        if scope.labelled(cost.letter) is not None:
            continue
        if cost != UNNAMED or _are_used(scope, targets):
            found[cost] = dict(targets)
    unlabelled = scope.unlabelled | {
        c.letter
        for c in scope.differentiated
        if c not in scope.values and not scope.calls.named(c) and scope.labelled(c.letter) is not None
    }
    gradients = scope.gradients if UNNAMED in found else None
    named = [c for c in found if c != UNNAMED and c not in scope.functions]
    if gradients == UNNAMED and len(named) == 1:
        gradients = named[0]
    if gradients in found and gradients is not None:
        found[gradients] |= found[UNNAMED]
    arguments = {cost: tuple(last_of(scope, targets)) for cost, targets in found.items()}
    samples = tuple(r for r, count in scope.means.items() if count > 0)
    used = Counter(n.key for n in written if isinstance(n, Sym))
    endings = frozenset(key for key in scope.endings if used[key] > 1)
    above = {n.body.key for n in written if isinstance(n, Derivative) and isinstance(n.body, Sym)}
    new = frozenset(
        x for x in scope.closing | scope.spelled_out if scope.costs is not None or not _is_defined(scope, x)
    )
    closing, spelled_out = new & scope.closing & above, new & scope.spelled_out
    if not (found or endings or unlabelled or closing or spelled_out) and scope.gradients is None:
        return None
    return Costs(arguments, gradients, samples, endings, unlabelled, closing, spelled_out)


def _is_defined(scope: Scope, letter: str) -> bool:
    """True if a name with this letter has a definition."""
    return letter in scope.defined_in_text or any(
        k.letter == letter and isinstance(e, Defined) for k, e in scope.values.items()
    )


def last_of(scope: Scope, keys: Iterable[NameKey]) -> list[NameKey]:
    """Those of some names that none of the others is built on."""
    names = list(keys)
    below = reached(scope, names)
    return [key for key in names if key not in below]


def reached(scope: Scope, keys: Iterable[NameKey]) -> set[NameKey]:
    """The names that definitions of some names are built on, directly or indirectly."""
    ahead = [n for key in keys for n in _mentioned(scope, scope.values.get(key))]
    found: set[NameKey] = set()
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            ahead += _mentioned(scope, scope.values.get(key))
    return found


def _mentioned(scope: Scope, entry: object) -> Iterator[NameKey]:
    """The names in the body of a definition, without those in derivatives."""
    ahead: list[SyntaxNode] = [entry.body] if isinstance(entry, Defined) else []
    while ahead:
        node = ahead.pop()
        if isinstance(node, Sym):
            key = scope.value_key(node)[0]
            if key is not None:
                yield key
        if not isinstance(node, (Derivative, Differential)):
            ahead += children(node)


def _are_used(scope: Scope, targets: Iterable[NameKey]) -> bool:
    """True if something is built on one of some names, or one is given by none: ``dx = x - y`` may be a name."""
    wanted = set(targets)
    if not wanted <= scope.given:
        return True
    entries = (*scope.values.values(), *scope.calls.values())
    return any(key in wanted for entry in entries for key in _mentioned(scope, entry))


def named_cost(left: SyntaxNode, right: SyntaxNode) -> NameKey | None:
    """The cost of ``dO = \\partial L/\\partial O``, which says what ``d`` stands for and claims nothing."""
    if not (isinstance(left, Differential) and isinstance(right, Derivative) and isinstance(right.body, Sym)):
        return None
    by = [_spelling(t) for t in right.targets if isinstance(t, Sym)]
    return NameKey(right.body.key) if is_bare(right.body) and by == [_spelling(left.name)] else None


def _spelling(sym: Sym) -> tuple[str, ...]:
    """A name as it is written."""
    return (sym.key, *(t.text for t in sym.sub), "^", *(t.text for t in sym.sup))


def is_unused(scope: Scope, sym: Sym, but: str = "") -> bool:
    """True for a name without any meaning that no definition mentions. ``but``: the name of one that may do so."""
    taken = scope.is_function(sym.key) or sym.key in scope.indices or sym.key in scope.sizes or sym.key in scope.letters
    if taken or NameKey(sym.key) in scope.functions or scope.calls.named(NameKey(sym.key)):
        return False
    entries = [e for e in (*scope.values.values(), *scope.calls.values()) if isinstance(e, Defined)]
    entries = [e for e in entries if scope.provisional.get(e.key) is not e and (not but or str(e.key) != but)]
    return not any(isinstance(n, Sym) and n.key == sym.key for e in entries for n in subnodes(e.body))


def goes_forward(scope: Scope, left: SyntaxNode, right: SyntaxNode) -> bool:
    """True for ``dz = y dx + x dy`` where ``z`` is built on ``x`` and ``y``: small changes, no gradients."""
    written = {scope.value_key(n.name)[0] for n in subnodes(right) if isinstance(n, Differential)}
    if not isinstance(left, Differential) or not written:
        return False
    key = scope.value_key(left.name)[0]
    return key is not None and written <= reached(scope, [key])


def may_go_forward(scope: Scope, left: Sequence[Token], right: Sequence[Token]) -> bool:
    """True unless ``dV = P^\\top dO`` is a gradient: ``V`` is not built on all the names with a ``d`` on the right."""
    key = gradient_head(scope, left)
    if key is None:  # `d(A X) = …`; `dx = f dt` of an undeclared `x` is an equation for it
        unknown = len(left) > 1 and starts_name(left[1]) and not scope.is_function(left[1].text)
        return not unknown and not _keeps_d(scope, right)
    behind = (right[k + 1 :] for k, t in enumerate(right) if t.text == "d" and k + 1 < len(right))
    written = {name for rest in behind if (name := _first_name(scope, rest)) is not None}
    return bool(written) and not _keeps_d(scope, right) and written <= reached(scope, [key])


def _keeps_d(scope: Scope, right: Sequence[Token]) -> bool:
    """True if ``d`` is a name on this side. One that is a size, or has no declaration, is the sign of a differential
    where it stands amid a product in front of an array: ``\\operatorname{tr}(A^{-1} dA)``.
    """
    if not scope.names_d():
        return False
    named = scope.values.get(NameKey("d"))
    declared = named is not None and not scope.is_provisional(NameKey("d"))
    if declared or "d" in scope.indices or "d" in scope.letters:
        return True
    return not any(_is_amid(scope, right, k) for k, t in enumerate(right) if t.text == "d" and not t.style)


def _is_amid(scope: Scope, side: Sequence[Token], k: int) -> bool:
    """True for a ``d`` behind a factor and right before the name of an array."""
    if not k or k + 1 == len(side) or side[k + 1].spaced or not is_name(side[k + 1]):
        return False
    before = side[k - 1]
    follows = before.kind in ("close", "letter", "word") or before.text in (")", "]", "\\top", "\\Sigma", "\\Lambda")
    key = NameKey(letter_key(side[k + 1]))
    made = scope.values.get(key)
    return follows and made is not None and (not isinstance(made, Tensor) or bool(made.ranges))


def _first_name(scope: Scope, tokens: Sequence[Token]) -> NameKey | None:
    """The declared or defined name that tokens begin with."""
    if not starts_name(tokens[0]):
        return None
    parser = Parser(tokens, scope, cover(tokens[:1]))
    try:
        return scope.value_key(parser.scripts_of(parser.base_name()))[0]
    except NotationError:
        return None
