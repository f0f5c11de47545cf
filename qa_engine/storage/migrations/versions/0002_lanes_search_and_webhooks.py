"""Lanes of work, search by bigrams, webhooks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa_engine.storage import types
from qa_engine.storage.search import refind

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(26).with_variant(sa.String(26, collation="C"), "postgresql")
NAME = sa.String(length=200)
BY_DATE = ["tenant", "received_at", "id"]
COUNTED = ["kind", "state", "band"]
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("queue", sa.String(length=32), nullable=True))
    op.execute("UPDATE jobs SET queue = CASE WHEN priority < 0 THEN 'archive' ELSE stage END")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("queue", existing_type=sa.String(length=32), nullable=False)
        jobs.drop_column("priority")
        jobs.drop_index(op.f("ix_jobs_stage_state_available_at"))
        jobs.create_index(op.f("ix_jobs_queue_state_available_at"), ["queue", "state", "available_at"])
        jobs.create_index(op.f("ix_jobs_finished_at"), ["finished_at"])
    op.drop_index(op.f("ix_interactions_tenant_received_at_id"), "interactions")
    op.create_index(op.f("ix_interactions_tenant_received_at_id_kind_state_band"), "interactions", BY_DATE + COUNTED)
    op.create_index(op.f("ix_interactions_tenant_state_band_kind"), "interactions", ["tenant", "state", "band", "kind"])
    op.create_table(
        "search_texts",
        sa.Column("n", COUNTER, autoincrement=True, nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_search_texts_interaction_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_search_texts")),
        sa.UniqueConstraint("interaction_id", name=op.f("uq_search_texts_interaction_id")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_grams USING fts5(grams, content='', detail=none, tokenize=ascii)")
    else:
        op.execute("ALTER TABLE search_texts ADD COLUMN grams integer[] NOT NULL DEFAULT '{}'")
        op.execute("CREATE INDEX ix_search_texts_grams ON search_texts USING gin (grams)")
    refind(op.get_bind())
    op.create_table(
        "webhooks",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", types.Json(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("disabled_at", types.Utc(), nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_webhooks_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_tenant"), "webhooks", ["tenant"])
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("next_at", types.Utc(), nullable=True),
        sa.Column("delivered_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_deliveries_interaction_id")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_webhook_id_id"), "deliveries", ["webhook_id", "id"])
    op.create_index(op.f("ix_deliveries_interaction_id"), "deliveries", ["interaction_id"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("webhooks")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_grams")
    op.drop_table("search_texts")
    op.drop_index(op.f("ix_interactions_tenant_state_band_kind"), "interactions")
    op.drop_index(op.f("ix_interactions_tenant_received_at_id_kind_state_band"), "interactions")
    op.create_index(op.f("ix_interactions_tenant_received_at_id"), "interactions", BY_DATE)
    # A job of a kind that the older version does not know would stop its workers; what it was for can be asked again.
    op.execute("DELETE FROM jobs WHERE stage NOT IN ('transcribe', 'score')")
    op.add_column("jobs", sa.Column("priority", sa.Integer(), nullable=True))
    op.execute("UPDATE jobs SET priority = CASE WHEN queue = 'archive' THEN -1 ELSE 0 END")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("priority", existing_type=sa.Integer(), nullable=False)
        jobs.drop_index(op.f("ix_jobs_finished_at"))
        jobs.drop_index(op.f("ix_jobs_queue_state_available_at"))
        jobs.drop_column("queue")
        jobs.create_index(op.f("ix_jobs_stage_state_available_at"), ["stage", "state", "available_at"])
