"""Derivatives: of what, by what, with what held constant, in which layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symgrad.calculus.depends import depends_on
from symgrad.core.nodes import (
    Apply,
    Definition,
    Deriv,
    Entry,
    Expr,
    Func,
    Mul,
    Num,
    Pow,
    Ref,
    Size,
    Sum,
    Tensor,
    parts,
    reach,
)
from symgrad.core.occurrences import named_by
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.earlier_states import require_no_earlier_state, require_one_position
from symgrad.reading.meaning.name_roles import lookup
from symgrad.reading.meaning.open_index import same_range
from symgrad.reading.meaning.raw_trees import expression, reciprocal, ungrouped
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.samples import per_sample
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.time_derivatives import by_time
from symgrad.reading.meaning.undeclared_functions import is_density
from symgrad.reading.meaning.upstream import cost_of_gradients
from symgrad.reading.meaning.values import Jacobian, ReadValue, flat_product, multiply
from symgrad.reading.names.cost_letters import is_square_cost
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error, spelled
from symgrad.reading.tree.syntax import (
    Call,
    Derivative,
    Differential,
    Directional,
    Paren,
    ProductNode,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

MAX_ORDER = 4
WHOLE = frozenset(("V", "A", "C", "K", "W", "Y", "vocab", "Vocab", "Vocabulary", "vocabulary", "classes"))
"""Names of sets that have all positions by custom: words, classes, actions."""


def _order(node: Expr) -> int:
    """The number of derivatives nested in an expression."""
    inside = max((_order(child) for child in parts(node)[1]), default=0)
    return inside + isinstance(node, Deriv)


def target_of(el: Reading, node: SyntaxNode) -> ReadValue:
    """A target of a derivative: entries of a tensor or of a defined quantity."""
    value = el.value(node)
    body = ungrouped(value.body)
    if not isinstance(body, (Entry, Ref)):
        raise error(
            "SG113",
            "a derivative is taken by a declared or defined quantity or an entry of it",
            node.span,
            "give the expression a name first",
        )
    return replace(value, body=body)


@reads(Derivative)
def derivative(el: Reading, node: Derivative) -> ReadValue:
    """``\\partial body / \\partial targets``: its axes are those of the body, then those of the targets."""
    if not node.targets:
        return el.value(_by_own_argument(el, node))
    moving = by_time(el, node)
    if moving is not None:
        return moving
    along = _along(el, node)
    if along is not None:
        return el.value(along)
    reached = _nabla_reach(el, node) or (bracket_alone(node) if el.narrow == "bracket" else None)
    if reached is not None:
        return el.value(reached)
    _require_declared_arguments(el, node)
    changed = _by_power(el, node) or _by_root(el, node)
    if changed is not None:
        return changed
    if node.slip:
        below = ", ".join(t.span.text for t in node.targets)
        el.warn("SG222", f"read as the derivative by `{below}`", node.span, f"write `\\partial {below}` below")
    value = el.value(node.body)
    if el.totals and (is_family(el, node.body) or is_square(el, node.body)):
        value = _total(value, el.totals == "mean")
    for by in node.targets:
        _require_own_arguments(el, node.body, by)
    targets = [target_of(el, t) for t in node.targets]
    source = ungrouped(value.body)
    value = replace(value, body=_through(value.body, [t.body for t in targets]))
    targets = [replace(t, body=_as_in(value.body, t.body)) for t in targets]
    body, axes, row = value.body, value.axes, value.row
    if _order(source) + len(targets) > MAX_ORDER:
        raise error("SG002", f"derivatives beyond the order {MAX_ORDER} are not taken", node.span)
    inner = source.definition if isinstance(source, Ref) else None
    for target, written in zip(targets, node.targets, strict=True):
        plain, total = expression(value.body), node.sign != "\\partial"
        require_no_earlier_state(el, plain, target.body, total, written.span)
        require_one_position(el, plain, expression(target.body), total, written.span)
        _require_related_layers(el, value.body, target.body, written.span)
        _require_member(el, target.body, written.span)
        # the body and the target of a derivative are not held by it
        outer = target.body.args[0] in el.held  # `∂h_3/∂h_1` of a chain goes through all between
        held = el.held - {inner} if inner in el.held and not outer else frozenset()
        if el.held_alone and inner is not None and inner not in el.held_alone:
            held |= el.held_alone - {target.body.args[0]}
        body = Deriv(body, target.body, held)
        row = target.row and not axes
        axes = (*axes, *target.axes)
    named = (value, *targets)
    groups = tuple(len(g) for v in named for g in v.grouped) if any(v.groups for v in named) else ()
    of = source.args[0] if isinstance(source, (Entry, Ref)) else None
    by = targets[0].body.args[0]
    jacobian = Jacobian(of, by, value.axes, targets[0].axes) if len(targets) == 1 else None
    return ReadValue(body, axes, row, True, None if groups else jacobian, groups=groups)


def _require_own_arguments(el: Reading, body: SyntaxNode, target: SyntaxNode) -> None:
    """``\\partial \\log h(x_i) / \\partial h`` is by ``h(x_i)``, and not by the value of ``h`` at its own argument."""
    if not isinstance(target, Sym) or not el.scope.has_arguments(target):
        return
    names = (NameKey.function(target), NameKey(target.key))
    for call in (n for n in subnodes(body) if isinstance(n, Call) and n.function.key == target.key):
        entry = next((e for e in (el.scope.calls.get((x, len(call.args))) for x in names) if e is not None), None)
        own = entry.arguments if entry is not None else None
        if own is not None and [a.span.text.strip() for a in call.args] != list(own):
            message = f"`{target.span.text}` is its value at `{', '.join(own)}`, and here it is `{call.span.text}`"
            raise error("SG115", message, target.span, "give the value a name of its own")


def _require_declared_arguments(el: Reading, node: Derivative) -> None:
    """``\\partial c / \\partial y`` of a ``c(x) \\in \\mathbb{R}`` is not 0 for that ``x`` is not built on ``y``."""
    own = el.scope.declared_at.get(NameKey(node.body.key)) if isinstance(node.body, Sym) else None
    if own is None:
        return
    value = expression(el.value(node.body).body)
    for by in node.targets:
        target = expression(target_of(el, by).body)
        if isinstance(target, (Entry, Ref)) and not depends_on(value, target):
            arguments = ", ".join(f"`{a.span.text}`" for a in own.args)
            message = f"nothing says how {arguments} depends on `{by.span.text}`"
            raise error(
                "SG118", message, by.span, f"define {arguments}, or declare `{own.span.text}` with more arguments"
            )


def _require_related_layers(el: Reading, body: Expr, target: Expr, span: Span) -> None:
    """The derivative by ``z^l`` of what is built on ``a^L`` is not 0: how the last layer depends on it is not known."""
    layers, by = el.scope.layers, target.args[0]
    if not layers or not isinstance(by, Tensor | Definition) or not layers.has(_label(by)) or by in reach(body):
        return
    last = [x for x in reach(body) if isinstance(x, Tensor | Definition) and layers.is_last(_label(x))]
    if last:
        message = f"nothing says how `{last[0].name}` depends on `{by.name}`"
        raise error("SG118", message, span, f"define `{by.name}` where it can be read, and the layers behind it")


def _require_member(el: Reading, target: Expr, span: Span) -> None:
    """The derivative by ``w_k`` of ``\\sum_{j \\in S} w_j^2`` is 0 for a k outside of S, of which nothing is said."""
    if not isinstance(target, Entry):
        return
    for over, at in zip(target.tensor.ranges, target.indices, strict=True):
        name, letter = str(over.size).strip("|"), getattr(at, "letter", "")
        inside = el.scope.taken_whole.get(name) if f"|{name}|" == str(over.size) else None
        if inside is not None and letter and letter not in inside and name.rpartition("{")[2].strip("}") not in WHOLE:
            remedy = f"write `Let ${letter} \\in {name}$.`, or declare it: `${name} \\subseteq [W]$`, `${name} = [W]$`"
            raise error("SG105", f"nothing says whether `{letter}` is in `{name}`", span, remedy)


def _label(named: Tensor | Definition) -> str:
    return str(named.name).rpartition("^")[2].strip("{}")


def _through(body: Expr, targets: Sequence[Expr]) -> Expr:
    """The body by way of each target, also where a definition of it writes out what the target was defined as later."""
    for target in targets:
        inner = ungrouped(body)
        if isinstance(target, Ref) and isinstance(inner, Ref) and target.definition not in reach(inner):
            named = named_by(inner, target.definition)
            if named is inner:  # `u = r - s`, of what the body writes out for r and s
                for part in _innermost_first(target.definition):
                    named = named_by(named, part)
                named = named_by(named, target.definition)
            body = named if target.definition in reach(named) else body
    return body


def _innermost_first(definition: Definition) -> list[Definition]:
    """The definitions that a definition is made of, each behind those that it is made of itself."""
    own = [d for d in reach(definition.body).definitions if d is not definition]
    return sorted(own, key=lambda d: len(reach(d.body).definitions))


def _as_in(body: Expr, target: Expr) -> Expr:
    """The target as the body has it: a name that was defined anew may have its older meaning there, and that alone."""
    inner = ungrouped(body)
    if not isinstance(target, Ref) or not isinstance(inner, Ref) or target.definition in reach(inner):
        return target
    count = len(target.indices)
    same = [d for d in reach(inner).definitions if d.name == target.definition.name and len(d.params) == count]
    return Ref(same[0], target.indices) if len(same) == 1 else target


@reads(Differential)
def differential(el: Reading, node: Differential) -> ReadValue:
    """``dX``: the gradient by ``X`` of the cost that the document's gradients belong to."""
    value, sup = lookup(el, node.name)
    target = ungrouped(value.body)
    if not isinstance(target, (Entry, Ref)):
        raise error("SG113", "a gradient is taken by a declared or defined quantity", node.span)
    by = target.args[0]
    cost = cost_of_gradients(el, by, node.span)
    gradient = per_sample(el, Deriv(_through(cost, [target]), target), cost, by, node.span)
    made = ReadValue(gradient, value.axes, value.row, True, Jacobian(None, by, (), value.axes))
    return raised(el, made, sup, node.span) if sup else made


