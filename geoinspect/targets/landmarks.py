"""What a person can find a place on a street by: junctions, streets nearby, the compass."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.network import WAY_CLASSES
from geoinspect.network.snapping import NO_STOPPING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoinspect.network import RoadNetwork

COMPASS = (
    *("north", "north-east", "east", "south-east"),
    *("south", "south-west", "west", "north-west"),
)
"""The eight points, clockwise."""

_SEARCHED_M = 3000.0
"""A named street farther than this, on foot, helps nobody."""


@dataclass(frozen=True)
class Landmark:
    """
    What is at one end of a street.

    Attributes
    ----------
    street
        Name of the nearest other street that has one; "" if none is near.
    distance_m
        Way along the roads from there, 0 at a junction with it.
    direction
        Where the end lies as seen from that street, a word of `COMPASS`; "" at 0.
    is_dead_end
        Whether no other street meets here.
    lon, lat
        The place itself, WGS-84 degrees.
    """

    street: str
    distance_m: float
    direction: str
    is_dead_end: bool
    lon: float
    lat: float


class Landmarks:
    """
    Landmarks of the nodes of a network, looked up when they are asked for.

    Parameters
    ----------
    network
        Road network.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._xy = network.projection.to_xy(network.node_lonlat)

    def at(self, node: int, own: str) -> Landmark:
        """
        Return what is at a node for somebody on a street.

        Parameters
        ----------
        node
            The node.
        own
            Name of the street that is walked, "" if it has none.
        """
        found = next(self._named_streets(node, own), None)
        street, distance_m, where = found or ("", 0.0, node)
        lon, lat = self._network.node_lonlat[node].tolist()
        return Landmark(
            street=street,
            distance_m=distance_m,
            direction="" if where == node else compass(self._xy[node] - self._xy[where]),
            is_dead_end=len(self._streets_at(node)) == 1,
            lon=lon,
            lat=lat,
        )

    def _named_streets(self, node: int, own: str) -> Iterator[tuple[str, float, int]]:
        """Yield other named streets, their distance and where they are met, nearest first."""
        network, seen, queue = self._network, set[int](), [(0.0, node)]
        while queue:
            distance_m, here = heapq.heappop(queue)
            if here in seen or distance_m > _SEARCHED_M:
                continue
            seen.add(here)
            edges = self._streets_at(here)
            yield from ((name, distance_m, here) for name in self._names(edges) if name != own)
            for edge in edges:
                there = int(
                    network.head[edge] if network.tail[edge] == here else network.tail[edge]
                )
                heapq.heappush(queue, (distance_m + float(network.length_m[edge]), there))

    def _names(self, edges: list[int]) -> list[str]:
        """Names of streets, the more important first; nobody meets a motorway on foot."""
        network = self._network
        named = {
            (int(network.way_class[e]), network.names[network.name_index[e]])
            for e in edges
            if network.name_index[e] and WAY_CLASSES[network.way_class[e]] not in NO_STOPPING
        }
        return [name for _, name in sorted(named)]

    def _streets_at(self, node: int) -> list[int]:
        """Edges that meet at a node, one of each street."""
        offset, edges = self._incidence
        own: list[int] = edges[offset[node] : offset[node + 1]].tolist()
        return own

    @cached_property
    def _incidence(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Edges at each node, whichever way they run: offsets and indices."""
        network = self._network
        index = np.arange(network.n_edges)
        edge = index[(network.reverse_edge < 0) | (network.reverse_edge > index)]
        node = np.concatenate((network.tail[edge], network.head[edge]))
        order = np.argsort(node, kind="stable")
        offset = np.searchsorted(node[order], np.arange(network.n_nodes + 1))
        return offset, np.concatenate((edge, edge))[order]


def compass(step_xy: NDArray[np.float64]) -> str:
    """
    Name the direction of a step in a metric plane, x east and y north.

    Examples
    --------
    >>> compass(np.array([1.0, 0.0])), compass(np.array([-1.0, -1.0]))
    ('east', 'south-west')
    """
    clockwise = math.atan2(float(step_xy[0]), float(step_xy[1]))
    return COMPASS[round(clockwise / (math.pi / 4)) % 8]
