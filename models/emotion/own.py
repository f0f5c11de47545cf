"""Our own text emotion model on ONNX Runtime: no torch, one thread, equal texts once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.emotion import store
from models.emotion.labels import LABELS, Chances, turn_emotion
from qa_engine.domain import Transcript, TurnEmotion

CACHED_TEXTS = 50_000
"""Greetings and set phrases repeat; 50,000 rows of seven chances are under 20 MB with their texts."""


class OwnEmotion:
    """ports.EmotionModel of the shipped classifier, Chinese and English. Safe to share between threads."""

    def __init__(self, folder: Path = store.HOME, cached_texts: int = CACHED_TEXTS) -> None:
        self._folder = folder
        self._cached_texts = cached_texts
        self._cache: OrderedDict[str, Chances] = OrderedDict()
        self._lock = threading.Lock()
        self._version = ""
        self._session: Any = None
        self._tokenizer: Any = None

    @property
    def version(self) -> str:
        """Raises WeightsMissing."""
        if not self._version:
            self._version = store.load(self._folder).version
        return self._version

    def emotions(self, transcript: Transcript) -> tuple[TurnEmotion, ...]:
        """Of each judged turn."""
        turns = [turn for turn in transcript.turns if turn.judged]
        rows = self.chances([turn.text for turn in turns])
        return tuple(turn_emotion(turn.index, row) for turn, row in zip(turns, rows, strict=True))

    def chances(self, texts: Sequence[str]) -> Chances:
        """Calibrated probabilities (len(texts), labels) in the order of LABELS. Raises WeightsMissing."""
        if not texts:
            return np.zeros((0, len(LABELS)), np.float32)
        with self._lock:
            wanted = dict.fromkeys(texts)
            known = {text: row for text in wanted if (row := self._recall(text)) is not None}
            fresh = [text for text in wanted if text not in known]
            for text, row in zip(fresh, self._run(fresh), strict=True):
                known[text] = row
                self._keep(text, row)
        return np.stack([known[text] for text in texts])

    def _recall(self, text: str) -> Chances | None:
        if text in self._cache:
            self._cache.move_to_end(text)
        return self._cache.get(text)

    def _keep(self, text: str, row: Chances) -> None:
        self._cache[text] = row
        if len(self._cache) > self._cached_texts:
            self._cache.popitem(last=False)

    def _run(self, texts: Sequence[str]) -> list[Chances]:
        if texts and self._session is None:
            self._load()
        return [self._classify(text) for text in texts]

    def _classify(self, text: str) -> Chances:
        """One by one: int8 scales are taken of all that runs together, so a neighbour in a batch would change a text.

        On one core a batch would be no faster than its texts.
        """
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        (logits,) = self._session.run(["logits"], {"ids": ids, "mask": np.ones_like(ids)})
        grown = np.exp(logits[0] - logits[0].max())
        out: Chances = grown / grown.sum()
        return out

    def _load(self) -> None:
        import onnxruntime  # noqa: PLC0415 - a native library, loaded only where it is used
        from tokenizers import Tokenizer  # noqa: PLC0415

        kept = store.load(self._folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._tokenizer = Tokenizer.from_str(kept.tokenizer)
        self._tokenizer.enable_truncation(kept.longest)
        self._session = onnxruntime.InferenceSession(kept.network, options, providers=["CPUExecutionProvider"])
