"""Reports as one JSON object, version 1: what other programs may rely on.

Lines and columns count from 1 in code points, ends are exclusive. The text is plain ASCII and strict JSON, so that it
survives every pipe: a number that JSON does not have (an infinity) is written as a string.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.report.report_format import PLAIN, Format, ReportStyle
from symgrad.report.summary import total
from symgrad.text.version import tool

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Evidence, Report, Step, Witness
    from symgrad.comparing.findings import Comparison
    from symgrad.text.diagnostic import Diagnostic
    from symgrad.text.source import Span

VERSION = 1
KINDS = {"SG207": "definition", "SG401": "inequality", "SG402": "skipped", "SG403": "condition", "SG404": "condition"}
"""What is not checked, by the code of its note."""


def check(report: Report, style: ReportStyle = PLAIN) -> str:
    """A check. The style changes nothing: how a step was read is always included, colours never."""
    return _written(
        {
            "version": VERSION,
            "tool": tool(),
            "summary": asdict(total(report.documents)),
            "documents": [_document(document) for document in report.documents],
        }
    )


def comparison(found: Comparison, style: ReportStyle = PLAIN) -> str:
    """A comparison of code with a derivation."""
    return _written(
        {
            "version": VERSION,
            "document": found.path,
            "cost": found.cost,
            "function": found.function,
            "right": found.right,
            "points": found.points,
            "tolerance": found.tolerance,
            "findings": [plain(asdict(f)) for f in found.findings],
            "second_opinion": None if found.opinion is None else plain(asdict(found.opinion)),
            "notes": list(found.notes),
            "failure": found.failure or None,
        }
    )


def _written(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, allow_nan=False) + "\n"


def _document(document: DocumentReport) -> dict[str, Any]:
    position = {diagnostic: k for k, diagnostic in enumerate(document.diagnostics)}
    return {
        "path": document.path,
        "inferred": list(document.inferred),
        "steps": [_step(step, position) for step in document.steps],
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in document.diagnostics],
        "not_checked": [_not_checked(note) for note in document.not_checked],
    }


def _step(step: Step, position: Mapping[Diagnostic, int]) -> dict[str, Any]:
    return {
        **_place(step.span),
        "left": step.left,
        "right": step.right,
        "read_left": step.read_left,
        "read_right": step.read_right,
        "verdict": step.verdict,
        "expected": step.expected,
        "assumptions": list(step.assumptions),
        "inferred": list(step.inferred),
        "conditions": list(step.conditions),
        "evidence": _evidence(step.evidence),
        "witness": _witness(step.witness),
        "difference": step.difference,
        "repairs": list(step.repairs),
        "warnings": [_diagnostic(warning) for warning in step.warnings],
        "diagnostic": _diagnostic(step.diagnostic) if step.diagnostic else None,
        "cause": position[step.cause] if step.cause else None,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "method": evidence.method,
        "samples": evidence.samples,
        "sizes": dict(evidence.sizes),
        "bound": None if evidence.bound is None else dict(evidence.bound),
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    if witness.shapes is not None:
        return {"shapes": [list(shape) for shape in witness.shapes]}
    return {
        "sizes": dict(witness.sizes),
        "values": {name: plain(value) for name, value in witness.values.items()},
        "at": dict(witness.at),
        "left": plain(witness.left),
        "right": plain(witness.right),
        "script": witness.script or None,
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "help": diagnostic.remedy,
        **_place(diagnostic.span),
    }


def _not_checked(note: Diagnostic) -> dict[str, Any]:
    return {**_place(note.span), "reason": note.message, "kind": KINDS.get(note.code, "inline")}


def _place(span: Span | None) -> dict[str, Any]:
    """Lines count in the cell of a notebook, and in the file that a document inputs."""
    names = ("line", "column", "end_line", "end_column")
    if span is None:
        return dict.fromkeys(names)
    source = span.shown.source
    file = {} if source.path == span.source.path else {"file": source.path}
    cell = {} if source.cell is None else {"cell": source.cell}
    return {**{name: getattr(span, name) for name in names}, **file, **cell}


def plain(value: Any) -> Any:
    """A value as JSON: an array becomes a list, a set a sorted list, a fraction a number."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value)]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if hasattr(value, "tolist"):  # a NumPy array or number
        return plain(value.tolist())
    return str(value)


JSON = Format(check, comparison)
