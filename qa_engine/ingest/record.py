"""What an importer gives: one conversation, ready to be judged, and the limits under which it was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qa_engine.domain import Direction, Kind, Notice, Role, Transcript, TurnKind, Word
from qa_engine.errors import BadChat, BadSetting
from qa_engine.settings import Settings

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on what is read, and the time zone of times that name none."""

    max_bytes: int = 500 * MIB
    max_line_bytes: int = 32 * MIB
    max_messages: int = 20_000
    max_text: int = 200_000
    max_depth: int = 24
    session_gap_h: float = 24.0
    time_zone: str = "Asia/Shanghai"

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(
            max_bytes=settings.max_upload_mb * MIB,
            max_messages=settings.max_chat_messages,
            time_zone=settings.time_zone,
        )

    @property
    def zone(self) -> tzinfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadSetting(
                f"unknown time zone {self.time_zone!r}", where="time_zone", mend="give an IANA name, Asia/Shanghai"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as a format tells it, before it becomes a turn.

    Its time is one of: ``at`` (aware), ``clock`` (seconds of a day without date) or ``seconds`` (from the start).
    ``end`` is in seconds from the start. ``ref`` is the source's own message id.
    """

    role: Role
    text: str
    at: datetime | None = None
    clock: float | None = None
    seconds: float | None = None
    end: float | None = None
    kind: TurnKind = TurnKind.TEXT
    automatic: bool = False
    speaker: str | None = None
    confidence: float = 1.0
    words: tuple[Word, ...] = ()
    channel: int | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRecord:
    """One conversation read from a file. ``kind`` is CALL for written transcripts of calls (they have no sound).

    ``started_at`` is aware (UTC) or None; ``where`` names file and line, ``format`` the importer that read it.
    """

    external_id: str | None
    transcript: Transcript
    kind: Kind = Kind.CHAT
    started_at: datetime | None = None
    language: str | None = None
    agent: str | None = None
    team: str | None = None
    vendor: str | None = None
    customer_ref: str | None = None
    ticket: str | None = None
    direction: Direction | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""
    format: str = ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.transcript.notices

    @property
    def content_sha256(self) -> str:
        """Of what was said, by whom and when: the same conversation sent twice, alone or in a file, has the same."""
        began = self.started_at.isoformat() if self.started_at else None
        said = [[t.role, t.kind, t.speaker, t.start, t.text] for t in self.transcript.turns]
        body = json.dumps([self.kind, began, said], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Chats(Sequence[ChatRecord]):
    """The conversations of one file; ``errors`` tells of those that could not be read beside them."""

    records: tuple[ChatRecord, ...]
    errors: tuple[BadChat, ...] = ()

    @overload
    def __getitem__(self, index: int) -> ChatRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ChatRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> ChatRecord | tuple[ChatRecord, ...]:
        return self.records[index]

    def __len__(self) -> int:
        return len(self.records)


Found = ChatRecord | BadChat
