"""
Places, rules, events and plans: the tables of the first geoinspect.

A database from before there were steps has them already.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime, Float, Integer, LargeBinary, String, Text, inspect

from geoinspect.store.columns import Geometry, Key

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables where there are none."""
    if inspect(op.get_bind()).has_table("schema"):
        return
    _create_places()
    _create_rules()
    _create_events()


def _create_places() -> None:
    op.create_table(
        "points",
        Column("point_id", Key, primary_key=True),
        Column("name", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("geometry", Geometry, nullable=False),
        Column("original_x", Float),
        Column("original_y", Float),
        Column("claimed_datum", String, nullable=False),
        Column("datum_evidence", Text, nullable=False),
        Column("source_file", Text, nullable=False),
        Column("source_row", Integer, nullable=False),
        Column("district", Text),
        Column("street", Text),
        Column("address", Text),
    )
    op.create_table(
        "districts",
        Column("district_id", Key, primary_key=True),
        Column("name", Text, nullable=False),
        Column("geometry", Geometry, nullable=False),
        Column("claimed_datum", String, nullable=False),
    )


def _create_rules() -> None:
    op.create_table(
        "units",
        Column("rule_number", Integer, primary_key=True),
        Column("unit_id", String, nullable=False),
        Column("unit_name", Text, nullable=False),
        Column("district", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("source_row", Integer, nullable=False),
    )
    op.create_table(
        "assignments",
        Column("point_id", Key, primary_key=True),
        Column("district_id", String),
        Column("unit_id", String),
        Column("unit_name", Text),
        Column("status", String, nullable=False),
        Column("rule", Text, nullable=False),
        Column("also", Text, nullable=False),
        Column("reason", Text, nullable=False),
    )


def _create_events() -> None:
    op.create_table(
        "violations",
        Column("violation_id", Key, primary_key=True),
        Column("point_id", String),
        Column("category", Text),
        Column("item", Text),
        Column("severity", Integer, nullable=False),
        Column("found_at", DateTime, nullable=False),
        Column("description", Text),
        Column("source", Text, nullable=False),
        Column("geometry", Geometry),
    )
    op.create_table(
        "inspections",
        Column("inspection_id", Key, primary_key=True),
        Column("point_id", String, nullable=False),
        Column("inspected_at", DateTime, nullable=False),
    )
    op.create_table(
        "plans",
        Column("number", Integer, primary_key=True),
        Column("date", String, nullable=False),
        Column("commitment", String, nullable=False),
        Column("made_at", DateTime, nullable=False),
        Column("record", LargeBinary, nullable=False),
    )
