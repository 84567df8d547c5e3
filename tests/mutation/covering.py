"""Which tests enter which function: ``-p tests.mutation.covering`` writes it to the file that ``COVERING`` names.

A test that fails is none that could notice anything; some do under a tracer, which is slow.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

ENTERED: dict[str, dict[str, Any]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """The code that a test enters, in its own thread, and the processor time that it takes."""
    codes: set[CodeType] = set()

    def entered(frame: FrameType, event: str, argument: object) -> None:
        codes.add(frame.f_code)

    before, start = sys.gettrace(), time.process_time()
    sys.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(before)
    places = {place(c.co_filename, c.co_firstlineno) for c in codes if "/symgrad/" in c.co_filename}
    ENTERED[item.nodeid] = {"seconds": time.process_time() - start, "functions": sorted(places)}


def place(path: str, first_line: int) -> str:
    """A function by its module, as in ``proving/poly.py``, and its first line, decorators included."""
    return f"{path.rpartition('/symgrad/')[2]}:{first_line}"


def pytest_sessionfinish() -> None:
    Path(os.environ["COVERING"]).write_text(json.dumps(ENTERED), encoding="utf-8")
