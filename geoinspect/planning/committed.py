"""What is bound before the draw, written down as the committed part of a record."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import geoinspect
from geoinspect.lottery.record import FORMAT
from geoinspect.planning.ground import opening_around

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.frame import Frame
    from geoinspect.lottery.day import DayBooks
    from geoinspect.lottery.record import Record
    from geoinspect.planning.ground import DayGround
    from geoinspect.planning.order import City, PlanParams

_TEXTS = ("name", "category", "district", "unit", "provenance")
_ADVICE = ("instruction_zh", "instruction_en")


def uncommitted(city: City, params: PlanParams, ground: DayGround, books: DayBooks) -> Record:
    """Write down everything that is bound before the draw."""
    ids = [str(point_id) for point_id in ground.frame.points.index]
    return {
        "format": FORMAT,
        "software": {"geoinspect": geoinspect.__version__, "verify_plan.py": _verifier()},
        "city": {"name": city.name, "timezone": city.timezone.key},
        "date": params.day.isoformat(),
        "parameters": {
            "max_snap_distance_m": params.max_snap_distance_m,
            "lottery": asdict(params.lottery),
            "chances": dict(params.chances),
            "targets": dict(params.targets),
            "network_sha256": city.network.checksum,
        },
        "points": _point_rows(city, params, ground.frame, books.probability),
        "excluded": list(ground.frame.excluded),
        "teams": [_team_row(city, params, ground, k) for k in range(len(params.teams))],
        "inspectors": list(city.inspectors),
        "books": [_book_rows(books, k, ids) for k in range(len(params.teams))],
    }


def _team_row(city: City, params: PlanParams, ground: DayGround, k: int) -> Record:
    """Write when, from where, how and with how many inspectors team number `k` goes out."""
    start, end = params.teams[k].shift.on(params.day, city.timezone)
    lon, lat = ground.frame.depots[ground.teams[k].depot]
    return {
        "team_id": str(k + 1),
        "shift": {"start": start.isoformat(), "end": end.isoformat()},
        "depot": {"lon": lon, "lat": lat},
        "mode": ground.modes[ground.teams[k].mode],
        # without a roster nobody can be drawn
        "seats": params.teams[k].seats if city.inspectors else 0,
    }


@cache
def _verifier() -> str:
    """Text of the stand-alone check, which every record carries."""
    return (files("geoinspect.lottery") / "verify_plan.py").read_text(encoding="utf-8")


def _point_rows(
    city: City, params: PlanParams, frame: Frame, probability: FloatArray
) -> list[Record]:
    """Write the frame, one entry a point, with the promised chances."""
    points = frame.points
    opening = _opening(city, params)
    told = {column: points[column].astype(str).tolist() for column in (*_TEXTS, *_ADVICE)}
    return [
        {
            "point_id": str(point_id),
            **{column: told[column][k] for column in _TEXTS},
            # most points need no advice: that they are places says enough
            **{column: told[column][k] for column in _ADVICE if told[column][k]},
            "lon": lon,
            "lat": lat,
            "service_time_s": params.service_s(told["category"][k]),
            # what is always open has no hours
            **opening.get(told["category"][k], {}),
            "weight": weight,
            "reasons": reasons,
            "selection_probability": selected,
            "inclusion_probability": chance,
        }
        for k, (point_id, (lon, lat), weight, reasons, selected, chance) in enumerate(
            zip(
                points.index,
                frame.lonlat.tolist(),
                points["weight"].astype(float).tolist(),
                points["reasons"].tolist(),
                points["selection_probability"].astype(float).tolist(),
                probability.tolist(),
                strict=True,
            )
        )
    ]


def _opening(city: City, params: PlanParams) -> dict[str, Record]:
    """Write the opening hours of each category that fall into the shifts of the day."""
    spans = params.spans_on(city.timezone)
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    midnight = datetime.combine(params.day, time(), city.timezone)
    return {
        category: {
            "opening": [
                [start.isoformat(), end.isoformat()]
                for start, end in opening_around(hours, midnight)
                if start < last and first < end
            ]
        }
        for category, hours in params.hours.items()
    }


def _book_rows(books: DayBooks, k: int, ids: list[str]) -> Record:
    """Write the book of team number `k`."""
    book, routes = books.books[k], books.books[k].routes
    members = [ids[point] for point in books.members[k]]
    columns = zip(
        routes.stops.tolist(),
        routes.size.tolist(),
        book.probability.tolist(),
        routes.travel.tolist(),
        routes.reverse_travel.tolist(),
        book.slack_min,
        book.reverse_slack_min,
        strict=True,
    )
    return {
        "team_id": str(k + 1),
        "zone_id": f"Z{k + 1}",
        "effective_routes": round(book.effective_routes, 1),
        "routes": [
            {
                "stops": [members[point] for point in stops[:size]],
                "probability": probability,
                "travel_s": travel / 1000,
                "reverse_travel_s": reverse_travel / 1000,
                "slack_min": slack,
                "reverse_slack_min": reverse_slack,
            }
            for stops, size, probability, travel, reverse_travel, slack, reverse_slack in columns
        ],
    }
