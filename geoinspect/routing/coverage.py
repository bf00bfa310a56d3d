"""Proof that a plan forgets nobody: each point on one route once, or listed with a code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Coverage:
    """
    What became of the points that were to be visited.

    Attributes
    ----------
    n_points
        Number of points to visit.
    n_visited
        Points on a route.
    n_unplanned
        Points listed with a code.
    missing
        Points on no route and not listed.
    repeated
        Points that are visited more than once, or visited and listed.
    unknown
        Visited or listed, but not asked for.
    """

    n_points: int
    n_visited: int
    n_unplanned: int
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether each point is accounted for exactly once."""
        return not (self.missing or self.repeated or self.unknown)


def coverage(
    point_ids: Iterable[str], routes: Iterable[Iterable[str]], unplanned: Iterable[str]
) -> Coverage:
    """
    Count from the written plan alone what became of each point.

    Parameters
    ----------
    point_ids
        Ids of the points to visit.
    routes
        Ids of the stops of each route.
    unplanned
        Ids of the points that are listed with a code.

    Examples
    --------
    >>> proof = coverage(["a", "b", "c"], [["a"], ["a", "d"]], ["c"])
    >>> proof.holds, proof.missing, proof.repeated, proof.unknown
    (False, ('b',), ('a',), ('d',))
    """
    wanted, listed = set(point_ids), Counter(list(unplanned))
    visited = Counter(point_id for route in routes for point_id in route)
    told = visited + listed
    return Coverage(
        n_points=len(wanted),
        n_visited=len(visited),
        n_unplanned=len(listed),
        missing=tuple(sorted(wanted - told.keys())),
        repeated=tuple(sorted(point_id for point_id, n in told.items() if n > 1)),
        unknown=tuple(sorted(told.keys() - wanted)),
    )
