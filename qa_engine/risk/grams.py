"""Words as runs of one to four characters, kept by hash: whose text taught them cannot be read back."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from qa_engine.risk.dialogue import plain

LONGEST = 4
Keys = npt.NDArray[np.uint32]
Reals = npt.NDArray[np.float64]


@lru_cache(maxsize=8192)
def _counted(text: str) -> Counter[int]:
    marked = f"^{plain(text)}$"
    return Counter(
        zlib.crc32(marked[i : i + n].encode("utf-8", "replace"))
        for n in range(1, LONGEST + 1)
        for i in range(len(marked) - n + 1)
    )


def grams(texts: Iterable[str]) -> tuple[Keys, Reals]:
    """Hashes in rising order, and 1 + ln(count) of each."""
    total: Counter[int] = Counter()
    for text in texts:
        if text.strip():
            total.update(_counted(text))
    keys = np.fromiter(total.keys(), np.uint32, len(total))
    counts = np.fromiter(total.values(), np.float64, len(total))
    order = np.argsort(keys)
    return keys[order], 1 + np.log(counts[order])