def _by_own_argument(el: Reading, node: Derivative) -> Derivative:
    """``\\nabla f`` of a function of one argument, by that argument: ``\\nabla_x f(x)``; ``\\nabla^2 f`` twice."""
    entries = [(k, d) for k, d in el.scope.calls.items() if isinstance(node.body, Sym) and k[0].letter == node.body.key]
    if len(entries) != 1 or entries[0][0][1] != 1 or not isinstance(node.body, Sym):
        raise error("SG101", "`\\nabla` must say by what", node.span, "write `\\nabla_x J`")
    argument = Sym(node.body.span, (entries[0][1].arguments or ("",))[0])
    call = Call(node.body.span, replace(node.body, sub=(), sup=()), (argument,))
    return Derivative(node.span, call, (argument,) * (2 if node.operator else 1), sign=node.sign)


def _along(el: Reading, node: Derivative) -> Directional | None:
    """``D_h f(x)``, ``\\nabla_h f(x)`` along an array ``h`` of the shape of ``x`` that ``f(x)`` is not built on."""
    call, target = node.body, node.targets[0]
    if node.sign not in ("D", "\\nabla", "\\partial") or len(node.targets) > 1 or not isinstance(target, Sym):
        return None
    if node.sign == "\\partial" and not node.span.text.startswith("\\partial_"):
        return None
    if not isinstance(call, Call) or call.bare or len(call.args) != 1 or not el.scope.has_arguments(call.function):
        return None
    at, by = el.value(call.args[0]), el.value(target)
    symbols = [ungrouped(v.body) for v in (at, by)]
    if any(not isinstance(s, (Entry, Ref)) or s.indices != v.axes for s, v in zip(symbols, (at, by), strict=True)):
        return None
    alike = bool(at.axes) and [a.range for a in at.axes] == [a.range for a in by.axes] and at.row == by.row
    named = symbols[1].args[0]
    if not alike or named is symbols[0].args[0] or named in reach(el.value(call).body):
        return None
    return Directional(node.span, call, (target,))


