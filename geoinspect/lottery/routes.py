"""The points of one zone, and sets of routes through it, as padded integer arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray, IntArray

#: Fills a row of `RouteSet.stops` behind the last stop.
NO_STOP = -1


@dataclass(frozen=True)
class Zone:
    """
    What a lottery book is made from: one team's points and what a visit costs.

    Attributes
    ----------
    times
        Travel times in integer milliseconds, shape (n + 1, n + 1); index 0 is the
        depot, index i + 1 is point i.
    service
        Service time at each point in milliseconds, shape (n,).
    shift
        Length of the shift in milliseconds.
    probability
        Promised inclusion probability of each point, shape (n,), in (0, 1).
    """

    times: IntArray
    service: IntArray
    shift: int
    probability: FloatArray

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.service)

    @property
    def longest_route(self) -> int:
        """Upper bound of the number of stops that fit into the shift."""
        return int(min(self.n_points, self.shift // max(1, int(self.service.min()))))

    def with_probability(self, probability: FloatArray) -> Zone:
        """Return the same zone with other promises."""
        return Zone(self.times, self.service, self.shift, probability)


@dataclass(frozen=True)
class RouteSet:
    """
    Routes through one zone.

    Attributes
    ----------
    stops
        Point numbers in order of visit, shape (m, longest), `NO_STOP` behind the last.
    size
        Number of stops, shape (m,).
    travel, reverse_travel
        Travel time depot to depot, forward and backward, in milliseconds, shape (m,).
    """

    stops: IntArray
    size: IntArray
    travel: IntArray
    reverse_travel: IntArray

    def __len__(self) -> int:
        return len(self.size)

    def take(self, rows: IntArray) -> RouteSet:
        """Return the routes in `rows`, in that order."""
        return RouteSet(
            self.stops[rows], self.size[rows], self.travel[rows], self.reverse_travel[rows]
        )

    def joined(self, other: RouteSet) -> RouteSet:
        """Return the routes of both, each set of stops once."""
        return RouteSet(
            np.concatenate((self.stops, other.stops)),
            np.concatenate((self.size, other.size)),
            np.concatenate((self.travel, other.travel)),
            np.concatenate((self.reverse_travel, other.reverse_travel)),
        ).distinct()

    def distinct(self) -> RouteSet:
        """Keep the shortest route of each set of stops, in the order of first mention."""
        members = np.sort(self.stops, axis=1)
        by_travel = np.argsort(self.travel, kind="stable")
        _, first = np.unique(members[by_travel], axis=0, return_index=True)
        return self.take(np.sort(by_travel[first]))

    def without_empty(self) -> RouteSet:
        """Leave out routes without a stop, which is what an infeasible attempt leaves."""
        return self.take(np.flatnonzero(self.size > 0))

    @classmethod
    def blank(cls, count: int, longest: int) -> RouteSet:
        """Return `count` routes without a stop, to be filled in."""
        return cls(
            np.full((count, longest), NO_STOP, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
        )

    def routes_per_point(self, n_points: int) -> IntArray:
        """Count the routes that visit each point, shape (n_points,)."""
        return np.bincount(self.stops[self.stops >= 0], minlength=n_points)
