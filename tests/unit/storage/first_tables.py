"""What an installation of the first tables (0001) held, put there by SQL as that version wrote it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, column, inspect, select, table

from qa_engine.domain.codec import dump
from qa_engine.storage.types import Json, Packed, Utc
from tests.unit.storage.cast import chat

WHEN = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
NEW, URGENT, OLD, HEARD = (f"{n:026d}" for n in range(1, 5))
"""Interactions: a chat that waits, one that goes before the others, a call of the archive, a call heard and scored."""
_PLAIN = (
    "id",
    "tenant",
    "kind",
    "source",
    "same_as",
    "external_id",
    "agent",
    "content_sha256",
    "size",
    "state",
    "score",
)
_JOB = ("id", "tenant", "interaction_id", "stage", "priority", "state", "attempts", "fence", "fraction")
_CARD = ("id", "tenant", "interaction_id", "job_id", "rubric_id", "rubric_version", "rubric_sha256", "score", "band")

tenants = table("tenants", column("id"), column("created_at", Utc))
interactions = table(
    "interactions",
    *map(column, _PLAIN),
    *(column(name, Json) for name in ("metadata", "results")),
    *(column(name) for name in ("is_fatal", "needs_review")),
    column("received_at", Utc),
)
stage_results = table(
    "stage_results",
    *map(column, ("content_sha256", "stage", "version")),
    column("payload", Packed),
    column("created_at", Utc),
)
jobs = table(
    "jobs", *map(column, _JOB), column("params", Json), *(column(n, Utc) for n in ("available_at", "created_at"))
)
scorecards = table(
    "scorecards", *map(column, _CARD), column("versions", Json), column("payload", Packed), column("created_at", Utc)
)


def fill(connection: Connection) -> None:
    connection.execute(tenants.insert().values(id="default", created_at=WHEN))
    _interaction(connection, NEW, "chat", transcript="chat/1", words=("我要退款", "好的，马上为您办理"))
    _interaction(connection, URGENT, "chat", transcript="chat/1", words=("气死我了",), agent="王芳")
    _interaction(connection, OLD, "call", external_id="archive-2019")
    told = {"transcript": "heard/1", "words": ("您好，请问有什么可以帮您",), "state": "done", "score": 90.0}
    _interaction(connection, HEARD, "call", **told)
    _job(connection, 1, NEW, "score", 0)
    _job(connection, 2, URGENT, "score", 1)
    _job(connection, 3, OLD, "transcribe", -1)
    _job(connection, 4, HEARD, "transcribe", 0, state="done")
    card = _job(connection, 5, HEARD, "score", 0, state="done")
    named = {
        "rubric_id": "general-zh",
        "rubric_version": "1",
        "rubric_sha256": "ab" * 32,
        "score": 90.0,
        "band": "pass",
    }
    kept = {"id": f"{9:026d}", "tenant": "default", "interaction_id": HEARD, "job_id": card, "created_at": WHEN}
    connection.execute(scorecards.insert().values(**named, **kept, versions={}, payload={}))


def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but for what search numbers for itself."""
    names = [name for name in inspect(connection).get_table_names() if not name.startswith("search_grams")]
    held = MetaData()
    held.reflect(connection, only=names)
    found = {}
    for name in names:
        columns = [one for one in held.tables[name].columns if one.name != "n"]
        found[name] = sorted(map(tuple, connection.execute(select(*columns))), key=repr)
    return found


def _interaction(
    connection: Connection, key: str, kind: str, *, transcript: str = "", words: tuple[str, ...] = (), **told: object
) -> None:
    sha256 = key[-1] * 64
    values = {"id": key, "tenant": "default", "kind": kind, "source": f"{kind}-{key[-1]}", "same_as": key} | told
    flat = {"content_sha256": sha256, "metadata": {}, "is_fatal": False, "needs_review": False, "received_at": WHEN}
    results = {"transcript": transcript} if transcript else {}
    connection.execute(interactions.insert().values({"state": "queued"} | values | flat | {"results": results}))
    if words:
        kept = {"content_sha256": sha256, "stage": "transcript", "version": transcript, "created_at": WHEN}
        connection.execute(stage_results.insert().values(**kept, payload=dump(chat(*words))))


def _job(connection: Connection, n: int, interaction_id: str, stage: str, priority: int, state: str = "queued") -> str:
    key = f"{n:026d}"
    counts = {"priority": priority, "attempts": 0, "fence": 0, "fraction": 0.0}
    times = {"available_at": WHEN, "created_at": WHEN}
    values = {"id": key, "tenant": "default", "interaction_id": interaction_id, "stage": stage, "state": state}
    connection.execute(jobs.insert().values(**values, **counts, **times, params={}))
    return key
