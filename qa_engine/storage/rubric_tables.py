"""Tables of rubric versions: in which state each is for a tenant, and who brought it there."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from qa_engine.storage.columns import Counter, Id, Name, Sha, metadata
from qa_engine.storage.types import Utc

rubric_versions = Table(
    "rubric_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("rubric_id", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("draft", Text),  # the text while it may be edited; from then on it stands in `rubrics` under its SHA-256
    Column("state", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("changed_by", Name, nullable=False),
    Index(None, "tenant", "rubric_id", "version"),
    Index(None, "sha256"),
)

rubric_changes = Table(
    "rubric_changes",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("version_id", Id, ForeignKey("rubric_versions.id"), nullable=False),
    Column("before", String(16)),
    Column("after", String(16), nullable=False),
    Column("at", Utc, nullable=False),
    Column("actor", Name, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "version_id"),
)

active_rubrics = Table(
    "active_rubrics",
    metadata,
    Column("tenant", Name, ForeignKey("tenants.id"), primary_key=True),
    Column("language", String(20), primary_key=True),  # at most one active version for each language of a tenant
    Column("version_id", Id, ForeignKey("rubric_versions.id"), nullable=False),
    Index(None, "version_id"),
)
