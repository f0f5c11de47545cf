"""One exchange with a chat-completions endpoint: within its time, without redirects or proxies, its key never told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpcore
from pydantic import SecretStr

from qa_engine.errors import BadSetting
from qa_engine.net.patience import Patience, Timed

LARGEST = 1 << 20
"""Bytes of an answer."""
REFUSED = frozenset({400, 413, 415, 422})
"""The endpoint is there, but does not take this request."""
SETTING = "QA_ENGINE_JUDGE_URL"


class NotNow(Exception):
    """No answer, and perhaps later; ``rest_s`` is what the endpoint asked for."""

    def __init__(self, why: str, rest_s: float | None = None) -> None:
        super().__init__(why)
        self.rest_s = rest_s


class Refused(Exception):
    """This request will not be answered, however often it is sent."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote (None: nothing that can be read) and the tokens that were counted."""

    content: str | None
    tokens_in: int
    tokens_out: int


class Endpoint:
    """``url`` is the base, such as http://127.0.0.1:8080/v1. ``patience_s`` bounds a whole exchange."""

    def __init__(self, url: str, key: SecretStr | None, patience_s: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username is not None:
            raise BadSetting(
                "is no base URL of an endpoint",
                where=SETTING,
                mend="write http://HOST:PORT/v1; the key is its own setting",
            )
        self.host = parts.hostname
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._key, self._patience_s = key, patience_s

    def complete(self, body: Mapping[str, Any]) -> Completion:
        """Raises NotNow, Refused."""
        status, headers, content = self._exchange(json.dumps(body, ensure_ascii=False).encode())
        if status in REFUSED:
            raise Refused(f"the endpoint refuses the request (HTTP {status})")
        if status != 200:
            raise NotNow(f"HTTP {status}", _rest(headers))
        return _completion(content)

    def _exchange(self, body: bytes) -> tuple[int, Mapping[bytes, bytes], bytes]:
        patience = Patience(self._patience_s, idle_s=self._patience_s)
        headers: list[tuple[bytes | str, bytes | str]] = [
            ("Content-Type", "application/json"),
            ("Connection", "close"),
        ]
        if self._key is not None and self._key.get_secret_value():
            headers.append(("Authorization", f"Bearer {self._key.get_secret_value()}"))
        try:
            with (
                httpcore.ConnectionPool(network_backend=_Backend(patience), max_keepalive_connections=0) as pool,
                pool.stream("POST", self._url, headers=headers, content=body) as answer,
            ):
                told = {name.lower(): value for name, value in answer.headers}
                return answer.status, told, _whole(answer.iter_stream())
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise NotNow(f"no answer within {self._patience_s:g} s") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise NotNow(f"cannot be reached ({type(error).__name__})") from error


def _whole(chunks: Iterable[bytes]) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST:
            raise NotNow(f"its answer is larger than {LARGEST} bytes")
    return body


def _completion(content: bytes) -> Completion:
    try:
        told = json.loads(content)
        written = told["choices"][0]["message"].get("content")
        usage = told.get("usage") or {}
        tokens = [int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NotNow("its answer is no chat completion") from error
    return Completion(written if isinstance(written, str) else None, *tokens)


def _rest(headers: Mapping[bytes, bytes]) -> float | None:
    """Seconds of a Retry-After, written as seconds or as a date."""
    told = headers.get(b"retry-after", b"").decode("latin-1").strip()
    with suppress(ValueError):
        return max(0.0, float(told))
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(told).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    return None


class _Backend(httpcore.SyncBackend):
    """Connections whose every step is within the patience of the whole."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        stream = super().connect_tcp(host, port, self._patience.left(), local_address, socket_options)
        return Timed(stream, self._patience)
