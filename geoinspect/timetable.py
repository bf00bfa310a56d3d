"""Timetables of drawn routes: arrival, departure, and the way along the road."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geoinspect.network import legs

if TYPE_CHECKING:
    from geoinspect.lottery.record import Record
    from geoinspect.network import Leg, RoadNetwork, Snaps

#: Digits behind the point of degrees: a tenth of a metre.
_DIGITS = 6


def timetable(
    book: Record,
    draw: Record,
    team: Record,
    points: list[Record],
    snaps: Snaps,
    network: RoadNetwork,
) -> Record:
    """
    Write the timetable of a drawn route.

    Parameters
    ----------
    book, draw, team
        Entries of one team in a record.
    points
        Points of the record.
    snaps
        Positions on streets: of the depot, then of each of `points`.
    network
        Roads.

    Returns
    -------
    route
        One entry of `routes` of the record.
    """
    stops = book["routes"][draw["index"]]["stops"]
    stops = stops[::-1] if draw["reversed"] else stops
    number = {point["point_id"]: k for k, point in enumerate(points)}
    order = [0, *(number[point_id] + 1 for point_id in stops), 0]
    ways = legs(network, snaps, pairwise(order))
    departure = datetime.fromisoformat(team["shift"]["start"])
    departure += timedelta(seconds=draw["start_offset_s"])
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
