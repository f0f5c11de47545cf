"""Nearness of sentences to example sentences; the examples are embedded once a process."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np

from qa_engine.ports import Embedder, Floats

_examples: dict[tuple[str, tuple[str, ...]], Floats] = {}
_lock = Lock()


def nearness(embedder: Embedder, texts: Sequence[str], examples: tuple[str, ...]) -> list[float]:
    """Of each text the cosine to its nearest example, -1 where there are none."""
    if not texts or not examples:
        return [-1.0] * len(texts)
    key = (embedder.version, examples)
    with _lock:
        if key not in _examples:
            _examples[key] = embedder.embed(examples)
    cosines = embedder.embed(texts) @ _examples[key].T
    return [float(x) for x in np.max(cosines, axis=1)]
