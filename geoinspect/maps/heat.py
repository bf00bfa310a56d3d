"""The map of violations per inspection, and of their density where effort is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import shapely

from geoinspect.density import Grid, KernelDensity, RateSurface
from geoinspect.errors import InputError
from geoinspect.maps.layers import (
    basemap_facts,
    bounds_around,
    district_features,
    dots,
    embedded_basemap,
    text,
)
from geoinspect.maps.overlays import age_facts, emerging_facts, spot_facts
from geoinspect.maps.page import OSM_ATTRIBUTION, Page, render_page
from geoinspect.maps.picture import data_uri, palette_png, rgb_png
from geoinspect.maps.scales import N_COLOURS, css_colour, largest, nice_ticks, scale_colours
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geoinspect.emerging import EmergingHotSpots
    from geoinspect.hotspots import HotSpots
    from geoinspect.maps.archive import Bounds
    from geoinspect.messages import Language
    from geoinspect.recency import Recency

    FloatArray = NDArray[np.float64]

MAX_PIXELS = 4_000_000
_LITTLE = 0.5  # inspections; with less, nobody was there
_SEEN_PER_KM2 = 0.05

Notice = Literal["none-found", "one-place", "too-few"]


class _Shown(NamedTuple):
    """What a page shows of a surface, cropped to where there is something."""

    grid: Grid
    values: FloatArray
    """Per 100 inspections or per km2; NaN where there is no value."""
    exposure: FloatArray
    """Inspections behind each cell; zero where they are unknown."""


def render_heat_map(
    surface: RateSurface | KernelDensity,
    districts: GeoDataFrame | None,
    points: GeoDataFrame | None = None,
    *,
    language: Language = "zh",
    city_name: str,
    basemap: Path | None = None,
    period: tuple[date, date] | None = None,
    spots: HotSpots | None = None,
    emerging: EmergingHotSpots | None = None,
    seen: Recency | None = None,
    generated: bool = False,
    remarks: Sequence[str] = (),
    attribution: str = OSM_ATTRIBUTION,
    dark: bool = False,
) -> str:
    """
    Render violations per inspection, or violations per km2, as one HTML file.

    A place keeps its colour at every zoom. Where too few inspections were made the map
    is hatched; where there was no violation at all, or all in one place, it says so
    instead of drawing a gradient.

    Parameters
    ----------
    surface
        A `RateSurface`; or a `KernelDensity` where the inspections are unknown, and
        the page then says in words that it shows counts and not rates.
    districts
        Polygons, indexed by district id, with a column `name`; may be None.
    points
        Inspection points, drawn as small dots; may be None.
    language
        Language of labels.
    city_name
        Name of the city, for the title.
    basemap
        PMTiles archive made by `build_basemap`; None for districts without streets.
    period
        First and last day of the violations; None if unknown.
    spots
        Hot and cold spots to outline, or the reason why there are none; None to leave
        them out.
    emerging
        What became of hot spots over the months, as a layer to switch on; None where there are
        too few months.
    seen
        Days since each of the points was inspected, as a layer to switch on; None to
        leave it out.
    generated
        True if the violations are made up for a demonstration; the page says so.
    remarks
        Sentences to print below the figures, for example what the surface leaves out.
    attribution
        Who made the data of the base map.
    dark
        Whether the base map is dark.

    Returns
    -------
    html
        A document that needs neither network nor other files.

    Raises
    ------
    InputError
        If there is nothing to show, or the surface has too many cells for a page.
    """
    translate = translator(language)
    is_rate = isinstance(surface, RateSurface)
    notice = _notice(surface)
    shown = _crop(_shown(surface, notice))
    bounds = _first_view(shown, districts)
    streets = embedded_basemap(basemap, bounds)
    ticks = nice_ticks(shown.values)
    colours = scale_colours(is_rate)
    payload = {
        "eyebrow": city_name,
        "districts": district_features(districts),
        "basemap": basemap_facts(streets, districts),
        "isRate": is_rate,
        "notice": notice,
        "generated": generated,
        "period": [day.isoformat() for day in period] if period else None,
        "numbers": _numbers(surface),
        "remarks": list(remarks),
        "scale": {
            "ticks": ticks,
            "isOpen": largest(shown.values) > ticks[-1],
            "colors": [css_colour(colour) for colour in colours],
        },
        "grid": {
            "west": shown.grid.west,
            "north": shown.grid.north,
            "cell": shown.grid.cell,
        },
        "picture": data_uri(palette_png(_classes(shown.values, ticks[-1]), _with_nothing(colours))),
        "facts": {"picture": data_uri(rgb_png(_facts(shown))), "top": largest(shown.values)},
        "place": _only_place(surface) if notice == "one-place" else None,
        "rows": _district_rows(shown, districts),
        "dots": dots(points),
        "spots": None if spots is None else spot_facts(spots, translate),
        "emerging": None if spots is None else emerging_facts(emerging, translate),
        "ages": None if seen is None or points is None else age_facts(points, seen),
    }
    title = translate("Violations per inspection" if is_rate else "Density of violations")
    return render_page(Page("heat", language, title, bounds, payload, streets, attribution, dark))


def _notice(surface: RateSurface | KernelDensity) -> Notice | None:
    """Tell why there is no gradient to draw, if there is none."""
    if isinstance(surface, RateSurface) and not surface.covered.any():
        return "too-few"
    if surface.n_occupied == 0:
        return "none-found"
    return "one-place" if surface.n_occupied == 1 else None


def _shown(surface: RateSurface | KernelDensity, notice: Notice | None) -> _Shown:
    """Return the values of the page: without a gradient if there is none."""
    if isinstance(surface, RateSurface):
        values = surface.per_hundred if notice is None else np.where(surface.covered, 0.0, np.nan)
        return _Shown(surface.grid, values, surface.exposure)
    seen = (surface.events_per_km2 >= _SEEN_PER_KM2) & (notice is None)
    values = np.where(seen, surface.events_per_km2, np.nan)
    return _Shown(surface.grid, values, np.zeros_like(values))


def _crop(shown: _Shown) -> _Shown:
    """Cut the empty margins off."""
    occupied = np.isfinite(shown.values) | (shown.exposure >= _LITTLE)
    rows, columns = np.flatnonzero(occupied.any(axis=1)), np.flatnonzero(occupied.any(axis=0))
    if len(rows) == 0:
        rows = columns = np.array([0])
    # one empty cell all around, so that the outermost colour fades instead of smearing
    top, bottom = max(rows[0] - 1, 0), min(rows[-1] + 2, shown.grid.n_rows)
    left, right = max(columns[0] - 1, 0), min(columns[-1] + 2, shown.grid.n_columns)
    n_pixels = int((bottom - top) * (right - left))
    if n_pixels > MAX_PIXELS:
        raise InputError(
            "The map would have {n} cells, more than {maximum}: compute the surface with "
            "larger cells.",
            n=n_pixels,
            maximum=MAX_PIXELS,
        )
    old = shown.grid
    grid = Grid(
        old.west + left * old.cell,
        old.north - top * old.cell,
        old.cell,
        int(bottom - top),
        int(right - left),
        old.lat,
    )
    window = np.s_[top:bottom, left:right]
    return _Shown(grid, shown.values[window], shown.exposure[window])


def _first_view(shown: _Shown, districts: GeoDataFrame | None) -> Bounds:
    """Extent of the cells with a value inside the districts, or of the districts alone."""
    if not np.isfinite(shown.values).any():
        return bounds_around([], districts)
    west, south, east, north = shown.grid.bounds
    if districts is not None and not districts.empty:
        low_lon, low_lat, high_lon, high_lat = districts.total_bounds
        inner = (max(west, low_lon), max(south, low_lat), min(east, high_lon), min(north, high_lat))
        if inner[0] < inner[2] and inner[1] < inner[3]:
            west, south, east, north = inner
    return bounds_around([(west, south), (east, north)], districts)


def _classes(values: FloatArray, top: float) -> NDArray[np.uint8]:
    """Return the colour of each cell: 0 for none, 1 to 63 from nothing to `top` and above."""
    share = np.clip(np.nan_to_num(values, nan=0.0) / top, 0, 1)
    classes = 1 + np.minimum(np.floor(share * N_COLOURS), N_COLOURS - 1)
    return np.where(np.isfinite(values), classes, 0).astype(np.uint8)


def _facts(shown: _Shown) -> NDArray[np.uint8]:
    """
    Pack values and exposures into a picture that the page reads numbers from.

    Red is 0 for "no value", else 1 to 255 from nothing to the largest value; green and
    blue hold tenths of inspections.
    """
    top = largest(shown.values) or 1.0
    share = np.nan_to_num(shown.values, nan=0.0) / top
    red = np.where(np.isfinite(shown.values), 1 + np.round(254 * share), 0)
    tenths = np.minimum(np.round(10 * shown.exposure), 65535).astype(np.int64)
    return np.dstack((red, tenths // 256, tenths % 256)).astype(np.uint8)


def _with_nothing(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the transparent colour in front."""
    return np.vstack((np.array([[*colours[0, :3], 0]], np.uint8), colours))


