"""
Water, green and buildings of an OpenStreetMap file, for the base map.

Areas are closed ways and multipolygon relations; what they show is told by their tags as
the wiki of OpenStreetMap defines them (https://wiki.openstreetmap.org/wiki/Map_features).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import osmium
import shapely

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Kinds of areas, each a layer of the base map, from below to above.
AREA_KINDS = ("green", "water", "buildings")

# the first that fits decides: a pond in a park is water, a roof over a basin a building
_TAGS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("water", "natural", frozenset({"water"})),
    ("water", "waterway", frozenset({"riverbank", "dock"})),
    ("water", "landuse", frozenset({"basin", "pond", "reservoir"})),
    (
        "green",
        "leisure",
        frozenset({"common", "garden", "golf_course", "nature_reserve", "park"}),
    ),
    (
        "green",
        "landuse",
        frozenset(
            {"cemetery", "forest", "grass", "meadow", "orchard", "recreation_ground"}
            | {"village_green"}
        ),
    ),
    (
        "green",
        "natural",
        frozenset({"grassland", "heath", "scrub", "wetland", "wood"}),
    ),
)
_BUILDING = "building"
_KEYS = (_BUILDING, "natural", "waterway", "landuse", "leisure")


class Areas(NamedTuple):
    """
    What was read.

    Attributes
    ----------
    table
        Polygons in WGS-84 with `kind` (one of `AREA_KINDS`) and `name` ("" if none).
    n_broken
        Areas that were left out because their border is not closed or crosses itself.
    """

    table: gpd.GeoDataFrame
    n_broken: int


def read_areas(path: Path, outline: shapely.Geometry) -> Areas:
    """
    Read the areas of an OpenStreetMap file that touch the city.

    Parameters
    ----------
    path
        A `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file.
    outline
        The city, WGS-84 degrees.

    Raises
    ------
    InputError
        If there is no such file, or it is not an OpenStreetMap file.
    """
    if not path.is_file():
        raise InputError("There is no file {path}.", path=str(path))
    found: dict[str, list[str]] = {"kind": [], "name": [], "wkb": []}
    try:
        n_broken = _collect(path, found)
    except RuntimeError as error:
        raise InputError(
            "{path} cannot be read as an OpenStreetMap file (.osm.pbf or .osm): {reason}.",
            path=str(path),
            reason=str(error).rstrip("."),
        ) from error
    table = gpd.GeoDataFrame(
        {"kind": found["kind"], "name": found["name"]},
        geometry=gpd.GeoSeries(shapely.from_wkb(found["wkb"]), crs="EPSG:4326"),
    )
    table = table[table.intersects(outline)] if len(table) else table
    return Areas(table.reset_index(drop=True), n_broken)


def kind_of(get: Callable[[str], str | None]) -> str | None:
    """
    Tell what an area shows by its tags, None for what the base map leaves out.

    Examples
    --------
    >>> kind_of({"leisure": "park"}.get), kind_of({"landuse": "commercial"}.get)
    ('green', None)
    """
    if (get(_BUILDING) or "no") != "no":
        return "buildings"
    return next((kind for kind, key, values in _TAGS if get(key) in values), None)


def _collect(path: Path, found: dict[str, list[str]]) -> int:
    """Collect the areas of a file; return how many have no proper border."""
    shapes = osmium.geom.WKBFactory()
    n_broken = 0
    wanted = osmium.filter.KeyFilter(*_KEYS)
    areas = osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted)
    for area in areas:
        if not isinstance(area, osmium.osm.Area):
            continue
        kind = kind_of(area.tags.get)
        if kind is None:
            continue
        if area.num_rings()[0] == 0:
            n_broken += 1
            continue
        found["kind"].append(kind)
        found["name"].append(area.tags.get("name") or "")
        found["wkb"].append(shapes.create_multipolygon(area))
    return n_broken
