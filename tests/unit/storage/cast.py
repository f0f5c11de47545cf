"""Who and what the storage tests speak of."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import Connection

from qa_engine.domain import (
    Band,
    Kind,
    Principal,
    Role,
    RubricRef,
    Scorecard,
    Transcript,
    Turn,
    UserRole,
)
from qa_engine.storage import SYSTEM, Accepted, Incoming, Store
from qa_engine.storage.jobs import Lease
from qa_engine.storage.scorecards import keep_scorecard

LEAD = Principal(id="user:lead", tenant="default", role=UserRole.QA_LEAD)
SUPERVISOR = Principal(id="user:sup", tenant="default", role=UserRole.SUPERVISOR, team="T1")
AGENT = Principal(id="user:agent", tenant="default", role=UserRole.AGENT, agent="A1")
VENDOR = Principal(id="user:vendor", tenant="default", role=UserRole.VENDOR_MANAGER, vendor="V1")
STRANGER = Principal(id="user:stranger", tenant="elsewhere", role=UserRole.ADMIN)


def chat(*words: str) -> Transcript:
    turns = tuple(Turn(index=i, role=Role.AGENT if i % 2 else Role.CUSTOMER, text=text) for i, text in enumerate(words))
    return Transcript(turns=turns, language="zh")


def take_chat(store: Store, *words: str, asker: Principal = SYSTEM, **told: Any) -> Accepted:
    return store.accept(asker, Incoming(kind=Kind.CHAT, source="chat.json", chat=chat(*words or ("你好",)), **told))


def take_call(store: Store, sound: bytes = b"RIFF", asker: Principal = SYSTEM, **told: Any) -> Accepted:
    sha256, size = store.blobs.put(io.BytesIO(sound))
    incoming = Incoming(kind=Kind.CALL, source="call.wav", content_sha256=sha256, size=size, **told)
    return store.accept(asker, incoming)


def card(score: float | None = 90.0, *, flags: tuple[str, ...] = (), fatal: tuple[str, ...] = ()) -> Scorecard:
    band = None if score is None else Band.PASS if score >= 85 else Band.COACH if score >= 70 else Band.FLAGGED
    return Scorecard(
        rubric=RubricRef("general-zh", "1", "ab" * 32),
        score=score,
        band=band,
        fatal=fatal,
        flags=flags,
        judged_share=1.0,
        items=(),
    )


def claim(store: Store, accepted: Accepted, worker: str = "w1") -> Lease:
    job = accepted.interaction.job
    assert job is not None
    lease = store.jobs.claim(job.id, worker)
    assert lease is not None
    return lease


def scored(store: Store, accepted: Accepted, scorecard: Scorecard | None = None) -> str:
    """Let a worker score it; returns the interaction's id."""
    lease = claim(store, accepted)

    def effect(connection: Connection) -> None:
        keep_scorecard(connection, lease, scorecard or card(), {"engine": "t"})

    store.jobs.finish(lease, effect)
    return accepted.interaction.id
