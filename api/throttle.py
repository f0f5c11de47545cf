"""How fast one user or key may upload on this process: a bucket that fills by the minute's share every second."""

from __future__ import annotations

import threading
import time
from math import ceil

from qa_engine.storage import Throttled

MOST_KEPT = 10_000
"""Buckets; when there are more, the full ones are dropped, for they are as good as new."""


class Buckets:
    """Thread-safe. ``a_minute`` is also how much may come at once; 0 sets no limit."""

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> None:
        """Raises Throttled when the bucket is empty."""
        if not self._most:
            return
        now, a_second = time.monotonic(), self._most / 60
        with self._lock:
            at, left = self._kept.get(who, (now, float(self._most)))
            left = min(float(self._most), left + (now - at) * a_second)
            self._kept[who] = (now, left - 1 if left >= 1 else left)
            if len(self._kept) > MOST_KEPT:
                self._kept = {w: (a, n) for w, (a, n) in self._kept.items() if n + (now - a) * a_second < self._most}
        if left < 1:
            raise Throttled(
                f"more than {self._most} uploads a minute",
                retry_after_s=max(1, ceil((1 - left) / a_second)),
                mend="send more slowly, or raise QA_ENGINE_UPLOADS_PER_MINUTE",
            )
