"""Products and sums, each by the call that is fastest for its shape."""

from __future__ import annotations

from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.code.library import Library
from symgrad.exporting.code.python_text import ATOM, PRODUCT, PythonText, affine, number, scaled, times
from symgrad.exporting.graph.array_kinds import Einsum, Operand
from symgrad.exporting.graph.array_properties import divides


class Contractions(Library):
    """Expressions of products and sums."""

    def operand(self, o: Operand) -> PythonText:
        return self.name(o.node)

    def size(self, a: Affine) -> PythonText:
        return affine(a, self.sizes)

    def broadcast(self, o: Operand, rank: int) -> PythonText:
        return self.aligned(self.operand(o), o.labels, range(rank))

    def einsum(self, node: Einsum) -> PythonText:
        arrays = [o for o in node.operands if o.labels]
        if all(k < node.rank for o in arrays for k in o.labels):
            return self._entrywise(node)
        core = self._sum(node, arrays[0]) if len(arrays) == 1 else self._contraction(node, *arrays)
        below = [o for o in node.operands if not o.labels and divides(o.node)]
        tops = [self.operand(o) for o in node.operands if not o.labels and o not in below]
        bottom = [self.name(o.node.x) for o in below]  # type: ignore[attr-defined]  # a PowerArray
        if bottom and (tops or abs(node.coefficient) != 1):
            return times([self._quotient(node.coefficient, [], tops, bottom), core])
        return self._quotient(node.coefficient, tops, [core], bottom)

    def _entrywise(self, node: Einsum) -> PythonText:
        below = [o for o in node.operands if divides(o.node)]
        over = [o for o in node.operands if o not in below]
        if self.crosses and not below and len(over) == 2 < node.rank and all(len(o.labels) < node.rank for o in over):
            return self._quotient(node.coefficient, [], [self._plain_einsum(node, tuple(over))])
        tops = [self.broadcast(o, node.rank) for o in sorted(over, key=lambda o: len(o.labels))]
        small = sum(len(o.labels) < node.rank for o in over)
        less = [o for o in below if len(o.labels) < node.rank]
        if small < len(tops) and less and (small or abs(node.coefficient) != 1):  # what is small is divided first
            front = self._quotient(node.coefficient, [], tops[:small], self._below(less, node.rank))
            rest = self._below([o for o in below if o not in less], node.rank)
            return self._quotient(Fraction(1), [], [front, *tops[small:]], rest)
        if node.coefficient < 0 and node.rank and below and not any(o.labels for o in below):
            low = self._below(below, 0)  # - x / n as x / -n, one pass less
            return self._quotient(-node.coefficient, [], tops, [scaled(Fraction(-1), low[0]), *low[1:]])
        return self._quotient(node.coefficient, [], tops, self._below(below, node.rank))

    def multiplied_by(self, node: Einsum, whole: Operand) -> list[tuple[str, PythonText]]:
        """What remains to be done to one factor of a product of entries: operators and their right-hand sides."""
        rest = [o for o in node.operands if o is not whole]
        small = [o for o in rest if len(o.labels) < node.rank]
        steps: list[tuple[str, PythonText]] = []
        below = [o for o in small if divides(o.node)]
        above = [self.broadcast(o, node.rank) for o in sorted(small, key=lambda o: len(o.labels)) if o not in below]
        if above or node.coefficient != 1:
            steps.append(("*=", self._quotient(node.coefficient, [], above, self._below(below, node.rank))))
        elif below:
            steps.append(("/=", times(self._below(below, node.rank))))
        for o in rest:
            if o not in small and divides(o.node):
                steps.append(("/=", self._below([o], node.rank)[0]))
            elif o not in small:
                steps.append(("*=", self.broadcast(o, node.rank)))
        return steps

    def _below(self, divisors: list[Operand], rank: int) -> list[PythonText]:
        return [self.aligned(self.name(o.node.x), o.labels, range(rank)) for o in divisors]  # type: ignore[attr-defined]  # a PowerArray

    def _quotient(
        self, c: Fraction, scalars: list[PythonText], tops: list[PythonText], bottom: list[PythonText] | None = None
    ) -> PythonText:
        if bottom and c.denominator > 1:
            bottom = [number(Fraction(c.denominator)), *bottom]
            c = Fraction(c.numerator)
        factors = [*scalars, *tops]
        if not factors:
            top = number(c)
        elif c in (1, -1) or len(factors) == 1:
            top = scaled(c, times(factors))
        else:
            top = times([number(c) if c.denominator == 1 else PythonText(number(c).at(ATOM)), *factors])
        if not bottom:
            return top
        low = times(bottom)
        return PythonText(f"{top.at(PRODUCT)} / {low.at(PRODUCT + 1)}", PRODUCT)

    def _sum(self, node: Einsum, o: Operand) -> PythonText:
        axes = [k for k, x in enumerate(o.labels) if x >= node.rank]
        kept = [x for x in o.labels if x < node.rank]
        axis = "" if not kept else f"{self.axis}={axes[0] if len(axes) == 1 else tuple(axes)}"
        t = PythonText(f"{self.operand(o).at(ATOM)}.sum({axis})")
        return self.transposed(t, [kept.index(k) for k in range(node.rank)])

    def _contraction(self, node: Einsum, a: Operand, b: Operand) -> PythonText:
        if self.flattens and not node.rank and a.labels == b.labels and len(set(a.labels)) == len(a.labels) > 1:
            return self.lib("vdot", self.operand(a), self.operand(b))
        gone = [x for x in a.labels if x in b.labels and x >= node.rank]
        shared = [x for x in a.labels if x in b.labels and x < node.rank]
        left = [x for x in a.labels if x not in b.labels]
        right = [x for x in b.labels if x not in a.labels]
        if shared and len(gone) == len(left) == len(right) == 1:
            return self._of_families(node, a, b, shared)
        if shared or any(x >= node.rank for x in (*left, *right)):
            return self._plain_einsum(node, (a, b))
        if len(gone) == 1 and len(left) + len(right) <= 1:
            return self._with_vector(a, b) if left else self._with_vector(b, a)
        if len(gone) == 1 and len(left) <= 1 and len(right) <= 1:
            if left and right and left[0] > right[0]:
                a, b, left, right = b, a, right, left
            x = self.transposed(self.operand(a), [a.labels.index(k) for k in (*left, *gone)])
            y = self.transposed(self.operand(b), [b.labels.index(k) for k in (*gone, *right)])
            return self.matmul(x, y)
        for one, other in ((a, b), (b, a)):
            flat = self._flattened(one, other)
            if flat is not None:
                return flat
        pairs = ([a.labels.index(k) for k in gone], [b.labels.index(k) for k in gone])
        axes = (
            str(len(gone)) if pairs == (list(range(a.node.rank))[-len(gone) :], list(range(len(gone)))) else str(pairs)
        )
        t = self.lib("tensordot", self.operand(a), self.operand(b), axes)
        have = [*left, *right]
        return self.transposed(t, [have.index(k) for k in range(node.rank)])

    def _of_families(self, node: Einsum, a: Operand, b: Operand, shared: list[int]) -> PythonText:
        """Products of the matrices of two families."""
        (gone,) = (x for x in a.labels if x in b.labels and x not in shared)
        (left,), (right,) = ([x for x in o.labels if x not in (*shared, gone)] for o in (a, b))
        if left > right:
            a, b, left, right = b, a, right, left
        x = self.transposed(self.operand(a), [a.labels.index(k) for k in (*shared, left, gone)])
        y = self.transposed(self.operand(b), [b.labels.index(k) for k in (*shared, gone, right)])
        have = [*shared, left, right]
        return self.transposed(self.matmul(x, y), [have.index(k) for k in range(node.rank)])

    def _flattened(self, a: Operand, v: Operand) -> PythonText | None:
        """sum_jk v_jk a_jkd as a vector times a matrix; sum_d a_jkd v_d in one call too."""
        x, y = self.operand(a), self.operand(v)
        if v.node.rank == 1 and a.labels[-1:] == v.labels and a.labels[:-1] == tuple(range(a.node.rank - 1)):
            return self.dot(x, y)
        if a.labels[:-1] == v.labels and a.node.rank > 2:
            last = self.size(a.node.dims[-1])
            return self.dot(PythonText(f"{y.at(ATOM)}.ravel()"), PythonText(f"{x.at(ATOM)}.reshape(-1, {last})"))
        return None

    def _with_vector(self, a: Operand, v: Operand) -> PythonText:
        """A matrix (or a vector) times a vector, by the call with the least overhead."""
        x, y = self.operand(a), self.operand(v)
        first = a.labels[-1:] == v.labels  # the matrix is on the left
        return self.dot(x, y) if first else self.dot(y, x)

    def _plain_einsum(self, node: Einsum, parts: tuple[Operand, ...]) -> PythonText:
        letters = "ijklmnpqrstuvwxyzabcdefgh"
        spelled = ["".join(letters[x] for x in o.labels) for o in parts]
        out = "".join(letters[x] for x in range(node.rank))
        return self.lib("einsum", f'"{",".join(spelled)}->{out}"', *(self.operand(o) for o in parts))
