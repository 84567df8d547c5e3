"""The script of a refutation, run: it computes what its witness says, on Python's numbers and without symgrad."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator

import numpy as np

from symgrad.checking.verdict import Step, Witness


def refuted(steps: Iterable[Step]) -> Iterator[tuple[Step, Witness]]:
    """The refuted steps whose witnesses have numbers."""
    for step in steps:
        if step.verdict == "refuted" and step.witness is not None and step.witness.shapes is None:
            yield step, step.witness


def reproduces(witness: Witness) -> bool:
    assert witness.left is not None
    assert witness.right is not None
    left, right, difference = _printed(witness.script)
    near = [abs(a - b) <= 1e-6 * (1 + abs(b)) for a, b in ((left, witness.left), (right, witness.right))]
    return all(near) and difference == left - right != 0


def _printed(script: str) -> list[float]:
    """What the script prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), np.errstate(all="ignore"):
        exec(compile(script, "script", "exec"), {})
    return [float(word) for word in out.getvalue().split()]
