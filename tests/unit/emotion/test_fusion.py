"""Words and voice become one intensity, and each is named in the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import TurnEmotion
from qa_engine.emotion import Level
from qa_engine.emotion.fusion import intensity, level_of, reason

SHARES = st.floats(0, 1)
WORDS = st.builds(TurnEmotion, st.just(0), st.just("anger"), st.floats(-1, 1), SHARES)
NONE_OR_SHARE = st.none() | SHARES


def words(label: str, valence: float, confidence: float) -> TurnEmotion:
    return TurnEmotion(0, label, valence, confidence)


ANGRY, GLAD, FLAT = words("anger", -1, 0.9), words("joy", 1, 0.9), words("neutral", 0, 0.9)


@pytest.mark.parametrize(
    ("read", "arousal", "level"),
    [
        (ANGRY, None, Level.OUTRAGED),
        (words("anger", -1, 0.5), None, Level.UPSET),  # unsure words weigh less
        (words("anger", -1, 0.5), 0.9, Level.AGITATED),  # the voice says the same
        (words("disappointment", -0.8, 0.6), 0.5, Level.UPSET),
        (FLAT, None, Level.CALM),
        (FLAT, 0.5, Level.CALM),
        (FLAT, 1.0, Level.UNEASY),  # a raised voice alone is never more than unrest
        (None, 1.0, Level.UNEASY),
        (None, 0.1, Level.CALM),
        (GLAD, 1.0, Level.CALM),  # shouting for joy
    ],
)
def test_it_tells_the_level_from_words_and_voice(read: TurnEmotion | None, arousal: float | None, level: Level) -> None:
    value = intensity(read, arousal)
    assert value is not None and level_of(value) is level


def test_it_tells_nothing_where_nothing_was_read() -> None:
    assert intensity(None, None) is None


@given(WORDS, NONE_OR_SHARE)
def test_it_stays_within_bounds(read: TurnEmotion, arousal: float | None) -> None:
    value = intensity(read, arousal)
    assert value is not None and 0 <= value <= 1


@given(st.none() | WORDS, SHARES, SHARES)
def test_a_more_worked_up_voice_never_calms(read: TurnEmotion | None, one: float, other: float) -> None:
    low, high = (intensity(read, arousal) for arousal in sorted((one, other)))
    assert low is not None and high is not None and low <= high


@given(st.floats(-1, 1), st.floats(-1, 1), SHARES, NONE_OR_SHARE)
def test_worse_words_never_calm(one: float, other: float, sure: float, arousal: float | None) -> None:
    worse, better = (intensity(words("anger", valence, sure), arousal) for valence in sorted((one, other)))
    assert worse is not None and better is not None and worse >= better


@pytest.mark.parametrize(
    ("read", "arousal", "zh", "en"),
    [
        (ANGRY, 0.8, "用词愤怒（90%），声音比其平时激动", "angry words (90%), the voice more worked up than"),
        (FLAT, 0.5, "用词平和（90%），声音平常", "neutral words (90%), the usual voice"),
        (None, 0.9, "声音比其平时激动", "the voice more worked up"),
        (GLAD, None, "用词愉快或感谢（90%）", "glad or grateful words (90%)"),
    ],
)
def test_it_says_what_told(read: TurnEmotion | None, arousal: float | None, zh: str, en: str) -> None:
    told = reason(read, arousal)
    assert told.zh == zh and told.en.startswith(en)
