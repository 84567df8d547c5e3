"""What is known about a step, as HTML: the reading, the grounds, the witness as small tables, and the repairs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from symgrad.page.marks import PROBLEMS, mark_of
from symgrad.report.check_text import evidence_text
from symgrad.report.summary import failed_expectation
from symgrad.report.witness_values import results, written

if TYPE_CHECKING:
    from symgrad.checking.verdict import Step, Witness
    from symgrad.text.diagnostic import Diagnostic

Inline = Callable[[str], str]
"""Renders a formula in a line of text."""
LARGE = 200
"""Arrays with more entries are shown as text."""
WORDS = {
    "refuted": "the two sides differ",
    "shapes": "the two sides have different shapes",
    "agrees": "no difference found, and no proof",
}


def explanation(step: Step, number: int, address: str, inline: Inline) -> str:
    """One step with all that is known about it."""
    mark = mark_of(step)
    rows = "".join(f"<dt>{name}</dt><dd>{content}</dd>" for name, content in _rows(step, inline))
    place = escape(place_of(step))
    return (
        f'<section class="step {mark.kind}" id="{address}" tabindex="-1" aria-label="step {number}, {mark.word}">'
        f'<p class="head"><span class="badge {mark.kind}"><i aria-hidden="true">{mark.shape}</i> {mark.word}</span>'
        f' <span class="said">{said(step)}</span>'
        f' <a class="place" href="#at-{address}">{place}</a></p>'
        f"<dl>{rows}</dl></section>"
    )


def place_of(step: Step) -> str:
    """``line 12``, ``cell 3, line 2``"""
    before, _, line = step.span.place.rpartition(":")[0].rpartition(":")
    return f"{before}, line {line}" if before else f"line {line}"


def said(step: Step) -> str:
    """The finding in a few words, as HTML."""
    if failed_expectation(step):
        return f"marked ‘expect refuted’, but it is {escape(step.verdict)}"
    if step.cause is not None and not step.has_own_reason:
        return "waits for what is not understood elsewhere"
    if step.diagnostic is not None:
        return with_code(step.diagnostic)
    if step.witness is not None and step.witness.shapes is not None:
        return WORDS["shapes"]
    return WORDS.get(step.verdict, "")


def with_code(diagnostic: Diagnostic) -> str:
    """The message of a diagnostic, and its code."""
    code = f" <code>{escape(diagnostic.code)}</code>" if diagnostic.code else ""
    return f"{text_with_code(diagnostic.message)}{code}"


def text_with_code(text: str) -> str:
    """A sentence with its pieces between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _rows(step: Step, inline: Inline) -> Iterator[tuple[str, str]]:
    if step.cause is not None and not step.has_own_reason:
        at = step.cause.span
        yield "waits for", f"{text_with_code(step.cause.message)}{f' at {escape(at.place)}' if at is not None else ''}"
    elif step.diagnostic is not None and step.diagnostic.remedy and step.diagnostic.remedy not in step.repairs:
        yield "what to do", text_with_code(step.diagnostic.remedy)
    for repair in step.repairs:
        yield "perhaps", sentence(repair, inline)
    if step.witness is not None:
        yield "differs" if step.witness.shapes is None else "shapes", _witness(step.witness, inline)
    if step.difference is not None:
        yield "left − right", _wide(inline(step.difference))
    if step.read_left or step.read_right:
        yield "read as", _wide(inline(f"{step.read_left} = {step.read_right}"))
    if step.assumptions:
        yield "assuming", _formulas(step.assumptions, inline)
    if step.conditions:
        yield "where", _formulas(step.conditions, inline)
    if step.inferred:
        yield "inferred", _formulas(step.inferred, inline)
    if step.verdict in ("proved", "agrees"):
        yield "by", escape(evidence_text(step.evidence))
    for warning in step.warnings:
        yield "warning", with_code(warning)


def _formulas(items: Sequence[str], inline: Inline) -> str:
    return _wide(", ".join(inline(item.strip("$")) for item in items))


def _wide(html: str) -> str:
    return f'<div class="wide" tabindex="0" role="group" aria-label="formula">{html}</div>'


def sentence(text: str, inline: Inline) -> str:
    """A sentence with formulas between dollars, or as LaTeX between backticks, as HTML."""
    out = []
    for piece in re.split(r"(\$[^$]+\$|`[^`]+`)", text):
        if len(piece) > 2 and piece[0] in "$`":
            out.append(inline(piece[1:-1]))
        else:
            out.append(escape(piece, quote=False))
    return _wide("".join(out)) if len(text) > 40 else "".join(out)


def _witness(witness: Witness, inline: Inline) -> str:
    if witness.shapes is not None:
        left, right = (" × ".join(shape) or "a number" for shape in witness.shapes)
        return f"left {escape(left)}, right {escape(right)}"
    given = {**witness.sizes, **witness.at}
    numbers = ", ".join(f"{inline(name)} = {escape(written(value))}" for name, value in given.items())
    left, right = results(witness.left, witness.right)
    values = "".join(_value(name, value, inline) for name, value in witness.values.items())
    there = (
        f'<table class="sides"><tr><th scope="row">left</th><td>{escape(left)}</td></tr>'
        f'<tr><th scope="row">right</th><td>{escape(right)}</td></tr></table>'
    )
    at = f"<p>at {numbers}</p>" if numbers else ""
    return f'{at}<div class="witness">{values}{there}</div>'


def _value(name: str, value: Any, inline: Inline) -> str:
    """One value of a witness: a number, or the table of an array."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    rows = value if isinstance(value, list) and value and isinstance(value[0], list) else [value]
    flat = not isinstance(value, list) or any(isinstance(x, list) for row in rows if isinstance(row, list) for x in row)
    if flat or sum(len(row) for row in rows if isinstance(row, list)) > LARGE:
        return f'<span class="value">{inline(name)} = {escape(written(value))}</span>'
    cells = "".join("<tr>" + "".join(f"<td>{escape(written(x))}</td>" for x in row) + "</tr>" for row in rows)
    return f'<span class="value">{inline(name)} = <table class="array">{cells}</table></span>'


def is_open(steps: Sequence[Step]) -> bool:
    """True if what explains a display is unfolded at once: it has a problem."""
    return any(mark_of(step) in PROBLEMS for step in steps)
