"""A voice model hears the turns that stand out, in their own sound, and never more than its share of the speech."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from qa_engine.domain import Recording, Role, Signals, Transcript, TurnEmotion
from qa_engine.emotion import trace, with_voices
from qa_engine.emotion.hearing import worth_hearing
from qa_engine.ports import Floats
from qa_engine.signals import measure
from tests.unit.signals.sounds import call, recording, voice

AGENT, CUSTOMER, SYSTEM = Role.AGENT, Role.CUSTOMER, Role.SYSTEM


@dataclass
class Ear:
    """Hears anger in all that is loud."""

    version: str = "ear/1"
    heard: dict[int, Floats] = field(default_factory=dict)

    def emotions(self, sounds: Mapping[int, Floats]) -> tuple[TurnEmotion, ...]:
        self.heard.update(sounds)
        loud = {turn: float(np.sqrt(np.mean(np.square(sound)))) > 0.03 for turn, sound in sounds.items()}
        return tuple(
            TurnEmotion(turn, "anger" if so else "neutral", -1.0 if so else 0.0, 0.9) for turn, so in loud.items()
        )


@pytest.fixture(scope="module")
def spoken() -> tuple[Transcript, Recording]:
    """The customer's third turn is raised, the fourth is too short; the agent stays as usual."""
    said = [
        (AGENT, 0.0, 2.0, "您好请讲", 0.0), (CUSTOMER, 2.5, 4.5, "我的订单还没到", 0.0),
        (AGENT, 5.0, 7.0, "我来看一下", 0.0), (CUSTOMER, 7.5, 9.5, "都等了五天", 0.0),
        (AGENT, 10.0, 12.0, "给您催一下", 0.0), (CUSTOMER, 12.5, 14.5, "你们怎么回事", 12.0),
        (CUSTOMER, 15.5, 16.3, "快点", 0.0),
    ]  # fmt: skip
    sounds = [
        (0 if role is AGENT else 1, start, voice(110 if role is AGENT else 220, end - start, -35 + up))
        for role, start, end, _text, up in said
    ]
    return call(*(line[:4] for line in said)), recording(17.0, *sounds)


def signals_of(spoken: tuple[Transcript, Recording], **words: float) -> Signals:
    """``t3=-0.9``: the words of turn 3 read as so bad, for sure."""
    read = tuple(TurnEmotion(int(name[1:]), "anger", valence, 1.0) for name, valence in words.items())
    return replace(measure(*spoken), emotions=read)


def test_what_stands_out_comes_first_within_the_share(spoken: tuple[Transcript, Recording]) -> None:
    transcript, _sound = spoken
    signals = signals_of(spoken, t1=-0.4, t3=-0.9)
    assert worth_hearing(transcript, signals, 0.2) == [3]  # 2 of 12.8 seconds; two turns would be more than the share
    assert worth_hearing(transcript, signals, 0.35) == [3, 5]
    assert worth_hearing(transcript, signals, 0.99) == [1, 3, 5]  # the agent's say nothing, the last is too short
    assert worth_hearing(transcript, signals, 1.0) == [0, 1, 2, 3, 4, 5]
    assert worth_hearing(transcript, signals, 0.1) == []


def test_a_turn_is_heard_in_its_own_sound_and_tells_on_the_curve(spoken: tuple[Transcript, Recording]) -> None:
    transcript, sound = spoken
    ear = Ear()
    before = measure(transcript, sound)
    signals = with_voices(before, transcript, sound, ear, 0.2)
    assert list(ear.heard) == [5] and np.array_equal(ear.heard[5], sound.channel(1, 12.5, 14.5))
    assert signals.voices == (TurnEmotion(5, "anger", -1.0, 0.9),)
    plain, told = trace(transcript, before), trace(transcript, signals)
    assert plain is not None and told is not None
    was, now = ({turn.turn: turn for turn in emotion.turns} for emotion in (plain, told))
    assert now[5].intensity > was[5].intensity and now[5].smooth > was[5].smooth and now[5].voice == "anger"
    assert "语气愤怒（90%）" in now[5].reason.zh and "an angry voice (90%)" in now[5].reason.en
    assert [now[turn] for turn in (0, 1, 2, 3, 4)] == [was[turn] for turn in (0, 1, 2, 3, 4)]


def test_of_a_long_turn_the_beginning_is_heard() -> None:
    transcript = call((CUSTOMER, 0.0, 40.0, "一" * 80))
    sound = recording(40.0, (1, 0.0, voice(200, 40.0, -30)))
    ear = Ear()
    with_voices(measure(transcript, sound), transcript, sound, ear, 1.0)
    assert len(ear.heard[0]) == 15 * 16_000


def test_only_people_are_heard() -> None:
    transcript = call((SYSTEM, 0.0, 3.0, "欢迎致电"), (CUSTOMER, 4.0, 6.0, "你好"))
    sound = recording(7.0, (1, 0.0, voice(200, 6.0, -30)))
    assert worth_hearing(transcript, measure(transcript, sound), 1.0) == [1]
