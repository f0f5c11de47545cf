"""Any Hugging Face audio-classification model as one more ear for emotion; wants the extra ``hf``."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import soxr  # type: ignore[import-untyped]  # a dependency of librosa

from models.emotion.hub import classifier
from models.emotion.labels import LABELS, Chances, turn_emotion
from models.voice.labels import meanings
from qa_engine.domain import SAMPLE_RATE, TurnEmotion
from qa_engine.ports import Floats

BATCH = 8
ALIKE = 1.25
"""The longest sound of a batch is at most so many times its shortest: what is padded costs, and can change answers."""


class HuggingFaceVoice:
    """ports.VoiceEmotionModel. The model loads at the first use, once; safe to share between threads."""

    def __init__(self, model: str, labels: Mapping[str, str]) -> None:
        self._name = model
        self._labels = labels
        self._lock = threading.Lock()
        self._classifier: Any = None
        self._meanings: dict[str, str] = {}

    @property
    def version(self) -> str:
        return f"hf:{self._name}" + "".join(f" {theirs}={ours}" for theirs, ours in sorted(self._labels.items()))

    def emotions(self, sounds: Mapping[int, Floats]) -> tuple[TurnEmotion, ...]:
        rows = self.chances(list(sounds.values()))
        return tuple(turn_emotion(turn, row) for turn, row in zip(sounds, rows, strict=True))

    def chances(self, sounds: Sequence[Floats]) -> Chances:
        """Probabilities (len(sounds), labels) in the order of LABELS; the model's labels of one kind are added up."""
        out = np.zeros((len(sounds), len(LABELS)), np.float32)
        with self._lock:
            for batch in _batches([len(sound) for sound in sounds]):
                model = self._load()
                rate = model.feature_extractor.sampling_rate
                heard = [np.asarray(soxr.resample(sounds[i], SAMPLE_RATE, rate), np.float32) for i in batch]
                for i, answer in zip(batch, model(heard, batch_size=len(batch), top_k=None), strict=True):
                    out[i] = self._row(answer)
        return out

    def _row(self, answer: Sequence[Mapping[str, Any]]) -> Chances:
        row = np.zeros(len(LABELS), np.float32)
        for told in answer:
            row[LABELS.index(self._meanings[told["label"]])] += float(told["score"])
        out: Chances = row / max(float(row.sum()), 1e-9)
        return out

    def _load(self) -> Any:
        if self._classifier is None:
            model = classifier("audio-classification", self._name, "QA_ENGINE_VOICE_EMOTION_MODEL")
            self._meanings = meanings(model.model.config.id2label.values(), self._labels)
            self._classifier = model
        return self._classifier


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices in order of length, as many together as are of like length."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if len(batch) == BATCH or (batch and lengths[i] > ALIKE * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
