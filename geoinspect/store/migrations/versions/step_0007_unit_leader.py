"""Accounts of units get the flag of their leader; those that are there keep what they could do."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, false, true, update

from geoinspect.store import tables

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the flag, and set it for the units of before, all of whom could approve."""
    flag = Column("approves", Boolean, nullable=False, server_default=false())
    op.add_column("users", flag)
    users = tables.users
    op.get_bind().execute(update(users).where(users.c.role == "unit").values(approves=true()))
