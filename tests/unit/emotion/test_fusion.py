"""Words and voice become one intensity, and each is named in the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import TurnEmotion
from qa_engine.emotion import Level
from qa_engine.emotion.fusion import Shown, intensity, level_of, reason

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
    value = intensity(Shown(read, arousal))
    assert value is not None and level_of(value) is level


@pytest.mark.parametrize(
    ("read", "arousal", "heard", "level"),
    [
        (FLAT, 0.5, ANGRY, Level.UPSET),  # cold anger that neither words nor arousal show
        (None, None, ANGRY, Level.UPSET),
        (FLAT, 1.0, ANGRY, Level.AGITATED),  # worked up, and heard as anger
        (FLAT, 1.0, FLAT, Level.UNEASY),  # a model that hears nothing takes nothing away ...
        (FLAT, 1.0, GLAD, Level.CALM),  # ... one that hears gladness tells why the voice was raised
        (words("anger", -1, 0.5), 0.5, ANGRY, Level.AGITATED),
        (words("anger", -1, 0.5), 0.5, GLAD, Level.UPSET),  # laughing does not make bad words good
        (GLAD, 0.5, ANGRY, Level.CALM),
    ],
)
def test_what_a_model_hears_in_the_voice_is_one_more_voice(
    read: TurnEmotion | None, arousal: float | None, heard: TurnEmotion, level: Level
) -> None:
    value = intensity(Shown(read, arousal, heard))
    assert value is not None and level_of(value) is level


def test_it_tells_nothing_where_nothing_was_read() -> None:
    assert intensity(Shown()) is None


@given(WORDS, NONE_OR_SHARE, st.none() | WORDS)
def test_it_stays_within_bounds(read: TurnEmotion, arousal: float | None, heard: TurnEmotion | None) -> None:
    value = intensity(Shown(read, arousal, heard))
    assert value is not None and 0 <= value <= 1


@given(st.none() | WORDS, st.none() | WORDS, SHARES, SHARES)
def test_a_more_worked_up_voice_never_calms(
    read: TurnEmotion | None, heard: TurnEmotion | None, one: float, other: float
) -> None:
    low, high = (intensity(Shown(read, arousal, heard)) for arousal in sorted((one, other)))
    assert low is not None and high is not None and low <= high


@given(st.floats(-1, 1), st.floats(-1, 1), SHARES, NONE_OR_SHARE)
def test_worse_words_never_calm(one: float, other: float, sure: float, arousal: float | None) -> None:
    worse, better = (intensity(Shown(words("anger", valence, sure), arousal)) for valence in sorted((one, other)))
    assert worse is not None and better is not None and worse >= better


@given(st.none() | WORDS, NONE_OR_SHARE, SHARES, SHARES, SHARES)
def test_a_worse_voice_never_calms(
    read: TurnEmotion | None, arousal: float | None, one: float, other: float, sure: float
) -> None:
    heard = (words("anger", -valence, sure) for valence in sorted((one, other)))
    low, high = (intensity(Shown(read, arousal, voice)) for voice in heard)
    assert low is not None and high is not None and low <= high


def test_it_says_what_a_model_heard() -> None:
    told = reason(Shown(FLAT, 0.8, words("anger", -1, 0.7)))
    assert told.zh == "用词平和（90%），语气愤怒（70%），声音比其平时激动"
    assert told.en == "neutral words (90%), an angry voice (70%), the voice more worked up than this speaker's usual"


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
    told = reason(Shown(read, arousal))
    assert told.zh == zh and told.en.startswith(en)
