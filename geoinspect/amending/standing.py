"""
How far the teams of a day have come, by what they returned.

A team is where it has entered a visit last; nobody is followed between two stops. A stop that
nobody has entered is ahead, late once its time is past by more than `LATE_AFTER`, or skipped
once the same team has entered a later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from geoinspect.amending.progress import moment
from geoinspect.amending.record import present_route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from geoinspect.lottery.record import Record

#: So much after its time a stop counts as late.
LATE_AFTER = timedelta(minutes=10)


class StopState(StrEnum):
    """What is known of a stop."""

    AHEAD = "ahead"
    LATE = "late"
    THERE = "there"
    DONE = "done"
    SKIPPED = "skipped"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Returned:
    """
    What came back of a stop.

    Attributes
    ----------
    arrived, finished
        When the visit began and ended, timezone-aware; None where that is not known.
    """

    arrived: datetime | None = None
    finished: datetime | None = None

    @property
    def newest(self) -> datetime | None:
        """The newest moment that is known."""
        return self.finished or self.arrived


@dataclass(frozen=True)
class StopStanding:
    """
    One drawn stop.

    Attributes
    ----------
    stop
        Its row of the timetable that is followed now, or of the drawn one if it was dropped.
    state
        What is known of it.
    returned
        What came back.
    behind
        How much later than planned it was reached, or by now will be; never negative.
    """

    stop: Record
    state: StopState
    returned: Returned
    behind: timedelta


@dataclass(frozen=True)
class TeamStanding:
    """
    How far a team has come.

    Attributes
    ----------
    team_id
        The team.
    route
        The timetable it follows now.
    stops
        All drawn stops, in the drawn order.
    """

    team_id: str
    route: Record
    stops: tuple[StopStanding, ...]

    def count(self, *states: StopState) -> int:
        """Return how many stops are in one of some states."""
        return sum(each.state in states for each in self.stops)

    @property
    def last(self) -> StopStanding | None:
        """The stop that was entered last, None before the first."""
        known = [each for each in self.stops if each.returned.newest is not None]
        return max(known, key=lambda each: str(each.returned.newest), default=None)

    @property
    def behind(self) -> timedelta:
        """How late the team is: at the first stop that is late, or else where it was last."""
        late = [each.behind for each in self.stops if each.state is StopState.LATE]
        last = self.last
        return max(late, default=timedelta(0) if last is None else last.behind)


def standings(
    plan: Record, amendments: Sequence[Record], returned: Mapping[str, Returned], now: datetime
) -> list[TeamStanding]:
    """
    Tell how far each team of a plan has come.

    Parameters
    ----------
    plan
        Drawn record, or the part of one that may be shown.
    amendments
        Its amendments, in their order.
    returned
        What came back, by point id; a point without an entry has none.
    now
        Now, timezone-aware.
    """
    dropped = {entry["point_id"] for each in amendments for entry in each["dropped"]}
    return [
        _team(route, present_route(plan, amendments, route["team_id"]), dropped, returned, now)
        for route in plan["routes"]
    ]


def _team(
    drawn: Record, route: Record, dropped: set[str], returned: Mapping[str, Returned], now: datetime
) -> TeamStanding:
    timed = {stop["point_id"]: stop for stop in route["stops"]}
    rows = [timed.get(stop["point_id"], stop) for stop in drawn["stops"]]
    known = [returned.get(row["point_id"], Returned()) for row in rows]
    entered = [k for k, each in enumerate(known) if each.newest is not None]
    newest = max(entered, default=-1)
    stops = [
        _stop(row, known[k], now, is_dropped=row["point_id"] in dropped, is_passed=k < newest)
        for k, row in enumerate(rows)
    ]
    return TeamStanding(str(drawn["team_id"]), route, tuple(stops))


def _stop(
    stop: Record, known: Returned, now: datetime, *, is_dropped: bool, is_passed: bool
) -> StopStanding:
    """Judge one stop; what came back counts more than what was planned."""
    reached = known.arrived or known.finished
    behind = max((reached or now) - moment(stop["arrival"]), timedelta(0))
    if known.finished is not None:
        state = StopState.DONE
    elif known.arrived is not None:
        state = StopState.THERE
    elif is_dropped:
        state = StopState.DROPPED
    elif is_passed:
        state = StopState.SKIPPED
    else:
        state = StopState.LATE if behind > LATE_AFTER else StopState.AHEAD
    return StopStanding(stop, state, known, behind)
