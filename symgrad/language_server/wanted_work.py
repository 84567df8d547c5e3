"""Work that an editor may not want any more before it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from symgrad.core.time_limit import TIME, Unwanted

T = TypeVar("T")


def wanted_work(work: Callable[[], T], wanted: Callable[[], bool]) -> Callable[[], T | None]:
    """Work that ends without a result as soon as it is not wanted any more."""

    def done() -> T | None:
        try:
            with TIME.while_(wanted):
                TIME.check()
                return work()
        except Unwanted:
            return None

    return done
