"""The definitions that a chain makes: by a name on the left, by a recursion, by a name for a part of a side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from symgrad.core.ranges import Subset
from symgrad.reading.inference.other_meanings import as_numbers
from symgrad.reading.meaning.chain import RelationChain
from symgrad.reading.meaning.chain_sides import Parsed, Side, Unreadable, is_named_derivative, last_readable
from symgrad.reading.meaning.definitions import define, defined_blocks, index_arguments
from symgrad.reading.meaning.recursion import equation, recursion
from symgrad.reading.meaning.time_derivatives import is_moving, is_time
from symgrad.reading.meaning.unrolling import Unrolling
from symgrad.reading.names.abbreviations import abbreviation, differences, names_above
from symgrad.reading.names.compared_sides import written_out
from symgrad.reading.names.definition_syntax import Definer, applied, doubted_model, factorises, is_model
from symgrad.reading.names.mentioned_names import letters_of, mentioned
from symgrad.reading.names.name_keys import NameKey, pattern_letters
from symgrad.reading.names.older_functions import keep_older
from symgrad.reading.names.picked_classes import enter_picked
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.upstream_costs import is_unused, named_cost
from symgrad.reading.read_document import ReadStep
from symgrad.reading.tokens.cuts import depths
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation
from symgrad.reading.tree.name_parser import DENSITIES
from symgrad.reading.tree.scripts import cover, is_name, letter_key, letters_in
from symgrad.reading.tree.syntax import Call, Derivative, NumberNode, Paren, Scripted, Sym, SyntaxNode, Terms
from symgrad.reading.tree.used_names import outside_letters, subnodes
from symgrad.reading.tree.words import joined_words
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

CASE = re.compile(r"\b(?:if|when|whenever|case)\b")


def enter_definition(chain: RelationChain, k: int, relation: Relation) -> None:
    """Enter the definition that a relation makes, if any."""
    at = k if relation.sign == "=:" else k + 1
    try:
        _enter(chain, k, relation, at)
    except NotationError as e:
        chain.problems[at] = e.diagnostic


def _enter(chain: RelationChain, k: int, relation: Relation, at: int) -> None:
    """Enter the definition of the side ``at``, if it is one."""
    before = last_readable(chain.sides, chain.relations, k)
    name, value = chain.sides[before if at > k else k + 1], chain.sides[at]
    name, value = _named_behind(chain, relation, name, value)
    leads = at == k or before == 0
    if isinstance(value, Unreadable) and leads and _leave_unread(chain, name, value):
        chain.defined.add(k)
    if isinstance(name, Unreadable) and leads:
        _forget_function(chain, relation.left, name.problem)
    if not isinstance(name, Parsed) or not isinstance(value, Parsed):
        return
    if k == 0 and relation.sign != "=:" and _unroll(chain, relation):
        return
    if relation.sign == "=":
        enter_picked(chain.out.scope, name.node, value.node)
    cost = named_cost(name.node, value.node)
    if cost is not None:
        chain.out.scope.gradients = cost
        chain.defined.add(k)
        return
    definer = Definer(chain.out.scope)
    if relation.sign == "=" and is_named_derivative(chain.sides[0]) and _names_derivative(chain, name, value):
        chain.defined.add(k)
        return
    if relation.sign == "=" and k and relation.continues and _abbreviates(chain, definer, name, value):
        chain.defined.add(k)
        return
    if relation.sign == "=" and k and k + 1 == len(chain.relations) and _closes(chain, definer, name, value):
        chain.defined.add(k)
        return
    if relation.sign == "=" and _defines_by_factors(chain, definer, k, value):
        chain.defined.update(range(k + 1))
        return
    plain, known = relation.sign == "=", definer.is_declared(name.node)
    if plain and not leads and (known or _used_before(chain, before, name.node)):
        return  # inside a chain, a declared name is used
    if plain and chain.purpose == "consequence" and (known or _is_unknown(chain, name.node)) and chain.premises:
        return  # `x = a` solves what is set to 0, and holds there alone
    if plain and _models(chain, k, name, value):
        return
    again = definer.undefined(name.node) in chain.out.scope.unread
    if plain and leads:
        _separate_total(chain, definer, name.node, value.node)
    made = definer.define(name.node, value.node, name.span.to(value.span), plain)
    if made is not None and validate(chain, made, not again):
        chain.defined.add(k)
        if k == 0 and at == 1:
            chain.defining = str(made.key)
            chain.out.scope.other_sides[made.key] = tuple(s.node for s in chain.sides[2:] if isinstance(s, Parsed))
        if known and not plain:
            users = ", ".join(f"`{key}`" for key in definer.users(made))
            follow = f", and what uses it follows from here on: {users}" if users else ""
            chain.note("SG207", f"`{name.span.text}` is defined anew{follow}", name.span)
        chain.out.definitions += 1
        _unread_conditions(chain, relation, made)
    elif plain and leads:
        chain.redefinition, chain.outdated = definer.redefines(name.node), definer.outdated(name.node)
        if k == 0:
            _take_the_place(chain, definer, name, value)


def _used_before(chain: RelationChain, k: int, name: SyntaxNode) -> bool:
    """True for ``A_{lk}`` in a chain that has used ``A``: ``∂\\tr(XA)/∂X = … = A_{lk} = A^\\top`` defines no ``A``."""
    if not isinstance(name, Sym) or not name.sub:
        return False
    sides = [s.node for s in chain.sides[:k] if isinstance(s, Parsed)]
    return any(isinstance(n, Sym) and (n.key, n.style) == (name.key, name.style) for s in sides for n in subnodes(s))


def asks(chain: RelationChain, relation: Relation) -> bool:
    """True for an alternative, and for a condition ``\\lambda (x^\\top x - 1) = 0``: no name is defined by it."""
    return relation.condition or (chain.purpose == "condition" and [t.text for t in relation.right] == ["0"])


def _named_behind(chain: RelationChain, relation: Relation, name: Side, value: Side) -> tuple[Side, Side]:
    """``y_j - t_j := e_j`` names what stands before the sign, and ``a + b := -E`` its negative: that name and value."""
    if relation.sign != ":=" or not isinstance(name, Parsed) or not isinstance(value, Parsed):
        return name, value
    if isinstance(name.node, Sym | Call | Scripted):
        return name, value
    behind, before = value.node, name.node
    if isinstance(behind, Terms) and len(behind.items) == 1 and behind.items[0][0] < 0:
        behind = behind.items[0][1]
        before = Terms(before.span, ((-1, Paren(before.span, "(", (before,))),))
    definer = Definer(chain.out.scope)
    if not isinstance(behind, Sym) or (definer.undefined(behind) is None and definer.is_declared(behind)):
        return name, value
    return replace(value, node=behind), replace(name, node=before)


def _take_the_place(chain: RelationChain, definer: Definer, name: Parsed, value: Parsed) -> None:
    """Define a name anew whose definition above a heading can't be read any more, since what it is made of has other
    shapes below.
    """
    scope, key = chain.out.scope, chain.outdated
    old = scope.values.get(key) if key is not None else None
    if key is None or not isinstance(old, Defined) or not definer.may_be_anew(name.node, key, value.node):
        return
    try:
        define(chain.elaborator(), old)
    except NotationError:
        scope.outdate(key, old)
        made = definer.define(name.node, value.node, name.span.to(value.span), True)
        chain.outdated = None
        if made is not None and validate(chain, made):
            chain.defined.add(0)
            chain.out.definitions += 1


def _models(chain: RelationChain, k: int, name: Parsed, value: Parsed) -> bool:
    """True for ``y = X \\beta + \\epsilon``, which says how data come about and defines nothing."""
    whole = name.span.to(value.span)
    if is_model(chain.out.scope.doubted, name.node, value.node):
        doubt = doubted_model(name.span.text, whole)
        if _leave_unread(chain, name, Unreadable(value.span, value.text, doubt)):
            chain.defined.add(k)
        return True
    if is_model(chain.out.scope.noise, name.node, value.node):
        chain.note("SG404", "a model with noise, no definition: not checked", whole)
        chain.defined.add(k)
        return True
    return False


def _separate_total(chain: RelationChain, definer: Definer, name: SyntaxNode, body: SyntaxNode) -> None:
    """Make a name of its own of a number ``J`` that is defined before its family ``J_i = \\dots`` is."""
    key = definer.family_of(name, body)
    entry = chain.out.scope.values[key] if key is not None else None
    if key is None or not isinstance(entry, Defined):
        return
    with suppress(NotationError):
        if not define(chain.elaborator(), entry).params:
            chain.out.scope.separate_total(key, entry)


def define_anew(chain: RelationChain) -> None:
    """Enter the other meaning of a claim ``U = \\dots`` below a heading, where ``U`` is defined above it.

    Where the claim holds, both are the same. What is built on the older definition keeps it.
    """
    scope, key = chain.out.scope, chain.outdated
    name, value = chain.sides[:2]
    if key is None or chain.purpose != "claim" or not isinstance(name, Parsed) or not isinstance(value, Parsed):
        return
    old, step = scope.values.get(key), _first_step(chain)
    known = scope.calls.get((key, len(name.node.args))) if isinstance(name.node, Call) else old
    if step is not None and isinstance(known, Defined) and _may_go_on(scope, known, value):
        step.twofold = True
        return
    if step is not None and isinstance(name.node, Call):
        step.anew = _function_anew(chain, key, name.node, value)
        return
    if step is None or not isinstance(old, Defined) or not Definer(scope).may_be_anew(name.node, key, value.node):
        return
    if not any(differences(old.body, value.node)):
        return  # `recall that $z_i = w^\\top x_i + b$`
    for entry in (*scope.values.values(), *scope.calls.values()):
        if isinstance(entry, Defined):
            with suppress(NotationError):
                define(chain.elaborator(), entry)
    chain.definitions.keep(old)
    scope.outdate(key, old)
    made = Definer(scope).define(name.node, value.node, name.span.to(value.span), True)
    step.anew = made is not None and validate(chain, made)


def _may_go_on(scope: Scope, old: Defined, value: Parsed) -> bool:
    """True if ``f(x) = x^2 + x + 1`` below the heading of a part may be a step on from its ``f(x) = (x + 1)^2`` above
    that: the new side has no name that the old one lacks.
    """
    if not scope.is_in_part(old.span, value.span):
        return False
    known = mentioned(scope, letters_of(old.body))
    return not any(scope.is_value(x) for x in letters_of(value.node) - known)


def _function_anew(chain: RelationChain, key: NameKey, name: Call, value: Parsed) -> bool:
    """Enter the other meaning of a function ``J(w) = \\dots``; False if it has none."""
    scope, count = chain.out.scope, len(name.args)
    old, definer = scope.calls.get((key, count)), Definer(scope)
    if old is None or not definer.may_become_another(key, old, value.node):
        return False
    if not any(differences(old.body, value.node)):
        return False
    keep_older(scope, key)
    scope.outdate_call(key)
    made = definer.define(name, value.node, name.span.to(value.span), True)
    return made is not None and validate(chain, made)


def _first_step(chain: RelationChain) -> ReadStep | None:
    """The step of the first relation, if both its sides are read."""
    steps = [s for s in chain.out.steps if s.group == chain.group and s.left == chain.sides[0].text]
    return steps[-1] if steps and steps[-1].outcome.problem is None else None


def _names_derivative(chain: RelationChain, left: Side, right: Side) -> bool:
    """Enter the name that nothing used before of ``\\frac{\\partial L}{\\partial y} = \\delta``."""
    scope = chain.out.scope
    if not isinstance(left, Parsed) or not isinstance(right, Parsed) or not isinstance(right.node, Sym):
        return False
    name = right.node
    key = scope.value_key(name)[0]
    if name.sup or (key is not None and not scope.is_provisional(key)) or not is_unused(scope, name):
        return False
    if any(isinstance(n, Sym) and n.key == name.key for n in subnodes(left.node)):
        return False  # `\\frac{d}{dx} x^2 = x` is a claim
    if is_moving(name) and isinstance(left.node, Derivative) and all(map(is_time, left.node.targets)):
        return False
    if scope.costs is None:
        scope.endings.add(name.key)
    if scope.costs is None or name.key not in scope.endings:
        return False
    made = Definer(scope).define(name, left.node, left.span.to(right.span), True)
    if made is None or not validate(chain, made):
        return False
    chain.out.definitions += 1
    return True


def _defines_by_factors(chain: RelationChain, definer: Definer, k: int, value: Parsed) -> bool:
    """Enter ``p`` of ``p(y \\mid X) = \\prod_i p(y_i \\mid x_i) = \\prod_i f(x_i, y_i)`` by the last side.

    What stands between, in a display before too, says that the function of all samples is made of those of each.
    """
    began = bool(chain.head) and chain.head != chain.relations[0].left
    head = chain.side(chain.head, chain.relations[0].sign_span, head=True) if began else chain.sides[0]
    between = chain.sides[0 if began else 1 : k + 1]
    own = applied(head.node) if isinstance(head, Parsed) else None
    if not isinstance(head, Parsed) or own is None or definer.undefined(own) is None:
        return False
    if not between:  # of the function of all samples by that of each: nothing is said of either
        chain.out.definitions += factorises(head.node, value.node)
        return factorises(head.node, value.node)
    used = any(isinstance(n, Call) and n.function.key == own.function.key for n in subnodes(value.node))
    if used or not all(isinstance(s, Parsed) and factorises(head.node, s.node) for s in between):
        return False
    if own.function.key in DENSITIES and any(isinstance(a, Sym) and a.style == "bold" for a in own.args):
        return False  # `p(\\mathbf{y})` and `p(y_i)` are two densities of one letter
    made = definer.define(head.node, value.node, head.span.to(value.span), True)
    if made is None or not validate(chain, made):
        return False
    chain.out.definitions += 1
    return True


def _abbreviates(chain: RelationChain, definer: Definer, left: Parsed, right: Parsed) -> bool:
    """Enter the new name that one side has for a part of the other."""
    scope = chain.out.scope
    found = abbreviation(scope, left.node, right.node) or written_out(scope, left.node, right.node, chain.defining)
    made = found and definer.define(found[0], found[1], found[0].span.to(found[1].span), True)
    if not made or not validate(chain, made):
        return False
    chain.out.definitions += 1
    return True


def _closes(chain: RelationChain, definer: Definer, left: Parsed, right: Parsed) -> bool:
    """Enter the name that a chain ends with, ``\\dots = \\frac{e^{x_i}}{\\sum_j e^{x_j}} = s_i``, if it has no other
    meaning and is differentiated further on.
    """
    scope, name = chain.out.scope, right.node
    if not isinstance(name, Sym) or name.sup or name.primes or isinstance(left.node, Sym | NumberNode):
        return False
    slots, key = (pattern_letters(name.sub) if name.sub else ()), scope.value_key(name)[0]
    if slots is None or (key is not None and not scope.is_provisional(key)) or not is_unused(scope, name):
        return False
    free = outside_letters([left.node]) - names_above(left.node)
    if {x for x in free if x not in scope.indices and x not in scope.sizes} != {*slots}:
        return False
    if scope.costs is None:
        scope.closing.add(name.key)
    if scope.costs is None or name.key not in scope.closing:
        return False
    made = definer.define(name, left.node, left.span.to(right.span), True)
    if made is None or not validate(chain, made):
        return False
    chain.out.definitions += 1
    return True


def _is_unknown(chain: RelationChain, name: SyntaxNode) -> bool:
    """True for a name in an equation that the display follows from."""
    letter = name.key if isinstance(name, Sym) else ""
    return any(letter == key for sides in chain.premises for side in sides for key in letters_in(side))


def _leave_unread(chain: RelationChain, name: Side, value: Unreadable) -> bool:
    """Enter the name that an unreadable right side defines; False if it defines none."""
    if not isinstance(name, Parsed):
        return False
    definer = Definer(chain.out.scope)
    key, old = definer.undefined(name.node), definer.outdated(name.node)
    if key is None and old is not None:
        chain.out.scope.forget(old, value.problem)
    if key is None or key in chain.out.scope.unread:
        return False
    chain.out.scope.leave_unread(key, value.problem, value.text)
    chain.out.diagnostics.append(value.problem)
    return True


def _forget_function(chain: RelationChain, left: Sequence[Token], problem: Diagnostic) -> None:
    """End the definition of a function that an equation may define anew, with arguments that can't be read."""
    if len(left) > 2 and is_name(left[0]) and left[1].text == "(" and depths(left).count(0) == 3:
        key = NameKey(letter_key(left[0]))
        if chain.out.scope.calls.named(key):
            chain.out.scope.forget(key, problem)


