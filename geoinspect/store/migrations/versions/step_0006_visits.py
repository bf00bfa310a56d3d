"""Visits of inspectors come in from their phones."""

from __future__ import annotations

from alembic import op

from geoinspect.store import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table that is missing."""
    tables.metadata.create_all(op.get_bind(), tables=[tables.visits])
