"""Tie points to positions on streets where a car can stop."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoinspect.network.graph import WAY_CLASSES
from geoinspect.network.polylines import ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoinspect.network.graph import RoadNetwork

MAX_SNAP_DISTANCE_M = 500.0
"""Default limit: beyond it a point is on a campus, a hill or a lake, or in a wrong datum."""

NO_STOPPING = ("motorway", "motorway_link")
"""Way classes nobody may stop on: never snapped to."""

RELUCTANT = ("trunk", "trunk_link")
RELUCTANCE_M = 50.0
"""Trunk roads are snapped to only if they are this much nearer than any lesser street."""


@dataclass(frozen=True, eq=False)
class Snaps:
    """
    Positions on edges, aligned with the points that were given; n points.

    Parameters
    ----------
    point_ids
        Ids of the points, shape (n,).
    edge
        Edge of the position, int32, shape (n,); of a street with two directions
        the edge with the smaller index. -1 where there is none.
    fraction
        Position along the edge from tail (0) to head (1), float64, shape (n,).
    distance_m
        Distance from the point to the position in metres, float64, shape (n,).
    lonlat
        The position in WGS-84 degrees, float64, shape (n, 2).
    ok
        Whether the position may be used, bool, shape (n,).
    code
        "" or why not: "SNAP_TOO_FAR" (farther from a street than the limit; edge,
        fraction, distance and position tell the nearest one, if any), "BAD_GEOM"
        (no coordinates, or none on earth). Shape (n,).
    """

    point_ids: NDArray[np.str_]
    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    lonlat: NDArray[np.float64]
    ok: NDArray[np.bool_]
    code: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Snaps:
        """Return the positions in `rows`, indices or a mask, in that order."""
        return Snaps(*(getattr(self, column.name)[rows] for column in fields(self)))


def snap(
    network: RoadNetwork,
    point_ids: Sequence[str],
    lonlat: NDArray[np.float64],
    *,
    max_distance_m: float = MAX_SNAP_DISTANCE_M,
) -> Snaps:
    """
    Tie each point to the nearest position on a street where a car can stop.

    Motorways are never chosen, trunk roads only where they are `RELUCTANCE_M`
    nearer than any lesser street. Equally near edges: the smaller index. A point
    that cannot be snapped is marked and does not stop the others.

    Parameters
    ----------
    network
        Road network.
    point_ids
        Ids of the points, n of them.
    lonlat
        WGS-84 degrees, shape (n, 2).
    max_distance_m
        Farthest distance between point and street, in metres.

    Returns
    -------
    snaps
        One position for each point, in the order given.
    """
    lonlat = np.asarray(lonlat, np.float64).reshape(-1, 2)
    if len(point_ids) != len(lonlat):
        raise ValueError(f"{len(point_ids)} point_ids for {len(lonlat)} coordinates")
    point = np.asarray(shapely.points(network.projection.to_xy(lonlat)), object)
    edge, line, distance_m = _nearest_streets(network, point, max_distance_m)
    fraction = shapely.line_locate_point(line, point, normalized=True)
    position = shapely.line_interpolate_point(line, fraction, normalized=True)
    is_place = (np.abs(lonlat) <= (180, 90)).all(axis=1)
    code = np.select([~is_place, distance_m > max_distance_m], ["BAD_GEOM", "SNAP_TOO_FAR"], "")
    return Snaps(
        point_ids=np.asarray(point_ids, str),
        edge=edge,
        fraction=fraction,
        distance_m=np.where(is_place, distance_m, np.nan),
        lonlat=network.projection.to_lonlat(_xy(position)),
        ok=code == "",
        code=code,
    )


def _nearest_streets(
    network: RoadNetwork, point: NDArray[np.object_], max_distance_m: float
) -> tuple[NDArray[np.int32], NDArray[np.object_], NDArray[np.float64]]:
    """Edge, its line and the distance in metres for each point; -1, None, inf without any."""
    edges, lines = _stopping_places(network)
    is_reluctant = np.isin(network.way_class[edges], _classes(RELUCTANT))
    street, street_m = _nearest_line(point, lines, ~is_reluctant)
    trunk, trunk_m = _nearest_line(point, lines, is_reluctant)
    handicap_m = np.where(street_m > max_distance_m, 0, RELUCTANCE_M)
    is_trunk = trunk_m + handicap_m < street_m
    choice = np.where(is_trunk, trunk, street)
    # index -1, no street, reaches the entry that is appended
    edge = np.append(edges, np.int32(-1))[choice]
    line = np.append(lines, np.array([None]))[choice]
    return edge, line, np.where(is_trunk, trunk_m, street_m)


def _stopping_places(network: RoadNetwork) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    """Edges that may be snapped to, one of each street, and their lines in the metric plane."""
    index = np.arange(network.n_edges, dtype=np.int32)
    is_second = (network.reverse_edge >= 0) & (network.reverse_edge < index)
    is_closed = np.isin(network.way_class, _classes(NO_STOPPING))
    edges = index[~is_second & ~is_closed]
    start, vertex = ranges(network.shape_start[edges], np.diff(network.shape_start)[edges])
    xy = network.projection.to_xy(network.shape_lonlat[vertex])
    part = np.repeat(np.arange(len(edges)), np.diff(start))
    lines = np.asarray(shapely.linestrings(xy, indices=part), object)
    has_length = shapely.length(lines) > 0
    return edges[has_length], lines[has_length]


def _nearest_line(
    point: NDArray[np.object_], lines: NDArray[np.object_], is_candidate: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Nearest candidate of each point, the first of equally near ones; -1 and inf without any."""
    candidates = np.flatnonzero(is_candidate)
    choice, distance_m = np.full(len(point), -1), np.full(len(point), np.inf)
    if len(candidates):
        tree = shapely.STRtree(lines[candidates])
        (i, line), found_m = tree.query_nearest(point, return_distance=True)
        order = np.lexsort((line, i))
        i, first = np.unique(i[order], return_index=True)
        choice[i], distance_m[i] = candidates[line[order][first]], found_m[order][first]
    return choice, distance_m


def _xy(points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Coordinates of points, NaN where there is none, shape (n, 2)."""
    return np.column_stack((shapely.get_x(points), shapely.get_y(points)))


def _classes(names: tuple[str, ...]) -> list[int]:
    return [WAY_CLASSES.index(name) for name in names]
