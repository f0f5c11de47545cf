"""How well arousal, the fused level and a voice model tell worked-up voices from calm ones, and which emotion it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_engine.domain import TurnEmotion
from qa_engine.emotion.fusion import Shown, intensity
from qa_engine.evaluation import emotion, ranking

COMMON: Mapping[str, str] = {
    **dict.fromkeys(("angry", "anger"), "anger"),
    **dict.fromkeys(("happy", "joy"), "joy"),
    **dict.fromkeys(("fear", "anxiety"), "anxiety"),
    **dict.fromkeys(("surprise", "surprised"), "surprise"),
    **dict.fromkeys(("sad", "sadness"), "sadness"),
    "neutral": "neutral",
}
"""Emotions of manifests by our common names."""
_CALM = ("sadness", "neutral", "disappointment")
CALM = frozenset(name for name, common in COMMON.items() if common in _CALM)
WORKED_UP = frozenset(COMMON) - CALM


@dataclass(frozen=True, slots=True)
class Clip:
    """One line of the manifest; ``text`` is empty where it tells none."""

    path: Path
    speaker: str
    emotion: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one clip shows as it is and after the codec; its arousal is None where it cannot be told."""

    clip: Clip
    plain: Shown
    g711: Shown


Told = Callable[[Shown], float | None]


@dataclass(frozen=True, slots=True)
class Report:
    """All clips of known emotions; ``skipped`` counts the others. ``words`` and ``voice`` are the models that told."""

    heard: tuple[Heard, ...]
    skipped: int
    words: str | None = None
    voice: str | None = None

    def as_json(self) -> dict[str, Any]:
        speakers = sorted({heard.clip.speaker for heard in self.heard})
        by = {name: [heard for heard in self.heard if heard.clip.speaker == name] for name in speakers}
        return {
            **_aucs(self.heard, _arousal),
            "n": len(self.heard),
            "worked_up": sum(heard.clip.emotion in WORKED_UP for heard in self.heard),
            "not_told": sum(heard.plain.arousal is None for heard in self.heard),
            "skipped": self.skipped,
            "per_speaker": {name: {**_aucs(own, _arousal), "n": len(own)} for name, own in by.items()},
            "mean_by_emotion": _means(self.heard, _arousal),
            **({"fused": self._fused()} if self.words or self.voice else {}),
            **({"model": self._model()} if self.voice else {}),
        }

    def _fused(self) -> dict[str, Any]:
        """Of the intensity that words and voice come to. The same words are those of one speaker and one text."""
        return {
            "words": self.words,
            "voice": self.voice,
            **_aucs(self.heard, intensity),
            "same_words": _within(self.heard, lambda heard: intensity(heard.plain)),
            "same_words_g711": _within(self.heard, lambda heard: intensity(heard.g711)),
            "same_words_arousal": _within(self.heard, lambda heard: heard.plain.arousal),
            "mean_by_emotion": _means(self.heard, intensity),
        }

    def _model(self) -> dict[str, Any]:
        """Of the voice model alone."""
        return {
            "version": self.voice,
            "not_heard": sum(heard.plain.voice is None for heard in self.heard),
            **_aucs(self.heard, _stirred),
            **_emotions([(heard.clip, heard.plain.voice) for heard in self.heard]),
            "after_g711": _emotions([(heard.clip, heard.g711.voice) for heard in self.heard]),
        }


def auc(heard: Sequence[Heard], told: Callable[[Heard], float | None]) -> float | None:
    """Share of pairs in which the worked-up clip is told to be so more; None without both kinds."""
    pairs = [(value, one.clip.emotion in WORKED_UP) for one in heard if (value := told(one)) is not None]
    return ranking.auc(*zip(*pairs, strict=True)) if pairs else None


def _aucs(heard: Sequence[Heard], told: Told) -> dict[str, float | None]:
    return {"auc": auc(heard, lambda one: told(one.plain)), "auc_g711": auc(heard, lambda one: told(one.g711))}


def _within(heard: Sequence[Heard], told: Callable[[Heard], float | None]) -> float | None:
    """The same share, of pairs of one speaker and one text alone."""
    groups: dict[tuple[str, str], list[Heard]] = {}
    for one in heard:
        if one.clip.text and told(one) is not None:
            groups.setdefault((one.clip.speaker, one.clip.text), []).append(one)
    right, pairs = 0.0, 0
    for own in groups.values():
        stirred = sum(one.clip.emotion in WORKED_UP for one in own)
        right += (auc(own, told) or 0.0) * stirred * (len(own) - stirred)
        pairs += stirred * (len(own) - stirred)
    return right / pairs if pairs else None


def _arousal(shown: Shown) -> float | None:
    return shown.arousal


def _stirred(shown: Shown) -> float | None:
    """How surely a voice model hears a worked-up emotion: its confidence, below zero for a calm one."""
    heard = shown.voice
    if heard is None:
        return None
    return -heard.confidence if heard.label in _CALM else heard.confidence


def _emotions(told: Sequence[tuple[Clip, TurnEmotion | None]]) -> dict[str, Any]:
    pairs = tuple((COMMON[clip.emotion], heard.label) for clip, heard in told if heard is not None)
    return emotion.Report(pairs).as_json()


def _means(heard: Sequence[Heard], told: Told) -> dict[str, float]:
    by: dict[str, list[float]] = {}
    for one in heard:
        if (value := told(one.plain)) is not None:
            by.setdefault(one.clip.emotion, []).append(value)
    return {name: round(sum(values) / len(values), 3) for name, values in sorted(by.items())}
