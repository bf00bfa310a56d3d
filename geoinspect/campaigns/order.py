"""What is ordered: which days, teams and hours, and the routing problem that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError
from geoinspect.frame import visitable_frame
from geoinspect.network import INF_MS, snap, travel_times
from geoinspect.network.snapping import MAX_SNAP_DISTANCE_M
from geoinspect.routing import RoutingProblem, Team
from geoinspect.routing.solve import ITERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, time

    from geoinspect.arrays import IntArray
    from geoinspect.frame import Frame
    from geoinspect.network import Snaps
    from geoinspect.planning import City
    from geoinspect.shifts import Shift

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class CampaignParams:
    """
    What whoever orders a campaign decides.

    Attributes
    ----------
    first_day
        The first day.
    n_teams
        Number of teams.
    shifts
        Working hours by the clock, in turn for the teams: one holds for all of them.
    service_time_s
        Time at each stop in seconds.
    depots
        WGS-84 longitude and latitude where routes start and end, in turn for the teams;
        none for the point that is nearest to all others.
    units
        Names of the units in each team, in turn for the teams.
    windows
        Opening hours by category, one span of which must hold the whole visit. Points of
        other categories are open at any time.
    n_days
        Days at hand; None for as many as it takes. Where they are too few, points are
        left out and listed.
    max_stops
        Most stops of a route; None for no limit.
    rests_at_weekends
        Whether nobody goes out on Saturdays and Sundays.
    max_snap_distance_m
        Farthest distance between a point and a street.
    iterations, seed
        Length and seed of the search for routes.
    """

    first_day: date
    n_teams: int
    shifts: tuple[Shift, ...]
    service_time_s: int
    depots: tuple[tuple[float, float], ...] = ()
    units: tuple[tuple[str, ...], ...] = ()
    windows: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)
    n_days: int | None = None
    max_stops: int | None = None
    rests_at_weekends: bool = False
    max_snap_distance_m: float = MAX_SNAP_DISTANCE_M
    iterations: int = ITERATIONS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_teams < 1:
            raise InputError("{teams} teams cannot go out: name at least 1.", teams=self.n_teams)
        if self.n_days is not None and self.n_days < 1:
            raise InputError("{days} days are too few: name at least 1.", days=self.n_days)


@dataclass(frozen=True, eq=False)
class Ground:
    """
    Places on the roads: first the depots, then the points of the frame.

    Attributes
    ----------
    depots
        WGS-84 longitude and latitude.
    frame
        Points that can be planned, and those that cannot.
    snaps
        Positions of all places on streets.
    times_ms
        Travel times between them in milliseconds.
    """

    depots: tuple[tuple[float, float], ...]
    frame: Frame
    snaps: Snaps
    times_ms: IntArray


def lay_out(city: City, params: CampaignParams) -> Ground:
    """
    Snap points and depots, and measure the times between them.

    Raises
    ------
    InputError
        If no point is near a street, or a depot is not.
    """
    frame = visitable_frame(
        city.points,
        city.network,
        depot=params.depots[0] if params.depots else None,
        longest_ms=INF_MS - 1,
        max_snap_distance_m=params.max_snap_distance_m,
    )
    depots = params.depots or (frame.depot,)
    snaps = snap(
        city.network,
        [*("" for _ in depots), *frame.points.index],
        np.vstack((depots, frame.lonlat)),
        max_distance_m=params.max_snap_distance_m,
    )
    for k, (lon, lat) in enumerate(depots):
        if not snaps.ok[k]:
            raise InputError(
                "The depot at longitude {lon}, latitude {lat} is {metres:.0f} m from the nearest "
                "street: correct it in geoinspect.toml or leave it out.",
                lon=lon,
                lat=lat,
                metres=float(snaps.distance_m[k]),
            )
    return Ground(depots, frame, snaps, travel_times(city.network, snaps))


def routing_problem(ground: Ground, params: CampaignParams) -> RoutingProblem:
    """Put the routing problem of one day; its clock counts from midnight."""
    points, turns = ground.frame.points, range(params.n_teams)
    runs_over_midnight = any(shift.end <= shift.start for shift in params.shifts)
    windows = {
        category: [span for shift in shifts for span in _spans(shift, runs_over_midnight)]
        for category, shifts in params.windows.items()
    }
    return RoutingProblem(
        times_ms=ground.times_ms,
        service_ms=np.full(len(points), 1000 * params.service_time_s, dtype=np.int64),
        teams=tuple(_team(k, ground, params) for k in turns),
        windows=[windows.get(category, []) for category in points["category"]],
    )


def _team(k: int, ground: Ground, params: CampaignParams) -> Team:
    """Describe team number `k`."""
    start_ms, end_ms = _span(params.shifts[k % len(params.shifts)])
    return Team(
        team_id=str(k + 1),
        start_ms=start_ms,
        end_ms=end_ms,
        depot=k % len(ground.depots),
        max_stops=params.max_stops,
        units=params.units[k % len(params.units)] if params.units else (),
    )


def _span(shift: Shift) -> tuple[int, int]:
    """Milliseconds from midnight to start and end of a shift."""
    start_ms, end_ms = (_since_midnight_ms(moment) for moment in (shift.start, shift.end))
    return start_ms, end_ms if end_ms > start_ms else end_ms + _DAY_MS


def _spans(hours: Shift, is_repeated: bool) -> list[tuple[int, int]]:
    """Tell opening hours from midnight, and if shifts go on, also after the next midnight."""
    first_ms, last_ms = _span(hours)
    days = (0, _DAY_MS) if is_repeated else (0,)
    return [(first_ms + day_ms, last_ms + day_ms) for day_ms in days]


def _since_midnight_ms(moment: time) -> int:
    return 1000 * (3600 * moment.hour + 60 * moment.minute + moment.second)
