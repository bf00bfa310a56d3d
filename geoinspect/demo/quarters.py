"""
Districts of the demo city: its quarters, with their real borders.

The extract holds the border lines of the quarters (boundary relations of level 10),
cut off at its edge, so that no quarter is a closed ring any more. The lines are
lengthened to the edge in the direction in which they leave, and together with the
edge they divide the extract into faces. A face belongs to the quarter whose relation
has all border lines around it. Faces of one quarter are joined: the whole extract is
covered, without gaps or overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import osmium
import shapely

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_LonLat = tuple[float, float]

QUARTER_LEVEL = "10"

# Far enough to leave any extract, in degrees; what lies outside is cut off again.
_BEYOND_DEG = 1.0


@dataclass(frozen=True)
class _Quarter:
    """A boundary relation: `border_ways` are the ids of the ways around it."""

    district_id: str
    name: str
    border_ways: frozenset[int]


@dataclass(frozen=True)
class _Run:
    """Places (lon, lat) of a way within the extract, and at which ends it goes on outside."""

    places: list[_LonLat]
    cut_before: bool
    cut_after: bool


def demo_districts(extract: Path) -> gpd.GeoDataFrame:
    """
    Read the quarters of the demo city.

    Parameters
    ----------
    extract
        OpenStreetMap extract (.osm.pbf or .osm) whose header tells its extent.

    Returns
    -------
    districts
        Indexed by `district_id` ("HEL-02" for quarter 02); columns `name`,
        `geometry` (polygons in WGS-84 that cover the extent exactly once) and
        `claimed_datum`.

    Raises
    ------
    InputError
        If the extract has no extent or no quarters.
    """
    extent = _extent(extract)
    quarters = _quarters(extract)
    lines = _border_lines(extract, quarters, extent)
    faces = _faces(lines, extent)
    owners = [_owner(face, lines, quarters) for face in faces]
    table = gpd.GeoDataFrame(
        {
            "district_id": [quarter.district_id for quarter in owners],
            "name": [quarter.name for quarter in owners],
        },
        geometry=faces,
        crs="EPSG:4326",
    )
    return (
        table.dissolve("district_id")
        .sort_index()[["name", "geometry"]]
        .assign(claimed_datum="wgs84")
    )


def _extent(extract: Path) -> shapely.Geometry:
    """Rectangle of the extract, from its header."""
    with osmium.io.Reader(str(extract), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        raise InputError(
            "The map extract {path} does not say what it covers; take one with a bounding box.",
            path=str(extract),
        )
    return shapely.box(
        box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat
    )


def _quarters(extract: Path) -> list[_Quarter]:
    """Boundary relations of the quarters, in the order of their numbers."""
    quarters = [
        _Quarter(
            f"HEL-{relation.tags['ref']}",
            relation.tags["name"],
            frozenset(member.ref for member in relation.members if member.type == "w"),
        )
        for relation in osmium.FileProcessor(str(extract), osmium.osm.RELATION)
        if isinstance(relation, osmium.osm.Relation)
        and relation.tags.get("admin_level") == QUARTER_LEVEL
        and "ref" in relation.tags
    ]
    if not quarters:
        raise InputError(
            "The map extract {path} has no quarters (boundaries of level 10).", path=str(extract)
        )
    return sorted(quarters, key=lambda quarter: quarter.district_id)


def _border_lines(
    extract: Path, quarters: list[_Quarter], extent: shapely.Geometry
) -> dict[int, shapely.Geometry]:
    """Border lines by way id, lengthened to the edge where the extract cuts them off."""
    wanted = frozenset[int]().union(*(quarter.border_ways for quarter in quarters))
    runs = {
        way.id: _visible_run(way)
        for way in osmium.FileProcessor(str(extract)).with_locations()
        if isinstance(way, osmium.osm.Way) and way.id in wanted
    }
    return {
        way_id: shapely.intersection(shapely.LineString(_lengthened(run, runs)), extent)
        for way_id, run in sorted(runs.items())
    }


def _visible_run(way: osmium.osm.Way) -> _Run:
    """Return the part of a way that the extract has places for."""
    seen = [node.location.valid() for node in way.nodes]
    places = [(node.lon, node.lat) for node, valid in zip(way.nodes, seen, strict=True) if valid]
    return _Run(places, cut_before=not seen[0], cut_after=not seen[-1])


def _lengthened(run: _Run, runs: Mapping[int, _Run]) -> list[_LonLat]:
    """
    Return the places of a run, with one far outside at every end that was cut off.

    A single place that is left has no direction of its own; the line goes on in the
    direction in which another one arrives there.
    """
    places = run.places
    if len(places) == 1:
        return [*places, _beyond(*_arriving_at(places[0], runs))]
    before = [_beyond(places[1], places[0])] if run.cut_before else []
    after = [_beyond(places[-2], places[-1])] if run.cut_after else []
    return [*before, *places, *after]


def _arriving_at(place: _LonLat, runs: Mapping[int, _Run]) -> tuple[_LonLat, _LonLat]:
    """Last two places of the first run that ends at `place`."""
    for _, run in sorted(runs.items()):
        for places in (run.places, run.places[::-1]):
            if len(places) > 1 and places[-1] == place:
                return places[-2], places[-1]
    raise InputError(
        "A border ends at {lon}, {lat} and no other one meets it there; take a larger extract.",
        lon=place[0],
        lat=place[1],
    )


def _beyond(start: _LonLat, end: _LonLat) -> _LonLat:
    """Return the place far outside that lies straight on from `start` through `end`."""
    step = np.subtract(end, start)
    lon, lat = end + step * (_BEYOND_DEG / np.abs(step).max())
    return float(lon), float(lat)


def _faces(lines: Mapping[int, shapely.Geometry], extent: shapely.Geometry) -> NDArray[np.object_]:
    """Pieces into which the border lines divide the extent."""
    net = shapely.union_all([*lines.values(), shapely.boundary(extent)])
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))


def _owner(
    face: shapely.Geometry, lines: Mapping[int, shapely.Geometry], quarters: list[_Quarter]
) -> _Quarter:
    """Return the only quarter that has all border lines around a face."""
    around = {
        way_id
        for way_id, line in lines.items()
        if shapely.length(shapely.intersection(line, shapely.boundary(face))) > 0
    }
    owners = [quarter for quarter in quarters if around <= quarter.border_ways]
    if len(owners) != 1:
        middle = shapely.centroid(face)
        raise InputError(
            "It is not clear to which quarter the land at {lon}, {lat} belongs.",
            lon=round(float(shapely.get_x(middle)), 5),
            lat=round(float(shapely.get_y(middle)), 5),
        )
    return owners[0]