def _nabla_reach(el: Reading, node: Derivative) -> SyntaxNode | None:
    """``\\nabla_z C a^\\top`` is a product: ``\\nabla`` takes the defined or unknown number behind it, and no more."""
    if not (node.operator and node.sign == "\\nabla"):
        return None
    score = _score(el, node)
    if score is not None or not isinstance(node.body, ProductNode):
        return score
    (op, first), *rest = node.body.factors
    if isinstance(first, Call):  # `\\nabla_\\theta \\pi_\\theta(a) Q(a)`
        if first.bare or el.scope.has_arguments(first.function) or el.scope.is_function(first.function.key):
            return None
    elif not isinstance(first, Sym) or first.sup:
        return None
    value = el.value(first)
    body = ungrouped(value.body)
    body = body.arg if isinstance(body, Func) and isinstance(first, Call) else body  # a positive function
    if value.axes or not isinstance(body, (Ref, Apply)):
        return None
    head = replace(node, body=first, operator=False, span=node.span.to(first.span))
    return ProductNode(node.span, ((op, head), *rest))


def _score(el: Reading, node: Derivative) -> SyntaxNode | None:
    """The score ``\\nabla_\\theta \\log \\pi_\\theta(a)`` times ``Q(a)``, written without brackets."""
    (op, first), *rest = node.body.factors if isinstance(node.body, ProductNode) else (("", node.body),)
    inner = first.args[0] if isinstance(first, Call) and first.bare and len(first.args) == 1 else None
    if not isinstance(first, Call) or not isinstance(inner, ProductNode):
        return None
    (_, density), *behind = inner.factors
    known = not isinstance(density, Call) or density.bare or el.scope.has_arguments(density.function)
    if known or not isinstance(density, Call) or not is_density(density):
        return None
    log = replace(first, args=(density,), span=first.span.to(density.span))
    head = replace(node, body=log, operator=False, span=node.span.to(density.span))
    return ProductNode(node.span, ((op, head), *behind, *rest))


