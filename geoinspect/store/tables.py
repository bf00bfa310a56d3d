"""The tables of a city's database."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

#: Raised with every change of the tables, so that an older program does not misread them.
SCHEMA_VERSION = 1

schema = Table("schema", metadata, Column("version", Integer, primary_key=True))

# Geometry is well-known binary, WGS-84 longitude and latitude. Times are UTC.

points = Table(
    "points",
    metadata,
    Column("point_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("geometry", LargeBinary, nullable=False),
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

districts = Table(
    "districts",
    metadata,
    Column("district_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("geometry", LargeBinary, nullable=False),
    Column("claimed_datum", String, nullable=False),
)

units = Table(
    "units",
    metadata,
    Column("rule_number", Integer, primary_key=True),
    Column("unit_id", String, nullable=False),
    Column("unit_name", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("point_id", String, primary_key=True),
    Column("district_id", String),
    Column("unit_id", String),
    Column("unit_name", Text),
    Column("status", String, nullable=False),
    Column("rule", Text, nullable=False),
    Column("also", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

violations = Table(
    "violations",
    metadata,
    Column("violation_id", String, primary_key=True),
    Column("point_id", String),
    Column("category", Text),
    Column("item", Text),
    Column("severity", Integer, nullable=False),
    Column("found_at", DateTime, nullable=False),
    Column("description", Text),
    Column("source", Text, nullable=False),
    Column("geometry", LargeBinary),
)

inspections = Table(
    "inspections",
    metadata,
    Column("inspection_id", String, primary_key=True),
    Column("point_id", String, nullable=False),
    Column("inspected_at", DateTime, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("commitment", String, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
