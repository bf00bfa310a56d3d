"""What maps of rates show to the one who asks: counted events, and what lies over them."""

from __future__ import annotations

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

    from geoinspect.api.sight import Sight
    from geoinspect.hotspots import HotSpots
    from geoinspect.recency import Recency
    from geoinspect.surfaces import CountedEvents, HeatSurface

#: Lengths of the periods whose hot spots are compared: the first that fits often enough.
_PERIOD_DAYS = (28, 7)
_MOST_PERIODS = 12


def city_heat(sight: Sight) -> HeatSurface:
    """Compute the surface of what somebody sees of a city, with the city's own settings."""
    settings = sight.folder.settings
    return heat_surface(
        sight.points(by=Permission.READ_HEAT),
        sight.violations(by=Permission.READ_HEAT),
        sight.inspections(),
        bandwidth_m=settings.heat_bandwidth_m,
        timezone=settings.timezone,
    )


def city_events(sight: Sight) -> CountedEvents:
    """Pick the events of what somebody sees of a city that a surface may count."""
    settings = sight.folder.settings
    return counted_events(
        sight.points(by=Permission.READ_HEAT),
        sight.violations(by=Permission.READ_HEAT),
        sight.inspections(),
        bandwidth_m=settings.heat_bandwidth_m,
        timezone=settings.timezone,
    )


def sees_events(sight: Sight) -> bool:
    """Tell whether somebody may see where each violation of the whole city was found."""
    return sight.may(Permission.READ_VIOLATIONS) and not sight.actor.is_restricted


def found_spots(sight: Sight) -> CityHotSpots:
    """Find what surely stands out of what somebody sees of a city."""
    return city_hot_spots(
        sight.points(by=Permission.READ_HEAT),
        sight.violations(by=Permission.READ_HEAT),
        sight.inspections(),
        timezone=sight.folder.settings.timezone,
    )


def last_seen(sight: Sight) -> Recency | None:
    """Count the days since each point was inspected; None for whoever may read no points."""
    points = sight.points()
    if points.empty:
        return None
    zone = sight.folder.settings.zone
    today = sight.now.astimezone(zone).date()
    return recency(points, sight.inspections(), today=today, timezone=zone.key)


def overlay_facts(sight: Sight, translate: Callable[[str], str]) -> dict[str, Any]:
    """
    Return what lies over a map of rates: hot spots, what becomes of them, ages.

    A city without recorded inspections has none of them.
    """
    if sight.inspections().empty:
        return {"spots": None, "emerging": None, "ages": None}
    seen = last_seen(sight)
    return {
        "spots": spot_facts(found_spots(sight).spots, translate),
        "emerging": emerging_facts(sight, translate),
        "ages": None if seen is None else age_facts(sight.points(), seen),
    }


def emerging_facts(sight: Sight, translate: Callable[[str], str]) -> dict[str, Any]:
    """
    Return what becomes of hot spots, of what somebody sees of a city.

    Returns
    -------
    facts
        Those of `maps.trend_facts`, `days` (of a period), `last` (day of the last period)
        and `reason`, why there is nothing to say, or "".
    """
    zone = sight.folder.settings.zone
    made = _days(sight.inspections()["inspected_at"], zone)
    ends = _ends(made, sight.now.astimezone(zone).date())
    if ends is None:
        least = MINIMUM_PERIODS * min(_PERIOD_DAYS)
        reason = translate(
            "What becomes of hot spots can be told after {n} days of inspections."
        ).format(n=least)
        return {"areas": [], "periods": 0, "days": 0, "last": None, "reason": reason}
    length, lasts = ends
    periods = [_spots_of(sight, made, last, length) for last in lasts]
    return {
        **trend_facts(emerging_hot_spots(periods), periods),
        "days": length,
        "last": lasts[-1].isoformat(),
        "reason": "",
    }


def _ends(made: pd.Series[Any], today: date) -> tuple[int, list[date]] | None:
    """Return the length of the periods, and the last day of each; None if there are too few."""
    past = made[made <= today]
    if past.empty:
        return None
    first, last = past.min(), past.max()
    n_days = (last - first).days + 1
    for length in _PERIOD_DAYS:
        n = min(_MOST_PERIODS, n_days // length)
        if n >= MINIMUM_PERIODS:
            return length, [last - timedelta(days=length * k) for k in reversed(range(n))]
    return None


def _spots_of(sight: Sight, made: pd.Series[Any], last: date, length: int) -> HotSpots:
    """Find the hot spots of the `length` days up to `last`."""
    settings = sight.folder.settings
    first = last - timedelta(days=length - 1)
    violations = sight.violations(by=Permission.READ_HEAT)
    found = _days(violations["found_at"], settings.zone)
    return city_hot_spots(
        sight.points(by=Permission.READ_HEAT),
        violations[found.between(first, last)],
        sight.inspections()[made.between(first, last)],
        timezone=settings.timezone,
    ).spots


def _days(moments: pd.Series[Any], zone: ZoneInfo) -> pd.Series[Any]:
    """Return the local day of each moment."""
    return pd.to_datetime(moments, utc=True).dt.tz_convert(zone).dt.date
