"""One chain of relations, ``a = b = c``: its definitions are entered, its claims become steps.

**The first side decides which letters are free** (``free_letters``): those that it has outside of its sums. Every other
letter of the chain is summed where the rules put its sum. So no side can be finished before the first one is read, and
each side goes through stages: ``Parsed``, ``RawValue`` (all sides share one set of letters), ``Summed`` (with its
implied sums). Two neighbours then compare as an ``Outcome``. A side that fails on the way is ``Unreadable`` or
``Misshapen`` from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Cond, Iverson, Prod, Sum, Tensor, free_indices, reach, walk
from symgrad.core.ranges import Index
from symgrad.reading.meaning.assumptions import read_ground, read_restrictions, says_nothing
from symgrad.reading.meaning.block_equations import by_blocks
from symgrad.reading.meaning.chain import RelationChain
from symgrad.reading.meaning.chain_alternatives import (
    ask_for_rows,
    or_entrywise,
    or_other_derivatives,
    or_other_meanings,
    read_entrywise,
)
from symgrad.reading.meaning.chain_definitions import asks, define_anew, enter_definition, validate
from symgrad.reading.meaning.chain_outcomes import outcome
from symgrad.reading.meaning.chain_sides import (
    Parsed,
    Side,
    Unreadable,
    free_letters,
    is_derivative,
    is_gradient,
    is_zero,
    last_readable,
    omitted_sums,
    raw_value,
    summed,
)
from symgrad.reading.meaning.conditions import read_conditions
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.earlier_states import cells_apart
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.entries_of_sides import with_entries
from symgrad.reading.meaning.open_index import OpenIndex, closed
from symgrad.reading.meaning.primed_brackets import without_primed_brackets
from symgrad.reading.meaning.raw_trees import condition
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.samples import note_means
from symgrad.reading.meaning.silent_costs import says_nothing_of_costs
from symgrad.reading.meaning.unrolled import chosen, readable_positions, unrolled_over, with_earlier_states
from symgrad.reading.meaning.values import ShapeMismatch
from symgrad.reading.names.declared_name import learn_capitals, learn_differentiated, learn_run
from symgrad.reading.names.equations import DERIVATIVES, unused
from symgrad.reading.names.mentioned_names import letters_of, mentioned
from symgrad.reading.names.moving_names import DOT
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.names.upstream_costs import UNNAMED, gradient_head, note_derivatives
from symgrad.reading.read_document import Outcome, ReadStep
from symgrad.reading.tokens.cuts import statement
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import IMPLIES, Relation
from symgrad.reading.tree.scripts import cover, letters_in
from symgrad.reading.tree.syntax import BigOp, Sym, SyntaxNode
from symgrad.reading.tree.used_names import note_array_functions, note_sizes, outside_letters, subnodes, summed_letters
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


def read_chain(chain: RelationChain) -> None:
    """Read one chain into its document."""
    first = chain.relations[0]
    if first.sign != "=:" and not _learn_gradient(chain, first.left):
        learn_run(chain.out.scope, first.left)
    for side in (first.left, *(r.right for r in chain.relations)):
        learn_capitals(chain.out.scope, side)
        learn_differentiated(chain.out.scope, side)
    missing = first.unread is not None and not first.left
    chain.sides = [chain.right(first) if missing else chain.side(first.left, first.sign_span, head=True)]
    chain.sides += map(chain.right, chain.relations)
    nodes = [s.node for s in chain.sides if isinstance(s, Parsed)]
    chain.out.chains.append(tuple(nodes))
    sums = [n for side in nodes for n in subnodes(side) if isinstance(n, BigOp)]
    chain.out.scope.summed |= {x for total in sums for x in summed_letters(total)}
    note_sizes(chain.out.scope, nodes)
    note_array_functions(chain.out.scope, nodes)
    note_derivatives(chain.out.scope, nodes)
    for relation in chain.relations:
        _take_ranges(chain, relation)
    for k, relation in enumerate(chain.relations):
        if relation.equality and not asks(chain, relation):
            enter_definition(chain, k, relation)
    for entry in chain.unfinished:
        validate(chain, entry, last=True)
    restated = _restated(chain)
    if any(r.equality and k not in chain.defined for k, r in enumerate(chain.relations)):
        _claims(chain)
        define_anew(chain)
    if restated is not None:  # not for its own steps
        chain.out.scope.other_sides.update(restated)
    for r in chain.relations:
        if not r.equality:
            chain.note("SG401", f"`{r.sign_span.text}` is no equality: not checked", r.sign_span)


def _restated(chain: RelationChain) -> dict[NameKey, tuple[SyntaxNode, ...]] | None:
    """What ``D = f(s)`` says of a ``D`` that is defined by other names than the ``s`` that it is written with."""
    scope, sides = chain.out.scope, [s.node for s in chain.sides if isinstance(s, Parsed)]
    name = sides[0] if len(sides) == len(chain.sides) > 1 and 0 not in chain.defined else None
    if not isinstance(name, Sym) or chain.purpose != "claim" or any(r.conditions for r in chain.relations):
        return None
    key, rest, sup = scope.value_key(name)
    entry = scope.values.get(key) if key is not None else None
    if key is None or rest or sup or not isinstance(entry, Defined):
        return None
    new = letters_of(sides[-1]) - mentioned(scope, letters_of(entry.body))
    if not any(isinstance(scope.values.get(NameKey(x)), Defined) for x in new):
        return None
    chain.restating = str(key)
    return {key: (sides[-1],)}


def _learn_gradient(chain: RelationChain, left: tuple[Token, ...]) -> bool:
    """True for a left side ``dV`` that is the gradient by ``V``: from here on, ``d`` before a name is read so.

    With a size ``d``, ``d\\mu`` of a number is a product.
    """
    scope = chain.out.scope
    key = gradient_head(scope, left)
    if key is None or scope.costs is not None:
        return key is not None and scope.gradients is not None
    entry = scope.values[key]
    if "d" in scope.sizes and scope.gradients is None:
        try:
            found = entry.ranges if isinstance(entry, Tensor) else define(chain.elaborator(), entry).params
        except NotationError:
            return False
        if not found:
            return False
    scope.gradients = scope.gradients or UNNAMED
    scope.given.add(key)
    return True


def _take_ranges(chain: RelationChain, relation: Relation) -> None:
    """Take the ranges out of the remarks behind a relation; ``i = 1, \\dots, C`` is not a condition."""
    kept = []
    for tokens in relation.conditions:
        found = read_restrictions(chain.out.scope, tokens)
        chain.ranges += found
        if not found and not says_nothing(tokens):
            kept.append(tokens)
    relation.conditions = kept


def _at_positions(chain: RelationChain, el: Elaborator) -> list[SyntaxNode | None]:
    """The sides, at each position of a free letter of a recursion that they use; None where they use none."""
    nodes = [s.node if isinstance(s, Parsed) else None for s in chain.sides]
    read = [node for node in nodes if node is not None]
    for letter in sorted(el.outside - chain.out.scope.indices.keys()):
        over = unrolled_over(chain.out.scope, read, letter)
        if over is not None:
            el.letters.open.setdefault(letter, OpenIndex(letter, over, "free"))
            places = readable_positions(chain.out.scope, read, letter, over)
            return [node and chosen(node, letter, places) for node in nodes]
    return [None] * len(nodes)


def _claims(chain: RelationChain) -> None:
    """Make a step of every equality that does not define. All sides share one set of letters."""
    el = chain.elaborator()
    named = {key: over for key, over in chain.ranges if key not in el.scope.indices}
    el.letters.open.update((key, OpenIndex(key, over, "free")) for key, over in named.items())
    if chain.out.scope.cells:
        _rewrite(chain, partial(with_earlier_states, chain.out.scope))
    if isinstance(chain.sides[0], Parsed):
        _rewrite(chain, without_primed_brackets)
    el.outside = outside_letters([s.node for s in chain.sides if isinstance(s, Parsed)])
    _note_means(chain, el)
    whole = list(map(partial(raw_value, el), chain.sides, _at_positions(chain, el)))
    found = [[(place, step) for step in _steps(chain, el, sides)] for place, sides in by_blocks(el, whole)]
    for (_, first), *others in zip(*found, strict=True):
        first.blocks = tuple(parts for parts in ((found[0][0][0], first), *others)) if others else ()
        chain.out.steps.append(first)


def _steps(chain: RelationChain, el: Elaborator, sides: list[Side]) -> list[ReadStep]:
    """The steps of a chain whose sides have these values."""
    steps = list[ReadStep]()
    sides = with_entries(el, sides)
    chain.problems = {k: p for k, p in chain.problems.items() if not isinstance(sides[k], Unreadable)}
    lefts = [last_readable(sides, chain.relations, k) for k in range(len(chain.relations))]
    restrictions = [_restrictions(chain, el, k, relation) for k, relation in enumerate(chain.relations)]
    case = _case(chain, el)
    premises = tuple(_premise_claims(chain))
    el.letters.resolve_ties()
    head, free = _free_of_chain(chain, el, sides)
    for k, problem in chain.problems.items():
        sides[k] = Unreadable(sides[k].span, sides[k].text, problem)
    omitted = [omitted_sums(el, side, free) for side in sides]
    sides = [summed(el, side, free) for side in sides]
    facts = chain.out.in_force.read(chain.elaborator())
    chain.out.diagnostics.extend(d for d in facts.diagnostics if d not in chain.out.diagnostics)
    if chain.outdated is not None and isinstance(sides[1], Unreadable):
        chain.out.scope.forget(chain.outdated, sides[1].problem)
        sides[0] = Unreadable(sides[0].span, sides[0].text, sides[1].problem)
    for k, relation in enumerate(chain.relations):
        if k in chain.defined or not relation.equality:
            continue
        left, right = sides[lefts[k]], sides[k + 1]
        linked = relation.continues and (k == 0 or chain.relations[k - 1].equality)  # not so behind `\\implies`
        span = (relation.sign_span if linked else left.span).to(right.span)
        warnings = tuple(w for w in el.warnings if _touches(w, left) or _touches(w, right))
        link = k == 0 and len(chain.relations) > 1 and is_derivative(left) and not is_zero(right)
        if _is_to_solve(chain, k, sides, link):
            chain.note("SG404", "an equation to solve, no identity: not checked", span)
            continue
        said = (*case, *restrictions[k])
        supposed = [s if isinstance(s, Assumption) else _supposed(el, s[0], condition(s[1]), free) for s in said]
        found = outcome(el, left, right, free, (*facts.assumptions, *supposed), warnings)
        unsaid = says_nothing_of_costs(chain.out.scope, found, sides[lefts[k]], sides[k + 1], span)
        if unsaid is not None:
            found = Outcome(problem=unsaid)
        elif found.shapes is not None:
            found = ask_for_rows(chain, left, right, span, read_entrywise(chain, left, right, span, found))
        elif any(w.code == "SG202" for w in el.warnings):
            found = or_entrywise(chain, left, right, span, found)
        if unsaid is None:
            found = or_other_derivatives(chain, left, right, found, (*facts.assumptions, *supposed))
            found = or_other_meanings(chain, left, right, found, supposed)
        step = ReadStep(span, left.text, right.text, found, chain.group, chain.redefinition if k == 0 else "")
        step.whole = reduce(Span.to, (cover(tokens) for tokens in relation.conditions), left.span.to(span))
        step.partial = is_derivative(left, "\\partial")
        step.to_solve = chain.solvable and not supposed and is_zero(right) and _sets_to_zero(chain, head, sides[0])
        if chain.led and k + 2 == len(chain.relations):
            step.to_solve = step.to_solve or is_zero(right) or _is_input(chain, left)
        step.to_solve = step.to_solve or (bool(chain.premises) and not premises)  # what is set could not be read
        step.premises = premises
        step.inferred = chain.inferred_shapes() if found.shapes is not None else ()
        step.unclear, step.unused = facts.unclear, chain.supposed or _unused(chain, found)
        step.restating = chain.restating
        step.defining, step.omitted = chain.defining, tuple(sorted(omitted[lefts[k]] | omitted[k + 1]))
        steps.append(step)
    return steps


def _rewrite(chain: RelationChain, rewritten: Callable[[Sequence[SyntaxNode]], Sequence[SyntaxNode]]) -> None:
    """Read the parsed sides of a chain as other trees."""
    parsed = [(k, side) for k, side in enumerate(chain.sides) if isinstance(side, Parsed)]
    nodes = rewritten([side.node for _, side in parsed])
    for (k, side), node in zip(parsed, nodes, strict=True):
        chain.sides[k] = replace(side, node=node)


def _unused(chain: RelationChain, found: Outcome) -> Diagnostic | None:
    """What the text assumes of the step's arrays that is of a form that is not used."""
    scope = chain.out.scope
    if found.claim is None:
        return None
    sides = found.claim.left, found.claim.right
    apart = cells_apart(chain.elaborator(), *sides, chain.relations[0].sign_span) if scope.cells else None
    if apart is not None:
        return apart
    functions = {f.name for side in sides for f in reach(side).functions}
    for name in {f.partition("_")[0] for f in functions}:
        if scope.calls.named(NameKey(f"{DOT}{name}")):
            return unused(f"the derivative `{DOT}{name}` of `{name}`", chain.relations[0].sign_span)
    if not scope.unused:
        return None
    tensors = [t for side in (found.claim.left, found.claim.right) for t in reach(side).tensors]
    mentioned, sizes = {t.name for t in tensors}, {s for t in tensors for r in t.ranges for s in r.size.sizes()}
    sizes |= {s for side in sides for n in walk(side) if isinstance(n, (Sum, Prod)) for s in _sizes_of(n.index)}
    for letters, problem in reversed(scope.unused):
        entries = [entry for key, entry in scope.values.items() if key.letter in letters]
        arrays = {entry.name for entry in entries if isinstance(entry, Tensor)}
        if (arrays and arrays <= mentioned) or letters <= sizes or letters <= functions:  # `with $n = 2$`
            return problem
    return None


