"""Any Hugging Face text-classification model as emotion model; wants the extra ``hf`` (torch, transformers)."""

from __future__ import annotations

import threading
from typing import Any

from models.emotion.labels import VALENCE, common_label
from qa_engine.domain import Transcript, TurnEmotion
from qa_engine.errors import BadSetting

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
        found = self._classify({turn.text for turn in turns})
        return tuple(
            TurnEmotion(turn.index, label, VALENCE[label], confidence)
            for turn in turns
            for label, confidence in [found[turn.text]]
        )

    def _classify(self, texts: set[str]) -> dict[str, tuple[str, float]]:
        wanted = sorted(texts, key=lambda text: (len(text), text))
        with self._lock:
            answers = self._load()(wanted, batch_size=BATCH, truncation=True) if wanted else []
        return {
            text: (common_label(answer["label"]), float(answer["score"]))
            for text, answer in zip(wanted, answers, strict=True)
        }

    def _load(self) -> Any:
        if self._classifier is None:
            try:
                from transformers import pipeline  # noqa: PLC0415 - seconds to import, and an extra
            except ImportError:
                raise BadSetting(
                    "an emotion model is set, but torch and transformers are not installed",
                    where="QA_ENGINE_EMOTION_MODEL",
                    mend="pip install 'qa-engine[hf]'",
                ) from None
            self._classifier = pipeline("text-classification", model=self._name)
        return self._classifier
