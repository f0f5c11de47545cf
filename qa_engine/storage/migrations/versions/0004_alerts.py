"""Alerts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa_engine.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(26).with_variant(sa.String(26, collation="C"), "postgresql")
NAME = sa.String(length=200)
SHA = sa.String(length=64)
TABLES = (
    "alert_sends",
    "alert_messages",
    "alert_channels",
    "alert_events",
    "alert_matches",
    "alerts",
    "alert_head",
    "alert_strategies",
)


def upgrade() -> None:
    op.create_table(
        "alert_strategies",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("sha256", SHA, nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("author", NAME, nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_alert_strategies_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_strategies")),
    )
    op.create_index(op.f("ix_alert_strategies_tenant_id"), "alert_strategies", ["tenant", "id"])
    op.create_table(
        "alert_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_alert_head")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("dedupe", sa.Text(), nullable=False),
        sa.Column("strategy", NAME, nullable=False),
        sa.Column("strategy_sha256", SHA, nullable=False),
        sa.Column("title", types.Json(), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("reason", types.Json(), nullable=False),
        sa.Column("evidence", types.Json(), nullable=False),
        sa.Column("raised_at", types.Utc(), nullable=False),
        sa.Column("last_at", types.Utc(), nullable=False),
        sa.Column("told_at", types.Utc(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("acknowledge_by", types.Utc(), nullable=False),
        sa.Column("resolve_by", types.Utc(), nullable=False),
        sa.Column("steps", types.Json(), nullable=False),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("next_at", types.Utc(), nullable=True),
        sa.Column("acknowledged_at", types.Utc(), nullable=True),
        sa.Column("acknowledged_by", NAME, nullable=True),
        sa.Column("assignee", NAME, nullable=True),
        sa.Column("resolved_at", types.Utc(), nullable=True),
        sa.Column("resolved_by", NAME, nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_alerts_tenant")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_alerts_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("tenant", "dedupe", name=op.f("uq_alerts_tenant_dedupe")),
    )
    op.create_index(op.f("ix_alerts_interaction_id"), "alerts", ["interaction_id"])
    op.create_index(op.f("ix_alerts_next_at"), "alerts", ["next_at"])
    op.create_index(op.f("ix_alerts_tenant_acknowledged_at"), "alerts", ["tenant", "acknowledged_at"])
    op.create_index(op.f("ix_alerts_tenant_id"), "alerts", ["tenant", "id"])
    op.create_index(op.f("ix_alerts_tenant_state_id"), "alerts", ["tenant", "state", "id"])
    op.create_index(
        op.f("ix_alerts_tenant_strategy_scope_raised_at"), "alerts", ["tenant", "strategy", "scope", "raised_at"]
    )
    op.create_index(op.f("ix_alerts_tenant_strategy_subject_id"), "alerts", ["tenant", "strategy", "subject", "id"])
    op.create_table(
        "alert_matches",
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("strategy", NAME, nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("alert_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_alert_matches_interaction_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_matches_alert_id")),
        sa.PrimaryKeyConstraint("tenant", "strategy", "interaction_id", name=op.f("pk_alert_matches")),
    )
    op.create_index(op.f("ix_alert_matches_interaction_id"), "alert_matches", ["interaction_id"])
    op.create_index(
        op.f("ix_alert_matches_tenant_strategy_subject_at"), "alert_matches", ["tenant", "strategy", "subject", "at"]
    )
    op.create_table(
        "alert_events",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_events_alert_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_alert_events_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_events")),
    )
    op.create_index(op.f("ix_alert_events_alert_id_id"), "alert_events", ["alert_id", "id"])
    op.create_index(op.f("ix_alert_events_tenant_id"), "alert_events", ["tenant", "id"])
    op.create_table(
        "alert_channels",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("groups", types.Json(), nullable=False),
        sa.Column("least", sa.String(length=16), nullable=False),
        sa.Column("team", NAME, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("quotes", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("disabled_at", types.Utc(), nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("rest_until", types.Utc(), nullable=True),
        sa.Column("sent_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_alert_channels_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_channels")),
        sa.UniqueConstraint("tenant", "name", name=op.f("uq_alert_channels_tenant_name")),
    )
    op.create_table(
        "alert_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["alert_channels.id"], name=op.f("fk_alert_messages_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_messages")),
    )
    op.create_index(op.f("ix_alert_messages_channel_id_at"), "alert_messages", ["channel_id", "at"])
    op.create_table(
        "alert_sends",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", types.Utc(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("sent_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["alert_channels.id"], name=op.f("fk_alert_sends_channel_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_sends_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_sends")),
    )
    op.create_index(op.f("ix_alert_sends_alert_id"), "alert_sends", ["alert_id"])
    op.create_index(op.f("ix_alert_sends_channel_id_state_next_at"), "alert_sends", ["channel_id", "state", "next_at"])


def downgrade() -> None:
    # A job that sends alerts would stop the workers of the older version, which know webhooks alone.
    op.execute("DELETE FROM jobs WHERE stage = 'deliver' AND params LIKE '{\"channel\":%'")
    for table in TABLES:
        op.drop_table(table)
