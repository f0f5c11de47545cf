"""The report of a day counts what was told of it, by the clock of the wall, and says what stands out."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from qa_engine.domain import Evidence, Text
from qa_engine.reports.emotion_day import (
    Case,
    Contact,
    Count,
    EmotionDay,
    causes_of,
    count_of,
    customers_of,
    groups_of,
    hours_of,
)
from qa_engine.reports.emotion_tables import cases, tables
from qa_engine.reports.sheets import Table, as_csv, as_xlsx
from qa_engine.risk import Risk
from qa_engine.risk.domain import Cause, Reason

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MIDNIGHT = NINE - timedelta(hours=9)
contacts = st.lists(
    st.builds(
        Contact,
        id=st.text("abc", min_size=1, max_size=3),
        received_at=st.integers(0, 24 * 60 - 1).map(lambda minute: MIDNIGHT + timedelta(minutes=minute)),
        risk=st.floats(0, 1),
        team=st.sampled_from(["T1", "T2", None]),
        agent=st.sampled_from(["A1", "A2", None]),
        customer_ref=st.sampled_from(["C1", "C2", None]),
    ),
    max_size=30,
)


def contact(n: int, risk: float, *, customer: str | None = None, team: str = "T1") -> Contact:
    at = NINE + timedelta(minutes=n)
    return Contact(id=f"i{n}", received_at=at, risk=risk, team=team, customer_ref=customer)


@given(contacts, st.floats(0, 1))
def test_hours_and_groups_sum_to_the_day(told: list[Contact], least: float) -> None:
    whole = count_of(told, least)
    hours = hours_of(told, SHANGHAI, least)
    assert [hour.hour for hour in hours] == list(range(24))
    assert sum(hour.count.told for hour in hours) == whole.told
    assert sum(hour.count.at_risk for hour in hours) == whole.at_risk
    teams = dict(groups_of(told, least)["team"])
    assert sum(count.told for count in teams.values()) == sum(c.team is not None for c in told)


@given(contacts, st.floats(0, 1))
def test_a_customer_is_named_once_by_the_worst_contact(told: list[Contact], least: float) -> None:
    found = customers_of(told, least)
    assert len({one.ref for one in found}) == len(found)
    for one in found:
        own = [c for c in told if c.customer_ref == one.ref]
        assert (one.contacts, one.risk) == (len(own), max(c.risk for c in own))
        assert one.risk >= least


def test_an_hour_stands_out_from_the_day_but_not_by_chance() -> None:
    calm = [contact(60 * hour + n, 0.1) for hour in range(8) for n in range(10)]
    storm = [contact(480 + n, 0.9) for n in range(8)]
    few = [contact(540 + n, 0.9) for n in range(4)]
    unusual = [hour.hour for hour in hours_of([*calm, *storm, *few], SHANGHAI, 0.5) if hour.unusual]
    assert unusual == [17]


def report(*risky: Case) -> EmotionDay:
    told = [case.contact for case in risky]
    return EmotionDay(
        day=date(2026, 3, 2),
        zone=SHANGHAI,
        least=0.5,
        judged=3,
        count=count_of(told, 0.5),
        before=Count(10, 1),
        usual=Count(),
        hours=hours_of(told, SHANGHAI, 0.5),
        groups=groups_of(told, 0.5),
        customers=customers_of(told, 0.5),
        causes=causes_of(case.risk for case in risky if case.risk),
        cases=risky,
    )


def case(quote: str) -> Case:
    said = Evidence(turn=0, start=None, end=None, quote=quote)
    reason = Reason(
        code=Cause.COMPLAINT, message=Text("客户提到投诉", "speaks of complaints"), weight=1.0, evidence=(said,)
    )
    risk = Risk(probability=0.9, alarm=True, reasons=(reason,), after=0, version="t")
    return Case(contact(0, 0.9, customer="C1"), risk, None)


def test_the_workbook_holds_the_figures_and_no_formula() -> None:
    book = load_workbook(io.BytesIO(as_xlsx(tables(report(case('=HYPERLINK("x")')), "zh"))))
    assert book.sheetnames == ["概览", "时段", "班组", "客服", "供应商", "敏感客户", "案例"]
    assert [cell.value for cell in book["概览"][2]] == ["2026-03-02", 1, 1, 1]
    row = [cell.value for cell in book["案例"][2]]
    assert row[:3] == ["i0", "2026-03-02 09:00", 0.9]
    assert row[-1] == '\'=HYPERLINK("x")'
    assert {cell.data_type for line in book["案例"] for cell in line} <= {"s", "n"}


def test_cells_of_a_csv_are_no_formulas() -> None:
    text = as_csv(Table("t", ["a"], [["=1"], ["+1"], ["-1"], ["@x"], ["\tx"], [-1], ["1-1"]])).decode("utf-8-sig")
    assert text.splitlines() == ["a", "'=1", "'+1", "'-1", "'@x", "'\tx", "-1", "1-1"]
    assert "speaks of complaints" in as_csv(cases(report(case("投诉")), "en")).decode("utf-8-sig")