def _free_of_chain(chain: RelationChain, el: Reading, sides: Sequence[Side]) -> tuple[Side | None, frozenset[Index]]:
    """The first side, if it stands in an earlier display, and the free letters."""
    first = chain.relations[0]
    if not chain.head or chain.head == first.left:
        return None, free_letters(el, sides, first.left)
    head = chain.side(chain.head, first.sign_span, head=True)
    return head, free_letters(el, [raw_value(el, head), *sides], chain.head)


def _is_to_solve(chain: RelationChain, k: int, sides: Sequence[Side], link: bool) -> bool:
    """True for an equation that the text sets, and for ``∂J/∂w = 0`` before an arrow. ``link``: it says what a
    derivative is, which is set to 0 further on."""
    before_arrow = k + 1 < len(chain.relations) and chain.relations[k + 1].sign in IMPLIES
    if before_arrow and is_zero(sides[k + 1]) and any(map(is_derivative, sides[: k + 1])):
        return True
    return (chain.purpose == "condition" and not link) or chain.relations[k].condition  # `∂J/∂w = … = 0` says it


def _sets_to_zero(chain: RelationChain, head: Side | None, first: Side) -> bool:
    """True for a chain that begins with a gradient, or with what can't be read and may be one."""
    written = head or chain.sides[0]
    if head is not None or isinstance(first, Unreadable):
        return isinstance(written, Unreadable) or is_derivative(written)
    return is_gradient(first)


