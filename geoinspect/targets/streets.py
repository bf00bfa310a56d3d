"""Street segments that can be drawn: pieces of streets within the districts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoinspect.network import WAY_CLASSES
from geoinspect.network.polylines import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from geoinspect.arrays import BoolArray, FloatArray
    from geoinspect.network import RoadNetwork

#: Way classes where nobody is ever sent on foot.
FORBIDDEN = ("motorway", "motorway_link", "trunk", "trunk_link")

LONGEST_M = 500.0
"""Longer streets without a junction are cut into equal pieces no longer than this."""

_STRAIGHT_DEG = 0.01
"""Longer borders, straight in degrees, bend in the metric plane by more than a millimetre."""

_ID_DIGITS = 16
_PARTS = 100_000


@dataclass(frozen=True, eq=False)
class Streets:
    """
    Street segments; n of them. A street with two directions is one segment.

    Attributes
    ----------
    segment_id
        Follows from the line of the street alone, shape (n,).
    edge
        Edge of the road network, of two directions the smaller index, shape (n,).
    start, end
        Part of the edge, as fractions from its tail, shape (n,).
    length_m
        Length of the part in metres, shape (n,).
    way_class
        Index into `WAY_CLASSES`, shape (n,).
    """

    segment_id: NDArray[np.str_]
    edge: NDArray[np.int32]
    start: FloatArray
    end: FloatArray
    length_m: FloatArray
    way_class: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.edge)

    def of_classes(self, way_classes: Iterable[str]) -> Streets:
        """
        Return the segments of some way classes.

        Raises
        ------
        ValueError
            If a class is one where nobody may walk.
        """
        return self[np.isin(self.way_class, _indices(way_classes))]

    def __getitem__(self, chosen: BoolArray | NDArray[np.int64]) -> Streets:
        return Streets(*(getattr(self, field.name)[chosen] for field in fields(self)))


def street_segments(
    network: RoadNetwork,
    districts: gpd.GeoDataFrame | None = None,
    *,
    longest_m: float = LONGEST_M,
) -> Streets:
    """
    List the street segments of a city.

    Parameters
    ----------
    network
        Road network.
    districts
        Polygons in WGS-84; streets are cut at their outer border. None for the whole
        network.
    longest_m
        Longest segment in metres.

    Returns
    -------
    streets
        Sorted by segment id; motorways and trunk roads are not among them.

    Examples
    --------
    >>> from geoinspect.demo import tinytown, tinytown_folder
    >>> from geoinspect.network import read_network
    >>> network = read_network(tinytown_folder() / "streets.osm")
    >>> streets = street_segments(network, tinytown.districts())
    >>> len(streets), round(float(streets.length_m.sum()))
    (166, 32526)
    """
    edge = _streets_of(network)
    start, end = np.zeros(len(edge)), np.ones(len(edge))
    if districts is not None:
        edge, start, end = _within(network, edge, districts)
    edge, start, end = _cut(edge, start, end, network.length_m[edge] * (end - start), longest_m)
    segment_id = _segment_ids(network, edge, start, end)
    # a street that is in the network twice is one street
    segment_id, first = np.unique(segment_id, return_index=True)
    edge, start, end = edge[first], start[first], end[first]
    return Streets(
        segment_id=segment_id,
        edge=edge,
        start=start,
        end=end,
        length_m=network.length_m[edge] * (end - start),
        way_class=network.way_class[edge],
    )


def lines_xy(network: RoadNetwork, edge: NDArray[np.int32]) -> NDArray[np.object_]:
    """Return the lines of edges in the metric plane of the network, from tail to head."""
    first = network.shape_start[edge]
    offset, vertex = ranges(first, network.shape_start[edge + 1] - first)
    xy = network.projection.to_xy(network.shape_lonlat[vertex])
    owner = np.repeat(np.arange(len(edge)), np.diff(offset))
    return np.asarray(shapely.linestrings(xy, indices=owner), object)


def _indices(way_classes: Iterable[str]) -> list[int]:
    """Return the indices of way classes."""
    names = list(way_classes)
    for name in names:
        if name in FORBIDDEN or name not in WAY_CLASSES:
            raise ValueError(f"nobody is sent to inspect a {name} on foot")
    return [WAY_CLASSES.index(name) for name in names]


def _streets_of(network: RoadNetwork) -> NDArray[np.int32]:
    """Edges that may be walked and have a length, one of each street."""
    index = np.arange(network.n_edges, dtype=np.int32)
    is_second = (network.reverse_edge >= 0) & (network.reverse_edge < index)
    is_forbidden = np.isin(network.way_class, [WAY_CLASSES.index(name) for name in FORBIDDEN])
    edge = index[~is_second & ~is_forbidden]
    return edge[shapely.length(lines_xy(network, edge)) > 0]


def _within(
    network: RoadNetwork, edge: NDArray[np.int32], districts: gpd.GeoDataFrame
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    """Parts of edges inside the districts."""
    border = shapely.segmentize(shapely.union_all(districts.geometry), _STRAIGHT_DEG)
    city = shapely.transform(border, network.projection.to_xy)
    shapely.prepare(city)
    lines = lines_xy(network, edge)
    is_inside = shapely.covers(city, lines)
    is_cut = ~is_inside & shapely.intersects(city, lines)
    parts = [
        (number, start, end)
        for number in np.flatnonzero(is_cut).tolist()
        for start, end in _inner_parts(lines[number], city)
    ]
    whole = np.flatnonzero(is_inside)
    number, start, end = np.array(parts).reshape(-1, 3).T
    return (
        edge[np.concatenate((whole, number.astype(np.int64)))],
        np.concatenate((np.zeros(len(whole)), start)),
        np.concatenate((np.ones(len(whole)), end)),
    )


def _inner_parts(line: shapely.LineString, city: shapely.Geometry) -> list[tuple[float, float]]:
    """Parts of a line inside the city, as fractions of its length."""
    crossings = shapely.get_coordinates(shapely.intersection(line, shapely.boundary(city)))
    at = shapely.line_locate_point(line, shapely.points(crossings), normalized=True)
    bounds = np.unique(np.concatenate(([0.0], at, [1.0])))
    middles = shapely.line_interpolate_point(line, (bounds[:-1] + bounds[1:]) / 2, normalized=True)
    is_inside = shapely.covers(city, middles)
    return [(float(bounds[k]), float(bounds[k + 1])) for k in np.flatnonzero(is_inside).tolist()]


def _cut(
    edge: NDArray[np.int32],
    start: FloatArray,
    end: FloatArray,
    length_m: FloatArray,
    longest_m: float,
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    """Cut long segments into equal pieces."""
    n = np.maximum(1, np.ceil(length_m / longest_m)).astype(np.int64)
    _, piece = ranges(np.zeros(len(n), np.int64), n)
    step = np.repeat((end - start) / n, n)
    first = np.repeat(start, n) + piece * step
    return np.repeat(edge, n), first, first + step


def _segment_ids(
    network: RoadNetwork, edge: NDArray[np.int32], start: FloatArray, end: FloatArray
) -> NDArray[np.str_]:
    """Name segments by the hash of their street's line and the part of it, from either end."""
    names, is_turned = {}, {}
    for number in np.unique(edge).tolist():
        names[number], is_turned[number] = _line_hash(network.edge_lonlat(number))
    turned = np.array([is_turned[number] for number in edge.tolist()], np.bool_)
    first = np.rint(np.where(turned, 1 - end, start) * _PARTS).astype(np.int64)
    last = np.rint(np.where(turned, 1 - start, end) * _PARTS).astype(np.int64)
    return np.array(
        [
            f"{names[number]}-{a:06d}-{b:06d}"
            for number, a, b in zip(edge.tolist(), first.tolist(), last.tolist(), strict=True)
        ],
        np.str_,
    )


def _line_hash(lonlat: FloatArray) -> tuple[str, bool]:
    """Hash a line to the same text whichever way it runs; tell whether it was turned round."""
    grid = np.rint(lonlat * 1e7).astype("<i8")
    forward, backward = grid.tobytes(), grid[::-1].tobytes()
    text = hashlib.sha256(min(forward, backward)).hexdigest()[:_ID_DIGITS]
    return text, backward < forward
