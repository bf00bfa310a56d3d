"""
The ledger of draws: which attempt of a day binds, and what has to be explained.

A day passes through three acts, each a row of the ledger that is never changed:
it is committed (frame, chances and books are bound by a hash), each secret is revealed,
and the routes are drawn. The rules:

- Commits of one date are numbered: attempt 1, 2, and so on. Every attempt after the first
  needs a reason, which is kept for ever and printed in reports.
- **The first draw of a date binds.** The binding plan is the drawn plan with the smallest
  entry number among all draws of that date, whichever attempt it belongs to. Nothing that
  comes later changes it: neither a redraw, nor an earlier attempt drawn afterwards. Phones,
  sheets, maps and chances of later days use the binding plan only.
- A further draw of a date that has one is a redraw. It needs a reason (that of its own commit
  is taken where none is given), is kept whole, and never binds.
- A commit that is not drawn at the end of its day is a violation: whoever holds the secrets
  may have looked at what they would draw, and let it lapse. It stays one if another attempt
  was drawn, for that is what somebody would do who looks and chooses. Its reveals show whose
  secret was missing.
- A secret can be revealed once it is committed to, and only the one that was. Revealed secrets
  wait in the ledger until all are there.

An attempt that the office makes alone, in one act, is a commit, a reveal and a draw at the
same moment and follows the same rules. Whether a published commitment is among those of
the ledger is for its readers to compare: the ledger is the office's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo


class Act(StrEnum):
    """What happened to an attempt."""

    COMMIT = "commit"
    REVEAL = "reveal"
    DRAW = "draw"


@dataclass(frozen=True)
class Entry:
    """
    One row of the ledger.

    Attributes
    ----------
    number
        Grows with time over all dates.
    day
        The day of the inspection.
    attempt
        Number of the commit within its date, from 1.
    act
        What happened.
    part
        For a reveal, which secret it was, from 1 in the order of the hashes; for a draw,
        how often this attempt was drawn, from 1; for a commit 0.
    commitment
        The published hash of the attempt.
    reason
        Why, for whatever is not the first of its date.
    made_at
        When, in UTC.
    """

    number: int
    day: date
    attempt: int
    act: Act
    part: int
    commitment: str
    reason: str
    made_at: datetime


@dataclass(frozen=True)
class Attempt:
    """
    One commit of a date and what became of it.

    Attributes
    ----------
    day, number, commitment, reason, committed_at
        As in its commit.
    revealed
        Which secrets are revealed, from 1.
    draws
        Its draws, first first.
    binding
        Whether its first draw is the first of the date.
    """

    day: date
    number: int
    commitment: str
    reason: str
    committed_at: datetime
    revealed: tuple[int, ...]
    draws: tuple[Entry, ...]
    binding: bool

    @property
    def drawn_at(self) -> datetime | None:
        """When it was drawn first, None if never."""
        return self.draws[0].made_at if self.draws else None


def attempts_of(entries: Iterable[Entry]) -> list[Attempt]:
    """Gather the entries of a ledger by date and attempt, in this order."""
    ordered = sorted(entries, key=lambda entry: (entry.day, entry.attempt, entry.number))
    binding = binding_numbers(ordered)
    return [
        _attempt(list(rows), binding)
        for _, rows in groupby(ordered, key=lambda entry: (entry.day, entry.attempt))
    ]


def _attempt(rows: list[Entry], binding: set[int]) -> Attempt:
    """Put one attempt together; its first row is the commit."""
    commit, draws = rows[0], tuple(row for row in rows if row.act is Act.DRAW)
    return Attempt(
        commit.day,
        commit.attempt,
        commit.commitment,
        commit.reason,
        commit.made_at,
        tuple(sorted(row.part for row in rows if row.act is Act.REVEAL)),
        draws,
        any(draw.number in binding for draw in draws),
    )


def binding_numbers(entries: Iterable[Entry]) -> set[int]:
    """Return the numbers of the draws that bind: the first of each date."""
    first: dict[date, int] = {}
    for entry in entries:
        if entry.act is Act.DRAW:
            first[entry.day] = min(entry.number, first.get(entry.day, entry.number))
    return set(first.values())


def reason_to_commit(entries: Sequence[Entry], day: date, reason: str) -> str:
    """
    Return the reason of a new commit of `day`, without spaces around it.

    Raises
    ------
    InputError
        If the day has a commit already and no reason is given.
    """
    reason = reason.strip()
    if not reason and any(entry.day == day for entry in entries):
        raise InputError(
            "{day} has a commit or a draw already: the first draw of a day binds. Another attempt "
            "is numbered and kept; say why with --reason.",
            day=day,
        )
    return reason


def reason_to_draw(entries: Sequence[Entry], commit: Entry, reason: str) -> str:
    """
    Return the reason of a draw of the attempt `commit`; the first of its date needs none.

    Raises
    ------
    InputError
        If the day has a draw already and neither draw nor commit has a reason.
    """
    if not any(entry.day == commit.day and entry.act is Act.DRAW for entry in entries):
        return reason.strip()
    reason = reason.strip() or commit.reason
    if not reason:
        raise InputError(
            "{day} is drawn already, and the first draw of a day binds. A redraw is numbered, kept "
            "and printed in reports; say why with --reason.",
            day=commit.day,
        )
    return reason


def unrevealed(attempts: Iterable[Attempt], *, now: datetime, timezone: ZoneInfo) -> list[Attempt]:
    """
    Return the attempts that are violations: committed, not drawn, and their day is over.

    Parameters
    ----------
    attempts
        See `attempts_of`.
    now
        The present moment, timezone-aware.
    timezone
        Time zone of the city, in which a day ends.
    """
    return [
        attempt
        for attempt in attempts
        if not attempt.draws and _end_of(attempt.day, timezone) <= now
    ]


def repeats_of_month(attempts: Iterable[Attempt], day: date) -> int:
    """Count what was not the first of its date in the month of `day`: commits, and redraws."""
    return sum(
        (attempt.number > 1) + max(0, len(attempt.draws) - 1)
        for attempt in attempts
        if (attempt.day.year, attempt.day.month) == (day.year, day.month)
    )


def _end_of(day: date, timezone: ZoneInfo) -> datetime:
    """Return the midnight after a day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone)
