"""
A day's plan: the one place that composes points, roads and the lottery.

A plan is made in two acts. First everything is written down and committed to: the frame,
the chances, the books, and the hashes of the secrets. Then the secrets are revealed and the
routes drawn. Between the acts the commitment is published, and nobody who holds only one
of the secrets knows or can choose what will be drawn.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

import geoinspect
from geoinspect.drawing import drawn
from geoinspect.errors import InputError
from geoinspect.frame import visitable_frame
from geoinspect.lottery.day import DayParams, Workload, draw_day_books
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.randomness import derive_key
from geoinspect.lottery.record import FORMAT, commitment, part_digests
from geoinspect.network.snapping import MAX_SNAP_DISTANCE_M

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    import geopandas as gpd
    import pandas as pd

    from geoinspect.arrays import FloatArray
    from geoinspect.frame import Frame
    from geoinspect.lottery.day import DayBooks
    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork
    from geoinspect.shifts import Shift

#: A secret of fewer random bits can be found by trying.
UNGUESSABLE_BITS = 64


@dataclass(frozen=True)
class PlanParams:
    """
    What a supervisor decides about a day.

    Attributes
    ----------
    day
        The day.
    n_teams
        Number of teams.
    shift
        Working hours of every team, by the clock.
    service_time_s
        Time at each stop in seconds.
    depot
        WGS-84 longitude and latitude where routes start and end; None for the point
        that is nearest to all others.
    max_snap_distance_m
        Farthest distance between a point and a street.
    lottery
        Knobs of the lottery.
    """

    day: date
    n_teams: int
    shift: Shift
    service_time_s: int
    depot: tuple[float, float] | None = None
    max_snap_distance_m: float = MAX_SNAP_DISTANCE_M
    lottery: DayParams = field(default_factory=DayParams)

    def __post_init__(self) -> None:
        if self.n_teams < 1:
            raise InputError("{teams} teams cannot go out: name at least 1.", teams=self.n_teams)


@dataclass(frozen=True)
class PublicSource:
    """
    A publication to come that nobody can foresee, such as a lottery result.

    Attributes
    ----------
    source
        What is published, in words anybody can look up.
    number
        Number or date of the future publication.
    """

    source: str
    number: str


@dataclass(frozen=True)
class City:
    """
    The city as a plan needs it.

    Attributes
    ----------
    name
        Name of the city.
    timezone
        Its time zone.
    points
        Inspection points in WGS-84, indexed by point id, with `name` and `category`,
        with `district` and `unit` as names, empty where unknown, and with `weight`,
        the relative wish to visit a point (see `geoinspect.chances`).
    network
        Road network.
    """

    name: str
    timezone: ZoneInfo
    points: gpd.GeoDataFrame
    network: RoadNetwork


def read_secret(text: str) -> str:
    """
    Read a secret in hexadecimal and return it in lower case.

    Raises
    ------
    InputError
        If the text is not hexadecimal.

    Examples
    --------
    >>> read_secret("5EED00")
    '5eed00'
    """
    if re.fullmatch(r"[0-9a-fA-F]+", text) is None:
        raise InputError(
            "The seed {text!r} is not hexadecimal: use the digits 0-9 and the letters a-f only, "
            "for example what `openssl rand -hex 16` prints.",
            text=text,
        )
    return text.lower()


def plan_inspections(
    city: City,
    params: PlanParams,
    secret: str,
    *,
    report: Callable[[str], None] | None = None,
) -> Record:
    """
    Commit to a day and draw its routes at once, with the one secret of the office.

    A pure function of its arguments: same city, parameters and secret, same record.

    Parameters
    ----------
    city
        Points, responsibilities and roads.
    params
        Day, teams, shift and service time.
    secret
        Hexadecimal secret of at least `UNGUESSABLE_BITS` random bits. It decides
        everything that chance decides here.
    report
        Called with the name of each step as it begins, in English.

    Returns
    -------
    record
        See `geoinspect.lottery.record`.

    Raises
    ------
    InputError
        If no point can be visited, or the shift is shorter than one visit.
    LotteryError
        If there are fewer points than teams, or no fair set of routes was found.
    """
    committed = commit_plan(city, params, secret, report=report)
    return drawn(committed, city.network, [read_secret(secret)], report=report)


def commit_plan(
    city: City,
    params: PlanParams,
    secret: str,
    *,
    witness_sha256: str | None = None,
    public: PublicSource | None = None,
    report: Callable[[str], None] | None = None,
) -> Record:
    """
    Write down and bind everything about a day but the draw.

    Parameters
    ----------
    city, params, report
        As in `plan_inspections`.
    secret
        Secret of the office, in hexadecimal. The books' own randomness comes from it.
    witness_sha256
        SHA-256 of a second person's secret, who keeps it until the draw.
    public
        A publication to come whose value enters the draw.

    Returns
    -------
    record
        A record without routes and without secrets; the books in it are not to be shown
        before the draw.

    Raises
    ------
    InputError, LotteryError
        As in `plan_inspections`; InputError also for a hash that is none.
    """
    say = report or (lambda step: None)  # noqa: ARG005
    secret = read_secret(secret)
    say("Snapping points to streets and measuring travel times")
    hours = params.shift.on(params.day, city.timezone)
    frame = _frame(city, params, hours)
    say("Drawing zones and lottery books")
    books = _draw_books(frame, params, _length_ms(hours), secret)
    say("Committing to frame, chances and books")
    record = _uncommitted(city, params, hours, frame, books)
    record["draw"] = {
        "secrets_sha256": [sha256_hex(secret), *_hashes(witness_sha256)],
        "public": asdict(public) if public is not None else None,
        "draws": [],
    }
    record["draw"]["commitment"] = commitment(record)
    record["routes"] = []
    record["digests"] = part_digests(record)
    return record


def _hashes(sha256: str | None) -> list[str]:
    """Check the hash of a secret that somebody else keeps."""
    if sha256 is None:
        return []
    if re.fullmatch(r"[0-9a-fA-F]{64}", sha256) is None:
        raise InputError(
            "{text!r} is no SHA-256 hash: the witness makes it with "
            "`printf %s SECRET | sha256sum`.",
            text=sha256,
        )
    return [sha256.lower()]


def _length_ms(hours: tuple[datetime, datetime]) -> int:
    """Length of a shift in milliseconds, right also when the clock changes in between."""
    return round((hours[1].timestamp() - hours[0].timestamp()) * 1000)


def _frame(city: City, params: PlanParams, hours: tuple[datetime, datetime]) -> Frame:
    """Find what can be visited at all."""
    longest_ms = _length_ms(hours) - 1000 * params.service_time_s
    if longest_ms < 0:
        raise InputError(
            "The shift from {start} to {end} is shorter than one visit of {minutes:g} minutes: "
            "lengthen the shift or shorten the service time.",
            start=f"{params.shift.start:%H:%M}",
            end=f"{params.shift.end:%H:%M}",
            minutes=params.service_time_s / 60,
        )
    return visitable_frame(
        city.points,
        city.network,
        depot=params.depot,
        longest_ms=longest_ms,
        max_snap_distance_m=params.max_snap_distance_m,
    )


def _draw_books(frame: Frame, params: PlanParams, shift_ms: int, secret: str) -> DayBooks:
    """Draw zones and books; their randomness comes from the secret and the day."""
    n = len(frame.points)
    workload = Workload(
        times=frame.times,
        service=np.full(n, 1000 * params.service_time_s, dtype=np.int64),
        weight=frame.points["weight"].to_numpy(dtype=np.float64),
        shift=shift_ms,
        n_teams=params.n_teams,
    )
    key = derive_key("geoinspect books", secret, params.day.isoformat())
    return draw_day_books(workload, key, params.lottery)


def _uncommitted(
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


def named_points(
    points: gpd.GeoDataFrame,
    assignments: pd.DataFrame | None,
    districts: gpd.GeoDataFrame | None,
) -> gpd.GeoDataFrame:
    """
    Return `points` with the columns `district` and `unit` as names, and equal weights.

    Empty text where a point has no district or unit, or nothing is assigned yet.
    """
    points = points.assign(weight=1.0)
    if assignments is None or districts is None:
        return points.assign(district="", unit="")
    aligned = assignments.reindex(points.index)
    district = aligned["district_id"].map(districts["name"])
    return points.assign(
        district=district.fillna("").astype(str),
        unit=aligned["unit_name"].fillna("").astype(str),
    )
