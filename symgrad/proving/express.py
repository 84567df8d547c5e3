"""From a normal form back to an expression, for reports. Bound indices get the letters that the author used."""

from __future__ import annotations

from fractions import Fraction

from symgrad.core import nodes
from symgrad.core.matrix_functions import MATRIX_FUNCTIONS, derivative_along
from symgrad.core.nodes import Cond, Const, Delta, Entry, Expr, Func, Iverson, Lam, Pow, Prod, Ref, Size, Sum
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, index_expr
from symgrad.proving.analytic_heads import opened_function
from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.closed_forms import function_and_arguments
from symgrad.proving.function_slopes import SLOPES, opened_slope
from symgrad.proving.limits import MAX_DEPTH, FormTooLarge
from symgrad.proving.matrix_heads import opened_determinant
from symgrad.proving.matrix_parts import opened_inverse
from symgrad.proving.poly import accumulate, open_template, scale
from symgrad.proving.position_ids import COMPOUND, Gathered

MAX_WRITTEN = 2_000
"""The most terms that are written, the inner ones of functions included."""
LETTERS = "ijklmnpqrstuvwxyzabcdefgh"


def to_expr(ctx: Attempt, p: Poly) -> Expr:
    """The expression of a normal form."""
    return FormWriter(ctx).poly(p)


def part_as_expr(ctx: Attempt, hid: int, slots: tuple[int, ...]) -> Expr:
    """The expression of one part, with letters for positions that nobody named."""
    writer = FormWriter(ctx)
    for index in sorted({i for p in slots for i in ctx.positions.indices_in(p)}):
        if index not in writer.names:
            writer.bind(index, ctx.positions.ranges.get(index))
    return writer.poly({((hid, slots, 1),): 1})