def _unroll(chain: RelationChain, relation: Relation) -> bool:
    """Enter the recursion that a relation completes; False if it completes none."""
    scope = chain.out.scope
    declared = {x: r.range if isinstance(r, Subset) else r for x, r in scope.letters.items()} | dict(chain.ranges)
    # the `t` of `tanh` is no position
    written = equation(joined_words(relation.left, scope), joined_words(relation.right, scope), declared)
    if written is None or (relation.sign == "=" and written.key in scope.recursive):
        return False
    found = recursion(written, list(scope.equations.values()))
    scope.equations[written.key] = written
    if found is None:
        return False
    chain.defined.add(0)
    over = found.over(declared)
    is_written = over is None and any(e.letter.text in dict(chain.ranges) for e in found.equations)
    if is_written or not Unrolling(chain, found, relation.sign_span).enter(over):
        return _leave_recursion(chain, relation)
    lines = [cover((*e.name, *e.right)) for e in found.equations]
    chain.out.diagnostics = [d for d in chain.out.diagnostics if not any(_inside(d.span, line) for line in lines)]
    chain.out.definitions += 1
    return True


def _leave_recursion(chain: RelationChain, relation: Relation) -> bool:
    """Leave the name of a recursion unread, which a later equation may complete."""
    name, value = chain.sides[0], chain.sides[1]
    key = Definer(chain.out.scope).undefined(name.node) if isinstance(name, Parsed) else None
    remedy = "write the recursion out, or name the inner quantity otherwise"
    problem = Diagnostic("SG110", f"`{name.text}` is defined through itself", name.span.to(value.span), remedy)
    if isinstance(value, Unreadable):
        problem = value.problem
    chain.out.diagnostics.append(problem)
    if key is not None:
        chain.out.scope.leave_unread(key, problem)
    return True


