"""Decides which turns a voice model hears, so that it costs less than recognition, and cuts their sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qa_engine.domain import Recording, Signals, Transcript, Turn, TurnEmotion, TurnKind
from qa_engine.emotion.domain import PEOPLE
from qa_engine.emotion.fusion import worked_up
from qa_engine.emotion.thresholds import THRESHOLDS
from qa_engine.ports import Floats, VoiceEmotionModel


def with_voices(
    signals: Signals, transcript: Transcript, recording: Recording, model: VoiceEmotionModel, share: float
) -> Signals:
    """The signals with what the model heard in the turns that it was given; ``share`` as in ``worth_hearing``."""
    turns = {turn.index: turn for turn in transcript.turns}
    sounds = {index: sound_of(turns[index], recording) for index in worth_hearing(transcript, signals, share)}
    return replace(signals, voices=model.emotions(sounds))


def worth_hearing(transcript: Transcript, signals: Signals, share: float) -> list[int]:
    """Turns whose words or voice stand out, the plainest first, for at most ``share`` (0..1) of all speech; in order.

    A share of 1 takes every turn that is long enough.
    """
    words = {emotion.turn: emotion for emotion in signals.emotions or ()}
    arousal = {turn.turn: turn.arousal for turn in signals.turns}
    seconds = {turn.turn: turn.speech_s or 0.0 for turn in signals.turns}
    standing = {
        turn.index: _standing(words.get(turn.index), arousal.get(turn.index))
        for turn in _long_enough(transcript, seconds)
    }
    if share >= 1:
        return sorted(standing)
    left = share * sum(seconds.values())
    chosen = []
    for index in sorted(standing, key=lambda index: (-standing[index], index)):
        cost = min(seconds[index], THRESHOLDS.longest_heard_s)
        if standing[index] >= THRESHOLDS.standing and cost <= left:
            chosen.append(index)
            left -= cost
    return sorted(chosen)


def sound_of(turn: Turn, recording: Recording) -> Floats:
    """A spoken turn's own channel, float32 at 16 kHz, up to ``longest_heard_s`` from its start."""
    channel = turn.channel if turn.channel is not None else recording.speaker_channels[0]
    start = turn.start or 0.0
    end = min(turn.end if turn.end is not None else start, start + THRESHOLDS.longest_heard_s)
    return recording.channel(channel, start, end)


def is_long_enough(seconds: float) -> bool:
    """Whether so much speech tells an emotion at all."""
    return seconds >= THRESHOLDS.least_heard_s


def _long_enough(transcript: Transcript, seconds: dict[int, float]) -> Iterator[Turn]:
    for turn in transcript.turns:
        of_people = turn.kind is TurnKind.SPEECH and turn.judged and turn.role in PEOPLE
        if of_people and is_long_enough(seconds.get(turn.index, 0.0)):
            yield turn


def _standing(words: TurnEmotion | None, arousal: float | None) -> float:
    """How far a turn stands out, 0..1, by what is known of it without the model."""
    return max(abs(words.valence * words.confidence) if words else 0.0, worked_up(arousal))