class FormWriter:
    """Writes polynomials of one attempt as expressions."""

    def __init__(self, ctx: Attempt) -> None:
        self.ctx = ctx
        self.names: dict[int, Index] = dict(ctx.positions.indices)
        self.taken = {i.letter for i in self.names.values() if i.kind != "bound"}
        self.depth = 0
        self.left = MAX_WRITTEN

    # -- positions

    def position(self, p: int) -> IndexExpr:
        if p < COMPOUND:
            return self.names[p]
        c = self.ctx.positions.compound[p]
        if isinstance(c, Gathered):
            return Gather(self.ctx.interner.arrays[c.array], tuple(self.position(x) for x in c.at))
        symbols: list[tuple[str | Index, int]] = list(c.sizes)
        symbols += [(self.names[i], k) for i, k in c.terms]
        return index_expr(Affine.build(symbols, c.const))

    def bind(self, number: int, range_: Range | None) -> Index:
        """A bound index with an unused letter, preferably one that the author used for this range."""
        wished = [*self.ctx.letters.get(range_, ()), *LETTERS]
        letter = next((x for x in wished if x not in self.taken), f"i_{len(self.taken)}")
        index = Index(letter, range_, "bound")
        self.names[number] = index
        self.taken.add(letter)
        return index

    def release(self, indices: list[Index]) -> None:
        self.taken.difference_update(i.letter for i in indices)

    # -- terms

    def poly(self, p: Poly) -> Expr:
        self.depth += 1
        self.left -= len(p)
        if self.depth > MAX_DEPTH or self.left < 0:
            raise FormTooLarge("too long or too deeply nested")
        p, gathered = self.sigmoids(p)
        ordered = sorted(p.items(), key=lambda item: (-len(item[0]), item[0]))
        result = nodes.add(*(self.term(m, c) for m, c in ordered), *gathered)
        self.depth -= 1
        return result

    def sigmoids(self, p: Poly) -> tuple[Poly, list[Expr]]:
        """Collect ``f - f / (1 + e^x)`` as ``f sigma(x)``. Returns the remaining terms and the collected ones."""
        left = dict(p)
        gathered: list[Expr] = []
        for mono in sorted(p):
            for x in mono:
                argument = self.sigmoid(x) if x[2] == -1 and mono in left else None
                rest = tuple(y for y in mono if y is not x)
                if argument is None or left.get(rest) != -left[mono]:
                    continue
                c = left.pop(rest)
                del left[mono]
                gathered.append(nodes.mul(self.term(rest, c), Func("sigma", self.poly(argument))))
        return left, gathered

    def sigmoid(self, x: Part) -> Poly | None:
        """The argument ``x`` if a power is one of ``1 + e^x``; else None."""
        head = self.ctx.heads[x[0]]
        if head.kind != "power" or [t[0][1] for t in head.terms] != [1, 1]:
            return None
        monos = sorted(open_template(self.ctx, head, x[1])[1][0], key=len)
        if monos[0] or any(self.ctx.heads[h].kind != "exp" for h, _, _ in monos[1]):
            return None
        total: Poly = {}
        for h, s, e in monos[1]:
            accumulate(total, open_template(self.ctx, self.ctx.heads[h], s)[1][0], e)
        return total

    def term(self, mono: Mono, c: int | Fraction) -> Expr:
        return nodes.mul(nodes.num(c), *(self.part(x) for x in mono))

    def part(self, x: Part) -> Expr:
        hid, slots, e = x
        head = self.ctx.heads[hid]
        if head.kind == "exp":
            inner = open_template(self.ctx, head, slots)[1][0]
            return Func("exp", self.poly({m: c * e for m, c in inner.items()}))
        argument = self.sigmoid(x) if e < 0 else None
        if argument is not None:
            return nodes.power(Func("sigma", self.poly(scale(argument, -1))), nodes.num(-e))
        return nodes.power(self.base(hid, slots), nodes.num(e))

    def base(self, hid: int, slots: tuple[int, ...]) -> Expr:
        head = self.ctx.heads[hid]
        kind, at = head.kind, tuple(self.position(s) for s in slots) if not head.terms else ()
        made: Expr
        if kind == "entry":
            made = Entry(head.of, at)
        elif kind == "ref":
            made = Ref(head.of, at)
        elif kind == "delta":
            made = Delta(*at)
        elif kind == "differ":
            made = Iverson(Cond("eq", at[0], at[1], negated=True))
        elif kind == "less":
            made = Iverson(Cond("lt", at[0], at[1]))
        elif kind == "member":
            made = Iverson(Cond("in", at[0], head.of))
        elif kind == "size":
            made = Size(Affine.of(head.of))
        elif kind == "position":
            made = Size(Affine.of(at[0]))  # type: ignore[arg-type]  # the node takes gathered positions as well
        elif kind == "constant":
            made = Const(head.of)
        elif kind == "prime":
            made = nodes.num(head.of)
        elif kind == "apply":
            made = self.apply(hid, slots)
        elif kind in MATRIX_FUNCTIONS:
            made = self.matrix_function(hid, slots)
        elif kind in SLOPES.values():
            made = self.slope(hid, slots)
        else:
            made = self.nested(hid, slots)
        return made

    def slope(self, hid: int, slots: tuple[int, ...]) -> Expr:
        """``S_{xyzw}`` as the derivative along the matrix that has one entry 1, at ``y`` and ``z``"""
        matrix, ((x, y), (z, w)) = opened_slope(self.ctx, (hid, slots, 1))
        k, a, b, l = (self.position(p) for p in (x, y, z, w))  # noqa: E741  # rows and columns of formulas
        axes = [self.bind(i, self.ctx.positions.ranges[i]) for i in (matrix.row, matrix.column)]
        body = self.poly(matrix.entry)
        self.release(axes)
        name = next(name for name, kind in SLOPES.items() if kind == self.ctx.heads[hid].kind)
        rows, columns = (axis.fresh("bound") for axis in axes)
        direction = Lam((rows, columns), nodes.mul(nodes.delta(rows, a), nodes.delta(columns, b)))
        return derivative_along(nodes.MatrixFunction(name, Lam(tuple(axes), body), (k, l)), direction)

    def matrix_function(self, hid: int, slots: tuple[int, ...]) -> Expr:
        name = self.ctx.heads[hid].kind
        where: tuple[IndexExpr, ...] = ()
        if name != "determinant":
            opened = opened_inverse if name == "inverse" else opened_function
            matrix, *ends = opened(self.ctx, (hid, slots, 1))
            where = tuple(map(self.position, ends))
        else:
            matrix = opened_determinant(self.ctx, (hid, slots, 1))
        axes = [self.bind(i, self.ctx.positions.ranges[i]) for i in (matrix.row, matrix.column)]
        body = self.poly(matrix.entry)
        self.release(axes)
        return nodes.MatrixFunction(name, Lam(tuple(axes), body), where)

    def nested(self, hid: int, slots: tuple[int, ...]) -> Expr:
        head = self.ctx.heads[hid]
        bound, polys = open_template(self.ctx, head, slots)
        if head.kind in ("sum", "product"):
            indices = [self.bind(b, self.ctx.interner.ranges[r]) for b, r in zip(bound, head.bound, strict=True)]
            body = self.poly(polys[0] if polys else {})
            for index in reversed(indices):
                body = Sum(index, body) if head.kind == "sum" else Prod(index, body)
            self.release(indices)
            return body
        inner = self.poly(polys[0] if polys else {})
        if head.kind == "power":
            return inner
        if head.kind == "raised":
            return Pow(inner, self.poly(polys[1]) if len(polys) > 1 else nodes.ZERO)
        if head.kind == "step":
            return Iverson(Cond("pos", inner))
        name = "log" if head.kind == "log" else head.of
        return Func(name, inner)

    def apply(self, hid: int, slots: tuple[int, ...]) -> Expr:
        function, arguments, derivs = function_and_arguments(self.ctx, self.ctx.heads[hid], slots)
        lams = []
        opened_here: list[Index] = []
        for (axes, body), shape in zip(arguments, function.shapes, strict=True):
            own = tuple(self.bind(a, r) for a, r in zip(axes, shape, strict=True))
            opened_here += own
            lams.append(Lam(own, self.poly(body)))
        self.release(opened_here)
        at = tuple((k, tuple(self.position(s) for s in where)) for k, where in derivs)
        return nodes.Apply(function, tuple(lams), at)
