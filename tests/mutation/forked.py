"""Changes tried in forks of a pytest that has collected its tests: nothing is imported or collected twice."""

from __future__ import annotations

import functools
import gc
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests import cases
from tests.mutation.changes import PACKAGE, Broken

MEMORY = 4 << 30
FIRST = ("test_guards", "test_boundaries")
"""Tests made for this stand before the quicker ones."""
FLOOR = 20
"""Seconds of processor time that a fork has at least."""
Key = tuple[str, int, int]


@dataclass
class Trial:
    """The plugin: in place of running the tests it tries every change, and tells its outcome."""

    changes: Sequence[Broken]
    tests: Mapping[str, Mapping[str, Any]]
    seconds: float
    tell: Callable[[Broken, str], bool]
    """Called with each outcome; says whether there is time for another."""
    functions: dict[str, list[FunctionType]] = field(default_factory=dict)
    """All functions there are, by module."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for broken in self.changes:
            importlib.import_module(module_of(broken))
        for wrapper in (x for x in gc.get_objects() if isinstance(x, functools._lru_cache_wrapper)):
            wrapper.cache_clear()
        for f in (x for x in gc.get_objects() if type(x) is FunctionType):
            self.functions.setdefault(f.__module__, []).append(f)
        gc.freeze()  # a fork shares what it does not touch
        items = {item.nodeid: item for item in session.items}
        for broken in self.changes:
            if not self.tell(broken, self.outcome(broken, items)):
                break
        return True

    def outcome(self, broken: Broken, items: Mapping[str, pytest.Item]) -> str:
        """``killed by`` a test, time or a crash; ``survived``, or that nothing enters it."""
        chosen, expected = self.chosen(broken, items)
        if not chosen:
            return "survived: nothing enters it"
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            _limit(FLOOR + 3 * expected)
            os.write(writing, self.noticed(broken, chosen).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == -signal.SIGXCPU:
            return "killed by time"
        return told if not status else f"killed by a crash ({status})"

    def chosen(self, broken: Broken, items: Mapping[str, pytest.Item]) -> tuple[list[pytest.Item], float]:
        """The tests that enter the function, up to so many seconds, and those seconds."""
        enter = [name for name, told in self.tests.items() if name in items and broken.function in told["functions"]]
        enter.sort(key=lambda name: (not any(first in name for first in FIRST), float(self.tests[name]["seconds"])))
        chosen, total = [], 0.0
        for name in enter:
            cost = float(self.tests[name]["seconds"])
            if not chosen or total + cost <= self.seconds:
                chosen.append(items[name])
                total += cost
        return chosen, total

    def noticed(self, broken: Broken, items: Sequence[pytest.Item]) -> str:
        """In a fork: break it, and run the tests until one fails."""
        if not apply(broken, self.functions[module_of(broken)]):
            return "not tried: no function holds it"
        cases.FIRST_ONLY = True
        for item in items:
            reports = runtestprotocol(item, log=False, nextitem=None)
            if any(report.failed for report in reports):
                return f"killed by {item.nodeid}"
        return "survived"


def _limit(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def apply(broken: Broken, functions: Sequence[FunctionType]) -> int:
    """Give the functions of the module the code that they have with the change. Returns how many have another one."""
    path = PACKAGE / broken.module
    changed = compile(broken.applied(path.read_text(encoding="utf-8")), str(path), "exec")
    before = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    codes, old = dict(_codes(changed)), dict(_codes(before))
    where = {(c.co_qualname, c.co_firstlineno, c.co_code): key for key, c in old.items()}
    done = 0
    for f in functions:
        key = where.get((f.__code__.co_qualname, f.__code__.co_firstlineno, f.__code__.co_code))
        if key in codes and codes[key] != f.__code__:
            f.__code__ = codes[key]
            done += 1
    return done


def _codes(code: CodeType, counts: dict[tuple[str, int], int] | None = None) -> Iterator[tuple[Key, CodeType]]:
    """All code within, by name, line and number among those of one name and line."""
    counts = {} if counts is None else counts
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            place = inner.co_qualname, inner.co_firstlineno
            counts[place] = counts.get(place, -1) + 1
            yield (*place, counts[place]), inner
            yield from _codes(inner, counts)


def module_of(broken: Broken) -> str:
    return f"symgrad.{broken.module.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")


def tried(tests: Sequence[str], trial: Trial) -> None:
    """Collect these tests and try the changes."""
    sys.path.insert(0, str(PACKAGE.parent))
    pytest.main(["-q", "-p", "no:cacheprovider", "-W", "ignore", *tests], plugins=[trial])
