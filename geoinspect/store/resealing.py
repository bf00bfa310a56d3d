"""Seal with the newest key what another key sealed, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from geoinspect.errors import InputError
from geoinspect.store import tables
from geoinspect.store.safe import place_of, place_of_amendment, place_of_original

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine

    from geoinspect.store.safe import Safe

_LEDGER = tables.ledger
_AMENDMENTS = tables.amendments


def reseal_all(connection: Connection, safe: Safe) -> int:
    """
    Seal the ledger, all amendments and what was masked of tickets with the newest key.

    All within one transaction.

    Returns
    -------
    n
        Pieces that were sealed anew.

    Raises
    ------
    InputError
        If there is no key, or one is missing that something is sealed with.
    """
    if safe.keyring is None:
        raise InputError("There is no key: make one with `geoinspect seal key`.")
    return (
        _reseal_ledger(connection, safe)
        + _reseal_amendments(connection, safe)
        + _reseal_originals(connection, safe)
    )


def forget_old_pages(engine: Engine) -> None:
    """
    Write the database anew without what was deleted or replaced in it.

    What was readable before would else stay in unused pages. A SQLite file is done when this
    returns; PostgreSQL reuses such space by itself, in its own time.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _reseal_ledger(connection: Connection, safe: Safe) -> int:
    """Renew row by row: all records at once may not fit into memory."""
    n = 0
    for number in connection.scalars(select(_LEDGER.c.number)).all():
        row = connection.execute(select(_LEDGER).where(_LEDGER.c.number == number)).mappings().one()
        changed = _renewed(row, safe)
        if changed:
            connection.execute(update(_LEDGER).where(_LEDGER.c.number == number).values(**changed))
        n += len(changed)
    return n


def _renewed(row: Mapping[Any, Any], safe: Safe) -> dict[str, bytes | str]:
    """Return the columns of a row that change."""
    renewed: dict[str, bytes | str] = {}
    if row["content"] is not None:
        renewed["content"] = safe.renew(row["content"], place_of(row, "content"))
    for column in ("points", "inspectors"):
        if row[column] is not None:
            renewed[column] = safe.renew_text(row[column], place_of(row, column))
    return {column: value for column, value in renewed.items() if value != row[column]}


def _reseal_amendments(connection: Connection, safe: Safe) -> int:
    """Renew the records of all amendments."""
    n = 0
    for row in connection.execute(select(_AMENDMENTS)).mappings().all():
        place = place_of_amendment(row["commitment"], row["number"])
        renewed = safe.renew(row["record"], place)
        if renewed != row["record"]:
            own = (_AMENDMENTS.c.commitment == row["commitment"]) & (
                _AMENDMENTS.c.number == row["number"]
            )
            connection.execute(update(_AMENDMENTS).where(own).values(record=renewed))
            n += 1
    return n


def _reseal_originals(connection: Connection, safe: Safe) -> int:
    """Renew what was masked of tickets."""
    table, n = tables.ticket_originals, 0
    for row in connection.execute(select(table)).all():
        renewed = safe.renew_text(row.content, place_of_original(row.ticket_id))
        if renewed != row.content:
            own = table.c.ticket_id == row.ticket_id
            connection.execute(update(table).where(own).values(content=renewed))
            n += 1
    return n
