"""What is bound before the draw, written down as the committed part of a record."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import geoinspect
from geoinspect.lottery.record import FORMAT

if TYPE_CHECKING:
    from datetime import datetime

    from geoinspect.arrays import FloatArray
    from geoinspect.frame import Frame
    from geoinspect.lottery.day import DayBooks
    from geoinspect.lottery.record import Record
    from geoinspect.planning.order import City, PlanParams


def uncommitted(
    city: City,
    params: PlanParams,
    hours: tuple[datetime, datetime],
    frame: Frame,
    books: DayBooks,
) -> Record:
    """Write down everything that is bound before the draw."""
    start, end = (moment.isoformat() for moment in hours)
    lon, lat = frame.depot
    ids = [str(point_id) for point_id in frame.points.index]
    return {
        "format": FORMAT,
        "software": {"geoinspect": geoinspect.__version__, "verify_plan.py": _verifier()},
        "city": {"name": city.name, "timezone": city.timezone.key},
        "date": params.day.isoformat(),
        "parameters": {
            "service_time_s": params.service_time_s,
            "max_snap_distance_m": params.max_snap_distance_m,
            "lottery": asdict(params.lottery),
            "network_sha256": city.network.checksum,
        },
        "points": _point_rows(frame, params, books.probability),
        "excluded": frame.excluded,
        "teams": [
            {
                "team_id": str(number),
                "shift": {"start": start, "end": end},
                "depot": {"lon": lon, "lat": lat},
            }
            for number in range(1, params.n_teams + 1)
        ],
        "books": [_book_rows(books, k, ids) for k in range(params.n_teams)],
    }


@cache
def _verifier() -> str:
    """Text of the stand-alone check, which every record carries."""
    return (files("geoinspect.lottery") / "verify_plan.py").read_text(encoding="utf-8")


def _point_rows(frame: Frame, params: PlanParams, probability: FloatArray) -> list[Record]:
    """Write the frame, one entry a point, with the promised chances."""
    points = frame.points
    columns = ("name", "category", "district", "unit")
    return [
        {
            "point_id": str(point_id),
            **dict(zip(columns, map(str, texts), strict=True)),
            "lon": lon,
            "lat": lat,
            "service_time_s": params.service_time_s,
            "weight": weight,
            "inclusion_probability": chance,
        }
        for point_id, *texts, (lon, lat), weight, chance in zip(
            points.index,
            *(points[column] for column in columns),
            frame.lonlat.tolist(),
            points["weight"].astype(float).tolist(),
            probability.tolist(),
            strict=True,
        )
    ]


def _book_rows(books: DayBooks, k: int, ids: list[str]) -> Record:
    """Write the book of team number `k`."""
    routes = books.books[k].routes
    members = [ids[point] for point in books.members[k]]
    columns = zip(
        routes.stops.tolist(),
        routes.size.tolist(),
        books.books[k].probability.tolist(),
        routes.travel.tolist(),
        routes.reverse_travel.tolist(),
        strict=True,
    )
    return {
        "team_id": str(k + 1),
        "zone_id": f"Z{k + 1}",
        "effective_routes": round(books.books[k].effective_routes, 1),
        "routes": [
            {
                "stops": [members[point] for point in stops[:size]],
                "probability": probability,
                "travel_s": travel / 1000,
                "reverse_travel_s": reverse_travel / 1000,
            }
            for stops, size, probability, travel, reverse_travel in columns
        ],
    }