def _is_input(chain: RelationChain, side: Side) -> bool:
    """True for a declared name without a definition, which an equation may restrict: ``a = b \\Rightarrow``."""
    if not isinstance(side, Parsed) or not isinstance(side.node, Sym) or side.node.sup:
        return False
    key = chain.out.scope.value_key(side.node)[0]
    return key is not None and isinstance(chain.out.scope.values[key], Tensor)


def _note_means(chain: RelationChain, el: Elaborator) -> None:
    """Count the means over samples of a chain that begins with ``dW``."""
    nodes = [s.node if isinstance(s, Parsed) else None for s in chain.sides]
    for node in nodes[1:]:
        if nodes[0] is not None and node is not None:
            note_means(el, nodes[0], node)


def _restrictions(chain: RelationChain, el: Reading, k: int, relation: Relation) -> list[tuple[str, Cond] | Assumption]:
    """The conditions behind a relation, as they are written and as they read; equations are assumptions."""
    out: list[tuple[str, Cond] | Assumption] = []
    for tokens in relation.conditions:
        span = cover(tokens)
        try:
            written_out = len({t.span for t in tokens}) > 1  # not so the `j` of *an incorrect class $j$*
            text = span.text if written_out else " ".join(t.text for t in tokens)
            out += [(text, c) for c in read_conditions(el, tokens, span)]
        except NotationError as e:
            written = {t.text for t in (*relation.left, *relation.right)}
            ground = read_ground(el, tokens, span, not written.isdisjoint(DERIVATIVES))
            if ground is not None:
                out.append(ground)
                continue
            problem = e.diagnostic
            chain.problems[k + 1] = replace(problem, code="SG111") if problem.code == "SG101" else problem
        except ShapeMismatch as e:
            chain.problems[k + 1] = Diagnostic("SG113", str(e), e.span, "check the shapes")
    return out


