"""
Rows that hold the hash of the row before them, and whether such a chain holds.

The hash of a row is the SHA-256 over the canonical JSON of everything else in it, as text to
the last byte: [previous hash, number, at, actor, action, object, details]. Numbers run without a
gap, so that a missing row shows. Whoever can rewrite the whole database can still make another
chain, or cut off the end of this one: against that the newest number and hash, the head, are
written down elsewhere from time to time, and compared.

Rows that are old enough move to a file. The row that says so, action `audit.archive`, holds the
number and hash of the last row moved, and the chain of what is left begins there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from geoinspect.errors import InputError, VerificationError
from geoinspect.lottery.record import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

#: The action of a row that says that older rows were moved to a file.
ARCHIVE = "audit.archive"


class Head(NamedTuple):
    """
    The end of a chain.

    Attributes
    ----------
    number
        Of its last row, 0 before the first.
    hash
        Of its last row.
    """

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


#: Where every chain begins.
GENESIS = Head(0, "0" * 64)


def read_head(text: str) -> Head:
    """
    Read a head that was written down, with its number or the hash alone.

    Raises
    ------
    InputError
        If it is none.
    """
    number, _, digest = text.strip().rpartition(":")
    digits = set("0123456789abcdef")
    if len(digest) != len(GENESIS.hash) or not set(digest) <= digits or not f"0{number}".isdigit():
        raise InputError(
            "{text!r} is no head of a log: write NUMBER:HASH as `geoinspect audit head` printed "
            "it.",
            text=text,
        )
    return Head(int(number or 0), digest)


@dataclass(frozen=True)
class AuditRow:
    """
    One row of the log.

    Attributes
    ----------
    number
        From 1, without a gap.
    previous
        Hash of the row before it.
    at
        When, ISO 8601 in UTC to the microsecond. The order of rows is that of their numbers;
        a clock that was set back does not disturb it.
    actor
        Who: the id of an account, "cli:" and the name in the operating system, or "system".
    action
        What was done, such as "plan.draw".
    object
        To what, such as "2026-11-23/1"; "" where there is none.
    details
        Canonical JSON of an object.
    hash
        SHA-256 of all that, in hexadecimal.
    """

    number: int
    previous: str
    at: str
    actor: str
    action: str
    object: str
    details: str
    hash: str

    def right_hash(self) -> str:
        """Return the hash that the row ought to have."""
        parts = [
            self.previous,
            self.number,
            self.at,
            self.actor,
            self.action,
            self.object,
            self.details,
        ]
        return hashlib.sha256(canonical_json(parts).encode(errors="surrogatepass")).hexdigest()

    def facts(self) -> dict[str, Any]:
        """Return the details as an object."""
        facts: dict[str, Any] = json.loads(self.details)
        return facts


class Fault(NamedTuple):
    """
    The first place where a chain does not hold.

    Attributes
    ----------
    number
        The row that is wrong, or that is missing.
    problem
        What is wrong with it, as an error to be told.
    """

    number: int
    problem: VerificationError


def next_row(
    head: Head,
    *,
    at: datetime,
    actor: str,
    action: str,
    object: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditRow:
    """
    Make the row that follows `head`.

    Raises
    ------
    InputError
        If actor or action are empty.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    >>> row = next_row(GENESIS, at=at, actor="cli:li", action="plan.draw", details={"teams": 8})
    >>> row.number, row.at, row.details
    (1, '2026-11-22T10:00:00.000000Z', '{"teams":8}')
    """
    if not actor or not action:
        raise InputError("A row of the log needs an actor and an action.")
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = canonical_json(dict(details or {}))
    row = AuditRow(head.number + 1, head.hash, moment, actor, action, object, told, "")
    return AuditRow(**{**vars(row), "hash": row.right_hash()})


def head_of(rows: Sequence[AuditRow], start: Head = GENESIS) -> Head:
    """Return the end of a chain."""
    return Head(rows[-1].number, rows[-1].hash) if rows else start


def verify_chain(
    rows: Sequence[AuditRow], *, start: Head | None = None, heads: Iterable[Head] = ()
) -> Fault | None:
    """
    Find the first row that was altered, moved, put in or taken out.

    Parameters
    ----------
    rows
        The log, in its order.
    start
        The end of the archive that the rows follow. Without it they begin at row 1, or where
        the newest archive row among them says.
    heads
        Heads that were written down; a number of 0 stands for any row with that hash. They
        find what no chain can: a tail that was cut off, or a chain made anew.

    Returns
    -------
    fault
        The first place where the chain does not hold, None if it holds everywhere.

    Raises
    ------
    InputError
        If a head is older than the rows, which then cannot answer for it.
    """
    before = _start(rows) if start is None else start
    for row in rows:
        problem = _problem(row, before)
        if problem is not None:
            return problem
        before = Head(row.number, row.hash)
    return _cut(rows, heads, before)


def _start(rows: Sequence[AuditRow]) -> Head:
    """Return where the rows begin: what an archive row among them vouches for, or row 1."""
    if not rows or rows[0].number <= 1:
        return GENESIS
    for row in reversed(rows):
        if row.action == ARCHIVE and row.hash == row.right_hash():
            facts = row.facts()
            return Head(facts.get("through", 0), facts.get("hash", ""))
    return GENESIS


def _problem(row: AuditRow, before: Head) -> Fault | None:
    """Say what is wrong with a row that follows `before`."""
    wanted = before.number + 1
    if row.hash != row.right_hash():
        return _fault("Row {number} of the log was altered.", row.number)
    if row.number > wanted:
        return _fault("Row {number} of the log is missing.", wanted)
    if row.number < wanted:
        return _fault("Row {number} of the log is not in its place.", row.number)
    if row.previous != before.hash:
        return _fault(
            "Row {number} of the log does not follow the one before it: a row was put in or "
            "replaced.",
            row.number,
        )
    return None


def _cut(rows: Sequence[AuditRow], heads: Iterable[Head], end: Head) -> Fault | None:
    """Compare the heads that were written down, the earliest first."""
    numbers = {row.hash: row.number for row in rows} | {end.hash: end.number}
    first = min(numbers.values())
    for head in sorted(heads):
        if 0 < head.number < first:
            raise InputError(
                "The head {head} is older than the rows at hand: add its archive with --archive.",
                head=head,
            )
        found = numbers.get(head.hash)
        if found is None or head.number not in (0, found):
            return _fault(
                "The head {head} that was written down is not in the log: rows were cut off, or "
                "the chain was made anew.",
                min(head.number or end.number + 1, end.number + 1),
                head=head if head.number else head.hash,
            )
    return None


def _fault(sentence: str, number: int, **data: object) -> Fault:
    return Fault(number, VerificationError(sentence, number=number, place="audit_log", **data))
