"""A post under way is known by its process, so that it is known to be dead at once."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Let answers name the process that works on them."""
    op.add_column("answers", Column("claimed_by", String))
