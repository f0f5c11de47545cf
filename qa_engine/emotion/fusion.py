"""Decides the intensity of one turn from what its words and its voice show, and says which of them told."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from qa_engine.domain import Text, TurnEmotion
from qa_engine.emotion.domain import Level
from qa_engine.emotion.thresholds import THRESHOLDS

USUAL = 0.5
"""Arousal of the speaker's own usual voice."""

_WORDS = {
    "anger": Text("用词愤怒", "angry words"),
    "disappointment": Text("用词失望或不满", "disappointed words"),
    "anxiety": Text("用词焦虑", "anxious words"),
    "sadness": Text("用词难过", "sad words"),
    "surprise": Text("用词惊讶", "surprised words"),
    "neutral": Text("用词平和", "neutral words"),
    "joy": Text("用词愉快或感谢", "glad or grateful words"),
}
_VOICES = {
    "anger": Text("语气愤怒", "an angry voice"),
    "disappointment": Text("语气失望或不满", "a disappointed voice"),
    "anxiety": Text("语气焦虑", "an anxious voice"),
    "sadness": Text("语气难过", "a sad voice"),
    "surprise": Text("语气惊讶", "a surprised voice"),
    "neutral": Text("语气平和", "a calm voice"),
    "joy": Text("语气愉快", "a glad voice"),
}
_LOUD = Text("声音比其平时激动", "the voice more worked up than this speaker's usual")
_USUAL = Text("声音平常", "the usual voice")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one turn shows: its words as a model read them, how worked up the voice is (0..1), the voice as a model
    heard it; None for what was not looked at."""

    words: TurnEmotion | None = None
    arousal: float | None = None
    voice: TurnEmotion | None = None


def intensity(shown: Shown) -> float | None:
    """Bad feeling 0..1; None where neither words nor voice could be read.

    Bad words count by their valence and by how sure the model is. A worked-up voice makes bad words worse, is a sign of
    unrest by itself, and means nothing bad beside glad words or where a model hears gladness in it. A voice in which a
    model hears bad feeling adds to whatever else there is, but not beside glad words.
    """
    if shown == Shown():
        return None
    bad, glad = _bad_and_glad(shown.words)
    bad_voice, glad_voice = _bad_and_glad(shown.voice)
    reach = THRESHOLDS.voice_with_words if bad >= THRESHOLDS.bad_words else THRESHOLDS.voice_alone
    calm = (1 - reach * worked_up(shown.arousal) * (1 - glad_voice)) * (1 - THRESHOLDS.voice_heard * bad_voice)
    return round(min(1.0, bad + (1 - calm) * (1 - bad) * (1 - glad)), 4)


def worked_up(arousal: float | None) -> float:
    """How far a voice is above the speaker's usual one, 0..1."""
    return max(0.0, ((arousal or 0.0) - USUAL) / (1 - USUAL))


def weight(shown: Shown) -> float:
    """How much a turn counts in the course, 0..1: a model that is unsure, or arousal alone, half."""
    return 0.5 + max((told.confidence for told in (shown.words, shown.voice) if told), default=0.0) / 2


def level_of(value: float) -> Level:
    return Level(bisect_right(THRESHOLDS.levels, value))


def reason(shown: Shown) -> Text:
    """What told, with each model's confidence in percent."""
    told = [
        Text(f"{name.zh}（{round(read.confidence * 100)}%）", f"{name.en} ({round(read.confidence * 100)}%)")
        for read, names in ((shown.words, _WORDS), (shown.voice, _VOICES))
        if read is not None and (name := names.get(read.label, Text(read.label, read.label)))
    ]
    if shown.arousal is not None:
        told.append(_LOUD if shown.arousal >= THRESHOLDS.loud else _USUAL)
    return Text("，".join(text.zh for text in told), ", ".join(text.en for text in told))


def _bad_and_glad(read: TurnEmotion | None) -> tuple[float, float]:
    """Bad and good feeling 0..1, one of them 0, weighed by how sure a model is."""
    valence = read.valence * read.confidence if read else 0.0
    return max(0.0, -valence), max(0.0, valence)