def _numbers(surface: RateSurface | KernelDensity) -> dict[str, Any]:
    """Return the figures that the page states."""
    facts = {
        "bandwidth": surface.params.bandwidth_m,
        "cell": surface.params.cell_m,
        "outside": surface.n_outside,
    }
    if isinstance(surface, RateSurface):
        return {
            **facts,
            "violations": surface.n_violations,
            "inspections": surface.n_inspections,
            "minimum": surface.params.minimum_exposure,
        }
    return {**facts, "violations": surface.n_events, "inspections": None, "minimum": None}


def _only_place(surface: RateSurface | KernelDensity) -> dict[str, float]:
    """Return where all the violations lie."""
    peaks = surface.violations if isinstance(surface, RateSurface) else surface.events_per_km2
    row, column = np.unravel_index(int(np.argmax(peaks)), peaks.shape)
    lat, lon = surface.grid.row_lat[row], surface.grid.column_lon[column]
    return {"lat": round(float(lat), 6), "lon": round(float(lon), 6)}


def _district_rows(shown: _Shown, districts: GeoDataFrame | None) -> list[dict[str, Any]]:
    """Return the picture as a table: area with a value and highest value of each district."""
    if districts is None:
        return []
    row, column = np.nonzero(np.isfinite(shown.values))
    lon, lat = shown.grid.column_lon[column], shown.grid.row_lat[row]
    values, area = shown.values[row, column], shown.grid.cell_area_km2[row]
    rows = []
    for name, shape in zip(districts["name"], districts.geometry, strict=True):
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, lon, lat)
        rows.append(
            {
                "name": text(name),
                "area": round(float(area[inside].sum()), 1),
                "highest": round(largest(values[inside]), 1) if inside.any() else None,
            }
        )
    return sorted(rows, key=lambda r: (r["highest"] is None, -(r["highest"] or 0), r["name"]))
