"""
The base map: vector tiles of the city's own roads, districts and areas.

Up to nine layers in one PMTiles archive, drawn by protomaps-leaflet in the browser:

- `districts`: polygons, the land;
- `district_lines`: their borders, each once;
- `district_labels`: a point well inside each district, with `name`;
- `roads`: lines with `rank` 1 (motorway) to 5 (residential), fewer ranks at low zooms;
- `road_label`: streets joined by name and smoothed until a name runs along them without jitter;
- `water`, `green`, `buildings`: polygons, the small ones near by only;
- `area_label`: a point well inside each named water and green, with `name` and `kind`.

An empty layer takes no byte of any tile.

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
from geoinspect.maps.areas import AREA_KINDS
from geoinspect.network.graph import WAY_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoinspect.geometry import LocalProjection
    from geoinspect.network.graph import RoadNetwork

MIN_ZOOM, MAX_ZOOM = 6, 13
BUILDINGS_ZOOM = 13
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
_AREA_FIELDS: dict[str, dict[str, str]] = {
    **{kind: {} for kind in AREA_KINDS},
    "area_label": {"kind": "String", "name": "String"},
}

# the hull of the districts, and so much around it: streets do not end at the border
_MARGIN_M = 1000.0

# an area is drawn from so many pixels on, and named where the name has room
_LEAST_AREA_PX = 6.0
_LEAST_NAMED_PX = 2500.0
_PIXEL_M = 156_543.03  # of zoom 0 at the equator, tiles of 256 pixels


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
    areas: gpd.GeoDataFrame | None = None,
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
    areas
        Water, green and buildings, see `geoinspect.maps.areas.Areas`. Everything is then
        clipped to the city (`city_outline`): they come from an extract that may be larger.
    attribution
        Who made roads and areas, written into the archive.

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
    clip = None if areas is None else _local_outline(network, districts)
    layers = [*_road_layers(network, plane, clip)]
    if districts is not None and len(districts):
        layers += _district_layers(districts, plane)
    if areas is not None and clip is not None:
        layers += _area_layers(areas.to_crs(plane.crs), clip, plane.lat)
    tiles = join_tiles(_tiles(layer) for layer in layers)
    metadata = {"attribution": attribution, "vector_layers": _vector_layers(layers)}
    path.write_bytes(write_archive(tiles, _bounds(network, districts), metadata))
    return path


def city_outline(network: RoadNetwork, districts: gpd.GeoDataFrame | None) -> shapely.Geometry:
    """
    Return what a base map with areas is clipped to, in WGS-84 degrees.

    It is the hull of the districts with a kilometre around it, or without districts the
    extent of the roads.
    """
    local = gpd.GeoSeries([_local_outline(network, districts)], crs=network.projection.crs)
    return local.to_crs("EPSG:4326").iloc[0]


def _local_outline(network: RoadNetwork, districts: gpd.GeoDataFrame | None) -> shapely.Geometry:
    """Return the outline in local metres."""
    plane = network.projection
    if districts is None or districts.empty:
        return shapely.box(*_bounds_of(plane.to_xy(network.shape_lonlat)))
    hull = shapely.union_all(districts.geometry.to_crs(plane.crs)).convex_hull
    return hull.buffer(_MARGIN_M)


def _bounds_of(xy: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Smallest x and y, largest x and y."""
    return (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())


def _vector_layers(layers: list[_Layer]) -> list[dict[str, object]]:
    """Describe the layers for readers like GDAL and QGIS; those of areas if there are any."""
    drawn = {layer.name for layer in layers if len(layer.table)}
    fields = _FIELDS | {name: kinds for name, kinds in _AREA_FIELDS.items() if name in drawn}
    return [{"id": name, "fields": kinds} for name, kinds in fields.items()]


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


def _road_layers(
    network: RoadNetwork, plane: LocalProjection, clip: shapely.Geometry | None
) -> Iterator[_Layer]:
    """Yield roads and their labels for each range of zooms."""
    roads = road_lines(network, plane)
    if clip is not None:
        roads = roads[roads.intersects(clip)]
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


def _area_layers(areas: gpd.GeoDataFrame, clip: shapely.Geometry, lat: float) -> Iterator[_Layer]:
    """Yield the areas for each zoom, without those that are too small to be seen at it."""
    areas = _clipped(areas, clip)
    size_m2 = areas.area
    labels = areas.assign(geometry=label_positions(areas.geometry))
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        # tiles are drawn twice as large, see `_DETAILS`; those of the last zoom still larger
        pixel_m = _PIXEL_M * np.cos(np.radians(lat)) / 2 ** (zoom + 1)
        is_last = zoom == MAX_ZOOM
        seen = areas[(size_m2 >= _LEAST_AREA_PX * pixel_m**2) | is_last]
        seen = seen.assign(geometry=seen.simplify(1.0 if is_last else pixel_m / 2))
        for kind in AREA_KINDS:
            if kind != "buildings" or zoom >= BUILDINGS_ZOOM:
                drawn = seen.loc[seen["kind"] == kind, ["geometry"]]
                yield _Layer(kind, drawn, zoom, zoom)
        named_m2 = _LEAST_NAMED_PX * (pixel_m / (4 if is_last else 1)) ** 2
        is_named = (areas["name"] != "") & (areas["kind"] != "buildings") & (size_m2 >= named_m2)
        yield _Layer("area_label", labels[is_named], zoom, zoom)


def _clipped(areas: gpd.GeoDataFrame, clip: shapely.Geometry) -> gpd.GeoDataFrame:
    """Cut areas off at the outline of the city; a building is whole or not there."""
    areas = areas[areas.intersects(clip)].copy()
    cut = (areas["kind"] != "buildings") & ~areas.within(clip)
    areas.loc[cut, "geometry"] = areas.loc[cut].intersection(clip)
    return areas[areas.area > 0].reset_index(drop=True)


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
