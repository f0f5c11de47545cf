"""The archive in compact blocks: a stretch of consecutive interactions, packed once and judged many times.

Blocks are a cache. What they were made from is told by a digest; a stretch that has changed since is packed anew.
"""

from __future__ import annotations

import hashlib
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select

from qa_engine.domain import Dossier, Signals, Transcript
from qa_engine.domain.codec import load_text
from qa_engine.errors import BadInput
from qa_engine.scoring.bulk import Batch
from qa_engine.storage import clock
from qa_engine.storage.ids import new_id
from qa_engine.storage.records import State
from qa_engine.storage.rescore_tables import archive_answers, archive_blocks
from qa_engine.storage.rows import interaction_of
from qa_engine.storage.tables import interactions, stage_results
from qa_engine.storage.types import packed, raw

BLOCK = 1024
"""Interactions of a whole block."""
MOST_ANSWERS = 2_000
"""A block that holds answers to more conditions forgets those that the present rubric does not ask."""
_NEEDED = ("transcript", "signals")
_MADE_FROM = (
    "id", "kind", "source", "content_sha256", "tenant", "external_id", "vendor", "team", "agent", "customer_ref",
    "ticket", "direction", "started_at", "language", "duration_s", "metadata", "results", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A tenant's interactions from ``first`` to ``last``, both with it; ``count`` when it was cut."""

    tenant: str
    first: str
    last: str
    count: int

    @property
    def within(self) -> ColumnElement[bool]:
        ids = interactions.c.id
        return and_(interactions.c.tenant == self.tenant, ids >= self.first, ids <= self.last)


@dataclass(frozen=True, slots=True)
class Block:
    """``languages`` are those heard or read, in the batch's order; without ``id`` it is not kept."""

    batch: Batch
    languages: Sequence[str]
    digest: str
    id: str | None = None


def cut(connection: Connection, tenant: str, after: str, until: str, blocks: int) -> list[Stretch]:
    """What follows ``after``, in stretches; so many of them at most, none at the end.

    Blocks that are at least half full stay as they are; what lies between is cut anew.
    """
    limit = blocks * BLOCK
    theirs = (interactions.c.tenant == tenant) & (interactions.c.id > after) & (interactions.c.id <= until)
    query = select(interactions.c.id).where(theirs).order_by(interactions.c.id).limit(limit)
    ids = list(connection.execute(query).scalars())
    if not ids:
        return []
    kept = archive_blocks.c
    full = (kept.tenant == tenant) & (kept.count >= BLOCK // 2) & (kept.first_id >= ids[0]) & (kept.last_id <= until)
    bounds = connection.execute(select(kept.first_id, kept.last_id).where(full).order_by(kept.first_id)).all()
    pieces = list(_pieces(ids, [(bisect_left(ids, first), bisect_right(ids, last)) for first, last in bounds]))
    if len(ids) == limit and len(pieces) > 1:  # the end of the last may lie beyond
        pieces.pop()
    return [Stretch(tenant, ids[start], ids[stop - 1], stop - start) for start, stop in pieces]


def _pieces(ids: Sequence[str], blocks: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Places [start, stop) of each stretch: the blocks that have not grown out of shape, and the gaps between."""
    at = 0
    for start, stop in [(a, b) for a, b in blocks if 0 < b - a <= 2 * BLOCK] + [(len(ids), len(ids))]:
        if start < at:
            continue
        yield from ((low, min(low + BLOCK, start)) for low in range(at, start, BLOCK))
        if stop > start:
            yield start, stop
        at = max(at, stop)


def members(connection: Connection, stretch: Stretch) -> Sequence[RowMapping]:
    """The interactions of a stretch, by id, with all that goes into their dossiers but what the stages found.

    ``scored_at`` tells whether lists show another judgement since.
    """
    columns = [interactions.c[name] for name in (*_MADE_FROM, "scored_at")]
    query = select(*columns).where(stretch.within).order_by(interactions.c.id)
    return connection.execute(query).mappings().all()


def ready(row: RowMapping) -> bool:
    """Whether it has been heard or read whole, so that it can be judged."""
    return row["state"] != State.OPEN and all(name in row["results"] for name in _NEEDED)


def digest_of(rows: Sequence[RowMapping]) -> str:
    """Of all that decides what is in a block, and of its form."""
    told = [
        (*(row[name] for name in _MADE_FROM[:-2]), *(row["results"].get(name) for name in _NEEDED), ready(row))
        for row in rows
    ]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def kept_block(connection: Connection, stretch: Stretch, digest: str) -> Block | None:
    """The block of a stretch as it is now; None where there is none, or one that is no longer true."""
    table = archive_blocks.c
    same = (table.tenant == stretch.tenant) & (table.first_id == stretch.first) & (table.digest == digest)
    columns = (table.id, table.payload, table.languages, table.last_id)
    row = connection.execute(select(*columns).where(same)).one_or_none()
    if row is None or row.last_id != stretch.last:
        return None
    try:
        return Block(Batch.unpack(row.payload), row.languages, digest, row.id)
    except BadInput:  # packed by another version
        return None


def read_block(connection: Connection, rows: Sequence[RowMapping], digest: str) -> Block:
    """The dossiers of these interactions from what the stages found; what cannot be read any more is left out."""
    found = _found(connection, rows)
    dossiers = [dossier for row in rows if (dossier := _dossier(row, found)) is not None]
    return Block(Batch.of(dossiers), [one.transcript.language for one in dossiers], digest)


def sealed(stretch: Stretch, block: Block) -> dict[str, Any]:
    """The row of a block, packed before the transaction that keeps it."""
    return {
        "id": new_id(),
        "tenant": stretch.tenant,
        "first_id": stretch.first,
        "last_id": stretch.last,
        "count": len(block.batch),
        "digest": block.digest,
        "payload": block.batch.pack(),
        "languages": packed(list(block.languages)),
        "sealed_at": clock.now(),
    }


def keep_block(connection: Connection, row: Mapping[str, Any]) -> None:
    """In the place of all that it overlaps. ``row`` is what ``sealed`` gives."""
    drop_blocks(connection, row["tenant"], row["first_id"], row["last_id"])
    connection.execute(insert(archive_blocks).values(row))


def drop_blocks(connection: Connection, tenant: str, first: str, last: str) -> int:
    """Forget every block that may hold any of these interactions, with its answers; returns how many blocks.

    Whoever erases an interaction calls this with its id twice.
    """
    table = archive_blocks.c
    over = (table.tenant == tenant) & (table.first_id <= last) & (table.last_id >= first)
    ids = connection.execute(select(table.id).where(over).with_for_update()).scalars().all()
    connection.execute(delete(archive_answers).where(archive_answers.c.block_id.in_(ids)))
    return connection.execute(delete(archive_blocks).where(table.id.in_(ids))).rowcount


def answers(connection: Connection, block_id: str, keys: Sequence[str]) -> dict[str, bytes]:
    """The kept columns of a block for those of the conditions that it was asked before."""
    table = archive_answers.c
    query = select(table.key, table.answer).where(table.block_id == block_id, table.key.in_(keys))
    return {row.key: row.answer for row in connection.execute(query)} if keys else {}


def keep_answers(connection: Connection, block_id: str, columns: Mapping[str, bytes], asked: Sequence[str]) -> None:
    """New columns of a block, unless it was dropped meanwhile. ``asked`` are the keys of the present rubric."""
    there = select(archive_blocks.c.id).where(archive_blocks.c.id == block_id).with_for_update()
    if not columns or connection.execute(there).scalar() is None:
        return
    table = archive_answers.c
    known = set(connection.execute(select(table.key).where(table.block_id == block_id)).scalars())
    if len(known | set(columns)) > MOST_ANSWERS:
        connection.execute(delete(archive_answers).where(table.block_id == block_id, table.key.not_in(asked)))
        known &= set(asked)
    rows = [{"block_id": block_id, "key": key, "answer": told} for key, told in columns.items() if key not in known]
    if rows:
        connection.execute(insert(archive_answers), rows)


def _found(connection: Connection, rows: Sequence[RowMapping]) -> Mapping[tuple[str, str, str], bytes]:
    """What the stages found, as kept: by content, stage and version."""
    table = stage_results.c
    theirs = table.content_sha256.in_([row["content_sha256"] for row in rows]) & table.stage.in_(_NEEDED)
    query = select(table.content_sha256, table.stage, table.version, raw(table.payload)).where(theirs)
    return {(sha256, stage, version): payload for sha256, stage, version, payload in connection.execute(query)}


def _dossier(row: RowMapping, found: Mapping[tuple[str, str, str], bytes]) -> Dossier | None:
    told = {name: found.get((row["content_sha256"], name, row["results"].get(name, ""))) for name in _NEEDED}
    transcript, signals = told["transcript"], told["signals"]
    if transcript is None or signals is None or not ready(row):
        return None
    try:
        told_signals = load_text(Signals, zlib.decompress(signals))
        return Dossier(interaction_of(row), load_text(Transcript, zlib.decompress(transcript)), told_signals)
    except (ValueError, zlib.error, BadInput):  # of a form that this version does not know
        return None
