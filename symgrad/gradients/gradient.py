"""Derivatives of a document's quantities: index form, matrix form, and both as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from symgrad.calculus.differentiate import Resolver
from symgrad.core import matrix_notation as a
from symgrad.core.matrix_functions import is_block_of_slope
from symgrad.core.matrix_notation import Array
from symgrad.core.nodes import Apply, Delta, Deriv, Entry, Expr, MatrixFunction, Ref, all_nodes, distinct, free_indices
from symgrad.core.ranges import Index, IndexExpr, indices_of
from symgrad.core.substitute import substitute
from symgrad.gradients.adjoint_slopes import with_adjoint_slopes
from symgrad.gradients.derivation import DerivationLine, derivation
from symgrad.gradients.matrix_form import MatrixFormer
from symgrad.gradients.requests import DerivativeTarget, GradientRequests
from symgrad.gradients.simplify import Simplifier
from symgrad.gradients.summed_products import SummedProduct, term_of
from symgrad.gradients.tensor_network import NoMatrixForm
from symgrad.reading.meaning.values import ReadValue
from symgrad.sympy_door.to_sympy import matrix_to_sympy, to_sympy
from symgrad.text.diagnostic import SymgradError
from symgrad.writing.index_latex import latex
from symgrad.writing.latex_pieces import is_named
from symgrad.writing.matrix_latex import matrix_latex, vector_as_row

Form = Literal["index", "matrix"]


_NO_FORMULA = (
    "this derivative of an exponential or a root of a matrix is neither `D\\operatorname{expm}(A)[H]` of one matrix, "
    "nor along one that commutes with it, as by `t` in `e^{tA}`, nor in a trace: it has no formula"
)
MAX_REPR = 200
"""The most characters of a gradient in its ``repr``."""


@dataclass(frozen=True, repr=False)
class Gradient:
    """The derivative of a quantity by one target, or by several in turn.

    entry: the simplified derivative at the indices that ``of`` and ``targets`` are written with.
    """

    requests: GradientRequests = field(repr=False)
    of: ReadValue
    targets: tuple[DerivativeTarget, ...]
    entry: Expr
    simplify: Simplifier = field(repr=False)

    # --- SymPy --------------------------------------------------------------------------------------

    @property
    def index(self) -> Any:
        """The index form in SymPy: ``Indexed``, ``Sum``, ``KroneckerDelta`` and elementary functions."""
        return to_sympy(self.entry)

    @property
    def matrix(self) -> Any:
        """The matrix form in SymPy; None if there is no matrix form or SymPy can't express it."""
        return None if self.array is None else matrix_to_sympy(self.array)

    # --- matrix form --------------------------------------------------------------------------------

    @cached_property
    def _formed(self) -> tuple[tuple[Expr, tuple[DerivativeTarget, ...], Array] | None, str]:
        """``(entry, targets, array)`` of the matrix form, for the nonzero slice if there is only one; or why not."""
        entry, targets = self._sliced()
        axes = (*self.of.axes, *(x for t in targets for x in t.axes))
        whole = {*free_indices(self.of.body), *(i for t in targets for i in free_indices(t.entry))}
        loose = [i for i in whole - set(axes) if i.kind != "fixed"]
        if loose:
            return None, f"`{loose[0].letter}` is the index of one entry"
        reserved = self.requests.naming.reserved
        former = MatrixFormer(reserved, self.simplify.names, self.simplify.symmetries)
        try:
            return (
                entry,
                targets,
                former.array_of(entry, axes),
            ), ""
        except NoMatrixForm as e:
            return None, str(e)

    @property
    def array(self) -> Array | None:
        """The matrix form as a tree, or None."""
        found = self._formed[0]
        return None if found is None else found[2]

    @property
    def no_matrix_form(self) -> str:
        """The reason why there is no matrix form; empty if there is one."""
        return self._formed[1]

    @cached_property
    def no_formula(self) -> str:
        """Why the derivative can be computed and not be written; empty if it can."""
        blocks = any(isinstance(x, MatrixFunction) and is_block_of_slope(x) for x in all_nodes(self.entry))
        return _NO_FORMULA if blocks and self.array is None else ""

    def _sliced(self) -> tuple[Expr, tuple[DerivativeTarget, ...]]:
        """The nonzero slice if all others are 0: of ``delta_{cj} f_i`` by ``V_{ij}``, ``f_i`` by ``V_{:c}``."""
        entry, targets = self.entry, list(self.targets)
        for k, target in enumerate(targets):
            for axis in target.axes:
                term = term_of(entry)
                at = _position(term, axis)
                if at is None:
                    continue
                factors = tuple(f for f in term.factors if f[0] is not at[0])
                here: dict[Index, IndexExpr] = {axis: at[1]}
                entry = self.simplify(
                    substitute(self.simplify.names.expr(SummedProduct(term.number, term.dummies, factors)), here)
                )
                moved = substitute(targets[k].entry, here)
                assert isinstance(moved, (Entry, Ref))
                targets[k] = DerivativeTarget(moved, tuple(x for x in targets[k].axes if x is not axis), target.row)
        return entry, tuple(targets)

    # --- LaTeX --------------------------------------------------------------------------------------

    def latex(self, form: Form | None = None) -> str:
        """``\\frac{\\partial J}{\\partial U} = …``, in matrix form if there is one and no form is given.

        Raises ``SymgradError`` if ``form`` is ``matrix`` and there is no matrix form, or if there is no formula at all.
        """
        left, right = self.sides(form)
        return f"{left} = {right}"

    def sides(self, form: Form | None = None, with_names: Array | None = None) -> tuple[str, str]:
        """The two sides of the equation that ``latex`` writes; ``with_names``: the matrix form with names in it."""
        names = self.requests.naming
        found, reason = self._formed
        if form == "matrix" and found is None:
            raise SymgradError(f"there is no matrix form: {reason}")
        if self.no_formula:
            raise SymgradError(self.no_formula)
        if form == "index" or found is None:
            left: Expr = self.of.body
            for target in self.targets:
                left = Deriv(left, target.entry)
            return latex(left, names), latex(self.entry, names)
        entry, targets, array = found
        array = with_names or array
        above = self._name(self.of.body, self.of.axes)
        order = f"^{len(targets)}" if len(targets) > 1 else ""
        below = " ".join(f"\\partial {t}" for t in self._below(targets))
        row = len(array.axes) == 1 and (targets[-1].row or self.of.row)
        right = vector_as_row(array, entry, names) if row else matrix_latex(array, entry, names)
        return f"\\frac{{\\partial{order} {above}}}{{{below}}}", right

    def _below(self, targets: Sequence[DerivativeTarget]) -> list[str]:
        names = [self._name(t.entry, t.axes) for t in targets]
        if len(targets) == 2 and all(len(t.axes) == 1 for t in targets):
            names[1] += "^\\top"  # the Hessian: by a vector and its transpose
        return names

    def _name(self, entry: Expr, axes: tuple[Index, ...]) -> str:
        names = self.requests.naming
        return (
            matrix_latex(a.Named(axes, entry), entry, names) if isinstance(entry, (Entry, Ref)) else latex(entry, names)
        )

    # --- written out --------------------------------------------------------------------------------

    def steps(self) -> str:
        """The whole derivation: an ``aligned`` display with one line per rule, then the matrix form."""
        if self.no_formula:
            raise SymgradError(self.no_formula)
        blocks = [block(left, rows) for left, rows in self.chains()]
        if not self.no_matrix_form:
            blocks.append(f"$$\n{self.latex('matrix')}\n$$")
        return "\n\n".join(blocks)

    def chains(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The derivation by each target: its left side, and the LaTeX of each line with a remark on its rules."""
        names = self.requests.naming
        found = []
        of = self.of.body
        left: Expr = of
        for target in self.targets:
            left = Deriv(left, target.entry)
            final = derivative(of, [target.entry], self.simplify)
            lines = derivation(of, target.entry, final, self.simplify)
            found.append((latex(left, names), rows_of([(latex(x.expr, names), x) for x in lines])))
            of = final
        return found

    def __repr__(self) -> str:
        text = self.latex()
        return f"<Gradient {text if len(text) <= MAX_REPR else f'{text[:MAX_REPR]} …'}>"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def _position(term: SummedProduct, axis: Index) -> tuple[Expr, IndexExpr] | None:
    """The delta that fixes an axis at one position without free or bound indices, and that position."""
    for base, e in term.factors:
        if not isinstance(base, Delta) or e != 1:
            continue
        for this, other in ((base.left, base.right), (base.right, base.left)):
            if this is axis and all(i.kind == "fixed" for i in indices_of(other)):
                return base, other
    return None


def derivative(cost: Expr, targets: Iterable[Entry | Ref], simplify: Simplifier) -> Expr:
    """The derivative of a cost by each target in turn, simplified after each."""
    out = cost
    for target in targets:
        simplify.effort = 0
        resolver = Resolver()
        out = simplify(simplify.names.canonical(resolver.resolve(resolver.differentiate(out, target))))
    return out


def gradient(requests: GradientRequests, of: str, wrt: Sequence[str]) -> Gradient:
    """The derivative of a quantity of a document by one or more others in turn.

    Raises ``SymgradError`` if a name can't be read or the quantity does not depend on a target.
    """
    value = requests.quantity(of, wrt)
    targets = requests.targets(value, wrt)
    simplify = requests.simplifier(value, targets)
    entry = with_adjoint_slopes(derivative(value.body, [t.entry for t in targets], simplify))
    for n in distinct(entry):
        if isinstance(n, Apply) and n.derivs and any(n.function.shapes) and not all(map(is_named, n.arguments)):
            name = n.function.name
            raise SymgradError(f"the argument of `{name}` has no name: define it first, `z = …`, and write `{name}(z)`")
    return Gradient(requests, value, tuple(targets), entry, simplify)


def rows_of(lines: list[tuple[str, DerivationLine]]) -> list[tuple[str, str]]:
    """LaTeX and remark of each line, without lines that differ from the one before only in their bound indices."""
    out: list[tuple[str, str]] = []
    for text, line in lines:
        if not out or out[-1][0] != text:
            out.append((text, remark(line)))
    return out


def block(left: str, rows: list[tuple[str, str]]) -> str:
    """A display with one row per line: ``left &= right \\quad \\text{(rule)}``."""
    if len(rows) == 1:
        return f"$$\n{left} = {rows[0][0]} {rows[0][1]}\n$$"
    out = [f"{left if k == 0 else ''} &= {right} {said}".strip() for k, (right, said) in enumerate(rows)]
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(out) + "\n\\end{aligned}\n$$"


def remark(line: DerivationLine) -> str:
    return f"\\quad \\text{{({', '.join(line.rules)})}}" if line.rules else ""
