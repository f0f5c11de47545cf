"""A small internet on the loopback: names, public addresses, and real HTTPS servers behind them."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import trustme

from workers.net import Outside, dial

PUBLIC, OTHER_PUBLIC = "93.184.216.34", "93.184.216.35"
Answering = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    """One request; ``say`` answers it, ``wfile`` takes raw bytes."""

    protocol_version = "HTTP/1.1"
    answering: Answering
    body = b""

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(self)  # type: ignore[attr-defined]
        type(self).answering(self)

    do_POST = do_GET

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, *pieces: bytes, rest_s: float = 0.0) -> None:
        """Bytes as they are, then the end of the connection."""
        self.close_connection = True
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(rest_s)
        except OSError:
            pass  # whoever asked has gone

    def log_message(self, *words: Any) -> None: ...


@dataclass
class Site:
    server: ThreadingHTTPServer

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def seen(self) -> list[Visit]:
        found: list[Visit] = self.server.seen  # type: ignore[attr-defined]
        return found


@dataclass
class World:
    """``names``: host -> the answers that a resolver gives, one list after another, the last one for ever;
    ``hosts``: address -> port on the loopback; ``dialed``: addresses that were connected to."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    dialed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ca: trustme.CA = field(default_factory=trustme.CA)
    sites: list[Site] = field(default_factory=list)

    def site(self, answering: Answering, host: str = "calls.example.com", address: str = PUBLIC) -> Site:
        """An HTTPS server for that name at that address."""
        site = self.plain_site(answering)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(host).configure_cert(context)
        site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
        self.names[host], self.hosts[address] = [[address]], site.port
        return site

    def plain_site(self, answering: Answering) -> Site:
        """An HTTP server, known only by its port on the loopback."""
        handler = type("Handler", (Visit,), {"answering": staticmethod(answering)})
        server = _Server(("127.0.0.1", 0), handler)
        self.sites.append(Site(server))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self.sites[-1]

    def outside(self, **more: Any) -> Outside:
        trust = ssl.create_default_context()
        self.ca.configure_trust(trust)
        return Outside(**{"resolve": self.resolve, "dial": self.dial, "trust": trust, **more})

    def resolve(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        if host not in self.names:
            raise OSError("Name or service not known")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.dialed.append(address)
        if address not in self.hosts:
            raise httpcore.ConnectError(f"nobody listens at {address}")
        return dial("127.0.0.1", self.hosts[address], seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self.seen: list[Visit] = []

    def handle_error(self, request: Any, client_address: Any) -> None: ...  # hang-ups are part of the game


@contextmanager
def small_world() -> Iterator[World]:
    world = World()
    try:
        yield world
    finally:
        for site in world.sites:
            site.server.shutdown()
            site.server.server_close()


def redirect(to: str, status: int = 302) -> Answering:
    return lambda visit: visit.say(status, Location=to)


def ok(body: bytes = b"", **headers: str) -> Answering:
    return lambda visit: visit.say(200, body, **headers)


def by_path(paths: Mapping[str, Answering]) -> Answering:
    return lambda visit: paths[visit.path](visit)
