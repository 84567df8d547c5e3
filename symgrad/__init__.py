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
    from collections.abc import Sequence
    from os import PathLike
    from types import ModuleType

    from symgrad.api import Document, DocumentOrPath
    from symgrad.checking.verdict import DocumentReport
    from symgrad.gradients.gradient import Gradient


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


def check(document: DocumentOrPath, *, seed: int = 0) -> DocumentReport:
    """Check every step of a document. ``seed`` selects another random stream."""
    from symgrad.api import as_document, check_document

    return check_document(as_document(document, "symgrad.check"), seed)


def gradient(document: DocumentOrPath, of: str, wrt: str | Sequence[str]) -> Gradient:
    """The derivative of a quantity of a document by another: ``gradient(doc, "J", wrt="U")``.

    of: a defined quantity, as the document writes it; wrt: an array, a slice ``V_{:c}``, an entry ``V_{ic}`` or a
    defined quantity; two of them for second derivatives. The result has ``index``, ``matrix`` (SymPy), ``latex()``
    and ``steps()``. Raises ``SymgradError`` for names that can't be read, with the place and a remedy.
    """
    from symgrad.api import as_document, gradient_of

    return gradient_of(as_document(document, "symgrad.gradient"), of, wrt)


def export(
    document: DocumentOrPath, *, of: Sequence[str] = (), wrt: Sequence[str] | None = None, target: str = "numpy"
) -> str:
    """The text of a module with the gradient functions of a document's costs.

    of: names of costs; by default every scalar that no other definition uses.
    wrt: names of the arguments to differentiate by; by default every real-valued one.
    Raises ``SymgradError`` for an unknown name, and if no cost can be exported.
    """
    from symgrad.api import as_document, export_document

    return export_document(as_document(document, "symgrad.export"), of, wrt, target).text


def load(document: DocumentOrPath, *, of: Sequence[str] = (), wrt: Sequence[str] | None = None) -> ModuleType:
    """The functions that ``export`` writes, as a module: ``load(doc).J_value_and_grad(U=U, …)``."""
    from symgrad.api import as_document, load_document

    return load_document(as_document(document, "symgrad.load"), of, wrt)


def __getattr__(name: str) -> ModuleType:
    """Make ``symgrad.testing`` available without an import statement."""
    if name == "testing":
        from importlib import import_module

        return import_module("symgrad.testing")
    raise AttributeError(f"module 'symgrad' has no attribute {name!r}")


__all__ = ["NotationError", "SymgradError", "check", "export", "gradient", "load", "read"]
