"""The terminal tells of risk and emotion with the words that show them."""

from __future__ import annotations

from qa_engine.domain import Evidence, Role, Text
from qa_engine.emotion import trace
from qa_engine.pipeline import Insight
from qa_engine.risk import Cause, Reason, Risk
from tests.unit.emotion.moods import talk
from workers.cli.views import insight_lines

SAID = Evidence(turn=2, start=10.0, end=14.0, quote="我要投诉", role=Role.CUSTOMER)
WHY = Reason(code=Cause.COMPLAINT, message=Text("提到投诉", "speaks of complaints"), weight=1.0, evidence=(SAID,))
RISK = Risk(probability=0.824, alarm=True, reasons=(WHY,), after=2, version="t")


def test_a_risk_is_told_with_its_reasons() -> None:
    lines = [line.plain for line in insight_lines(Insight(RISK, None), "zh")]
    assert lines == ["客户不满风险 82%", "  提到投诉", "    [00:10.0] “我要投诉”"]


def test_turns_of_emotion_are_told_with_what_was_said_before() -> None:
    emotion = trace(*talk("c.请问", "a.这个没办法", "c!骗子"))
    lines = [line.plain for line in insight_lines(Insight(None, emotion), "en")]
    assert lines[0].startswith("Customer rose from calm to")
    assert lines[1:] == ["    [00:05.0] “这个没办法”", "    [00:10.0] “骗子”"]


def test_nothing_is_told_where_nothing_is_known() -> None:
    assert insight_lines(Insight(None, None), "zh") == []
