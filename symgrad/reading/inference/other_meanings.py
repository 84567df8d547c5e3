"""Other meanings that the names of a step may have, each tried where the step does not hold with the first.

Names that are not declared may be numbers, a matrix may be made of the vectors of its letter, a name with a bar may be
the mean of those below it, and a name that a chain defines may be meant as the last side of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from symgrad.core.nodes import Tensor
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import ARRAY_FUNCTIONS, Defined, Scope
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.syntax import Call, Paren, ProductNode, Scripted, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.source import Source, Span

BARS = ("\\bar", "\\overline")


def entries_below(
    scope: Scope, nodes: Sequence[SyntaxNode], but: Collection[NameKey] = ()
) -> Iterator[tuple[NameKey, Tensor | Defined]]:
    """The meanings of the names in some nodes and in the definitions used there, each once, but for some names."""
    ahead, seen = list(nodes), set(but)
    while ahead:
        for n in subnodes(ahead.pop()):
            key = scope.value_key(n)[0] if isinstance(n, Sym) else None
            if key is None or key in seen:
                continue
            seen.add(key)
            entry = scope.values[key]
            if isinstance(entry, Defined):
                ahead.append(entry.body)
            yield key, entry


def inferred_arrays(scope: Scope, nodes: Sequence[SyntaxNode]) -> dict[NameKey, Tensor]:
    """The arrays below some nodes, and in the definitions used there, whose shape is inferred."""
    found = entries_below(scope, nodes) if scope.provisional else ()
    return {key: entry for key, entry in found if isinstance(entry, Tensor) and scope.is_provisional(key)}


def as_squares(nodes: Sequence[SyntaxNode], inferred: Mapping[NameKey, Tensor]) -> dict[NameKey, Tensor]:
    """The matrices as square ones of one size, where a determinant or an inverse of a product may suppose that."""
    matrices = {key: made for key, made in inferred.items() if len(made.ranges) == 2}
    below = [n for node in nodes for n in subnodes(node)]
    products = [n for n in below if isinstance(n, ProductNode)]
    made_of = [a for n in below if isinstance(n, Call) and n.function.key in ("\\det", "det", "logdet") for a in n.args]
    made_of += [a for n in below if isinstance(n, Paren) and n.kind == "|" for a in n.items]
    if not products or not any(len(_matrices_in(a, matrices)) > 1 for a in made_of):
        return {}
    over = next(iter(matrices.values())).ranges[0]
    squares = {key: replace(made, ranges=(over, over)) for key, made in matrices.items()}
    return squares if squares != matrices else {}


def _matrices_in(node: SyntaxNode, matrices: Mapping[NameKey, Tensor]) -> set[str]:
    letters = {key.letter for key in matrices}
    return {n.key for n in subnodes(node) if isinstance(n, Sym) and n.key in letters}


def other_sides(scope: Scope, nodes: Sequence[SyntaxNode]) -> dict[NameKey, Defined]:
    """The names in some nodes that are defined by a chain, ``h = A = B``, each by the last side of its chain."""
    out: dict[NameKey, Defined] = {}
    for n in (n for node in nodes for n in subnodes(node) if isinstance(n, Sym)) if scope.other_sides else ():
        key = scope.value_key(n)[0]
        entry = scope.values[key] if key is not None else None
        if key is not None and isinstance(entry, Defined) and (others := scope.other_sides.get(key)):
            out[key] = replace(entry, body=others[-1])
    return out


def stacked(scope: Scope, nodes: Sequence[SyntaxNode]) -> dict[str, dict[NameKey, Defined]]:
    """Capitals as the matrices whose rows, or columns, are the vectors of the same small letter: ``X`` of ``x_i``.

    Nothing else relates them: one is not declared, or their shapes fit.
    """
    out: dict[str, dict[NameKey, Defined]] = {}
    arrays = {key: made for key, made in scope.values.items() if isinstance(made, Tensor) and len(made.ranges) == 2}
    named = {scope.value_key(n)[0]: n for node in nodes for n in subnodes(node) if isinstance(n, Sym)}
    for key, sym in named.items():
        other = next((k for k in arrays if key in arrays and k != key and _swapped(k.letter) == key.letter), None)
        if key is None or other is None or (key.letter.islower() and other in named):
            continue  # of two that stand there, the capital is made of the other
        fits = arrays[key].ranges in (arrays[other].ranges, arrays[other].ranges[::-1])
        if not scope.is_provisional(key) and not (other.letter.islower() and fits):
            continue
        top = Token("command", "\\top", sym.span)
        for way, sup in (("rows", ()), ("columns", (top,))):
            capital = key.letter if key.letter.isupper() else other.letter
            if scope.said_lines.get(capital, way) != way:
                continue
            body = Sym(sym.span, other.letter, "bold" if other.bold else "", (), sup)
            out.setdefault(way, {})[key] = Defined(key, body, sym.span)
    return out


def sample_means(scope: Scope, nodes: Sequence[SyntaxNode]) -> dict[NameKey, Defined]:
    """``\\bar x`` as the mean of the ``x_i``, where nothing says what it is."""
    out: dict[NameKey, Defined] = {}
    for n in (n for node in nodes for n in subnodes(node) if isinstance(n, Sym)):
        key = scope.value_key(n)[0]
        made = scope.values[key] if key is not None else None
        accent, _, letter = n.key.partition(" ")
        if key is None or accent not in BARS or not isinstance(made, Tensor) or not scope.is_provisional(key):
            continue
        samples = (key._replace(letter=letter, bold=bold) for bold in (key.bold, True, False))
        found = next((k for k in samples if k in scope.values), None)
        array = scope.values[found] if found is not None else None
        if found is None or not isinstance(array, Tensor) or array.ranges[1:] != made.ranges or not array.ranges:
            continue
        over, i = array.ranges[0], next(x for x in "ijkl" if x not in scope.indices)
        text = f"\\frac{{1}}{{{over.size}}} \\sum_{{{i}={over.lo}}}^{{{over.hi}}} {found.latex}_{{{i}}}"
        span = Span(Source(n.span.source.path, text), 0, len(text))
        out[key] = Defined(key, Parser(tokenize(span, Macros()), scope, span).whole(), n.span)
    return out


def _swapped(letter: str) -> str:
    """``x`` for ``X`` and ``X`` for ``x``."""
    return letter.swapcase() if len(letter) == 1 else letter


def as_numbers(scope: Scope, nodes: Sequence[SyntaxNode]) -> dict[NameKey, Tensor]:
    """Numbers in place of arrays with an inferred shape, where nothing in some nodes speaks of arrays.

    Without a transpose, a norm and an elementwise product, names without subscripts may be numbers. Capitals, bold
    letters and what is called a vector or a matrix may not.
    """
    out: dict[NameKey, Tensor] = {}
    for n in (n for node in nodes for n in subnodes(node)):
        if _speaks_of_arrays(n):
            return {}
        key, rest, _ = scope.value_key(n) if isinstance(n, Sym) else (None, (), ())
        entry = scope.values[key] if key is not None else None
        if key is not None and isinstance(entry, Defined) and entry.patterns and not rest and not key.total:
            out[key] = Tensor(key.latex)  # `r` beside a family `r_i`
        if key is not None and isinstance(entry, Tensor) and scope.is_provisional(key):
            if rest or (entry.ranges and (key in scope.said_ranks or key.bold or key.letter.lstrip("\\")[0].isupper())):
                return {}
            if entry.ranges:
                out[key] = Tensor(key.latex)
    used = (entry for _, entry in entries_below(scope, nodes, out.keys()) if isinstance(entry, Defined)) if out else ()
    return {} if any(_speaks_of_arrays(n) for entry in used for n in subnodes(entry.body)) else out


def all_as_numbers(scope: Scope, nodes: Sequence[SyntaxNode]) -> dict[NameKey, Tensor]:
    """Numbers in place of all undeclared arrays, capitals too, in some nodes and in the definitions that they use.

    ``q = A - B p`` may be about matrices, and about numbers. Nothing for nodes that speak of arrays, or have slots, and
    for capitals alone, ``X W = W X``.
    """
    below = [entry.body for _, entry in entries_below(scope, nodes, ()) if isinstance(entry, Defined)]
    out: dict[NameKey, Tensor] = {}
    for n in (n for node in (*nodes, *below) for n in subnodes(node)):
        if _speaks_of_arrays(n):
            return {}
        key, rest, _ = scope.value_key(n) if isinstance(n, Sym) else (None, (), ())
        entry = scope.values[key] if key is not None else None
        if key is not None and isinstance(entry, Tensor) and scope.is_provisional(key) and entry.ranges:
            if rest or key in scope.said_ranks or key.bold:
                return {}
            out[key] = Tensor(key.latex)
    small = any(not key.letter.lstrip("\\")[0].isupper() for key in out)
    return out if small else {}


def _speaks_of_arrays(node: SyntaxNode) -> bool:
    """True for a transpose, a norm, an elementwise or outer product, a function of arrays."""
    if isinstance(node, (Sym, Scripted)) and any(t.text in ("\\top", "T", "\\odot") for t in node.sup):
        return True
    if isinstance(node, Paren):
        return node.kind in ("||", "<")
    if isinstance(node, ProductNode):
        return any(op in ("o", "@") for op, _ in node.factors)
    return isinstance(node, Call) and node.function.key in ARRAY_FUNCTIONS
