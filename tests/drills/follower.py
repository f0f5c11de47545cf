"""A console that follows alerts, without a browser: raw Server-Sent Events, as many of them as a drill wants."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Follower:
    """``seen``: number of each event and when it had come whole (``time.time``); ``doubled``: those that came twice."""

    port: int
    key: str
    last: int = 0
    seen: dict[int, float] = field(default_factory=dict)
    doubled: int = 0
    hung_up: int = 0
    _writer: asyncio.StreamWriter | None = None

    async def follow(self, stop: asyncio.Event) -> None:
        """Comes back whenever its stream ends, with the number of the last event that it has."""
        while not stop.is_set():
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._once()
            await asyncio.sleep(0.05)

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self.hung_up += 1

    async def _once(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writer = writer
        lines = ["GET /v1/alerts/stream HTTP/1.1", "Host: drill", f"Authorization: Bearer {self.key}"]
        writer.write(("\r\n".join([*lines, f"Last-Event-ID: {self.last}"]) + "\r\n\r\n").encode())
        try:
            await reader.readuntil(b"\r\n\r\n")
            text = ""
            while size := int(await reader.readline() or b"0", 16):
                text += (await reader.readexactly(size + 2))[:-2].decode()
                while "\n\n" in text:
                    frame, _, text = text.partition("\n\n")
                    self._keep(frame)
        finally:
            self._writer = None
            writer.close()

    def _keep(self, frame: str) -> None:
        told = dict(line.split(": ", 1) for line in frame.splitlines() if ": " in line and not line.startswith(":"))
        if "id" not in told or told.get("event") == "reset":
            return
        number = int(told["id"])
        self.doubled += number in self.seen
        self.seen.setdefault(number, time.time())
        self.last = number
