"""Routes as answers: which stops in which order, and when."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.routing.problem import Options, RoutingProblem


@dataclass(frozen=True)
class Route:
    """
    The stops of one team, with times on the clock of the shifts.

    Attributes
    ----------
    team
        Number of the team among the teams of the problem.
    stops
        Numbers of the stops in order of visit.
    places
        Where each of them is visited.
    departure_ms, return_ms
        When the team leaves the depot, as late as it can, and is back.
    arrival_ms, begin_ms
        When it arrives at each stop, and when the visit begins; in between it waits
        for the stop to open.
    travel_ms
        Travel time of all legs.
    """

    team: int
    stops: tuple[int, ...]
    places: tuple[int, ...]
    departure_ms: int
    return_ms: int
    arrival_ms: tuple[int, ...]
    begin_ms: tuple[int, ...]
    travel_ms: int

    @property
    def waiting_ms(self) -> int:
        """Time spent before closed doors."""
        return sum(self.begin_ms) - sum(self.arrival_ms)


@dataclass(frozen=True)
class Unplanned:
    """
    A stop that no route visits.

    Attributes
    ----------
    stop
        Number of the stop.
    code
        Why; a key of `problem.CODES`.
    """

    stop: int
    code: str


@dataclass(frozen=True)
class RoutingResult:
    """
    Routes, and what they leave out: each stop is in one of the two, once.

    Attributes
    ----------
    routes
        At most one a team, in the order of the teams; teams that stay at home have none.
    unplanned
        Stops left out, in order.
    """

    routes: tuple[Route, ...]
    unplanned: tuple[Unplanned, ...]

    @property
    def travel_ms(self) -> int:
        """Travel time of all routes."""
        return sum(route.travel_ms for route in self.routes)


def schedule(
    problem: RoutingProblem, team: int, visits: Sequence[int], options: Options | None = None
) -> Route | None:
    """
    Work out when a team makes its visits, or None if it cannot.

    The team is back as early as can be, and leaves and arrives as late as that
    allows: it waits only where it must.

    Parameters
    ----------
    problem
        The problem.
    team
        Number of the team.
    visits
        Numbers of the options taken, in order; at least one.
    options
        What to choose from instead of the options of the problem.
    """
    crew, options = problem.teams[team], options or problem.options
    if crew.max_stops is not None and len(visits) > crew.max_stops:
        return None
    taken = np.asarray(visits)
    stops, places = options.stop[taken].tolist(), options.place[taken].tolist()
    opens, closes = options.open_ms[taken].tolist(), options.close_ms[taken].tolist()
    service = problem.service_ms[stops].tolist()
    way = [crew.depot, *places, crew.depot]
    legs = [int(problem.times_ms[a, b]) for a, b in pairwise(way)]
    ends = _earliest_ends(crew.start_ms, legs, opens, closes, service)
    if ends is None or ends[-1] + legs[-1] > crew.end_ms:
        return None
    begins = _latest_begins(ends[-1], legs, closes, service)
    departure_ms = begins[0] - legs[0]
    leaves = [departure_ms, *(b + s for b, s in zip(begins, service, strict=True))]
    arrivals = [moment + leg for moment, leg in zip(leaves, legs, strict=True)]
    return Route(
        team=team,
        stops=tuple(stops),
        places=tuple(places),
        departure_ms=departure_ms,
        return_ms=arrivals[-1],
        arrival_ms=tuple(arrivals[:-1]),
        begin_ms=tuple(begins),
        travel_ms=sum(legs),
    )


def _earliest_ends(
    start_ms: int, legs: list[int], opens: list[int], closes: list[int], service: list[int]
) -> list[int] | None:
    """Earliest end of each visit, after the start; None if a stop has closed by then."""
    ends = [start_ms]
    for leg, open_ms, close_ms, stay in zip(legs, opens, closes, service, strict=False):
        ends.append(max(ends[-1] + leg, open_ms) + stay)
        if ends[-1] > close_ms:
            return None
    return ends


def _latest_begins(
    last_end_ms: int, legs: list[int], closes: list[int], service: list[int]
) -> list[int]:
    """Latest begin of each visit such that the last one ends when it must."""
    begins: list[int] = []
    latest_end = last_end_ms
    for k in range(len(service) - 1, -1, -1):
        begins.append(min(latest_end, closes[k]) - service[k])
        latest_end = begins[-1] - legs[k]
    return begins[::-1]
