"""How often a document is read: again each time that something is learned of it that is told further down, or never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from symgrad.reading.inference.inferring import Inferred, close, infer
from symgrad.reading.late_functions import LateFunctions, late_functions
from symgrad.reading.names.upstream_costs import Costs, undefined_costs
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tree.syntax import SyntaxNode


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a document before it is read: what its undeclared names mean, and which costs it differentiates
    and never defines.
    """

    inferred: Inferred | None = None
    costs: Costs | None = None
    functions: LateFunctions = field(default_factory=dict)
    """Those that the text explains behind their first use."""

    def enter(self, out: ReadDocument) -> None:
        """Enter it into the scope of a document that is about to be read."""
        if self.inferred is not None:
            self.inferred.enter(out.scope)
            out.inferred = self.inferred
        if self.costs is not None:
            self.costs.enter(out.scope)
        out.scope.late_calls |= self.functions.keys()
        for key, entry in self.functions.items():
            out.scope.put("calls", key, entry)


UNKNOWN = Known()


@dataclass(slots=True)
class Readings:
    """The readings of one document so far."""

    known: Known
    """What was known at the last one."""
    last: ReadDocument
    plain: ReadDocument
    """The last one in which nothing was inferred."""

    @property
    def written(self) -> list[tuple[SyntaxNode, ...]]:
        """What the document writes, as far as it is parsed without what is inferred."""
        return [*self.plain.chains, *self.plain.scope.said]


def costs_never_defined(readings: Readings) -> Known:
    """The costs that the document differentiates and never defines."""
    return replace(readings.known, costs=undefined_costs(readings.last.scope, readings.last.chains))


def functions_explained_late(readings: Readings) -> Known:
    """The functions that the sentence behind their first use explains."""
    return replace(readings.known, functions=late_functions(readings.last))


def undeclared_names(readings: Readings) -> Known:
    """What undeclared names mean by their use, over open ranges."""
    found = infer(readings.plain.scope, readings.written)
    return replace(readings.known, inferred=found if found else None)


def names_declared_late(readings: Readings) -> Known:
    """The same with what is declared behind a use that another name kept from being read."""
    scope, now = readings.plain.scope, readings.last.scope
    later = {key.letter for key in now.first_meaning} & now.missing
    if later <= scope.missing:
        return readings.known
    scope.missing |= later
    return replace(readings.known, inferred=infer(scope, readings.written))


def closed_ranges(readings: Readings) -> Known:
    """The inferred names over the ranges that they turned out to have."""
    found, plain = readings.known.inferred, readings.plain.scope
    assert found is not None
    return replace(readings.known, inferred=close(found, plain, readings.written, readings.last.scope))


Pass = Callable[[Readings], Known]
"""What a reading teaches; where that is something new, the document is read again with it."""

PASSES: tuple[Pass, ...] = (functions_explained_late, costs_never_defined, undeclared_names)
PASSES_OF_INFERRED: tuple[Pass, ...] = (
    names_declared_late,
    costs_never_defined,  # definitions and chains are tied once the costs are known that are built on them
    closed_ranges,
    costs_never_defined,
)
"""Those that follow where something is inferred."""


def in_passes(read: Callable[[Known], ReadDocument]) -> ReadDocument:
    """The last reading of a document. ``read``: reads it once."""
    first = read(UNKNOWN)
    readings = Readings(UNKNOWN, first, first)
    for learn in PASSES:
        _read_again(readings, learn, read)
    for learn in PASSES_OF_INFERRED if readings.known.inferred is not None else ():
        _read_again(readings, learn, read)
    return readings.last


def _read_again(readings: Readings, learn: Pass, read: Callable[[Known], ReadDocument]) -> None:
    known = learn(readings)
    if known == readings.known:
        return
    readings.known, readings.last = known, read(known)
    if known.inferred is None:
        readings.plain = readings.last
