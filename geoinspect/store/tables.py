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
    UniqueConstraint,
)

metadata = MetaData()

#: Raised with every change of the tables, so that an older program does not misread them.
SCHEMA_VERSION = 2

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

# Lists are joined by 、 and days are ISO dates; see `geoinspect.inspectors`.
inspectors = Table(
    "inspectors",
    metadata,
    Column("inspector_id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("avoid_units", Text, nullable=False),
    Column("avoid_districts", Text, nullable=False),
    Column("duty_days", Text, nullable=False),
    Column("absent_days", Text, nullable=False),
    Column("source_row", Integer, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("act", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("commitment", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    # of a commit the packed record without routes, of a reveal the secret, of a draw the
    # packed record
    Column("content", LargeBinary),
    # of a draw the ids of the drawn points and inspectors, as JSON lists: whole records are
    # slow to read
    Column("points", Text),
    Column("inspectors", Text),
    # two programs that write at the same moment cannot both have the first draw
    UniqueConstraint("date", "attempt", "act", "part"),
)

amendments = Table(
    "amendments",
    metadata,
    Column("commitment", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
