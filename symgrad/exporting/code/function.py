"""The body of one function, written with the tools of a target."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.exporting.code.checked_arguments import Checks
from symgrad.exporting.code.function_body import VALUE, Body
from symgrad.exporting.code.gradient_results import Results
from symgrad.exporting.code.statements import Statements
from symgrad.exporting.code.writer import ExpressionWriter
from symgrad.exporting.graph.array_properties import is_plain


@dataclass(frozen=True, slots=True)
class Tools:
    """What a target writes with: NumPy's own unless the target has others."""

    writer: type[ExpressionWriter] = ExpressionWriter
    statements: type[Statements] = Statements
    results: type[Results] = Results
    checks: type[Checks] = Checks


def write_body(tools: Tools, body: Body) -> None:
    """Fills in the lines of a body, the name of the value, and the expression of each gradient."""
    order = body.ordered()
    statements, results = tools.statements(body), tools.results(body)
    for node in order:
        statements.compute(node)
    if is_plain(body.cost):
        body.text[body.cost] = body.writer.scalar(body.text[body.cost])
    body.result = str(body.variable(body.cost, "value", {VALUE}))
    for name, form in body.forms.items():
        body.gradients[name] = results.gradient(name, form)
