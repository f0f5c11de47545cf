"""Signed, short-lived links to one recording for one user, for players that cannot send credentials."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path
from time import time
from typing import Any

from api.problems import Unauthenticated
from qa_engine.domain import Principal, UserRole
from qa_engine.errors import BadSetting

MAX_SECONDS = 300
"""No link lives longer (requirement 19)."""


class Links:
    """Makes and checks link tokens with one key; processes that share the key accept each other's links."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, principal: Principal, interaction: str, seconds: int = MAX_SECONDS) -> str:
        """A token for this user and this interaction, good for ``seconds`` (at most five minutes)."""
        told = asdict(principal) | {"scopes": sorted(principal.scopes)}
        body = {"i": interaction, "e": int(time()) + min(seconds, MAX_SECONDS), "p": told}
        payload = _encode(json.dumps(body, separators=(",", ":")).encode())
        return f"{payload}.{self._sign(payload)}"

    def principal(self, token: str, interaction: str) -> Principal:
        """The user the token was made for. Raises Unauthenticated when forged, expired or for another file."""
        payload, _, signature = token.partition(".")
        if not hmac.compare_digest(self._sign(payload).encode(), signature.encode()):
            raise Unauthenticated("the link is not ours", where="token", mend="ask for a new link")
        body = _decode(payload)
        if body["i"] != interaction or body["e"] < time():
            raise Unauthenticated("the link has expired", where="token", mend="ask for a new link")
        told = body["p"]
        return Principal(**{**told, "role": UserRole(told["role"]), "scopes": frozenset(told["scopes"])})

    def _sign(self, payload: str) -> str:
        return _encode(hmac.new(self._key, payload.encode("utf-8", "surrogatepass"), hashlib.sha256).digest())


def key_in(home: Path) -> bytes:
    """The installation's link key, made once with mode 0600; two processes that start together agree on one.

    Raises BadSetting when the home folder cannot hold it.
    """
    path = home / "link.key"
    try:
        if not path.exists():
            _make(path)
        return path.read_bytes()
    except OSError as error:
        mend = "make the folder writable, or set QA_ENGINE_HOME to one that is"
        raise BadSetting(f"the key of audio links cannot be kept: {error}", where=str(path), mend=mend) from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        draft.unlink()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(payload: str) -> dict[str, Any]:
    try:
        body: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        raise Unauthenticated("the link is not ours", where="token", mend="ask for a new link") from None
    return body
