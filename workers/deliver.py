"""Sends one event to one webhook, signed by the Standard Webhooks specification, and decides when to try again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import Connection

from qa_engine.errors import QAEngineError
from qa_engine.net.patience import Patience
from qa_engine.settings import Settings
from qa_engine.storage import clock
from qa_engine.storage.letters import Letter, Try, arrived, disable, given_up, not_sent, rests
from qa_engine.storage.webhooks import SECRET_PREFIX
from workers.desk import Again, Desk, Outcome
from workers.logs import logger
from workers.net import Outside, header

log = logger(__name__)
RETRY_AFTER_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""Rests between the ten tries, as the specification has them: 75.6 hours in all."""
LONGEST_REST_S = 24 * 3600.0
JITTER = 0.1
"""Each rest is up to a tenth longer, so that those who failed together do not come back together."""
TRY_S = 15.0
GONE = 410
SLOW_S, SLOW_TIMES = 1.0, 4.0
"""An endpoint that cost us more than a second in vain is left alone four times as long: it never takes more than a
fifth of our time from the others."""


class Deliver:
    """The stage. It remembers, for the life of the process, which endpoints were slow in vain."""

    def __init__(self, go_out: Callable[[Settings], Outside] = Outside.of) -> None:
        self._go_out = go_out
        self._left_alone: dict[str, float] = {}

    def __call__(self, desk: Desk) -> Outcome:
        letter = desk.store.letter(desk.lease.params["delivery"])
        if letter is None or not letter.open:
            return _nothing
        if letter.disabled:
            return lambda connection: not_sent(connection, letter, "the webhook is disabled")
        alone_s = self._left_alone.get(letter.webhook_id, 0.0) - time.monotonic()
        if alone_s > 0:
            return Again(alone_s * _jitter(), _nothing)
        began = time.monotonic()
        made, wanted_s = send(letter, self._go_out(desk.settings))
        took_s = time.monotonic() - began
        if made.error is not None and took_s > SLOW_S:
            self._left_alone[letter.webhook_id] = time.monotonic() + SLOW_TIMES * took_s
        log.info("webhook tried", webhook=letter.webhook_id, delivery=letter.id, status=made.status, error=made.error)
        return _outcome(letter, made, wanted_s)


def send(letter: Letter, outside: Outside) -> tuple[Try, float]:
    """One try, and the seconds that the receiver asked us to wait (0 when it did not)."""
    try:
        url = outside.read_url(letter.url)
        headers = signed(letter, int(clock.now().timestamp()))
        with outside.ask("POST", url, Patience(TRY_S, idle_s=TRY_S), headers=headers, body=letter.body.encode()) as got:
            ok = 200 <= got.status < 300
            made = Try(status=got.status, error=None if ok else f"answered {got.status}")
            return made, asked_s(header(got, "retry-after") or "")
    except QAEngineError as error:
        return Try(error=str(error)), 0.0


def signed(letter: Letter, timestamp: int) -> dict[str, str]:
    """The headers of one try. ``timestamp`` in Unix seconds."""
    key = base64.b64decode(letter.secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{letter.id}.{timestamp}.{letter.body}".encode(), hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": letter.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _outcome(letter: Letter, made: Try, wanted_s: float) -> Outcome:
    if made.error is None:
        return lambda connection: arrived(connection, letter, made)
    if made.status == GONE:
        return lambda connection: _gone(connection, letter, made)
    if letter.tries >= len(RETRY_AFTER_S):
        return lambda connection: given_up(connection, letter, made)
    seconds = max(RETRY_AFTER_S[letter.tries] * _jitter(), min(wanted_s, LONGEST_REST_S))
    return Again(seconds, lambda connection: rests(connection, letter, made, seconds))


def _gone(connection: Connection, letter: Letter, made: Try) -> None:
    given_up(connection, letter, made)
    disable(connection, letter.webhook_id, "it answered 410: gone")


def _nothing(_connection: Connection) -> None: ...


def _jitter() -> float:
    return random.uniform(1.0, 1.0 + JITTER)  # noqa: S311 - only to keep them apart


def asked_s(told: str) -> float:
    """A Retry-After in seconds, whether it tells seconds or a date; 0 for anything else."""
    told = told.strip()
    if told.isascii() and told.isdigit():
        return float(told[:9])
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, IndexError, TypeError, OverflowError):  # the standard library's reader is no fortress
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
