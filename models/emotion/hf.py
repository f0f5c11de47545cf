"""Any Hugging Face text-classification model as emotion model; wants the extra ``hf`` (torch, transformers)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.emotion.hub import classifier
from models.emotion.labels import LABELS, Chances, common_label, turn_emotion
from qa_engine.domain import Transcript, TurnEmotion

BATCH = 16


class HuggingFaceEmotion:
    """Labels each judged turn by its words; equal texts are classified once, batches run in order of length."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._lock = threading.Lock()
        self._classifier: Any = None

    @property
    def version(self) -> str:
        return f"hf:{self._name}"

    def emotions(self, transcript: Transcript) -> tuple[TurnEmotion, ...]:
        turns = [turn for turn in transcript.turns if turn.judged]
        rows = self.chances([turn.text for turn in turns])
        return tuple(turn_emotion(turn.index, row) for turn, row in zip(turns, rows, strict=True))

    def chances(self, texts: Sequence[str]) -> Chances:
        """Probabilities (len(texts), labels) in the order of LABELS; the model's labels of one kind are added up."""
        wanted = sorted(set(texts), key=lambda text: (len(text), text))
        with self._lock:
            answers = self._load()(wanted, batch_size=BATCH, truncation=True, top_k=None) if wanted else []
        found = {text: _row(answer) for text, answer in zip(wanted, answers, strict=True)}
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, len(LABELS)), np.float32)

    def _load(self) -> Any:
        if self._classifier is None:
            self._classifier = classifier("text-classification", self._name, "QA_ENGINE_EMOTION_MODEL")
        return self._classifier


def _row(answer: Sequence[Mapping[str, Any]]) -> Chances:
    row = np.zeros(len(LABELS), np.float32)
    for told in answer:
        row[LABELS.index(common_label(told["label"]))] += float(told["score"])
    return row
