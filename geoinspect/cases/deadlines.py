"""Deadlines by defect class, what is overdue, and what goes to a higher level."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoinspect.cases.states import State
from geoinspect.errors import InputError, Told
from geoinspect.workingdays import add_working_days, working_days_between

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from geoinspect.cases.states import Standing


class Defect(StrEnum):
    """What is wrong: a thing that must be built or mended, or how people behave."""

    HARDWARE = "hardware"
    CONDUCT = "conduct"


#: States in which the unit is to act; a reply that its leader has not approved is none yet.
OPEN_FOR_UNIT = frozenset({State.NOTIFIED, State.RETURNED, State.ESCALATED, State.REPLIED})
#: States that end a case.
FINAL = frozenset({State.CLOSED, State.DISMISSED})


@dataclass(frozen=True)
class DeadlineParams:
    """
    Working days that a unit has, and when a case goes to a higher level.

    Attributes
    ----------
    hardware, conduct
        Working days for a minor, a moderate and a grave violation (severity 1, 2, 3).
    after_return
        Working days of a returned case.
    escalate_after
        Working days over the deadline after which a case is escalated.
    escalate_returns
        Times that a case comes back until it is escalated.
    """

    hardware: tuple[int, int, int] = (15, 10, 7)
    conduct: tuple[int, int, int] = (5, 3, 1)
    after_return: int = 3
    escalate_after: int = 3
    escalate_returns: int = 2

    def __post_init__(self) -> None:
        days = (*self.hardware, *self.conduct, self.after_return, self.escalate_returns)
        wrong = [n for n in days if n < 1] + [n for n in (self.escalate_after,) if n < 0]
        if wrong:
            raise InputError(
                "A deadline of {n} working days makes no sense: write 1 or more.", n=wrong[0]
            )

    def working_days(self, defect: Defect, severity: int) -> int:
        """
        Return the working days for a class of defects.

        Raises
        ------
        InputError
            If the severity is not 1, 2 or 3.

        Examples
        --------
        >>> DeadlineParams().working_days(Defect.CONDUCT, 3)
        1
        """
        days = self.hardware if defect is Defect.HARDWARE else self.conduct
        if not 1 <= severity <= len(days):
            raise InputError(
                "The severity {severity} is not known: write 1, 2 or 3.", severity=severity
            )
        return days[severity - 1]


def deadline_after(at: datetime, n: int, timezone: ZoneInfo) -> date:
    """
    Return the last day of a deadline of `n` working days; the day of the notice does not count.

    Parameters
    ----------
    at
        When the notice was issued, timezone-aware.
    n
        Working days.
    timezone
        Time zone of the city, which decides what day it was.
    """
    return add_working_days(at.astimezone(timezone).date(), n)


def is_overdue(state: State, deadline: date | None, *, now: datetime, timezone: ZoneInfo) -> bool:
    """
    Tell whether the unit is late: the last day of its deadline is over.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> from zoneinfo import ZoneInfo
    >>> is_overdue(
    ...     State.NOTIFIED, date(2026, 11, 23), timezone=ZoneInfo("Asia/Shanghai"),
    ...     now=datetime(2026, 11, 23, 16, tzinfo=UTC),
    ... )
    True
    """
    if deadline is None or state not in OPEN_FOR_UNIT:
        return False
    return now.astimezone(timezone).date() > deadline


def reason_to_escalate(
    standing: Standing,
    deadline: date | None,
    params: DeadlineParams,
    *,
    now: datetime,
    timezone: ZoneInfo,
) -> Told | None:
    """Say by which rule a case goes to a higher level, None if it does not."""
    if standing.state is State.ESCALATED or standing.state not in OPEN_FOR_UNIT:
        return None
    if standing.returns >= params.escalate_returns:
        return Told("Returned {n} times.", n=standing.returns)
    if deadline is None:
        return None
    late = working_days_between(deadline, now.astimezone(timezone).date())
    if late <= params.escalate_after:
        return None
    return Told("{n} working days overdue.", n=late)
