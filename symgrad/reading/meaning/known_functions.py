"""Functions that need no declaration: elementary ones, taken entry by entry, and those of whole arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symgrad.core.functions import BY_SPELLING
from symgrad.core.nodes import Add, Delta, Entry, Expr, Func, Mul, Pow, Sum, free_indices, neg, num
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.block_matrices import BlockMatrix
from symgrad.reading.meaning.matrix_inverses import (
    cholesky_factor,
    determinant,
    exponential,
    matrix_inverse,
    square_root,
)
from symgrad.reading.meaning.open_index import OpenIndex, same_range
from symgrad.reading.meaning.pseudo_inverses import pseudo_inverse
from symgrad.reading.meaning.raw_trees import Parenthesis, reciprocal, ungrouped
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.schur_complements import block_trace
from symgrad.reading.meaning.slots import element
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, elementwise, is_zero, negative, parenthesized
from symgrad.reading.names.name_keys import pattern_letters
from symgrad.reading.names.scope import WORDS
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Sym

MAX_ORDER = 4


def elementary(el: Reading, node: Call) -> ReadValue:
    """``\\exp(x)``, ``\\sigma'(x)``, ``\\tanh^2 x``, ``\\operatorname{softmax}(x)``"""
    sym = node.function
    key = WORDS.get(sym.key, sym.key)
    whole = WHOLE.get(key)
    if whole is not None:
        if sym.primes:
            raise error("SG101", f"a prime on `{sym.key}` is not read", sym.span)
        values = [el.value(a) for a in node.args]
        if any(v.groups for v in values) and key not in GROUPED:
            raise error("SG113", f"`{key}` of a Kronecker product or of `vec` is not read", node.span)
        along = _along(el, values, node) if key == "softmax" else None
        out = along or element(el, whole(el, values, node), sym.sub, node.span)
        return raised(el, out, sym.sup, sym.span) if sym.sup else out
    row = BY_SPELLING.get(key)
    if row is not None and row.name == "digamma":
        sym = _of_order(sym)
    if row is None or sym.sub:
        raise error("SG103", f"`{sym.span.text}` is not a function that is understood", sym.span)
    if len(node.args) != 1:
        raise error("SG115", f"`{sym.key}` takes one argument, here are {len(node.args)}", node.span)
    if sym.primes > MAX_ORDER:
        raise error("SG002", f"derivatives beyond the order {MAX_ORDER} are not taken", sym.span)
    if [t.text for t in sym.sup] == ["-", "1"]:
        remedy = "write `\\frac{1}{f(x)}`, or the inverse function by its name, `\\arcsin`"
        raise error("SG101", f"`{sym.span.text}` may be a reciprocal or an inverse function", sym.span, remedy)
    value = el.value(node.args[0])
    if row.name == "exp" and not sym.primes and el.scope.matrix_exponentials and _is_square(value):
        out = exponential(value, node.span)
        return raised(el, out, sym.sup, sym.span) if sym.sup else out
    body = Func(row.name + "'" * sym.primes, value.body)
    out = replace(value, body=body, jacobian=None)
    return raised(el, out, sym.sup, sym.span) if sym.sup else out


def _is_square(value: ReadValue) -> bool:
    halves = value.grouped
    return len(value.axes) == 2 and len(halves) == 2 and same_range(*value.axes)


def _of_order(sym: Sym) -> Sym:
    """``\\psi^{(1)}`` and ``\\psi_1`` as ``\\psi'``."""
    above, below = ([t.text for t in script] for script in (sym.sup, sym.sub))
    if len(above) == 3 and above[0] == "(" and above[1].isdigit() and above[2] == ")" and not (below or sym.primes):
        return replace(sym, sup=(), primes=int(above[1]))
    if len(below) == 1 and below[0].isdigit() and not (above or sym.primes):
        return replace(sym, sub=(), primes=int(below[0]))
    return sym


def total(value: ReadValue) -> Expr:
    """The sum of all entries."""
    body = value.body
    for axis in reversed(value.axes):
        body = Sum(axis, body)
    return body


def squares(value: ReadValue) -> Expr:
    """The sum of squares of all entries."""
    return total(replace(value, body=Pow(Parenthesis(value.body), num(2))))


def _fresh_last(value: ReadValue) -> tuple[Expr, Index]:
    axis = value.axes[-1].fresh("bound")
    return substitute(value.body, {value.axes[-1]: axis}), axis


def _vector(values: list[ReadValue], node: Call) -> ReadValue:
    if len(values) != 1:
        raise error("SG115", f"`{node.function.key}` takes one argument", node.span)
    if not values[0].axes:
        raise error(
            "SG113",
            f"`{node.function.key}` takes a vector, this is a number",
            node.span,
            "write the name without an index",
        )
    return values[0]


