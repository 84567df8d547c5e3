"""The next line of a derivation that an author has begun: ``∂J/∂w = …`` and what follows from its last side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symgrad.gradients.gradient import gradient
from symgrad.gradients.requests import GradientRequests, split_targets
from symgrad.reading.document.blocks import Display
from symgrad.report.problems import TextEdit
from symgrad.text.diagnostic import SymgradError

_BRACED = r"\s*((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})+?)\s*"
_HEAD = re.compile(rf"\\[dt]?frac\s*\{{\s*\\partial{_BRACED}\}}\s*\{{\s*\\partial{_BRACED}\}}\s*&?\s*=")
_END = re.compile(r"\s*[.,;]?\s*(?P<end>\\end\s*\{\w+\*?\}\s*)*[.,;]?\s*$")
OFFER = "insert the next line of this derivation"
_LEFT = r"\frac{\partial"


def begun(display: Display) -> tuple[str, str] | None:
    """The cost and the target of the derivation that a display begins with, as they are written there."""
    head = _HEAD.match(re.sub(r"^(?:\s|\\begin\s*\{\w+\*?\}|&)*", "", display.content.text))
    return (head[1], head[2]) if head is not None else None


def next_line(requests: GradientRequests, display: Display) -> TextEdit | None:
    """The edit that puts the next line at the end of a display; None if its derivation is complete, or not known."""
    found = begun(display)
    if found is None:
        return None
    try:
        chains = gradient(requests, found[0], split_targets(found[1])).chains()
    except SymgradError:
        return None
    text = display.content.text
    line = _following([row for row, _ in chains[0][1]], text) if len(chains) == 1 else None
    if line is None:
        return None
    ends = _END.search(text)
    at = ends.start() if ends is not None else len(text)
    aligned = ends is not None and ends["end"] is not None
    sign = "" if text[:at].endswith("=") else " \\\\\n&=" if aligned else "\n="
    start = display.content.start + at
    return TextEdit(replace(display.content, start=start, end=start), f"{sign} {line}", OFFER)


def _following(lines: Sequence[str], text: str) -> str | None:
    """The line behind the last one that stands in the text; if none does, the first with fewer derivatives to take."""
    plain = _plain(text)
    written = [k for k, line in enumerate(lines) if _plain(line) in plain]
    if written:
        return lines[written[-1] + 1] if written[-1] + 1 < len(lines) else None
    last = re.split(r"(?<![\\<>!])=", text)[-1]
    if not re.search(r"\w", re.sub(r"\\end\s*\{\w+\*?\}", "", last)):
        return lines[0]
    left = last.count(_LEFT)
    return next((line for line in lines if line.count(_LEFT) < left), None)


def _plain(latex: str) -> str:
    """LaTeX without what may be written otherwise: space and the sizes of brackets."""
    return re.sub(r"\\(?:left|right)(?![A-Za-z])|\\[,;!: ]|[\s{}]", "", latex)
