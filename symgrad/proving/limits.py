"""Errors of the normal form, and the budget of one attempt.

Normally the counted steps end a hopeless attempt, so that the answer does not depend on the machine. The deadline
is for the rare attempts whose steps take unusually long.
"""

from __future__ import annotations

import time

from symgrad.core.time_limit import TIME

MAX_TERMS = 20_000
MAX_STEPS = 150_000
MAX_DEPTH = 120
MAX_BITS = 4096
MAX_LEAVES = 3_000
MAX_GROUP = 720
MAX_FACTORS = 3_000


class NormalFormError(Exception):
    """The normal form gives no answer. This is never a verdict by itself."""


class FormTooLarge(NormalFormError):
    """A limit on terms, depth, search or time was exceeded."""


class Unsupported(NormalFormError):
    """The form has no rule for this expression, for example for arithmetic on a gathered position."""


class UndefinedForm(NormalFormError):
    """The expression is undefined everywhere: a division by zero, or the logarithm of zero."""


class ProofBudget:
    """The steps taken, and the deadline."""

    __slots__ = ("deadline", "steps")

    def __init__(self, seconds: float) -> None:
        self.deadline = time.thread_time() + seconds
        self.steps = 0

    def tick(self, count: int = 1) -> None:
        before = self.steps
        self.steps = before + count
        if self.steps > MAX_STEPS:
            raise FormTooLarge("too many steps")
        if before >> 7 != self.steps >> 7:
            TIME.check()
            if time.thread_time() > self.deadline:
                raise FormTooLarge("out of time")
