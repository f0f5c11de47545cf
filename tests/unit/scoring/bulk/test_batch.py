"""A batch gives back the dossiers that it was made of, and refuses what it did not pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qa_engine.domain import (
    Dossier,
    Notice,
    Overlap,
    Role,
    Silence,
    SpeakerSignals,
    Text,
    TurnEmotion,
    TurnSignals,
)
from qa_engine.errors import BadInput
from qa_engine.scoring.bulk import Batch
from tests.unit.checkers.cast import call, chat


def rich() -> Dossier:
    """A call with something in every field."""
    spoken = call("A: 您好，请问有什么可以帮您？", "C: 我的订单还没到。", confidence=0.8731)
    signals = replace(
        spoken.signals,
        turns=(TurnSignals(turn=0, hanzi=9, speech_s=2.25, response_s=-0.1), TurnSignals(turn=1)),
        speakers={Role.AGENT: SpeakerSignals(turns=1, hanzi=9, words=0, talk_ratio=1 / 3)},
        silences=(Silence(start=1.0, end=4.5, due=Role.AGENT, before=0, announced=True),),
        overlaps=(
            Overlap(start=1.0, end=1.5, by=Role.AGENT, turn=1, over_turn=0, content_chars=2, back_channel=False),
        ),
        emotions=(TurnEmotion(1, "anger", -0.5, 0.9),),
    )
    transcript = replace(spoken.transcript, notices=(Notice("one_channel", Text("单声道", "one channel")),))
    interaction = replace(
        spoken.interaction,
        started_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        metadata={"rating": 4, "tags": ["vip", None], "authenticated": True},
    )
    return Dossier(interaction, transcript, signals)


def odd() -> Dossier:
    """A chat with nothing said but emoji, half a character and blanks."""
    return chat("A: 😀", "C: \ud83d", "A:  ")


@pytest.mark.parametrize("packed", [False, True])
def test_the_dossiers_come_back_as_they_were(packed: bool) -> None:
    dossiers = [rich(), odd(), chat("A: hi", meta={"queue": "q"}), rich()]
    batch = Batch.of(dossiers)
    if packed:
        batch = Batch.unpack(batch.pack())
    assert [batch.dossier(i) for i in range(len(batch))] == dossiers
    assert batch.ids == ("i1",) * 4


def test_an_empty_batch_can_be_packed() -> None:
    assert len(Batch.unpack(Batch.of([]).pack())) == 0


@pytest.mark.parametrize("damaged", [b"", b"QAB0whatever", b"QAB1", Batch.of([chat("A: hi")]).pack()[:40]])
def test_what_was_packed_otherwise_is_refused(damaged: bytes) -> None:
    with pytest.raises(BadInput, match="pack"):
        Batch.unpack(damaged)
