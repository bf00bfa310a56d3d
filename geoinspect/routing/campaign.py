"""Visit all of many stops in the fewest team-days."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoinspect.routing.bounds import least_team_days
from geoinspect.routing.insertion import insert_what_fits, left_out
from geoinspect.routing.model import Model
from geoinspect.routing.solve import ITERATIONS, as_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.routing.model import Visits
    from geoinspect.routing.problem import RoutingProblem, Team
    from geoinspect.routing.route import Route, RoutingResult

_GLANCE = 100
"""Iterations that tell about how many stops a number of team-days can hold."""


@dataclass(frozen=True)
class Campaign:
    """
    Routes of several days.

    Team-days are handed out in turn: all teams on the first day, all on the second, and
    on the last as many as are still needed, in the order of the teams.

    Attributes
    ----------
    teams
        The teams, as given.
    result
        Routes, whose `team` numbers the team-days, and the stops left out.
    lower_bound
        Fewest routes that could visit the same stops, whoever planned them.
    """

    teams: tuple[Team, ...]
    result: RoutingResult
    lower_bound: int

    @property
    def team_days(self) -> int:
        """Number of routes."""
        return len(self.result.routes)

    @property
    def days(self) -> int:
        """Number of days that the teams need together."""
        return max((self.day(route) for route in self.result.routes), default=0)

    @property
    def gap(self) -> float:
        """How far the team-days may be above the fewest, as a share of the bound."""
        return self.team_days / self.lower_bound - 1 if self.lower_bound else 0.0

    def day(self, route: Route) -> int:
        """Return the day of a route, counted from 1."""
        return route.team // len(self.teams) + 1

    def team(self, route: Route) -> Team:
        """Return the team of a route."""
        return self.teams[route.team % len(self.teams)]


def plan_campaign(
    problem: RoutingProblem,
    *,
    iterations: int = ITERATIONS,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
) -> Campaign:
    """
    Visit every stop that anybody can visit, in the fewest team-days found.

    First comes a plan with enough team-days, then one less at a time until the search
    finds none, then the least travel for that number. Windows and shifts are the same
    each day. The number is proved fewest where it equals the lower bound.

    Parameters
    ----------
    problem
        Stops, travel times, and the teams of one day.
    iterations
        Iterations of each search.
    seed
        Seed of each search, 0 or more.
    report
        Called with the name of each step as it begins, in English.

    Returns
    -------
    campaign
        All stops on routes, except those that no team can visit on any day.

    Examples
    --------
    >>> import numpy as np
    >>> from geoinspect.routing import RoutingProblem, Team
    >>> times_ms = 10 - 10 * np.eye(6, dtype=np.int64)
    >>> teams = (Team("A", 0, 130), Team("B", 0, 130))
    >>> campaign = plan_campaign(RoutingProblem(times_ms, np.full(5, 50), teams), iterations=10)
    >>> campaign.team_days, campaign.days, campaign.lower_bound
    (3, 2, 3)
    """
    say = report or (lambda step: None)  # noqa: ARG005
    lower = least_team_days(problem, problem.is_servable)
    if lower == 0:
        nobody: Visits = [[] for _ in problem.teams]
        return Campaign(problem.teams, as_result(problem, nobody), 0)
    first = _first_that_reach(problem, lower)
    say("Finding enough team-days")
    visits = _enough(problem, first, seed)
    say("Saving team-days")
    visits = _fewest(problem, visits, first, iterations, seed)
    say("Shortening the routes")
    several = _handed_out(problem, len(visits))
    model = Model(several, is_complete=True)
    shorter = model.search(iterations=iterations, seed=seed, start=visits)
    return Campaign(problem.teams, as_result(several, shorter or visits), lower)


def _handed_out(problem: RoutingProblem, number: int) -> RoutingProblem:
    """Return the problem with the first so many team-days instead of the teams of one day."""
    n = len(problem.teams)
    return replace(problem, teams=tuple(problem.teams[k % n] for k in range(number)))


def _first_that_reach(problem: RoutingProblem, number: int) -> int:
    """Return how many team-days, `number` or more, suit every stop that suits any team."""
    n_teams, wanted = len(problem.teams), problem.is_servable
    while number < n_teams and (_handed_out(problem, number).is_servable != wanted).any():
        number += 1
    return number


def _enough(problem: RoutingProblem, number: int, seed: int) -> Visits:
    """Find a plan of all stops, from `number` team-days upwards by the work that is left."""
    longest_ms = max(team.shift_ms for team in problem.teams)
    while True:
        several = _handed_out(problem, number)
        found = Model(several, is_complete=False).search(iterations=_GLANCE, seed=seed)
        visits = insert_what_fits(several, found or [[] for _ in several.teams])
        left = [stop for stop in left_out(several, visits) if problem.is_servable[stop]]
        if not left:
            return visits
        # travel to what is left comes on top, so the next number is rarely too many
        number += max(1, math.ceil(problem.service_ms[left].sum() / longest_ms))


def _fewest(
    problem: RoutingProblem, visits: Visits, lower: int, iterations: int, seed: int
) -> Visits:
    """Do with one team-day less as long as the search finds a plan."""
    while len(visits) > lower:
        model = Model(_handed_out(problem, len(visits) - 1), is_complete=True)
        fewer = model.search(iterations=iterations, seed=seed, until_feasible=True)
        if fewer is None:
            break
        visits = fewer
    return visits
