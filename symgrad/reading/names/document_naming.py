"""How a document writes its names, for printing what was read of it."""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.core.nodes import Definition
from symgrad.core.ranges import Range, Subset
from symgrad.reading.names.scope import Defined, Scope
from symgrad.writing.letters import Naming


def naming(scope: Scope, definitions: Mapping[Defined, Definition]) -> Naming:
    """Letters that the document gives a meaning, and the definitions that it writes with arguments.

    ``definitions``: those elaborated, by how they were written.
    """
    taken: dict[str, Range | None] = dict.fromkeys(scope.indices)
    taken |= dict.fromkeys(scope.index_arrays)
    taken |= dict.fromkeys(scope.sizes)
    for letter, over in scope.letters.items():
        taken[letter] = over.range if isinstance(over, Subset) else over
    arguments = {}
    for entry, definition in definitions.items():
        if entry.arguments is not None:
            arguments[definition] = entry.arguments
    tables = (*Scope.TABLES, "sizes")
    named = {k[0] if isinstance(k, tuple) else k for table in tables for k in getattr(scope, table)}
    return Naming(taken=taken, arguments=arguments, reserved=frozenset(named))
