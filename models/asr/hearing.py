"""Decides what was said in each window: greedy first, again with more care where the answer cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.asr.guards import is_unsupported
from models.asr.options import HearingOptions
from models.asr.packing import ONSET_S, Window, alone
from models.asr.recognizer import Decoded, How, Recognizer, TimedToken
from qa_engine.domain import Recording, Span

_NOTHING = Decoded(text="", tokens=(), log_prob=0.0, no_speech=1.0, compression=0.0)


@dataclass(frozen=True, slots=True)
class Heard:
    """A window and what was understood in it; word times are seconds of the recording."""

    window: Window
    decoded: Decoded
    words: tuple[TimedToken, ...]


class Hearing:
    """Recognises packed windows of one recording."""

    def __init__(self, recognizer: Recognizer, recording: Recording, how: How, options: HearingOptions) -> None:
        self._recognizer = recognizer
        self._recording = recording
        self._how = how
        self._options = options

    def hear(self, windows: Sequence[Window], told: Callable[[int], None]) -> list[Heard]:
        """Every window heard; ``told`` hears how many are done. Windows of like length share a batch."""
        order = sorted(windows, key=lambda w: w.length)
        heard: list[Heard] = []
        for at in range(0, len(order), self._options.decode.batch):
            batch = order[at : at + self._options.decode.batch]
            for result in self._decode(batch, self._how):
                heard.extend(self._again(result))
            told(at + len(batch))
        return heard

    def _decode(self, windows: Sequence[Window], how: How) -> list[Heard]:
        decoded = self._recognizer.decode([window.sound(self._recording) for window in windows], how)
        return [Heard(w, d, _mapped(w, d.words)) for w, d in zip(windows, decoded, strict=True)]

    def _again(self, heard: Heard) -> Iterable[Heard]:
        """The window itself where it stands; else its parts, each heard alone; a single part by other means."""
        if self._stands(heard):
            return self._completed(heard)
        parts = self._parts(heard.window.speech, heard.window.channel)
        if len(parts) > 1:
            first = self._decode(parts, replace(self._how, beam=self._options.decode.retry_beam))
            return [part if self._stands(part) else self._best(part) for part in first]
        return [self._best(heard)]

    def _completed(self, heard: Heard) -> list[Heard]:
        """With the spans in which too little was found heard alone: the decoder may have stopped early there."""
        if len(heard.window.speech) == 1:
            return [heard]
        poor = [span for span in heard.window.speech if self._is_poor(span, heard.words)]
        again = self._decode(self._parts(poor, heard.window.channel), self._how) if poor else []
        gained = [_within(one) for one in again if self._is_likely(one) and self._gains(one, heard.words)]
        replaced = [span for one in gained for span in one.window.speech]
        kept = tuple(word for word in heard.words if not any(_inside(word, span) for span in replaced))
        return [replace(heard, words=kept), *gained]

    def _is_poor(self, span: Span, words: Sequence[TimedToken]) -> bool:
        seconds = span.end - span.start
        rate = sum(letters(word.text) for word in words if _inside(word, span)) / seconds
        return seconds >= self._options.decode.lost_span_s and rate < _of(
            self._options.decode.min_chars_per_s, self._how
        )

    @staticmethod
    def _gains(one: Heard, before: Sequence[TimedToken]) -> bool:
        (span,) = one.window.speech
        return letters(one.decoded.text) > sum(letters(word.text) for word in before if _inside(word, span))

    def _is_likely(self, one: Heard) -> bool:
        """Good enough for a place where nothing was heard before: unsure words say so by their confidence."""
        options, decoded = self._options.decode, one.decoded
        rate = letters(decoded.text) / max(one.window.speech_s, 0.5)
        return (
            decoded.log_prob >= options.lost_log_prob
            and decoded.compression <= options.compression_ratio
            and rate <= _of(options.max_chars_per_s, self._how)
            and not is_unsupported(decoded, self._options.guards)
        )

    def _best(self, heard: Heard) -> Heard:
        """Of several ways to hear one stretch, the likeliest that stands; of none that stands, the least bad."""
        tried = [heard]
        for temperature in self._options.decode.retry_temperatures:
            how = replace(self._how, beam=self._options.decode.retry_beam, temperature=temperature)
            tried.extend(self._decode([heard.window], how))
            if self._stands(tried[-1]):
                return tried[-1]
        if all(is_unsupported(one.decoded, self._options.guards) for one in tried):
            return Heard(heard.window, _NOTHING, ())
        sane = [one for one in tried if one.decoded.compression <= self._options.decode.compression_ratio]
        return max(sane or tried, key=lambda one: one.decoded.log_prob)

    def _parts(self, speech: Iterable[Span], channel: int) -> list[Window]:
        duration = self._recording.duration_s
        return [alone(span, channel, duration, self._options.speech.pad_s, self._options.pack) for span in speech]

    def _stands(self, heard: Heard) -> bool:
        options, decoded = self._options.decode, heard.decoded
        if decoded.compression > options.compression_ratio or decoded.log_prob < options.log_prob:
            return False
        rate = letters(decoded.text) / max(heard.window.speech_s, 0.5)
        return _of(options.min_chars_per_s, self._how) <= rate <= _of(options.max_chars_per_s, self._how)


def letters(text: str) -> int:
    """Characters that are said: neither marks nor space."""
    return sum(1 for c in text if c.isalnum())


def _inside(word: TimedToken, span: Span) -> bool:
    """By its end, which the aligner places better than its start."""
    return span.start < word.end - ONSET_S / 2 <= span.end + ONSET_S


def _within(heard: Heard) -> Heard:
    """Without the words of its neighbours that the padding let in: those stand already."""
    (span,) = heard.window.speech
    return replace(heard, words=tuple(word for word in heard.words if _inside(word, span)))


def _of(table: Mapping[str, float], how: How) -> float:
    return table.get(how.language, table["*"])


def _mapped(window: Window, words: Sequence[TimedToken]) -> tuple[TimedToken, ...]:
    mapped = []
    for word in words:
        start, end = window.to_source(word.start, word.end)
        mapped.append(replace(word, start=start, end=end))
    return tuple(mapped)
