"""Unreadable steps by root cause: one diagnostic where the document has to be changed; other steps wait for it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from symgrad.checking.verdict import Step
from symgrad.text.diagnostic import Diagnostic

OF_A_NAME = frozenset(("SG103", "SG105", "SG108", "SG115", "SG118"))
"""Codes whose message says what is missing: wherever it is missed, one change mends all."""
USED_UP = "not decided: the processor time of the document is used up"
"""Of all steps behind the last one that there was time for."""


def by_cause(steps: Sequence[Step], diagnostics: Sequence[Diagnostic]) -> tuple[list[Step], list[Diagnostic]]:
    """The steps, each with the cause that it waits for, and the diagnostics with all of these causes among them.

    A step waits if its reason stands outside of it, or is the reason of other steps as well.
    """
    members: dict[Hashable, list[int]] = {}
    for k, step in enumerate(steps):
        if step.verdict == "unreadable" and step.diagnostic is not None:
            members.setdefault(_key(step.diagnostic), []).append(k)
    known = {_key(d): d for d in reversed(diagnostics) if d.severity == "error"}
    steps, found = list(steps), list(diagnostics)
    for key, waiting in members.items():
        root = known.get(key) or steps[waiting[0]].diagnostic
        if root is None or (len(waiting) == 1 and key not in known and steps[waiting[0]].has_own_reason):
            continue
        if key not in known:
            found.append(root)
        for k in waiting:
            steps[k] = replace(steps[k], diagnostic=root, cause=root)
    return steps, found


def _key(problem: Diagnostic) -> Hashable:
    told_once = problem.code in OF_A_NAME or problem.message == USED_UP
    return (problem.code, problem.message) if told_once else problem
