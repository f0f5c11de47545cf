"""Alembic runs migrations on the connection that it is handed."""

from __future__ import annotations

from alembic import context

from qa_engine.storage.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="types.",
)
with context.begin_transaction():
    context.run_migrations()
