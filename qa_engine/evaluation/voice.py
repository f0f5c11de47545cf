"""How well arousal tells worked-up voices from calm ones: recordings of one turn each, with speaker and emotion."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.domain import Recording, Role, Turn, TurnKind
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.evaluation import ranking
from qa_engine.evaluation.lines import numbered
from qa_engine.evaluation.telephone import through_g711
from qa_engine.signals.acoustics import listen
from qa_engine.signals.arousal import arousals
from qa_engine.signals.measured import voice_of

WORKED_UP = frozenset({"angry", "anger", "happy", "joy", "fear", "surprise", "surprised"})
CALM = frozenset({"sad", "sadness", "neutral"})
LIMITS = Limits(max_seconds=600, max_bytes=100 << 20)
_MEND = 'write {"file": "a.wav", "speaker": "s1", "emotion": "angry"} a line'


@dataclass(frozen=True, slots=True)
class Clip:
    """One line of the manifest."""

    path: Path
    speaker: str
    emotion: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip's arousal, None where it cannot be told, from the sound as it is and after the codec."""

    clip: Clip
    plain: float | None
    g711: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All clips of known emotions; ``skipped`` counts the others."""

    heard: tuple[Heard, ...]
    skipped: int

    def as_json(self) -> dict[str, Any]:
        speakers = sorted({heard.clip.speaker for heard in self.heard})
        by = {name: [heard for heard in self.heard if heard.clip.speaker == name] for name in speakers}
        return {
            "auc": auc(self.heard, lambda heard: heard.plain),
            "auc_g711": auc(self.heard, lambda heard: heard.g711),
            "n": len(self.heard),
            "worked_up": sum(heard.clip.emotion in WORKED_UP for heard in self.heard),
            "not_told": sum(heard.plain is None for heard in self.heard),
            "skipped": self.skipped,
            "per_speaker": {
                name: {
                    "auc": auc(own, lambda heard: heard.plain),
                    "auc_g711": auc(own, lambda heard: heard.g711),
                    "n": len(own),
                }
                for name, own in by.items()
            },
            "mean_by_emotion": _means(self.heard),
        }


def evaluate(manifest: Path, hook: Callable[[int, int], None] = lambda done, of: None) -> Report:
    """Arousal of every clip against its speaker's others. Raises BadSetting for the manifest, BadInput for a line."""
    clips = read_manifest(manifest)
    known = [clip for clip in clips if clip.emotion in WORKED_UP | CALM]
    voices = []
    for done, clip in enumerate(known, 1):
        recording = _decoded(clip)
        voices.append(tuple(voice_of(listen(_whole(sound), sound)) for sound in (recording, through_g711(recording))))
        hook(done, len(known))
    plain: dict[int, float | None] = {}
    coded: dict[int, float | None] = {}
    for speaker in dict.fromkeys(clip.speaker for clip in known):
        own = [at for at, clip in enumerate(known) if clip.speaker == speaker]
        plain |= dict(zip(own, arousals([voices[at][0] for at in own]), strict=True))
        coded |= dict(zip(own, arousals([voices[at][1] for at in own]), strict=True))
    heard = tuple(Heard(clip, plain[at], coded[at]) for at, clip in enumerate(known))
    return Report(heard, len(clips) - len(known))


def read_manifest(manifest: Path) -> list[Clip]:
    """The clips; files are relative to the manifest."""
    return [_clip(manifest, number, line) for number, line in numbered(manifest, _MEND)]


def auc(heard: Sequence[Heard], told: Callable[[Heard], float | None]) -> float | None:
    """Share of pairs in which the worked-up clip has the higher arousal; None without both kinds."""
    pairs = [(value, one.clip.emotion in WORKED_UP) for one in heard if (value := told(one)) is not None]
    return ranking.auc(*zip(*pairs, strict=True)) if pairs else None


def _means(heard: Sequence[Heard]) -> Mapping[str, float]:
    by: dict[str, list[float]] = {}
    for one in heard:
        if one.plain is not None:
            by.setdefault(one.clip.emotion, []).append(one.plain)
    return {emotion: round(sum(values) / len(values), 3) for emotion, values in sorted(by.items())}


def _clip(manifest: Path, number: int, line: str) -> Clip:
    try:
        row = json.loads(line)
        return Clip(manifest.parent / row["file"], str(row["speaker"]), str(row["emotion"]).strip().lower())
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"not a clip: {error!r}", where=f"{manifest.name}:{number}", mend=_MEND) from None


def _decoded(clip: Clip) -> Recording:
    try:
        with clip.path.open("rb") as stream:
            return decode(stream, clip.path.name, LIMITS)
    except (OSError, QAEngineError) as error:
        raise BadInput(f"a clip cannot be read: {error}", where=str(clip.path), mend=_MEND) from None


def _whole(recording: Recording) -> Turn:
    return Turn(index=0, role=Role.CUSTOMER, kind=TurnKind.SPEECH, text="", start=0.0, end=recording.duration_s)
