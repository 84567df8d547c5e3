"""Limits on processor time: the last guard, where the work that is counted does not end before.

Work may also end because nobody waits for it any more: a document in an editor that was edited again.

Whatever may take long calls ``TIME.check()`` now and then: the making of nodes, both engines, the reader.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

NEVER = float("inf")


class OutOfTime(Exception):
    """A limit on processor time is passed. No ``ValueError``: who only gives up on a part lets it through.

    Who catches it calls ``TIME.check()`` behind the block that it limited: that raises again if an outer limit is
    passed as well.
    """


class Unwanted(BaseException):
    """Nobody waits for this work any more. As with Ctrl-C, what catches exceptions lets it through."""


class TimeLimit(threading.local):
    """The processor time of the current thread up to which it may work."""

    def __init__(self) -> None:
        self.deadline = NEVER
        self.soonest = NEVER
        """The time of day, on the steady clock, before which the limit can't be passed."""
        self.wanted: Callable[[], bool] | None = None

    def check(self) -> None:
        """Raises ``OutOfTime`` if the limit is passed, ``Unwanted`` if nobody waits for the work."""
        if self.wanted is not None and not self.wanted():
            raise Unwanted
        if time.monotonic() < self.soonest:  # far cheaper to ask than the other clock
            return
        left = self.left()
        if left < 0:
            raise OutOfTime
        self.soonest = time.monotonic() + left

    def left(self) -> float:
        """The seconds that are left."""
        return self.deadline - time.thread_time()

    @contextmanager
    def while_(self, wanted: Callable[[], bool]) -> Iterator[None]:
        """Work in this block as long as it is wanted."""
        outer, self.wanted = self.wanted, wanted
        try:
            yield
        finally:
            self.wanted = outer

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Limit the work done in this block to ``seconds``, and to what the enclosing limit leaves."""
        outer = self.deadline, self.soonest
        self.deadline = min(self.deadline, time.thread_time() + seconds)
        self.soonest = min(self.soonest, time.monotonic() + seconds)
        try:
            yield
        finally:
            self.deadline, self.soonest = outer


TIME = TimeLimit()
