"""The map of violations through time: the page smooths the events of any period by itself."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geoinspect.density import Grid, kernel_density, violation_rate
from geoinspect.density.grid import KERNEL_REACH
from geoinspect.errors import InputError
from geoinspect.maps.events import MOST_EVENTS, N_CODES, pack_counts, pack_events
from geoinspect.maps.layers import (
    MAX_BASEMAP_BYTES,
    basemap_facts,
    bounds_around,
    district_features,
    dots,
    embedded_basemap,
    text,
)
from geoinspect.maps.page import OSM_ATTRIBUTION, Page, render_page
from geoinspect.maps.scales import css_colour, nice_ticks, scale_colours
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoinspect.messages import Language
    from geoinspect.surfaces import CountedEvents

    FloatArray = NDArray[np.float64]

TIMELINE_TITLE = "Violations through time"
WINDOWS_DAYS = (7, 30, 90, 365)
_SHORTEST_DAYS = 30  # that the page shows first
_SAMPLED_WINDOWS = 12
_OUTSIDE = N_CODES - 1  # code of an event in no district
_LARGEST_SEVERITY = 255
_LEAST_BASEMAP_BYTES = 1_000_000


class _Coded(NamedTuple):
    """Violations and inspections with codes instead of words, and the words."""

    violations: pd.DataFrame
    inspections: pd.DataFrame
    first_day: date
    n_days: int
    categories: list[str]
    districts: list[str]


def render_timeline_map(
    events: CountedEvents,
    districts: GeoDataFrame | None,
    points: GeoDataFrame | None = None,
    *,
    language: Language = "zh",
    city_name: str,
    basemap: Path | None = None,
    restricted: bool = False,
    remarks: Sequence[str] = (),
    overlays: Mapping[str, Any] | None = None,
    attribution: str = OSM_ATTRIBUTION,
    dark: bool = False,
) -> str:
    """
    Render violations per inspection of every period as one HTML file.

    The page bins and smooths the events itself, with the kernel and in the cells of
    `geoinspect.density`, so that a slider moves through time without a server. Colours
    mean the same in every period and at every zoom. Where fewer inspections were made
    in the period than a rate needs, the map is hatched.

    Parameters
    ----------
    events, districts, points, language, restricted, remarks, overlays
        As for `timeline_facts`.
    city_name
        Name of the city, for the title.
    basemap
        PMTiles archive made by `build_basemap`; None for districts without streets.
    attribution
        Who made the data of the base map.
    dark
        Whether the base map is dark.

    Raises
    ------
    InputError
        As in `timeline_facts`.
    """
    payload = timeline_facts(
        events,
        districts,
        points,
        language=language,
        restricted=restricted,
        remarks=remarks,
        overlays=overlays,
    )
    n_packed = len(payload["violations"]) + len(payload["inspections"])
    room = max(MAX_BASEMAP_BYTES - n_packed, _LEAST_BASEMAP_BYTES)
    bounds = payload.pop("bounds")
    streets = embedded_basemap(basemap, bounds, max_bytes=room)
    payload |= {"eyebrow": city_name, "basemap": basemap_facts(streets, districts)}
    title = translator(language)(TIMELINE_TITLE)
    page = Page("timeline", language, title, bounds, payload, streets, attribution, dark)
    return render_page(page)


def timeline_facts(
    events: CountedEvents,
    districts: GeoDataFrame | None,
    points: GeoDataFrame | None = None,
    *,
    language: Language = "zh",
    restricted: bool = False,
    remarks: Sequence[str] = (),
    overlays: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Return all that `js/timeline.js` needs to know of a city, base map and words apart.

    Parameters
    ----------
    events
        What counts, see `surfaces.counted_events`. Where no inspections are recorded
        the page shows violations per km2, and says in words that these are no rates.
    districts
        Polygons, indexed by district id, with a column `name`; may be None.
    points
        Inspection points, drawn as small dots on demand; may be None.
    language
        Language of labels.
    restricted
        True for readers who may not see where each event happened: the facts then hold
        counts by cell, day and category. So they do above 100,000 events.
    remarks
        Sentences to print below the figures, for example what is left out.
    overlays
        What lies over the map, by the names of `maps.overlays`: `spots`, `emerging`,
        `ages`; what is missing is left out.

    Returns
    -------
    facts
        JSON values; `bounds` are west, south, east and north of the first view, and
        `violations` and `inspections` are packed by `maps.events`, in base 64.

    Raises
    ------
    InputError
        If there is no event at all, more than 255 districts, or the map is too large.
    """
    coded = _coded(events, districts, translator(language)("Other categories"))
    grid = Grid.covering(events.extent, events.params)
    window, surfaces = _first_window(events, coded)
    ticks = nice_ticks(np.concatenate([surface.ravel() for surface in surfaces]))
    as_counts = restricted or len(coded.violations) + len(coded.inspections) > MOST_EVENTS
    return {
        "bounds": bounds_around(_corners(events), districts),
        "districts": district_features(districts),
        "isRate": events.is_rate,
        "generated": events.generated,
        "remarks": list(remarks),
        "firstDay": coded.first_day.isoformat(),
        "nDays": coded.n_days,
        "window": window,
        "windows": [days for days in WINDOWS_DAYS if days < coded.n_days],
        "kernel": {
            "bandwidth": events.params.bandwidth_m,
            "cell": events.params.cell_m,
            "reach": KERNEL_REACH,
            "minimum": events.params.minimum_exposure,
        },
        "grid": _grid_facts(grid),
        "scale": {
            "ticks": ticks,
            "isOpen": True,  # a shorter period, or one category, may lie above
            "colors": scale_colours(events.is_rate).tolist(),
            "ramp": [css_colour(colour) for colour in scale_colours(events.is_rate)],
        },
        "categories": coded.categories,
        "districtNames": coded.districts,
        "severities": _severities(coded.violations, as_counts),
        "asCounts": as_counts,
        "violations": _packed(coded.violations, grid, coded.n_days, as_counts),
        "inspections": _packed(coded.inspections, grid, coded.n_days, as_counts),
        "dots": dots(points),
        **(overlays or {}),
    }


