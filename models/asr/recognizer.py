"""Runs Whisper on windows: loads once under a lock, decodes a batch, aligns words; decides nothing about the text."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from qa_engine.ports import Floats

FRAME_S = 0.01
MAX_FRAMES = 3000


@dataclass(frozen=True, slots=True)
class TimedToken:
    """A word as the aligner gives it: seconds within its window, probability 0..1."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What one window yielded. ``log_prob`` is the mean per token; ``compression`` is text size over packed size."""

    text: str
    tokens: tuple[int, ...]
    log_prob: float
    no_speech: float
    compression: float
    words: tuple[TimedToken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """One manner of decoding."""

    language: str
    prompt: str = ""
    hotwords: str = ""
    beam: int = 1
    temperature: float = 0.0
    words: bool = True
    min_frames: int = MAX_FRAMES
    hotword_tokens: int = 120


class Recognizer:
    """A Whisper model behind a lock: ``load`` is called at the first use and once."""

    def __init__(self, load: Callable[[], WhisperModel]) -> None:
        self._load = load
        self._model: WhisperModel | None = None
        self._tokenizers: dict[str, Tokenizer] = {}
        self._lock = threading.RLock()

    @property
    def model(self) -> WhisperModel:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def languages(self) -> list[str]:
        return list(self.model.supported_languages)

    def detect(self, sounds: Sequence[Floats]) -> tuple[str, float]:
        """The language of these windows together, with its mean probability 0..1."""
        with self._lock:
            encoded = self.model.encode(self._features(sounds, MAX_FRAMES))
            found = self.model.model.detect_language(encoded)
        sums: dict[str, float] = {}
        for window in found:
            for token, probability in window:
                sums[token[2:-2]] = sums.get(token[2:-2], 0.0) + probability / len(found)
        best = max(sums, key=lambda code: sums[code])
        return best, sums[best]

    def decode(self, sounds: Sequence[Floats], how: How) -> list[Decoded]:
        """Windows of at most 30 s, decoded in one batch."""
        if not sounds:
            return []
        with self._lock:
            tokenizer = self._tokenizer(how.language)
            features = self._features(sounds, how.min_frames)
            encoded = self.model.encode(features)
            results = self._generate(encoded, tokenizer, how, len(sounds))
            decoded = [_decoded(result, tokenizer) for result in results]
            if not how.words:
                return decoded
            return self._with_words(decoded, encoded, tokenizer, sounds)

    def _generate(self, encoded: Any, tokenizer: Tokenizer, how: How, count: int) -> list[Any]:
        prompt = self._prompt(tokenizer, how)
        sampling: dict[str, Any] = {"beam_size": how.beam}
        if how.temperature:
            sampling = {"beam_size": 1, "sampling_topk": 0, "sampling_temperature": how.temperature}
        results: list[Any] = self.model.model.generate(
            encoded,
            [list(prompt) for _ in range(count)],
            max_length=self.model.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            **sampling,
        )
        return results

    def _prompt(self, tokenizer: Tokenizer, how: How) -> list[int]:
        hotwords = how.hotwords
        if hotwords:
            terms = tokenizer.encode(" " + hotwords)[: how.hotword_tokens]
            hotwords = tokenizer.decode(terms).replace("\ufffd", "").strip()
        prompt: list[int] = self.model.get_prompt(
            tokenizer,
            tokenizer.encode(how.prompt) if how.prompt else [],
            without_timestamps=True,
            hotwords=hotwords or None,
        )
        return prompt

    def _with_words(
        self, decoded: list[Decoded], encoded: Any, tokenizer: Tokenizer, sounds: Sequence[Floats]
    ) -> list[Decoded]:
        """Word times of all windows at once; a window without text keeps none."""
        frames = max(_frames(sound) for sound in sounds)
        aligned = self.model.find_alignment(tokenizer, [list(d.tokens) for d in decoded], encoded, frames)
        return [_with(window, words) for window, words in zip(decoded, aligned, strict=True)]

    def _features(self, sounds: Sequence[Floats], min_frames: int) -> Any:
        frames = min(MAX_FRAMES, max(min_frames, *(_frames(sound) for sound in sounds)))
        frames += frames % 2
        return np.stack([_fitted(self.model.feature_extractor(sound), frames) for sound in sounds])

    def _tokenizer(self, language: str) -> Tokenizer:
        if language not in self._tokenizers:
            model = self.model
            self._tokenizers[language] = Tokenizer(
                model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]


def compression_ratio(text: str) -> float:
    """How far text packs: above 2.4 it repeats itself."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def _decoded(result: Any, tokenizer: Tokenizer) -> Decoded:
    tokens = tuple(token for token in result.sequences_ids[0] if token < tokenizer.eot)
    length = len(result.sequences_ids[0])
    text = tokenizer.decode(list(tokens)).strip()
    return Decoded(
        text=text,
        tokens=tokens,
        log_prob=result.scores[0] * length / (length + 1),
        no_speech=result.no_speech_prob,
        compression=compression_ratio(text),
    )


def _with(window: Decoded, words: list[dict[str, Any]]) -> Decoded:
    timed = tuple(
        TimedToken(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
        for word in words
        if word["word"]
    )
    return Decoded(
        text=window.text,
        tokens=window.tokens,
        log_prob=window.log_prob,
        no_speech=window.no_speech,
        compression=window.compression,
        words=timed,
    )


def _frames(sound: Floats) -> int:
    return min(MAX_FRAMES, len(sound) // 160 + 1)


def _fitted(features: Any, frames: int) -> Any:
    """Log-mel features cut or padded with silence to ``frames``."""
    cut = features[:, :frames]
    return np.pad(cut, ((0, 0), (0, frames - cut.shape[1])))
