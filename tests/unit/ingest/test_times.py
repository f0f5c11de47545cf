"""Times as exports write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from qa_engine.ingest.times import moment

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 2, 2, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02 10:15:30",
        "2026-03-02T10:15:30",
        "2026-03-02T02:15:30Z",
        "2026-03-02T10:15:30+08:00",
        "2026/3/2 10:15:30",
        "2026.03.02 10:15:30",
        "2026年3月2日 10:15:30",
        "2026年03月02日10:15:30",
        "2026-03-02 上午10:15:30",
        "3/2/2026 10:15:30 AM",
        "20260302101530",
        "20260302 101530",
        "2026-03-02 10：15：30",
        "1772417730",
        "1772417730000",
        1772417730,
        1772417730000,
        1772417730.0,
        "2026-03-01 21:15:30 -0500",
    ],
)
def test_it_reads_the_same_moment_in_any_form(written: object) -> None:
    assert moment(written, ZONE) == AT


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("10:15", 36_900.0),
        ("10:15:30", 36_930.0),
        ("00:01:23.5", 83.5),
        ("下午3:05", 54_300.0),
        ("12:30 AM", 1800.0),
        ("12:30 pm", 45_000.0),
    ],
)
def test_it_reads_a_clock_without_date_as_seconds_of_the_day(written: str, seconds: float) -> None:
    assert moment(written, ZONE) == seconds


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "10:75",
        "25.5",
        "2026-13-02 10:00:00",
        "2026-02-30 10:00",
        "9999-12-31 23:59:59",
        "0001-01-01 00:00:00",
        0,
        -5,
        12,
        True,
        None,
        float("nan"),
        float("inf"),
        1e300,
        "1" * 400,
        [],
        "2026-03-02 27:00:00",
    ],
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert moment(written, ZONE) is None


def test_milliseconds_are_kept() -> None:
    at = moment("2026-03-02 10:15:30.250", ZONE)
    assert isinstance(at, datetime) and at.microsecond == 250_000
