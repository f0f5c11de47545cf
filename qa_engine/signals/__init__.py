"""Voice and timing of an interaction: everything a checker may know beside the words."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.domain import Recording, Signals, Span, Transcript
from qa_engine.signals.acoustics import listen
from qa_engine.signals.holds import merged
from qa_engine.signals.measured import speakers, turn_signals, with_arousal, with_jumps
from qa_engine.signals.overlap import overlaps, separate
from qa_engine.signals.timing import response_times, silences

__all__ = ["measure"]


def measure(transcript: Transcript, recording: Recording | None, holds: Sequence[Sequence[Span]] = ()) -> Signals:
    """Measure a call with its recording, or a chat or transcript without one.

    ``holds`` are spans of music and ringing per channel. Emotions are left to their model.
    """
    held = merged(holds)
    timed = recording is not None or _timed(transcript)
    duration = recording.duration_s if recording is not None else transcript.duration_s
    sounds = [listen(turn, recording) for turn in transcript.turns]
    answers = response_times(transcript, sounds) if timed else {}
    turns = [
        turn_signals(t, transcript.language, s, answers.get(t.index))
        for t, s in zip(transcript.turns, sounds, strict=True)
    ]
    turns = with_arousal(transcript, with_jumps(transcript, turns, sounds), sounds)
    found, both = overlaps(transcript, sounds) if timed and separate(transcript, recording) else ((), None)
    return Signals(
        acoustic=recording is not None,
        timed=timed,
        duration_s=duration,
        turns=tuple(turns),
        speakers=speakers(transcript, turns, sounds),
        silences=silences(transcript, sounds, recording, held, duration) if timed else (),
        overlaps=found,
        holds=held,
        overlap_s=both,
    )


def _timed(transcript: Transcript) -> bool:
    """One moment alone tells no duration; a span or a second moment does."""
    starts = [t for t in transcript.turns if t.start is not None]
    return len(starts) > 1 or any(t.end is not None and t.end > (t.start or 0.0) for t in starts)
