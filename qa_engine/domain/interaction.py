"""What came in: one call or one chat, whose it is, and what is known about it before anyone listened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    CALL = "call"
    CHAT = "chat"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One call or chat.

    ``source`` is the file name or system it came from, for people only. ``started_at`` is aware (UTC) or unknown.
    ``language`` is ``zh``, ``en`` ... or None to detect. ``duration_s`` is seconds from start to end, None if unknown.
    ``metadata`` keeps everything else that the sender told; rules may read it (names in ``domain.metadata``).
    """

    id: str
    kind: Kind
    source: str
    content_sha256: str
    tenant: str = "default"
    external_id: str | None = None
    vendor: str | None = None
    team: str | None = None
    agent: str | None = None
    customer_ref: str | None = None
    ticket: str | None = None
    direction: Direction | None = None
    started_at: datetime | None = None
    language: str | None = None
    duration_s: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
