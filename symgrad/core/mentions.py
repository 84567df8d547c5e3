"""What an expression mentions, by itself and through the definitions that it uses."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.core.kinds import AbstractFunction, Apply, Definition, Deriv, Entry, Expr, Func, Ref, Tensor
from symgrad.core.ranges import Affine, Index, IndexArray, IndexExpr, Subset
from symgrad.core.traverse import conditions, distinct, parts

Mention = Tensor | Definition | AbstractFunction | Index | IndexArray | Subset
"""What an expression can mention. Only its fixed indices count."""


class Reach:
    """What an expression mentions, in the order of first mention: a definition, then what its body mentions.

    order: how deep derivatives (and primes) are nested, those inside definitions included; 0 without any.
    """

    __slots__ = ("_found", "order")

    def __init__(self, found: dict[Mention, None], order: int) -> None:
        self._found = found
        self.order = order

    def __contains__(self, item: object) -> bool:
        return item in self._found

    def __iter__(self) -> Iterator[Mention]:
        return iter(self._found)

    def __or__(self, other: Reach) -> Reach:
        return _merged({}, (self, other), max(self.order, other.order))

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(x for x in self._found if isinstance(x, Tensor))

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(x for x in self._found if isinstance(x, Definition))

    @property
    def functions(self) -> tuple[AbstractFunction, ...]:
        return tuple(x for x in self._found if isinstance(x, AbstractFunction))

    @property
    def letters(self) -> tuple[Index, ...]:
        return tuple(x for x in self._found if isinstance(x, Index))

    @property
    def index_arrays(self) -> tuple[IndexArray, ...]:
        return tuple(x for x in self._found if isinstance(x, IndexArray))

    @property
    def subsets(self) -> tuple[Subset, ...]:
        return tuple(x for x in self._found if isinstance(x, Subset))


def reach(expr: Expr) -> Reach:
    """What an expression mentions; computed once per node."""
    done: Reach | None = expr.reach
    return _visit(expr) if done is None else done


def _visit(expr: Expr) -> Reach:
    """Compute the reach of all nodes below, children first; iterative because chains of definitions can be long."""
    stack, opened = [expr], set[Expr]()
    while stack:
        node = stack[-1]
        if node.reach is None:
            children = _children(node)
            # An open child belongs to a definition that uses itself, and adds nothing.
            missing = [c for c in children if c.reach is None and c not in opened] if node not in opened else []
            if missing:
                opened.add(node)
                stack.extend(reversed(missing))
                continue
            node.reach = _of_node(node, tuple(c.reach for c in children if c.reach is not None))
        stack.pop()
    found: Reach = expr.reach
    return found


def _children(node: Expr) -> tuple[Expr, ...]:
    inner = parts(node)[1]
    return (*inner, node.definition.body) if isinstance(node, Ref) else inner


def _of_node(node: Expr, inner: tuple[Reach, ...]) -> Reach:
    own: dict[Mention, None] = {}
    for e in parts(node)[0]:
        _positions(e, own)
    for cond in conditions(node):
        if isinstance(cond.right, Subset):
            own[cond.right] = None
    order = max([r.order for r in inner], default=0)
    if isinstance(node, (Entry, Ref)):
        own[node.args[0]] = None
    elif isinstance(node, Apply):
        own[node.function] = None
    elif isinstance(node, Deriv):
        order += 1
    elif isinstance(node, Func):
        order += node.name.count("'")
    return _merged(own, inner, order)


def _positions(e: IndexExpr, found: dict[Mention, None]) -> None:
    """The fixed letters and the index arrays of a position."""
    if isinstance(e, Index):
        if e.kind == "fixed":
            found[e] = None
    elif isinstance(e, Affine):
        for i in e.indices():
            _positions(i, found)
    else:
        found[e.array] = None
        for inner in e.indices:
            _positions(inner, found)


def _merged(own: dict[Mention, None], inner: tuple[Reach, ...], order: int) -> Reach:
    """All mentions in order. Returns one of the inner ones if it has them all, so that most nodes share theirs."""
    inner = tuple(r for r in inner if r._found)
    found = own if own or not inner else inner[0]._found
    for r in inner:
        both = found if r._found is found else found | r._found
        found = both if len(both) > len(found) else found
    for r in inner:
        if r._found is found and r.order == order:
            return r
    return Reach(found, order) if found or order else _NOTHING


_NOTHING = Reach({}, 0)


def all_nodes(expr: Expr, keep: Definition | None = None) -> Iterator[Expr]:
    """Every node of an expression, then those of each definition that it uses (but for ``keep``), each node once."""
    seen: set[Expr] = set()
    opened: set[Definition] = set()
    todo = [expr]
    for body in todo:  # grows during the loop
        for node in distinct(body):
            if node in seen:
                continue
            seen.add(node)
            yield node
            if isinstance(node, Ref) and node.definition not in opened and node.definition is not keep:
                opened.add(node.definition)
                todo.append(node.definition.body)


def derivatives_in(expr: Expr) -> Iterator[Deriv]:
    """The derivatives in an expression, then those in each definition that it uses, each once."""
    seen: set[Expr] = set()
    todo = [expr]
    for body in todo:  # grows during the loop
        stack = [body]
        while stack:
            node = stack.pop()
            if node in seen or not reach(node).order:
                continue
            seen.add(node)
            if isinstance(node, Deriv):
                yield node
            elif isinstance(node, Ref):
                todo.append(node.definition.body)
            stack.extend(reversed(parts(node)[1]))
