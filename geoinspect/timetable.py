"""Timetables of drawn routes: arrival, departure, and the way along the road."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geoinspect.network import legs

if TYPE_CHECKING:
    from datetime import datetime

    from geoinspect.frame import Frame
    from geoinspect.lottery.draw import Draw
    from geoinspect.lottery.record import Record
    from geoinspect.network import Leg, RoadNetwork

#: Digits behind the point of degrees: a tenth of a metre.
_DIGITS = 6


def timetable(
    book: Record,
    draw: Draw,
    shift_start: datetime,
    points: list[Record],
    frame: Frame,
    network: RoadNetwork,
) -> Record:
    """
    Write the timetable of a drawn route.

    Parameters
    ----------
    book
        The team's book, as in the record.
    draw
        What was drawn from it.
    shift_start
        Start of the shift, timezone-aware.
    points
        Points of the record, in the order of `frame.points`.
    frame, network
        Where the stops lie on the roads.

    Returns
    -------
    route
        One entry of `routes` of the record.
    """
    stops = book["routes"][draw.index]["stops"]
    stops = stops[::-1] if draw.reversed else stops
    number = {point["point_id"]: k for k, point in enumerate(points)}
    order = [0, *(number[point_id] + 1 for point_id in stops), 0]
    pairs = [(int(frame.position[a]), int(frame.position[b])) for a, b in pairwise(order)]
    ways = legs(network, frame.snaps, pairs)
    departure = shift_start + timedelta(milliseconds=draw.start_offset_ms)
    rows, back = _stops([points[number[point_id]] for point_id in stops], ways, departure)
    return {
        "team_id": book["team_id"],
        "zone_id": book["zone_id"],
        "departure": _iso(departure),
        "return": _iso(back),
        "travel_s": sum(way.duration_ms for way in ways) / 1000,
        "length_m": round(sum(way.length_m for way in ways), 1),
        "stops": rows,
        "legs": [_leg(way) for way in ways],
    }


def _stops(points: list[Record], ways: list[Leg], now: datetime) -> tuple[list[Record], datetime]:
    """Write the stops of a route that departs `now`; also return when it is back."""
    rows = []
    for sequence, (point, way) in enumerate(zip(points, ways, strict=False), start=1):
        arrival = now + timedelta(milliseconds=way.duration_ms)
        now = arrival + timedelta(seconds=point["service_time_s"])
        row: dict[str, Any] = {
            key: point[key] for key in ("point_id", "name", "category", "lon", "lat")
        }
        rows.append(row | {"sequence": sequence, "arrival": _iso(arrival), "departure": _iso(now)})
    return rows, now + timedelta(milliseconds=ways[-1].duration_ms)


def _leg(way: Leg) -> Record:
    """Write one leg with its line along the road."""
    return {
        "duration_s": way.duration_ms / 1000,
        "length_m": round(way.length_m, 1),
        "geometry": {"type": "LineString", "coordinates": way.lonlat.round(_DIGITS).tolist()},
        "streets": list(way.streets),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
