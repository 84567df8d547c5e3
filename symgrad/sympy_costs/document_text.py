"""The document of a cost: its declarations, its definition and its gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.core.nodes import Expr, Size, free_indices, reach
from symgrad.core.ranges import Affine
from symgrad.text.diagnostic import SymgradError
from symgrad.writing.index_latex import latex, read
from symgrad.writing.letters import Naming
from symgrad.writing.letters import name as written

_FIELDS = {"real": "\\mathbb{R}", "positive": "\\mathbb{R}_{>0}", "nonnegative": "\\mathbb{R}_{\\ge 0}"}


def document_text(name: str, body: Expr) -> str:
    """A Markdown document that declares everything in a cost and defines it."""
    listed = ", ".join(declarations(body))
    defined = f"$$\n{name} = {read(body, Naming(reserved=frozenset((name,))))}\n$$\n"
    return f"# The cost ${name}$\n\n" + (f"Let {listed}.\n\n" if listed else "") + defined


def declarations(body: Expr) -> Iterator[str]:
    """Arrays, positions, arrays of positions and abstract functions in an expression, as inline formulas."""
    mentioned = reach(body)
    for t in sorted(mentioned.tensors, key=lambda t: t.name):
        yield f"${written(t.name)} \\in {_FIELDS.get(t.domain, _FIELDS['real'])}{_power([r.size for r in t.ranges])}$"
    for i in sorted(free_indices(body), key=lambda i: i.letter):
        if i.range is None:
            raise SymgradError(f"the range of {i.letter} is unknown: use it in a slot of an array that has a shape")
        yield f"${written(i.letter)} \\in [{_size(i.range.size)}]$"
    for a in sorted(mentioned.index_arrays, key=lambda a: a.name):
        yield f"${written(a.name)} \\in [{_size(a.target.size)}]{_power([r.size for r in a.ranges])}$"
    for f in sorted(mentioned.functions, key=lambda f: f.name):
        reals = " \\times ".join([_FIELDS["real"]] * len(f.shapes))
        yield f"${written(f.name)} : {reals} \\to {_FIELDS['real']}$"


def _power(sizes: Sequence[Affine]) -> str:
    return "^{" + " \\times ".join(map(_size, sizes)) + "}" if sizes else ""


def _size(size: Affine) -> str:
    return latex(Size(size))
