"""Tables of rescoring: runs with their batches and differences, and the archive in compact blocks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from qa_engine.storage.columns import Id, Name, Sha, metadata
from qa_engine.storage.types import Json, Packed, Utc

rescores = Table(
    "rescores",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("rubric_id", Name, nullable=False),
    Column("rubric_version", Name, nullable=False),
    Column("rubric_sha256", Sha, nullable=False),
    Column("wanted", Json, nullable=False),
    Column("writes", Boolean, nullable=False),
    Column("shows", Boolean, nullable=False),
    Column("until_id", Id, nullable=False),  # what comes in later is not part of it
    Column("planned_to", Id, nullable=False),  # the last interaction that is in a batch; "" before the first
    Column("planned", Boolean, nullable=False),
    Column("job_id", Id, nullable=False),  # of its planning
    Column("created_by", Name, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("cancelled_at", Utc),
    Index(None, "tenant", "id"),
)

rescore_batches = Table(
    "rescore_batches",
    metadata,
    Column("run_id", Id, ForeignKey("rescores.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("first_id", Id, nullable=False),
    Column("last_id", Id, nullable=False),
    Column("count", Integer, nullable=False),  # interactions from first to last, wanted or not
    Column("job_id", Id, nullable=False),
    Column("difference", Packed),
    Column("seconds", Float),
    Column("done_at", Utc),
    Index(None, "run_id", "done_at"),
)

archive_blocks = Table(
    "archive_blocks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("first_id", Id, nullable=False),
    Column("last_id", Id, nullable=False),
    Column("count", Integer, nullable=False),
    Column("digest", Sha, nullable=False),  # of what its dossiers were made from
    Column("payload", LargeBinary, nullable=False),
    Column("languages", Packed, nullable=False),
    Column("cards", Packed),  # what the latest scorecards say
    Column("sealed_at", Utc, nullable=False),
    UniqueConstraint("tenant", "first_id"),
)

archive_answers = Table(
    "archive_answers",
    metadata,
    Column("block_id", Id, ForeignKey("archive_blocks.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("answer", LargeBinary, nullable=False),
)
