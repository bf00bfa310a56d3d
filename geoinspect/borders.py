"""
Look at the borders between districts, and mend the slips of the pen.

Polygons from an office's map room overlap by a hand's breadth or leave holes between
them. A narrow strip is given to one side and noted; what would move land from one
district to another is left alone and noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoinspect.districts import ON_BORDER_M, metres, straight_pieces
from geoinspect.errors import GeoinspectError
from geoinspect.geometry import LocalProjection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

# Borders with fewer vertices than one in two kilometres were drawn for a wall map.
COARSE_M = 2000.0


def repair_borders(
    districts: GeoDataFrame, *, sliver_m: float = 1.0
) -> tuple[GeoDataFrame, list[GeoinspectError]]:
    """
    Cut slivers between districts, and list what else is odd about their borders.

    Where two districts overlap in a strip narrower than `sliver_m` the strip stays
    with the smaller district id. Wider overlaps, holes between the districts and
    coarse borders are only noted.

    Parameters
    ----------
    districts
        Valid polygons in WGS-84, uniquely indexed by district id, with `name`.
    sliver_m
        Width below which an overlap counts as a slip of the pen, in metres.

    Returns
    -------
    repaired
        The districts in the same order.
    notes
        What was cut and what was found, as errors that were not raised: each has its
        sentence, its `data` and `render(translate)`.

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> repair_borders(tinytown.districts())[1]
    []
    """
    if districts.empty:
        return districts.copy(), []
    polygons = districts.geometry.to_numpy().copy()
    plane = LocalProjection.around(shapely.get_coordinates(polygons))
    labels = [f"{name} ({key})" for key, name in districts["name"].items()]
    drawn = shapely.transform(straight_pieces(polygons), plane.to_xy)
    cut = drawn.copy()
    notes = [
        *_cut_slivers(cut, districts.index.to_numpy(dtype=object), labels, sliver_m),
        *_holes(cut),
        *_coarse_borders(shapely.transform(polygons, plane.to_xy), labels),
    ]
    changed = ~shapely.equals_identical(cut, drawn)
    polygons[changed] = shapely.transform(cut[changed], plane.to_lonlat)
    return districts.set_geometry(polygons, crs=districts.crs), notes


def _polygonal(geometry: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of a geometry, without the lines and points of a common border."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _cut_slivers(
    polygons: NDArray[np.object_], ids: NDArray[np.object_], labels: list[str], sliver_m: float
) -> Iterator[GeoinspectError]:
    """Cut narrow overlaps from the district with the larger id, in place; note the rest."""
    for i, j in _overlapping_pairs(polygons):
        keeper, loser = (i, j) if ids[i] < ids[j] else (j, i)
        overlap = _polygonal(shapely.intersection(polygons[i], polygons[j]))
        data = {
            "one": labels[keeper],
            "other": labels[loser],
            "area": round(float(shapely.area(overlap))),
        }
        if _is_narrower(overlap, sliver_m):
            polygons[loser] = _polygonal(shapely.difference(polygons[loser], overlap))
            yield GeoinspectError(
                "{one} and {other} overlapped in a strip of {area} m² narrower than {width} m; "
                "it stays with {one}.",
                **data,
                width=metres(sliver_m),
            )
        else:
            yield GeoinspectError(
                "{one} and {other} overlap by {area} m²; points there get no unit until one "
                "of the polygons is corrected.",
                **data,
            )


def _overlapping_pairs(polygons: NDArray[np.object_]) -> list[tuple[int, int]]:
    """Positions of the pairs of polygons that share more than a drawn-out border."""
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = ~_is_narrower(shapely.intersection(polygons[one], polygons[other]), ON_BORDER_M)
    return sorted(zip(one[shared].tolist(), other[shared].tolist(), strict=True))


def _is_narrower(
    areas: shapely.Geometry | NDArray[np.object_], width_m: float
) -> NDArray[np.bool_]:
    """Tell which areas are nowhere as wide as `width_m`."""
    return np.asarray(shapely.is_empty(shapely.buffer(areas, -width_m / 2)))


def _holes(polygons: NDArray[np.object_]) -> Iterator[GeoinspectError]:
    """Note the land that lies between the districts and belongs to none."""
    for part in shapely.get_parts(shapely.union_all(polygons)):
        for ring in shapely.get_rings(part)[1:]:
            hole = shapely.polygons(ring)
            if not _is_narrower(hole, ON_BORDER_M):
                yield GeoinspectError(
                    "{area} m² between the districts belong to none of them; points there "
                    "get no unit until a polygon is corrected.",
                    area=round(float(shapely.area(hole))),
                )


def _coarse_borders(polygons: NDArray[np.object_], labels: list[str]) -> Iterator[GeoinspectError]:
    """Note borders drawn with very few vertices: a wider tolerance is wise there."""
    spacing_m = shapely.length(polygons) / shapely.get_num_coordinates(polygons)
    for i in np.flatnonzero(spacing_m > COARSE_M):
        yield GeoinspectError(
            "The border of {district} has only one vertex every {spacing} m; use a wider "
            "tolerance, or a finer map.",
            district=labels[i],
            spacing=round(spacing_m[i]),
        )
