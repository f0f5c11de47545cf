"""Risk and open chats"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa_engine.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(26).with_variant(sa.String(26, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("interactions", sa.Column("risk", sa.Float(), nullable=True))
    op.add_column("interactions", sa.Column("last_message_at", types.Utc(), nullable=True))
    op.create_index(op.f("ix_interactions_tenant_risk_id"), "interactions", ["tenant", "risk", "id"])
    op.create_index(op.f("ix_interactions_last_message_at"), "interactions", ["last_message_at"])
    op.create_table(
        "chat_messages",
        sa.Column("interaction_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=300), nullable=True),
        sa.Column("payload", types.Json(), nullable=False),
        sa.Column("received_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_chat_messages_interaction_id")),
        sa.PrimaryKeyConstraint("interaction_id", "n", name=op.f("pk_chat_messages")),
        sa.UniqueConstraint("interaction_id", "ref", name=op.f("uq_chat_messages_interaction_id_ref")),
    )


def downgrade() -> None:
    # What the older version does not know would stop it; what was said so far stays as the transcript.
    op.execute("UPDATE interactions SET state = 'parked' WHERE state = 'open'")
    op.execute("DELETE FROM jobs WHERE stage = 'follow'")
    op.drop_table("chat_messages")
    op.drop_index(op.f("ix_interactions_last_message_at"), "interactions")
    op.drop_index(op.f("ix_interactions_tenant_risk_id"), "interactions")
    op.drop_column("interactions", "last_message_at")
    op.drop_column("interactions", "risk")
