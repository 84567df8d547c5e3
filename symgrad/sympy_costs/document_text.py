"""The document of a cost: its declarations, its definition and its gradients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from symgrad.core.nodes import Expr, Size, free_indices, reach
from symgrad.core.ranges import Affine, Index
from symgrad.sympy_door.bridge import BridgeError
from symgrad.writing.index_latex import latex, read
from symgrad.writing.letters import Naming
from symgrad.writing.letters import name as written

_FIELDS = {"real": "\\mathbb{R}", "positive": "\\mathbb{R}_{>0}", "nonnegative": "\\mathbb{R}_{\\ge 0}"}


def document_text(name: str, body: Expr, named: Mapping[str, Expr] | None = None, shown: str = "") -> str:
    """A Markdown document that declares everything in a cost and defines it.

    named: other quantities to define, whose indices that are no positions of the cost are their axes; shown: the cost
    in LaTeX, if it is written with them.
    """
    quantities = dict(named or {})
    fixed = {i.letter for i in free_indices(body)}
    axes = {n: [i.letter for i in _ordered(e) if i.letter not in fixed] for n, e in quantities.items()}
    listed = ", ".join(dict.fromkeys(d for e in (body, *quantities.values()) for d in declarations(e, axes.values())))
    reserved = Naming(
        reserved=frozenset((name, "\\Gamma", *quantities))
    )  # a letter, where no text speaks of the function
    lines = [(written(n, "".join(axes[n])), read(e, reserved)) for n, e in quantities.items()]
    lines.append((name, shown or read(body, reserved)))
    definitions = "\n".join(f"$$\n{left} = {right}\n$$\n" for left, right in lines)
    return f"# The cost ${name}$\n\n" + (f"Let {listed}.\n\n" if listed else "") + definitions


def _ordered(e: Expr) -> list[Index]:
    return sorted(free_indices(e), key=lambda i: i.serial)


def declarations(body: Expr, axes: Iterable[Sequence[str]] = ()) -> Iterator[str]:
    """Arrays, positions, arrays of positions and abstract functions in an expression, as inline formulas."""
    mentioned = reach(body)
    for t in sorted(mentioned.tensors, key=lambda t: t.name):
        yield f"${written(t.name)} \\in {_FIELDS.get(t.domain, _FIELDS['real'])}{_power([r.size for r in t.ranges])}$"
    free = {letter for letters in axes for letter in letters}
    for i in sorted(free_indices(body), key=lambda i: i.letter):
        if i.letter in free:
            continue
        if i.range is None:
            raise BridgeError(
                f"the range of {i.letter} is unknown: use it in a slot of an array that has a shape", "SG502"
            )
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
