"""
The record of a campaign: who visits which point when, and proof that none is forgotten.

It is a dict with these members:

- `format`: "geoinspect-campaign/1".
- `city`, `software`, `parameters`: as in `geoinspect.lottery.record`.
- `first_day`, `last_day`: ISO 8601.
- `teams[]`: `team_id`, `units`, `shift` {`start`, `end`} by the clock, `depot` {`lon`, `lat`}.
- `points[]`: those that could be snapped to a street. `point_id`, `name`, `category`,
  `district`, `unit`, `lon`, `lat`, `service_time_s`.
- `unplanned[]`: points on no route. `point_id`, `name`, `code`, `distance_m`, `reason`.
- `team_days`, `days`; `lower_bound`: team-days that nobody can undercut, and `gap`, the share
  by which `team_days` is above it.
- `coverage`: what became of the points; `holds` if each is on one route or unplanned.
- `routes[]`: `date`, `team_id`, `zone_id` (empty), and the members of `geoinspect.driving`.
- `digest`: SHA-256 of all other members.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import geoinspect
from geoinspect.campaigns.order import lay_out, routing_problem
from geoinspect.campaigns.outing import plan_outing, team_rows
from geoinspect.driving import ADVICE, driven_route
from geoinspect.errors import InputError
from geoinspect.frame import REASONS as FRAME_REASONS
from geoinspect.lottery.record import digest
from geoinspect.routing import CODES, Campaign, coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from geoinspect.campaigns.order import CampaignParams, Ground
    from geoinspect.frame import Frame
    from geoinspect.planning import City
    from geoinspect.routing import Route

Record = dict[str, Any]

FORMAT = "geoinspect-campaign/1"

#: Why a point is on no route, by code.
REASONS = FRAME_REASONS | CODES


def campaign_record(
    city: City, params: CampaignParams, *, report: Callable[[str], None] | None = None
) -> Record:
    """
    Plan a campaign over all points of `city` and write its record.

    A pure function of its arguments: same city and parameters, same record.

    Parameters
    ----------
    city
        The chosen points, with roads and responsibilities.
    params
        Days, teams, shifts, opening hours.
    report
        Called with the name of each step as it begins, in English.

    Raises
    ------
    InputError
        If no point is near a street, or a depot is not.
    """
    say = report or (lambda step: None)  # noqa: ARG005
    say("Snapping points to streets and measuring travel times")
    ground = lay_out(city, params)
    problem = routing_problem(ground, params)
    campaign = plan_outing(problem, params, report=report)
    say("Writing timetables")
    return _record(city, params, ground, campaign)


def plan_of_day(record: Record, day: str) -> Record:
    """
    Return one day of a campaign in the shape that maps and exports read.

    Parameters
    ----------
    record
        Record of a campaign.
    day
        The day, ISO 8601.

    Raises
    ------
    InputError
        If nobody goes out on that day.
    """
    routes = [route for route in record["routes"] if route["date"] == day]
    if not routes:
        raise InputError(
            "Nobody goes out on {day}: the campaign runs from {first} to {last}.",
            day=day,
            first=record["first_day"],
            last=record["last_day"],
        )
    points = {point["point_id"]: point for point in record["points"]}
    stops = [
        points[stop["point_id"]] | {name: stop[name] for name in ADVICE if name in stop}
        for route in routes
        for stop in route["stops"]
    ]
    return {
        **{member: record[member] for member in ("format", "city", "software", "teams")},
        "date": day,
        "points": [point | {"inclusion_probability": 1.0} for point in stops],
        "draw": {"commitment": record["digest"]},
        "routes": routes,
    }


def _record(city: City, params: CampaignParams, ground: Ground, campaign: Campaign) -> Record:
    """Write everything down."""
    points = _point_rows(ground.frame, params.service_time_s)
    days = params.days(campaign.days)
    routes = [
        _route(route, campaign, points, days[campaign.day(route) - 1], ground, city)
        for route in campaign.result.routes
    ]
    unplanned = sorted(
        [*ground.frame.excluded, *_unplanned(campaign, points)], key=lambda row: row["point_id"]
    )
    record = {
        "format": FORMAT,
        "software": {"geoinspect": geoinspect.__version__},
        "city": {"name": city.name, "timezone": city.timezone.key},
        "first_day": days[0].isoformat() if days else params.first_day.isoformat(),
        "last_day": days[-1].isoformat() if days else params.first_day.isoformat(),
        "parameters": _parameters(params) | {"network_sha256": city.network.checksum},
        "teams": team_rows(campaign.teams, params, ground.depots),
        "points": points,
        "unplanned": unplanned,
        "team_days": campaign.team_days,
        "days": campaign.days,
        "lower_bound": campaign.lower_bound,
        "gap": round(campaign.gap, 4),
        "coverage": _coverage_row(city, routes, unplanned),
        "routes": routes,
    }
    return record | {"digest": digest(record)}


def _route(
    route: Route, campaign: Campaign, points: list[Record], day: date, ground: Ground, city: City
) -> Record:
    """Write one route with its times and lines."""
    midnight = datetime.combine(day, time(), city.timezone)
    depot = campaign.team(route).depot

    def moment(clock_ms: int) -> datetime:
        return midnight + timedelta(milliseconds=clock_ms)

    return {
        "date": day.isoformat(),
        "team_id": campaign.team(route).team_id,
        "zone_id": "",
        **driven_route(
            city.network,
            ground.snaps,
            [depot, *route.places, depot],
            [points[stop] for stop in route.stops],
            moment(route.departure_ms),
            [moment(begin_ms) for begin_ms in route.begin_ms],
        ),
    }


def _point_rows(frame: Frame, service_time_s: int) -> list[Record]:
    """Write the points that can be planned."""
    texts = frame.points[["name", "category", "district", "unit"]].astype(str)
    return [
        {
            "point_id": str(point_id),
            **dict(zip(texts.columns, row, strict=True)),
            "lon": lon,
            "lat": lat,
            "service_time_s": service_time_s,
        }
        for point_id, row, (lon, lat) in zip(
            frame.points.index, texts.to_numpy().tolist(), frame.lonlat.tolist(), strict=True
        )
    ]


def _unplanned(campaign: Campaign, points: list[Record]) -> Iterator[Record]:
    """Write why points are on no route."""
    for left in campaign.result.unplanned:
        point = points[left.stop]
        yield {
            "point_id": point["point_id"],
            "name": point["name"],
            "code": left.code,
            "distance_m": None,
            "reason": REASONS[left.code],
        }


def _parameters(params: CampaignParams) -> Record:
    """Write what was decided, beyond the teams."""
    return {
        "service_time_s": params.service_time_s,
        "max_snap_distance_m": params.max_snap_distance_m,
        "windows": {
            category: [f"{span.start:%H:%M}-{span.end:%H:%M}" for span in spans]
            for category, spans in params.windows.items()
        },
        "n_days": params.n_days,
        "max_stops": params.max_stops,
        "iterations": params.iterations,
        "seed": params.seed,
    }


def _coverage_row(city: City, routes: list[Record], unplanned: list[Record]) -> Record:
    """Prove from the written routes what became of each point."""
    proof = coverage(
        [str(point_id) for point_id in city.points.index],
        [[stop["point_id"] for stop in route["stops"]] for route in routes],
        [row["point_id"] for row in unplanned],
    )
    lists = {name: list(getattr(proof, name)) for name in ("missing", "repeated", "unknown")}
    numbers = {name: getattr(proof, name) for name in ("n_points", "n_visited", "n_unplanned")}
    return numbers | lists | {"holds": proof.holds}
