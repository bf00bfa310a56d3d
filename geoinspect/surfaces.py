"""
The surface behind a heat map, from the tables of a city.

Here is decided which violations and inspections a surface may count. A rate divides
violations by inspections, so both must speak of the same visits: what a citizen reported,
what was found while the inspections were not recorded, and what was found at a point that
was never inspected, do not enter it. Whatever is left out is counted and named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoinspect.beside import begun
from geoinspect.density import (
    KernelParams,
    RateSurface,
    Shrinkage,
    kernel_density,
    shrink,
    violation_rate,
)
from geoinspect.emerging import monthly_hot_spots
from geoinspect.errors import NotFoundError
from geoinspect.hotspots import hot_spots
from geoinspect.outcomes import FOUND_BY_INSPECTION, attach_violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from datetime import date
    from typing import Any

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoinspect.density import KernelDensity
    from geoinspect.emerging import EmergingHotSpots
    from geoinspect.hotspots import HotSpotParams, HotSpots

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

GENERATED = "generated"

_COARSEST_CELL_M = 100.0
_CELLS_PER_BANDWIDTH = 3

_LEFT_OUT = {
    "NO_PLACE": "{n} violations lie nowhere: they have no coordinates and no known point.",
    "REPORTED": "{n} violations were reported, not found by inspections: they say nothing "
    "about how often an inspection finds one.",
    "NEVER_INSPECTED": "{n} violations belong to points of which no inspection is recorded.",
    "OUTSIDE_PERIOD": "{n} violations were found before the first or after the last recorded "
    "inspection.",
    "NO_INSPECTION": "{n} violations name no inspected point: they do not count for hot spots.",
    "UNKNOWN_POINT": "{n} inspections were made at points that are not in the list of points.",
}

#: Reasons by their numbers, which a million rows are compared by; 0 is none.
_REASONS = ("", *_LEFT_OUT)

_SHRUNK = (
    "Cells with few inspections are drawn towards the rate of the city, {rate} per 100 "
    "inspections, which weighs as much as {n} inspections."
)
_SHRUNK_TO_CITY = (
    "The places differ no more than chance explains: all show the rate of the city, {rate} per 100 "
    "inspections."
)


@dataclass(frozen=True)
class LeftOut:
    """
    Rows of one kind that a surface does not count.

    Attributes
    ----------
    code
        NO_PLACE, REPORTED, NEVER_INSPECTED, OUTSIDE_PERIOD or, for hot spots only,
        NO_INSPECTION for violations; UNKNOWN_POINT for inspections.
    ids
        Which violations or inspections: what their table is indexed by.
    """

    code: str
    ids: tuple[str, ...]

    def render(self, translate: Callable[[str], str] = str) -> str:
        """Return one sentence with the number of rows, in the language of `translate`."""
        return translate(_LEFT_OUT[self.code]).format(n=len(self.ids))


@dataclass(frozen=True)
class HeatSurface:
    """
    A surface with what a reader must know of it.

    Attributes
    ----------
    surface
        Violations per inspection, thin cells shrunk towards the city; or violations per
        km2 where no inspection is known.
    shrinkage
        How the rates were shrunk; None for a density.
    period
        First and last day of what the surface counts, by the clock of the city; None
        if it counts nothing.
    generated
        True if any violation is made up for a demonstration.
    left_out
        What the surface does not count, and why.
    """

    surface: RateSurface | KernelDensity
    shrinkage: Shrinkage | None
    period: tuple[date, date] | None
    generated: bool
    left_out: tuple[LeftOut, ...]

    @property
    def is_rate(self) -> bool:
        """Whether the surface is a rate, and not a mere density."""
        return isinstance(self.surface, RateSurface)

    def explain_shrinkage(self, translate: Callable[[str], str] = str) -> str:
        """Return one sentence on how thin cells were treated; "" for a density or no rate."""
        if self.shrinkage is None or not self.shrinkage.city_rate > 0:
            return ""
        sentence = _SHRUNK_TO_CITY if np.isinf(self.shrinkage.strength) else _SHRUNK
        return translate(sentence).format(
            rate=round(100 * self.shrinkage.city_rate, 1), n=round(self.shrinkage.strength, 1)
        )


@dataclass(frozen=True)
class CountedEvents:
    """
    The events a surface of a city may count, and how to smooth them.

    Attributes
    ----------
    violations
        One row a violation that counts: `lon`, `lat` (WGS-84), `day` (local midnight),
        `category` (its own, or that of its point; "" if unknown) and `severity` (NaN if
        unknown).
    inspections
        One row an inspection made at a known point: `lon`, `lat`, `day`, `category`.
    is_rate
        Whether inspections are recorded, so that violations can be divided by them.
    params
        Bandwidth, cell and minimum exposure.
    extent
        West, south, east, north of the points and of all events, in degrees.
    generated
        True if any violation is made up for a demonstration.
    left_out
        What does not count, and why.
    """

    violations: pd.DataFrame
    inspections: pd.DataFrame
    is_rate: bool
    params: KernelParams
    extent: tuple[float, float, float, float]
    generated: bool
    left_out: tuple[LeftOut, ...]

    @property
    def period(self) -> tuple[date, date] | None:
        """First and last day of the events; None if there is none."""
        return _period(pd.concat([self.violations["day"], self.inspections["day"]]))


@dataclass(frozen=True)
class CityHotSpots:
    """
    Hot spots of a city, with what they do not count.

    Attributes
    ----------
    spots
        The hot and cold cells.
    emerging
        What became of them over the last twelve months; None where inspections were made in
        too few of these.
    left_out
        What they do not count, and why.
    """

    spots: HotSpots
    emerging: EmergingHotSpots | None
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class _Events:
    """Events with their places, positions NaN where unknown, and their local days."""

    table: pd.DataFrame
    lonlat: FloatArray
    day: pd.Series[Any]

    @property
    def has_place(self) -> BoolArray:
        """Which events lie somewhere, shape (n,)."""
        return ~np.isnan(self.lonlat[:, 0])

    def where(self, chosen: BoolArray) -> _Events:
        """Return the chosen events."""
        return _Events(self.table[chosen], self.lonlat[chosen], self.day[chosen])

    def plain(self, **columns: pd.Series[Any]) -> pd.DataFrame:
        """Return positions and days beside some more columns."""
        lon, lat = self.lonlat.T
        return pd.DataFrame({"lon": lon, "lat": lat, "day": self.day, **columns})


@dataclass(frozen=True)
class _Records:
    """The events of a city, those that have a place, and why violations do not count."""

    points: GeoDataFrame
    found: _Events
    made: _Events
    placed: _Events
    reasons: IntArray
    is_rate: bool

    @cached_property
    def counted(self) -> _Events:
        """Violations that count."""
        return self.found.where(self.reasons == 0)

    @property
    def generated(self) -> bool:
        """Whether any violation is made up."""
        return bool((self.found.table["source"] == GENERATED).any())

    def left_out(self) -> tuple[LeftOut, ...]:
        """Collect what does not count."""
        return _left_out(self.found, self.reasons, self.made)


def heat_surface(
    points: GeoDataFrame,
    violations: GeoDataFrame | pd.DataFrame,
    inspections: pd.DataFrame,
    *,
    bandwidth_m: float,
    timezone: str,
) -> HeatSurface:
    """
    Smooth the violations of a city, per inspection where inspections are recorded.

    Without any inspection the surface is the density of all violations, whatever their
    source. With inspections it is a rate, and counts a violation only if an inspection
    that is recorded can have found it: its source is one of `FOUND_BY_INSPECTION` (a
    hotline report is none), its day is not before the first nor after the last recorded
    inspection, and its point, if it names one, was inspected at least once. Nothing can
    be done about findings that nobody wrote down.

    Parameters
    ----------
    points
        Inspection points in WGS-84, indexed by point id.
    violations
        Violations, indexed by id, with `point_id`, `source`, `found_at` (timezone-aware)
        and `geometry`, or `lon` and `lat`; one without takes the place of its point.
    inspections
        Inspections, indexed by id, with `point_id` and `inspected_at` (timezone-aware);
        empty if they were not recorded.
    bandwidth_m
        Standard deviation of the kernel in metres; cells are a third of it, at most
        100 m.
    timezone
        IANA time zone of the city, which decides what day it is.

    Raises
    ------
    NotFoundError
        If there are neither points nor events.
    InputError
        If the bandwidth is not positive, or the city is too large for it.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> heat = heat_surface(
    ...     tinytown.points(), tinytown.violations(), tinytown.inspections(),
    ...     bandwidth_m=300, timezone="Asia/Shanghai",
    ... )
    >>> heat.surface.n_violations, heat.surface.n_inspections
    (8, 24)
    >>> [left.render() for left in heat.left_out][0][:35]
    '2 violations were reported, not fou'
    """
    return _surface(_records(points, violations, inspections, timezone), bandwidth_m)


def heat_with_hot_spots(
    points: GeoDataFrame,
    violations: GeoDataFrame | pd.DataFrame,
    inspections: pd.DataFrame,
    *,
    bandwidth_m: float,
    timezone: str,
    beside: Executor | None = None,
) -> tuple[HeatSurface, CityHotSpots | None]:
    """
    Return `heat_surface` and `city_hot_spots`, for which all events are placed only once.

    The hot spots are None where no inspection is recorded. Parameters and errors are those of
    `heat_surface`; a process `beside` looks for hot spots while this one smooths, see
    `geoinspect.beside`.
    """
    records = _records(points, violations, inspections, timezone)
    spots = _hot_spots(records, None, beside) if records.is_rate else None
    return _surface(records, bandwidth_m), spots() if spots else None


def counted_events(
    points: GeoDataFrame,
    violations: GeoDataFrame | pd.DataFrame,
    inspections: pd.DataFrame,
    *,
    bandwidth_m: float,
    timezone: str,
) -> CountedEvents:
    """
    Pick the violations and inspections of a city that a surface may count.

    `heat_surface` tells which violations count, and why.

    Parameters
    ----------
    points, violations, inspections, bandwidth_m, timezone
        As for `heat_surface`.

    Raises
    ------
    NotFoundError
        If there are neither points nor events.
    InputError
        If the bandwidth is not positive.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> counted = counted_events(
    ...     tinytown.points(), tinytown.violations(), tinytown.inspections(),
    ...     bandwidth_m=300, timezone="Asia/Shanghai",
    ... )
    >>> len(counted.violations), len(counted.inspections)
    (8, 24)
    """
    params = _kernel(bandwidth_m)
    records = _records(points, violations, inspections, timezone)
    counted, placed = records.counted, records.placed
    of_points = _categories_of(points, counted.table["point_id"])
    return CountedEvents(
        counted.plain(
            category=_optional(counted.table, "category").fillna(of_points).fillna(""),
            severity=_optional(counted.table, "severity"),
        ),
        placed.plain(category=_categories_of(points, placed.table["point_id"]).fillna("")),
        is_rate=records.is_rate,
        params=params,
        extent=_extent(points, counted.lonlat, placed.lonlat),
        generated=records.generated,
        left_out=records.left_out(),
    )


def city_hot_spots(
    points: GeoDataFrame,
    violations: GeoDataFrame | pd.DataFrame,
    inspections: pd.DataFrame,
    *,
    timezone: str,
    params: HotSpotParams | None = None,
) -> CityHotSpots:
    """
    Find where the inspections of a city find more, or fewer, violations than chance explains.

    The violations are those that `heat_surface` counts in a rate; each is tied to the
    inspection of its point that is nearest in time.

    Parameters
    ----------
    points, violations, inspections, timezone
        As for `heat_surface`.
    params
        Radius, cell, minimum and level of the hot spots.

    Raises
    ------
    NotFoundError
        If there are neither points nor events.
    InputError
        If the city is too large for the cells.
    """
    return _hot_spots(_records(points, violations, inspections, timezone, rated=True), params)()


def _records(
    points: GeoDataFrame,
    violations: pd.DataFrame,
    inspections: pd.DataFrame,
    timezone: str,
    *,
    rated: bool | None = None,
) -> _Records:
    """Place all events, and find why some do not count; rated where inspections are recorded."""
    is_rate = len(inspections) > 0 if rated is None else rated
    found = _violation_events(points, violations, timezone)
    made = _inspection_events(points, inspections, timezone)
    placed = made.where(made.has_place)
    reasons = _reasons(found, placed, rated=is_rate)
    return _Records(points, found, made, placed, reasons, is_rate)


def _kernel(bandwidth_m: float) -> KernelParams:
    """Return how events are smoothed."""
    cell_m = min(_COARSEST_CELL_M, bandwidth_m / _CELLS_PER_BANDWIDTH)
    return KernelParams(bandwidth_m=bandwidth_m, cell_m=cell_m)


def _surface(records: _Records, bandwidth_m: float) -> HeatSurface:
    """Smooth the events that count."""
    params = _kernel(bandwidth_m)
    counted, placed = records.counted, records.placed
    extent = _extent(records.points, counted.lonlat, placed.lonlat)
    surface = (
        violation_rate(counted.lonlat, placed.lonlat, params=params, extent=extent)
        if records.is_rate
        else kernel_density(counted.lonlat, params=params, extent=extent)
    )
    shrinkage = shrink(surface) if isinstance(surface, RateSurface) else None
    return HeatSurface(
        shrinkage.surface if shrinkage else surface,
        shrinkage,
        period=_period(pd.concat([counted.day, placed.day])),
        generated=records.generated,
        left_out=records.left_out(),
    )


def _hot_spots(
    records: _Records, params: HotSpotParams | None, beside: Executor | None = None
) -> Callable[[], CityHotSpots]:
    """Begin to look for what stands out, see `begun`."""
    placed, reasons = records.placed, records.reasons.copy()
    outcomes = attach_violations(records.counted.table, placed.table)
    reasons[np.flatnonzero(reasons == 0)[~outcomes.is_attached]] = _REASONS.index("NO_INSPECTION")
    look = partial(_standing_out, params=params, extent=_extent(records.points, placed.lonlat))
    n_found = np.asarray(outcomes.found, np.int64)
    days = placed.day.to_numpy().astype("datetime64[D]")
    found = begun(beside, look, placed.lonlat, n_found, days)
    left_out = _left_out(records.found, reasons, records.made)
    return lambda: CityHotSpots(*found(), left_out)


def _standing_out(
    lonlat: FloatArray,
    found: IntArray,
    day: NDArray[np.datetime64],
    *,
    params: HotSpotParams | None,
    extent: tuple[float, float, float, float],
) -> tuple[HotSpots, EmergingHotSpots | None]:
    """Find what stands out, and what became of it over the months."""
    spots = hot_spots(lonlat, found, params=params, extent=extent)
    if len(day) == 0:
        return spots, None
    return spots, monthly_hot_spots(lonlat, found, day, last=day.max().item(), params=params)


def _violation_events(points: GeoDataFrame, violations: pd.DataFrame, timezone: str) -> _Events:
    """Place violations where they are, or where their point is."""
    here = _own_places(violations)
    there = _places_of(points, violations["point_id"])
    lonlat = np.where(np.isnan(here), there, here)
    return _Events(violations, lonlat, _days(violations["found_at"], timezone))


def _own_places(violations: pd.DataFrame) -> FloatArray:
    """Return longitude and latitude of violations themselves, shape (n, 2); NaN where none."""
    if "geometry" not in violations:
        return _positions(violations)
    own = violations["geometry"].to_numpy(dtype=object)
    return np.column_stack((shapely.get_x(own), shapely.get_y(own)))


def _inspection_events(points: GeoDataFrame, inspections: pd.DataFrame, timezone: str) -> _Events:
    """Place inspections at their points."""
    lonlat = _places_of(points, inspections["point_id"])
    return _Events(inspections, lonlat, _days(inspections["inspected_at"], timezone))


def _places_of(points: GeoDataFrame, point_ids: pd.Series[Any]) -> FloatArray:
    """Return longitude and latitude of points by id, shape (n, 2); NaN where unknown."""
    known = pd.DataFrame({"lon": points.geometry.x, "lat": points.geometry.y})
    return known.reindex(pd.Index(point_ids)).to_numpy(dtype=np.float64)


def _categories_of(points: GeoDataFrame, point_ids: pd.Series[Any]) -> pd.Series[Any]:
    """Return the category of points by id, with the index of the ids; NaN where unknown."""
    return point_ids.map(_optional(points, "category")).astype(object)


def _optional(table: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Return a column that a surface can do without; NaN where the table has none."""
    return table[column] if column in table else pd.Series(np.nan, table.index, dtype=object)


