"""What maps of rates show to the one who asks: counted events, and what lies over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.emerging import MINIMUM_PERIODS, emerging_hot_spots
from geoinspect.maps import age_facts, spot_facts, trend_facts
from geoinspect.people import Permission
from geoinspect.recency import recency
from geoinspect.surfaces import CityHotSpots, city_hot_spots, counted_events, heat_surface

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from zoneinfo import ZoneInfo

    import geopandas as gpd

    from geoinspect.api.sight import Sight
    from geoinspect.hotspots import HotSpots
    from geoinspect.recency import Recency
    from geoinspect.surfaces import CountedEvents, HeatSurface

#: Lengths of the periods whose hot spots are compared: the first that fits often enough.
_PERIOD_DAYS = (28, 7)
_MOST_PERIODS = 12


@dataclass(frozen=True)
class HeatTables:
    """
    What rates are computed from, of what somebody sees of a city; read once.

    Attributes
    ----------
    points, violations, inspections
        As the store gives them.
    bandwidth_m
        Of the kernel.
    zone
        Time zone of the city.
    today
        By the clock of the city.
    """

    points: gpd.GeoDataFrame = field(repr=False)
    violations: gpd.GeoDataFrame = field(repr=False)
    inspections: pd.DataFrame = field(repr=False)
    bandwidth_m: float
    zone: ZoneInfo
    today: date

    @classmethod
    def of(cls, sight: Sight) -> HeatTables:
        """Read the tables of what somebody sees."""
        settings = sight.folder.settings
        return cls(
            sight.points(by=Permission.READ_HEAT),
            sight.violations(by=Permission.READ_HEAT),
            sight.inspections(),
            settings.heat_bandwidth_m,
            settings.zone,
            sight.now.astimezone(settings.zone).date(),
        )

    def heat(self) -> HeatSurface:
        """Compute the surface of all days."""
        return heat_surface(
            self.points,
            self.violations,
            self.inspections,
            bandwidth_m=self.bandwidth_m,
            timezone=self.zone.key,
        )

    def events(self) -> CountedEvents:
        """Pick the events that a surface may count."""
        return counted_events(
            self.points,
            self.violations,
            self.inspections,
            bandwidth_m=self.bandwidth_m,
            timezone=self.zone.key,
        )

    def spots(self) -> CityHotSpots:
        """Find what surely stands out over all days."""
        return city_hot_spots(
            self.points, self.violations, self.inspections, timezone=self.zone.key
        )

    def seen(self, points: gpd.GeoDataFrame) -> Recency | None:
        """Count the days since each of some points was inspected; None if there are none."""
        if points.empty:
            return None
        return recency(points, self.inspections, today=self.today, timezone=self.zone.key)

    def spots_by_period(self) -> tuple[int, list[date], list[HotSpots]]:
        """
        Find the hot spots of periods of one length, up to the last day with inspections.

        Returns
        -------
        length, lasts, spots
            Days of a period; last day and hot spots of each, none if there are too few days.
        """
        made = _days(self.inspections["inspected_at"], self.zone)
        found = _days(self.violations["found_at"], self.zone)
        length, lasts = _ends(made[made <= self.today])
        spots = []
        for last in lasts:
            first = last - timedelta(days=length - 1)
            violations = self.violations[found.between(first, last)]
            inspections = self.inspections[made.between(first, last)]
            spots.append(
                city_hot_spots(self.points, violations, inspections, timezone=self.zone.key).spots
            )
        return length, lasts, spots


def sees_events(sight: Sight) -> bool:
    """Tell whether somebody may see where each violation of the whole city was found."""
    return sight.may(Permission.READ_VIOLATIONS) and not sight.actor.is_restricted


def overlay_facts(
    tables: HeatTables, points: gpd.GeoDataFrame, translate: Callable[[str], str]
) -> dict[str, Any]:
    """
    Return what lies over a map of rates: hot spots, what becomes of them, ages.

    A city without recorded inspections has none of them.

    Parameters
    ----------
    tables
        What somebody sees of a city.
    points
        The points whose ages may be shown.
    translate
        Into the language of the reader.
    """
    if tables.inspections.empty:
        return {"spots": None, "emerging": None, "ages": None}
    seen = tables.seen(points)
    return {
        "spots": spot_facts(tables.spots().spots, translate),
        "emerging": emerging_facts(tables, translate),
        "ages": None if seen is None else age_facts(points, seen),
    }


def emerging_facts(tables: HeatTables, translate: Callable[[str], str]) -> dict[str, Any]:
    """
    Return what becomes of hot spots.

    Returns
    -------
    facts
        Those of `maps.trend_facts`, `days` (of a period), `last` (day of the last period)
        and `reason`, why there is nothing to say, or "".
    """
    length, lasts, periods = tables.spots_by_period()
    if not periods:
        least = MINIMUM_PERIODS * min(_PERIOD_DAYS)
        reason = translate(
            "What becomes of hot spots can be told after {n} days of inspections."
        ).format(n=least)
        return {"areas": [], "periods": 0, "days": length, "last": None, "reason": reason}
    return {
        **trend_facts(emerging_hot_spots(periods), periods),
        "days": length,
        "last": lasts[-1].isoformat(),
        "reason": "",
    }


def _ends(made: pd.Series[Any]) -> tuple[int, list[date]]:
    """Return the length of the periods, and the last day of each; none if there are too few."""
    if made.empty:
        return 0, []
    first, last = made.min(), made.max()
    n_days = (last - first).days + 1
    for length in _PERIOD_DAYS:
        n = min(_MOST_PERIODS, n_days // length)
        if n >= MINIMUM_PERIODS:
            return length, [last - timedelta(days=length * k) for k in reversed(range(n))]
    return 0, []


def _days(moments: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    """Return the local day of each moment."""
    return pd.to_datetime(moments, utc=True).dt.tz_convert(zone).dt.date
