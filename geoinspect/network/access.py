"""How a car leaves and enters a street at a position in its middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.network.shortest_paths import INF_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinspect.network.graph import RoadNetwork
    from geoinspect.network.snapping import Snaps

FORWARD, BACKWARD = 0, 1
"""Columns: along the edge of the position, along its reverse edge."""


@dataclass(frozen=True, eq=False)
class Access:
    """
    Both ways out of and into each position, in whole milliseconds; n positions.

    The time from the tail of an edge to a position on it is rounded once, the rest
    of the edge is the difference, and times on the reverse edge are scaled from it:
    parts of an edge add up to it, and positions within one millisecond are one
    place in both directions. Column 0 is the edge of the position, column 1 its
    reverse edge.

    Parameters
    ----------
    edge
        Edge and reverse edge, -1 on one-way streets, shape (n, 2).
    fraction
        Position along each of the two, shape (n, 2).
    from_tail_ms
        Time from the tail of each edge to the position, shape (n, 2).
    to_head_ms
        Time from the position to the head of each edge, shape (n, 2).
    tail, head
        Nodes at the ends of each edge, shape (n, 2).
    """

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    from_tail_ms: NDArray[np.int64]
    to_head_ms: NDArray[np.int64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]

    @classmethod
    def of(cls, network: RoadNetwork, snaps: Snaps) -> Access:
        """
        Work out the access of every position; positions not ok have no way out or in.

        A street with two directions is always measured from the same end, whichever
        of its edges a snap names.
        """
        edge, fraction = _first_direction(network, snaps)
        both = np.column_stack((edge, np.where(edge >= 0, network.reverse_edge[edge], -1)))
        duration_ms = network.duration_ms[both].astype(np.int64)
        along_ms = np.empty_like(duration_ms)
        along_ms[:, 0] = np.rint(fraction * duration_ms[:, 0])
        along_ms[:, 1] = np.rint(along_ms[:, 0] * duration_ms[:, 1] / duration_ms[:, 0])
        rest_ms = duration_ms - along_ms
        is_way = both >= 0
        return cls(
            edge=both,
            fraction=np.column_stack((fraction, 1 - fraction)),
            from_tail_ms=np.where(is_way, np.column_stack((along_ms[:, 0], rest_ms[:, 1])), INF_MS),
            to_head_ms=np.where(is_way, np.column_stack((rest_ms[:, 0], along_ms[:, 1])), INF_MS),
            tail=network.tail[both],
            head=network.head[both],
        )

    def along_street_ms(
        self, origin: NDArray[np.integer], destination: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """
        Time from `origin` to `destination` along one edge without leaving it.

        Parameters
        ----------
        origin, destination
            Indices of positions, shape (p,).

        Returns
        -------
        time_ms
            Shape (p, 2), by edge; `INF_MS` if the two are on different edges or in
            the wrong order.
        """
        is_street = (self.edge[origin] == self.edge[destination]) & (self.edge[origin] >= 0)
        difference_ms = self.from_tail_ms[destination] - self.from_tail_ms[origin]
        # one order of positions for both directions, that of the first
        is_ahead = np.column_stack((difference_ms[:, 0] >= 0, difference_ms[:, 0] <= 0))
        return np.where(is_street & is_ahead, difference_ms, INF_MS)


def _first_direction(
    network: RoadNetwork, snaps: Snaps
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Edge and fraction on the edge of smaller index; -1 and 0 where a snap is not ok."""
    edge = np.where(snaps.ok, snaps.edge, -1)
    fraction = np.where(snaps.ok, snaps.fraction, 0.0)
    reverse = np.where(edge >= 0, network.reverse_edge[edge], -1)
    is_second = (reverse >= 0) & (reverse < edge)
    return np.where(is_second, reverse, edge), np.where(is_second, 1 - fraction, fraction)
