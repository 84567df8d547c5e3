"""What the normal form refuses, and when it gives up: errors and one budget for a question.

The counted budget is what normally ends a hopeless question, so that the answer does not
depend on the machine; the deadline is there for what the counts foresaw badly.
"""

from __future__ import annotations

import time

MAX_TERMS = 20_000
MAX_STEPS = 150_000
MAX_DEPTH = 120
MAX_BITS = 4096
MAX_LEAVES = 3_000
MAX_GROUP = 720
MAX_FACTORS = 3_000


class NormalFormError(Exception):
    """The normal form gives no answer. Never a verdict by itself."""


class FormTooLarge(NormalFormError):
    """A limit on terms, depth, search or time was met."""


class Unsupported(NormalFormError):
    """An expression that the form has no rule for, such as arithmetic on a gathered position."""


class UndefinedForm(NormalFormError):
    """A side is undefined everywhere: division by what is identically zero, the log of zero."""


class ProofBudget:
    """Steps and seconds left."""

    __slots__ = ("deadline", "steps")

    def __init__(self, seconds: float) -> None:
        self.deadline = time.process_time() + seconds
        self.steps = 0

    def tick(self, count: int = 1) -> None:
        before = self.steps
        self.steps = before + count
        if self.steps > MAX_STEPS:
            raise FormTooLarge("too many steps")
        if before >> 7 != self.steps >> 7 and time.process_time() > self.deadline:
            raise FormTooLarge("out of time")
