"""Backward passes of a mean over samples, ``dZ = A - Y``, ``dW = \\frac{1}{m} dZ X^\\top``.

There ``J`` is a mean over ``m`` samples, and ``dZ`` stands for the gradients of the samples' own costs: for ``m`` times
that of ``J``. Whether a document writes so is decided once for the whole of it, by the greater number of its relations.
"""

from __future__ import annotations

from symgrad.core.nodes import Definition, Expr, Mul, Ref, Size, Tensor, walk
from symgrad.core.ranges import Range
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.tree.syntax import Differential, NumberNode, ProductNode, QuotientNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span


def note_means(el: Reading, left: SyntaxNode, right: SyntaxNode) -> None:
    """Count a relation ``dW = …`` for or against its ranges of samples: whether it takes the mean over them."""
    if not isinstance(left, Differential):
        return
    own = _ranges(el, left.name)
    others = {r for n in subnodes(right) if isinstance(n, Differential) for r in _ranges(el, n.name)}
    means = {Range.of_size(name) for n in subnodes(right) for name in _divided_by(n) if name in el.scope.sizes}
    counts = el.scope.means
    for r in others - own:
        counts[r] = counts.get(r, 0) + (1 if r in means else -1)
    for r in (own & means) - others:
        counts[r] = counts.get(r, 0) - 1


def _ranges(el: Reading, sym: Sym) -> set[Range]:
    """The ranges of the axes of a named quantity."""
    key = el.scope.value_key(sym)[0]
    entry = el.scope.values.get(key) if key is not None else None
    if isinstance(entry, Tensor):
        return set(entry.ranges)
    try:
        return {p.range for p in define(el, entry).params if p.range is not None} if entry is not None else set()
    except NotationError:
        return set()


def _divided_by(node: SyntaxNode) -> list[str]:
    """The names that stand alone below a fraction line."""
    if isinstance(node, QuotientNode):
        return [node.den.key] if isinstance(node.den, Sym) and isinstance(node.num, NumberNode) else []
    factors = node.factors if isinstance(node, ProductNode) else ()
    return [f.key for op, f in factors if op == "/" and isinstance(f, Sym)]


def per_sample(el: Reading, gradient: Expr, cost: Expr, by: Tensor | Definition, span: Span) -> Expr:
    """A gradient ``dX`` of a quantity with an axis of samples, as the document means it."""
    ranges = by.ranges if isinstance(by, Tensor) else tuple(p.range for p in by.params)
    for r in el.scope.samples:
        size = Size(r.size)
        if r in ranges and (not isinstance(cost, Ref) or any(n is size for n in walk(cost.definition.body))):
            message = f"`{span.text}` is read as ${r.name}$ times the gradient: that of each sample's own cost"
            el.warn("SG221", message, span, "divide by the number of samples here")
            return Mul((size, gradient))
    return gradient
