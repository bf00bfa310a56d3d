"""Read the drivable streets of an OpenStreetMap file into a road network."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium

from geoinspect.errors import InputError
from geoinspect.network.build import BuildReport, DirectedEdges, build_network, durations
from geoinspect.network.graph import WAY_CLASSES, RoadNetwork
from geoinspect.network.polylines import lengths, ranges
from geoinspect.network.tags import TAGS, directions, is_drivable, speed_kph

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_DEGREES_PER_UNIT = 1e-7
_NO_LOCATION = 2**31 - 1


def read_network(
    path: str | Path, *, report: Callable[[BuildReport], None] | None = None
) -> RoadNetwork:
    """
    Read an OpenStreetMap file and build the road network of its drivable streets.

    Ways are split where two of them meet. Only the largest part in which every
    place can be reached from every other is kept. Turn restrictions, barriers and
    signals are not modelled. One pass over the file; 36,000 ways take about 2 s.

    Parameters
    ----------
    path
        A `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file, WGS-84.
    report
        Called once with what was read and what was left out.

    Returns
    -------
    network
        The streets, ready for `RoadNetwork.save`.

    Raises
    ------
    InputError
        If there is no such file, it is not an OpenStreetMap file, or there are no
        drivable streets in it.
    """
    ways = _read_ways(Path(path))
    if not len(ways.highway):
        raise InputError(
            "{path} holds no street that a car may use; an extract with `highway` ways is needed.",
            path=str(path),
        )
    vertices, n_missing = _located_vertices(ways)
    first, last = _segments(vertices)
    if not len(first):
        raise InputError(
            "{path} holds streets but not the coordinates of their nodes; "
            "an extract with complete ways is needed.",
            path=str(path),
        )
    network, built = build_network(_directed_edges(ways, vertices, first, last))
    if report:
        report(replace(built, n_vertices_missing=n_missing))
    return network


@dataclass
class _Ways:
    """Drivable ways one after the other; `*_unit` are degrees times 1e7, as in the file."""

    node_id: array[int] = field(default_factory=lambda: array("q"))
    lon_unit: array[int] = field(default_factory=lambda: array("i"))
    lat_unit: array[int] = field(default_factory=lambda: array("i"))
    start: array[int] = field(default_factory=lambda: array("q", [0]))
    highway: array[int] = field(default_factory=lambda: array("B"))
    kph: array[float] = field(default_factory=lambda: array("d"))
    is_forward: array[int] = field(default_factory=lambda: array("B"))
    is_backward: array[int] = field(default_factory=lambda: array("B"))
    name: array[int] = field(default_factory=lambda: array("i"))
    names: dict[str, int] = field(default_factory=lambda: {"": 0})

    def add(self, tags: dict[str, str], nodes: osmium.osm.WayNodeList) -> None:
        """Append one way."""
        for node in nodes:
            location = node.location
            self.node_id.append(node.ref)
            self.lon_unit.append(location.x)
            self.lat_unit.append(location.y)
        self.start.append(len(self.node_id))
        self.highway.append(WAY_CLASSES.index(tags["highway"]))
        self.kph.append(speed_kph(tags))
        forward, backward = directions(tags)
        self.is_forward.append(forward)
        self.is_backward.append(backward)
        self.name.append(self.names.setdefault(tags.get("name", ""), len(self.names)))


def _read_ways(path: Path) -> _Ways:
    """Read the drivable ways; refuse what is not an OpenStreetMap file."""
    if not path.is_file():
        raise InputError("There is no file {path}.", path=str(path))
    ways = _Ways()
    streets = osmium.filter.TagFilter(*(("highway", name) for name in WAY_CLASSES))
    try:
        reader = osmium.FileProcessor(str(path)).with_locations().with_filter(streets)
        for entity in reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)):
            # asking for a dozen keys is quicker than walking through all tags
            get = entity.tags.get
            tags = {key: value for key in TAGS if (value := get(key)) is not None}
            if isinstance(entity, osmium.osm.Way) and is_drivable(tags):
                ways.add(tags, entity.nodes)
        if min(ways.node_id, default=0) < 0:
            _locate_new_nodes(path, ways)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise InputError(
            "{path} cannot be read as an OpenStreetMap file (.osm.pbf or .osm): {reason}.",
            path=str(path),
            reason=str(error).rstrip("."),
        ) from error
    return ways


def _locate_new_nodes(path: Path, ways: _Ways) -> None:
    """Fill in the locations of nodes with ids below 0, which osmium's store passes over."""
    # editors give such ids to what has been drawn but not uploaded
    location = {
        node.id: (node.location.x, node.location.y)
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE)
        if isinstance(node, osmium.osm.Node) and node.id < 0
    }
    for vertex, node_id in enumerate(ways.node_id):
        if node_id in location:
            ways.lon_unit[vertex], ways.lat_unit[vertex] = location[node_id]


@dataclass(frozen=True)
class _Vertices:
    """Vertices of all ways, one after the other; only those with a location."""

    lonlat: NDArray[np.float64]
    node: NDArray[np.int64]
    node_lonlat: NDArray[np.float64]
    piece: NDArray[np.int64]
    way: NDArray[np.int64]


def _located_vertices(ways: _Ways) -> tuple[_Vertices, int]:
    """Drop vertices without a location (and count them) and repeats; number the nodes by id."""
    node_id = np.asarray(ways.node_id)
    unit = np.column_stack((np.asarray(ways.lon_unit), np.asarray(ways.lat_unit)))
    way = np.repeat(np.arange(len(ways.highway)), np.diff(np.asarray(ways.start)))
    is_missing = (unit == _NO_LOCATION).any(axis=1)
    # a way is interrupted where a vertex has no location (an extract cut at its border)
    piece = np.cumsum(is_missing | (np.diff(way, prepend=0) != 0))
    is_repeat = (np.diff(node_id, prepend=node_id[0] - 1) == 0) & (np.diff(piece, prepend=-1) == 0)
    kept = ~is_missing & ~is_repeat
    _, where, node = np.unique(node_id[kept], return_index=True, return_inverse=True)
    lonlat = unit[kept] * _DEGREES_PER_UNIT
    return _Vertices(lonlat, node, lonlat[where], piece[kept], way[kept]), int(is_missing.sum())


def _segments(vertices: _Vertices) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last vertex of every stretch of street between two junctions or ends."""
    is_junction = np.bincount(vertices.node)[vertices.node] > 1
    is_first = np.diff(vertices.piece, prepend=-1) != 0
    is_last = np.diff(vertices.piece, append=-1) != 0
    breaks = np.flatnonzero(is_junction | is_first | is_last)
    is_same_piece = np.diff(vertices.piece[breaks]) == 0
    return breaks[:-1][is_same_piece], breaks[1:][is_same_piece]


def _directed_edges(
    ways: _Ways, vertices: _Vertices, first: NDArray[np.int64], last: NDArray[np.int64]
) -> DirectedEdges:
    """Lay an edge along each segment in each direction that is allowed."""
    way = vertices.way[first]
    start, vertex = ranges(first, last - first + 1)
    length_m = lengths(vertices.lonlat[vertex], start)
    time_ms = durations(length_m, np.asarray(ways.kph)[way])

    forward = np.flatnonzero(np.asarray(ways.is_forward)[way])
    backward = np.flatnonzero(np.asarray(ways.is_backward)[way])
    segment = np.concatenate((forward, backward))
    is_against = np.repeat([False, True], [len(forward), len(backward)])
    start, vertex = ranges(first[segment], (last - first + 1)[segment], is_reversed=is_against)
    return DirectedEdges(
        node_lonlat=vertices.node_lonlat,
        tail=vertices.node[vertex[start[:-1]]],
        head=vertices.node[vertex[start[1:] - 1]],
        length_m=length_m[segment],
        duration_ms=time_ms[segment],
        way_class=np.asarray(ways.highway)[way[segment]],
        name_index=np.asarray(ways.name)[way[segment]],
        names=tuple(ways.names),
        shape_start=start,
        shape_lonlat=vertices.lonlat[vertex],
    )
