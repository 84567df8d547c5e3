"""A cost as the one definition of a document, entered in its scope as if the document's text had been read."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.core.nodes import Definition, Expr, Mul, Num, Pow, distinct, free_indices, mul, parts, reach, rebuild
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tree.syntax import Sym
from symgrad.text.source import Source, Span


def entered(name: str, body: Expr, text: str) -> ReadDocument:
    """The document of a cost in the names of the document. ``text``: what it would be read from.

    Reading takes several times as long as all that follows from it, and could give nothing but this expression.
    """
    fixed = {i: Index(i.letter, i.range, "fixed") for i in sorted(free_indices(body), key=lambda i: i.letter)}
    body = in_written_order(substitute(body, dict(fixed)))
    mentioned = reach(body)
    read = ReadDocument(Source("cost.md", text), definitions=1)
    scope = read.scope
    for t in sorted(mentioned.tensors, key=lambda t: t.name):
        scope.put("values", NameKey(t.name), t)
    for i in fixed.values():
        scope.put("indices", i.letter, i)
    for a in sorted(mentioned.index_arrays, key=lambda a: a.name):
        scope.put("index_arrays", a.name, a)
    for f in sorted(mentioned.functions, key=lambda f: f.name):
        scope.put("functions", NameKey(f.name), f)
    for size in _sizes(body):
        scope.sizes.add(size)
    span = Span(read.source, 0, len(text))
    cost = Defined(NameKey(name), Sym(span, name), span, serial=scope.serial)
    scope.put("values", cost.key, cost)
    read.elaborated.done[cost] = Definition(name, (), body)
    return read


def _sizes(body: Expr) -> Iterator[str]:
    """The sizes in declarations and bounds of sums."""
    mentioned = reach(body)
    indices = (*free_indices(body), *(i for node in distinct(body) for i in parts(node)[2]))
    ranges = [r for t in mentioned.tensors for r in t.ranges]
    ranges += [r for a in mentioned.index_arrays for r in (a.target, *a.ranges)]
    ranges += [i.range for i in sorted(indices, key=lambda i: i.serial) if i.range is not None]
    for bound in (bound for r in ranges for bound in (r.lo, r.hi)):
        yield from (size for size, _ in bound.terms if isinstance(size, str))


def in_written_order(node: Expr) -> Expr:
    """Numbers first and denominators last in every product, as a formula is written and read."""
    node = rebuild(node, lambda e: e, in_written_order)
    return mul(*sorted(node.args[0], key=_place)) if isinstance(node, Mul) else node


def _place(factor: Expr) -> int:
    if isinstance(factor, Num):
        return 0
    below = isinstance(factor, Pow) and isinstance(factor.exponent, Num) and factor.exponent.value < 0
    return 2 if below else 1
