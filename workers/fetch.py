"""Fetches a recording by its URL into the blob store, looks whether it is one, and hands it on to be heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from sqlalchemy import Connection, select, update

from qa_engine.audio.sniff import HEAD, MEDIA_TYPES, sniff
from qa_engine.errors import BadInput
from qa_engine.net.patience import Patience
from qa_engine.settings import Settings
from qa_engine.storage import Queue, Stage, State, clock
from qa_engine.storage.jobs import new_job
from qa_engine.storage.tables import interactions
from workers.desk import Desk, Effect, Outcome, later
from workers.net import Answer, Away, Outside, header

MIB = 1 << 20
FIRST_S, IDLE_S = 30.0, 15.0
LEAST_RATE = 64 * 1024
"""Bytes a second, after the first half minute; who sends slower holds up the others."""
MARGIN_S = 60.0
"""For looking at it and keeping it, after the last byte."""
MAY_PASS = frozenset({408, 425, 429})
"""Answers below 500 that mean: not now."""
FIRST_REST_S, LONGEST_REST_S, PATIENT_S = 5.0, 3600.0, 86_400.0


class NotThere(BadInput):
    """The other side will not give it."""

    code = "not_fetched"


class Duplicate(BadInput):
    """The very same sound is kept already."""

    code = "duplicate"


class Fetch:
    """The stage. A source that is away is asked again, each rest as long as the recording has waited, for a day."""

    def __init__(self, go_out: Callable[[Settings], Outside] = Outside.of) -> None:
        self._go_out = go_out

    def __call__(self, desk: Desk) -> Outcome:
        try:
            return self._fetch(desk)
        except Away as error:
            waited_s = (clock.now() - desk.row.received_at).total_seconds()
            if waited_s > PATIENT_S:
                raise
            return later(desk, error, min(max(waited_s, FIRST_REST_S), LONGEST_REST_S))

    def _fetch(self, desk: Desk) -> Effect:
        outside, settings = self._go_out(desk.settings), desk.settings
        desk.allow(settings.fetch_timeout_s + MARGIN_S)
        patience = Patience(FIRST_S, idle_s=IDLE_S, rate=LEAST_RATE, longest_s=settings.fetch_timeout_s)
        url = outside.read_url(desk.lease.params["url"])
        with outside.get(url, patience) as answer:
            _check(answer, url.host)
            body = _Body(answer, settings.max_upload_mb * MIB, desk)
            container = sniff(body.head(HEAD), desk.row.interaction.source).container
            sha256, size = desk.store.blobs.put(cast(BinaryIO, body))
        about = {"content_sha256": sha256, "size": size, "container": container}
        return lambda connection: _keep(connection, desk, {**about, "media_type": MEDIA_TYPES[container]})


class _Body:
    """A body as a stream: counted while it comes, whatever length was announced. Raises BadInput over the cap."""

    def __init__(self, answer: Answer, most: int, desk: Desk) -> None:
        self._pieces, self._most, self._desk = answer.iter_stream(), most, desk
        self._ahead, self._size = b"", 0
        announced = header(answer, "content-length")  # a number, or the answer was refused as none
        self._expected = int(announced) if announced else most
        if self._expected > most:
            raise self._too_large()

    def head(self, size: int) -> bytes:
        """The first bytes, which are read again later."""
        found = self._ahead
        while len(found) < size and (piece := self._next()):
            found += piece
        self._ahead = found
        return found[:size]

    def read(self, _size: int = -1) -> bytes:
        """Some bytes; none at the end."""
        found, self._ahead = self._ahead, b""
        return found or self._next()

    def _next(self) -> bytes:
        piece = next((piece for piece in self._pieces if piece), b"")
        self._size += len(piece)
        if self._size > self._most:
            raise self._too_large()
        self._desk.progress("fetch", self._size / max(self._expected, 1))
        return piece

    def _too_large(self) -> BadInput:
        mend = "split it, or raise QA_ENGINE_MAX_UPLOAD_MB"
        return BadInput(f"the recording is over the cap of {self._most // MIB} MiB", where="url", mend=mend)


def _check(answer: Answer, host: str) -> None:
    """Raises Away for what may pass, NotThere for what will not."""
    if answer.status >= 500 or answer.status in MAY_PASS:
        raise Away(f"answered {answer.status}", where=host)
    if answer.status != 200:
        mend = "see that the URL still holds and needs no login"
        raise NotThere(f"answered {answer.status} instead of the recording", where=host, mend=mend)
    packed = header(answer, "content-encoding")
    if packed not in (None, "", "identity"):
        raise NotThere(f"the recording came packed ({packed[:40]})", where=host, mend="serve the file as it is")


def _keep(connection: Connection, desk: Desk, about: dict[str, Any]) -> None:
    """The recording is the interaction's from now on, and waits to be heard. Raises Duplicate, and then nothing is."""
    if desk.row.interaction.external_id is None:
        same = (interactions.c.tenant == desk.lease.tenant) & (interactions.c.content_sha256 == about["content_sha256"])
        other = connection.execute(select(interactions.c.id).where(same, interactions.c.id != desk.row.id)).scalar()
        if other is not None:
            mend = "give it an external_id if it is a call of its own"
            raise Duplicate(f"the same recording is kept as {other}", where="url", mend=mend)
    news = {**about, "state": State.QUEUED}
    connection.execute(update(interactions).where(interactions.c.id == desk.row.id).values(**news))
    lane = Queue.ARCHIVE if desk.lease.queue is Queue.ARCHIVE else None
    new_job(connection, desk.lease.tenant, desk.row.id, Stage.TRANSCRIBE, queue=lane)
