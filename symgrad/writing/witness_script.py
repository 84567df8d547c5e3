"""Both sides of a step at one point, as a short program in NumPy that anybody can run.

Every name is a line: sizes, positions and arrays with their values, a definition as a function of its positions. Sums
are Python's, over positions as the document counts them. Derivatives are carried out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from symgrad.calculus.differentiate import resolve
from symgrad.core import nodes as n
from symgrad.core.functions import TABLE
from symgrad.core.guards import factors, guards
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, Subset
from symgrad.evaluating.environment import Environment
from symgrad.text.python_names import PythonNames, spelled
from symgrad.writing.python_code import ATOM, COMPARED, SUM, Code, FunctionsAsCode, call, choice, code

LONGEST = 4000
"""The most characters of a script; a longer one shows nothing to anybody."""
MOST_NODES = 600
MOST_WRITTEN = 3000
"""The most nodes of the two sides, each once, and as often as they are written out."""
USED = (
    *("np", "math", "cache", "left", "right", "print", "sum", "range", "int", "abs", "len", "zip"),
    *("given", "by", "size", "phase", "slopes"),
)
"""Names that a script uses itself."""
IN_NUMPY = frozenset(
    (
        *("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsin", "arccos"),
        *("arcsinh", "arctanh", "expm1", "log1p", "abs", "sign"),
    )
)
"""The functions whose names in NumPy are those of their rows."""
MATRIX_SCRIPTS = {
    "exponential": (
        "total = term = np.eye(len(m))",
        "for k in range(1, 30):",
        "    term = term @ m / 1024 / k",
        "    total = total + term",
        "return np.linalg.matrix_power(total, 1024)",
    ),
    "root": (
        "y, z = m, np.eye(len(m))",
        "for _ in range(60):",
        "    y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2",
        "return y",
    ),
}
"""Functions of a square matrix that NumPy does not have, as the lines of a program."""
CONSTANTS = {"\\pi": "np.pi", "e": "np.e"}
Scope = Mapping[Index, str]


class NoScript(Exception):
    """For what has no code, or too much of it to be read."""


def witness_script(left: n.Expr, right: n.Expr, env: Environment) -> str:
    """The program; it prints both sides and their difference. Empty where it would be too long to be read.

    env: one sample, with a position for every free and fixed index.
    """
    sides = [resolve(side) for side in (left, right)]
    if sum(len(list(n.distinct(side))) for side in sides) > MOST_NODES:
        return ""
    script = _Script(env, n.reach(sides[0]) | n.reach(sides[1]))
    try:
        written = [script.expr(side, {}) for side in sides]
    except (KeyError, NoScript):
        return ""
    lines = [*script.lines, f"left = {written[0]}", f"right = {written[1]}", "print(left, right, left - right)"]
    text = "\n".join([*_imports("\n".join(lines)), *lines]) + "\n"
    return text if len(text) <= LONGEST else ""


def _imports(text: str) -> list[str]:
    found = ["import math"] if "math." in text else []
    found += ["from functools import cache"] if "cache(" in text else []
    return [*found, "import numpy as np"]


class _Script:
    """The lines of a script so far. A name gets its line when it is first used."""

    def __init__(self, env: Environment, reached: Any) -> None:
        self.env = env
        self.lines: list[str] = []
        self.names = PythonNames({*USED})
        self._named: dict[Any, str] = {}
        self._helpers: dict[str, str] = {}
        for item in reached:
            letter = item.letter if isinstance(item, Index) else item.name
            self._named[item] = self.names.fresh(spelled(letter))
        for size in sorted(env.sizes):
            self._named[size] = self.names.fresh(spelled(size))
        for index in env.at:
            if index not in self._named:
                self._named[index] = self.names.fresh(spelled(index.letter))
        self._written: set[Any] = set()
        self.written_nodes = 0

    def named(self, item: Any, value: str) -> str:
        """The name of an array, size or position, which has this value."""
        if item not in self._written:
            self._written.add(item)
            self.lines.append(f"{self._named[item]} = {value}")
        return self._named[item]

    def bound(self, index: Index, scope: Scope) -> dict[Index, str]:
        """The scope with one more letter, which means nothing else there."""
        wanted = spelled(index.letter)
        taken, count, name = {*scope.values(), *self.names.taken}, 1, wanted
        while name in taken:
            count += 1
            name = f"{wanted}{count}"
        return {**scope, index: name}

    # --- positions --------------------------------------------------------------------------------

    def position(self, e: IndexExpr, scope: Scope, less: Affine | None = None) -> Code:
        """A position, or how far it is behind the start ``less`` of a range."""
        less = less or Affine()
        if isinstance(e, (Index, Affine)):
            return self._affine(Affine.of(e) - less, scope)
        name = self.named(e.array, _values(self.env.index_array(e.array)[0]))
        if not e.indices:
            return Code(name) if less == Affine() else Code(name) - self._affine(less, scope)
        found = self._entry(name, e.indices, e.array.ranges, scope)
        return found if less == Affine() else found - self._affine(less, scope)

    def _affine(self, affine: Affine, scope: Scope) -> Code:
        found: Code | None = None
        for symbol, count in affine.terms:
            if isinstance(symbol, str):
                name = Code(self.named(symbol, str(self.env.size(symbol))))
            elif symbol in scope:
                name = Code(scope[symbol])
            else:
                name = Code(self.named(symbol, str(int(self.env.at[symbol][0]))))
            part = name if abs(count) == 1 else code(abs(count)) * name
            found = (part if count > 0 else -part) if found is None else found + part if count > 0 else found - part
        if found is None:
            return code(affine.const)
        return found if not affine.const else found + affine.const if affine.const > 0 else found - (-affine.const)

    def _entry(self, name: str, indices: Sequence[IndexExpr], ranges: Sequence[Range], scope: Scope) -> Code:
        if not indices:
            return Code(name)
        return Code(f"{name}[{', '.join(self._slots(indices, ranges, scope))}]")

    def _slots(self, indices: Sequence[IndexExpr], ranges: Sequence[Range], scope: Scope) -> list[str]:
        return [self.position(e, scope, r.lo).text for e, r in zip(indices, ranges, strict=True)]

    def _range(self, index: Index, scope: Scope) -> str:
        r = self.env.range_of(index)
        low, end = self._affine(r.lo, scope), self._affine(r.hi + 1, scope)
        return f"range({low}, {end})"

    # --- conditions -------------------------------------------------------------------------------

    def condition(self, c: n.Cond, scope: Scope) -> str:
        if c.op == "pos":
            return f"{self.expr(c.left, scope).within(SUM)} {'<=' if c.negated else '>'} 0"  # type: ignore[arg-type]
        left = self.position(c.left, scope).within(SUM)  # type: ignore[arg-type]  # by its op
        if isinstance(c.right, Subset):
            low = self.env.number(c.right.range.lo)
            members = [low + k for k, held in enumerate(self.env.subset(c.right)[0].tolist()) if held]
            value = "{" + ", ".join(map(str, members)) + "}" if members else "set()"
            return f"{left} {'not in' if c.negated else 'in'} {self.named(c.right, value)}"
        right = self.position(c.right, scope).within(SUM)  # type: ignore[arg-type]  # by its op
        sign = {("eq", False): "==", ("eq", True): "!=", ("lt", False): "<", ("lt", True): ">="}[c.op, c.negated]
        return f"{left} {sign} {right}"

    def _all(self, conds: Sequence[n.Cond], scope: Scope) -> str:
        return " and ".join(self.condition(c, scope) for c in conds)

    def _indicated(self, node: n.Expr, scope: Scope) -> str:
        """Where an indicator or a delta is 1; empty for any other node."""
        if isinstance(node, n.Iverson):
            return self.condition(node.cond, scope)
        if isinstance(node, n.Delta):
            return self.condition(n.Cond("eq", node.left, node.right), scope)
        return ""

    # --- expressions ------------------------------------------------------------------------------

    def expr(self, node: n.Expr, scope: Scope) -> Code:
        """The code of an expression; raises ``NoScript`` for a kind that has none, or too much."""
        self.written_nodes += 1
        if self.written_nodes > MOST_WRITTEN:
            raise NoScript("too long to be read")
        match node:
            case n.Num():
                return _fraction(node.value)
            case n.Const():
                return Code(CONSTANTS[node.name])
            case n.Size():
                return self._affine(node.affine, scope)
            case n.Entry():
                name = self.named(node.tensor, _values(self.env.tensor(node.tensor)[0]))
                return self._entry(name, node.indices, node.tensor.ranges, scope)
            case n.Delta() | n.Iverson():
                return call("int", Code(self._indicated(node, scope)))
            case n.Sum() | n.Prod():
                return self._over_positions(node, scope)
            case n.Add():
                return self._sum_of(node, scope)
            case n.Mul():
                return self._product(node, scope)
            case n.Pow():
                return self._power(node, scope)
            case n.Func():
                return call(self._function(node.name), self.expr(node.arg, scope))
            case n.Ref():
                return self._defined(node, scope)
            case n.Cases():
                found = Code("np.nan")
                for conds, value in reversed(node.branches):
                    one = self.expr(value, scope)
                    found = choice(self._all(conds, scope), one, found) if conds else one
                return found
            case n.Apply():
                return self._applied(node, scope)
            case n.MatrixFunction():
                return self._of_matrix(node, scope)
        raise NoScript(type(node).__name__)

    def _over_positions(self, node: n.Sum | n.Prod, scope: Scope) -> Code:
        """``sum(body for i in range(1, N + 1) if condition)``, nested sums in one."""
        kind, loops, body = type(node), [], node
        inner: n.Expr = node
        while isinstance(inner, kind):
            body = inner
            over = self._range(body.index, scope)
            scope = self.bound(body.index, scope)
            chosen = f" if {self._all(body.where, scope)}" if body.where else ""
            loops.append(f"for {scope[body.index]} in {over}{chosen}")
            inner = body.body
        text = f"{self.expr(inner, scope).within(COMPARED)} {' '.join(loops)}"
        return Code(f"sum({text})") if kind is n.Sum else Code(f"np.prod([{text}])")

    def _sum_of(self, node: n.Add, scope: Scope) -> Code:
        found: Code | None = None
        for term in node.terms:
            rest = _without_sign(term)
            if found is None:
                found = self.expr(term, scope)
            else:
                found = found + self.expr(term, scope) if rest is None else found - self.expr(rest, scope)
        assert found is not None  # an empty sum is the number 0
        return found

    def _product(self, node: n.Mul, scope: Scope) -> Code:
        """A product; what is excused by an indicator is left out where that is 0."""
        beside = guards(node)
        wheres = [text for text in (self._indicated(g, scope) for g in beside) if text]
        above: list[n.Expr] = []
        below: list[n.Expr] = []
        for f in factors(node):
            if f in beside:
                if not self._indicated(f, scope):
                    wheres.append(f"{self.expr(f, scope).within(SUM)} != 0")
                    above.append(f)
            elif isinstance(f, n.Pow) and isinstance(f.exponent, n.Num) and f.exponent.value < 0:
                below.append(n.power(f.base, n.num(-f.exponent.value)))
            else:
                above.append(f)
        made = self._multiplied(above, scope) or code(1)
        if wheres and not below and all(f in beside or isinstance(f, n.Num) for f in above):
            wheres = [text for text in wheres if not text.endswith(" != 0")]  # there is nothing to excuse
        if below:
            under = self._multiplied(below, scope)
            assert under is not None  # it has a factor
            made = made / under
        return Code(choice(" and ".join(wheres), made, code(0)).within(ATOM)) if wheres else made

    def _multiplied(self, some: Sequence[n.Expr], scope: Scope) -> Code | None:
        found: Code | None = None
        for f in some:
            one = self.expr(f, scope)
            if found is None:
                found = one
            elif found.text == "-1":
                found = -one
            else:
                found = found * one
        return found

    def _power(self, node: n.Pow, scope: Scope) -> Code:
        e = node.exponent
        if isinstance(e, n.Num) and e.value == Fraction(1, 2):
            return call("np.sqrt", self.expr(node.base, scope))
        if isinstance(e, n.Num) and e.value < 0:
            positive = n.power(node.base, n.num(-e.value))
            return code(1) / self.expr(positive, scope)
        return self.expr(node.base, scope) ** self.expr(e, scope)

    def _function(self, name: str) -> str:
        """The name of an elementary function, which has a line of its own where NumPy does not have it."""
        if name in IN_NUMPY:
            return "abs" if name == "abs" else f"np.{name}"
        if name in ("erf", "lgamma"):
            return f"math.{name}"
        if name not in self._helpers:
            self._helpers[name] = self.names.fresh(spelled(name))
            meant = TABLE[name].meaning(FunctionsAsCode, Code("x"))
            self.lines.append(f"{self._helpers[name]} = lambda x: {meant}")
        return self._helpers[name]

    def _defined(self, node: n.Ref, scope: Scope) -> Code:
        """A defined quantity: a number, or a function of its positions that remembers its values."""
        d = node.definition
        if d not in self._written:
            inner: dict[Index, str] = {}
            for index in d.params:
                inner = self.bound(index, inner)
            body = self.expr(d.body, inner)
            self.named(d, f"cache(lambda {', '.join(inner.values())}: {body})" if d.params else str(body))
        name = self._named[d]
        return call(name, *(self.position(e, scope) for e in node.indices)) if d.params else Code(name)

    def _array(self, axes: Sequence[Index], body: n.Expr, scope: Scope) -> Code:
        """An array by its entry: nested lists."""
        if not axes:
            return self.expr(body, scope)
        opened: list[str] = []
        for index in axes:
            over = self._range(index, scope)
            scope = self.bound(index, scope)
            opened.append(f"for {scope[index]} in {over}]")
        text = f"{'[' * len(axes)}{self.expr(body, scope).within(COMPARED)} {' '.join(reversed(opened))}"
        return Code(f"np.array({text})")

    def _of_matrix(self, node: n.MatrixFunction, scope: Scope) -> Code:
        axes = node.matrix.axes
        counts = [self.env.count(i) for i in axes]
        size = math.prod(counts[: len(axes) // 2])
        matrix = self._array(axes, node.matrix.body, scope)
        flat = matrix if len(axes) == 2 else Code(f"{matrix}.reshape({size}, {size})")
        if node.name == "determinant":
            return call("np.linalg.det", flat)
        found = call(self._of_square(node.name), flat)
        found = found if len(axes) == 2 else Code(f"{found}.reshape({', '.join(map(str, counts))})")
        ranges = [self.env.range_of(i) for i in axes]
        return self._entry(found.text, node.indices, ranges, scope)

    def _of_square(self, name: str) -> str:
        """The function of a square matrix by its name in the table; NumPy lacks some of them."""
        if name not in MATRIX_SCRIPTS:
            return {"inverse": "np.linalg.inv", "cholesky": "np.linalg.cholesky"}[name]
        if name not in self._helpers:
            self._helpers[name] = self.names.fresh(name)
            self.lines += [f"def {self._helpers[name]}(m):", *(f"    {line}" for line in MATRIX_SCRIPTS[name])]
        return self._helpers[name]

    def _applied(self, node: n.Apply, scope: Scope) -> Code:
        """A function that is known by name only: the waves that stand for it."""
        f = node.function
        if f not in self._written:
            drawn = self.env.function(f)
            waves = self.names.fresh(f"{self._named[f]}_waves")
            rows = [
                f"({a:g}, {c:g}, [{', '.join(f'np.array({s.tolist()})' for s in slopes)}])"
                for a, c, slopes in zip(drawn.amplitude, drawn.phase, drawn.slopes, strict=True)
            ]
            self.lines.append(f"{waves} = [{', '.join(rows)}]")
            angle = "phase + len(by) * np.pi / 2 + sum(np.sum(s * y) for s, y in zip(slopes, given))"
            each = f"size * np.prod([slopes[k][at] for k, at in by]) * np.sin({angle})"
            total = f"sum({each} for size, phase, slopes in {waves})"
            self.named(f, f"lambda given, *by: (0 if by else {drawn.offset:g}) + {total}")
        given = "".join(f"{self._array(lam.axes, lam.body, scope)}, " for lam in node.arguments)
        slots = (", ".join((*self._slots(indices, f.shapes[k], scope), "")) for k, indices in node.derivs)
        by = [Code(f"({k}, ({at.rstrip()}))") for (k, _), at in zip(node.derivs, slots, strict=True)]
        return call(self._named[f], Code(f"({given.rstrip()})"), *by)


def _without_sign(term: n.Expr) -> n.Expr | None:
    """``-x`` as ``x``, ``-2 x`` as ``2 x``; None for what has no minus sign in front."""
    if isinstance(term, n.Num) and term.value < 0:
        return n.num(-term.value)
    if isinstance(term, n.Mul) and isinstance(term.factors[0], n.Num) and term.factors[0].value < 0:
        return n.mul(n.num(-term.factors[0].value), *term.factors[1:])
    return None


def _fraction(value: Fraction) -> Code:
    return code(value.numerator) if value.denominator == 1 else code(value.numerator) / code(value.denominator)


def _values(array: Any) -> str:
    """The numbers of an array, as code that makes it again."""
    if array.ndim == 0:
        return repr(array.item())
    return f"np.array({array.tolist()})"
