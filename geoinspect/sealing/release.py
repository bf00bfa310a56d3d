"""
When a team may know its route.

Each team has a moment of its own: some minutes before its shift begins. From then on it knows
its whole route, or only the stop that it drives to next, so that a leaked sheet warns one
place and not twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from geoinspect.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

Mode = Literal["whole", "stop-by-stop"]

_MODES = ("whole", "stop-by-stop")
_MOST_MIN = 24 * 60


@dataclass(frozen=True)
class ReleaseParams:
    """
    When routes are released, the table `[release]` of `geoinspect.toml`.

    Attributes
    ----------
    lead_min
        Minutes between the release and the start of the shift, 0 to 1440.
    mode
        "whole": the whole route at once; "stop-by-stop": at each moment only the stops
        reached by the timetable, and the next one.
    """

    lead_min: float = 30.0
    mode: Mode = "whole"

    def __post_init__(self) -> None:
        if not 0 <= self.lead_min <= _MOST_MIN:
            raise InputError(
                "lead_min is {lead_min}: a release is 0 to 1440 minutes before the shift.",
                lead_min=self.lead_min,
            )
        if self.mode not in _MODES:
            raise InputError(
                'The release mode {mode!r} is not known: use "whole" or "stop-by-stop".',
                mode=self.mode,
            )


def release_time(record: Mapping[str, Any], team_id: str, params: ReleaseParams) -> datetime:
    """
    Return the moment from which a team may know its route, or the first stop of it.

    Parameters
    ----------
    record
        Committed or drawn record; see `geoinspect.lottery.record`.
    team_id
        One of its teams.
    params
        How long before the shift.

    Raises
    ------
    NotFoundError
        If the plan has no such team.
    """
    for team in record["teams"]:
        if team["team_id"] == team_id:
            start = datetime.fromisoformat(team["shift"]["start"])
            return start - timedelta(minutes=params.lead_min)
    raise NotFoundError("The plan has no team {team_id}.", team_id=team_id)


def all_released_at(record: Mapping[str, Any], params: ReleaseParams) -> datetime:
    """Return the moment from which the whole plan is open: all teams, all stops."""
    if params.mode == "whole":
        return max(release_time(record, team["team_id"], params) for team in record["teams"])
    return max(datetime.fromisoformat(team["shift"]["end"]) for team in record["teams"])


def is_released(
    record: Mapping[str, Any], team_id: str, now: datetime, params: ReleaseParams
) -> bool:
    """Tell whether a team may know its route, or the first stop of it; see `release_time`."""
    return release_time(record, team_id, params) <= now


def released_teams(
    record: Mapping[str, Any], now: datetime, params: ReleaseParams
) -> dict[str, bool]:
    """Tell of each team whether it may know its route by now."""
    teams = (team["team_id"] for team in record["teams"])
    return {team_id: is_released(record, team_id, now, params) for team_id in teams}


def released_route(
    record: Mapping[str, Any], team_id: str, now: datetime, params: ReleaseParams
) -> dict[str, Any] | None:
    """
    Return of a team's route what the team may know by now.

    Parameters
    ----------
    record
        Drawn record, or one that shows the day as amended.
    team_id
        The team.
    now
        Now, timezone-aware.
    params
        When routes are released, whole or stop by stop.

    Returns
    -------
    route
        The route; None before its release, and for a team without one. Stop by stop, it has
        the stops that the timetable has left behind and the next one, the legs to them, and
        nothing that tells of the rest: neither `return` nor lengths nor the number of stops.
    """
    route = next((row for row in record["routes"] if row["team_id"] == team_id), None)
    if route is None or not is_released(record, team_id, now, params):
        return None
    n_left = sum(datetime.fromisoformat(stop["departure"]) <= now for stop in route["stops"])
    if params.mode == "whole" or n_left == len(route["stops"]):
        return dict(route)
    known = n_left + 1
    return {
        "team_id": team_id,
        "departure": route["departure"],
        "stops": route["stops"][:known],
        "legs": route["legs"][:known],
    }


def released_part(
    record: Mapping[str, Any], now: datetime, params: ReleaseParams
) -> dict[str, Any]:
    """
    Return a drawn record with those routes only whose teams may know the whole of them.

    Parameters
    ----------
    record, now, params
        As in `released_route`.
    """
    known = (released_route(record, row["team_id"], now, params) for row in record["routes"])
    routes = [route for route in known if route is not None and "return" in route]
    return {**record, "routes": routes}
