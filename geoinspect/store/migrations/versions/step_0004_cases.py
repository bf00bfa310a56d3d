"""Violation cases: their moves, notices, replies, re-inspections and photos."""

from __future__ import annotations

from alembic import op

from geoinspect.store import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of cases."""
    made = (
        tables.cases,
        tables.case_moves,
        tables.notices,
        tables.replies,
        tables.reinspections,
        tables.photos,
        tables.photo_uses,
        tables.recheck_seeds,
    )
    tables.metadata.create_all(op.get_bind(), tables=made)
