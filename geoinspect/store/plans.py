"""The ledger of draws in the database, with the records of the plans; see `geoinspect.ledger`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

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
from geoinspect.sealing import is_sealed
from geoinspect.store import tables
from geoinspect.store.databases import writing
from geoinspect.store.desk import Desk
from geoinspect.store.resealing import forget_old_pages, reseal_all
from geoinspect.store.reveals import Reveals
from geoinspect.store.safe import place_of, place_of_amendment

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


#: What says to which place a sealed piece belongs.
_PLACE = (
    _LEDGER.number, _LEDGER.date, _LEDGER.attempt, _LEDGER.commitment, _LEDGER.act, _LEDGER.part,
)  # fmt: skip


class PlanLedger:
    """
    The ledger of one city, and the records that belong to it.

    Each method that writes does it whole or not at all, with a row of the log. Reading what
    is sealed is entered in the log too, until the day of the plan is over.

    Parameters
    ----------
    engine
        Database.
    desk
        Who is at work, with which keys.
    """

    def __init__(self, engine: Engine, desk: Desk | None = None) -> None:
        self._engine = engine
        self._desk = desk or Desk()

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
        with writing(self._engine) as connection:
            return _commit(connection, self._desk, record, at, reason)

    def reveal(self, commit: Entry, secrets: Sequence[str], *, at: datetime) -> Reveals:
        """
        Enter revealed secrets, and return what is known then.

        A secret that is known already is not entered again.

        Raises
        ------
        InputError
            If a secret is not one of those committed to.
        """
        with writing(self._engine) as connection:
            known = _reveal(connection, self._desk, commit, secrets, at)
            facts = {"secrets": len(known.hashes), "missing": len(known.missing)}
            self._desk.enter(connection, "plan.reveal", _name(commit), facts)
            return known

    def reveals(self, commit: Entry) -> Reveals:
        """Return the secrets of an attempt as far as they are revealed."""
        with self._engine.connect() as connection:
            return _reveals(connection, self._desk, commit)

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
        with writing(self._engine) as connection:
            commit = _commit_of(connection, record["draw"]["commitment"])
            return _draw(connection, self._desk, commit, record, at, reason)

    def add(self, record: Record, *, at: datetime, reason: str = "") -> Entry:
        """Enter commit, reveal and draw of a record that was made in one act."""
        with writing(self._engine) as connection:
            commit = _commit(connection, self._desk, record, at, reason)
            return _draw(connection, self._desk, commit, record, at, commit.reason)

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
        wanted = select(*_PLACE, column).where(_LEDGER.act == Act.DRAW)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).mappings().all()
        return {
            date.fromisoformat(row["date"]): self._ids(row, column.name)
            for row in rows
            if row["number"] in numbers
        }

    def _ids(self, row: Mapping[Any, Any], column: str) -> list[str]:
        """Open a list of ids."""
        text = self._desk.safe.open_text(row[column] or "[]", place_of(row, column))
        ids: list[str] = json.loads(text)
        return ids

    def amendments(self, commitment: str) -> list[Record]:
        """Return the amendments of a plan, in their order."""
        table = tables.amendments
        wanted = select(table.c.number, table.c.record).where(table.c.commitment == commitment)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(table.c.number)).all()
        safe = self._desk.safe
        return [
            _parsed(safe.unpack(packed, place_of_amendment(commitment, number)))
            for number, packed in rows
        ]

    def amendment_counts(self) -> dict[str, int]:
        """Return how many amendments each plan has that has any, by its commitment."""
        table = tables.amendments.c
        wanted = select(table.commitment, func.count()).group_by(table.commitment)
        with self._engine.connect() as connection:
            return {str(commitment): int(n) for commitment, n in connection.execute(wanted)}

    def add_amendment(self, amendment: Record) -> None:
        """
        Keep an amendment of a plan.

        Raises
        ------
        sqlalchemy.exc.IntegrityError
            If the plan has an amendment of this number already.
        """
        row = {member: amendment[member] for member in ("commitment", "number", "date")}
        place = place_of_amendment(row["commitment"], row["number"])
        packed = self._desk.safe.pack(amendment, place)
        with writing(self._engine) as connection:
            connection.execute(insert(tables.amendments).values(**row, record=packed))
            self._desk.enter(connection, "plan.amend", f"{row['date']}/{row['number']}", row)

    def is_sealed(self, entry: Entry) -> bool:
        """Tell whether the record of an entry is sealed."""
        return is_sealed(self._row(entry.number)["content"])

    def reseal(self) -> int:
        """
        Seal everything with the newest key that is not yet, all at once or nothing.

        Returns
        -------
        n
            Pieces that were sealed anew.
        """
        with writing(self._engine) as connection:
            n = reseal_all(connection, self._desk.safe)
            self._desk.enter(connection, "seal.rotate", "", {"pieces": n})
        forget_old_pages(self._engine)
        return n

    def _content(self, number: int) -> bytes:
        """Unpack the record of an entry; who reads a sealed one is noted."""
        row = self._row(number)
        content = self._desk.safe.unpack(row["content"], place_of(row, "content"))
        if is_sealed(row["content"]) and self._desk.is_secret(date.fromisoformat(row["date"])):
            with writing(self._engine) as connection:
                facts = {"entry": number, "act": row["act"]}
                name = f"{row['date']}/{row['attempt']}"
                self._desk.enter(connection, "plan.read", name, facts)
        return content

    def _row(self, number: int) -> Mapping[Any, Any]:
        """Read a row that keeps a record."""
        wanted = select(*_PLACE, _LEDGER.content).where(_LEDGER.number == number)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None or row["content"] is None:
            raise NotFoundError(
                "The ledger keeps no record with its entry {number}.", number=number
            )
        return row


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


def _enter(connection: Connection, at: datetime, **row: Any) -> Entry:
    """Write one row."""
    row["made_at"] = at.astimezone(UTC).replace(tzinfo=None)
    connection.execute(insert(tables.ledger).values(**row))
    return _entries(connection)[-1]


def _commit(connection: Connection, desk: Desk, record: Record, at: datetime, reason: str) -> Entry:
    """Enter a commit under the next number of its date."""
    entries, day = _entries(connection), date.fromisoformat(record["date"])
    row = {
        "date": record["date"],
        "attempt": 1 + max((entry.attempt for entry in entries if entry.day == day), default=0),
        "act": Act.COMMIT,
        "part": 0,
        "commitment": record["draw"]["commitment"],
        "reason": reason_to_commit(entries, day, reason),
    }
    packed = desk.safe.pack(record, place_of(row, "content"))
    entry = _enter(connection, at, **row, content=packed)
    desk.enter(connection, "plan.commit", _name(entry), {"commitment": entry.commitment})
    return entry


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


def _reveals(connection: Connection, desk: Desk, commit: Entry) -> Reveals:
    """Read the hashes of an attempt's secrets, and those secrets that are revealed."""
    whole = select(*_PLACE, _LEDGER.content)
    row = connection.execute(whole.where(_LEDGER.number == commit.number)).mappings().one()
    wanted = whole.where(
        _LEDGER.date == commit.day.isoformat(),
        _LEDGER.attempt == commit.attempt,
        _LEDGER.act == Act.REVEAL,
    )
    known = {
        reveal["part"]: desk.safe.open(reveal["content"], place_of(reveal, "content")).decode()
        for reveal in connection.execute(wanted).mappings()
    }
    if row["content"] is None:
        # a drawn attempt: each secret is known, and its hash with it
        secrets = [known[part] for part in sorted(known)]
        return Reveals(tuple(secrets), tuple(sha256_hex(secret) for secret in secrets))
    record = _parsed(desk.safe.unpack(row["content"], place_of(row, "content")))
    hashes = record["draw"]["secrets_sha256"]
    return Reveals(tuple(known.get(part) for part in range(1, len(hashes) + 1)), tuple(hashes))