def validate(chain: RelationChain, entry: Defined, first: bool = True, last: bool = False) -> bool:
    """Leave the name of a definition that can't be read unread. The ``first`` such definition is reported; a later
    one is no definition.

    A name that is not declared may be defined further on in the chain, so such a definition is looked at again at
    the ``last``. A function of arrays can be read only at its arguments.
    """
    el = chain.elaborator()
    if entry.arguments is not None and not all(index_arguments(el, entry)):
        return True
    try:
        if defined_blocks(el, entry) is None:
            define(el, entry)
    except NotationError as e:
        if _reads_with_numbers(chain, entry):
            return True
        itself = any(isinstance(n, Sym) and n.key == entry.key.letter for n in subnodes(entry.body))
        leads_back = e.diagnostic.code == "SG110" and not itself
        if leads_back and chain.out.scope.keep_as_solved(entry.key, e.diagnostic):
            chain.note("SG404", f"an equation for `{entry.key}`, which is in use above: not checked", entry.span)
            return True
        if e.diagnostic.code == "SG105" and not last:
            chain.unfinished.append(entry)
            return True
        if e.diagnostic.code == "SG105" and _waits_for_function(chain, entry):
            return True
        if entry.form is None:
            chain.out.scope.leave_unread(entry.key, e.diagnostic, entry.body.span.text)
        if first:
            chain.out.diagnostics.append(e.diagnostic)
        return first
    return True


