"""Names with arguments: defined functions and their derivatives. Other functions are read by other modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symgrad.core.nodes import Definition, Delta, Deriv, Entry, Expr, Func, Ref, Tensor, reach, walk
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.at_points import POINT, parameters, point
from symgrad.reading.meaning.definitions import MAX_DEPTH, define, index_arguments
from symgrad.reading.meaning.implied_sums import insert_implied_sums
from symgrad.reading.meaning.known_functions import elementary
from symgrad.reading.meaning.moved_arguments import MovedArguments, fits, is_itself, named_in_definitions
from symgrad.reading.meaning.normal_density import normal_density
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.raw_trees import ungrouped
from symgrad.reading.meaning.rules import Reading, WrittenArgument, reads
from symgrad.reading.meaning.slots import element, position
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.undeclared_functions import argument, is_density, undeclared_function
from symgrad.reading.meaning.upstream import abstract
from symgrad.reading.meaning.values import ReadValue, parenthesized
from symgrad.reading.names.mentioned_names import letters_of
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import NORMAL, Defined
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.lone_factors import factor_alone
from symgrad.reading.tree.scripts import error, letter_key, read_slots
from symgrad.reading.tree.syntax import (
    Call,
    Directional,
    Letter,
    NumberNode,
    Position,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.reading.tree.used_names import holds_own_names, positions_of, value_names
from symgrad.text.diagnostic import NotationError


def node_position(el: Reading, node: SyntaxNode) -> IndexExpr:
    """An argument as a position: ``o``, ``w_{c+j}``, ``c + j``."""
    terms: list[tuple[int, Letter]] = []
    const = 0
    for sign, term in node.items if isinstance(node, Terms) else ((1, node),):
        if isinstance(term, NumberNode) and term.value.denominator == 1:
            const += sign * int(term.value)
        elif isinstance(term, Sym) and not term.sup:
            terms.append((sign, Letter(term.primed, term.span, read_slots(term.sub) if term.sub else ())))
        else:
            raise error(
                "SG101", "a position is expected here", node.span, "positions are letters, numbers and their sums"
            )
    found = position(el, Position(tuple(terms), const, node.span), None)
    if isinstance(found, tuple):
        raise error("SG101", "an index array needs its subscript here", node.span)
    return found


@reads(Call)
def call(el: Reading, node: Call) -> ReadValue:
    """A name with its arguments; a logarithm may be that of the first factor alone."""
    alone = factor_alone(node, el.in_definition) if el.narrow == "logarithm" else None
    return _call(el, node) if alone is None else el.value(alone)


def _call(el: Reading, node: Call) -> ReadValue:
    sym, scope = node.function, el.scope
    name, labelled_name = NameKey(sym.key), NameKey.function(sym)
    for key in (labelled_name, name):
        if key in scope.functions:
            slots = () if key is labelled_name else sym.sub
            return abstract(el, scope.functions[key], replace(node, function=replace(sym, sub=slots)))
    labelled = (labelled_name, len(node.args)) in scope.calls
    entry = scope.calls.get((labelled_name if labelled else name, len(node.args)))
    if entry is not None and entry.given == node.given:
        _require_own_parameters(el, entry, node)
        out = derived_call(el, entry, node) if sym.primes else defined_call(el, entry, node)
        if labelled:
            return out
        out = element(el, out, sym.sub, sym.span)
        return raised(el, out, sym.sup, sym.span) if sym.sup else out
    at = scope.applied.get(labelled_name, scope.applied.get(name))
    if at is not None and (len(at) == len(node.args) or not is_density(node)):
        if [a.span.text for a in node.args] == list(at):
            return el.value(replace(sym, span=node.span, sub=(*sym.sub, *_places(el, node))))
        raise error(
            "SG115",
            f"`{sym.key}` is defined at `{', '.join(at)}` alone",
            node.span,
            f"define it for all arguments, `{sym.key}(z) = …`",
        )
    other = _with_other_arguments(el, node)
    if other is not None:
        return other
    if scope.is_function(sym.key):
        return elementary(el, node)
    cause = scope.unread_cause(sym)
    if cause is not None:
        raise NotationError(cause)
    named = [a.key for a in node.args if isinstance(a, Sym)]
    bare = sym.key == "\\delta" and not (sym.sub or sym.sup or sym.primes)
    if bare and len(node.args) == 2 and all(map(scope.is_position, named)):
        positions = [node_position(el, argument) for argument in node.args]
        el.letters.tie(positions[0], positions[1], node.span)
        return ReadValue(Delta(positions[0], positions[1]))
    if sym.key == NORMAL and not (sym.sub or sym.sup or sym.primes):
        return parenthesized(normal_density(el, node))
    arbitrary = undeclared_function(el, node)
    if arbitrary is not None:
        return arbitrary
    raise error(
        "SG105",
        f"`{sym.span.text}` is not declared",
        sym.span,
        "define it with its arguments, or write a product with `\\cdot`",
    )


def _require_own_parameters(el: Reading, entry: Defined, node: Call) -> None:
    """``L(x, \\ell)`` beside ``L(x, p) = \\dots`` and ``p = \\sigma(\\ell)`` may be one cost of two parameters."""
    own = entry.arguments or ()
    pairs = [(name, arg) for name, arg in zip(own, node.args, strict=False) if arg.span.text.strip() != name]
    for name, arg in pairs if 0 < len(pairs) < len(own) else ():
        built = el.scope.values.get(NameKey(name))
        if isinstance(arg, Sym) and not arg.sub and isinstance(built, Defined) and arg.key in letters_of(built.body):
            message = f"whether `{arg.span.text}` stands for `{name}` here, which is built on it, is not plain"
            raise error("SG115", message, node.span, "give the function of the other parameter a name of its own")


def _with_other_arguments(el: Reading, node: Call) -> ReadValue | None:
    """A name that is defined with another number of arguments, as it is meant here; None for any other name."""
    sym = node.function
    counts = sorted(n for _, n in el.scope.calls.named(NameKey(sym.key)))
    if counts == [1] and len(node.args) == 2 and sym.primes == 1 and ";" in node.span.text:  # `f'(x; h)`
        plain = replace(node, function=replace(sym, primes=0), args=node.args[:1])
        return el.value(Directional(node.span, plain, node.args[1:]))
    if not counts or is_density(node):
        return None
    meant = _without_parameters(el, node, counts) or _with_parameters(el, node, counts)
    if meant is not None:
        return el.value(meant)
    raise error(
        "SG115",
        f"`{sym.key}` takes {' or '.join(map(str, counts))} arguments, here are {len(node.args)}",
        node.span,
    )


def _without_parameters(el: Reading, node: Call, counts: Sequence[int]) -> Call | None:
    """``f(x)`` for ``f(x; w)``, where the definition of ``f(x)`` is built on w."""
    for count in (n for n in counts if n < len(node.args)):
        entry = el.scope.calls[NameKey(node.function.key), count]
        used = value_names(el.scope, entry.body)
        extra = [a for a in node.args[count:] if isinstance(a, Sym) and not (a.sub or a.sup or a.primes)]
        named = {a.key for a in extra if a.key in used or holds_own_names(el.scope, entry.body, a.key)}
        known = named.isdisjoint((*(entry.arguments or ()), *el.opaque)) and all(a.key in named for a in extra)
        if known and len(extra) == len(node.args) - count:
            return replace(node, args=node.args[:count])
    return None


def _with_parameters(el: Reading, node: Call, counts: Sequence[int]) -> Call | None:
    """``f(x; w)`` for ``f(x)``, where ``f(x; w)`` is defined so, and w has a value."""
    for count in (n for n in counts if n > len(node.args)):
        entry = el.scope.calls[NameKey(node.function.key), count]
        first, semicolon, _ = entry.span.text.partition("=")[0].partition(";")
        rest = (entry.arguments or ())[len(node.args) :]
        if semicolon and first.count(",") + 1 == len(node.args) and all(NameKey(x) in el.scope.values for x in rest):
            return replace(node, args=(*node.args, *(Sym(node.span, x) for x in rest)))
    return None


def _places(el: Reading, node: Call) -> list[Token]:
    """The letters of the positions that a function is defined at, as they stand in its arguments."""
    key = el.scope.value_key(node.function)[0]
    entry = el.scope.values[key] if key is not None else None
    letters = entry.patterns if isinstance(entry, Defined) else ()
    return [t for t in positions_of(node.args) if letter_key(t) in letters]


def derived_call(el: Reading, entry: Defined, node: Call) -> ReadValue:
    """``f'(x)`` of a defined function of one number or one array: its derivative; ``f'(g(x))``: that at a point."""
    argument = el.value(node.args[0]) if len(node.args) == 1 else None
    target = ungrouped(argument.body) if argument is not None else None
    if argument is not None and not argument.axes and not isinstance(target, (Entry, Ref)):
        target = point(argument, node.args[0].span)
        with parameters(el, {POINT: ReadValue(target)}):
            value = defined_call(el, entry, replace(node, args=(Sym(node.args[0].span, POINT),)))
    else:
        value = defined_call(el, entry, node)
    if argument is None or value.axes or not isinstance(target, (Entry, Ref)):
        raise error(
            "SG101", "a prime needs one named argument", node.span, "write the derivative as `\\frac{d f}{d x}`"
        )
    body = value.body
    for _ in range(node.function.primes):
        body = Deriv(body, target)
    return ReadValue(body, argument.axes, argument.row, derivative=True)


def defined_call(el: Reading, entry: Defined, node: Call) -> ReadValue:
    """A defined function at its arguments: a reference if all of them are positions, else its body."""
    names = entry.arguments or ()
    for name, arg in zip(names, node.args, strict=True):
        if not (isinstance(arg, Sym) and arg == replace(arg, key=name, sub=(), sup=())) and holds_own_names(
            el.scope, entry.body, name
        ):
            message = f"the entries of `{name}` are names of their own, and do not change with it"
            raise error("SG115", message, arg.span, f"declare `{name}` as a vector")
    kinds = tuple(
        kind and not _is_array(el, name) for kind, name in zip(index_arguments(el, entry), names, strict=True)
    )
    return _kept(el, entry, node) if all(kinds) else _written_out(el, entry, node, kinds)


def _is_array(el: Reading, name: str) -> bool:
    """True for a declared array, be it only a label in the body: ``J(\\theta) = h_\\theta(1)^2``."""
    entry = el.scope.values.get(NameKey(name))
    return isinstance(entry, Tensor) and bool(entry.ranges) and name not in el.scope.indices


def _kept(el: Reading, entry: Defined, node: Call) -> ReadValue:
    names = entry.arguments or ()
    definition = define(el, entry)
    given = {name: node_position(el, arg) for name, arg in zip(names, node.args, strict=True)}
    count = sum(1 for p in definition.params if p.letter in names)
    own = []
    for p in definition.params[:count]:
        expr = given[p.letter]
        if isinstance(expr, Index) and p.range is not None:
            el.letters.demand(expr, p.range, node.span)
        own.append(expr)
    axes = tuple(OpenIndex(p.letter, p.range, "free") for p in definition.params[count:])
    row = definition.row and len(axes) == 1
    fixed = {el.scope.indices[name]: expr for name, expr in given.items() if name in el.scope.indices}
    moved = MovedArguments({}, fixed, node.span)
    if any(moved.depends(x) for x in walk(definition.body)):
        body = substitute(moved(definition.body), dict(zip(definition.params, (*own, *axes), strict=True)))
        return parenthesized(ReadValue(body, axes, row))
    return ReadValue(Ref(definition, (*own, *axes)), axes, row)


def _written_out(el: Reading, entry: Defined, node: Call, kinds: tuple[bool, ...]) -> ReadValue:
    """The body with the arguments in place of their names. ``kinds``: True for those that are positions."""
    if len(el.definitions.active) > MAX_DEPTH:
        raise error("SG002", f"calls nest deeper than {MAX_DEPTH}", node.span)
    if entry in el.definitions.active:
        raise error("SG110", f"`{entry.key}` is defined through itself", node.span)
    given = list(zip(entry.arguments or (), node.args, kinds, strict=True))
    parameters: dict[str, ReadValue] = {}
    opaque: dict[str, WrittenArgument] = {}
    for name, arg, is_index in given:
        if name in entry.roots:
            parameters[name] = ReadValue(Func("sqrt", el.scalar(arg, "a square")))
            continue
        found = None if is_index else argument(el, arg)
        if found is not None and found.text:
            opaque[name] = found
        elif found is not None:
            parameters[name] = parenthesized(found.values[0])
    frame: dict[str, Index] = {name: OpenIndex(name, None, "free") for name, _, is_index in given if is_index}
    slots = {letter: OpenIndex(letter, None, "free") for letter in entry.patterns}
    frame |= slots
    child = el.child({**_inherited(el, entry, {*frame, *opaque}), **parameters}, frame, opaque)
    el.definitions.active.append(entry)
    try:
        value = insert_implied_sums(child, child.value(entry.body), frozenset(frame.values()), node.span)
    finally:
        el.definitions.active.pop()
    mapping: dict[Index, IndexExpr] = {}
    for name, arg, is_index in given:
        if is_index:
            expr = node_position(el, arg)
            wanted = frame[name].range
            if isinstance(expr, Index) and wanted is not None:
                el.letters.demand(expr, wanted, arg.span)
            mapping[frame[name]] = expr
    axes = (*slots.values(), *value.axes)
    body = substitute(value.body, mapping)
    fixed = {
        el.scope.indices[name]: mapping[i] for name, i in frame.items() if i in mapping and name in el.scope.indices
    }
    body = _moved(body, parameters, fixed, lambda: value_names(el.scope, entry.body), node)
    return parenthesized(replace(value, body=body, axes=axes, jacobian=None))


def _inherited(el: Reading, entry: Defined, own: set[str]) -> dict[str, ReadValue]:
    """The arguments of the function around this one, as far as it is built on the arrays of their names:
    ``J(\\phi)`` after ``J(\\theta) = h_\\theta(x)^2`` and ``h_\\theta(x) = \\theta^\\top x``."""
    around = {name: v for name, v in el.parameters.items() if name not in (*own, *(entry.arguments or ()))}
    found = {}
    for name, value in around.items():
        named = el.scope.values.get(NameKey(name))
        if isinstance(named, Tensor) and fits(value, named):
            found[name] = value
    return found


def _moved(
    body: Expr,
    parameters: dict[str, ReadValue],
    fixed: dict[Index, IndexExpr],
    used: Callable[[], set[str]],
    node: Call,
) -> Expr:
    """The body of a function with the quantities in it that are defined through its arguments.

    used: the names in the body itself. A letter for something of another shape than the array of its name is another
    thing, unless the body has it through other quantities alone.
    """
    arrays: dict[Tensor | Definition, ReadValue] = {}
    for name, value in parameters.items():
        arrays |= {named: value for named in named_in_definitions(body, name) if fits(value, named)}
        for named in reach(body):
            if not isinstance(named, Tensor | Definition) or str(named.name) != name:
                continue
            if not fits(value, named) and name not in used():
                message = f"`{name}` has {len(named.ranges if isinstance(named, Tensor) else named.params)} axes"
                raise error("SG113", f"{message}, what stands for it has {len(value.axes)}", node.span)
    arrays = {named: value for named, value in arrays.items() if not is_itself(value, named)}
    moved = MovedArguments(arrays, fixed, node.span)
    if any(moved.depends(x) for value in parameters.values() for x in walk(value.body)):
        message = "both the function and what it is applied to are defined through its argument"
        raise error("SG115", message, node.span, "write the value out")
    return moved(body)
