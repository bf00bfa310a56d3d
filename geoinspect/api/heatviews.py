"""What maps of rates show to the one who asks: counted events, and what lies over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.maps import age_facts, emerging_facts, spot_facts
from geoinspect.people import Permission
from geoinspect.recency import recency
from geoinspect.surfaces import CityHotSpots, city_hot_spots, counted_events, heat_surface

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from zoneinfo import ZoneInfo

    import geopandas as gpd

    from geoinspect.api.sight import Sight
    from geoinspect.emerging import EmergingArea
    from geoinspect.recency import Recency
    from geoinspect.surfaces import CountedEvents, HeatSurface


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

    def emerging_areas(self) -> list[EmergingArea]:
        """List what became of hot spots over the months; none if there are too few."""
        emerging = None if self.inspections.empty else self.spots().emerging
        return [] if emerging is None else emerging.areas()

    def seen(self, points: gpd.GeoDataFrame) -> Recency | None:
        """Count the days since each of some points was inspected; None if there are none."""
        if points.empty:
            return None
        return recency(points, self.inspections, today=self.today, timezone=self.zone.key)


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
    found = tables.spots()
    return {
        "spots": spot_facts(found.spots, translate),
        "emerging": emerging_facts(found.emerging, translate),
        "ages": None if seen is None else age_facts(points, seen),
    }
