"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa_engine.storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", types.Json(), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("locked_until", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "actor", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
    )
    op.create_index(op.f("ix_login_attempts_subject_at"), "login_attempts", ["subject", "at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("payload", types.Json(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "rubrics",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_rubrics")),
    )
    op.create_index(op.f("ix_rubrics_id_created_at"), "rubrics", ["id", "created_at"], unique=False)
    op.create_table(
        "stage_results",
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("payload", types.Packed(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("content_sha256", "stage", "version", name=op.f("pk_stage_results")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "api_keys",
        sa.Column(
            "id", sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("scopes", types.Json(), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("vendor", sa.String(length=200), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("expires_at", types.Utc(), nullable=True),
        sa.Column("revoked_at", types.Utc(), nullable=True),
        sa.Column("last_used_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_api_keys_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_keys_sha256")),
    )
    op.create_table(
        "interactions",
        sa.Column(
            "id", sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("same_as", sa.Text(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("vendor", sa.String(length=200), nullable=True),
        sa.Column("team", sa.String(length=200), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("customer_ref", sa.String(length=200), nullable=True),
        sa.Column("ticket", sa.String(length=200), nullable=True),
        sa.Column("direction", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("started_at", types.Utc(), nullable=True),
        sa.Column("received_at", types.Utc(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("container", sa.String(length=50), nullable=True),
        sa.Column("codec", sa.String(length=50), nullable=True),
        sa.Column("playback_sha256", sa.String(length=64), nullable=True),
        sa.Column("metadata", types.Json(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("results", types.Json(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("band", sa.String(length=16), nullable=True),
        sa.Column("fatal", types.Json(), nullable=True),
        sa.Column("is_fatal", sa.Boolean(), nullable=False),
        sa.Column("flags", types.Json(), nullable=True),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("rubric_id", sa.String(length=200), nullable=True),
        sa.Column("scored_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_interactions_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
        sa.UniqueConstraint("tenant", "same_as", name=op.f("uq_interactions_tenant_same_as")),
    )
    op.create_index(op.f("ix_interactions_content_sha256"), "interactions", ["content_sha256"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_agent_id"), "interactions", ["tenant", "agent", "id"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_band_id"), "interactions", ["tenant", "band", "id"], unique=False)
    op.create_index(
        op.f("ix_interactions_tenant_customer_ref_id"), "interactions", ["tenant", "customer_ref", "id"], unique=False
    )
    op.create_index(op.f("ix_interactions_tenant_external_id"), "interactions", ["tenant", "external_id"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_id"), "interactions", ["tenant", "id"], unique=False)
    op.create_index(
        op.f("ix_interactions_tenant_received_at_id"), "interactions", ["tenant", "received_at", "id"], unique=False
    )
    op.create_index(op.f("ix_interactions_tenant_score_id"), "interactions", ["tenant", "score", "id"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_state_id"), "interactions", ["tenant", "state", "id"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_team_id"), "interactions", ["tenant", "team", "id"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_ticket"), "interactions", ["tenant", "ticket"], unique=False)
    op.create_index(op.f("ix_interactions_tenant_vendor_id"), "interactions", ["tenant", "vendor", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column(
            "id", sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("vendor", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("disabled_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_users_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "interaction_flags",
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("flag", sa.String(length=200), nullable=False),
        sa.Column(
            "interaction_id",
            sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name=op.f("fk_interaction_flags_interaction_id")
        ),
        sa.PrimaryKeyConstraint("tenant", "flag", "interaction_id", name=op.f("pk_interaction_flags")),
    )
    op.create_index(op.f("ix_interaction_flags_interaction_id"), "interaction_flags", ["interaction_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column(
            "id", sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column(
            "interaction_id",
            sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("params", types.Json(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("lease_until", types.Utc(), nullable=True),
        sa.Column("available_at", types.Utc(), nullable=False),
        sa.Column("rung_at", types.Utc(), nullable=True),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("fraction", sa.Float(), nullable=False),
        sa.Column("error", types.Json(), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("started_at", types.Utc(), nullable=True),
        sa.Column("finished_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_jobs_interaction_id")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_jobs_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_interaction_id_id"), "jobs", ["interaction_id", "id"], unique=False)
    op.create_index(op.f("ix_jobs_stage_state_available_at"), "jobs", ["stage", "state", "available_at"], unique=False)
    op.create_index(op.f("ix_jobs_stage_state_finished_at"), "jobs", ["stage", "state", "finished_at"], unique=False)
    op.create_index(op.f("ix_jobs_state_lease_until"), "jobs", ["state", "lease_until"], unique=False)
    op.create_table(
        "scorecards",
        sa.Column(
            "id", sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column(
            "interaction_id",
            sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "job_id",
            sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("rubric_id", sa.String(length=200), nullable=False),
        sa.Column("rubric_version", sa.String(length=200), nullable=False),
        sa.Column("rubric_sha256", sa.String(length=64), nullable=False),
        sa.Column("versions", types.Json(), nullable=False),
        sa.Column("payload", types.Packed(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("band", sa.String(length=16), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_scorecards_interaction_id")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_scorecards_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
        sa.UniqueConstraint("job_id", name=op.f("uq_scorecards_job_id")),
    )
    op.create_index(op.f("ix_scorecards_interaction_id_id"), "scorecards", ["interaction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_scorecards_rubric_sha256_interaction_id"),
        "scorecards",
        ["rubric_sha256", "interaction_id"],
        unique=False,
    )
    op.create_table(
        "sessions",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "user_id",
            sa.String(length=26).with_variant(sa.String(length=26, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("expires_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_scorecards_rubric_sha256_interaction_id"), table_name="scorecards")
    op.drop_index(op.f("ix_scorecards_interaction_id_id"), table_name="scorecards")
    op.drop_table("scorecards")
    op.drop_index(op.f("ix_jobs_state_lease_until"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_stage_state_finished_at"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_stage_state_available_at"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_interaction_id_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_interaction_flags_interaction_id"), table_name="interaction_flags")
    op.drop_table("interaction_flags")
    op.drop_table("users")
    op.drop_index(op.f("ix_interactions_tenant_vendor_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_ticket"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_team_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_state_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_score_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_received_at_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_external_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_customer_ref_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_band_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_tenant_agent_id"), table_name="interactions")
    op.drop_index(op.f("ix_interactions_content_sha256"), table_name="interactions")
    op.drop_table("interactions")
    op.drop_table("api_keys")
    op.drop_table("tenants")
    op.drop_table("stage_results")
    op.drop_index(op.f("ix_rubrics_id_created_at"), table_name="rubrics")
    op.drop_table("rubrics")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_login_attempts_subject_at"), table_name="login_attempts")
    op.drop_table("login_attempts")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("audit_head")
    op.drop_table("audit")
