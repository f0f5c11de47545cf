"""Files from anywhere become kept interactions: each batch durable before the next is looked at, none taken twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from qa_engine.audio.sniff import HEAD, sniff
from qa_engine.domain import Kind, Principal
from qa_engine.errors import BadAudio, BadChat, BadInput, QAEngineError
from qa_engine.ingest import ChatRecord, Limits, stream_chats
from qa_engine.ingest.decode import clean_data
from qa_engine.ingest.described import Described, described, facts_of_call, facts_of_chat, merged
from qa_engine.ingest.files import Origin
from qa_engine.ingest.naming import NamePattern
from qa_engine.ingest.places import Found, Link
from qa_engine.ingest.sniff import what_is
from qa_engine.ingest.times import EARLIEST, LATEST
from qa_engine.net.urls import read_url
from qa_engine.storage import SYSTEM, Accepted, Incoming, Store
from workers.room import log_waiting, wait_for_room

MIB = 1 << 20
BATCH = 200
"""Chats in one transaction."""
MAX_DEPTH = 20
Result = Accepted | QAEngineError
Ready = tuple[str, Incoming | BadChat]
"""What can be kept, or why not, and where it stands."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of one transaction: each result with its number in the file, counted from 1.

    ``upto``: so many conversations of the file are done with. ``fraction`` of the file that has been read, 0..1.
    """

    results: list[tuple[int, Result]]
    upto: int
    fraction: float


def everything(_number: int) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Intake:
    """``told`` is said of every file, and wins over what its sidecar or manifest says; those win over ``pattern``,
    which reads the names of recordings. ``priority``: higher goes first. ``tell`` is told why it waits for room."""

    store: Store
    told: Mapping[str, Any]
    asker: Principal = SYSTEM
    priority: int = 0
    pattern: NamePattern | None = None
    tell: Callable[[QAEngineError], None] = log_waiting

    def take(self, source: Found) -> Iterator[Result]:
        """Each interaction in the file, or the error of the one that cannot be taken."""
        for batch in self.batches(source):
            yield from (result for _, result in batch.results)

    def batches(self, source: Found, wanted: Callable[[int], bool] = everything) -> Iterator[Batch]:
        """The same, committed batch by batch; of a file's conversations only the numbers ``wanted``.

        What is wrong with the file is a result. Raises what is wrong with the database or a place: they are away.
        """
        upto = 0
        try:
            if isinstance(source, Link):
                yield Batch([(1, self._keep([(source.row, self._link(source))])[0])], 1, 1.0)
            elif self._is_audio(source):
                yield Batch([(1, self._keep([(source.where, self._call(source))])[0])], 1, 1.0)
            else:
                for batch in self._chats(source, wanted):
                    upto = batch.upto
                    yield batch
        except BadInput as error:
            yield Batch([(upto + 1, error)], upto, 1.0)

    def _is_audio(self, source: Origin) -> bool:
        with source.open() as stream:
            return what_is(stream.read(HEAD), source.name) == "audio"

    def _call(self, source: Origin) -> Incoming:
        """Its sound is kept when this returns. Raises BadInput."""
        settings = self.store.settings
        told = self._described(self._told(source), source.teller)
        size, _ = source.state()
        if size > settings.max_upload_mb * MIB:
            cap = f"{size // MIB} MiB is over the cap of {settings.max_upload_mb} MiB"
            raise BadAudio(cap, where=source.where, mend="split it, or raise QA_ENGINE_MAX_UPLOAD_MB")
        with source.open() as stream:
            container = sniff(stream.read(HEAD), source.where).container
            stream.seek(0)
            sha256, size = self.store.blobs.put(stream)
        return Incoming(
            kind=Kind.CALL,
            source=source.name,
            content_sha256=sha256,
            size=size,
            container=container,
            priority=self.priority,
            **facts_of_call(told),
        )

    def _link(self, link: Link) -> Incoming:
        told = self._described(link.given, link.row)
        url = str(read_url(link.url, loopback_http=self.store.settings.allow_loopback_http, where=link.row))
        name = PurePosixPath(unquote(urlsplit(url).path)).name or url
        return Incoming(kind=Kind.CALL, source=name, url=url, priority=self.priority, **facts_of_call(told))

    def _chats(self, source: Origin, wanted: Callable[[int], bool]) -> Iterator[Batch]:
        told = self._described(source.told, source.teller)
        size, _ = source.state()
        with source.open() as stream:
            numbered = enumerate(stream_chats(stream, source.where, Limits.of(self.store.settings)), 1)
            while found := list(islice(numbered, BATCH)):
                chosen = [one for one in found if wanted(one[0])]
                results = self._keep([self._chat(one, source, told) for _, one in chosen])
                numbers = [number for number, _ in chosen]
                yield Batch(
                    list(zip(numbers, results, strict=True)), found[-1][0], min(1.0, stream.tell() / (size or 1))
                )

    def _chat(self, found: ChatRecord | BadChat, source: Origin, told: Described) -> Ready:
        if isinstance(found, BadChat):
            return source.where, found
        chat = Incoming(
            kind=found.kind,
            source=source.name,
            chat=found.transcript,
            priority=self.priority,
            **facts_of_chat(found, told),
        )
        return found.where, chat

    def _keep(self, ready: Sequence[Ready]) -> list[Result]:
        """In one transaction, once there is room; each result in its place, its error with the place."""
        incoming = [one for _, one in ready if isinstance(one, Incoming)]
        if incoming:
            wait_for_room(self.store, self.asker, len(incoming), self.tell)
        taken = iter(self.store.accept_many(self.asker, incoming))
        return [_placed(next(taken), where) if isinstance(one, Incoming) else one for where, one in ready]

    def _told(self, source: Origin) -> dict[str, Any]:
        """A name that does not fit the pattern is wrong only where nothing else tells of the recording."""
        told = source.told
        if self.pattern is None or (told and not self.pattern.fits(source.name)):
            return told
        return merged(self.pattern.read(source.where), told)

    def _described(self, told: Mapping[str, Any], where: str) -> Described:
        """Raises BadInput that names the field, also for what no database keeps."""
        facts = described(merged(told, self.told), where=where, time_zone=self.store.settings.time_zone)
        began = facts.started_at
        if began is not None and not EARLIEST <= began.year <= LATEST:
            raise BadInput(f"no interaction began in {began.year}", where=f"{where}: started_at")
        return facts.model_copy(update={"metadata": clean_data(facts.metadata, MAX_DEPTH, f"{where}: metadata")})


def _placed(result: Result, where: str) -> Result:
    if isinstance(result, QAEngineError):
        return type(result)(result.message, where=f"{where}: {result.where}", mend=result.mend)
    return result
