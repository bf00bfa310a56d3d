"""Checklists, results of inspections and tickets come in."""

from __future__ import annotations

from alembic import op

from geoinspect.store import tables

revision = "0005"
down_revision = "0004"

_NEW = (
    tables.checklists,
    tables.checklist_items,
    tables.results,
    tables.tickets,
    tables.ticket_originals,
)


def upgrade() -> None:
    """Make the tables that are missing."""
    tables.metadata.create_all(op.get_bind(), tables=list(_NEW))
