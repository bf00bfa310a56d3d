"""The ledger of draws in the database, with the records of the plans; see `geoinspect.ledger`."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from geoinspect.errors import NotFoundError
from geoinspect.ledger import (
    Act,
    Entry,
    attempts_of,
    binding_numbers,
    reason_to_commit,
    reason_to_draw,
)
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.record import to_bytes
from geoinspect.store import tables
from geoinspect.store.reveals import Reveals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from geoinspect.ledger import Attempt
    from geoinspect.lottery.record import Record

_LEDGER = tables.ledger.c

#: Columns of an entry; the others are large.
_ENTRY = (
    _LEDGER.number, _LEDGER.date, _LEDGER.attempt, _LEDGER.act, _LEDGER.part,
    _LEDGER.commitment, _LEDGER.reason, _LEDGER.made_at,
)  # fmt: skip


class PlanLedger:
    """
    The ledger of one city, and the records that belong to it.

    Each method that writes does it whole or not at all.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self) -> list[Entry]:
        """Return all entries, oldest first."""
        with self._engine.connect() as connection:
            return _entries(connection)

    def attempts(self) -> list[Attempt]:
        """Return all attempts with what became of them, by date."""
        return attempts_of(self.entries())

    def check_reason(self, day: date, reason: str) -> None:
        """Refuse an attempt that needs a reason and has none, before any work is done for it."""
        reason_to_commit(self.entries(), day, reason)

    def check_redraw(self, commit: Entry, reason: str) -> None:
        """Refuse a draw that needs a reason and has none, before any work is done for it."""
        reason_to_draw(self.entries(), commit, reason)

    def commit(self, record: Record, *, at: datetime, reason: str = "") -> Entry:
        """
        Enter a committed record.

        Parameters
        ----------
        record
            As `geoinspect.planning.commit_plan` makes it.
        at
            Now, timezone-aware.
        reason
            Why, if the date has a commit already.

        Raises
        ------
        InputError
            If a reason is needed and missing.
        """
        with self._engine.begin() as connection:
            return _commit(connection, record, at, reason)

    def reveal(self, commit: Entry, secrets: Sequence[str], *, at: datetime) -> Reveals:
        """
        Enter revealed secrets, and return what is known then.

        A secret that is known already is not entered again.

        Raises
        ------
        InputError
            If a secret is not one of those committed to.
        """
        with self._engine.begin() as connection:
            return _reveal(connection, commit, secrets, at)

    def reveals(self, commit: Entry) -> Reveals:
        """Return the secrets of an attempt as far as they are revealed."""
        with self._engine.connect() as connection:
            return _reveals(connection, commit)

    def draw(self, record: Record, *, at: datetime, reason: str = "") -> Entry:
        """
        Enter a drawn record of an attempt, with the reveal of its secrets.

        Raises
        ------
        NotFoundError
            If its commitment is not in the ledger.
        InputError
            If the date is drawn already and no reason is known.
        """
        with self._engine.begin() as connection:
            commit = _commit_of(connection, record["draw"]["commitment"])
            return _draw(connection, commit, record, at, reason)

    def add(self, record: Record, *, at: datetime, reason: str = "") -> Entry:
        """Enter commit, reveal and draw of a record that was made in one act."""
        with self._engine.begin() as connection:
            commit = _commit(connection, record, at, reason)
            return _draw(connection, commit, record, at, commit.reason)

    def commit_of(self, commitment: str) -> Entry:
        """
        Return the newest commit with this commitment.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._engine.connect() as connection:
            return _commit_of(connection, commitment)

    def pending(self, day: date) -> Entry:
        """
        Return the newest commit of a day that is not drawn yet.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        entries = self.entries()
        drawn = {(entry.day, entry.attempt) for entry in entries if entry.act is Act.DRAW}
        for entry in reversed(entries):
            if entry.day == day and entry.act is Act.COMMIT and (day, entry.attempt) not in drawn:
                return entry
        raise NotFoundError(
            "{day} has no commit that waits for its draw: `geoinspect -C CITY plan list` shows the "
            "ledger.",
            day=day,
        )

    def committed(self, commit: Entry) -> Record:
        """Return the committed record of an attempt that is not drawn yet."""
        return _parsed(self._content(commit.number))

    def binding(self, day: date | None = None) -> Entry:
        """
        Return the draw that binds a day; without a day, the binding draw made last.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        entries = self.entries()
        numbers = binding_numbers(entries)
        found = [e for e in entries if e.number in numbers and day in (None, e.day)]
        if found:
            return found[-1]
        if day is None:
            raise NotFoundError("There is no plan yet: make one with `geoinspect -C CITY plan`.")
        raise NotFoundError("There is no drawn plan of {day}.", day=day)

    def drawn_record(self, draw: Entry) -> bytes:
        """Return the record of a draw, byte for byte as it was published."""
        return self._content(draw.number)

    def drawn_points(self) -> dict[date, set[str]]:
        """Return the ids of the points of each binding draw, by date."""
        return {day: set(points) for day, points in self._drawn(_LEDGER.points).items()}

    def drawn_inspectors(self) -> dict[date, list[str]]:
        """Return the ids of the inspectors of each binding draw, by date."""
        return self._drawn(_LEDGER.inspectors)

    def _drawn(self, column: Any) -> dict[date, list[str]]:
        """Read a list of ids of each binding draw."""
        numbers = binding_numbers(self.entries())
        wanted = select(_LEDGER.date, _LEDGER.number, column).where(_LEDGER.act == Act.DRAW)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return {
            date.fromisoformat(day): json.loads(ids or "[]")
            for day, number, ids in rows
            if number in numbers
        }

    def amendments(self, commitment: str) -> list[Record]:
        """Return the amendments of a plan, in their order."""
        table = tables.amendments
        wanted = select(table.c.record).where(table.c.commitment == commitment)
        with self._engine.connect() as connection:
            packed = connection.scalars(wanted.order_by(table.c.number)).all()
        return [_parsed(zlib.decompress(record)) for record in packed]

    def add_amendment(self, amendment: Record) -> None:
        """
        Keep an amendment of a plan.

        Raises
        ------
        sqlalchemy.exc.IntegrityError
            If the plan has an amendment of this number already.
        """
        row = {member: amendment[member] for member in ("commitment", "number", "date")}
        with self._engine.begin() as connection:
            connection.execute(insert(tables.amendments).values(**row, record=_packed(amendment)))

    def _content(self, number: int) -> bytes:
        """Unpack the record of an entry."""
        with self._engine.connect() as connection:
            packed = connection.scalar(select(_LEDGER.content).where(_LEDGER.number == number))
        if packed is None:
            raise NotFoundError(
                "The ledger keeps no record with its entry {number}.", number=number
            )
        return zlib.decompress(packed)


def point_ids(record: Mapping[str, Any]) -> list[str]:
    """Return the ids of the points on the routes of a record."""
    return sorted(stop["point_id"] for route in record["routes"] for stop in route["stops"])


def inspector_ids(record: Mapping[str, Any]) -> list[str]:
    """Return the ids of the inspectors that a record draws."""
    rows = record["draw"].get("inspectors", [])
    return [inspector_id for row in rows for inspector_id in row["inspector_ids"]]


def _parsed(content: bytes) -> Record:
    record: Record = json.loads(content)
    return record


def _entries(connection: Connection) -> list[Entry]:
    """Read all entries, oldest first."""
    rows = connection.execute(select(*_ENTRY).order_by(_LEDGER.number)).all()
    return [
        Entry(
            number, date.fromisoformat(day), attempt, Act(act), part, commitment, reason,
            made_at.replace(tzinfo=UTC),
        )
        for number, day, attempt, act, part, commitment, reason, made_at in rows
    ]  # fmt: skip


def _enter(connection: Connection, commit: Entry | None, at: datetime, **row: Any) -> Entry:
    """Write one row; `commit` gives day, attempt and commitment of what follows it."""
    if commit is not None:
        row |= {
            "date": commit.day.isoformat(),
            "attempt": commit.attempt,
            "commitment": commit.commitment,
        }
    row["made_at"] = at.astimezone(UTC).replace(tzinfo=None)
    connection.execute(insert(tables.ledger).values(**row))
    return _entries(connection)[-1]


def _commit(connection: Connection, record: Record, at: datetime, reason: str) -> Entry:
    """Enter a commit under the next number of its date."""
    entries, day = _entries(connection), date.fromisoformat(record["date"])
    reason = reason_to_commit(entries, day, reason)
    return _enter(
        connection,
        None,
        at,
        date=record["date"],
        attempt=1 + max((entry.attempt for entry in entries if entry.day == day), default=0),
        act=Act.COMMIT,
        part=0,
        commitment=record["draw"]["commitment"],
        reason=reason,
        content=_packed(record),
    )


def _commit_of(connection: Connection, commitment: str) -> Entry:
    """Find the newest commit with this commitment."""
    for entry in reversed(_entries(connection)):
        if entry.act is Act.COMMIT and entry.commitment == commitment:
            return entry
    raise NotFoundError(
        "The commitment {commitment} is not in the ledger of this city: enter it with "
        "`geoinspect -C CITY plan commit`.",
        commitment=commitment,
    )


def _reveals(connection: Connection, commit: Entry) -> Reveals:
    """Read the hashes of an attempt's secrets, and those secrets that are revealed."""
    packed = connection.scalar(select(_LEDGER.content).where(_LEDGER.number == commit.number))
    wanted = select(_LEDGER.part, _LEDGER.content).where(
        _LEDGER.date == commit.day.isoformat(),
        _LEDGER.attempt == commit.attempt,
        _LEDGER.act == Act.REVEAL,
    )
    known = {part: secret.decode() for part, secret in connection.execute(wanted).all()}
    if packed is None:
        # a drawn attempt: each secret is known, and its hash with it
        secrets = [known[part] for part in sorted(known)]
        return Reveals(tuple(secrets), tuple(sha256_hex(secret) for secret in secrets))
    hashes = _parsed(zlib.decompress(packed))["draw"]["secrets_sha256"]
    return Reveals(tuple(known.get(part) for part in range(1, len(hashes) + 1)), tuple(hashes))


