"""Faults of strategies, each with its line and mend in both languages; and groups that nobody reads."""

from __future__ import annotations

import pytest

from qa_engine.alerts.examine import examine
from qa_engine.alerts.reading import shipped

TEXT = shipped().text
MAJOR = "title: {zh: 重大, en: Major}"


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


FAULTS = [
    ("window: 1d\n    again", "window: soon\n    again", "window: soon", "例如 15m", "such as 15m"),
    ("grade: major\n    when: {risk", "grade: huge\n    when: {risk", "grade: huge", "只能是", "must be"),
    ("at_least: 0.5", "at_least: 5", "at_least: 5", "不能大于", "at most"),
    ("    again: 30m", "    agein: 30m", "agein", "没有这个字段", "no such field"),
    (MAJOR, "title: {zh: 重大}", "title: {zh: 重大}", "缺少这个字段", "missing"),
    (
        "per: team\n    count",
        "per: interaction\n    count",
        "id: team_low_scores",
        "针对多条会话",
        "several interactions",
    ),
    ("time_zone: Asia/Shanghai", "time_zone: Moon", "time_zone: Moon", "没有这个时区", "no such time zone"),
    ("id: redline", "id: customer_at_risk", None, "有两条策略都叫", "two strategies"),
]


@pytest.mark.parametrize(("piece", "wrong", "at", "zh", "en"), FAULTS)
def test_a_fault_is_told_with_its_line_in_both_languages(
    piece: str, wrong: str, at: str | None, zh: str, en: str
) -> None:
    assert piece in TEXT
    text = TEXT.replace(piece, wrong, 1)
    read, found = examine(text)
    assert read is None
    assert [(one.level, zh in one.told.zh, en in one.told.en) for one in found] == [("error", True, True)]
    if at is not None:
        assert found[0].line == line_of(text, at)


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = TEXT.replace("window: 1d", "window: soon").replace("    acknowledge: 4h", "    acknowledge: 4x")
    _, found = examine(text)
    lines = [one.line or 0 for one in found]
    assert len(found) == text.count("window: soon") + 1 and lines == sorted(lines)


def test_a_field_that_nearly_is_one_is_named() -> None:
    _, [found] = examine(TEXT.replace("    again: 30m", "    agian: 30m"))
    assert (found.cure.zh, found.cure.en) == ("是不是 `again`？", "did you mean `again`?")


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "version: 1\nversion: 1", "\x00"])
def test_what_is_no_document_is_one_error(text: str) -> None:
    read, found = examine(text)
    assert read is None and [one.level for one in found] == ["error"]


def test_groups_that_no_channel_reaches_are_warned_of_where_they_are_named() -> None:
    read, found = examine(TEXT, {"duty", "lead"})
    assert read is not None
    assert {one.level for one in found} == {"warning"} and all("manager" in one.told.en for one in found)
    assert found[0].line == line_of(TEXT, "- {after: 2h, to: manager}")
    assert examine(TEXT, {"duty", "lead", "manager"})[1] == [] and examine(TEXT)[1] == []


def test_a_strategy_that_is_off_need_reach_nobody() -> None:
    on = TEXT.replace("    per: interaction", "    per: interaction\n    tell: [night]", 1)
    off = on.replace("tell: [night]", "tell: [night]\n    enabled: false")
    told = [[one.told.en for one in examine(text, {"duty", "lead", "manager"})[1]] for text in (on, off)]
    assert ["night" in one for one in told[0]] == [True] and told[1] == []
