"""The chains of a display, in the order in which they are read: a definition before its use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.names.definition_syntax import Definer
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import IMPLIES, Relation, read_relations
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, is_name, letter_key, letters_in, subscripted
from symgrad.text.diagnostic import NotationError


def chains(relations: Sequence[Relation]) -> list[list[Relation]]:
    """Group relations that continue each other; behind ``\\Rightarrow`` another chain begins."""
    out: list[list[Relation]] = []
    for r in relations:
        if r.continues and out and out[-1][-1].sign not in IMPLIES:
            out[-1].append(r)
        else:
            r.continues = False
            out.append([r])
    return out


def with_explained(scope: Scope, relations: Sequence[Relation]) -> list[Relation]:
    """Relations, and behind each chain what ``\\text{where } r = y - X w`` defines in a remark on it.

    What a remark defines anew, other than the one on an earlier display, stands in front of them.
    """
    out, front, behind = list[Relation](), list[Relation](), list[Relation]()
    for relation in relations:
        if not relation.continues:
            out += behind
            behind = []
        kept = []
        if relation.conditions:
            positions = subscripted((*relation.left, *relation.right)) | scope.indices.keys()
        for remark in relation.conditions:
            explains = remark[0].kind == "text" and remark[0].text.strip().lower() in ("where", "with")
            made = read_relations([tuple(remark[1:])], None, scope.words) if explains else []
            ties = any(r.left and letter_key(r.left[0]) in positions for r in made)  # `where i = j`
            if (
                not made
                or ties
                or not all((_is_new(scope, r) or _restates(scope, r)) and not r.conditions for r in made)
            ):
                kept.append(remark)
            elif made[0].left not in [r.left for r in behind]:  # all relations of a row have its remarks
                for one in (_explained_anew(scope, r) for r in made):
                    (behind if one.sign == "=" else front).append(one)
        relation.conditions = kept
        out.append(relation)
    return [*front, *out, *behind]


def _explained_anew(scope: Scope, relation: Relation) -> Relation:
    """The relation as a definition anew, if its name has none but that of the remark on an earlier display."""
    name = letter_key(relation.left[0])
    earlier = scope.explained.get(name)
    right = scope.explained[name] = [t.text for t in relation.right]
    anew = earlier not in (None, right) and _restates(scope, relation)
    return replace(relation, sign=":=") if anew else relation


def _is_new(scope: Scope, relation: Relation) -> bool:
    """True for an equation of a name alone that has no meaning yet."""
    name = relation.left
    new = len(name) > 0 and is_name(name[0]) and not scope.has_meaning(letter_key(name[0]))
    return new and relation.sign == "=" and relation.unread is None and is_undefined(scope, name)


def _restates(scope: Scope, relation: Relation) -> bool:
    """True for an equation of a name that is defined already: a claim."""
    left = relation.left
    key = NameKey(letter_key(left[0])) if len(left) == 1 and is_name(left[0]) else None
    return relation.sign == "=" and key is not None and isinstance(scope.values.get(key), Defined)


def definitions_first(scope: Scope, chains: list[list[Relation]]) -> list[list[Relation]]:
    """The chains of a display with ``r = y - \\lambda`` in front of ``g = X^\\top r``, behind which it is written.

    What the first side of a chain has is an unknown of it, which a later one solves.
    """
    out: list[list[Relation]] = []
    for chain in chains:
        at = len(out)
        # of `z^l = W^l a^{l-1}, \quad a^l = \sigma(z^l)`, the second says nothing of the first
        if out and len(chain) == 1 and not scope.layers and _is_new(scope, chain[0]):
            letter = letter_key(chain[0].left[0])
            users = [k for k, other in enumerate(out) if letter in letters_in([t for r in other for t in r.right])]
            unknown = any(letter in letters_in(other[0].left) or other[-1].sign in IMPLIES for other in out)
            at = users[0] if users and not unknown and letters_in(out[users[0]][0].left) else at
        out.insert(at, chain)
    return out


def is_undefined(scope: Scope, left: tuple[Token, ...]) -> bool:
    """True for the left side of an equation that can define it."""
    try:
        name = Parser(left, scope, cover(left), True).whole()
    except NotationError:
        return False
    return Definer(scope).undefined(name) is not None
