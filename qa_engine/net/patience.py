"""How long one exchange may take, and a stream whose every step is within that."""

from __future__ import annotations

import ssl
import time
from typing import Any

import httpcore

CONNECT_S = 5.0
"""For each way in: a connection, and the handshake after it."""
WRITTEN_AT_ONCE = 16 * 1024


class Patience:
    """How long one exchange may take: ``total_s`` in all, ``idle_s`` without a byte, and with ``rate`` (bytes a second,
    after ``total_s`` have passed) only as long as bytes come at least so fast, up to ``longest_s``."""

    def __init__(self, total_s: float, *, idle_s: float, rate: float | None = None, longest_s: float = 0.0) -> None:
        self._began, self._heard = time.monotonic(), 0
        self._total_s, self._idle_s, self._rate, self._longest_s = total_s, idle_s, rate, longest_s

    def heard(self, size: int) -> None:
        self._heard += size

    def left(self) -> float:
        """Seconds until the next byte must have come. Raises httpcore.ReadTimeout when the time is up."""
        allowed = self._total_s if self._rate is None else self._total_s + self._heard / self._rate
        allowed = min(allowed, self._longest_s) if self._rate is not None else allowed
        left = self._began + allowed - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it took too long")
        return min(left, self._idle_s)


class Timed(httpcore.NetworkStream):
    """A stream whose every step is within the patience of the whole."""

    def __init__(self, stream: httpcore.NetworkStream, patience: Patience) -> None:
        self._stream, self._patience = stream, patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found = self._stream.read(max_bytes, timeout=self._patience.left())
        self._patience.heard(len(found))
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), WRITTEN_AT_ONCE):
            self._stream.write(buffer[at : at + WRITTEN_AT_ONCE], timeout=self._patience.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = min(CONNECT_S, self._patience.left())
        return Timed(self._stream.start_tls(ssl_context, server_hostname, seconds), self._patience)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
