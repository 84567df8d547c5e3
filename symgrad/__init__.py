"""symgrad reads gradient derivations as they are written, and checks every equals sign.

    doc = symgrad.read("derivations/negative_sampling_set.md")
    report = symgrad.check(doc)
    report.steps[0].verdict

Heavy modules are imported when they are first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.text.diagnostic import NotationError, SymgradError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from os import PathLike
    from types import ModuleType
    from typing import Any

    from symgrad.api import Document, DocumentOrPath
    from symgrad.checking.verdict import DocumentReport
    from symgrad.comparing.findings import Comparison, Opinion
    from symgrad.sympy_costs.keyword_function import KeywordFunction
    from symgrad.sympy_costs.proving_equalities import Ruling
    from symgrad.sympy_costs.sympy_cost import SympyCost


def read(
    path: str | PathLike[str] | None = None,
    *,
    text: str | None = None,
    declarations: Sequence[str | PathLike[str]] = (),
) -> Document:
    """A document from a file or from text.

    declarations: further files whose declarations hold for it, as for ``--with``.
    Raises ``SymgradError`` for a file that can't be opened or is not text.
    """
    from symgrad.api import read_document

    return read_document(path, text, declarations)


def check(document: DocumentOrPath, *, seed: int = 0, timeout: float | None = None) -> DocumentReport:
    """Check every step of a document. ``seed`` selects another random stream.

    timeout: seconds of processor time for the document, reading it included; by default 8 for each 64 KB of it. Steps
    that are not decided by then are unreadable and say so.
    """
    from symgrad.api import as_document, check_document

    return check_document(as_document(document, "symgrad.check"), seed, timeout=timeout)


def check_many(
    items: Iterable[DocumentOrPath],
    executor: Executor | None = None,
    *,
    declarations: Sequence[str] = (),
    seed: int = 0,
    jobs: int | None = None,
    timeout: float | None = None,
    cache: str = "",
) -> Iterator[DocumentReport]:
    """The reports on many documents, in their order, each as soon as it and those before it are there.

    items: paths and documents, read one after the other as they are needed. executor: any of
    ``concurrent.futures.Executor``; without one, ``jobs`` processes of this machine, by default one a processor (in a
    script, below ``if __name__ == "__main__":``). declarations: as for ``symgrad.read``, for items that are paths.
    timeout: seconds of processor time for a document. cache: a folder, as for ``--cache``. A document that can't be
    opened, or crashes or hangs its process, has a report that says so. Raises ``SymgradError`` for other items.
    """
    from symgrad.batch.many_documents import check_many as checked

    return checked(items, executor, declarations=declarations, seed=seed, jobs=jobs, timeout=timeout, cache=cache)


def gradient(cost: Any, of: Any = None, wrt: Any = None, *, names: Mapping[str, Any] | None = None) -> Any:
    """The derivative of a cost by an array, an entry or a number.

    ``gradient(J, U)`` and ``gradient(J, wrt=V[c, k])`` for a SymPy expression or a ``Cost``; several targets give a
    dictionary by name. ``gradient(doc, "J", wrt="U")`` for a document or a path: of: a defined quantity, as the
    document writes it; wrt: an array, a slice ``V_{:c}``, an entry ``V_{ic}`` or a defined quantity; two of them for
    second derivatives. names: quantities of a SymPy cost to write the derivative with, ``{r"\\hat y": yhat}``. The
    result has ``index``, ``matrix`` (SymPy), ``latex()`` and ``steps()``; that of a cost also ``free`` and
    ``lambdify()``. Raises ``SymgradError`` for names that can't be read, with the place and a remedy, and
    for a SymPy node without a counterpart.
    """
    from symgrad.api import as_cost, as_document, gradient_of, is_cost

    if not is_cost(cost):
        document = as_document(cost, "symgrad.gradient")
        if names:
            raise SymgradError("a document names its own quantities: define them there, and leave out `names`")
        if of is None or wrt is None:
            raise SymgradError("a document needs both: `symgrad.gradient(doc, 'J', wrt='U')`")
        return gradient_of(document, of, wrt)
    target = of if wrt is None else wrt
    if target is None or (of is not None and wrt is not None):
        raise SymgradError("say what to differentiate by: `symgrad.gradient(J, U)`")
    return as_cost(cost, "symgrad.gradient").gradient(target, names)


def lambdify(cost: Any, wrt: Any = None, target: str = "numpy", *, of: str | None = None) -> KeywordFunction:
    """A cost as a function of keyword arguments, positions from 0: ``f(U=…, V=…, o=2, c=5)``.

    cost: a SymPy expression, a ``Cost``, a document or a path; of: the name of the cost in a document. wrt: the arrays
    and numbers to differentiate by: then the result is ``(value, {name: gradient})``, without it the value alone.
    target: ``numpy``, ``jax`` or ``torch``. Raises ``SymgradError`` for what can't be exported.
    """
    from symgrad.api import as_cost

    return as_cost(cost, "symgrad.lambdify", of).lambdify(wrt, target)


def prove(left: Any, right: Any, assuming: Sequence[Any] = (), *, seed: int = 0) -> Ruling:
    """A ruling on ``left = right`` for two SymPy expressions, at all values of their free symbols.

    assuming: relations of SymPy that hold, ``Eq(Sum(y[a], (a, 0, n - 1)), 1)`` or ``Ne(o, c)``. The result has
    ``verdict``, ``witness``, ``conditions`` and ``trace``. Raises ``SymgradError`` for a node without a counterpart.
    """
    from symgrad.api import is_sympy
    from symgrad.sympy_costs.proving_equalities import ruled

    if not (is_sympy(left) or is_sympy(right)):
        kinds = f"{type(left).__name__} and {type(right).__name__}"
        raise SymgradError(f"symgrad.prove takes two SymPy expressions, not {kinds}: use `symgrad.check` for documents")
    return ruled(left, right, assuming, seed)


def compare(
    cost: Any,
    function: Callable[..., Any],
    wrt: Any = None,
    *,
    of: str | None = None,
    map: Mapping[str, object] | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare a hand-coded cost and gradient function with a cost and its exact gradients.

    cost: a SymPy expression, a ``Cost``, a document or a path; function: as for ``symgrad compare``, positions from 0;
    wrt: what gradients must be returned by; map: ``{name: argument}``, if the function's arguments have other names.
    Raises ``SymgradError`` if the two can't be compared.
    """
    from symgrad.api import as_cost

    return as_cost(cost, "symgrad.compare", of).compare(function, wrt, map=map, seed=seed)


