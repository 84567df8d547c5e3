"""Targets that pick the entry of the true class: ``-\\sum_i y_i \\log p_i = -\\log p_k``, where ``k`` is that class."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symgrad.core.nodes import Tensor
from symgrad.reading.names.abbreviations import differences
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letter_key, letters_in
from symgrad.reading.tree.syntax import BigOp, ProductNode, Sym, SyntaxNode, parts_of


def enter_picked(scope: Scope, left: SyntaxNode, right: SyntaxNode) -> None:
    """Let ``y`` be the one-hot at the true class ``k``, if a sum with its entries is the summand at ``k``."""
    parts = list(differences(left, right))
    if not scope.one_position or len(parts) != 1 or not isinstance(parts[0][0], BigOp):
        return
    whole, picked = parts[0]
    letter = next(iter(letters_in(whole.sub)), "")
    if whole.op != "sum" or not isinstance(whole.body, ProductNode):
        return
    for k, (_, factor) in enumerate(whole.body.factors):
        if not isinstance(factor, Sym) or not _is_entry(factor, letter):
            continue
        rest = whole.body.factors[:k] + whole.body.factors[k + 1 :]
        summand = rest[0][1] if len(rest) == 1 else replace(whole.body, factors=(("", rest[0][1]), *rest[1:]))
        for true in sorted(scope.one_position):
            if not any(differences(_moved(summand, letter, true), picked)):
                _enter(scope, factor, factor.sub[0], true)
                return


def _is_entry(factor: Sym, letter: str) -> bool:
    """True for ``y_i``."""
    plain = not factor.sup and not factor.primes and len(factor.sub) == 1
    return plain and is_name(factor.sub[0]) and letter_key(factor.sub[0]) == letter


def _enter(scope: Scope, target: Sym, slot: Token, true: str) -> None:
    lone = replace(target, sub=())
    key = scope.value_key(lone)[0] or NameKey.unlabelled(lone)
    declared = scope.values.get(key)
    if isinstance(declared, Defined) and not scope.is_provisional(key):
        return
    made = declared if isinstance(declared, Tensor) and declared.ranges else None
    hot = Sym(target.span, "e", sub=(replace(slot, text=true),))
    scope.put("values", key, Defined(key, hot, target.span, one_hot=True, declared=made, serial=scope.serial))


def _moved(node: Any, letter: str, true: str) -> Any:
    """An expression with one letter for another in its subscripts."""
    if isinstance(node, Token):
        return replace(node, text=true) if is_name(node) and node.text == letter else node
    if isinstance(node, tuple):
        return tuple(_moved(n, letter, true) for n in node)
    if not isinstance(node, SyntaxNode):
        return node
    return replace(node, **{name: _moved(getattr(node, name), letter, true) for name in parts_of(node)})
