"""The tables of alerts: strategies, what they found, what became of it, and the ways out to people."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from qa_engine.storage.columns import Id, Name, Sha, metadata
from qa_engine.storage.types import Json, Utc

alert_strategies = Table(
    "alert_strategies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("yaml", Text, nullable=False),
    Column("author", Name, nullable=False),
    Column("created_at", Utc, nullable=False),
    Index(None, "tenant", "id"),
)

alert_head = Table(
    "alert_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("last_id", BigInteger, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("dedupe", Text, nullable=False),  # strategy, subject and the interaction that raised it first
    Column("strategy", Name, nullable=False),
    Column("strategy_sha256", Sha, nullable=False),
    Column("title", Json, nullable=False),
    Column("grade", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("scope", Text, nullable=False),  # within which its strategy's limit counts
    Column("interaction_id", Id, ForeignKey("interactions.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("reason", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("told_at", Utc),
    Column("muted", Boolean, nullable=False),
    Column("acknowledge_by", Utc, nullable=False),
    Column("resolve_by", Utc, nullable=False),
    Column("steps", Json, nullable=False),
    Column("escalated", Integer, nullable=False),
    Column("next_at", Utc),  # when escalation or the last deadline is due
    Column("acknowledged_at", Utc),
    Column("acknowledged_by", Name),
    Column("assignee", Name),
    Column("resolved_at", Utc),
    Column("resolved_by", Name),
    Column("cause", String(32)),
    UniqueConstraint("tenant", "dedupe"),
    Index(None, "tenant", "id"),
    Index(None, "tenant", "state", "id"),
    Index(None, "tenant", "strategy", "subject", "id"),
    Index(None, "tenant", "strategy", "scope", "raised_at"),
    Index(None, "tenant", "acknowledged_at"),
    Index(None, "interaction_id"),
    Index(None, "next_at"),
)

alert_matches = Table(
    "alert_matches",
    metadata,
    Column("tenant", Name, primary_key=True),
    Column("strategy", Name, primary_key=True),
    Column("interaction_id", Id, ForeignKey("interactions.id"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("alert_id", Id, ForeignKey("alerts.id")),
    Index(None, "tenant", "strategy", "subject", "at"),
    Index(None, "interaction_id"),
)

alert_events = Table(
    "alert_events",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # in the order of commits: see alert_events.py
    Column("tenant", Name, nullable=False),
    Column("alert_id", Id, ForeignKey("alerts.id"), nullable=False),
    Column("interaction_id", Id, ForeignKey("interactions.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("actor", Name, nullable=False),
    Column("at", Utc, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "tenant", "id"),
    Index(None, "alert_id", "id"),
)

alert_channels = Table(
    "alert_channels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("address", Text, nullable=False),  # a robot's URL, which is a secret of its own, or e-mail addresses
    Column("secret", Text),
    Column("groups", Json, nullable=False),
    Column("least", String(16), nullable=False),
    Column("team", Name),
    Column("language", String(8), nullable=False),
    Column("quotes", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
    Column("disabled_why", Text),
    Column("job_id", Id),  # the last job that was to send from it
    Column("tries", Integer, nullable=False),  # in vain since something last arrived
    Column("error", Text),
    Column("rest_until", Utc),
    Column("sent_at", Utc),
    UniqueConstraint("tenant", "name"),
)

alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel_id", Id, ForeignKey("alert_channels.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("seconds", Float),
    Column("error", Text),
    Index(None, "channel_id", "at"),
)

alert_sends = Table(
    "alert_sends",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, nullable=False),
    Column("channel_id", Id, ForeignKey("alert_channels.id"), nullable=False),
    Column("alert_id", Id, ForeignKey("alerts.id"), nullable=False),
    Column("why", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("next_at", Utc, nullable=False),
    Column("error", Text),
    Column("created_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Index(None, "channel_id", "state", "next_at"),
    Index(None, "alert_id"),
)
