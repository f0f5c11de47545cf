"""The ordered stages from a recording or a chat to an explained scorecard; each says which versions made its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from qa_engine import __version__
from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.audio.playback import encode_playback, playable
from qa_engine.audio.waveform import Waveform, waveform
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Interaction, Recording, Scorecard, Signals, Span, Transcript
from qa_engine.emotion import Emotion, trace, with_voices
from qa_engine.ports import (
    ActModel,
    Embedder,
    EmotionModel,
    Judge,
    Opinions,
    Progress,
    SoundDetector,
    Transcriber,
    VoiceEmotionModel,
)
from qa_engine.risk import Risk, RiskModel, assess
from qa_engine.rubric import Rubric, load_rubric
from qa_engine.scoring import judge as score
from qa_engine.settings import Settings
from qa_engine.signals import measure


@dataclass(frozen=True, slots=True)
class Tools:
    """The models at hand, each loaded by its first use and kept for the process.

    ``opinions`` remembers what the judge said, for whoever sets it. ``risk`` gives the trained numbers. ``voice`` hears
    at most ``voice_share`` (0..1) of a call's speech.
    """

    transcriber: Transcriber
    detector: SoundDetector
    embedder: Embedder | None = None
    emotion: EmotionModel | None = None
    voice: VoiceEmotionModel | None = None
    voice_share: float = 1.0
    acts: ActModel | None = None
    risk: Callable[[], RiskModel] | None = None
    judge: Judge | None = None
    opinions: Opinions | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one hearing of a call yields; ``playback`` is a copy that browsers play, None when the original is."""

    transcript: Transcript
    signals: Signals
    waveform: Waveform
    playback: bytes | None


@dataclass(frozen=True, slots=True)
class Insight:
    """What is told of a conversation beside its scorecard, while it goes on and afterwards; None where it cannot be."""

    risk: Risk | None
    emotion: Emotion | None


def quiet(stage: str, fraction: float) -> None:
    """The progress hook of those who do not watch."""


def decode_call(stream: BinaryIO, name: str, settings: Settings) -> Recording:
    """The sound of a call within the installation's caps. Raises BadAudio."""
    return decode(stream, name, Limits.of(settings))


def hear(interaction: Interaction, recording: Recording, tools: Tools, progress: Progress = quiet) -> Heard:
    """Recognise and measure one call: everything that needs its sound, so that nothing needs it again."""
    progress("listen", 0.0)
    holds = _holds(recording, tools.detector)
    transcript = tools.transcriber.transcribe(recording, interaction, holds, progress)
    transcript = replace(transcript, notices=recording.notices + transcript.notices)
    progress("measure", 0.0)
    signals = _feel(measure(transcript, recording, holds), transcript, tools)
    if tools.voice is not None:
        signals = with_voices(signals, transcript, recording, tools.voice, tools.voice_share)
    copy = None if playable(recording.container, recording.codec) else encode_playback(recording)
    progress("measure", 1.0)
    return Heard(transcript, signals, waveform(recording), copy)


def read(transcript: Transcript, tools: Tools) -> Signals:
    """The signals of a chat or of a transcript made elsewhere: timing and text, no acoustics."""
    return _feel(measure(transcript, None), transcript, tools)


def judge(
    interaction: Interaction, transcript: Transcript, signals: Signals, rubric: Rubric, tools: Tools
) -> Scorecard:
    """The scorecard of what was heard or read; runs again at will, on stored results.

    Raises JudgeAway where a judge is set: then there is no scorecard yet.
    """
    instruments = Instruments(tools.embedder, tools.acts, tools.judge, tools.opinions)
    return score(Dossier(interaction, transcript, signals), rubric, instruments)


def look_into(transcript: Transcript, signals: Signals, tools: Tools) -> Insight:
    """Whether the customer may be lost, and how both sides feel; the transcript may be one that still grows."""
    risk = None
    if tools.risk and tools.embedder:
        risk = assess(transcript, tools.risk(), tools.embedder, signals.emotions)
    return Insight(risk, trace(transcript, signals))


def choose_rubric(wanted: str, language: str) -> Rubric:
    """The rubric by name or file; ``auto`` takes the general one of the transcript's language."""
    if wanted != "auto":
        return load_rubric(wanted)
    return load_rubric("general-zh" if language.startswith(("zh", "yue")) else "general-en")


def hearing_version(tools: Tools) -> str:
    """What the results of hearing depend on."""
    emotion = tools.emotion.version if tools.emotion else "no emotion"
    voice = f"/{tools.voice.version} of {tools.voice_share}" if tools.voice else ""
    return f"{__version__}/{tools.transcriber.version}/{tools.detector.version}/{emotion}{voice}"


def versions(interaction: Interaction, rubric: Rubric, tools: Tools) -> Mapping[str, Any]:
    """What made a scorecard, kept beside it so that it stays explainable."""
    heard = {"transcriber": tools.transcriber.version, "sound": tools.detector.version}
    if tools.voice is not None:
        heard["voice"] = tools.voice.version
    return {
        "engine": __version__,
        "rubric": {"id": rubric.id, "version": rubric.version, "sha256": rubric.sha256},
        "embedder": tools.embedder.version if tools.embedder else None,
        "emotion": tools.emotion.version if tools.emotion else None,
        "acts": tools.acts.version if tools.acts else None,
        **(heard if interaction.kind == "call" else {}),
    }


def asked(card: Scorecard, tools: Tools) -> Mapping[str, Any]:
    """What the judge was asked for this card, for its versions; tokens and seconds of what was not remembered."""
    if tools.judge is None:
        return {}
    opinions = [item.opinion for item in card.items if item.opinion is not None]
    fresh = [opinion for opinion in opinions if not opinion.cached]
    told = {
        "model": tools.judge.version,
        "questions": len(opinions),
        "cached": len(opinions) - len(fresh),
        "tokens_in": sum(opinion.tokens_in for opinion in fresh),
        "tokens_out": sum(opinion.tokens_out for opinion in fresh),
        "seconds": round(sum(opinion.seconds for opinion in fresh), 3),
    }
    return {"judge": told}


def _holds(recording: Recording, detector: SoundDetector) -> tuple[tuple[Span, ...], ...]:
    return tuple(
        tuple(detector.music(recording.channel(index))) if index in recording.speaker_channels else ()
        for index in range(recording.channels)
    )


def _feel(signals: Signals, transcript: Transcript, tools: Tools) -> Signals:
    return replace(signals, emotions=tools.emotion.emotions(transcript)) if tools.emotion else signals
