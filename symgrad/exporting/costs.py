"""The costs of a document that are exported, and the targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from symgrad.core.nodes import Lam
from symgrad.exporting.code.module import Module
from symgrad.exporting.program.cost import Cost, CostSource, cost
from symgrad.exporting.program.symmetry import SymmetricMatrices
from symgrad.exporting.targets.jax_target import JaxModule
from symgrad.exporting.targets.numpy_target import NumpyModule
from symgrad.exporting.targets.torch_target import TorchModule
from symgrad.reading.document_names import DocumentNames, Quantity, unused
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import Diagnostic, NotationError, SymgradError
from symgrad.text.python_names import PythonNames, spelled


@dataclass(frozen=True, slots=True)
class Exported:
    """A module's text, the costs that are left out with the reasons, and diagnostics of what could not be read."""

    text: str
    left_out: tuple[tuple[str, str], ...] = ()
    unread: tuple[Diagnostic, ...] = ()


def export_document(
    document: ReadDocument,
    of: Sequence[str] = (),
    wrt: Sequence[str] | None = None,
    target: str = "numpy",
    hvp: bool = False,
    batches: bool = True,
) -> Exported:
    """A module with the gradient functions of the document's costs.

    of: names of costs; by default every scalar that no other definition uses, or else every such array. wrt: the
    arguments to differentiate by; by default every real one; hvp: with products of the Hessian and a direction;
    batches: with functions over a batch.

    Raises ``SymgradError`` for an unknown name, and if no cost can be exported.
    """
    if target not in TARGETS:
        raise SymgradError(f"there is no target {target!r}; there are {', '.join(sorted(TARGETS))}")
    vocabulary = DocumentNames(document)
    quantities = list(vocabulary.quantities())
    asked = list(wrt) if wrt is not None else None
    wrt = None if asked is None else [*asked, *map(spelled, asked)]  # each as Python or as the document spells it
    unread = tuple(d for d in _unread(document, vocabulary) if not of)
    chosen = _named(quantities, of) if of else list(unused(quantities))
    if not chosen and not unread:
        chosen = list(unused(quantities, scalars=False))
    order = tuple(_order(document))
    names = PythonNames()
    symmetric = SymmetricMatrices(vocabulary.assumptions())
    source = CostSource(document.source.path.replace("\\", "/").rsplit("/", 1)[-1], document.source.text, order)
    module = TARGETS[target](source)
    left_out: list[tuple[str, str]] = []
    for q in chosen:
        try:
            name = _name(names, spelled(q.name))
            _add(module, q, name, wrt, symmetric, batches)
            if hvp and q.is_scalar:
                functions = module.tools.writer.functions
                second = cost(q, name, False, order, wrt, functions, symmetric=symmetric, sloped=True)
                module.add_second(second)
        except SymgradError as e:
            if of:
                raise
            left_out.append((q.name, str(e)))
    if not module.costs:
        reasons = [f"{name}: {why}" for name, why in left_out] + [str(NotationError(d)) for d in unread]
        why = f": {reasons[0]}" if reasons else ", nothing is defined"
        raise SymgradError(f"{document.source.path} has no cost to export{why}")
    _known(asked, module.costs)
    lost = [(f"line {d.span.line}" if d.span else "a definition", d.message) for d in unread]
    module.left_out = [*left_out, *lost]
    return Exported(module.text(), tuple(left_out), unread)


def _unread(document: ReadDocument, vocabulary: DocumentNames) -> list[Diagnostic]:
    """Errors in declarations and definitions, among which there may be a cost."""
    found = [d for d in document.diagnostics if d.severity == "error"]
    return found + [d for d in vocabulary.unread if d not in found]


def _name(names: PythonNames, wanted: str) -> str:
    """A name for a cost such that no function of it is named like a function of another cost."""
    while True:
        name = names.fresh(wanted)
        functions = {f"{name}_forward", f"{name}_backward", f"{name}_hvp"}
        functions |= {f"{name}_value_and_grad", f"{name}_batch", f"{name}_batch_value_and_grad"}
        if not functions & names.taken:
            names.taken |= functions
            return name


def _add(
    module: Module,
    q: Quantity,
    name: str,
    wrt: Sequence[str] | None,
    symmetric: Callable[[Lam], bool],
    batches: bool,
) -> None:
    """Writes a cost, and also over a batch if that is wanted, and it has index arguments and can be written so."""
    order, functions = module.source.order, module.tools.writer.functions
    if not (q.is_scalar or module.two_passes):
        raise SymgradError(f"{name} is an array: only NumPy modules have forward and backward functions of arrays")
    plain = cost(q, name, False, order, wrt, functions, symmetric=symmetric)
    if q.is_scalar and batches and any(a.kind in ("index", "array", "subset") for a in plain.arguments):
        try:
            module.add(plain, cost(q, name, True, order, wrt, functions, module.merges, symmetric))
        except SymgradError:
            module.add(plain, None)
    else:
        module.add(plain, None)


def _known(wrt: Sequence[str] | None, costs: Sequence[Cost]) -> None:
    reals = list(dict.fromkeys(name for c in costs for name in c.reals))
    for name in wrt or ():
        if name not in reals and spelled(name) not in reals:
            raise SymgradError(f"{name} is no real argument; there are {', '.join(reals)}")


def _named(quantities: Sequence[Quantity], of: Sequence[str]) -> list[Quantity]:
    out = []
    for name in of:
        found = [q for q in quantities if name in (q.name, spelled(q.name))]
        if not found:
            known = ", ".join(q.name for q in quantities if q.is_scalar)
            raise SymgradError(f"nothing is defined under the name {name}; scalars are {known or 'not defined at all'}")
        out.append(found[-1])
    return out


def _order(document: ReadDocument) -> Iterator[str]:
    """Names in the order of their declarations."""
    scope = document.scope
    for entry in (*scope.values.values(), *scope.index_arrays.values(), *scope.subsets.values()):
        name = getattr(entry, "name", None)
        if isinstance(name, str):
            yield name
    yield from scope.indices


TARGETS: dict[str, type[Module]] = {"numpy": NumpyModule, "torch": TorchModule, "jax": JaxModule}
"""The targets by name."""