def _positions(events: pd.DataFrame) -> FloatArray:
    """Return longitude and latitude of events, shape (n, 2)."""
    return events[["lon", "lat"]].to_numpy(dtype=np.float64)


def _days(moments: pd.Series[Any], timezone: str) -> pd.Series[Any]:
    """Return the local day of each moment, as a number: a million dates are slow to make."""
    local = pd.to_datetime(moments, utc=True).dt.tz_convert(timezone)
    return local.dt.tz_localize(None).dt.normalize()


def _reasons(found: _Events, made: _Events, *, rated: bool) -> IntArray:
    """Return the number of why each violation is left out; the first reason holds."""
    conditions = {"NO_PLACE": ~found.has_place}
    if rated:
        point_id = found.table["point_id"]
        inspected = point_id.isna() | point_id.isin(made.table["point_id"])
        conditions |= {
            "REPORTED": ~found.table["source"].isin(FOUND_BY_INSPECTION).to_numpy(),
            "NEVER_INSPECTED": ~inspected.to_numpy(),
            "OUTSIDE_PERIOD": ~_within(found.day, _period(made.day)),
        }
    numbers = [_REASONS.index(code) for code in conditions]
    return np.select(list(conditions.values()), numbers, default=0).astype(np.int64)


def _within(days: pd.Series[Any], period: tuple[date, date] | None) -> BoolArray:
    """Tell which days lie in a period; none if there is no period."""
    if period is None or days.empty:
        return np.zeros(len(days), dtype=np.bool_)
    first, last = (pd.Timestamp(day) for day in period)
    return days.between(first, last).to_numpy(dtype=np.bool_)


def _period(days: pd.Series[Any]) -> tuple[date, date] | None:
    """Return the first and the last day."""
    if days.empty:
        return None
    first, last = pd.to_datetime(pd.Series([days.min(), days.max()]))
    return first.date(), last.date()


def _extent(points: GeoDataFrame, *positions: FloatArray) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the points and of all positions."""
    everything = np.concatenate((shapely.get_coordinates(points.geometry.to_numpy()), *positions))
    if len(everything) == 0:
        raise NotFoundError(
            "The city has neither points nor violations yet: import them with "
            "`geoinspect -C CITY import`."
        )
    west, south = everything.min(axis=0)
    east, north = everything.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _left_out(found: _Events, reasons: IntArray, made: _Events) -> tuple[LeftOut, ...]:
    """Collect what is left out by reason."""
    ids = {code: found.table.index[reasons == _REASONS.index(code)] for code in _LEFT_OUT}
    ids["UNKNOWN_POINT"] = made.table.index[~made.has_place]
    return tuple(
        LeftOut(code, tuple(str(key) for key in keys)) for code, keys in ids.items() if len(keys)
    )
