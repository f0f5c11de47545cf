"""Decides the intensity of one turn from what its words and its voice show, and says which of them told."""

from __future__ import annotations

from bisect import bisect_right

from qa_engine.domain import Text, TurnEmotion
from qa_engine.emotion.domain import Level
from qa_engine.emotion.thresholds import THRESHOLDS

USUAL = 0.5
"""Arousal of the speaker's own usual voice."""

_LABELS = {
    "anger": Text("用词愤怒", "angry words"),
    "disappointment": Text("用词失望或不满", "disappointed words"),
    "anxiety": Text("用词焦虑", "anxious words"),
    "sadness": Text("用词难过", "sad words"),
    "surprise": Text("用词惊讶", "surprised words"),
    "neutral": Text("用词平和", "neutral words"),
    "joy": Text("用词愉快或感谢", "glad or grateful words"),
}
_LOUD = Text("声音比其平时激动", "the voice more worked up than this speaker's usual")
_USUAL = Text("声音平常", "the usual voice")


def intensity(words: TurnEmotion | None, arousal: float | None) -> float | None:
    """Bad feeling 0..1; None where neither words nor voice could be read.

    Bad words count by their valence and by how sure the model is. A worked-up voice makes bad words worse, is a sign of
    unrest by itself, and means nothing bad beside glad words.
    """
    if words is None and arousal is None:
        return None
    valence = words.valence * words.confidence if words else 0.0
    bad, glad = max(0.0, -valence), max(0.0, valence)
    worked_up = max(0.0, ((arousal or 0.0) - USUAL) / (1 - USUAL))
    reach = THRESHOLDS.voice_with_words if bad >= THRESHOLDS.bad_words else THRESHOLDS.voice_alone
    return round(min(1.0, bad + reach * worked_up * (1 - bad) * (1 - glad)), 4)


def weight(words: TurnEmotion | None) -> float:
    """How much a turn counts in the course, 0..1: a model that is unsure, or a voice alone, half."""
    return 0.5 + words.confidence / 2 if words else 0.5


def level_of(value: float) -> Level:
    return Level(bisect_right(THRESHOLDS.levels, value))


def reason(words: TurnEmotion | None, arousal: float | None) -> Text:
    """What told, with the model's confidence in percent."""
    told: list[Text] = []
    if words is not None:
        label, sure = _LABELS.get(words.label, Text(words.label, words.label)), round(words.confidence * 100)
        told.append(Text(f"{label.zh}（{sure}%）", f"{label.en} ({sure}%)"))
    if arousal is not None:
        told.append(_LOUD if arousal >= THRESHOLDS.loud else _USUAL)
    return Text("，".join(text.zh for text in told), ", ".join(text.en for text in told))
