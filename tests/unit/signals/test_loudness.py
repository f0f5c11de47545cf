"""Loudness against sounds of known level."""

from __future__ import annotations

import pytest

from qa_engine.signals import measure
from tests.unit.signals.sounds import A, C, call, noise, recording, voice


@pytest.mark.parametrize("dbfs", [-45.0, -30.0, -20.0, -12.0])
def test_a_turn_has_the_level_of_its_speech(dbfs: float) -> None:
    found = measure(call((A, 1.0, 3.0, "您好请问有什么可以帮您")), recording(4.0, (0, 1.0, voice(200, 2.0, dbfs))))
    assert found.turns[0].loudness_dbfs == pytest.approx(dbfs, abs=0.3)


def test_pauses_and_the_other_channel_do_not_count() -> None:
    sound = recording(
        6.0, (0, 1.0, voice(200, 1.0, -20)), (0, 4.0, voice(200, 1.0, -20)), (1, 0.0, voice(120, 6.0, -6))
    )
    found = measure(call((A, 1.0, 5.0, "一二三四")), sound)
    assert found.turns[0].loudness_dbfs == pytest.approx(-20, abs=0.5)


def test_a_jump_is_told_against_the_speakers_own_median() -> None:
    levels = [-26.0, -25.0, -26.0, -14.0]
    said = [(A, 2.0 * i, 2.0 * i + 1.5, "一二三四五六") for i in range(4)]
    sound = recording(9.0, *((0, 2.0 * i, voice(200, 1.5, db)) for i, db in enumerate(levels)), (1, 0, noise(9, -50)))
    found = measure(call(*said), sound)
    assert [t.loudness_jump_db for t in found.turns] == pytest.approx([-0.5, 0.5, -0.5, 11.5], abs=0.3)
    assert found.speakers[A].loudness_sd_db == pytest.approx(5.05, abs=0.3)


def test_each_side_is_measured_on_its_own_channel() -> None:
    sound = recording(5.0, (0, 0.0, voice(230, 2.0, -18)), (1, 2.5, voice(110, 2.0, -30)))
    found = measure(call((A, 0, 2, "您好您好您好"), (C, 2.5, 4.5, "我要退货退货")), sound)
    assert found.speakers[A].loudness_dbfs == pytest.approx(-18, abs=0.3)
    assert found.speakers[C].loudness_dbfs == pytest.approx(-30, abs=0.3)
    assert found.speakers[A].pitch_hz == pytest.approx(230, rel=0.02)
    assert found.speakers[C].pitch_hz == pytest.approx(110, rel=0.02)