def _reveal(connection: Connection, commit: Entry, secrets: Sequence[str], at: datetime) -> Reveals:
    """Enter those secrets that are not known yet."""
    before = _reveals(connection, commit)
    after = before.with_secrets(secrets)
    pairs = zip(before.secrets, after.secrets, strict=True)
    for part, (known, secret) in enumerate(pairs, start=1):
        if known is None and secret is not None:
            _enter(
                connection, commit, at,
                act=Act.REVEAL, part=part, reason="", content=secret.encode(),
            )  # fmt: skip
    return after


def _draw(
    connection: Connection, commit: Entry, record: Record, at: datetime, reason: str
) -> Entry:
    """Enter a draw, and the reveals it is made of; the commit's record is then part of it."""
    entries = _entries(connection)
    reason = reason_to_draw(entries, commit, reason)
    same = [e for e in entries if (e.day, e.attempt) == (commit.day, commit.attempt)]
    earlier = sum(entry.act is Act.DRAW for entry in same)
    if not earlier:
        _reveal(connection, commit, record["draw"]["secrets"], at)
        freed = update(tables.ledger).where(_LEDGER.number == commit.number)
        connection.execute(freed.values(content=None))
    return _enter(
        connection,
        commit,
        at,
        act=Act.DRAW,
        part=earlier + 1,
        reason=reason,
        content=_packed(record),
        points=json.dumps(point_ids(record)),
        inspectors=json.dumps(inspector_ids(record)),
    )


def _packed(record: Record) -> bytes:
    """Pack the bytes of a record."""
    return zlib.compress(to_bytes(record), level=1)
