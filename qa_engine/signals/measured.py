"""The measures of each turn and of each speaker, put together from counts, times and sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log2
from statistics import median, pstdev

from qa_engine.domain import Role, SpeakerSignals, Transcript, Turn, TurnKind, TurnSignals
from qa_engine.signals.acoustics import TurnSound, together
from qa_engine.signals.arousal import Voice, arousals
from qa_engine.signals.count import hanzi_and_words
from qa_engine.signals.definitions import DEFINITIONS


def turn_signals(turn: Turn, language: str, sound: TurnSound, response_s: float | None) -> TurnSignals:
    """All of one turn except its loudness jump, which needs the speaker's other turns."""
    hanzi, words = hanzi_and_words(turn.text, language) if turn.judged else (0, 0)
    speech = speech_seconds(turn, sound)
    return TurnSignals(
        turn=turn.index,
        hanzi=hanzi,
        words=words,
        speech_s=speech,
        rate_hanzi_per_min=rate(hanzi, speech),
        rate_words_per_min=rate(words, speech),
        loudness_dbfs=sound.dbfs,
        pitch_hz=sound.pitch_hz,
        pitch_sd_semitones=sound.pitch_sd,
        response_s=response_s,
    )


def speech_seconds(turn: Turn, sound: TurnSound) -> float | None:
    """Speech time of a spoken turn, pauses left out; None for text and without times."""
    if turn.kind is not TurnKind.SPEECH or not sound.runs:
        return None
    return round(sum(run.seconds for run in sound.runs), 3)


def rate(count: int, seconds: float | None) -> float | None:
    """Per minute of speech; None for nothing said or too little speech to tell."""
    if seconds is None or seconds < DEFINITIONS.least_rate_s or count == 0:
        return None
    return round(60.0 * count / seconds, 1)


def with_jumps(transcript: Transcript, turns: Sequence[TurnSignals], sounds: Sequence[TurnSound]) -> list[TurnSignals]:
    """Loudness of each turn against the median of its speaker's turns that are long enough to have one."""
    usual = {}
    for role in Role:
        levels = [v for i in _levelled(transcript, sounds, role) if (v := turns[i].loudness_dbfs) is not None]
        if len(levels) > 1:
            usual[role] = median(levels)
    return [
        replace(t, loudness_jump_db=round(t.loudness_dbfs - usual[turn.role], 2))
        if t.loudness_dbfs is not None and turn.role in usual
        else t
        for turn, t in zip(transcript.turns, turns, strict=True)
    ]


def with_arousal(
    transcript: Transcript, turns: Sequence[TurnSignals], sounds: Sequence[TurnSound]
) -> list[TurnSignals]:
    """Arousal of each turn that is long enough, against the others of its speaker."""
    found: dict[int, float | None] = {}
    for role in Role:
        own = _levelled(transcript, sounds, role)
        found |= zip(own, arousals([voice_of(sounds[i]) for i in own]), strict=True)
    return [replace(t, arousal=found[t.turn]) if t.turn in found else t for t in turns]


def voice_of(sound: TurnSound) -> Voice:
    """What arousal is told from."""
    return Voice(
        level_db=sound.dbfs,
        pitch_semitones=12 * log2(sound.pitch_hz) if sound.pitch_hz else None,
        spread_semitones=sound.pitch_sd,
        tilt_db=sound.effort.tilt_db,
        syllables_per_s=sound.effort.syllables_per_s,
    )


def _levelled(transcript: Transcript, sounds: Sequence[TurnSound], role: Role) -> list[int]:
    return [t.index for t in transcript.of(role) if sounds[t.index].level_s >= DEFINITIONS.least_level_s]


def speakers(
    transcript: Transcript, turns: Sequence[TurnSignals], sounds: Sequence[TurnSound]
) -> Mapping[Role, SpeakerSignals]:
    """Each role that said something; talk ratios are shares of everybody's speech time."""
    said = {role: transcript.of(role) for role in Role if transcript.of(role)}
    spent = {role: _total([turns[t.index].speech_s for t in own]) for role, own in said.items()}
    everybody = sum(s for s in spent.values() if s)
    return {
        role: _speaker(transcript, role, turns=turns, sounds=sounds, speech=spent[role], everybody=everybody)
        for role in said
    }


def _speaker(
    transcript: Transcript,
    role: Role,
    *,
    turns: Sequence[TurnSignals],
    sounds: Sequence[TurnSound],
    speech: float | None,
    everybody: float,
) -> SpeakerSignals:
    own = [t.index for t in transcript.of(role)]
    hanzi, words = sum(turns[i].hanzi for i in own), sum(turns[i].words for i in own)
    sound = together([sounds[i] for i in own])
    levels = [v for i in _levelled(transcript, sounds, role) if (v := turns[i].loudness_dbfs) is not None]
    return SpeakerSignals(
        turns=len(own),
        hanzi=hanzi,
        words=words,
        speech_s=speech,
        talk_ratio=round(speech / everybody, 4) if speech is not None and everybody else None,
        rate_hanzi_per_min=rate(hanzi, speech),
        rate_words_per_min=rate(words, speech),
        loudness_dbfs=sound.dbfs,
        loudness_sd_db=round(pstdev(levels), 2) if len(levels) > 1 else None,
        pitch_hz=sound.pitch_hz,
        pitch_sd_semitones=sound.pitch_sd,
    )


def _total(seconds: Sequence[float | None]) -> float | None:
    known = [s for s in seconds if s is not None]
    return round(sum(known), 3) if known else None
