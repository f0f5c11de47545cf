"""A language model to stand in for one: a real server of the chat-completions protocol whose mind the test makes."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DATA = re.compile(r"<<<DATA ([0-9a-f]{16})>>>\n(.*?)\n<<<DATA \1>>>", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """The last question of a request, as a model would understand it."""

    body: dict[str, Any]

    @property
    def words(self) -> str:
        text: str = self.body["messages"][-1]["content"]
        return text

    @property
    def mark(self) -> str:
        found = DATA.search(self.words)
        assert found, "no marked data"
        return found[1]

    @property
    def lines(self) -> list[dict[str, Any]]:
        found = DATA.search(self.words)
        assert found, "no marked data"
        return [json.loads(line) for line in found[2].splitlines()]

    @property
    def outcomes(self) -> list[str]:
        found = re.search(r"(?:只能是：|is one of: )(.*)", self.words)
        assert found
        return found[1].split(", ")

    def first(self, who: str) -> dict[str, Any]:
        return next(line for line in self.lines if line["who"] == who)


@dataclass
class Reply:
    """``content`` is what the model writes. ``slow_s`` is waited before it, or between its bytes if it ``drips``."""

    content: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0.0
    drips: bool = False
    hangs_up: bool = False
    raw: bytes | None = None


Mind = Callable[[Asked], Reply]


def answers(outcome: str, quote: str | None = None, *, turn: int | None = None, why: str = "so it seems") -> Mind:
    """Always that outcome; quotes the agent's first words where it is given none."""

    def mind(asked: Asked) -> Reply:
        line = asked.first("agent")
        said = {"turn": line["turn"] if turn is None else turn, "text": line["said"] if quote is None else quote}
        return Reply(json.dumps({"quotes": [said], "why": why, "outcome": outcome}, ensure_ascii=False))

    return mind


def says(content: str) -> Mind:
    return lambda _: Reply(content)


def fails(status: int, **headers: str) -> Mind:
    return lambda _: Reply(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


@dataclass
class Model:
    """What it was asked, and how. ``knows`` are the ways to demand a form that it takes; others are refused."""

    url: str
    mind: Mind
    knows: set[str] = field(default_factory=lambda: {"json_schema"})
    key: str | None = None
    asked: list[Asked] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def reply(self, path: str, key: str | None, body: dict[str, Any]) -> Reply:
        self.keys.append(key)
        if path != "/v1/chat/completions":
            return Reply(status=404)
        if self.key is not None and key != f"Bearer {self.key}":
            return Reply(status=401)
        form = "grammar" if "grammar" in body else body.get("response_format", {}).get("type", "none")
        if form not in self.knows:
            return Reply(status=400)
        self.asked.append(Asked(body))
        return self.mind(self.asked[-1])


@contextmanager
def language_model(mind: Mind, **told: Any) -> Iterator[Model]:
    """Listens on the loopback until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    model = Model(f"http://127.0.0.1:{server.server_port}/v1", mind, **told)
    server.model = model  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model: Model = self.server.model  # type: ignore[attr-defined]
        reply = model.reply(self.path, self.headers.get("Authorization"), body)
        if reply.hangs_up:
            self.close_connection = True
            return
        content = _completion(body, reply) if reply.raw is None else reply.raw
        try:
            self._send(reply, content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, reply: Reply, content: bytes) -> None:
        if not reply.drips:
            time.sleep(reply.slow_s)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        for at in range(len(content)) if reply.drips else ():
            self.wfile.write(content[at : at + 1])
            self.wfile.flush()
            time.sleep(reply.slow_s)
        if not reply.drips:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Silent."""


def _completion(body: dict[str, Any], reply: Reply) -> bytes:
    if reply.status != 200:
        return json.dumps({"error": {"message": f"no: {reply.status}", "type": "error"}}).encode()
    words = sum(len(message["content"]) for message in body["messages"])
    choice = {"index": 0, "message": {"role": "assistant", "content": reply.content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": words, "completion_tokens": len(reply.content or ""), "total_tokens": words}
    told = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return json.dumps({**told, "choices": [choice], "usage": usage}, ensure_ascii=False).encode()
