"""
The base map: vector tiles of the city's own roads and districts.

Five layers in one PMTiles archive, drawn by protomaps-leaflet in the browser:

- `districts`: polygons, the land;
- `district_lines`: their borders, each once;
- `district_labels`: a point well inside each district, with `name`;
- `roads`: lines with `rank` 1 (motorway) to 5 (residential), fewer ranks at low zooms;
- `road_label`: streets joined by name and smoothed until a name runs along them without jitter.

Lines are simplified to about half a pixel of the zoom they are drawn at. The archive
ends at zoom 13, where a tile unit is about a metre; beyond, the browser enlarges.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoinspect.errors import InputError
from geoinspect.maps.archive import Bounds, join_tiles, read_tiles, write_archive
from geoinspect.network.graph import WAY_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoinspect.geometry import LocalProjection
    from geoinspect.network.graph import RoadNetwork

MIN_ZOOM, MAX_ZOOM = 6, 13
OSM_ATTRIBUTION = "© OpenStreetMap contributors"

_RANKS = {
    "motorway": 1,
    "trunk": 1,
    "primary": 2,
    "secondary": 3,
    "tertiary": 4,
}
_LOWEST_RANK = 5


_FIELDS: dict[str, dict[str, str]] = {
    "districts": {},
    "district_lines": {},
    "district_labels": {"name": "String"},
    "roads": {"rank": "Number"},
    "road_label": {"rank": "Number", "name": "String"},
}
_VECTOR_LAYERS = [{"id": name, "fields": fields} for name, fields in _FIELDS.items()]


class _Layer(NamedTuple):
    """Features of one layer between two zooms; `table` is in local metres."""

    name: str
    table: gpd.GeoDataFrame
    min_zoom: int
    max_zoom: int


class _Detail(NamedTuple):
    """What of the roads is drawn and named between two zooms."""

    min_zoom: int
    max_zoom: int
    roads_to_rank: int
    labels_to_rank: int
    tolerance_m: float
    label_tolerance_m: float = 60.0


# tiles of zoom z are drawn twice as large, at zoom z + 1 of the map
_DETAILS = (
    _Detail(6, 7, 1, 0, 150.0),
    _Detail(8, 8, 2, 0, 75.0),
    _Detail(9, 9, 2, 0, 40.0),
    _Detail(10, 10, 3, 1, 20.0),
    _Detail(11, 11, 4, 2, 10.0),
    _Detail(12, 12, 5, 3, 5.0, 30.0),
    _Detail(13, 13, 5, 5, 1.5, 12.0),
)


def build_basemap(
    network: RoadNetwork,
    districts: gpd.GeoDataFrame | None,
    path: Path,
    *,
    attribution: str = OSM_ATTRIBUTION,
) -> Path:
    """
    Build the base map of a city as one PMTiles archive.

    Parameters
    ----------
    network
        The roads.
    districts
        Polygons in WGS-84, indexed by district id, with a column `name`; None for a
        base map of roads alone.
    path
        File to write; an existing file is replaced.
    attribution
        Who made the roads, written into the archive.

    Returns
    -------
    path
        The file written.

    Raises
    ------
    InputError
        If the network has no roads.
    """
    if network.n_edges == 0:
        raise InputError("The road network has no roads: there is nothing to draw.")
    plane = network.projection
    layers = [*_road_layers(network, plane)]
    if districts is not None and len(districts):
        layers += _district_layers(districts, plane)
    tiles = join_tiles(_tiles(layer) for layer in layers)
    metadata = {"attribution": attribution, "vector_layers": _VECTOR_LAYERS}
    path.write_bytes(write_archive(tiles, _bounds(network, districts), metadata))
    return path


def road_lines(network: RoadNetwork, plane: LocalProjection) -> gpd.GeoDataFrame:
    """
    Return every road once, whichever directions it may be driven in.

    Returns
    -------
    roads
        Lines in local metres, with `rank` (1 to 5) and `name` ("" if none).
    """
    xy = plane.to_xy(network.shape_lonlat)
    edge = np.repeat(np.arange(network.n_edges), np.diff(network.shape_start))
    lines = shapely.normalize(shapely.linestrings(xy, indices=edge))
    table = gpd.GeoDataFrame(
        {
            "rank": _rank_of_classes()[network.way_class],
            "name": np.array(network.names, dtype=object)[network.name_index],
        },
        geometry=lines,
        crs=plane.crs,
    )
    once = ~pd.Series(shapely.to_wkb(lines)).duplicated()
    return table[once.to_numpy()].reset_index(drop=True)


def _rank_of_classes() -> NDArray[np.int64]:
    """Rank of each of `WAY_CLASSES`; a slip road has the rank of its road."""
    return np.array([_RANKS.get(name.removesuffix("_link"), _LOWEST_RANK) for name in WAY_CLASSES])


def _road_layers(network: RoadNetwork, plane: LocalProjection) -> Iterator[_Layer]:
    """Yield roads and their labels for each range of zooms."""
    roads = road_lines(network, plane)
    lines = _join_lines(roads, ["rank"])
    labels = _join_lines(roads[roads["name"] != ""], ["rank", "name"])
    for detail in _DETAILS:
        drawn = lines[lines["rank"] <= detail.roads_to_rank]
        drawn = drawn.assign(geometry=drawn.simplify(detail.tolerance_m))
        named = labels[labels["rank"] <= detail.labels_to_rank]
        named = named.assign(geometry=named.simplify(detail.label_tolerance_m))
        yield _Layer("roads", drawn, detail.min_zoom, detail.max_zoom)
        yield _Layer("road_label", named, detail.min_zoom, detail.max_zoom)


def _join_lines(roads: gpd.GeoDataFrame, by: list[str]) -> gpd.GeoDataFrame:
    """Join roads that meet end to end and agree in the columns `by`."""
    joined = roads[[*by, "geometry"]].dissolve(by=by, as_index=False)
    joined["geometry"] = shapely.line_merge(joined.geometry)
    return joined.explode(ignore_index=True)


def _district_layers(districts: gpd.GeoDataFrame, plane: LocalProjection) -> list[_Layer]:
    """Return the land, its inner and outer borders, and where to write the names."""
    local = gpd.GeoDataFrame(districts[["name"]], geometry=districts.geometry).to_crs(plane.crs)
    local["geometry"] = shapely.coverage_simplify(local.geometry, 10.0)
    borders = shapely.line_merge(shapely.union_all(local.geometry.boundary))
    lines = gpd.GeoDataFrame(geometry=[borders], crs=plane.crs).explode(ignore_index=True)
    labels = local.assign(geometry=label_positions(local.geometry))
    return [
        _Layer("districts", local[["geometry"]], MIN_ZOOM, MAX_ZOOM),
        _Layer("district_lines", lines, MIN_ZOOM, MAX_ZOOM),
        _Layer("district_labels", labels, MIN_ZOOM, MAX_ZOOM),
    ]


def label_positions(polygons: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the middle of the largest circle inside each polygon, in the polygons' CRS."""
    circles = shapely.maximum_inscribed_circle(polygons.to_numpy())
    centres = shapely.get_point(circles, 0)
    return gpd.GeoSeries(centres, index=polygons.index, crs=polygons.crs)


def _tiles(layer: _Layer) -> dict[tuple[int, int, int], bytes]:
    """Cut one layer into vector tiles."""
    if layer.table.empty:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.pmtiles"
        layer.table.to_crs("EPSG:4326").to_file(
            path,
            driver="PMTiles",
            layer=layer.name,
            engine="pyogrio",
            MINZOOM=layer.min_zoom,
            MAXZOOM=layer.max_zoom,
        )
        return read_tiles(path.read_bytes())


def _bounds(network: RoadNetwork, districts: gpd.GeoDataFrame | None) -> Bounds:
    """West, south, east, north of roads and districts together."""
    corners = [network.shape_lonlat.min(axis=0), network.shape_lonlat.max(axis=0)]
    if districts is not None and len(districts):
        corners += [districts.total_bounds[:2], districts.total_bounds[2:]]
    west, south = np.min(corners, axis=0)
    east, north = np.max(corners, axis=0)
    return float(west), float(south), float(east), float(north)
