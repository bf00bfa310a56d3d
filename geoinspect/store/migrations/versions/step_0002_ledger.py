"""
The ledger takes the place of plans; inspectors and amendments come in.

Some databases from before there were steps have these tables already.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from alembic import op
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
)

from geoinspect.store.columns import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables that are missing, and enter each plan of old in the ledger."""
    names = set(inspect(op.get_bind()).get_table_names())
    made: dict[str, Callable[[], object]] = {
        "ledger": _create_ledger,
        "amendments": _create_amendments,
        "inspectors": _create_inspectors,
    }
    for name in made.keys() - names:
        made[name]()
    if "plans" in names:
        _enter_plans(op.get_bind())
        op.drop_table("plans")
    if "schema" in names:
        # a program of before does not open what it does not understand
        op.drop_table("schema")


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        Column("number", Integer, primary_key=True),
        Column("date", String, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("act", String, nullable=False),
        Column("part", Integer, nullable=False),
        Column("commitment", String, nullable=False),
        Column("reason", Text, nullable=False),
        Column("made_at", DateTime, nullable=False),
        Column("content", LargeBinary),
        Column("points", Text),
        Column("inspectors", Text),
        UniqueConstraint("date", "attempt", "act", "part"),
    )


def _create_amendments() -> None:
    op.create_table(
        "amendments",
        Column("commitment", String, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("date", String, nullable=False),
        Column("record", LargeBinary, nullable=False),
    )


def _create_inspectors() -> None:
    op.create_table(
        "inspectors",
        Column("inspector_id", Key, primary_key=True),
        Column("name", Text, nullable=False),
        Column("unit", Text, nullable=False),
        Column("avoid_units", Text, nullable=False),
        Column("avoid_districts", Text, nullable=False),
        Column("duty_days", Text, nullable=False),
        Column("absent_days", Text, nullable=False),
        Column("source_row", Integer, nullable=False),
    )


_plans = Table(
    "plans",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("date", String),
    Column("commitment", String),
    Column("made_at", DateTime),
    Column("record", LargeBinary),
)
_ledger = Table(
    "ledger",
    MetaData(),
    Column("date", String),
    Column("attempt", Integer),
    Column("act", String),
    Column("part", Integer),
    Column("commitment", String),
    Column("reason", Text),
    Column("made_at", DateTime),
    Column("content", LargeBinary),
    Column("points", Text),
)


def _enter_plans(connection: Connection) -> None:
    """Enter each plan as a commit and a draw of its date, in their order."""
    attempts: dict[str, int] = {}
    for plan in connection.execute(select(_plans).order_by(_plans.c.number)).mappings().all():
        attempts[plan["date"]] = attempts.get(plan["date"], 0) + 1
        entry: dict[str, Any] = {
            "date": plan["date"],
            "attempt": attempts[plan["date"]],
            "commitment": plan["commitment"],
            "reason": "",
            "made_at": plan["made_at"],
        }
        drawn = {"content": plan["record"], "points": _point_ids(plan["record"])}
        connection.execute(insert(_ledger).values(**entry, act="commit", part=0))
        connection.execute(insert(_ledger).values(**entry, act="draw", part=1, **drawn))


def _point_ids(packed: bytes) -> str:
    """Return the ids of the points on the routes of a record, as a JSON list."""
    routes = json.loads(zlib.decompress(packed))["routes"]
    return json.dumps(sorted(stop["point_id"] for route in routes for stop in route["stops"]))
