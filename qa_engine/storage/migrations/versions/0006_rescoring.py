"""Rescoring"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa_engine.storage import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(26).with_variant(sa.String(26, collation="C"), "postgresql")
NAME = sa.String(length=200)
SHA = sa.String(length=64)
RUNS_OWN = sa.text("run_id IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("interaction_id", existing_type=ID, nullable=True)
    op.add_column("scorecards", sa.Column("run_id", ID, nullable=True))
    op.add_column("scorecards", sa.Column("aside", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index(op.f("ix_scorecards_interaction_id_id"), "scorecards")
    op.create_index(op.f("ix_scorecards_interaction_id_aside_id"), "scorecards", ["interaction_id", "aside", "id"])
    op.create_index(
        op.f("ix_scorecards_run_id_interaction_id"), "scorecards", ["run_id", "interaction_id"], unique=True,
        sqlite_where=RUNS_OWN, postgresql_where=RUNS_OWN,
    )  # fmt: skip
    _runs()
    _blocks()


def _runs() -> None:
    op.create_table(
        "rescores",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("rubric_id", NAME, nullable=False),
        sa.Column("rubric_version", NAME, nullable=False),
        sa.Column("rubric_sha256", SHA, nullable=False),
        sa.Column("wanted", types.Json(), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("shows", sa.Boolean(), nullable=False),
        sa.Column("until_id", ID, nullable=False),
        sa.Column("planned_to", ID, nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("created_by", NAME, nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("cancelled_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_rescores_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescores")),
    )
    op.create_index(op.f("ix_rescores_tenant_id"), "rescores", ["tenant", "id"])
    op.create_table(
        "rescore_batches",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("difference", types.Packed(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("done_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["rescores.id"], name=op.f("fk_rescore_batches_run_id")),
        sa.PrimaryKeyConstraint("run_id", "n", name=op.f("pk_rescore_batches")),
    )
    op.create_index(op.f("ix_rescore_batches_run_id_done_at"), "rescore_batches", ["run_id", "done_at"])


def _blocks() -> None:
    op.create_table(
        "archive_blocks",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", NAME, nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", SHA, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("languages", types.Packed(), nullable=False),
        sa.Column("cards", types.Packed(), nullable=True),
        sa.Column("sealed_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_archive_blocks_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_blocks")),
        sa.UniqueConstraint("tenant", "first_id", name=op.f("uq_archive_blocks_tenant_first_id")),
    )
    op.create_table(
        "archive_answers",
        sa.Column("block_id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["archive_blocks.id"], name=op.f("fk_archive_answers_block_id")),
        sa.PrimaryKeyConstraint("block_id", "key", name=op.f("pk_archive_answers")),
    )


def downgrade() -> None:
    for table in ("archive_answers", "archive_blocks", "rescore_batches", "rescores"):
        op.drop_table(table)
    # The older version can neither work these jobs nor read these scorecards; a new run makes them again.
    op.execute("DELETE FROM jobs WHERE interaction_id IS NULL")
    op.execute("DELETE FROM scorecards WHERE run_id IS NOT NULL")
    op.drop_index(op.f("ix_scorecards_run_id_interaction_id"), "scorecards")
    op.drop_index(op.f("ix_scorecards_interaction_id_aside_id"), "scorecards")
    op.create_index(op.f("ix_scorecards_interaction_id_id"), "scorecards", ["interaction_id", "id"])
    op.drop_column("scorecards", "aside")
    op.drop_column("scorecards", "run_id")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("interaction_id", existing_type=ID, nullable=False)
