"""A route as it is driven: arrivals, visits, and the way along the road."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geoinspect.lottery.opening import begin_of_visit
from geoinspect.network import legs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from geoinspect.network import Leg, RoadNetwork, Snaps

Row = dict[str, Any]

#: Digits behind the point of degrees: a tenth of a metre.
_DIGITS = 6

_MEMBERS = ("point_id", "name", "category", "lon", "lat")

#: What a stop may tell besides.
ADVICE = ("instruction_zh", "instruction_en", "hour")


def driven_route(
    network: RoadNetwork,
    snaps: Snaps,
    way: Sequence[int],
    points: Sequence[Row],
    departure: datetime,
    begins: Sequence[datetime] | None = None,
) -> Row:
    """
    Write a route with its times and lines.

    Parameters
    ----------
    network
        Roads.
    snaps
        Positions on streets.
    way
        Numbers of the positions from depot to depot.
    points
        The stops in between, in order: `point_id`, `name`, `category`, `lon`, `lat` and
        `service_time_s`; `opening`, `instruction_zh`, `instruction_en` and `hour` where there
        are any.
    departure
        When the team leaves the depot, timezone-aware.
    begins
        When each visit begins; None if each begins as soon as the point is open.

    Returns
    -------
    route
        Members of a route in a record, from `departure` to `legs`. A stop has a member
        `begin` if `begins` is given or the point has opening hours.
    """
    return timed_route(legs(network, snaps, pairwise(way)), points, departure, begins)


def timed_route(
    ways: Sequence[Leg],
    points: Sequence[Row],
    departure: datetime,
    begins: Sequence[datetime] | None = None,
) -> Row:
    """
    Write a route whose ways are known.

    Parameters
    ----------
    ways
        The way to each stop and the way back, one more than stops. The way from a stop may
        begin elsewhere than the way there ended: a street that is walked has two ends.
    points, departure, begins
        As in `driven_route`.

    Returns
    -------
    route
        As `driven_route` does.
    """
    rows, now = [], departure
    for k, point in enumerate(points):
        arrival = now + timedelta(milliseconds=ways[k].duration_ms)
        begin = _begin(point, arrival) if begins is None else begins[k]
        now = begin + timedelta(seconds=point["service_time_s"])
        told = {"begin": _iso(begin)} if begins or "opening" in point else {}
        rows.append(_stop(point, k + 1) | told | {"arrival": _iso(arrival), "departure": _iso(now)})
    return {
        "departure": _iso(departure),
        "return": _iso(now + timedelta(milliseconds=ways[-1].duration_ms)),
        "travel_s": sum(leg.duration_ms for leg in ways) / 1000,
        "length_m": round(sum(leg.length_m for leg in ways), 1),
        "stops": rows,
        "legs": [_leg(leg) for leg in ways],
    }


def _begin(point: Row, arrival: datetime) -> datetime:
    """Wait until the point is open."""
    begin = begin_of_visit(point, arrival)
    if begin is None:
        raise ValueError(f"point {point['point_id']} is closed at {arrival}")
    return begin


def _stop(point: Row, sequence: int) -> Row:
    """Write what a stop is, without its times."""
    advice = {member: point[member] for member in ADVICE if member in point}
    return {"sequence": sequence} | {member: point[member] for member in _MEMBERS} | advice


def _leg(leg: Leg) -> Row:
    """Write one leg with its line along the road."""
    return {
        "duration_s": leg.duration_ms / 1000,
        "length_m": round(leg.length_m, 1),
        "geometry": {"type": "LineString", "coordinates": leg.lonlat.round(_DIGITS).tolist()},
        "streets": list(leg.streets),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
