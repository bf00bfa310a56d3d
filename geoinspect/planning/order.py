"""What is ordered for a day: the city, the day, the teams, and whose secrets enter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoinspect.errors import InputError
from geoinspect.lottery.day import DayParams
from geoinspect.network.snapping import MAX_SNAP_DISTANCE_M

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    import geopandas as gpd
    import pandas as pd

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