def _premise_claims(chain: RelationChain) -> Iterator[Claim]:
    """The equations that the display follows from, as claims; one that can't be read is passed over."""
    for pair in chain.premises:
        sides = [chain.side(tokens, chain.relations[0].sign_span) for tokens in pair]
        found = chain.compared(chain.elaborator(), sides)
        if found.claim is not None:
            yield found.claim


def _case(chain: RelationChain, el: Reading) -> list[tuple[str, Cond]]:
    """The case that the sentence before the display considers, if it is about letters of this chain."""
    written = mentioned(el.scope, (key for r in chain.relations for key in letters_in((*r.left, *r.right))))
    fixed = el.scope.indices.keys()  # the `o` of `for $j \\neq o$` may stand in what the display mentions
    out: list[tuple[str, Cond]] = []
    for tokens in chain.cases:
        span = cover(tokens)
        drawn = any(t.text in el.scope.index_arrays for t in tokens)
        letters = {*letters_in(tokens)}
        if not drawn and (not letters <= written | fixed or letters.isdisjoint(written)):
            continue
        try:
            written_out = len({t.span for t in tokens}) > 1  # not so the `j` of *an incorrect class $j$*
            text = span.text if written_out else " ".join(t.text for t in tokens)
            out += [(text, c) for c in read_conditions(el, tokens, span)]
        except (NotationError, ShapeMismatch):
            said = statement(tokens, ("=",))
            if any(a.standing == "case" and a.tokens == tokens for a in el.scope.assumed):
                continue
            if said.right and tokens not in chain.remarks:  # `if $y = 1$`
                chain.premises = (*chain.premises, (said.left, said.right))
                chain.supposed = unused(f"`{span.text}`", span)
            else:
                chain.note("SG403", f"`{span.text}` is not understood as a condition on this display", span)
    return out


def _supposed(el: Elaborator, text: str, cond: Cond, free: frozenset[Index]) -> Assumption:
    """A condition on a relation; of letters that are not free in it, ``n_k \\neq o``, it holds for all values."""
    bound = set(map(closed, el.letters.open.values())) - set(map(closed, free))
    params = sorted(free_indices(Iverson(cond)) & bound, key=lambda i: i.serial)
    return Assumption("condition", text, cond=cond, params=tuple(params))


def _sizes_of(index: Index) -> Iterator[str]:
    """The names in the bounds of a range."""
    if index.range is not None:
        yield from (*index.range.size.sizes(), *index.range.lo.sizes())


def _touches(warning: Diagnostic, side: Side) -> bool:
    return warning.span is not None and side.span.start <= warning.span.start < side.span.end