def _reveal(
    connection: Connection, desk: Desk, commit: Entry, secrets: Sequence[str], at: datetime
) -> Reveals:
    """Enter those secrets that are not known yet."""
    before = _reveals(connection, desk, commit)
    after = before.with_secrets(secrets)
    pairs = zip(before.secrets, after.secrets, strict=True)
    for part, (known, secret) in enumerate(pairs, start=1):
        if known is None and secret is not None:
            row = _follower(commit, Act.REVEAL, part, "")
            # with the city's tables a secret is enough to compute the routes
            sealed = desk.safe.close(secret.encode(), place_of(row, "content"))
            _enter(connection, at, **row, content=sealed)
    return after


def _draw(
    connection: Connection, desk: Desk, commit: Entry, record: Record, at: datetime, reason: str
) -> Entry:
    """Enter a draw, and the reveals it is made of; the commit's record is then part of it."""
    entries = _entries(connection)
    reason = reason_to_draw(entries, commit, reason)
    same = [e for e in entries if (e.day, e.attempt) == (commit.day, commit.attempt)]
    earlier = sum(entry.act is Act.DRAW for entry in same)
    if not earlier:
        _reveal(connection, desk, commit, record["draw"]["secrets"], at)
        freed = update(tables.ledger).where(_LEDGER.number == commit.number)
        connection.execute(freed.values(content=None))
    row = _follower(commit, Act.DRAW, earlier + 1, reason)
    ids = {"points": point_ids(record), "inspectors": inspector_ids(record)}
    texts = {
        column: desk.safe.close_text(json.dumps(each), place_of(row, column))
        for column, each in ids.items()
    }
    packed = desk.safe.pack(record, place_of(row, "content"))
    entry = _enter(connection, at, **row, content=packed, **texts)
    desk.enter(connection, "plan.draw", _name(entry), {"commitment": entry.commitment})
    return entry


def _follower(commit: Entry, act: Act, part: int, reason: str) -> dict[str, Any]:
    """Return the columns of a row that follows a commit."""
    return {
        "date": commit.day.isoformat(),
        "attempt": commit.attempt,
        "commitment": commit.commitment,
        "act": act,
        "part": part,
        "reason": reason,
    }


def _name(entry: Entry) -> str:
    """Name an attempt as the log does."""
    return f"{entry.day}/{entry.attempt}"
