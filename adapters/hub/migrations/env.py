"""Alembic's entry: runs the migrations on the connection that `migrate` holds the lock with."""

from alembic import context

from adapters.hub.tables.all import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
