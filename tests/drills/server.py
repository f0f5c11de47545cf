"""The API as its own process, and a client that costs little: raw HTTP/1.1 on connections that are kept."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import time
import urllib.request
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from qa_engine.storage import SYSTEM, Store
from tests.integration.house import House, house

T = TypeVar("T")
KEPT_S = 2.0
"""A connection that was idle for longer is not used again; the server closes it after 5 s."""
CLI = "from workers.cli.main import main; main()"


@dataclass(frozen=True)
class Served:
    house: House
    port: int
    key: str

    def cpu_s(self) -> float:
        """Processor time that the API process has used."""
        web = next(child for child in self.house.family() if "workers.web" in child.cmdline())
        return sum(web.cpu_times()[:2])


@contextmanager
def served(store: Store, **settings: object) -> Iterator[Served]:
    """``qa-engine serve --only api``, once it answers."""
    key, _ = store.create_key(SYSTEM, secrets.token_hex(4))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with house(store, "-c", CLI, "serve", "--only", "api", "--port", str(port), **settings) as running:
        running.wait(lambda: answers(port), 180, "the API answers")
        yield Served(running, port, key)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` 0: the connection broke. ``seconds`` counts from the moment when the request was due."""

    name: str
    status: int
    seconds: float
    body: Mapping[str, object]

    @property
    def id(self) -> str:
        return str(self.body["id"])


class Client:
    """As many connections as are needed at once, used again."""

    def __init__(self, port: int, key: str, patience_s: float = 60.0) -> None:
        self._port, self._key, self._patience_s = port, key, patience_s
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, name: str, content_type: str, body: bytes, **headers: str) -> Answer:
        began = time.monotonic()
        told = {"X-API-Key": self._key, "Content-Type": content_type, "Content-Length": len(body), **headers}
        lines = [f"{header.replace('_', '-')}: {value}" for header, value in told.items()]
        head = "\r\n".join(["POST /v1/interactions HTTP/1.1", "Host: 127.0.0.1", *lines]) + "\r\n\r\n"
        try:
            status, answered = await asyncio.wait_for(self._exchange(head.encode() + body), self._patience_s)
        except (OSError, EOFError, TimeoutError):
            status, answered = 0, {}
        return Answer(name, status, time.monotonic() - began, answered)

    async def call(self, name: str, sound: bytes, **headers: str) -> Answer:
        """A recording whose external id is its name."""
        return await self.post(name, "multipart/form-data; boundary=b", form(sound, external_id=name), **headers)

    async def chat(self, name: str, said: str, **headers: str) -> Answer:
        messages = [{"role": "agent", "text": said}, {"role": "customer", "text": "好的"}]
        body = json.dumps({"id": name, "messages": messages}).encode()
        return await self.post(name, "application/json", body, **headers)

    async def close(self) -> None:
        for _, _, writer in self._idle:
            writer.close()

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The one used last, unless the server may just be closing it."""
        if self._idle:
            since, reader, writer = self._idle.pop()
            if time.monotonic() - since < KEPT_S:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def _exchange(self, request: bytes) -> tuple[int, Mapping[str, object]]:
        reader, writer = await self._connection()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(line for line in head.lower().split("\r\n") if line.startswith("content-length:"))
            answered = json.loads(await reader.readexactly(int(length.partition(":")[2])))
        except BaseException:
            writer.close()
            raise
        self._idle.append((time.monotonic(), reader, writer))
        return int(head.split(" ", 2)[1]), answered


def form(sound: bytes, file: str = "call.wav", **fields: str) -> bytes:
    """A multipart body with the boundary ``b``."""
    part = "--b\r\nContent-Disposition: form-data; name="
    told = "".join(f'{part}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    return f'{told}{part}"file"; filename="{file}"\r\n\r\n'.encode() + sound + b"\r\n--b--\r\n"


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the browser tests may have left a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
