"""Alembic's entry: runs the migrations on the connection that :mod:`bot.store.migrate` hands over.

That connection is in a transaction already, so all steps and the version mark commit together or not at all.
"""

from alembic import context

from bot.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
