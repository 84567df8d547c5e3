"""Arrays in place of a cost: the gradients that a backward function returns for a given upstream gradient.

They are the gradients of ``<G, Y> = sum G_ij.. Y_ij..``, where ``G`` is the gradient of what comes after by ``Y``.
"""

from __future__ import annotations

from symgrad.core import nodes as n
from symgrad.core.nodes import Definition, Tensor
from symgrad.core.substitute import substitute
from symgrad.reading.document_names import Quantity
from symgrad.reading.meaning.values import ReadValue
from symgrad.text.python_names import spelled


def weighted(array: Quantity) -> tuple[Quantity, Tensor]:
    """The cost ``<G, Y>`` under the array's own name, and the upstream gradient ``G``, named ``d_Y``."""
    dummies = tuple(x.fresh("bound") for x in array.value.axes)
    entry = substitute(array.value.body, dict(zip(array.value.axes, dummies, strict=True)))
    name = array.name if len(array.name) == 1 else f"{{{array.name}}}"
    upstream = Tensor(f"d_{name}", tuple(x.range for x in dummies if x.range is not None))
    body = n.sum_over(dummies, n.mul(n.Entry(upstream, dummies), entry))
    definition = Definition(array.name, (), body)
    return Quantity(definition, ReadValue(n.Ref(definition, ())), array.span), upstream


def upstream_spellings(upstream: Tensor) -> tuple[str, ...]:
    """Names that parameters for the upstream gradient usually have: ``d_Y``, ``dY``, ``grad_Y``, ``dout``, ..."""
    name = spelled(upstream.name).removeprefix("d_")
    usual = ("dout", "d_out", "grad_output", "grad_out", "upstream")
    return (f"d_{name}", f"d{name}", f"grad_{name}", f"g_{name}", f"{name}_bar", *usual)