def softmax(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``exp(x_a) / sum_b exp(x_b)``, along the last axis."""
    value = _vector(values, node)
    body, axis = _fresh_last(value)
    below = Sum(axis, Func("exp", body))
    return ReadValue(Mul((Parenthesis(Func("exp", value.body)), reciprocal(below))), value.axes, value.row)


def _along(el: Reading, values: list[ReadValue], node: Call) -> ReadValue | None:
    """``\\operatorname{softmax}_j(S_{ij})`` of an entry, along the position ``j``; None for anything else.

    ``\\operatorname{softmax}(z_i)`` of an entry is one along its last position.
    """
    if len(values) != 1 or values[0].axes or not isinstance(node.args[0], Sym):
        return None
    written = node.function.sub or node.args[0].sub
    letters = pattern_letters(written) if written else None
    if letters is None or (node.function.sub and len(letters) != 1):
        return None
    at = el.letters.find(letters[-1], node.function.span)
    body = values[0].body
    if at is None or at not in free_indices(body):
        return None
    other = at.fresh("bound")
    below = Sum(other, Func("exp", substitute(body, {at: other})))
    return ReadValue(Mul((Parenthesis(Func("exp", body)), reciprocal(below))))


def logsumexp(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``log(sum_b exp(x_b))``, along the last axis."""
    value = _vector(values, node)
    body, axis = _fresh_last(value)
    return ReadValue(Func("log", Sum(axis, Func("exp", body))), value.axes[:-1])


def cross_entropy(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``-sum_a y_a log p_a`` of targets and probabilities; which are which has to show."""
    targets, probabilities = map(parenthesized, _pair(values, node))
    if len(targets.axes) != 1 or len(probabilities.axes) != 1:
        raise error("SG113", f"`{node.function.key}` takes two vectors", node.span, "define it")
    if any(isinstance(a, Sym) and a.key.startswith("\\hat") for a in node.args[:1]):
        raise error("SG115", "the targets are expected first here", node.span, "define it with its arguments")
    el.warn("SG212", f"`{node.span.text}` is read as the cross-entropy", node.span, "define it", once=True)
    terms = elementwise(Mul, (targets, replace(probabilities, body=Func("log", probabilities.body))), node.span, "it")
    return ReadValue(neg(total(terms)))


def trace(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``sum_a A_aa``"""
    if len(values) == 1 and isinstance(values[0], BlockMatrix):
        return block_trace(values[0], node.span)
    if len(values) == 1 and not values[0].axes:
        return values[0]  # a number is its own trace
    value = _vector(values, node)
    halves = value.grouped
    if len(halves) != 2 or len(halves[0]) != len(halves[1]) or not all(map(same_range, *halves)):
        raise ShapeMismatch("a trace takes a square matrix", value, value, node.span)
    body = substitute(value.body, dict(zip(halves[1], halves[0], strict=True)))
    for axis in reversed(halves[0]):
        body = Sum(axis, body)
    return ReadValue(body)


def vec(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{vec}(A)``: the columns of a matrix below each other."""
    value = _vector(values, node)
    if value.groups or len(value.axes) > 2:
        raise ShapeMismatch("`vec` takes a matrix", value, value, node.span)
    if len(value.axes) == 1:
        return replace(value, row=False, jacobian=None)
    return replace(value, axes=value.axes[::-1], groups=(2,), jacobian=None)


def diag(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """The diagonal matrix of a vector, or the diagonal of a matrix; ``\\operatorname{diag}(p_i)`` is that of ``p``."""
    value = _over_letter(values[0]) if len(values) == 1 else None
    value = value or _vector(values, node)
    if len(value.axes) == 1:
        other = value.axes[0].fresh("free")
        if value.axes[0].range is None:
            el.letters.tied.append((value.axes[0], other))
        return ReadValue(Mul((Delta(value.axes[0], other), value.body)), (value.axes[0], other))
    if len(value.axes) != 2 or not same_range(*value.axes):
        raise ShapeMismatch("`diag` takes a vector or a square matrix", value, value, node.span)
    return ReadValue(substitute(value.body, {value.axes[1]: value.axes[0]}), value.axes[:1])


def _over_letter(value: ReadValue) -> ReadValue | None:
    """A number with one free letter, ``p_i (1 - p_i)``, as the vector over that letter."""
    letters = {i for i in free_indices(value.body) if isinstance(i, OpenIndex) and i.kind == "free"}
    if value.axes or len(letters) != 1:
        return None
    letter = letters.pop()
    axis = letter.fresh("free")
    return ReadValue(substitute(value.body, {letter: axis}), (axis,))


def det(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\det A``"""
    return determinant(_one(values, node), node.span)


def inv(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{inv}(A) = A^{-1}``"""
    return matrix_inverse(_one(values, node), node.span)


def expm(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{expm}(A) = e^A``"""
    return exponential(_one(values, node), node.span)


def sqrtm(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{sqrtm}(A) = A^{1/2}``"""
    return square_root(_one(values, node), node.span)


def chol(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{chol}(A)``, the lower triangular factor"""
    return cholesky_factor(_one(values, node), node.span)


def pinv(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{pinv}(X) = X^+``"""
    return pseudo_inverse(el, _one(values, node), node.span)


def logdet(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{logdet}(A) = \\log \\det A``"""
    return ReadValue(Func("log", determinant(_one(values, node), node.span).body))


def _one(values: list[ReadValue], node: Call) -> ReadValue:
    if len(values) != 1:
        raise error("SG115", f"`{node.function.key}` takes one argument", node.span)
    return values[0]


def whole_sum(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``\\operatorname{sum}(x)``, over all entries."""
    return ReadValue(total(_vector(values, node)))


def maximum(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``max(a, b) = b + relu(a - b)``"""
    return _extremum(values, node, 1)


def minimum(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``min(a, b) = b - relu(b - a)``"""
    return _extremum(values, node, -1)


def _extremum(values: list[ReadValue], node: Call, sign: int) -> ReadValue:
    if len(values) != 2:
        raise error(
            "SG115",
            f"`{node.function.key}` takes two arguments, here are {len(values)}",
            node.span,
            "write `\\max(a, b)`",
        )
    a, b = map(parenthesized, values)
    if is_zero(a):
        a, b = b, a
    gap = a if is_zero(b) else elementwise(Add, (a, negative(b)), node.span, "a comparison")
    if sign < 0:
        gap = negative(gap)
    part = replace(gap, body=Func("relu", gap.body))
    if sign < 0:
        part = negative(part)
    return part if is_zero(b) else elementwise(Add, (b, part), node.span, "a comparison")


def factorial(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``x! = Gamma(x + 1)``, entry by entry"""
    value = _one(values, node)
    counted = ungrouped(value.body)
    if isinstance(counted, Entry):
        el.scope.counts.add(counted.tensor.name)
    return replace(_after_one(value), body=Func("Gamma", _after_one(value).body))


def _after_one(value: ReadValue) -> ReadValue:
    """``x + 1``"""
    return replace(value, body=Add((Parenthesis(value.body), num(1))), jacobian=None)


def binomial(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``n! / (k! (n - k)!)`` by logarithms, which do not overflow"""
    n, k = map(parenthesized, _pair(values, node))
    rest = elementwise(Add, (n, negative(k)), node.span, "a binomial coefficient")
    signed = (_lgamma(_after_one(n)), negative(_lgamma(_after_one(k))), negative(_lgamma(_after_one(rest))))
    return _exp_of_sum(signed, node)


def beta(el: Reading, values: list[ReadValue], node: Call) -> ReadValue:
    """``Gamma(a) Gamma(b) / Gamma(a + b)`` by logarithms; of a vector, the same for all its entries"""
    if len(values) == 1 and values[0].axes:
        inner, axis = _fresh_last(values[0])
        together = neg(Func("lgamma", Sum(axis, inner)))
        return ReadValue(Func("exp", Add((Sum(axis, Func("lgamma", inner)), together))), values[0].axes[:-1])
    a, b = map(parenthesized, _pair(values, node))
    both = elementwise(Add, (a, b), node.span, "a Beta function")
    return _exp_of_sum((_lgamma(a), _lgamma(b), negative(_lgamma(both))), node)


def _lgamma(value: ReadValue) -> ReadValue:
    return replace(value, body=Func("lgamma", value.body), jacobian=None)


def _exp_of_sum(values: Sequence[ReadValue], node: Call) -> ReadValue:
    made = elementwise(Add, values, node.span, "a product of factorials")
    return replace(made, body=Func("exp", made.body))


def _pair(values: list[ReadValue], node: Call) -> list[ReadValue]:
    if len(values) != 2:
        raise error("SG115", f"`{node.function.key}` takes two arguments", node.span)
    return values


WHOLE: dict[str, Callable[[Reading, list[ReadValue], Call], ReadValue]] = {
    "softmax": softmax,
    "logsumexp": logsumexp,
    "lse": logsumexp,
    "LSE": logsumexp,
    "CE": cross_entropy,
    "tr": trace,
    "Tr": trace,
    "trace": trace,
    "diag": diag,
    "Diag": diag,
    "det": det,
    "\\det": det,
    "inv": inv,
    "pinv": pinv,
    "expm": expm,
    "sqrtm": sqrtm,
    "chol": chol,
    "vec": vec,
    "logdet": logdet,
    "sum": whole_sum,
    "max": maximum,
    "\\max": maximum,
    "min": minimum,
    "\\min": minimum,
    "!": factorial,
    "\\binom": binomial,
    "B": beta,
}
"""Functions of whole arrays, each with the function that writes out its definition."""

GROUPED = frozenset(("tr", "Tr", "trace", "det", "\\det", "inv", "logdet", "sum", "vec"))
"""Those that know axes that consist of several."""