def is_family(el: Reading, node: SyntaxNode) -> bool:
    """True for ``L`` without a subscript, where only ``L_t`` is defined."""
    if not isinstance(node, Sym) or node.sub or node.sup or node.primes:
        return False
    key = el.scope.value_key(node)[0]
    entry = el.scope.values.get(key) if key is not None else None
    return isinstance(entry, Defined) and bool(entry.patterns) and entry.declared is None


def is_square(el: Reading, node: SyntaxNode) -> bool:
    """True for ``L`` of ``L = (y - X w)^2``, which is a vector entry by entry."""
    key = el.scope.value_key(node)[0] if isinstance(node, Sym) and not (node.sub or node.sup or node.primes) else None
    entry = el.scope.values.get(key) if key is not None else None
    return key is not None and isinstance(entry, Defined) and is_square_cost(key, entry)


def _total(family: ReadValue, mean: bool) -> ReadValue:
    """The sum of all members of a family of numbers, or their mean."""
    body = family.body
    for axis in family.axes:
        body = Sum(axis, body)
        if mean and axis.range is not None:
            body = Mul((reciprocal(Size(axis.range.size)), body))
    return ReadValue(body)


def bracket_alone(node: SyntaxNode) -> SyntaxNode | None:
    """``\\frac{d}{dx}(x) e^x`` with the derivative of the bracket alone; None where no bracket follows directly."""
    if not (isinstance(node, Derivative) and node.operator and isinstance(node.body, ProductNode)):
        return None
    (op, first), *rest = node.body.factors
    if not isinstance(first, Paren) or first.kind not in "([" or len(first.items) != 1:
        return None
    head = replace(node, body=first, operator=False, span=node.span.to(first.span))
    return ProductNode(node.span, ((op, head), *rest))


def _by_power(el: Reading, node: Derivative) -> ReadValue | None:
    """``\\partial \\ell/\\partial \\sigma^2`` by the square of a positive number ``\\sigma``."""
    target = node.targets[0]
    if len(node.targets) != 1 or not isinstance(target, Sym):
        return None
    base, sup = lookup(el, target)
    power = int(sup[0].text) if len(sup) == 1 and sup[0].text in ("2", "3", "4") else 0
    entry = ungrouped(base.body)
    if not power or base.axes or not isinstance(entry, Entry) or entry.tensor.domain != "positive":
        return None
    by = el.value(replace(node, targets=(replace(target, sup=target.sup[: -len(sup)]),), operator=False))
    slope = Mul((Num(Fraction(power)), Pow(entry, Num(Fraction(power - 1)))))
    return replace(by, body=Mul((by.body, reciprocal(slope))), jacobian=None)


def _by_root(el: Reading, node: Derivative) -> ReadValue | None:
    """``\\partial \\ell/\\partial \\sigma_j`` where only ``\\sigma_j^2`` is defined: by that, times ``2 \\sigma_j``."""
    target = node.targets[0]
    if len(node.targets) != 1 or not isinstance(target, Sym) or target.sup or el.scope.square_of(target) is None:
        return None
    square = replace(target, sup=(Token("number", "2", target.span),))
    by, root = el.value(replace(node, targets=(square,), operator=False)), el.value(target)
    own = by.axes[len(by.axes) - len(root.axes) :]
    slope = Mul((Num(Fraction(2)), substitute(root.body, dict(zip(root.axes, own, strict=True)))))
    return replace(by, body=Mul((by.body, slope)), jacobian=None)


