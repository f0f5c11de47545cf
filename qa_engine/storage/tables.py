"""Every table of the store, as the migrations make them (a test holds the two together)."""

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
    false,
    text,
    true,
)

from qa_engine.storage.columns import Counter, Id, Name, Sha, metadata
from qa_engine.storage.types import Json, Packed, Utc

tenants = Table(
    "tenants",
    metadata,
    Column("id", Name, primary_key=True),
    Column("created_at", Utc, nullable=False),
)

interactions = Table(
    "interactions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("source", Text, nullable=False),
    Column("same_as", Text, nullable=False),  # what makes a second arrival the same interaction
    Column("external_id", Name),
    Column("vendor", Name),
    Column("team", Name),
    Column("agent", Name),
    Column("customer_ref", Name),
    Column("ticket", Name),
    Column("direction", String(16)),
    Column("language", String(20)),
    Column("started_at", Utc),
    Column("received_at", Utc, nullable=False),
    Column("duration_s", Float),
    Column("content_sha256", Sha, nullable=False),
    Column("size", BigInteger),
    Column("media_type", String(100)),
    Column("container", String(50)),
    Column("codec", String(50)),
    Column("playback_sha256", Sha),
    Column("metadata", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("results", Json, nullable=False),  # stage -> version of the stage result that belongs to it
    Column("score", Float),
    Column("band", String(16)),
    Column("fatal", Json),
    Column("is_fatal", Boolean, nullable=False, default=False),
    Column("flags", Json),
    Column("needs_review", Boolean, nullable=False, default=False),
    Column("rubric_id", Name),
    Column("scored_at", Utc),
    Column("risk", Float),  # that the customer is dissatisfied, 0..1
    Column("last_message_at", Utc),  # of a chat that is still open, else NULL
    UniqueConstraint("tenant", "same_as"),
    Index(None, "tenant", "id"),
    Index(None, "tenant", "team", "id"),
    Index(None, "tenant", "agent", "id"),
    Index(None, "tenant", "vendor", "id"),
    Index(None, "tenant", "customer_ref", "id"),
    Index(None, "tenant", "external_id"),
    Index(None, "tenant", "ticket"),
    Index(None, "tenant", "band", "id"),
    Index(None, "tenant", "state", "id"),
    Index(None, "tenant", "score", "id"),
    Index(None, "tenant", "risk", "id"),
    Index(None, "last_message_at"),
    Index(None, "tenant", "received_at", "id", "kind", "state", "band"),  # this and the next are enough to count by
    Index(None, "tenant", "state", "band", "kind"),
    Index(None, "content_sha256"),
)

interaction_flags = Table(
    "interaction_flags",
    metadata,
    Column("tenant", Name, primary_key=True),
    Column("flag", Name, primary_key=True),
    Column("interaction_id", Id, ForeignKey("interactions.id"), primary_key=True),
    Index(None, "interaction_id"),
)

chat_messages = Table(
    "chat_messages",
    metadata,
    Column("interaction_id", Id, ForeignKey("interactions.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("ref", String(300)),  # what makes a second arrival the same message
    Column("payload", Json, nullable=False),
    Column("received_at", Utc, nullable=False),
    UniqueConstraint("interaction_id", "ref"),
)

stage_results = Table(
    "stage_results",
    metadata,
    Column("content_sha256", Sha, primary_key=True),
    Column("stage", String(32), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("payload", Packed, nullable=False),
    Column("created_at", Utc, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("interaction_id", Id, ForeignKey("interactions.id")),  # none: work on a run (qa_engine.storage.rescoring)
    Column("stage", String(32), nullable=False),
    Column("queue", String(32), nullable=False),
    Column("params", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", BigInteger, nullable=False, default=0),
    Column("worker", Name),
    Column("lease_until", Utc),
    Column("available_at", Utc, nullable=False),
    Column("rung_at", Utc),
    Column("step", String(64)),
    Column("fraction", Float, nullable=False, default=0.0),
    Column("error", Json),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("finished_at", Utc),
    Index(None, "interaction_id", "id"),
    Index(None, "queue", "state", "available_at"),
    Index(None, "state", "lease_until"),
    Index(None, "stage", "state", "finished_at"),
    Index(None, "finished_at"),
)

search_texts = Table(
    "search_texts",
    metadata,
    Column("n", Counter, primary_key=True, autoincrement=True),  # the row of its grams (qa_engine.storage.search)
    Column("interaction_id", Id, ForeignKey("interactions.id"), nullable=False, unique=True),
    Column("text", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("topic", String(32), nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
)

scorecards = Table(
    "scorecards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("interaction_id", Id, ForeignKey("interactions.id"), nullable=False),
    # One job leaves at most one scorecard, whatever happens; a run's job leaves many, one of each interaction, and each
    # has its own id here.
    Column("job_id", Id, nullable=False, unique=True),
    Column("run_id", Id),
    Column("aside", Boolean, nullable=False, server_default=false()),  # kept to compare; lists show an earlier one
    Column("rubric_id", Name, nullable=False),
    Column("rubric_version", Name, nullable=False),
    Column("rubric_sha256", Sha, nullable=False),
    Column("versions", Json, nullable=False),
    Column("payload", Packed, nullable=False),
    Column("score", Float),
    Column("band", String(16)),
    Column("created_at", Utc, nullable=False),
    Index(None, "interaction_id", "aside", "id"),
    Index(None, "rubric_sha256", "interaction_id"),
    Index(
        None, "run_id", "interaction_id", unique=True,
        sqlite_where=text("run_id IS NOT NULL"), postgresql_where=text("run_id IS NOT NULL"),
    ),
)  # fmt: skip

rubrics = Table(
    "rubrics",
    metadata,
    Column("sha256", Sha, primary_key=True),
    Column("id", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("yaml", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=true()),  # of the installation; else of who has versions
    Index(None, "id", "created_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("sha256", Sha, nullable=False, unique=True),
    Column("role", String(32), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("team", Name),
    Column("agent", Name),
    Column("vendor", Name),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    Column("last_used_at", Utc),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("name", Name, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(32), nullable=False),
    Column("team", Name),
    Column("agent", Name),
    Column("vendor", Name),
    Column("language", String(8)),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", Sha, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("subject", Text, nullable=False),  # "name:..." or "ip:..."
    Column("at", Utc, nullable=False),
    Index(None, "subject", "at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("tenant", Name, primary_key=True),
    Column("actor", Name, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", Sha, nullable=False),
    Column("status", Integer),
    Column("body", Json),
    Column("created_at", Utc, nullable=False),
    Column("locked_until", Utc, nullable=False),
    Index(None, "created_at"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("last_id", BigInteger, nullable=False),
    Column("digest", Sha, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=False),
    Column("tenant", Name, nullable=False),
    Column("at", Utc, nullable=False),
    Column("actor", Name, nullable=False),
    Column("action", Name, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("digest", Sha, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Name, ForeignKey("tenants.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
    Column("disabled_why", Text),
    Index(None, "tenant"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),  # also the webhook-id that receivers tell repetitions by
    Column("tenant", Name, nullable=False),
    Column("webhook_id", Id, ForeignKey("webhooks.id"), nullable=False),
    Column("event", String(64), nullable=False),
    Column("interaction_id", Id, ForeignKey("interactions.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("status", Integer),
    Column("error", Text),
    Column("created_at", Utc, nullable=False),
    Column("next_at", Utc),
    Column("delivered_at", Utc),
    Index(None, "webhook_id", "id"),
    Index(None, "interaction_id"),
)
