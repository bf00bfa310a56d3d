"""A bound that no plan can beat: the fewest team-days for given stops."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray
    from geoinspect.routing.problem import RoutingProblem, Team

_PARTS = np.linspace(0, 1, 21)
"""Parts of the travel that are counted as near."""


def least_team_days(problem: RoutingProblem, is_wanted: BoolArray | None = None) -> int:
    """
    Bound the number of team-days from below.

    Every stop takes up a share of the shift it is visited in, and the shares of one
    route add up to at most one; so their sum bounds the number of routes:

        share = (service + a * near) / (shift - (1 - a) * far)

    `far` is the way to the stop and back, which no route that visits it undercuts.
    `near` is travel next to the stop: the dual of the assignment of each stop to the
    one after it (one pass of Hungarian prices), so that no route undercuts the sum over
    its stops either. A part `a` of the travel of each route is counted by the one, the
    rest by the other; the best of several `a` is taken. Windows are disregarded.

    Parameters
    ----------
    problem
        The problem. Which of its teams go out, and how often, plays no part.
    is_wanted
        Stops that must be visited, shape (n,); all by default.

    Returns
    -------
    team_days
        No plan visits the stops with fewer. Stops that nobody can reach do not count.

    Examples
    --------
    >>> from geoinspect.routing import RoutingProblem, Team
    >>> times_ms = 10 - 10 * np.eye(4, dtype=np.int64)
    >>> least_team_days(RoutingProblem(times_ms, np.array([50, 50, 50]), (Team("1", 0, 85),)))
    3
    """
    is_counted = problem.is_in_reach if is_wanted is None else problem.is_in_reach & is_wanted
    stops = np.flatnonzero(is_counted)
    if len(stops) == 0:
        return 0
    service_ms = problem.service_ms[stops].astype(np.float64)
    near_ms = _near_ms(problem)[stops]
    all_far_ms = [_far_ms(problem, team)[stops] for team in problem.teams]
    sums: list[float] = []
    for a in _PARTS:
        shares = [
            _share(service_ms, near_ms, far_ms, team, a)
            for far_ms, team in zip(all_far_ms, problem.teams, strict=True)
        ]
        sums.append(float(np.min(shares, axis=0).sum()))
    # protect against floating point errors: a sum that is whole but for them is whole
    return max(1, _by_number(problem, len(stops)), math.ceil(max(sums) - 1e-6))


def _share(
    service_ms: FloatArray, near_ms: FloatArray, far_ms: FloatArray, team: Team, a: float
) -> FloatArray:
    """Share of a team's shift that each stop takes up; infinite where it cannot go."""
    work_ms = service_ms + a * near_ms
    left_ms = team.shift_ms - (1 - a) * far_ms
    is_possible = far_ms + service_ms <= team.shift_ms
    share = np.where(is_possible, 0.0, np.inf)
    np.divide(work_ms, left_ms, out=share, where=is_possible & (work_ms > 0))
    return share


def _by_number(problem: RoutingProblem, n: int) -> int:
    """Fewest team-days by the most stops that each may make."""
    most = [team.max_stops or n for team in problem.teams]
    return math.ceil(n / max(most))


def _near_ms(problem: RoutingProblem) -> FloatArray:
    """Travel next to each stop; the sum over the stops of a route is at most its travel."""
    times_ms = _between_stops_ms(problem)
    into_ms = times_ms.min(axis=0) / 2
    into_ms[0] = 0
    out_of_ms = (times_ms - into_ms).min(axis=1)
    near_ms: FloatArray = (out_of_ms + into_ms)[1:]
    return near_ms


def _between_stops_ms(problem: RoutingProblem) -> FloatArray:
    """Least time between stops wherever they are visited; row and column 0 are any depot."""
    depots = np.array(sorted({team.depot for team in problem.teams}))
    n, width = problem.stop_places.shape
    places = np.concatenate((depots, problem.stop_places.ravel()))
    first = np.concatenate(([0], len(depots) + width * np.arange(n)))
    between_ms = problem.times_ms[np.ix_(places, places)].astype(np.float64)
    between_ms = np.minimum.reduceat(between_ms, first, axis=0)
    between_ms = np.minimum.reduceat(between_ms, first, axis=1)
    np.fill_diagonal(between_ms, np.inf)
    return between_ms


def _far_ms(problem: RoutingProblem, team: Team) -> FloatArray:
    """Time from a team's depot to each stop and back, with detours where they are quicker."""
    times_ms = problem.times_ms.astype(np.float64)
    there_ms, back_ms = (_quickest_ms(matrix, team.depot) for matrix in (times_ms, times_ms.T))
    far_ms: FloatArray = (there_ms + back_ms)[problem.stop_places].min(axis=1)
    return far_ms


def _quickest_ms(times_ms: FloatArray, origin: int) -> FloatArray:
    """Time from one place to all others by way of any others (Bellman and Ford)."""
    best_ms: FloatArray = times_ms[origin]
    while True:
        better_ms = np.minimum(best_ms, (best_ms[:, None] + times_ms).min(axis=0))
        if (better_ms == best_ms).all():
            return best_ms
        best_ms = better_ms
