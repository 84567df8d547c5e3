"""For tests of hand-coded gradients: ``assert_gradient`` with a derivation, ``second_opinion`` without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symgrad.api import Document
    from symgrad.comparing.findings import Comparison, Opinion

__all__ = ["assert_gradient", "compare_gradient", "second_opinion"]


def compare_gradient(
    function: Callable[..., Any],
    doc: Document | str | PathLike[str],
    of: str | None = None,
    wrt: Sequence[str] | str | None = None,
    *,
    map: Mapping[str, object] | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare a hand-coded cost and gradient function with a derivation.

    function: takes arrays of the document's shapes (positions counted from 0) and returns a cost, gradients,
    or both, in any of the usual forms. doc: a ``Document``, or the path of one. of: the name of the cost.
    wrt: the names whose gradients must be returned. map: ``{name: argument}``, as ``--map`` takes it.
    Raises ``SymgradError`` if the two can't be compared.
    """
    from symgrad.api import as_document
    from symgrad.comparing.comparer import compare

    problem = as_document(doc, "compare_gradient").problem(of)
    names = [wrt] if isinstance(wrt, str) else wrt
    maps = [
        f"{name}={argument if isinstance(argument, str) else repr(argument)}" for name, argument in (map or {}).items()
    ]
    return compare(function, problem, names, maps, seed)


def assert_gradient(
    function: Callable[..., Any],
    doc: Document | str | PathLike[str],
    of: str | None = None,
    wrt: Sequence[str] | str | None = None,
    *,
    map: Mapping[str, object] | None = None,
    seed: int = 0,
) -> None:
    """Raise ``AssertionError`` with the whole report if a hand-coded gradient differs from the derivation.

    The arguments are those of ``compare_gradient``.
    """
    __tracebackhide__ = True
    found = compare_gradient(function, doc, of, wrt, map=map, seed=seed)
    if not found.right:
        from symgrad.report.comparison_text import render

        raise AssertionError(render(found))


def second_opinion(
    cost: Callable[..., Any], arrays: Sequence[Any], gradients: Sequence[Any], *, seed: int = 0
) -> Opinion:
    """Compare gradients with finite differences of the cost in five random directions, without any document.

    cost: takes the arrays, returns a number; gradients: one per array, in its shape. Where the cost takes complex
    arrays, a complex step is used, otherwise central differences with Richardson extrapolation. ``agrees`` is None if
    the cost or a gradient is not finite, or the cost is too rough. Raises ``SymgradError`` if shapes don't match.
    """
    import numpy as np

    from symgrad.comparing.finite_differences import second_opinion as asked
    from symgrad.text.diagnostic import SymgradError

    at = [np.asarray(a, dtype=np.float64) for a in arrays]
    claimed = [np.asarray(g, dtype=np.float64) for g in gradients]
    if [a.shape for a in at] != [g.shape for g in claimed]:
        shapes = f"{[a.shape for a in at]} and {[g.shape for g in claimed]}"
        raise SymgradError(f"there must be one gradient per array, in its shape; the shapes are {shapes}")
    return asked(cost, at, claimed, seed)
