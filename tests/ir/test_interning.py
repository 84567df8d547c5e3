"""Nodes are interned, and forgotten once nobody holds them, whatever interrupts."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from types import FrameType
from typing import Any

import pytest

from symgrad.core import kinds
from symgrad.core.kinds import Expr, Func, Num

NUMBERS = count(987_654_321)  # that no other test has, nor a cache of one


def nested(depth: int) -> Expr:
    """A number inside of that many functions, none of which was there before."""
    node: Expr = Num(Fraction(next(NUMBERS)))
    for _ in range(depth):
        node = Func("exp", node)
    return node


class Interrupted(Exception):
    """What the signal handler raises."""


@contextmanager
def interruptions() -> Iterator[list[int]]:
    """The signal of the timer of processor time raises; counts how often it did."""
    raised = [0]

    def handler(_: int, __: FrameType | None) -> None:
        raised[0] += 1
        raise Interrupted

    before = signal.signal(signal.SIGVTALRM, handler)
    try:
        yield raised
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_what_is_gone_is_forgotten_with_all_that_it_held() -> None:
    node = nested(5_000)
    first = next(NUMBERS) - 1
    assert kinds._interned[Num, first, 1]() is not None
    size = len(kinds._interned)
    del node
    Num(Fraction(next(NUMBERS)))
    assert (Num, first, 1) not in kinds._interned
    assert len(kinds._interned) <= size - 5_000 + 1


def test_no_interruption_is_lost_while_nodes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that a signal handler raises inside of a weak reference's callback is printed and not raised."""
    lost: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    caught = 0
    with interruptions() as raised:
        for k in range(100):
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0.001)
                while raised[0] == k:
                    nested(100)
            except Interrupted:
                caught += 1
    assert lost == []
    assert caught == raised[0] == 100
