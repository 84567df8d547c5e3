"""A report without the problems that are known or not wanted, for documents that are not yet in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from symgrad.report.problems import INFERRED, ListedProblem, problems, problems_of
from symgrad.text.diagnostic import SymgradError

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report, Step
    from symgrad.text.source import Span

VERSION = 1


def without(report: Report, is_left_out: Callable[[ListedProblem], bool], *, strict: bool) -> tuple[Report, int]:
    """The report without these problems, their steps and the steps that wait for them; and how many they are."""
    number = 0
    documents = []
    for document in report.documents:
        out = [one for one in problems_of(document, strict=strict) if is_left_out(one)]
        number += len(out)
        documents.append(_reduced(document, out) if out else document)
    return replace(report, documents=tuple(documents)), number


def _reduced(document: DocumentReport, out: list[ListedProblem]) -> DocumentReport:
    steps = {id(one.step): one.code for one in out if one.step is not None}
    told = {(one.code, one.span) for one in out if one.step is None}
    kept = []
    for step in document.steps:
        code = steps.get(id(step), "")
        waits = step.cause is not None and (step.cause.code, step.cause.span) in told
        if waits or (code and code != INFERRED):
            continue
        kept.append(_quieter(step, told, code))
    diagnostics = tuple(one for one in document.diagnostics if (one.code, one.span) not in told)
    return replace(document, steps=tuple(kept), diagnostics=diagnostics)


def _quieter(step: Step, told: set[tuple[str, Span | None]], code: str) -> Step:
    warnings = tuple(one for one in step.warnings if (one.code, one.span) not in told)
    return replace(step, warnings=warnings, inferred=() if code == INFERRED else step.inferred)


def by_code(codes: Iterable[str], by_file: Iterable[tuple[str, Iterable[str]]]) -> Callable[[ListedProblem], bool]:
    """Problems of these codes, or whose code begins so; by_file: codes for the paths that match a pattern."""
    everywhere = tuple(codes)
    patterns = [(pattern, tuple(some)) for pattern, some in by_file]

    def is_left_out(one: ListedProblem) -> bool:
        path = one.path.replace("\\", "/").removeprefix("./")
        here = [code for pattern, some in patterns if fnmatch(path, pattern) for code in some]
        return one.code.startswith((*everywhere, *here)) and one.code != "SG900"

    return is_left_out


def baseline_text(report: Report, *, strict: bool) -> str:
    """The problems of a report as a baseline: the fingerprint of each, with words for people."""
    known = {one.fingerprint: f"{one.path}: {one.code} {one.message}" for one in problems(report, strict=strict)}
    return json.dumps({"version": VERSION, "known": known}, indent=1, sort_keys=True) + "\n"


def in_baseline(text: str, path: str) -> Callable[[ListedProblem], bool]:
    """The problems that a baseline knows. Raises ``SymgradError`` for a file that is none."""
    try:
        found = json.loads(text)
        known = set(found["known"]) if found["version"] == VERSION else None
    except (ValueError, KeyError, TypeError):
        known = None
    if known is None:
        raise SymgradError(f"{path} is no baseline of symgrad: make one with --write-baseline")
    return lambda one: one.fingerprint in known and one.code != "SG900"
