"""Timetables of drawn routes: arrival, departure, and the way along the road."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geoinspect.driving import driven_route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork, Snaps


def timetable(
    book: Record,
    draw: Record,
    team: Record,
    points: list[Record],
    snaps: Snaps,
    network: RoadNetwork,
    begins: Sequence[datetime] | None = None,
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
    begins
        When each visit begins, in the order of the visits; None if each begins on
        arrival.

    Returns
    -------
    route
        One entry of `routes` of the record.
    """
    stops = book["routes"][draw["index"]]["stops"]
    stops = stops[::-1] if draw["reversed"] else stops
    number = {point["point_id"]: k for k, point in enumerate(points)}
    order = [number[point_id] for point_id in stops]
    departure = datetime.fromisoformat(team["shift"]["start"])
    departure += timedelta(seconds=draw["start_offset_s"])
    return {
        "team_id": book["team_id"],
        "zone_id": book["zone_id"],
        **driven_route(
            network,
            snaps,
            [0, *(k + 1 for k in order), 0],
            [points[k] for k in order],
            departure,
            begins,
        ),
    }
