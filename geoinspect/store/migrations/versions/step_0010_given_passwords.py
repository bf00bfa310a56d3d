"""Whoever was given a password chooses another."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the flag; who chose the passwords of before is not known, and nobody is shut out."""
    flag = Column("password_given", Boolean, nullable=False, server_default=false())
    op.add_column("users", flag)
