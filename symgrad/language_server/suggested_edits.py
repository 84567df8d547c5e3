"""Edits that an editor may offer: sure ones, and what the sentence of a repair says, put into the author's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from symgrad.checking.verdict import Step
from symgrad.report.problems import TextEdit, edit_of

_WRITE = re.compile(r"write \$(.+)\$ for \$(.+)\$")
_WHOLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"flip the sign of the (left|right) side"), r"-\left({}\right)"),
    (re.compile(r"turn the (left|right) side round: .*"), r"-\left({}\right)"),
    (re.compile(r"double the (left|right) side"), r"2 \left({}\right)"),
    (re.compile(r"halve the (left|right) side"), r"\frac{{1}}{{2}} \left({}\right)"),
)
_SCALED = re.compile(r"(multiply|divide) the (left|right) side by \$(.+)\$")
_ADDED = re.compile(r"add \$(.+)\$ to the (left|right) side")
_DROPPED = re.compile(r"drop the factor \$(.+)\$")
_TERM = re.compile(r"(flip the sign of|drop|double|halve) the term \$(.+)\$")
_FRONT = re.compile(r"(?:^|[=,(\[{&]|\\\{)\s*$")
"""What stands in front of a sum."""
_BEHIND = re.compile(r"\s*(?:$|[-+=,.;)\]}&]|\\(?:right(?![a-z])|\\|[\]},;]))")
"""What ends a term."""
_SCALES = {"double": "2", "halve": r"\frac{1}{2}"}


def suggested_edits(step: Step) -> Iterator[TextEdit]:
    """The edits for a step, the sure one first. A repair whose place in the text is not certain has none."""
    sure = edit_of(step)
    if sure is not None:
        yield sure
    for repair in step.repairs:
        edit = _of_repair(step, repair)
        if edit is not None and edit != sure:
            yield edit


def _of_repair(step: Step, said: str) -> TextEdit | None:
    if (m := _WRITE.fullmatch(said)) is not None:
        return _replaced(step, m[2], _bracketed(m[1]), said)
    if (m := _DROPPED.fullmatch(said)) is not None:
        return _replaced(step, m[1], "", said)
    if (m := _TERM.fullmatch(said)) is not None:
        return _of_term(step, m[1], m[2], said)
    for pattern, form in _WHOLE:
        if (m := pattern.fullmatch(said)) is not None:
            return _rewritten(step, m[1], form.format, said)
    if (m := _SCALED.fullmatch(said)) is not None:
        form = r"{} \left({}\right)" if m[1] == "multiply" else r"\frac{{1}}{{{}}} \left({}\right)"
        return _rewritten(step, m[2], partial(form.format, m[3]), said)
    if (m := _ADDED.fullmatch(said)) is not None:
        sign = "" if m[1].startswith("-") else "+ "
        return _rewritten(step, m[2], lambda side: f"{side} {sign}{m[1]}", said) if _has_letters(step) else None
    return None


def _has_letters(step: Step) -> bool:
    """True if the free letters of a step are the author's: a term by entries can't be added to a matrix product."""
    return step.witness is not None and all(re.search(_loose(letter), step.span.text) for letter in step.witness.at)


def _bracketed(latex: str) -> str:
    """A sum in brackets, since it may come to stand in a product."""
    outside = re.sub(r"\((?:[^()]|\([^()]*\))*\)|\{(?:[^{}]|\{[^{}]*\})*\}", "", latex)
    return f"\\left({latex}\\right)" if re.search(r"[+-]", outside) else latex


def _replaced(step: Step, old: str, new: str, said: str) -> TextEdit | None:
    """An edit of the one place where a formula stands in a step, whatever spaces and braces of one letter it has."""
    found = list(re.finditer(_loose(old), step.span.text))
    if len(found) != 1:
        return None
    start = step.span.start
    return TextEdit(replace(step.span, start=start + found[0].start(), end=start + found[0].end()), new, said)


def _of_term(step: Step, change: str, term: str, said: str) -> TextEdit | None:
    """An edit of the one place where a term stands in a sum, together with the sign in front of it."""
    text = step.span.text
    negative = term.startswith("-")
    signed = re.compile(rf"(?P<sign>[-+]?)\s*(?P<term>{_loose(term.removeprefix('-').lstrip())})")
    found = [m for m in signed.finditer(text) if (m["sign"] == "-") == negative and _is_term(text, m)]
    if len(found) != 1:
        return None
    at, own = found[0], found[0]["term"]
    first = _FRONT.search(text, 0, at.start()) is not None
    if change == "drop":
        if first:
            return None
        new = ""
    elif change == "flip the sign of":
        new = ("" if first else "+ ") + own if negative else f"- {own}"
    else:
        new = " ".join(filter(None, (at["sign"], _SCALES[change], own)))
    start = step.span.start
    return TextEdit(replace(step.span, start=start + at.start(), end=start + at.end()), new, said)


def _is_term(text: str, at: re.Match[str]) -> bool:
    front = text[: at.start()].rstrip()
    if re.search(r"[_^]\{$", front) or not (at["sign"] or _FRONT.search(front)):
        return False
    return _BEHIND.match(text, at.end()) is not None


def _loose(latex: str) -> str:
    """A pattern for LaTeX that ignores spaces, and braces around one letter."""
    pieces = re.findall(r"\\[A-Za-z]+|\S", re.sub(r"\\(?:left|right)(?![A-Za-z])", "", latex))
    body = r"\s*".join(re.escape(p) if p not in "{}" else f"{re.escape(p)}?" for p in pieces)
    ends = r"(?![A-Za-z])" if pieces and re.fullmatch(r"\\[A-Za-z]+", pieces[-1]) else ""
    starts = r"(?<![A-Za-z\\])" if pieces and pieces[0].isalpha() else ""
    return starts + body + ends


def _rewritten(step: Step, side: str, form: Callable[[str], str], said: str) -> TextEdit | None:
    """An edit of a whole side: the left one begins the text of a step, the right one ends it."""
    text = step.left if side == "left" else step.right
    at = step.span.text.find(text) if side == "left" else step.span.text.rfind(text)
    outside = step.span.text[:at] if side == "left" else step.span.text[at + len(text) :]
    if not text or at < 0 or outside.strip(" \t\r\n.,;&"):
        return None
    start = step.span.start + at
    return TextEdit(replace(step.span, start=start, end=start + len(text)), form(text), said)
