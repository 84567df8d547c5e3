"""The loop over cases runs all of them, and says of each that fails which one it is and why."""

from __future__ import annotations

import inspect

import pytest

from tests import cases
from tests.cases import each, facts


def test_all_that_fail_are_listed_by_name() -> None:
    seen = []

    @each(("one", "two"), [(1, 1), (1, 2), (2, 3), (4, 4)])
    @each("sign", [1, -1])
    def equal(one: int, two: int, sign: int) -> None:
        seen.append((one, two, sign))
        if two == 3:
            raise ValueError("three")
        assert one * sign == two * sign, "apart"

    with pytest.raises(
        AssertionError, match=r"^2 of 4 fail(?s:.*)1, 2: 2 of 2 fail(?s:.*)2, 3: (?s:.*)ValueError: three"
    ):
        equal()  # type: ignore[call-arg]
    assert len(seen) == 8


def test_arguments_that_are_no_cases_are_fixtures() -> None:
    @each("case", lambda: "abc", shares=2)
    def test(case: str, capsys: object) -> None: ...

    assert list(inspect.signature(test).parameters) == ["capsys", "share"]


def test_shares_are_all_cases_once() -> None:
    seen = []

    @each("case", range(7), shares=3)
    def test(case: int) -> None:
        seen.append(case)

    for share in range(3):
        test(share=share)  # type: ignore[call-arg]
    assert sorted(seen) == list(range(7))


def test_a_case_is_not_skipped_silently() -> None:
    @each("case", [1, 2])
    def test(case: int) -> None:
        if case == 2:
            pytest.skip("no reason")

    with pytest.raises(AssertionError, match="1 of 2 fail"):
        test()  # type: ignore[call-arg]


def test_facts_are_functions_without_arguments() -> None:
    numbers = facts()

    @numbers.fact
    def one_is_one() -> None:
        assert 1 == 1

    @numbers.fact
    def one_is_two() -> None:
        raise AssertionError("not two")

    with pytest.raises(AssertionError, match=r"1 of 2 fail\s+one_is_two: not two"):
        numbers()
    with pytest.raises(AssertionError, match="needs fixtures"):
        numbers.fact(lambda tmp_path: None)  # type: ignore[arg-type, misc]


def test_cases_with_a_word_in_their_names_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    numbers = facts()

    @numbers.fact
    @each("case", ["pear", "plum"])
    def fruits(case: str) -> None:
        seen.append(case)

    @numbers.fact
    def roots() -> None:
        seen.append("root")

    for asked, found in (("plum", ["plum"]), ("fruit", ["pear", "plum"]), ("roo", ["root"]), ("none", [])):
        monkeypatch.setattr(cases, "ASKED", asked)
        seen.clear()
        numbers()
        assert seen == found


def test_a_loop_over_nothing_fails() -> None:
    @each("case", [])
    def test(case: int) -> None: ...

    with pytest.raises(AssertionError, match="there are no cases"):
        test()  # type: ignore[call-arg]
