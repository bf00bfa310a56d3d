"""Turn the tables of the system into the plain data that map pages draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from geoinspect.errors import InputError
from geoinspect.geometry import LocalProjection
from geoinspect.maps.archive import clip_archive, read_header
from geoinspect.maps.basemap import label_positions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geopandas import GeoDataFrame

    from geoinspect.maps.archive import Bounds

BORDER_TOLERANCE_M = 30.0
MAX_BASEMAP_BYTES = 3_300_000  # 4.4 MB as text, so that a page stays under 5 MB
_DEGREE_DIGITS = 6  # 0.1 m


def district_features(districts: GeoDataFrame | None) -> dict[str, Any]:
    """
    Return districts as GeoJSON, simplified to 30 m without opening gaps between them.

    Parameters
    ----------
    districts
        Polygons in WGS-84, indexed by district id, with a column `name`; may be None.

    Returns
    -------
    collection
        FeatureCollection with the properties `id`, `name` and `label` (lon, lat of the
        name).
    """
    if districts is None or districts.empty:
        return {"type": "FeatureCollection", "features": []}
    plane = LocalProjection.around(shapely.get_coordinates(districts.geometry.to_numpy()))
    local = districts.geometry.to_crs(plane.crs)
    simple = shapely.coverage_simplify(local.to_numpy(), BORDER_TOLERANCE_M)
    shapes = GeoSeries(simple, crs=plane.crs).to_crs("EPSG:4326")
    labels = shapely.get_coordinates(label_positions(local).to_crs("EPSG:4326").to_numpy())
    features = [
        {
            "type": "Feature",
            "geometry": _rounded_geometry(shape),
            "properties": {"id": str(key), "name": str(name), "label": _rounded(at)},
        }
        for key, name, shape, at in zip(
            districts.index, districts["name"], shapes, labels, strict=True
        )
    ]
    return {"type": "FeatureCollection", "features": features}


def bounds_around(
    lonlat: Iterable[Iterable[float]], districts: GeoDataFrame | None, *, margin: float = 0.02
) -> Bounds:
    """
    Return the extent of positions, or of the districts if there are no positions.

    Parameters
    ----------
    lonlat
        Positions, WGS-84 degrees as lon, lat.
    districts
        Polygons that stand in; may be None.
    margin
        Share of the extent to add on each side; at least 50 m are added.

    Raises
    ------
    InputError
        If there is nothing to show.
    """
    positions = np.asarray(list(lonlat), dtype=np.float64).reshape(-1, 2)
    if len(positions):
        west, south = positions.min(axis=0)
        east, north = positions.max(axis=0)
    elif districts is not None and not districts.empty:
        west, south, east, north = districts.total_bounds
    else:
        raise InputError("The map has nothing to show: neither points nor districts were given.")
    least = 0.0005
    dx, dy = max((east - west) * margin, least), max((north - south) * margin, least)
    return float(west - dx), float(south - dy), float(east + dx), float(north + dy)


def embedded_basemap(
    path: Path | None, bounds: Bounds, *, max_bytes: int = MAX_BASEMAP_BYTES
) -> bytes | None:
    """
    Return the part of a base map that a page with these bounds carries.

    Parameters
    ----------
    path
        PMTiles archive made by `build_basemap`; None for a page without streets.
    bounds
        What the page shows; as much again is kept on each side, to pan into.
    max_bytes
        Size to stay under, by leaving out the nearest zooms.

    Raises
    ------
    InputError
        If the file is no PMTiles archive.
    """
    if path is None:
        return None
    west, south, east, north = bounds
    dx, dy = (east - west) / 2, (north - south) / 2
    wider = (west - dx, south - dy, east + dx, north + dy)
    return clip_archive(path.read_bytes(), wider, max_bytes=max_bytes) or None


def basemap_facts(basemap: bytes | None, districts: GeoDataFrame | None) -> dict[str, Any]:
    """Tell the scripts how to draw the base map."""
    has_districts = districts is not None and not districts.empty
    max_zoom = read_header(basemap)["max_zoom"] if basemap else 0
    return {"maxZoom": max_zoom, "hasDistricts": has_districts}


def dots(points: GeoDataFrame | None) -> list[list[float]]:
    """Positions of the inspection points as lat, lon."""
    if points is None:
        return []
    lonlat = shapely.get_coordinates(points.geometry.to_numpy())
    return lonlat[:, ::-1].round(_DEGREE_DIGITS).tolist()  # type: ignore[no-any-return]


def text(value: object) -> str:
    """Return a cell of a table as text, "" where there is none."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def _rounded(position: Iterable[float]) -> list[float]:
    """Longitude and latitude to 0.1 m."""
    return [round(float(degrees), _DEGREE_DIGITS) for degrees in position]


def _rounded_geometry(shape: shapely.Geometry) -> dict[str, Any]:
    """Return a GeoJSON geometry with coordinates to 0.1 m."""
    parts = getattr(shape, "geoms", [shape])
    polygons = [
        [[_rounded(xy) for xy in ring.coords] for ring in (part.exterior, *part.interiors)]
        for part in parts
    ]
    return {"type": "MultiPolygon", "coordinates": polygons}
