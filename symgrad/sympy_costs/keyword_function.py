"""Costs as functions of keyword arguments with the names of their symbols."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.exporting.costs import export_document
from symgrad.exporting.loading import load_text
from symgrad.sympy_door.bridge import BridgeError
from symgrad.text.python_names import spelled

if TYPE_CHECKING:
    from symgrad.core.nodes import Expr
    from symgrad.reading.read_document import ReadDocument
    from symgrad.sympy_costs.sympy_names import SympyNames


@dataclass(frozen=True, repr=False)
class KeywordFunction:
    """A cost as a function: the value, or ``(value, {name: gradient})``.

    value: the cost as a node; inner: the function of the generated module; arguments: its arguments by the names of
    the symbols; columns: those that are matrices of one column, which the generated function takes as vectors.
    """

    value: Expr
    inner: Any
    arguments: Mapping[str, str]
    columns: Mapping[str, tuple[int, int]]
    wrt: tuple[str, ...] | None
    text: str

    def __repr__(self) -> str:
        return f"<function of {', '.join(self.arguments)}>"

    def __call__(self, **given: Any) -> Any:
        """Raises ``SymgradError`` for missing and unknown arguments, ``ValueError`` for wrong shapes and positions."""
        missing = [n for n in self.arguments if n not in given]
        unknown = [n for n in given if n not in self.arguments]
        if missing or unknown:
            listed = ", ".join(self.arguments)
            raise BridgeError(f"the arguments are {listed}; {', '.join(missing or unknown)} "
                               f"{'is missing' if missing else 'is none of them'}", "SG503")  # fmt: skip
        values = {self.arguments[n]: self._vector(n, x) for n, x in given.items()}
        if self.wrt is None:
            return self.inner(**values)
        dense = {"dense": True} if "dense" in inspect.signature(self.inner).parameters else {}
        value, grads = self.inner(**values, wrt=tuple(self.arguments[n] for n in self.wrt), **dense)
        return value, {n: self._column(n, grads[self.arguments[n]]) for n in self.wrt}

    def _vector(self, name: str, x: Any) -> Any:
        return x.reshape(-1) if name in self.columns and getattr(x, "ndim", 1) == 2 else x

    def _column(self, name: str, x: Any) -> Any:
        return x.reshape([-1 if n == 0 else 1 for n in self.columns[name]]) if name in self.columns else x


def keyword_function(
    read: ReadDocument,
    cost: str,
    value: Expr,
    names: SympyNames | None,
    wrt: Mapping[str, str] | None,
    target: str,
) -> KeywordFunction:
    """The function that ``export`` writes for a cost of a document.

    value: the cost; names: its symbols, if it comes from SymPy; wrt: by the names of the symbols, as the document
    writes them.
    """
    text = export_document(read, (cost,), None if wrt is None else list(wrt.values()), target, batches=False).text
    try:
        module = load_text(text)
    except ImportError as e:
        raise BridgeError(
            f"the target {target} needs {e.name}, which is not installed: `pip install {e.name}`", "SG503"
        ) from e
    name = spelled(cost)
    plain = getattr(module, name)
    back = names.latex.back() if names is not None else {}
    python = {spelled(latex): ours for latex, ours in back.items()}
    arguments = {python.get(p, p): p for p in inspect.signature(plain).parameters}
    columns: dict[str, tuple[int, int]] = {}
    if names is not None:
        for n, s in names.symbols.items():
            if type(s).__name__ == "MatrixSymbol" and 1 in s.shape and s.shape != (1, 1):
                columns[n] = (0, 1) if s.shape[1] == 1 else (1, 0)
    inner = plain if wrt is None else getattr(module, f"{name}_value_and_grad")
    return KeywordFunction(value, inner, arguments, columns, None if wrt is None else tuple(wrt), text)
