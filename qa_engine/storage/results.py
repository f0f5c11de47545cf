"""What the stages found out, kept once for each content and version, and read back for the one who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from sqlalchemy import Connection, select

from qa_engine.domain import Principal, Signals, Transcript
from qa_engine.domain.codec import load
from qa_engine.emotion import Emotion
from qa_engine.errors import NotFound
from qa_engine.storage import clock
from qa_engine.storage.interactions import find
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.tables import stage_results

if TYPE_CHECKING:
    from qa_engine.audio.waveform import Waveform
    from qa_engine.risk import Risk

T = TypeVar("T")
CHAT_VERSION = "chat/1"
"""The version of a transcript that came in as one."""
PLAYBACK_MEDIA_TYPE = "audio/mp4"


class Results(Repository):
    def transcript(self, principal: Principal, interaction_id: str) -> Transcript | None:
        """None until it is there."""
        return self._of(principal, interaction_id, "transcript", Transcript)

    def signals(self, principal: Principal, interaction_id: str) -> Signals | None:
        """None until they are there."""
        return self._of(principal, interaction_id, "signals", Signals)

    def risk(self, principal: Principal, interaction_id: str) -> Risk | None:
        """None until it is there, and where it cannot be told."""
        from qa_engine.risk import Risk  # noqa: PLC0415 - who delivers has no use for it

        return self._of(principal, interaction_id, "risk", Risk)

    def emotion(self, principal: Principal, interaction_id: str) -> Emotion | None:
        """None until it is there, and where it cannot be told."""
        return self._of(principal, interaction_id, "emotion", Emotion)

    def waveform(self, principal: Principal, interaction_id: str) -> Waveform | None:
        """None until it is there, and for chats."""
        from qa_engine.audio.waveform import Waveform  # noqa: PLC0415 - not every process deals with sound

        return self._of(principal, interaction_id, "waveform", Waveform)

    def stage_result(self, content_sha256: str, stage: str, version: str) -> Mapping[str, Any] | None:
        """What a stage of that version has found out about that content before."""
        with self.db.read() as connection:
            return result(connection, content_sha256, stage, version)

    def open_audio(self, principal: Principal, interaction_id: str) -> tuple[BinaryIO, int, str]:
        """Seekable stream, size in bytes, media type: the copy that browsers play if there is one, else the original.

        Raises NotFound for chats.
        """
        with self.db.read() as connection:
            row = find(connection, principal, interaction_id)
        if row["size"] is None:
            raise NotFound("this interaction has no sound", where=interaction_id)
        if copy := row["playback_sha256"]:
            return self.blobs.open(copy), self.blobs.size(copy), PLAYBACK_MEDIA_TYPE
        media_type = row["media_type"] or "application/octet-stream"
        return self.blobs.open(row["content_sha256"]), row["size"], media_type

    def _of(self, principal: Principal, interaction_id: str, stage: str, kind: type[T]) -> T | None:
        with self.db.read() as connection:
            row = find(connection, principal, interaction_id)
            version = row["results"].get(stage)
            found = result(connection, row["content_sha256"], stage, version) if version else None
        return None if found is None else load(kind, dict(found))


def result(connection: Connection, content_sha256: str, stage: str, version: str) -> Mapping[str, Any] | None:
    table = stage_results.c
    same = (table.content_sha256 == content_sha256) & (table.stage == stage) & (table.version == version)
    found: Mapping[str, Any] | None = connection.execute(select(table.payload).where(same)).scalar()
    return found


def keep_result(
    connection: Connection, content_sha256: str, stage: str, version: str, payload: Mapping[str, Any]
) -> None:
    """What is there already stays: the same content and version give the same result."""
    row = {
        "content_sha256": content_sha256,
        "stage": stage,
        "version": version,
        "payload": payload,
        "created_at": clock.now(),
    }
    insert_new(connection, stage_results, [row])
