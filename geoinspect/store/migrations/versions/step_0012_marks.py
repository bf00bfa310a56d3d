"""Documents and questionnaires are marked."""

from __future__ import annotations

from alembic import op

from geoinspect.store import tables

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table of marks."""
    tables.metadata.create_all(op.get_bind(), tables=[tables.marks])