def _waits_for_function(chain: RelationChain, entry: Defined) -> bool:
    """True for a definition by a function that has no definition yet: it is read where it is used."""
    scope = chain.out.scope
    calls = (n.function for n in subnodes(entry.body) if isinstance(n, Call))
    return not all(scope.is_function(f.key) or scope.has_arguments(f) for f in calls)


def _reads_with_numbers(chain: RelationChain, entry: Defined) -> bool:
    """True if a definition can be read with undeclared names as numbers, though they are arrays elsewhere."""
    with chain.out.scope.replaced(as_numbers(chain.out.scope, [entry.body])) as changed:
        try:
            define(chain.elaborator(), entry)
        except NotationError:
            return False
    return changed


def _unread_conditions(chain: RelationChain, relation: Relation, made: Defined) -> None:
    """Report the conditions behind a definition; one that is a case, ``\\text{if } x > 0``, leaves its name unread.

    The range of a letter is no condition.
    """
    remedy = "define it by `cases`, or claim it after the definition"
    for tokens in relation.conditions:
        if not any(t.text == "\\in" for t in tokens):
            problem = Diagnostic("SG111", "a condition on a definition is not read", cover(tokens), remedy)
            chain.out.diagnostics.append(problem)
            behind = Span(cover(tokens).source, cover(relation.right).end, cover(tokens).end).text
            own = {*made.patterns, *(made.arguments or ())}
            if CASE.search(behind) or any(letter_key(t) in own for t in tokens if is_name(t)):
                chain.out.scope.forget(made.key, problem)


def _inside(span: Span | None, line: Span) -> bool:
    return span is not None and span.source is line.source and line.start <= span.start < line.end
