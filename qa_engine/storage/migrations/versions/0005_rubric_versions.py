"""Lives of rubric versions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa_engine.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(26).with_variant(sa.String(26, collation="C"), "postgresql")
NAME = sa.String(length=200)
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("rubrics") as rubrics:
        rubrics.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "rubric_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("rubric_id", NAME, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("changed_at", types.Utc(), nullable=False),
        sa.Column("changed_by", NAME, nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_rubric_versions_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_versions")),
    )
    named = ["tenant", "rubric_id", "version"]
    op.create_index(op.f("ix_rubric_versions_tenant_rubric_id_version"), "rubric_versions", named)
    op.create_index(op.f("ix_rubric_versions_sha256"), "rubric_versions", ["sha256"])
    op.create_table(
        "rubric_changes",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["rubric_versions.id"], name=op.f("fk_rubric_changes_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_changes")),
    )
    op.create_index(op.f("ix_rubric_changes_version_id"), "rubric_changes", ["version_id"])
    op.create_table(
        "active_rubrics",
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_active_rubrics_tenant")),
        sa.ForeignKeyConstraint(["version_id"], ["rubric_versions.id"], name=op.f("fk_active_rubrics_version_id")),
        sa.PrimaryKeyConstraint("tenant", "language", name=op.f("pk_active_rubrics")),
    )
    op.create_index(op.f("ix_active_rubrics_version_id"), "active_rubrics", ["version_id"])


def downgrade() -> None:
    op.drop_table("active_rubrics")
    op.drop_table("rubric_changes")
    op.drop_table("rubric_versions")
    with op.batch_alter_table("rubrics") as rubrics:
        rubrics.drop_column("shared")
