"""Figures with units, sums, and check digits."""

from __future__ import annotations

import pytest

from qa_engine.checkers.arithmetic import LONGEST, check_sum, evaluate, names_in
from qa_engine.checkers.entities import fits_check_digit, value_of
from qa_engine.checkers.figures import differ, figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("七个工作日内退款 300 元", {"工作日": {7.0}, "元": {300.0}}),
        ("两万三千块", {"元": {23000.0}}),
        ("３日，3号", {"天": {3.0}}),
        ("百分之五", {"%": {5.0}}),
        ("within 7 business days or 1,200 dollars", {"business day": {7.0}, "dollar": {1200.0}}),
        ("一般来说十分满意", {}),
    ],
)
def test_figures_by_unit(text: str, found: dict[str, set[float]]) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("7天到账", "七天内到账", False),
        ("7天到账", "三天到账", True),
        ("7天到账", "70元", False),
        ("到账", "3天", False),
    ],
)
def test_statements_differ_by_another_figure_of_one_unit(one: str, other: str, answer: bool) -> None:
    assert differ(one, other) is answer


@pytest.mark.parametrize(
    ("text", "value"), [("(a - b) / 2", 1.5), ("-a + 1", -4.0), ("a / (b - 2)", None), ("a * 2 - b", 8.0)]
)
def test_a_sum_is_worked_out(text: str, value: float | None) -> None:
    assert evaluate(check_sum(text), {"a": 5.0, "b": 2.0}) == value
    assert names_in(text) <= {"a", "b"}


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "a ** 9", "a.b", "a if b else 1", "True", "'x'", "", "a +", "(" * 99, "1+" * LONGEST],
)
def test_nothing_but_a_sum_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"sum|names, numbers"):
        check_sum(text)


def test_check_digits() -> None:
    assert fits_check_digit("bank_card", "4111 1111 1111 1111")
    assert not fits_check_digit("bank_card", "4111 1111 1111 1112")
    assert fits_check_digit("resident_id", "11010519491231002X".lower())
    assert not fits_check_digit("resident_id", "110105194912310021")
    assert value_of("幺三八 零零零零 洞洞两两") == "13800000022"
