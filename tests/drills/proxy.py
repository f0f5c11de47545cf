"""Stands between us and a server, in a process of its own, and fails as it is told: slow, cut or silent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.integration.house import ROOT

SLOW_S = 0.2


class Fault(StrEnum):
    """What becomes of the bytes: passed on, passed on late, connections broken and refused, or swallowed."""

    NONE = "none"
    SLOW = "slow"
    CUT = "cut"
    HOLE = "hole"


@dataclass
class Proxy:
    """Before a server; ``tell`` changes what it does to connections old and new."""

    port: int
    told: Path
    process: subprocess.Popen[bytes]

    def tell(self, fault: Fault) -> None:
        self.told.write_text(fault)
        self.process.send_signal(signal.SIGUSR1)


@contextmanager
def proxy(host: str, port: int, folder: Path) -> Iterator[Proxy]:
    """``host`` may be the path of a Unix socket; then ``port`` is 0."""
    told, place = folder / f"fault-{port}", folder / f"port-{port}"
    told.write_text(Fault.NONE)
    place.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.drills.proxy", host, str(port), str(told), str(place)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        until = time.monotonic() + 20
        while not (place.exists() and place.read_text()):
            assert process.poll() is None and time.monotonic() < until, "the proxy does not come up"
            time.sleep(0.02)
        yield Proxy(int(place.read_text()), told, process)
    finally:
        process.kill()
        process.wait()


class Relay:
    """The process's side."""

    def __init__(self, host: str, port: int, told: Path) -> None:
        self._host, self._port, self._told = host, port, told
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._fault = Fault.NONE
        self._passes = asyncio.Event()
        self._passes.set()

    async def listen(self, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def hear(self, port: int) -> None:
        """The word has changed."""
        before, self._fault = self._fault, Fault(self._told.read_text())
        if self._fault is Fault.HOLE:
            self._passes.clear()
        else:
            self._passes.set()
        if self._fault is Fault.CUT and self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
        elif before is Fault.CUT:
            await self.listen(port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._passes.wait()
        try:
            there = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there[1]}
        try:
            await asyncio.gather(self._pass(reader, there[1]), self._pass(there[0], writer))
        finally:
            self._open -= {writer, there[1]}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._port == 0:
            return await asyncio.open_unix_connection(self._host)
        return await asyncio.open_connection(self._host, self._port)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                await asyncio.sleep(SLOW_S if self._fault is Fault.SLOW else 0)
                await self._passes.wait()
                writer.write(chunk)
                await writer.drain()
        writer.close()


async def main() -> None:
    """``python -m tests.drills.proxy HOST PORT TOLD PLACE``"""
    host, port, told, place = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    relay = Relay(host, port, told)
    ours, heard = await relay.listen(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, heard.set)
    place.write_text(str(ours))
    while os.getppid() != 1:
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), 1)
            heard.clear()
            await relay.hear(ours)


if __name__ == "__main__":
    asyncio.run(main())
