"""What is ordered for a day: the city, the day, the teams, and whose secrets enter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.errors import InputError
from geoinspect.lottery.day import DayParams
from geoinspect.network.snapping import MAX_SNAP_DISTANCE_M

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    import geopandas as gpd

    from geoinspect.network import RoadNetwork
    from geoinspect.shifts import Shift
    from geoinspect.travel import Mode

#: A secret of fewer random bits can be found by trying.
UNGUESSABLE_BITS = 64


@dataclass(frozen=True)
class TeamOrder:
    """
    What a supervisor decides about one team.

    Attributes
    ----------
    shift
        Working hours by the clock.
    depot
        WGS-84 longitude and latitude where its route starts and ends; None for the point
        that is nearest to all others.
    mode
        How it travels.
    seats
        How many inspectors are drawn for it, where there is a roster.
    """

    shift: Shift
    depot: tuple[float, float] | None = None
    mode: Mode = "car"
    seats: int = 2

    def __post_init__(self) -> None:
        if self.seats < 0:
            raise InputError(
                "A team cannot have {seats} inspectors: name 0 or more.", seats=self.seats
            )


@dataclass(frozen=True)
class PlanParams:
    """
    What a supervisor decides about a day.

    Attributes
    ----------
    day
        The day.
    teams
        The teams, at least one.
    service_time_s
        Time at each stop in seconds.
    service_times_s
        The same for single categories.
    hours
        Opening hours by category, one span of which must hold the whole visit. Points of
        other categories are open at any time.
    max_snap_distance_m
        Farthest distance between a point and a street.
    lottery
        Knobs of the lottery.
    chances
        Knobs that the weights of the points were made with, as plain values: they only go
        into the record. See `geoinspect.chances.ChanceParams.to_record`.
    targets
        How many targets of which category were asked for; they, too, only go into the record.
    """

    day: date
    teams: tuple[TeamOrder, ...]
    service_time_s: int
    service_times_s: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)
    max_snap_distance_m: float = MAX_SNAP_DISTANCE_M
    lottery: DayParams = field(default_factory=DayParams)
    chances: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.teams:
            raise InputError("Nobody goes out: name at least one team.")

    def service_s(self, category: str) -> int:
        """Return the time at a stop of a category in seconds."""
        return self.service_times_s.get(category, self.service_time_s)

    def spans_on(self, timezone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """Return start and end of each team's shift, timezone-aware."""
        return [team.shift.on(self.day, timezone) for team in self.teams]


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
        the relative wish to visit a point, and its `reasons` (see `geoinspect.chances`).
        `provenance` is "listed" or "generated"; `selection_probability` the chance with which
        a generated point came into the frame, 1 for listed ones; `instruction_zh` and
        `instruction_en` tell what to do there, empty where it is plain.
    network
        Road network.
    inspectors
        Who is on duty, as `geoinspect.inspectors.inspector_pool` writes them; nobody where
        there is no roster.
    """

    name: str
    timezone: ZoneInfo
    points: gpd.GeoDataFrame
    network: RoadNetwork
    inspectors: tuple[Mapping[str, Any], ...] = ()


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
    Return `points` with all columns that `City` asks for: names, and equal weights.

    Empty text where a point has no district or unit, or nothing is assigned yet.
    """
    points = points.assign(
        weight=1.0,
        reasons=pd.Series([[] for _ in points.index], index=points.index, dtype=object),
        provenance="listed",
        selection_probability=1.0,
        instruction_zh="",
        instruction_en="",
    )
    if assignments is None or districts is None:
        return points.assign(district="", unit="")
    aligned = assignments.reindex(points.index)
    district = aligned["district_id"].map(districts["name"])
    return points.assign(
        district=district.fillna("").astype(str),
        unit=aligned["unit_name"].fillna("").astype(str),
    )