def check_gradient(function: Callable[..., Any], at: Mapping[str, Any] | None = None, *, seed: int = 0) -> Opinion:
    """Gradients held against finite differences of the value, by a complex step where the function takes one.

    function: takes keyword arguments and returns ``(value, {name: gradient})``; at: the arguments, drawn at random for
    a function of ``lambdify``. Raises ``SymgradError`` where arguments or gradients are missing.
    """
    from symgrad.sympy_costs.gradient_check import checked_gradient

    return checked_gradient(function, at, seed)


def document(cost: Any, wrt: Any = None, *, of: str | None = None) -> str:
    """The derivation as a Markdown document, which ``symgrad check`` proves.

    It declares the arrays, defines the cost and writes out the gradients by each of ``wrt``, by default by every real
    array and number. Raises ``SymgradError`` for a node without a counterpart.
    """
    from symgrad.api import as_cost

    return as_cost(cost, "symgrad.document", of).document(wrt)


def sizes(names: str) -> Any:
    """Lengths of axes, as positive whole ``sympy.Symbol``: ``W, D = sizes("W D")``."""
    from symgrad.sympy_costs import symbols

    return symbols.sizes(names)


def arrays(names: str, *shape: Any) -> Any:
    """Real arrays, as ``sympy.IndexedBase`` of a shape; without one, numbers: ``U, V = arrays("U V", W, D)``."""
    from symgrad.sympy_costs import symbols

    return symbols.arrays(names, *shape)


def positions(names: str, length: Any = None) -> Any:
    """Fixed positions, which no sum runs over, as whole ``sympy.Symbol``: ``o, c = positions("o c", W)``."""
    from symgrad.sympy_costs import symbols

    return symbols.positions(names, length)


def indices(names: str) -> Any:
    """Letters to sum over, as whole ``sympy.Symbol``: ``i, j = indices("i j")``."""
    from symgrad.sympy_costs import symbols

    return symbols.indices(names)


def Cost(expr: Any, *, of: str | None = None) -> SympyCost:
    """The cost of a SymPy expression, or the cost ``of`` a document or a path.

    It has ``sympy``, ``gradient``, ``lambdify``, ``compare``, ``document`` and ``latex``. Raises ``SymgradError`` for a
    SymPy node without a counterpart, by its name.
    """
    from symgrad.api import as_cost

    return as_cost(expr, "symgrad.Cost", of)


def export(
    document: Any,
    *,
    of: Sequence[str] = (),
    wrt: Sequence[Any] | None = None,
    target: str = "numpy",
    hvp: bool = False,
) -> str:
    """The text of a module with the gradient functions of a document's costs, or of a SymPy expression's.

    of: names of costs; by default every scalar that no other definition uses.
    wrt: names of the arguments to differentiate by; by default every real-valued one.
    hvp: for a document, whether its costs get Hessian-vector products ``J_hvp`` too.
    Raises ``SymgradError`` for an unknown name, and if no cost can be exported.
    """
    from symgrad.api import as_cost, as_document, export_document, is_cost

    if is_cost(document):
        return as_cost(document, "symgrad.export").export(wrt, target)
    return export_document(as_document(document, "symgrad.export"), of, wrt, target, hvp).text


def load(document: Any, *, of: Sequence[str] = (), wrt: Sequence[Any] | None = None) -> ModuleType:
    """The functions that ``export`` writes, as a module: ``load(doc).J_value_and_grad(U=U, …)``."""
    from symgrad.api import as_cost, as_document, is_cost, load_document

    if is_cost(document):
        from symgrad.exporting.loading import load_text

        return load_text(as_cost(document, "symgrad.load").export(wrt))
    return load_document(as_document(document, "symgrad.load"), of, wrt)


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext symgrad``: adds the cell magic ``%%symgrad``."""
    from symgrad.notebook.cell_magic import load_extension

    load_extension(ipython)


def __getattr__(name: str) -> ModuleType:
    """Make ``symgrad.testing`` available without an import statement."""
    if name == "testing":
        from importlib import import_module

        return import_module("symgrad.testing")
    raise AttributeError(f"module 'symgrad' has no attribute {name!r}")


__all__ = [
    "Cost",
    "NotationError",
    "SymgradError",
    "arrays",
    "check",
    "check_gradient",
    "check_many",
    "compare",
    "document",
    "export",
    "gradient",
    "indices",
    "lambdify",
    "load",
    "positions",
    "prove",
    "read",
    "sizes",
]
