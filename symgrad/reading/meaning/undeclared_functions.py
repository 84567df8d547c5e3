"""Functions that a document applies and never declares: densities, policies, values of states.

``\\pi_\\theta(a \\mid s)`` is an arbitrary positive function of ``a``, ``s`` and ``\\theta``: the exponential of an
abstract one. What holds for every such function is proved; nothing is refuted on the ground that this one might be any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.core.nodes import ONE, AbstractFunction, Apply, Expr, Func, FunctionForm, Lam, Size, free_indices
from symgrad.core.ranges import Affine, Index
from symgrad.core.substitute import mapped
from symgrad.reading.meaning.rules import Reading, WrittenArgument
from symgrad.reading.meaning.slots import position
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.upstream import with_positions
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.tree.name_parser import DENSITIES, is_policy
from symgrad.reading.tree.scripts import error, is_name, letters_in, read_slots
from symgrad.reading.tree.syntax import Call, Position, Sym, SyntaxNode
from symgrad.text.diagnostic import NotationError

AT = "_\\cdot"
"""The end of the text of an argument at a position."""


def undeclared_function(el: Reading, node: Call) -> ReadValue | None:
    """``p(y \\mid x)``; None if the name or its arguments are not those of an arbitrary function."""
    sym = node.function
    declared = el.scope.codomains.get(NameKey.function(sym))
    if declared is None and sym.key.isalpha() and len(sym.key) > 1 and sym.key not in DENSITIES:
        return None  # `argmin` is the name of something
    if declared is None and sym.key in el.scope.array_valued:
        return None  # `\\phi(x)^\\top` is the transpose of an array
    if sym.primes or (el.scope.is_value(sym.key) and not is_density(node)):
        return None
    arguments = [argument(el, a) for a in node.args]
    members = _members(el, sym)
    parameters = () if members else _parameters(el, sym)
    others = (*arguments, *parameters, *_parameters_above(el, sym))
    values = [*members, *(v for a in others for v in a.values)]
    if declared is None and not is_density(node) and any(v.axes for a in arguments for v in a.values):
        return None  # it may act entry by entry
    if any(axis.range is None for value in values for axis in value.axes):
        raise error("SG108", "nothing says over what this argument runs", node.span, "declare its shape")
    function = _function(el, node, arguments, values, len(members))
    out = with_positions(function, [Lam(v.axes, v.body) for v in values])
    if declared is None:
        positive = is_positive(node, len(members))
        kind = "positive function" if positive else "function"
        message = f"`{node.span.text}` is not declared: read as an arbitrary {kind} of its arguments"
        el.warn("SG212", message, node.span, f"define it, `{node.span.text} = …`", once=True)
        out = ReadValue(Func("exp", out.body)) if positive else out
    return raised(el, out, sym.sup, sym.span) if sym.sup and not is_policy(sym.sup) else out


def activation(letter: str) -> AbstractFunction:
    """What the text calls an activation function, ``g``, and says no more of: any function of one number."""
    return AbstractFunction(letter, ((),), (), FunctionForm(letter, ("",), 0, (0,), False, activation=True))


def is_density(node: Call) -> bool:
    """True for ``p(x)``, and for ``f(y \\mid x)`` of any letter: they are positive."""
    event = any(t.kind == "text" and not t.text.isalpha() for t in node.function.sub)
    return bool(node.given) or event or node.function.key in DENSITIES


def is_positive(node: Call, members: int) -> bool:
    """True for a density, but not for ``q_i(t)`` and ``p_i(t)``, which may be coordinates."""
    return is_density(node) and (bool(node.given) or not members)


def is_outcome(body: Expr, index: Index) -> bool:
    """True if a letter stands in a body as an argument of undeclared functions alone: ``\\sum_x p(x) f(x)``.

    It runs over outcomes, whatever they are: over an arbitrary finite number of them.
    """
    place = Affine.of(index)

    def is_place(n: Expr) -> bool:
        return isinstance(n, Size) and n.affine == place

    def without(n: Expr) -> Expr | None:
        if not isinstance(n, Apply) or n.function.form is None:
            return None
        arguments = (Lam(lam.axes, ONE if is_place(lam.body) else mapped(lam.body, without)) for lam in n.arguments)
        return Apply(n.function, tuple(arguments), n.derivs)

    return index in free_indices(body) and index not in free_indices(mapped(body, without))


def argument(el: Reading, node: SyntaxNode) -> WrittenArgument:
    """An argument by its value, or by its text if its name is not declared: ``a``, ``y_w``, ``x_i`` at ``i``."""
    if not isinstance(node, Sym):
        return WrittenArgument("", (el.value(node),))
    if node.key in el.opaque and not (node.sub or node.sup or node.primes):
        return el.opaque[node.key]
    try:
        return WrittenArgument("", (el.value(node),))
    except NotationError as e:
        if e.diagnostic.code != "SG105" or node.key in el.opaque or el.scope.unread_cause(node) is not None:
            raise
        places = _places(el, node)
        if places is None:
            raise
        return WrittenArgument(node.key + AT if places else NameKey.labelled(replace(node, style="")).latex, places)


def _places(el: Reading, node: Sym) -> tuple[ReadValue, ...] | None:
    """The positions of ``x_i``, ``x^{(i)}`` as numbers; () if its scripts are labels, None if they are neither."""
    written = letters_in((*node.sub, *node.sup))
    if not any(el.letters.is_letter(x) or x in el.scope.letters for x in written):
        return ()
    raised_index = len(node.sup) == 3 and node.sup[0].text == "(" and not node.sub
    if node.primes or (node.sup and not raised_index):
        return None
    slots = read_slots(node.sup[1:-1] if raised_index else node.sub)
    found = [position(el, slot, None) for slot in slots if isinstance(slot, Position)]
    places = [e for e in found if isinstance(e, (Index, Affine))]  # no entries of index arrays
    return tuple(ReadValue(Size(Affine.of(e))) for e in places) if len(places) == len(slots) else None


def _parameters(el: Reading, sym: Sym) -> list[WrittenArgument]:
    """The subscript of a function, ``\\theta``, where it has a value; ``ref`` and events are labels."""
    if len(sym.sub) > 2 and all(t.kind == "letter" and not el.scope.is_value(t.text) for t in sym.sub):
        return []  # a word in italics
    if sym.sub and any(t.kind != "text" or t.text.isalpha() for t in sym.sub):
        el.scope.parametrised.add(sym.key)
    if not sym.sub or any(t.kind == "text" for t in sym.sub):
        return []
    found = argument(el, el.parse(sym.sub, sym.span))
    return [found] if not found.text else []


def _members(el: Reading, sym: Sym) -> tuple[ReadValue, ...]:
    """The positions of ``x_i(t)`` in a family of functions; () for any other function, as ``f_1(x)``."""
    if any(t.kind == "text" for t in sym.sub):
        return ()
    return _places(el, replace(sym, sup=(), primes=0)) or ()


def _parameters_above(el: Reading, sym: Sym) -> list[WrittenArgument]:
    """The ``\\theta`` of ``Q^{\\pi_\\theta}(s, a)``"""
    if not is_policy(sym.sup) or not is_name(sym.sup[0]):
        return []
    policy = el.parse(sym.sup, sym.span)
    return _parameters(el, policy) if isinstance(policy, Sym) else []


def _function(
    el: Reading, node: Call, arguments: list[WrittenArgument], values: list[ReadValue], members: int
) -> AbstractFunction:
    """The function of a name at arguments without a value, of as many others; the same one whenever it is written.

    members: the number of first values that are the positions of ``x_i(t)`` in a family.
    """
    sym, known = node.function, el.scope.undeclared
    name = NameKey.function(replace(sym, sub=()) if members else sym).latex
    declared = el.scope.codomains.get(NameKey.function(sym))
    shapes = tuple(tuple(a.range for a in v.axes if a.range is not None) for v in values)
    texts = tuple(a.text for a in arguments)
    key = (name, node.given, texts, shapes, members)
    if key not in known:
        log = "\\log " if is_positive(node, members) and declared is None else ""
        shown = log + name + _written(node.given, texts)
        results = declared or ()
        form = None if declared is not None else _form(name, node, arguments, members)
        hidden = declared is None and sym.key not in el.scope.parametrised
        known[key] = AbstractFunction(shown, (*shapes, *((),) * len(results)), results, form, hidden, members)
    return known[key]


def _form(name: str, node: Call, arguments: list[WrittenArgument], members: int) -> FunctionForm:
    outcomes = list(range(members)) if is_density(node) else []  # `p_k(x)` may add up to 1
    count = members
    for a in arguments:
        outcomes += [] if a.text else [count]
        count += len(a.values)
    letters = tuple(a.key if isinstance(a, Sym) else "" for a in node.args)
    return FunctionForm(name, letters, node.given, tuple(outcomes), any(a.text.endswith(AT) for a in arguments))


def _written(given: int, texts: Sequence[str]) -> str:
    """The arguments that are part of a function's name: ``(a \\mid s)``, ``(\\cdot \\mid \\cdot)``."""
    if not given and not any(texts):
        return ""
    places = [text or "\\cdot" for text in texts]
    parts = [", ".join(part) for part in (places[:given], places[given:]) if part]
    return "(" + " \\mid ".join(parts) + ")"
