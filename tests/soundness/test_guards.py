"""Without its guard a rule judges an example wrongly, and with it rightly."""

from __future__ import annotations

from tests.cases import each
from tests.soundness.guards import GUARDS, Guard, removed


@each("guard", GUARDS, lambda guard: guard.name)
def test_each_guard_is_needed(guard: Guard) -> None:
    ruled = guard.ruling()
    assert ruled not in ("proved", "agrees", "contradiction") or guard.wrongly == ("refuted",), f"with it: {ruled}"
    with removed(guard):
        wrongly = guard.ruling()
    assert wrongly in guard.wrongly, f"without it: {wrongly}"
