"""A progress bar on a terminal, for work that takes longer than a second. It is never part of the result."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

PATIENCE = 1.0
"""Seconds before the bar is shown."""
WIDTH = 24


class Progress:
    """Call it with the number of finished items and of all items, and how far the next one is, in steps.

    It draws at most ten times per second.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.terminal = stream.isatty()
        self.started = time.monotonic()
        self.drawn = 0.0

    def __call__(self, done: int, total: int, part: tuple[int, int] = (0, 0)) -> None:
        now = time.monotonic()
        if not self.terminal or now - self.started < PATIENCE or now - self.drawn < 0.1:
            return
        self.drawn = now
        steps, of = part
        filled = int(WIDTH * (done + steps / max(of, 1)) / max(total, 1))
        said = f"{done}/{total}" + f", step {steps}/{of}" * bool(of)
        self.stream.write(f"\r\x1b[K{'━' * filled}{'╌' * (WIDTH - filled)} {said}")
        self.stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away, for a line of the result; the next call draws it again."""
        if self.drawn:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.drawn = 0.0
