"""Put probes into every text that the store keeps, so that a new field is probed without a word."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geoinspect.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Texts that programs write for programs: lists, hashes, copies of what is kept elsewhere. Every
#: other column of text is somebody's words.
OF_PROGRAMS = frozenset(
    {
        "answers.headers",
        "audit_log.actor",
        "audit_log.object",
        "audit_log.details",
        "checklist_items.weights",
        "inspectors.avoid_units",
        "inspectors.avoid_districts",
        "inspectors.duty_days",
        "inspectors.absent_days",
        "jobs.step",
        "jobs.arguments",
        "jobs.intent",
        "jobs.result",
        "jobs.problem",
        "ledger.points",
        "ledger.inspectors",
        "notices.content",
        "results.photos",
        "ticket_originals.content",
        "tokens.scopes",
        "users.offices",
        "users.districts",
        "users.categories",
        "users.password_hash",
    }
)
MARK = "window.pwn"


def probe_all_texts(
    engine: sa.Engine, probe: Callable[[], str], known: Mapping[str, Any], now: datetime
) -> None:
    """
    See that every column of free text holds a probe.

    Columns that hold one already stay; a table without rows gets one.

    Parameters
    ----------
    engine
        Database of the city.
    probe
        Returns the next probe.
    known
        What a new row refers to, by column.
    now
        Moment of a new row.
    """
    for table in tables.metadata.sorted_tables:
        texts = [each for each in table.columns if _is_free(each)]
        if not texts:
            continue
        with engine.begin() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(table)):
                row = {each.name: _plain(each, known, now) for each in table.columns}
                connection.execute(sa.insert(table), [row])
            for column in texts:
                if MARK not in "".join(filter(None, connection.scalars(sa.select(column)))):
                    connection.execute(sa.update(table).values({column.name: probe()}))


def _is_free(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Text) and str(column) not in OF_PROGRAMS


def _plain(column: sa.Column[Any], known: Mapping[str, Any], now: datetime) -> Any:
    """A value that a column allows."""
    if column.name in known:
        return known[column.name]
    if column.nullable:
        return None
    kinds = {bool: False, int: 1, float: 1.0, datetime: now, bytes: b""}
    return kinds.get(column.type.python_type, "")
