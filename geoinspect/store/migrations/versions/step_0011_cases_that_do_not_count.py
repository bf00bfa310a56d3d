"""Reports find what was dismissed, and what units found themselves, without reading all cases."""

from __future__ import annotations

from alembic import op
from sqlalchemy import column

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add an index of the moves that dismissed a case, and one of sources; new tables have them."""
    dismissed = column("after") == "dismissed"
    op.create_index(
        "case_moves_dismissed",
        "case_moves",
        ["case_id"],
        sqlite_where=dismissed,
        postgresql_where=dismissed,
        if_not_exists=True,
    )
    op.create_index("ix_cases_source", "cases", ["source"], if_not_exists=True)
