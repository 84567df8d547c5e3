"""The derivative of a cost in SymPy, with the names and the counting of the cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.core.nodes import Entry
from symgrad.core.ranges import Affine, Index, IndexExpr
from symgrad.core.substitute import expand, substitute
from symgrad.gradients.gradient import Form, Gradient

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.sympy_costs.sympy_names import SympyNames


@dataclass(frozen=True, repr=False)
class SympyGradient:
    """The derivative of a cost by one target: ``index`` and ``matrix`` in SymPy, ``latex()`` and ``steps()``."""

    found: Gradient
    names: SympyNames | None
    function: Callable[..., Any]
    """``lambdify`` of the cost."""
    letters: tuple[Any, ...] = ()
    """The symbols of the entry that the derivative is taken by, of those that are free."""

    def __repr__(self) -> str:
        text = self.found.latex()
        return f"<Gradient {text if len(text) <= 70 else text[:67] + '...'}>"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    @property
    def index(self) -> Any:
        """The entry at ``free``: ``Indexed``, ``Sum``, ``KroneckerDelta`` and elementary functions."""
        names = self.names
        if names is None:
            return self.found.index
        given: dict[Index, IndexExpr] = {
            i: Index(str(s), i.range, "free") for i, s in zip(self.found.targets[0].axes, self.letters, strict=False)
        }
        entry = substitute(self.found.targets[0].entry, given)
        return names.to_sympy(substitute(expand(self.found.entry), given), entry)

    @property
    def free(self) -> tuple[Any, ...]:
        """The symbols of ``index`` that stand for the entry's position in an array of the target, axis by axis."""
        if self.letters:
            return self.letters
        import sympy

        made = [sympy.Symbol(i.letter, integer=True) for i in self.found.targets[0].axes]
        names = self.names
        return tuple(made if names is None else (names.in_symbols(s) for s in made))

    @property
    def matrix(self) -> Any:
        """The matrix form in ``MatrixSymbol``; None if there is none or SymPy can't express it."""
        names = self.names
        out = self.found.matrix
        if names is None or out is None:
            return out
        found = names.matrix_in_symbols(out)
        entry = self.found.targets[0].entry
        symbol: Any = names.symbols.get(names.latex.back().get(entry.args[0].name, ""))
        row = type(symbol).__name__ == "MatrixSymbol" and symbol.shape[0] == 1 != symbol.shape[1]
        return found.T if row and getattr(found, "is_Matrix", False) else found

    def latex(self, form: Form | None = None) -> str:
        """``\\frac{\\partial J}{\\partial U} = …``, in matrix form if there is one and no form is given."""
        return self.found.latex(form)

    def steps(self) -> str:
        """The whole derivation, with one line per rule, then the matrix form."""
        return self.found.steps()

    def lambdify(self, target: str = "numpy") -> Callable[..., Any]:
        """The derivative as a function of keyword arguments, positions from 0: an array with one axis per ``free``."""
        entry = self.found.targets[0].entry
        assert isinstance(entry, Entry)  # costs from SymPy have no other quantities
        back = self.names.latex.back() if self.names is not None else {}
        name = back.get(entry.tensor.name, entry.tensor.name)
        whole = self.function(wrt=(entry.tensor.name if self.names is None else name,), target=target)
        slots: list[Any] = []
        for at in entry.indices:
            if isinstance(at, Index):
                slots.append(back.get(at.letter, at.letter) if at.kind == "fixed" else slice(None))
            else:
                assert isinstance(at, Affine)
                slots.append(at.const - 1)

        def derivative(**arguments: Any) -> Any:
            (gradient,) = whole(**arguments)[1].values()
            return gradient[tuple(arguments[s] if isinstance(s, str) else s for s in slots)] if slots else gradient

        return derivative
