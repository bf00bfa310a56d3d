"""Travel of drawn routes against the best plan of the same stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from geoinspect.network import for_mode, snap, travel_times
from geoinspect.routing import RoutingProblem, Team, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork

#: Days that are solved again, evenly over the period.
SAMPLED_DAYS = 5


@dataclass(frozen=True)
class Travel:
    """
    One day's travel in seconds: as drawn, and with the same stops planned for least travel.

    Attributes
    ----------
    day
        The day.
    drawn_s, best_s
        Travel of all teams together.
    unplanned
        Drawn stops that the search for the best plan could not fit in.
    """

    day: date
    drawn_s: float
    best_s: float
    unplanned: int


def sampled(numbers: Sequence[int], size: int = SAMPLED_DAYS) -> list[int]:
    """
    Choose evenly, the first and the last among them.

    Examples
    --------
    >>> sampled(list(range(10, 20)), 3)
    [10, 14, 19]
    """
    if len(numbers) <= size:
        return list(numbers)
    return [numbers[k] for k in np.linspace(0, len(numbers) - 1, size).astype(int)]


def against_best(plan: Record, network: RoadNetwork, *, iterations: int = 1000) -> Travel | None:
    """
    Plan the drawn stops of a day anew for least travel; the answer costs seconds.

    Any team may take any stop, which the lottery does not allow: the comparison is with
    what a dispatcher could do who knew the whole draw.

    Returns
    -------
    travel
        None if the roads have changed since, or teams travel in different ways.
    """
    modes = {team.get("mode", "car") for team in plan["teams"]}
    if network.checksum != plan["parameters"]["network_sha256"] or len(modes) > 1:
        return None
    roads = for_mode(network, modes.pop())
    drawn = {stop["point_id"] for route in plan["routes"] for stop in route["stops"]}
    stops = [point for point in plan["points"] if point["point_id"] in drawn]
    problem = _problem(plan, stops, roads)
    best = solve(problem, iterations=iterations)
    return Travel(
        date.fromisoformat(plan["date"]),
        sum(route["travel_s"] for route in plan["routes"]),
        best.travel_ms / 1000,
        len(best.unplanned),
    )


def _problem(plan: Record, stops: list[Record], roads: RoadNetwork) -> RoutingProblem:
    """State the problem: the depots of the teams, then the stops."""
    depots = [team["depot"] for team in plan["teams"]]
    lonlat = np.array([[place["lon"], place["lat"]] for place in (*depots, *stops)])
    limit = plan["parameters"]["max_snap_distance_m"]
    snaps = snap(roads, [""] * len(lonlat), lonlat, max_distance_m=limit)
    zone = ZoneInfo(plan["city"]["timezone"])
    midnight = datetime.combine(date.fromisoformat(plan["date"]), time(), zone)

    def clock_ms(text: str) -> int:
        return round((datetime.fromisoformat(text) - midnight).total_seconds() * 1000)

    teams = tuple(
        Team(team["team_id"], clock_ms(team["shift"]["start"]), clock_ms(team["shift"]["end"]), k)
        for k, team in enumerate(plan["teams"])
    )
    service = np.array([round(1000 * stop["service_time_s"]) for stop in stops], dtype=np.int64)
    windows = [
        [(clock_ms(start), clock_ms(end)) for start, end in stop.get("opening", [])]
        for stop in stops
    ]
    return RoutingProblem(
        travel_times(roads, snaps), service, teams, windows if any(windows) else None
    )
