"""The map of violations along the streets: per inspection, or per km where effort is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.errors import InputError
from geoinspect.maps.assets import read_style
from geoinspect.maps.layers import (
    basemap_facts,
    bounds_around,
    district_features,
    embedded_basemap,
)
from geoinspect.maps.page import OSM_ATTRIBUTION, Page, render_page
from geoinspect.maps.scales import largest, nice_ticks
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geopandas import GeoDataFrame

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.messages import Language
    from geoinspect.streetsurfaces import StreetSurface

_MOST_NAMES = 20
_PLACES = 5  # decimals of a degree: a metre
# with fewer violations a km nothing is to be seen
_LITTLE_PER_KM = 0.05


def render_street_map(
    surface: StreetSurface,
    districts: GeoDataFrame | None,
    *,
    language: Language = "zh",
    city_name: str,
    basemap: Path | None = None,
    period: tuple[date, date] | None = None,
    n_violations: int,
    n_inspections: int | None,
    generated: bool = False,
    remarks: Sequence[str] = (),
    attribution: str = OSM_ATTRIBUTION,
    dark: bool = False,
) -> str:
    """
    Render the streets of a city in the colours of their rates as one HTML file.

    A street keeps its colour at every zoom. Where too few inspections were made along it, it
    is grey and dashed; where nobody was, it is not drawn.

    Parameters
    ----------
    surface
        Violations along the streets, with inspections if they are known.
    districts
        Polygons, indexed by district id, with a column `name`; may be None.
    language, city_name, basemap, attribution, dark
        As in `render_heat_map`.
    period
        First and last day of the events; None if unknown.
    n_violations, n_inspections
        How many events the surface counts; None for unknown inspections.
    generated
        True if the violations are made up for a demonstration; the page says so.
    remarks
        Sentences to print below the figures, for example what the surface leaves out.

    Raises
    ------
    InputError
        If no event lies near a street.
    """
    is_rate = surface.inspections is not None
    values = 100 * surface.rate if is_rate else surface.violations.piece_events_per_km
    shown = np.isfinite(values) if is_rate else values >= _LITTLE_PER_KM
    few = _too_few(surface, shown)
    if not (shown | few).any():
        raise InputError(
            "No violation or inspection lies within 100 m of a street of the network: build it "
            "from an extract of this city."
        )
    ticks = nice_ticks(values[shown])
    classes = np.where(shown, _classes(values, ticks), np.where(few, -1, -2))
    lines = _lines(surface, classes)
    bounds = bounds_around([at for part in lines for line in part["lines"] for at in _lonlat(line)],
                           districts)  # fmt: skip
    streets = embedded_basemap(basemap, bounds)
    payload = {
        "eyebrow": city_name,
        "districts": district_features(districts),
        "basemap": basemap_facts(streets, districts),
        "isRate": is_rate,
        "generated": generated,
        "period": [day.isoformat() for day in period] if period else None,
        "numbers": {
            "violations": n_violations,
            "inspections": n_inspections,
            "bandwidth": surface.violations.bandwidth_m,
            "minimum": surface.minimum_exposure if is_rate else None,
            "off": surface.n_off_street,
        },
        "remarks": list(remarks),
        "scale": {
            "ticks": ticks,
            "isOpen": largest(values) > ticks[-1],
            "colors": _colours(ticks),
        },
        "few": read_style("streets")["few"],
        "parts": lines,
        "rows": _worst_streets(surface, values, shown),
    }
    translate = translator(language)
    title = translate("Violations along the streets")
    page = Page("streetrates", language, title, bounds, payload, streets, attribution, dark)
    return render_page(page)


def _too_few(surface: StreetSurface, shown: BoolArray) -> BoolArray:
    """Tell along which pieces somebody inspected, but not often enough."""
    if surface.inspections is None:
        return np.zeros(len(shown), np.bool_)
    return (surface.inspections.behind >= 0.5) & ~shown


def _classes(values: FloatArray, ticks: list[float]) -> IntArray:
    """Return between which ticks each value lies; the last class is open."""
    return np.searchsorted(ticks[1:], np.nan_to_num(values), side="right")


def _colours(ticks: list[float]) -> list[str]:
    """Return a colour a class, from the whole scale."""
    every: list[str] = read_style("streets")["colors"]
    picked = np.linspace(0, len(every) - 1, len(ticks)).round().astype(int)
    return [every[k] for k in picked]


def _lines(surface: StreetSurface, classes: IntArray) -> list[dict[str, Any]]:
    """
    Return the polylines of each class: pieces of one street and class in a row are one line.

    Lines are flat lists of lat, lon in steps of a metre, each after the first as a difference.
    """
    street = surface.streets.pieces.street
    starts = np.ones(len(classes), np.bool_)
    starts[1:] = (street[1:] != street[:-1]) | (classes[1:] != classes[:-1])
    chosen = classes > -2
    run = np.cumsum(starts)[chosen]
    pieces = surface.streets.lines(chosen)
    kind = classes[chosen]
    joined: dict[int, list[list[int]]] = {}
    first = 0
    for last in [*np.flatnonzero(np.diff(run)).tolist(), len(run) - 1]:
        line = np.vstack(pieces[first : last + 1])
        joined.setdefault(int(kind[first]), []).append(_packed(line))
        first = last + 1
    return [{"class": each, "lines": joined[each]} for each in sorted(joined)]


def _packed(lonlat: FloatArray) -> list[int]:
    steps = np.round(lonlat[:, ::-1] * 10**_PLACES).astype(np.int64)
    kept = np.append(True, (np.diff(steps, axis=0) != 0).any(axis=1))
    return np.diff(steps[kept], axis=0, prepend=0).ravel().tolist()  # type: ignore[no-any-return]


def _lonlat(packed: list[int]) -> list[tuple[float, float]]:
    """Return the first place of a line."""
    return [(packed[1] / 10**_PLACES, packed[0] / 10**_PLACES)]


def _worst_streets(
    surface: StreetSurface, values: FloatArray, shown: BoolArray
) -> list[dict[str, Any]]:
    """Return the named streets with the highest values, each with the place of its highest."""
    network, pieces = surface.streets.network, surface.streets.pieces
    name = network.name_index[surface.streets.edge[pieces.street]]
    row = np.flatnonzero(shown & (name > 0) & (np.nan_to_num(values) > 0))
    order = row[np.argsort(-values[row], kind="stable")]
    _, first = np.unique(name[order], return_index=True)
    worst = order[np.sort(first)][:_MOST_NAMES]
    places = surface.streets.lines(np.isin(np.arange(len(values)), worst))
    lonlat = dict(zip(np.sort(worst).tolist(), places, strict=True))
    made = surface.inspections
    return [
        {
            "name": network.names[name[piece]],
            "value": round(float(values[piece]), 2),
            "inspections": None if made is None else round(float(made.behind[piece]), 1),
            "at": lonlat[piece][0][::-1].round(_PLACES).tolist(),
        }
        for piece in worst.tolist()
    ]
