"""Files on this machine become kept interactions: each one durable before the next is looked at, none taken twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qa_engine.domain import Kind, Principal
from qa_engine.errors import BadAudio, QAEngineError
from qa_engine.ingest import Limits, read_chats
from qa_engine.ingest.described import Described, described, facts_of_call, facts_of_chat
from qa_engine.ingest.files import Source
from qa_engine.ingest.sniff import HEAD_BYTES, what_is
from qa_engine.storage import SYSTEM, Accepted, Incoming, Store

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Intake:
    """``told`` is said of every file, and wins over what its sidecar says. ``priority``: higher goes first."""

    store: Store
    told: Mapping[str, Any]
    asker: Principal = SYSTEM
    priority: int = 0

    def take(self, source: Source) -> Iterator[Accepted | QAEngineError]:
        """Each interaction in the file, or the error of the one that cannot be taken."""
        try:
            settings = self.store.settings
            facts = described({**source.told, **self.told}, where=str(source.path), time_zone=settings.time_zone)
            with source.path.open("rb") as stream:
                kind = what_is(stream.read(HEAD_BYTES), source.path.name)
            if kind == "audio":
                yield self._call(source, facts)
            else:
                yield from self._chats(source, facts)
        except QAEngineError as error:
            yield error
        except OSError as error:
            yield BadAudio(f"cannot be read: {error.strerror}", where=str(source.path))

    def _call(self, source: Source, told: Described) -> Accepted:
        size = source.path.stat().st_size
        if size == 0:
            raise BadAudio("the file is empty", where=str(source.path), mend="export the recording again")
        if size > self.store.settings.max_upload_mb * MIB:
            raise BadAudio(
                f"{size // MIB} MiB is over the cap of {self.store.settings.max_upload_mb} MiB",
                where=str(source.path),
                mend="split it, or raise QA_ENGINE_MAX_UPLOAD_MB",
            )
        with source.path.open("rb") as stream:
            sha256, size = self.store.blobs.put(stream)
        incoming = Incoming(
            kind=Kind.CALL,
            source=source.path.name,
            content_sha256=sha256,
            size=size,
            priority=self.priority,
            **facts_of_call(told),
        )
        return self.store.accept(self.asker, incoming)

    def _chats(self, source: Source, told: Described) -> Iterator[Accepted | QAEngineError]:
        limits = Limits.of(self.store.settings)
        chats = read_chats(source.path.read_bytes(), source.path.name, limits=limits)
        for record in chats:
            incoming = Incoming(
                kind=record.kind,
                source=source.path.name,
                chat=record.transcript,
                priority=self.priority,
                **facts_of_chat(record, told),
            )
            try:
                yield self.store.accept(self.asker, incoming)
            except QAEngineError as error:
                yield error
        yield from chats.errors
