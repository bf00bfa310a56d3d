"""What is ordered: which days, teams and hours, and the routing problem that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.campaigns.outing import DAY_MS, Outing, span_ms
from geoinspect.frame import near_streets
from geoinspect.routing import RoutingProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.arrays import IntArray
    from geoinspect.frame import Frame
    from geoinspect.network import Snaps
    from geoinspect.planning import City
    from geoinspect.shifts import Shift


@dataclass(frozen=True)
class CampaignParams(Outing):
    """
    What whoever orders a campaign decides; days, teams and shifts as in `Outing`.

    Attributes
    ----------
    service_time_s
        Time at each stop in seconds.
    windows
        Opening hours by category, one span of which must hold the whole visit. Points of
        other categories are open at any time.
    """

    service_time_s: int
    windows: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict, kw_only=True)


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
    frame = near_streets(
        city.points,
        {"car": city.network},
        depots=params.depots or (None,),
        max_snap_distance_m=params.max_snap_distance_m,
    )
    return Ground(frame.depots, frame, frame.snaps["car"], frame.times_ms(city.network))


def routing_problem(ground: Ground, params: CampaignParams) -> RoutingProblem:
    """Put the routing problem of one day; its clock counts from midnight."""
    points = ground.frame.points
    runs_over_midnight = any(shift.end <= shift.start for shift in params.shifts)
    windows = {
        category: [span for shift in shifts for span in _spans(shift, runs_over_midnight)]
        for category, shifts in params.windows.items()
    }
    return RoutingProblem(
        times_ms=ground.times_ms,
        service_ms=np.full(len(points), 1000 * params.service_time_s, dtype=np.int64),
        teams=params.teams(len(ground.depots)),
        windows=[windows.get(category, []) for category in points["category"]],
    )


def _spans(hours: Shift, is_repeated: bool) -> list[tuple[int, int]]:
    """Tell opening hours from midnight, and if shifts go on, also after the next midnight."""
    first_ms, last_ms = span_ms(hours)
    days = (0, DAY_MS) if is_repeated else (0,)
    return [(first_ms + day_ms, last_ms + day_ms) for day_ms in days]
