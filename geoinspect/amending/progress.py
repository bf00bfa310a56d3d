"""How far a team has come at a moment, by the timetable it follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from geoinspect.lottery.record import Record


@dataclass(frozen=True)
class Progress:
    """
    What is behind a team and what is left.

    Attributes
    ----------
    visited
        Stops it has reached: those it has left, and the one where it is. Rows of the route.
    remaining
        The stops it has not reached.
    ready
        When it drives on: at once if it is on its way.
    share
        How much of the leg to the next stop it has driven, by time; 0 at a stop or depot.
    """

    visited: tuple[Record, ...]
    remaining: tuple[Record, ...]
    ready: datetime
    share: float


def progress(route: Record, at: datetime) -> Progress:
    """
    Find where a team is at a moment.

    A stop counts as visited once it is reached. The visit is finished, whatever happens.

    Parameters
    ----------
    route
        Timetable, an entry of `routes` in a plan or the `route` of an amendment.
    at
        The moment, timezone-aware.

    Raises
    ------
    InputError
        If nothing is left to be changed.
    """
    stops = route["stops"]
    n = sum(moment(stop["arrival"]) <= at for stop in stops)
    if n == len(stops):
        raise InputError(
            "Team {team} has reached all its stops at {time}: there is nothing left to amend.",
            team=route["team_id"],
            time=f"{at:%H:%M}",
        )
    left = moment(stops[n - 1]["departure"] if n else route["departure"])
    under_way = at - left
    # a team that is behind its timetable has not begun to drive when the timetable says so
    leg = moment(stops[n]["arrival"]) - left
    share = min(1.0, under_way / leg) if under_way > timedelta(0) and leg else 0.0
    return Progress(tuple(stops[:n]), tuple(stops[n:]), max(at, left), share)


def visit_ms(stop: Record) -> int:
    """Return the length of a visit in a timetable, without waiting."""
    return (moment(stop["departure"]) - _begin(stop)) // timedelta(milliseconds=1)


def with_event(now: Progress, event: Record, at: datetime) -> Progress:
    """
    Return the progress as an event changes it: a later start, or another length of a visit.

    Raises
    ------
    InputError
        If the visit named is over, or would end before the moment of the event.
    """
    if event["kind"] == "late":
        return _leaving(now, now.ready + timedelta(seconds=event["late_s"]))
    if event["kind"] != "stop":
        return now
    takes = timedelta(seconds=event["takes_s"])
    if is_at_stop(now) and now.visited[-1]["point_id"] == event["point_id"]:
        return _leaving(now, _later(_begin(now.visited[-1]) + takes, at, now.visited[-1]))
    return _with_visit(now, event["point_id"], takes)


def is_at_stop(now: Progress) -> bool:
    """Tell whether the team is at its last stop, and not on its way from it."""
    return bool(now.visited) and now.share == 0


def _leaving(now: Progress, ready: datetime) -> Progress:
    """Let the team drive on at another moment."""
    if not is_at_stop(now):
        return replace(now, ready=ready)
    last = now.visited[-1] | {"departure": ready.isoformat(timespec="milliseconds")}
    return replace(now, visited=(*now.visited[:-1], last), ready=ready)


def _later(ready: datetime, at: datetime, stop: Record) -> datetime:
    """Refuse an end of a visit that lies in the past."""
    if ready < at:
        raise InputError(
            "At {time} the visit of {point_id} has lasted longer than that: name the whole "
            "length of the visit.",
            time=f"{at:%H:%M}",
            point_id=stop["point_id"],
        )
    return ready


def _with_visit(now: Progress, point_id: str, takes: timedelta) -> Progress:
    """Change the length of a visit to come."""
    ids = [stop["point_id"] for stop in now.remaining]
    if point_id not in ids:
        raise InputError(
            "{point_id} is no stop of this team that is still to come: those are {stops}.",
            point_id=point_id,
            stops=", ".join(ids),
        )
    stop = now.remaining[ids.index(point_id)]
    longer = stop | {"departure": (_begin(stop) + takes).isoformat(timespec="milliseconds")}
    rows = [longer if row is stop else row for row in now.remaining]
    return replace(now, remaining=tuple(rows))


def _begin(stop: Record) -> datetime:
    return moment(stop["begin"] if "begin" in stop else stop["arrival"])


def moment(text: str) -> datetime:
    """Read a time of a record."""
    return datetime.fromisoformat(text)
