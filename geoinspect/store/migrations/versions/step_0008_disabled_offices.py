"""Offices can be disabled."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the flag; every office of before is at work."""
    flag = Column("disabled", Boolean, nullable=False, server_default=false())
    op.add_column("organisations", flag)
