"""The points of one zone, and sets of routes through it, as padded integer arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray, IntArray

#: Fills a row of `RouteSet.stops` behind the last stop.
NO_STOP = -1

#: Slack of a route that cannot be driven at any time of the shift.
NEVER = -1

_MIX = np.uint64(0x9E3779B97F4A7C15)


class Ground(NamedTuple):
    """
    What the compiled loops know of a zone.

    Attributes
    ----------
    times
        Travel times in integer milliseconds, shape (n + 1, n + 1); index 0 is the
        depot, index i + 1 is point i.
    service
        Service time at each point in milliseconds, shape (n,).
    spans
        First and last moment of the shift at which a visit may begin, in milliseconds
        after its start, shape (n, s, 2). A span that ends before it begins is none.
    shift
        Length of the shift in milliseconds.
    """

    times: IntArray
    service: IntArray
    spans: IntArray
    shift: int


class Rows(NamedTuple):
    """What the compiled loops fill: the arrays of a `RouteSet`."""

    stops: IntArray
    size: IntArray
    travel: IntArray
    reverse_travel: IntArray
    slack: IntArray
    reverse_slack: IntArray


@dataclass(frozen=True)
class Zone:
    """
    What a lottery book is made from: one team's points and what a visit costs.

    Attributes
    ----------
    times, service, shift
        As in `Ground`.
    probability
        Promised inclusion probability of each point, shape (n,), in (0, 1).
    spans
        As in `Ground`; None if every point is open all through the shift.
    weight
        What the promises are in proportion to within their bounds, shape (n,); None for
        the promises themselves.
    """

    times: IntArray
    service: IntArray
    shift: int
    probability: FloatArray
    spans: IntArray | None = None
    weight: FloatArray | None = None

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.service)

    @property
    def has_hours(self) -> bool:
        """Whether some point is closed at some time of the shift."""
        return self.spans is not None

    @cached_property
    def ground(self) -> Ground:
        """The zone as the compiled loops take it."""
        spans = self.spans
        if spans is None:
            spans = np.zeros((self.n_points, 1, 2), dtype=np.int64)
            spans[:, :, 1] = self.shift
        return Ground(self.times, self.service, spans, self.shift)

    @property
    def longest_route(self) -> int:
        """Upper bound of the number of stops that fit into the shift."""
        shortest = int(self.service.min(initial=self.shift))
        return int(min(self.n_points, self.shift // max(1, shortest)))

    def with_shift(self, shift: int) -> Zone:
        """Return the same zone, open at any hour of another shift."""
        return replace(self, shift=shift, spans=None)


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
    slack, reverse_slack
        Latest departure after the start of the shift, in milliseconds, with which the
        route keeps the shift and all opening hours, shape (m,). It keeps them with any
        earlier departure too, by waiting. `NEVER` if it does with none, or if the way
        back is much longer than the way there.
    """

    stops: IntArray
    size: IntArray
    travel: IntArray
    reverse_travel: IntArray
    slack: IntArray
    reverse_slack: IntArray

    def __len__(self) -> int:
        return len(self.size)

    @property
    def rows(self) -> Rows:
        """The arrays as the compiled loops take them."""
        return Rows(
            self.stops, self.size, self.travel, self.reverse_travel, self.slack, self.reverse_slack
        )

    def take(self, rows: IntArray) -> RouteSet:
        """Return the routes in `rows`, in that order."""
        return RouteSet(*(column[rows] for column in self.rows))

    def joined(self, other: RouteSet) -> RouteSet:
        """Return the routes of both, each set of stops once."""
        both = zip(self.rows, other.rows, strict=True)
        return RouteSet(*(np.concatenate(columns) for columns in both)).distinct()

    def distinct(self) -> RouteSet:
        """Keep the shortest route of each set of stops, in the order of first mention."""
        by_travel = np.argsort(self.travel, kind="stable")
        _, first = np.unique(self._signatures()[by_travel], return_index=True)
        return self.take(np.sort(by_travel[first]))

    def _signatures(self) -> IntArray:
        """Hash each set of stops; two that fell together would cost one candidate."""
        z = (self.stops + 1).astype(np.uint64) * _MIX
        z = (z ^ (z >> np.uint64(29))) * _MIX
        z = (z ^ (z >> np.uint64(32))) * _MIX
        mixed = np.where(self.stops >= 0, z, np.uint64(0))
        signatures: IntArray = mixed.sum(axis=1).view(np.int64)
        return signatures

    def without_empty(self) -> RouteSet:
        """Leave out routes without a stop, which is what an infeasible attempt leaves."""
        return self.take(np.flatnonzero(self.size > 0))

    @classmethod
    def blank(cls, count: int, longest: int) -> RouteSet:
        """Return `count` routes without a stop, to be filled in."""
        stops = np.full((count, longest), NO_STOP, dtype=np.int64)
        return cls(stops, *(np.zeros(count, dtype=np.int64) for _ in range(5)))

    def routes_per_point(self, n_points: int) -> IntArray:
        """Count the routes that visit each point, shape (n_points,)."""
        return np.bincount(self.stops[self.stops >= 0], minlength=n_points)
