"""A comparison of code with a derivation, as text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symgrad.report.frame import Paint
from symgrad.report.report_format import PLAIN, ReportStyle
from symgrad.report.witness_values import results, shortened, sizes, written
from symgrad.text.rendering import printable

if TYPE_CHECKING:
    from symgrad.comparing.findings import Comparison, Finding, Opinion, StepHit, Worst

NOISE = 1e-13
"""A number smaller than this times the one that it is held against is what rounding left of 0."""
COLOURS = {"right": "green", "differs": "red"}


def render(comparison: Comparison, style: ReportStyle = PLAIN) -> str:
    """One line for the cost and one per gradient, with the details below those that differ."""
    paint = Paint(style.colour)
    c = comparison
    where = f"{c.function} against {c.cost} of {c.path}"
    lines = [f"{paint('bold', where)}  ({c.points} points)", ""]
    width = max(len(_label(f)) for f in c.findings)
    for finding in c.findings:
        lines.append(
            f"  {_label(finding).ljust(width)}  {paint(COLOURS[finding.verdict], finding.verdict)}"
            f"{_how(finding, c.tolerance)}"
        )
        lines += [f"    {printable(line)}" for line in _details(finding)]
    if c.opinion is not None:
        lines += ["", f"  second opinion: {_opinion(c.opinion, c.tolerance)}"]
    lines += [f"  note: {printable(note)}" for note in c.notes]
    if c.failure:
        lines += ["", *(f"  {printable(line)}" for line in f"at some points {c.failure}".splitlines())]
    return "\n".join([*lines, "", _summary(c, paint)]) + "\n"


def _label(f: Finding) -> str:
    if not f.argument:
        return f"cost {f.name}"
    return f"gradient by {f.name}" + (f" ({f.argument})" if f.argument != f.name else "")


def _how(f: Finding, tolerance: float) -> str:
    said = [f"largest relative error {_error(f.error, tolerance)}"] if f.verdict == "right" else []
    if f.form in ("row", "column"):
        said.append(f"returned as a {f.form}")
    elif f.form == "flat":
        said.append("returned flat")
    return f"  {', '.join(said)}" if said else ""


def _error(error: float, tolerance: float) -> str:
    """An error within the tolerance is rounding, whose digits are another processor's, and no more is said of it."""
    return f"{error:.1e}" if error > tolerance else f"below {tolerance:g}"


def _details(f: Finding) -> Iterator[str]:
    if f.worst is not None:
        yield from _worst(f, f.worst)
    for k, cause in enumerate(f.causes):
        yield f"{'perhaps:   ' if not k else '           '}{cause}"
    if f.step is not None:
        yield f"document:  {_step(f.step)}"


def _worst(f: Finding, w: Worst) -> Iterator[str]:
    entry = f"[{', '.join(map(str, w.entry))}]" if w.entry else ""
    code, exact = (f"{w.code:.6g}", f"{w.exact:.6g}") if isinstance(w.code, complex) else results(w.code, w.exact)
    if 0 < abs(w.code) < NOISE * abs(w.exact):
        code = "0 but for rounding"
    if 0 < abs(w.exact) < NOISE * abs(w.code):
        exact = "0 but for rounding"
    said = f"the code gives {code}, the derivation {exact}"
    if math.isfinite(w.error) and NOISE * w.error < 1:
        said += f" (relative error {w.error:.1e})"
    yield f"worst:     {f.argument or f.name}{entry}: {said}"
    short = [f"{k} = {_short(v)}" for k, v in w.values.items() if _is_short(v)]
    yield f"there:     {', '.join((*short, sizes(w.sizes)))}" if w.sizes else f"there:     {', '.join(short)}"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else written(value)


def _is_short(value: Any) -> bool:
    if hasattr(value, "dtype") and value.dtype.kind == "i":
        return bool(value.size <= 12)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _step(s: StepHit) -> str:
    assumed = f", which assumes {', '.join(f'${a}$' for a in s.assumptions)}" if s.assumptions else ""
    part = f" for {s.part}" if s.part else ""
    return f"the code computes{part} what stands in line {s.line}: ${shortened(s.latex)}${assumed}"


def _opinion(o: Opinion, tolerance: float) -> str:
    if o.agrees is None:
        return o.note
    whose = "the document's cost" if o.of_document else "the code's own cost"
    verdict = f"the gradient is {'' if o.agrees else 'not '}that of {whose}"
    return f"{o.method}: {verdict} ({_error(o.error, tolerance)})" + (f"; {o.note}" if o.note else "")


def _summary(c: Comparison, paint: Paint) -> str:
    if c.right:
        gradients = len(c.gradients)
        what = f"{gradients} gradient{'s' * (gradients != 1)}" if gradients else "the cost alone"
        return paint("green", f"right: {what}, to a relative {c.tolerance:g}")
    wrong = [f.argument or "the cost" for f in c.findings if f.verdict != "right"]
    return paint("red", f"differs: {', '.join(wrong)}" if wrong else "the code fails at some points")
