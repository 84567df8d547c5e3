"""Many cases in one test: all of them run, and those that fail are listed together, each by its name.

``@each`` is written as ``pytest.mark.parametrize`` is, and loops inside the test. ``shares=8`` makes eight tests of it,
so that several processes have something to do. ``facts()`` is a test of the small functions that are marked with it::

    test_sums = facts()

    @test_sums.fact
    def a_sum_of_one_term() -> None: ...

``SYMGRAD_CASES=word`` runs the cases and facts with that word in their names, and no others.
"""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from functools import partial, wraps
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

FIRST_ONLY = False
"""Whether a test ends with the first case that fails."""
ASKED = os.environ.get("SYMGRAD_CASES", "")
CHOSEN = ContextVar("CHOSEN", default=False)
"""Whether the name of a case that holds the present one was asked for."""
Test = Callable[..., None]


def run(cases: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Calls all of them, then fails with the names and messages of those that raised."""
    failed, count = [], 0
    for name, check in cases:
        chosen = CHOSEN.get() or ASKED in name
        if not chosen and not _loops(check):
            continue
        count += 1
        before = CHOSEN.set(chosen)
        try:
            check()
        except pytest.skip.Exception as skipped:
            failed.append(f"{name}: a test is skipped, and no case of it ({skipped})")
        except (Exception, pytest.fail.Exception) as error:
            failed.append(f"{name}: {_said(error)}")
        finally:
            CHOSEN.reset(before)
        if failed and FIRST_ONLY:
            break
    assert count or ASKED, "there are no cases"
    assert not failed, f"{len(failed)} of {count} fail\n\n" + "\n\n".join(failed)


def _loops(check: Any) -> bool:
    """Whether there are cases within this one."""
    return hasattr(check.func if isinstance(check, partial) else check, "loops")


def _said(error: BaseException) -> str:
    """The message, and where in the tests it was raised."""
    tests = str(Path(__file__).parent)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(tests)]
    frames = [f for f in frames if f.filename != __file__]
    where = f"\n  {frames[-1].filename}:{frames[-1].lineno}: {frames[-1].line}" if frames else ""
    kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
    return f"{kind}{error}{where}"


def each(
    names: str | Sequence[str],
    cases: Iterable[Any] | Callable[[], Iterable[Any]],
    ids: Callable[[Any], Any] | Iterable[str] | None = None,
    shares: int = 1,
) -> Callable[[Test], Test]:
    """The test with every case for its arguments of these names; other arguments are fixtures, shared by the cases.

    cases: or a function that gives them, called when the test runs.
    """
    known = cases if callable(cases) else list(cases)
    arguments = names.replace(" ", "").split(",") if isinstance(names, str) else list(names)

    def named() -> list[tuple[str, dict[str, Any]]]:
        found = known() if callable(known) else known
        values = [tuple(case) if len(arguments) > 1 else (case,) for case in found]
        if ids is None or callable(ids):
            called = [", ".join(_name(value, ids) for value in case) for case in values]
        else:
            called = list(ids)
        return [(name, dict(zip(arguments, v, strict=True))) for name, v in zip(called, values, strict=True)]

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)

        @wraps(test)
        def looped(*, share: int = 0, **fixtures: Any) -> None:
            run((name, partial(test, **case, **fixtures)) for name, case in named()[share::shares])

        rest = [p for name, p in signature.parameters.items() if name not in arguments]
        if shares > 1:
            rest.append(inspect.Parameter("share", inspect.Parameter.KEYWORD_ONLY))
        looped.loops = True  # type: ignore[attr-defined]
        looped.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
        if shares > 1:
            return cast(Test, pytest.mark.parametrize("share", range(shares))(looped))
        return looped

    return decorate


def _name(value: Any, ids: Callable[[Any], Any] | None) -> str:
    found = ids(value) if ids is not None else None
    if found is None:
        found = value.stem if isinstance(value, Path) else getattr(value, "__name__", None) or str(value)
    return found if len(found) <= 120 else f"{found[:60]} … {found[-57:]}"


class Facts(Protocol):
    """A test, and the decorator of its facts."""

    def __call__(self) -> None: ...
    def fact(self, check: Callable[[], None]) -> Callable[[], None]: ...


def facts() -> Facts:
    """A test of all functions that are marked with its ``fact``."""
    known: list[Callable[[], None]] = []

    def test() -> None:
        run((check.__name__, check) for check in known)

    def fact(check: Callable[[], None]) -> Callable[[], None]:
        assert not inspect.signature(check).parameters, f"{check.__name__} needs fixtures: it is a test of its own"
        known.append(check)
        return check

    test.fact = fact  # type: ignore[attr-defined]
    return cast(Facts, test)