def _coded(events: CountedEvents, districts: GeoDataFrame | None, other: str) -> _Coded:
    """Replace words by codes and dates by days since the first."""
    if events.period is None:
        raise InputError(
            "There is no violation and no inspection to show through time: import them first."
        )
    first, last = events.period
    categories = _common(pd.concat([events.violations["category"], events.inspections["category"]]))
    names = [] if districts is None else [text(name) for name in districts["name"]]
    if len(names) > _OUTSIDE:
        raise InputError(
            "The map tells {maximum} districts apart, not {n}: give fewer districts.",
            maximum=_OUTSIDE,
            n=len(names),
        )

    def code(table: pd.DataFrame) -> pd.DataFrame:
        severity = table["severity"] if "severity" in table else pd.Series(0, table.index)
        return pd.DataFrame(
            {
                "lon": table["lon"],
                "lat": table["lat"],
                "day": (pd.to_datetime(table["day"]) - pd.Timestamp(first)).dt.days.to_numpy(),
                "category": _codes(table["category"], categories),
                "district": _districts_of(table, districts),
                "severity": severity.fillna(0).clip(0, _LARGEST_SEVERITY).astype(np.int64),
            }
        ).astype({"day": np.int64})

    folded = [*categories, other] if len(categories) == _OUTSIDE else categories
    days = (last - first).days + 1
    return _Coded(code(events.violations), code(events.inspections), first, days, folded, names)


def _common(categories: pd.Series[Any]) -> list[str]:
    """Return all categories by name; of more than 255 the commonest 255."""
    counts = categories[categories != ""].value_counts()
    return sorted(str(name) for name in counts.index[:_OUTSIDE])


def _codes(words: pd.Series[Any], known: list[str]) -> NDArray[np.int64]:
    """Return the position of each word; the last code for all others."""
    positions = pd.Index(known, dtype=object).get_indexer(pd.Index(words, dtype=object))
    return np.where(positions < 0, _OUTSIDE, positions).astype(np.int64)


def _districts_of(table: pd.DataFrame, districts: GeoDataFrame | None) -> NDArray[np.int64]:
    """Return the position of the district that each event lies in."""
    found = np.full(len(table), _OUTSIDE, np.int64)
    shapes = [] if districts is None else list(districts.geometry)
    for position, shape in reversed(list(enumerate(shapes))):
        shapely.prepare(shape)
        found[shapely.contains_xy(shape, table["lon"], table["lat"])] = position
    return found


def _first_window(events: CountedEvents, coded: _Coded) -> tuple[int, list[FloatArray]]:
    """Return the shortest period from a month up that has any value, and its surfaces."""
    shorter = [days for days in WINDOWS_DAYS if _SHORTEST_DAYS <= days < coded.n_days]
    for window in (*shorter, coded.n_days):
        surfaces = list(_sampled(events, coded, window))
        if any(np.isfinite(surface).any() for surface in surfaces):
            break
    return window, surfaces


def _sampled(events: CountedEvents, coded: _Coded, window: int) -> Iterator[FloatArray]:
    """Surfaces of periods spread over all days, from which the colours take their scale."""
    ends = np.linspace(window, coded.n_days, _SAMPLED_WINDOWS).astype(np.int64)
    for end in np.unique(ends).tolist():
        found, made = (
            table.loc[table["day"].between(end - window, end - 1), ["lon", "lat"]].to_numpy()
            for table in (coded.violations, coded.inspections)
        )
        if events.is_rate:
            rate = violation_rate(found, made, params=events.params, extent=events.extent)
            yield rate.per_hundred
        else:
            density = kernel_density(found, params=events.params, extent=events.extent)
            yield density.events_per_km2


def _severities(violations: pd.DataFrame, as_counts: bool) -> list[int]:
    """Return the least severities to choose from, 0 for all."""
    if as_counts:
        return [0]
    known = sorted(set(violations["severity"].tolist()) - {0})
    # from the lowest severity on is everything
    return [0, *known[1:]]


def _corners(events: CountedEvents) -> list[tuple[float, float]]:
    """South-west and north-east of everything."""
    west, south, east, north = events.extent
    return [(west, south), (east, north)]


def _grid_facts(grid: Grid) -> dict[str, Any]:
    """Tell the page where its cells lie and how large they are."""
    return {
        "west": grid.west,
        "north": grid.north,
        "cell": grid.cell,
        "rows": grid.n_rows,
        "columns": grid.n_columns,
        "areas": grid.cell_area_km2.tolist(),
    }


def _packed(events: pd.DataFrame, grid: Grid, n_days: int, as_counts: bool) -> str:
    """Return packed events as text."""
    packed = (pack_counts if as_counts else pack_events)(events, grid, n_days)
    return base64.b64encode(packed).decode("ascii")
