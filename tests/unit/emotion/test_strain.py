"""A shift tells on an agent: hostile customers, a tone that gets tenser, sharp turns late."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from qa_engine.emotion import trace
from qa_engine.emotion.strain import Band, Contact, contact, strain
from tests.unit.emotion.moods import talk

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def met(n: int, *, hostile: bool | None = False, own: float | None = 0.05, sharp: int = 0) -> Contact:
    at = NINE + timedelta(minutes=10 * n)
    return Contact(interaction_id=f"i{n}", at=at, hostile=hostile, own=own, sharp=sharp, turns=10)


HARD = [met(n, hostile=n % 2 == 0, own=0.02 + 0.03 * n, sharp=n // 3) for n in range(9)]


def test_a_usual_shift_is_no_strain() -> None:
    found = strain([met(n) for n in range(6)])
    assert found is not None and (found.score, found.band, found.reasons) == (0.0, Band.USUAL, ())


def test_a_hard_shift_is_told_with_its_reasons() -> None:
    found = strain(HARD)
    assert found is not None and found.band is Band.HIGH
    assert found.reasons[0].zh == "56% 的客户情绪激动"
    assert found.sharp_late > found.sharp_early and found.rise > 0.1


def test_the_order_in_which_contacts_are_given_does_not_matter() -> None:
    assert strain(random.Random(1).sample(HARD, len(HARD))) == strain(HARD)


@pytest.mark.parametrize(
    "contacts", [[], [met(0), met(1)], [met(n, own=None) for n in range(9)], [met(n, hostile=None) for n in range(9)]]
)
def test_too_little_told_is_no_strain_told(contacts: list[Contact]) -> None:
    assert strain(contacts) is None


def test_a_contact_is_read_from_its_emotion() -> None:
    emotion = trace(*talk("c!骗子", "a!你说谁", "c!投诉你", "a.好的"))
    assert emotion is not None
    found = contact("i1", NINE, emotion)
    assert (found.hostile, found.sharp, found.turns) == (True, 1, 2)
    assert found.own == pytest.approx(0.45)
