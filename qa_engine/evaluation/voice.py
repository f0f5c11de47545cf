"""Reads, hears and measures recordings of one turn each, with speaker and emotion, as they are and after a codec."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.domain import Recording, Role, Transcript, Turn, TurnEmotion, TurnKind
from qa_engine.emotion.fusion import Shown
from qa_engine.emotion.hearing import is_long_enough, sound_of
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.evaluation.lines import numbered
from qa_engine.evaluation.telephone import through_g711
from qa_engine.evaluation.voice_figures import CALM, WORKED_UP, Clip, Heard, Report
from qa_engine.ports import EmotionModel, VoiceEmotionModel
from qa_engine.signals.acoustics import listen
from qa_engine.signals.arousal import Voice, arousals
from qa_engine.signals.measured import voice_of

LIMITS = Limits(max_seconds=600, max_bytes=100 << 20)
_MEND = 'write {"file": "a.wav", "speaker": "s1", "emotion": "angry"} a line'


def evaluate(
    manifest: Path,
    hook: Callable[[int, int], None] = lambda done, of: None,
    words: EmotionModel | None = None,
    voice: VoiceEmotionModel | None = None,
) -> Report:
    """Every clip as one turn among its speaker's others. Raises BadSetting for the manifest, BadInput for a line.

    ``words`` reads the clips that tell their text, ``voice`` hears those of real length; without them nothing does.
    """
    clips = read_manifest(manifest)
    known = [clip for clip in clips if clip.emotion in WORKED_UP | CALM]
    lines: dict[bool, list[tuple[Voice, TurnEmotion | None]]] = {False: [], True: []}
    for done, clip in enumerate(known, 1):
        recording = _decoded(clip)
        for coded, sound in ((False, recording), (True, through_g711(recording))):
            lines[coded].append((voice_of(listen(_whole(sound), sound)), _heard_by(voice, sound)))
        hook(done, len(known))
    read = _read(known, words)
    plain, g711 = (_shown(known, read, lines[coded]) for coded in (False, True))
    heard = tuple(Heard(*each) for each in zip(known, plain, g711, strict=True))
    return Report(
        heard,
        skipped=len(clips) - len(known),
        words=words.version if words and read else None,
        voice=voice.version if voice else None,
    )


def _shown(
    clips: Sequence[Clip], read: Mapping[int, TurnEmotion], heard: Sequence[tuple[Voice, TurnEmotion | None]]
) -> list[Shown]:
    """What each clip shows over one line: arousal against its speaker's other clips, words, and what was heard."""
    arousal: dict[int, float | None] = {}
    for speaker in dict.fromkeys(clip.speaker for clip in clips):
        own = [at for at, clip in enumerate(clips) if clip.speaker == speaker]
        arousal |= dict(zip(own, arousals([heard[at][0] for at in own]), strict=True))
    return [Shown(read.get(at), arousal[at], told) for at, (_voice, told) in enumerate(heard)]


def _read(clips: Sequence[Clip], words: EmotionModel | None) -> dict[int, TurnEmotion]:
    """What a model reads in the clips that tell their text, by place."""
    turns = tuple(
        Turn(index=at, role=Role.CUSTOMER, kind=TurnKind.SPEECH, text=clip.text) for at, clip in enumerate(clips)
    )
    told = words.emotions(Transcript(turns=turns, language="auto")) if words else ()
    return {emotion.turn: emotion for emotion in told}


def _heard_by(voice: VoiceEmotionModel | None, recording: Recording) -> TurnEmotion | None:
    if voice is None or not is_long_enough(recording.duration_s):
        return None
    (told,) = voice.emotions({0: sound_of(_whole(recording), recording)})
    return told


def read_manifest(manifest: Path) -> list[Clip]:
    """The clips; files are relative to the manifest."""
    return [_clip(manifest, number, line) for number, line in numbered(manifest, _MEND)]


def _clip(manifest: Path, number: int, line: str) -> Clip:
    try:
        row = json.loads(line)
        emotion = str(row["emotion"]).strip().lower()
        return Clip(manifest.parent / row["file"], str(row["speaker"]), emotion, str(row.get("text") or ""))
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
