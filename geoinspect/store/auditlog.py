"""The log in the database: one chain, whoever writes and however many at once."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, cast, delete, event, insert, select

from geoinspect.atomic import write_bytes
from geoinspect.audit import (
    GENESIS,
    MIN_KEEP_DAYS,
    AuditRow,
    Head,
    jsonl_of,
    next_row,
    verify_chain,
)
from geoinspect.audit.chain import ARCHIVE
from geoinspect.errors import InputError
from geoinspect.store import tables
from geoinspect.store.auditguard import guard_audit_log
from geoinspect.store.databases import writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection, Engine

_LOG = tables.audit_log.c

_TEXTS = (_LOG.previous, _LOG.at, _LOG.actor, _LOG.action, _LOG.object, _LOG.details, _LOG.hash)


@event.listens_for(tables.audit_log, "after_create")
def _guard_new_table(_table: object, connection: Connection, **_: Any) -> None:
    guard_audit_log(connection)


class AuditLog:
    """
    The log of one city.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(
        self,
        actor: str,
        action: str,
        object: str = "",
        details: Mapping[str, Any] | None = None,
        *,
        at: datetime,
    ) -> AuditRow:
        """Enter one row in a transaction of its own; see `geoinspect.audit.log`."""
        with writing(self._engine) as connection:
            return enter(connection, actor, action, object, details, at=at)

    def rows(self, action: str | None = None) -> list[AuditRow]:
        """Return all rows in their order, or those of an action."""
        with self._engine.connect() as connection:
            return _rows(connection, action)

    def last(self, action: str) -> AuditRow | None:
        """Return the newest row of an action, None if there is none."""
        rows = select(tables.audit_log).where(_LOG.action == action)
        with self._engine.connect() as connection:
            newest = connection.execute(rows.order_by(_LOG.number.desc()).limit(1))
            row = newest.mappings().one_or_none()
        return None if row is None else AuditRow(**row)

    def head(self) -> Head:
        """Return number and hash of the last row."""
        with self._engine.connect() as connection:
            return read_head(connection)

    def after(self, head: Head) -> list[AuditRow] | None:
        """Return the rows after the end that a chain had once; None if it never ended so."""
        with self._engine.connect() as connection:
            newer = select(tables.audit_log).where(_LOG.number >= head.number)
            rows = connection.execute(newer.order_by(_LOG.number)).mappings().all()
        found = [AuditRow(**row) for row in rows]
        if head == GENESIS:
            return found
        is_same = bool(found) and found[0].hash == head.hash and found[0].number == head.number
        return found[1:] if is_same else None

    def archive(self, path: Path, *, actor: str, keep_days: int, at: datetime) -> int:
        """
        Move rows to a file that are older than `keep_days`.

        The file is there, whole and on the disk, before the first row goes; a row that says
        so, with the file's hash and where its chain ends, is entered in the same transaction.

        Parameters
        ----------
        path
            File to write.
        actor
            Who does it.
        keep_days
            Days that stay, 180 or more.
        at
            Now.

        Returns
        -------
        n
            Rows that were moved; with 0, nothing was written.

        Raises
        ------
        InputError
            If fewer than 180 days would stay, or the file is there already.
        VerificationError
            If the log does not hold: then nothing of it goes.
        """
        _check_archive(path, keep_days)
        with writing(self._engine) as connection:
            old = _old_rows(_rows(connection), at - timedelta(days=keep_days))
            if not old:
                return 0
            content, last = jsonl_of(old), old[-1]
            write_bytes(path, content, mode=0o600)
            facts = {
                "through": last.number,
                "hash": last.hash,
                "rows": len(old),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            enter(connection, actor, ARCHIVE, path.name, facts, at=at)
            connection.execute(delete(tables.audit_log).where(_LOG.number <= last.number))
        return len(old)


def enter(
    connection: Connection,
    actor: str,
    action: str,
    object: str = "",
    details: Mapping[str, Any] | None = None,
    *,
    at: datetime,
) -> AuditRow:
    """
    Enter one row in the transaction of what it tells of: both happen, or neither.

    The transaction is one of `geoinspect.store.databases.writing`: nobody else reads the end
    of the chain until this one has moved it.
    """
    row = next_row(
        read_head(connection), at=at, actor=actor, action=action, object=object, details=details
    )
    connection.execute(insert(tables.audit_log).values(**vars(row)))
    return row


def read_head(connection: Connection) -> Head:
    """Read the end of the chain."""
    last = select(_LOG.number, _LOG.hash).order_by(_LOG.number.desc()).limit(1)
    found = connection.execute(last).one_or_none()
    return GENESIS if found is None else Head(*found)


def _rows(connection: Connection, action: str | None = None) -> list[AuditRow]:
    """Read rows; bytes that are no text any more are shown, and then spoil the hash."""
    columns = [_LOG.number, *(cast(c, LargeBinary) for c in _TEXTS)]
    if connection.dialect.name != "sqlite":
        columns = [_LOG.number, *_TEXTS]
    wanted = select(*columns).order_by(_LOG.number)
    if action is not None:
        wanted = wanted.where(_LOG.action == action)
    return [
        AuditRow(number, *(_text(value) for value in values))
        for number, *values in connection.execute(wanted).all()
    ]


def _text(value: Any) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def _check_archive(path: Path, keep_days: int) -> None:
    """Refuse to keep too little, or to write over another archive."""
    if keep_days < MIN_KEEP_DAYS:
        raise InputError(
            "The log is kept {least} days or longer, not {days}: change `keep_days` in the table "
            "[audit] of geoinspect.toml.",
            least=MIN_KEEP_DAYS,
            days=keep_days,
        )
    if path.exists():
        raise InputError("{path} is there already: name a new file.", path=path)


def _old_rows(rows: list[AuditRow], before: datetime) -> list[AuditRow]:
    """Return the rows at the beginning that are older; none if the chain does not hold."""
    fault = verify_chain(rows)
    if fault is not None:
        raise fault.problem
    limit = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    young = next((k for k, row in enumerate(rows) if row.at >= limit), len(rows))
    return rows[:young]
