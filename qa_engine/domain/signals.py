"""What voice and timing show, per turn and per call; thresholds are not here, they are the rubric's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa_engine.domain.transcript import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSignals:
    """Of one turn. None where it cannot be measured (chat, too short).

    Rates are per minute of speech time. ``loudness_dbfs`` is the speech level; ``loudness_jump_db`` is against the
    speaker's own median. ``pitch_hz`` is the median F0, ``pitch_sd_semitones`` its robust spread. ``response_s`` is
    seconds from the end of the other side's turn to this start (negative: began before the other ended).
    ``arousal`` 0..1 tells how worked up the voice is against the speaker's own in this call: 0.5 is the usual one.
    """

    turn: int
    hanzi: int = 0
    words: int = 0
    speech_s: float | None = None
    rate_hanzi_per_min: float | None = None
    rate_words_per_min: float | None = None
    loudness_dbfs: float | None = None
    loudness_jump_db: float | None = None
    pitch_hz: float | None = None
    pitch_sd_semitones: float | None = None
    response_s: float | None = None
    arousal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerSignals:
    """Of one role, all its turns; units as in TurnSignals. ``talk_ratio`` is its share of all speech time."""

    turns: int
    hanzi: int
    words: int
    speech_s: float | None = None
    talk_ratio: float | None = None
    rate_hanzi_per_min: float | None = None
    rate_words_per_min: float | None = None
    loudness_dbfs: float | None = None
    loudness_sd_db: float | None = None
    pitch_hz: float | None = None
    pitch_sd_semitones: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nobody speaks for [start, end) seconds (calls: from 2 s up).

    ``due`` is who was due to speak. ``before`` and ``after`` are the turns around it, None at the edges.
    ``announced``: the agent excused it just before (请稍等 ...). ``hold``: hold music or ringing filled it.
    """

    start: float
    end: float
    due: Role
    before: int | None = None
    after: int | None = None
    announced: bool = False
    hold: bool = False

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Both speak at once for [start, end) seconds: ``turn`` began while ``over_turn`` was being said.

    ``content_chars`` counts what the later speaker said in it, back-channels (嗯 对 好的 uh-huh) left out.
    ``took_floor`` tells that the earlier speaker stopped and the later one went on.
    """

    start: float
    end: float
    by: Role
    turn: int
    over_turn: int
    content_chars: int
    back_channel: bool
    took_floor: bool = False

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in seconds, with what it holds (music, ringing, speech)."""

    start: float
    end: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class TurnEmotion:
    """Emotion of one turn: a label of the field's usual seven, valence -1..1, confidence 0..1."""

    turn: int
    label: str
    valence: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """All that is measured of one interaction. ``acoustic`` is False for chats; ``timed`` False without times.

    ``emotions`` is None until an emotion model has looked; an empty tuple means that it looked and found nothing.
    ``voices`` likewise is of a voice model, which hears some turns only.
    """

    acoustic: bool
    timed: bool
    duration_s: float | None
    turns: tuple[TurnSignals, ...] = ()
    speakers: Mapping[Role, SpeakerSignals] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    holds: tuple[Span, ...] = ()
    overlap_s: float | None = None
    emotions: tuple[TurnEmotion, ...] | None = None
    voices: tuple[TurnEmotion, ...] | None = None