def _chain_links(el: Reading, node: SyntaxNode) -> Definition | None:
    """The innermost intermediate ``y`` of a term with ``∂J/∂y · ∂y/∂x``; None for any other term."""
    if not isinstance(node, ProductNode):
        return None
    written = [f for _, f in node.factors if isinstance(f, Derivative)]
    if len(written) < 2:
        return None
    below = [t for f in written for t in f.targets if isinstance(t, Sym)]
    above = [(f.body.key, spelled(f.body.sub)) for f in written if isinstance(f.body, Sym)]
    outer = [f for f in written if any(isinstance(t, Sym) and (t.key, spelled(t.sub)) in above for t in f.targets)]
    for f in sorted(written, key=outer.__contains__):
        if isinstance(f.body, Sym) and any(t.key == f.body.key for t in below):
            try:
                body = ungrouped(el.value(f.body).body)
            except NotationError:
                return None
            if isinstance(body, Ref):
                return body.definition
    return None


def held_in(el: Reading, node: Terms) -> tuple[frozenset[Definition], frozenset[Definition]]:
    """What the derivatives of a written chain rule hold constant: the inner ones of its products, and a lone one.

    In ``∂v/∂m ∂m/∂a + ∂v/∂n ∂n/∂a`` each inner derivative holds the other intermediates; in
    ``∂v/∂m ∂m/∂a + ∂v/∂a`` the lone derivative holds all of them.
    """
    if len(node.items) < 2:
        return frozenset(), frozenset()
    found = [(t, _chain_links(el, t)) for _, t in node.items]
    links = frozenset(d for _, d in found if d is not None)
    alone = any(d is None and _is_partial(t) for t, d in found)
    return (links if len(links) > 1 else frozenset()), (links if alone else frozenset())


def _is_partial(node: SyntaxNode) -> bool:
    """True for a lone ``∂v/∂a`` of named quantities."""
    return isinstance(node, Derivative) and node.sign == "\\partial" and isinstance(node.body, Sym)


def contract(el: Reading, values: Sequence[tuple[str, ReadValue, SyntaxNode]], span: Span) -> ReadValue | None:
    """Contract a chain of derivatives of whole arrays over the shared array, in whatever order it is written."""
    links = [(k, v.jacobian) for k, (_, v, _) in enumerate(values) if v.jacobian is not None]
    pair = next(
        (
            (k, m, a, b)
            for k, a in links
            for m, b in links
            if k != m and a.by is b.of and a.by_axes and len(a.by_axes) == len(b.of_axes)
        ),
        None,
    )
    if pair is None or any(op in ("o", "@", "/") for op, _, _ in values):
        return None
    outer, inner, a, b = pair
    joined = _join(values[outer][1], values[inner][1], a, b)
    if outer < inner and not a.of_axes:
        el.warn(
            "SG206",
            "the factors of this chain stand in the order of the other layout",
            span,
            "in denominator layout the inner derivative stands first",
        )
    first = min(outer, inner)
    rest = [item for k, item in enumerate(values) if k not in (outer, inner)]
    rest.insert(first, ("", joined, values[first][2]))
    again = contract(el, rest, span) if len(rest) > 1 else None
    if again is not None:
        return again
    out = rest[0][1]
    for _, right, _ in rest[1:]:
        out = multiply(out, right, span)[0]
    return out


def _join(outer: ReadValue, inner: ReadValue, a: Jacobian, b: Jacobian) -> ReadValue:
    """``∂a/∂b`` and ``∂b/∂c`` as ``∂a/∂c``, summed over the axes of ``b``."""
    for x, y in zip(a.by_axes, b.of_axes, strict=True):
        same_range(x, y)
    body = flat_product(outer.body, substitute(inner.body, dict(zip(b.of_axes, a.by_axes, strict=True))))
    for axis in reversed(a.by_axes):
        body = Sum(axis, body)
    axes = (*a.of_axes, *b.by_axes)
    return ReadValue(body, axes, inner.row and len(axes) == 1, True, Jacobian(a.of, b.by, a.of_axes, b.by_axes))
