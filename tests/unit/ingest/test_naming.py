"""File names tell who called whom and when, in exactly one way or not at all."""

from __future__ import annotations

from datetime import datetime

import pytest

from qa_engine.errors import BadInput, BadSetting
from qa_engine.ingest.naming import NamePattern

at = datetime.fromisoformat
FULL = "{started_at:%Y%m%d-%H%M%S}_{agent}_{customer_ref}"


@pytest.mark.parametrize(
    ("pattern", "name", "told"),
    [
        (
            FULL,
            "20260301-101500_A017_C88.wav",
            {"started_at": at("2026-03-01T10:15"), "agent": "A017", "customer_ref": "C88"},
        ),
        ("{agent}", "A.017.wav", {"agent": "A.017"}),
        ("{队列}-{agent}", "退款-张三.opus", {"队列": "退款", "agent": "张三"}),
        ("call({ticket})", "call(T-5).wav", {"ticket": "T-5"}),
        ("{agent}{started_at:%Y%m%d}", "A120260301.wav", {"agent": "A1", "started_at": at("2026-03-01")}),
        ("{queue}--{agent}.{line}", "a--b.c.mp3", {"queue": "a", "agent": "b", "line": "c"}),
        ("{started_at:%I.%M%p}x{agent}", "09.30PMxA1.wav", {"started_at": at("1900-01-01T21:30"), "agent": "A1"}),
    ],
)
def test_it_reads_fields_from_a_name(pattern: str, name: str, told: dict[str, object]) -> None:
    assert NamePattern.of(pattern).read(name) == told


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (FULL, "20260301-101500_A017.wav"),  # a field is missing
        (FULL, "20260301-101500_zhang_san_C88.wav"),  # which _ parts agent from customer?
        (FULL, "2026031-101500_A017_C88.wav"),
        (FULL, "x20260301-101500_A017_C88.wav"),
        (FULL, "20261301-101500_A017_C88.wav"),  # no thirteenth month
        ("{agent}-{ticket}", "-T5.wav"),
        ("call-{agent}", "CALL-A1.wav"),
        ("a.b{agent}", "axbA1.wav"),  # a dot is a dot
    ],
)
def test_it_tells_a_name_that_does_not_fit(pattern: str, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        NamePattern.of(pattern).read(name)
    assert caught.value.where is not None and caught.value.where.startswith(name) and caught.value.mend


@pytest.mark.parametrize(
    "pattern",
    ["", "words", "{agent", "agent}", "{}", "{:%Y}", "{agent}{team}", "{agent}_{agent}", "{started_at:%A}", "{t:%}"],
)
def test_it_refuses_a_pattern_that_says_nothing_sure(pattern: str) -> None:
    with pytest.raises(BadSetting) as caught:
        NamePattern.of(pattern)
    assert caught.value.mend


def test_it_takes_no_time_over_hostile_names() -> None:
    pattern = NamePattern.of("{a}-{b}-{c}-{d}-{e}-{f}-{g}!")
    with pytest.raises(BadInput):
        pattern.read("-" * 250 + "x" * 5000)
