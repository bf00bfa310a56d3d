"""What lies over a heat map: hot spots, what becomes of them, and places long not inspected."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoinspect.emerging import MINIMUM_PERIODS
from geoinspect.hotspots import joined_cells
from geoinspect.maps.assets import read_style
from geoinspect.recency import AGE_LIMITS_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame

    from geoinspect.arrays import BoolArray
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
    return {
        "areas": [
            *_areas(spots, spots.is_hot, "hot"),
            *_areas(spots, spots.is_cold, "cold"),
        ],
        "reason": spots.explain(translate),
        "radius": spots.params.radius_m,
        "level": 100 * spots.params.level,
    }


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


def emerging_facts(
    emerging: EmergingHotSpots | None, translate: Callable[[str], str]
) -> dict[str, Any]:
    """
    Return what became of hot areas over the months, and how the page draws it.

    Parameters
    ----------
    emerging
        Hot spots over the months; None where there are too few.
    translate
        Language of the reason.

    Returns
    -------
    facts
        `areas`: `kind` and the `rings` of the outline as lat, lon; `colors` by kind, the kinds
        in the order of the legend; `months`; `reason`, why there is nothing to tell, or "".
    """
    areas = [] if emerging is None else emerging.areas()
    rings = _rings([area.shape for area in areas])
    reason = translate("What becomes of hot spots can be told after {n} months of inspections.")
    return {
        "areas": [
            {"kind": str(area.kind), "rings": own} for area, own in zip(areas, rings, strict=True)
        ],
        "colors": read_style("emerging")["colors"],
        "months": 0 if emerging is None else emerging.n_periods,
        "reason": reason.format(n=MINIMUM_PERIODS) if emerging is None else "",
    }


def _areas(spots: HotSpots, chosen: BoolArray, kind: str) -> list[dict[str, Any]]:
    """Join cells with a side in common to areas, those that stand out most first."""
    areas, joined = [], joined_cells(spots.grid, chosen)
    for (_, cells), rings in zip(joined, _rings([part for part, _ in joined]), strict=True):
        row, column = cells[np.argmax(np.abs(spots.z[tuple(cells.T)]))]
        areas.append(
            {
                "kind": kind,
                "rings": rings,
                "violations": int(spots.violations[row, column]),
                "inspections": int(spots.inspections[row, column]),
                "z": round(float(spots.z[row, column]), 1),
            }
        )
    return sorted(areas, key=lambda area: -abs(area["z"]))


def _rings(areas: list[shapely.Polygon]) -> list[list[list[list[float]]]]:
    """Return the rings of each area as Leaflet wants them; of thousands at once."""
    if not areas:
        return []
    _, corners, (ring_ends, area_ends) = shapely.to_ragged_array(areas)
    latlng = corners[:, ::-1].round(6).tolist()
    rings = [latlng[start:end] for start, end in pairwise(ring_ends.tolist())]
    return [rings[start:end] for start, end in pairwise(area_ends.tolist())]
