"""Plan routes: as many stops as fit, with the least travel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.routing.bounds import least_team_days
from geoinspect.routing.insertion import insert_what_fits, left_out, reason
from geoinspect.routing.model import Model
from geoinspect.routing.route import RoutingResult, Unplanned, schedule

if TYPE_CHECKING:
    from geoinspect.routing.model import Visits
    from geoinspect.routing.problem import RoutingProblem

#: Iterations that bring a hundred stops within a few per cent of the best known plans.
ITERATIONS = 1000


def solve(problem: RoutingProblem, *, iterations: int = ITERATIONS, seed: int = 0) -> RoutingResult:
    """
    Plan the routes of all teams.

    The plan visits as many stops as it can (with prizes: collects as much as it can),
    and travels as little as possible to do so. PyVRP's iterated local search stops on
    iterations, never on time: same problem and seed, same result. A stop that still
    fits into some route is never left out.

    Parameters
    ----------
    problem
        Stops, teams and travel times.
    iterations
        Iterations of the search; again as many where not all stops fit.
    seed
        Seed of the search, 0 or more.

    Returns
    -------
    result
        Routes that hold every shift and window, and the stops left out with a code.

    Examples
    --------
    >>> import numpy as np
    >>> from geoinspect.routing import RoutingProblem, Team
    >>> times_ms = np.array([[0, 60, 90], [60, 0, 50], [90, 50, 0]])
    >>> problem = RoutingProblem(times_ms, np.array([600, 600]), (Team("1", 0, 1000),))
    >>> result = solve(problem, iterations=10)
    >>> result.routes[0].stops, result.travel_ms, result.unplanned
    ((0,), 120, (Unplanned(stop=1, code='SHIFT_FULL'),))
    """
    visits = insert_what_fits(problem, _search(problem, iterations, seed))
    return as_result(problem, visits)


def as_result(problem: RoutingProblem, visits: Visits) -> RoutingResult:
    """
    Set the times of a plan, and say why stops are left out.

    Raises
    ------
    ValueError
        If a route breaks a shift or a window.
    """
    routes = []
    for team, options in enumerate(visits):
        if options:
            route = schedule(problem, team, options)
            if route is None:
                raise ValueError(f"the route {options} of team {team} breaks a shift or window")
            routes.append(route)
    unplanned = tuple(
        Unplanned(stop, reason(problem, visits, stop)) for stop in left_out(problem, visits)
    )
    return RoutingResult(tuple(routes), unplanned)


def _search(problem: RoutingProblem, iterations: int, seed: int) -> Visits:
    """Search for a plan of all stops, and where there is none, for one of the most."""
    nobody: Visits = [[] for _ in problem.teams]
    if not problem.is_servable.any():
        return nobody
    if least_team_days(problem, problem.is_servable) <= len(problem.teams):
        visits = Model(problem, is_complete=True).search(iterations=iterations, seed=seed)
        if visits is not None:
            return visits
    most = Model(problem, is_complete=False).search(iterations=iterations, seed=seed)
    return nobody if most is None else most
