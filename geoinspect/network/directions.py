"""The way between two snapped positions: time, length, line and street names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import NetworkError
from geoinspect.network.access import Access
from geoinspect.network.polylines import ranges, shares
from geoinspect.network.shortest_paths import INF_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geoinspect.network.graph import RoadNetwork
    from geoinspect.network.shortest_paths import Engine, ShortestPaths
    from geoinspect.network.snapping import Snaps

_SAME_PLACE_DEG = 1e-8
"""A millimetre: vertices nearer than this to the end of a leg repeat it."""


@dataclass(frozen=True, eq=False)
class Leg:
    """
    The way from one snapped position to another.

    Parameters
    ----------
    origin, destination
        Indices of the two positions among the snaps.
    duration_ms
        Travel time in milliseconds; the entry of `travel_times`.
    length_m
        Length along the road in metres.
    lonlat
        Line along the road from position to position, WGS-84 degrees, shape (k, 2)
        with k >= 2. No vertex repeats the one before, except that a leg between two
        equal positions is that position twice.
    streets
        Names of the streets in order; neighbours of one name merged, streets
        without a name left out.
    edges
        Edges driven on, the first and last in part, shape (j,).
    """

    origin: int
    destination: int
    duration_ms: int
    length_m: float
    lonlat: NDArray[np.float64]
    streets: tuple[str, ...]
    edges: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Way:
    """Edges one after the other, each from the fraction `start` to the fraction `end`."""

    duration_ms: int
    edges: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


def legs(
    network: RoadNetwork,
    snaps: Snaps,
    pairs: Iterable[tuple[int, int]],
    *,
    engine: Engine = "auto",
) -> list[Leg]:
    """
    Find the quickest way for each pair of positions.

    The times are those of `travel_times`. Where several ways are equally quick,
    one of them is returned, always the same with the same engine.

    Parameters
    ----------
    network
        Road network.
    snaps
        Positions.
    pairs
        Indices of origin and destination among the positions.
    engine
        As in `travel_times`.

    Returns
    -------
    legs
        One for each pair, in order.

    Raises
    ------
    NetworkError
        If there is no way from an origin to its destination, or one of them is
        not ok.
    """
    access, paths = Access.of(network, snaps), network.engine(engine)
    return [_leg(network, snaps, access, paths, int(i), int(j)) for i, j in pairs]


def _leg(
    network: RoadNetwork, snaps: Snaps, access: Access, paths: ShortestPaths, i: int, j: int
) -> Leg:
    """Build the leg from position `i` to position `j`."""
    way = _quickest(access, paths, i, j)
    if way.duration_ms >= INF_MS:
        raise NetworkError(
            "There is no way by road from {origin} to {destination}.",
            origin=str(snaps.point_ids[i]),
            destination=str(snaps.point_ids[j]),
        )
    return Leg(
        origin=i,
        destination=j,
        duration_ms=way.duration_ms,
        length_m=float(network.length_m[way.edges] @ np.abs(way.end - way.start)),
        lonlat=_line(network, way, snaps.lonlat[i], snaps.lonlat[j]),
        streets=_street_names(network, way.edges),
        edges=way.edges,
    )


def _quickest(access: Access, paths: ShortestPaths, i: int, j: int) -> _Way:
    """Return the quicker of the best way along the street and the best way through nodes."""
    along_ms = access.along_street_ms(np.array([i]), np.array([j]))[0]
    between_ms = paths.times_ms(access.head[i], access.tail[j])
    through_ms = access.to_head_ms[i][:, None] + between_ms + access.from_tail_ms[j]
    if along_ms.min() <= through_ms.min():
        # where both directions take no time, the one that leads there
        is_behind = access.fraction[j] < access.fraction[i]
        direction = int(np.lexsort((is_behind, along_ms))[0])
        return _along_street(access, i, j, direction, int(along_ms.min()))
    out, into = divmod(int(through_ms.argmin()), 2)
    middle = paths.path(int(access.head[i, out]), int(access.tail[j, into]))
    edges = np.concatenate(([access.edge[i, out]], middle, [access.edge[j, into]]))
    start, end = np.zeros(len(edges)), np.ones(len(edges))
    start[0], end[-1] = access.fraction[i, out], access.fraction[j, into]
    driven = start < end
    return _Way(int(through_ms.min()), edges[driven], start[driven], end[driven])


def _along_street(access: Access, i: int, j: int, direction: int, duration_ms: int) -> _Way:
    """Return the way from position `i` to position `j` of the same edge."""
    return _Way(
        duration_ms,
        access.edge[i, [direction]].astype(np.int64),
        access.fraction[i, [direction]],
        access.fraction[j, [direction]],
    )


def _line(
    network: RoadNetwork,
    way: _Way,
    origin: NDArray[np.float64],
    destination: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Line along the way from position to position, without repeats."""
    first, stop = network.shape_start[way.edges], network.shape_start[way.edges + 1]
    offset, vertex = ranges(first, stop - first)
    lonlat = network.shape_lonlat[vertex]
    share = shares(network.projection.to_xy(lonlat), offset)
    edge = np.repeat(np.arange(len(way.edges)), stop - first)
    is_driven = (way.start[edge] <= share) & (share <= way.end[edge])
    line = np.vstack([origin, lonlat[is_driven], destination])
    is_new = (np.abs(np.diff(line, axis=0)) > _SAME_PLACE_DEG).any(axis=1)
    line = line[np.concatenate(([True], is_new))]
    return np.vstack([line[: max(len(line) - 1, 1)], destination])


def _street_names(network: RoadNetwork, edges: NDArray[np.int64]) -> tuple[str, ...]:
    """Names of the edges in order, without blanks and repeats of neighbours."""
    name = network.name_index[edges]
    name = name[name > 0]
    is_new = np.diff(name, prepend=0) != 0
    return tuple(network.names[index] for index in name[is_new])
