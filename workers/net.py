"""Goes out to the world and to nowhere else: the address it checked is the address it speaks to, within its time."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urljoin

import httpcore

from qa_engine import __version__
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.net import Address, Url, read_url, refusal
from qa_engine.net.patience import CONNECT_S, Patience, Timed
from qa_engine.settings import Settings

RESOLVE_S = 5.0
MOST_ADDRESSES = 4
"""Of one host's addresses that are tried, one after another."""
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = f"qa-engine/{__version__}"

Resolve = Callable[[str, int], Iterable[str]]
Dial = Callable[[str, int, float], httpcore.NetworkStream]
"""Opens a connection to an address (never a name) and port, within so many seconds."""
Answer = httpcore.Response


class Away(QAEngineError):
    """The other side does not answer as it should now; later it may."""

    code = "away"


class ForbiddenAddress(BadInput):
    """The host lies where nobody goes."""

    code = "forbidden_address"


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Outside:
    """One connection a request: no proxies, no cookies, no credentials, no decompression, nothing of the environment.

    ``loopback_http``: this machine's own addresses may be gone to (for development). ``trust``: certificates that are
    believed; None takes the system's and certifi's.
    """

    loopback_http: bool = False
    resolve: Resolve = look_up
    dial: Dial = dial
    trust: ssl.SSLContext | None = None

    @classmethod
    def of(cls, settings: Settings) -> Outside:
        return cls(loopback_http=settings.allow_loopback_http)

    def read_url(self, text: str, where: str = "url") -> Url:
        return read_url(text, loopback_http=self.loopback_http, where=where)

    @contextmanager
    def ask(
        self, method: str, url: Url, patience: Patience, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Iterator[Answer]:
        """One request, no redirects. Raises ForbiddenAddress; Away for every fault on the way, also in the body."""
        told = {"Host": url.authority, "User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        sent = [(name.encode(), value.encode()) for name, value in {**told, **(headers or {})}.items()]
        trust = self.trust or _believed()
        where = httpcore.URL(scheme=url.scheme.encode(), host=url.host.encode(), port=url.port, target=url.target)
        gate = _Gate(self, url, patience)
        with (
            _faults_told(url),
            httpcore.ConnectionPool(ssl_context=trust, network_backend=gate, max_keepalive_connections=0) as pool,
            pool.stream(method, where, headers=sent, content=body or None) as answer,
        ):
            yield answer

    @contextmanager
    def get(self, url: Url, patience: Patience) -> Iterator[Answer]:
        """Follows at most MOST_REDIRECTS redirects, each checked like the first. Raises BadInput, Away."""
        for _ in range(MOST_REDIRECTS + 1):
            with ExitStack() as stack:
                answer = stack.enter_context(self.ask("GET", url, patience))
                location = header(answer, "location")
                if answer.status not in REDIRECTS or location is None:
                    yield answer
                    return
                url = self._next(url, location)
        raise BadInput(f"more than {MOST_REDIRECTS} redirects", where=url.host, mend="send the final URL")

    def _next(self, url: Url, location: str) -> Url:
        where = f"redirect from {url.host}"
        try:
            return self.read_url(urljoin(str(url), location), where)
        except ValueError as error:
            raise BadInput(f"leads to no URL: {error}", where=where, mend="send the final URL") from None


def header(answer: Answer, name: str) -> str | None:
    """The first of that name; what is not ASCII is read as UTF-8."""
    wanted = name.lower().encode()
    return next((value.decode("utf-8", "replace") for key, value in answer.headers if key.lower() == wanted), None)


@lru_cache(maxsize=1)
def _believed() -> ssl.SSLContext:
    """Reading all certificates takes a while, so once a process."""
    return httpcore.default_ssl_context()


class _Gate(httpcore.NetworkBackend):
    """Looks the host up once, refuses unless all its addresses are allowed, and connects to exactly those."""

    def __init__(self, outside: Outside, url: Url, patience: Patience) -> None:
        self._outside, self._url, self._patience = outside, url, patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        fault: Exception = httpcore.ConnectError("it has no address")
        for address in self._checked()[:MOST_ADDRESSES]:
            try:
                seconds = min(CONNECT_S, self._patience.left())
                return Timed(self._outside.dial(str(address), port, seconds), self._patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        raise fault

    def _checked(self) -> Sequence[Address]:
        url, loopback = self._url, self._outside.loopback_http
        found = [url.literal] if url.literal is not None else self._looked_up()
        for address in found:
            why = refusal(address, loopback=loopback)
            if why is None and url.scheme == "http" and not address.is_loopback:
                why = "http only to this machine"
            if why is not None:
                raise ForbiddenAddress(f"{url.host} is not gone to: {why}", where=url.host, mend="use a public address")
        return found

    def _looked_up(self) -> list[Address]:
        seconds = min(RESOLVE_S, self._patience.left())
        names = _within(seconds, lambda: list(self._outside.resolve(self._url.host, self._url.port)))
        return [ip_address(name) for name in dict.fromkeys(names)]


@contextmanager
def _faults_told(url: Url) -> Iterator[None]:
    try:
        yield
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise Away(f"no answer in time ({error or 'it timed out'})", where=url.host) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise Away(f"cannot be reached: {error}"[:300], where=url.host) from error


def _within(seconds: float, work: Callable[[], list[str]]) -> list[str]:
    """The system's resolver knows no time limit; what takes longer is left to end by itself. Raises OSError."""
    done: SimpleQueue[list[str] | BaseException] = SimpleQueue()

    def run() -> None:
        try:
            done.put(work())
        except Exception as error:
            done.put(error)

    threading.Thread(target=run, name="resolver", daemon=True).start()
    try:
        found = done.get(timeout=seconds)
    except Empty:
        raise TimeoutError("its name was not resolved in time") from None
    if isinstance(found, BaseException):
        raise found
    return found
