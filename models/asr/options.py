"""Every number that hearing depends on, once: what was measured to work, in one frozen place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechOptions:
    """Where speech is: seconds, probabilities 0..1, decibels."""

    threshold: float = 0.35
    min_speech_s: float = 0.1
    min_silence_s: float = 0.5
    pad_s: float = 0.4
    max_speech_s: float = 28.0
    scan_s: float = 600.0
    copy_correlation: float = 0.6
    copy_quieter_db: float = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackOptions:
    """How speech fills windows: ``join_s`` of silence where sound was left out, ``keep_gap_s`` is left as it is.
    ``roomy_pad_s`` of the sound around speech is kept where one window holds all of it.

    ``lead_s`` of silence goes before and after each window: without it the first words suffer (measured).
    """

    window_s: float = 29.9
    lead_s: float = 0.5
    join_s: float = 0.4
    keep_gap_s: float = 0.8
    roomy_pad_s: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeOptions:
    """How windows become words, and when a window has failed and is heard again.

    ``min_chars_per_s`` and ``max_chars_per_s``: letters (zh: Hanzi) a second of speech outside of which text was lost
    or invented; ``lost_log_prob`` is enough where nothing was heard before. ``min_frames`` is the least context in
    frames of 10 ms: with 10 s instead of 30 s the error rate rose from 10 to 14.5 %. ``prompts`` (by language) are
    empty: the usual one for Simplified Chinese (以下是普通话...的简体中文记录。) raised it from 13.3 to 17.4 %, and
    characters are converted afterwards anyway.
    """

    batch: int = 8
    beam: int = 5
    retry_beam: int = 5
    retry_temperatures: tuple[float, ...] = (0.0, 0.4)
    compression_ratio: float = 2.4
    log_prob: float = -1.0
    lost_log_prob: float = -1.6
    min_chars_per_s: Mapping[str, float] = field(default_factory=lambda: {"zh": 2.0, "ja": 2.5, "*": 5.0})
    max_chars_per_s: Mapping[str, float] = field(default_factory=lambda: {"zh": 12.0, "ja": 16.0, "*": 35.0})
    lost_span_s: float = 0.8
    min_frames: int = 3000
    hotword_tokens: int = 120
    prompts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardOptions:
    """When text is not believed. Shares and probabilities 0..1; loops in words and times."""

    no_speech: float = 0.6
    unsupported_log_prob: float = -1.0
    doubtful_confidence: float = 0.5
    phantom_share: float = 0.5
    echo_share: float = 0.9
    echo_least_chars: int = 6
    loop_words: int = 12
    loop_times: int = 4
    loop_times_single: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOptions:
    """When a pause ends a turn or earns a mark, in seconds.

    ``mark_languages`` get marks from us; in the others the recogniser's marks stand, and a sentence that has not
    ended goes on over a pause up to ``carry_gap_s`` while nobody else speaks. Where speakers share a channel,
    ``mono_gap_s`` and sentence ends part the text before roles are told.
    """

    turn_gap_s: float = 0.8
    carry_gap_s: float = 1.8
    mono_gap_s: float = 0.35
    stop_gap_s: float = 0.6
    comma_gap_s: float = 0.3
    mark_languages: tuple[str, ...] = ("zh", "yue")


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingOptions:
    """All of it."""

    speech: SpeechOptions = field(default_factory=SpeechOptions)
    pack: PackOptions = field(default_factory=PackOptions)
    decode: DecodeOptions = field(default_factory=DecodeOptions)
    guards: GuardOptions = field(default_factory=GuardOptions)
    turns: TurnOptions = field(default_factory=TurnOptions)
