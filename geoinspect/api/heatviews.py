"""What maps of rates show to the one who asks: counted events, and what lies over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoinspect.maps import age_facts, emerging_facts, spot_facts
from geoinspect.people import Permission
from geoinspect.recency import recency
from geoinspect.surfaces import CityHotSpots, city_hot_spots, counted_events, heat_surface

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from zoneinfo import ZoneInfo

    import geopandas as gpd
    import pandas as pd

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

    def spots(self) -> CityHotSpots | None:
        """Find what surely stands out over all days; None without inspections or points."""
        if self.inspections.empty or self.points.empty:
            return None
        return city_hot_spots(
            self.points, self.violations, self.inspections, timezone=self.zone.key
        )

    def emerging_areas(self) -> list[EmergingArea]:
        """List what became of hot spots over the months; none if there are too few."""
        found = self.spots()
        return [] if found is None or found.emerging is None else found.emerging.areas()

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

    What is missing is None: without recorded inspections, all of them are.

    Parameters
    ----------
    tables
        What somebody sees of a city.
    points
        The points whose ages may be shown.
    translate
        Into the language of the reader.
    """
    found = tables.spots()
    if found is None:
        return {"spots": None, "emerging": None, "ages": None}
    seen = tables.seen(points)
    return {
        "spots": spot_facts(found.spots, translate),
        "emerging": emerging_facts(found.emerging, translate),
        "ages": None if seen is None else age_facts(points, seen),
    }
