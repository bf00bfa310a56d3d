"""What lies over a heat map: hot spots, what becomes of them, and places long not inspected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoinspect.emerging import TrendClass
from geoinspect.maps.assets import read_style
from geoinspect.recency import AGE_LIMITS_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geopandas import GeoDataFrame

    from geoinspect.arrays import BoolArray, FloatArray
    from geoinspect.density import Grid
    from geoinspect.emerging import EmergingHotSpots
    from geoinspect.hotspots import HotSpots
    from geoinspect.recency import Recency


def spot_facts(spots: HotSpots, translate: Callable[[str], str]) -> dict[str, Any]:
    """
    Return the outlines of hot and cold areas, and what the page says of them.

    Parameters
    ----------
    spots
        Hot and cold cells.
    translate
        Language of the reason, if nothing was tested.

    Returns
    -------
    facts
        `areas`: `kind` ("hot" or "cold"), the `rings` of the outline as lat, lon, and
        the `violations` and `inspections` around the cell that stands out most, those
        that stand out most first; `reason`; `radius`; `level` in percent.
    """
    counts = (spots.violations, spots.inspections)
    return {
        "areas": [
            *_areas(spots.is_hot, "hot", spots.grid, spots.z, *counts),
            *_areas(spots.is_cold, "cold", spots.grid, spots.z, *counts),
        ],
        "reason": spots.explain(translate),
        "radius": spots.params.radius_m,
        "level": 100 * spots.params.level,
    }


def trend_facts(history: EmergingHotSpots, periods: Sequence[HotSpots]) -> dict[str, Any]:
    """
    Return the areas that were hot in some period, and what becomes of them.

    Parameters
    ----------
    history
        From `emerging_hot_spots` of the periods.
    periods
        Hot spots of each period, on one grid.

    Returns
    -------
    facts
        `areas` like those of `spot_facts`, their `kind` a `TrendClass` but "none", with the
        violations and inspections of all periods; `periods`, how many there are.
    """
    found, made = (
        np.sum([getattr(period, name) for period in periods], axis=0)
        for name in ("violations", "inspections")
    )
    kinds = [kind for kind in TrendClass if kind is not TrendClass.NONE]
    areas = [
        area
        for kind in kinds
        for area in _areas(
            history.classes == kind, str(kind), history.grid, history.trend.z, found, made
        )
    ]
    return {"areas": areas, "periods": len(periods)}


def age_facts(points: GeoDataFrame, seen: Recency) -> dict[str, Any]:
    """
    Return where each point lies and how long ago it was inspected.

    Parameters
    ----------
    points
        Inspection points in WGS-84, indexed by point id.
    seen
        Days since the last inspection of the same points.

    Returns
    -------
    facts
        `points` as lat, lon, class; `limits` of the classes in days; `colors`; `counts`
        of the points in each class; `today`.
    """
    lonlat = shapely.get_coordinates(points.geometry.to_numpy()).round(6)
    age_class = seen.age_class.reindex(points.index).astype(int)
    n_classes = len(AGE_LIMITS_DAYS) + 2
    return {
        "points": [
            [lat, lon, age]
            for (lon, lat), age in zip(lonlat.tolist(), age_class.tolist(), strict=True)
        ],
        "limits": list(AGE_LIMITS_DAYS),
        "colors": read_style("ages")["colors"],
        "counts": np.bincount(age_class, minlength=n_classes).tolist(),
        "today": seen.today.isoformat(),
    }


def _areas(
    chosen: BoolArray, kind: str, grid: Grid, z: FloatArray, found: FloatArray, made: FloatArray
) -> list[dict[str, Any]]:
    """Join cells with a side in common to areas, those that stand out most first."""
    cells = np.argwhere(chosen)
    if len(cells) == 0:
        return []
    squares = [shapely.Polygon(grid.polygon(row, column)) for row, column in cells.tolist()]
    parts = shapely.get_parts(shapely.union_all(squares))
    middles = shapely.centroid(np.array(squares, dtype=object))
    strength = np.abs(z[chosen])
    areas = []
    for part in parts:
        inside = np.flatnonzero(shapely.contains(part, middles))
        top = inside[np.argmax(strength[inside])]
        row, column = cells[top]
        areas.append(
            {
                "kind": kind,
                "rings": [_latlng(ring) for ring in (part.exterior, *part.interiors)],
                "violations": int(found[row, column]),
                "inspections": int(made[row, column]),
                "z": round(float(z[row, column]), 1),
            }
        )
    return sorted(areas, key=lambda area: -abs(area["z"]))


def _latlng(ring: shapely.LinearRing) -> list[list[float]]:
    """Return a ring as Leaflet wants it."""
    return shapely.get_coordinates(ring)[:, ::-1].round(6).tolist()  # type: ignore[no-any-return]
