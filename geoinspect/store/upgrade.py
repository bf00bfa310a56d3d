"""Bring a database that an older geoinspect made to the tables of this one."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, insert, inspect, text, update

from geoinspect.ledger import Act
from geoinspect.store import tables
from geoinspect.store.plans import point_ids

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


_PLANS = text("SELECT date, commitment, made_at, record FROM plans ORDER BY number").columns(
    made_at=DateTime
)


def upgrade(engine: Engine) -> None:
    """Add the tables that are missing, and turn plans without a ledger into entries of one."""
    with engine.begin() as connection:
        names = set(inspect(connection).get_table_names())
        if tables.schema.name not in names or tables.metadata.tables.keys() <= names:
            return
        version = connection.scalar(tables.schema.select())
        if version is None or version > tables.SCHEMA_VERSION:
            return
        tables.metadata.create_all(connection)
        if version == 1:
            _enter_plans(connection)
            connection.execute(update(tables.schema).values(version=tables.SCHEMA_VERSION))


def _enter_plans(connection: Connection) -> None:
    """Enter each plan of version 1 as a commit and a draw of its date, in their order."""
    plans = connection.execute(_PLANS).mappings().all()
    attempts: dict[str, int] = {}
    for plan in plans:
        attempts[plan["date"]] = attempts.get(plan["date"], 0) + 1
        entry = {
            "date": plan["date"],
            "attempt": attempts[plan["date"]],
            "commitment": plan["commitment"],
            "reason": "",
            "made_at": plan["made_at"],
        }
        drawn = json.dumps(point_ids(json.loads(zlib.decompress(plan["record"]))))
        record = {"content": plan["record"], "points": drawn}
        connection.execute(insert(tables.ledger).values(**entry, act=Act.COMMIT, part=0))
        connection.execute(insert(tables.ledger).values(**entry, act=Act.DRAW, part=1, **record))
    connection.execute(text("DROP TABLE plans"))
