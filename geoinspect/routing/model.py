"""The problem in PyVRP's terms, its search, and the way back."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from pyvrp import (
    Client,
    ClientGroup,
    Depot,
    Location,
    PenaltyParams,
    ProblemData,
    Route,
    Solution,
    SolveParams,
    VehicleType,
)
from pyvrp import solve as solve_data
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.stop import FirstFeasible, MaxIterations, MultipleCriteria

if TYPE_CHECKING:
    from geoinspect.routing.problem import RoutingProblem, Team

Visits = list[list[int]]
"""For each team the numbers of the options it takes, in order."""

_PARDONED_MS = 10_000
"""Being later than this costs more than any stop is worth, or the search stays in late routes."""

_LEAST_MAX_PENALTY = 100_000.0
"""PyVRP's own largest penalty."""


class Model:
    """
    A routing problem as PyVRP's data.

    Every option that some team can take is a client; options of one stop exclude each
    other. Teams with the same shift, depot and limit are vehicles of one type.

    Parameters
    ----------
    problem
        The problem; at least one option must be possible.
    is_complete
        Whether all stops that somebody can visit must be visited. If not, a plan that
        collects more prizes comes before one with less travel.
    """

    def __init__(self, problem: RoutingProblem, *, is_complete: bool) -> None:
        self._problem = problem
        self.is_complete = is_complete
        # no plan travels longer than all shifts together
        self._worth = 1 + sum(team.shift_ms for team in problem.teams)
        self._start_ms = min(team.start_ms for team in problem.teams)
        self._options = np.flatnonzero(problem.is_possible.any(axis=1))
        self._client = {int(option): client for client, option in enumerate(self._options)}
        self._teams = _teams_of_a_kind(problem.teams)
        self._data = self._problem_data()

    def search(
        self,
        *,
        iterations: int,
        seed: int,
        until_feasible: bool = False,
        start: Visits | None = None,
    ) -> Visits | None:
        """
        Search for the best plan.

        Parameters
        ----------
        iterations
            When to stop; the time plays no part, so the answer is always the same.
        seed
            Seed of the search, 0 or more.
        until_feasible
            Whether to stop at the first plan that holds all shifts and windows.
        start
            Plan to start from; its stops need not be complete. A random one by default.

        Returns
        -------
        visits
            None if no plan was found that holds all shifts and windows.
        """
        limit = MaxIterations(iterations)
        with warnings.catch_warnings():
            # that nothing feasible was found is an answer here, not an accident
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            result = solve_data(
                self._data,
                MultipleCriteria([FirstFeasible(), limit]) if until_feasible else limit,
                seed=seed,
                collect_stats=False,
                params=SolveParams(penalty=PenaltyParams(max_penalty=self._max_penalty())),
                initial_solution=None if start is None else self._solution(start),
            )
        return self._visits(result.best) if result.is_feasible() else None

    def _max_penalty(self) -> float:
        """Penalty for a millisecond of being late."""
        prizes = self._problem.prizes
        largest = 1 if prizes is None else int(prizes.max())
        return max(_LEAST_MAX_PENALTY, largest * self._worth / _PARDONED_MS)

    def _problem_data(self) -> ProblemData:
        """Hand the problem over."""
        depots = sorted({team.depot for team in self._problem.teams})
        clients, groups = self._clients()
        times_ms = self._times_ms()
        return ProblemData(
            # times are told by matrices, so that coordinates play no part
            locations=[Location(0, 0)] * len(times_ms),
            clients=clients,
            depots=[Depot(place) for place in depots],
            vehicle_types=[
                self._vehicle(self._problem.teams[same[0]], depots, len(same))
                for same in self._teams
            ],
            distance_matrices=[times_ms],
            duration_matrices=[times_ms],
            groups=groups,
        )

    def _times_ms(self) -> np.ndarray[Any, Any]:
        """Travel times, where what no shift can hold is cut short to spare PyVRP's digits."""
        longest_ms = max(team.shift_ms for team in self._problem.teams)
        times_ms = np.minimum(self._problem.times_ms, longest_ms + 1)
        np.fill_diagonal(times_ms, 0)
        return times_ms

    def _vehicle(self, team: Team, depots: list[int], n: int) -> VehicleType:
        """Describe `n` equal teams."""
        depot = depots.index(team.depot)
        return VehicleType(
            num_available=n,
            capacity=[team.max_stops or self._problem.n_stops] if self._is_counted() else [],
            start_depot=depot,
            end_depot=depot,
            tw_early=team.start_ms - self._start_ms,
            tw_late=team.end_ms - self._start_ms,
        )

    def _clients(self) -> tuple[list[Client], list[ClientGroup]]:
        """Describe the options, and groups of those that belong to one stop."""
        stops = self._problem.options.stop[self._options]
        _, first, number = np.unique(stops, return_index=True, return_counts=True)
        several = zip(first[number > 1].tolist(), number[number > 1].tolist(), strict=True)
        groups = [
            ClientGroup(list(range(start, start + n)), required=self.is_complete)
            for start, n in several
        ]
        group_of = {client: g for g, group in enumerate(groups) for client in group.clients}
        clients = [
            self._client_of(option, group_of.get(client))
            for client, option in enumerate(self._options.tolist())
        ]
        return clients, groups

    def _client_of(self, option: int, group: int | None) -> Client:
        """Describe one option."""
        options, prizes = self._problem.options, self._problem.prizes
        stop = int(options.stop[option])
        service_ms = int(self._problem.service_ms[stop])
        prize = 1 if prizes is None else int(prizes[stop])
        return Client(
            location=int(options.place[option]),
            delivery=[1] if self._is_counted() else [],
            service_duration=service_ms,
            tw_early=max(0, int(options.open_ms[option]) - self._start_ms),
            tw_late=int(options.close_ms[option]) - service_ms - self._start_ms,
            prize=0 if self.is_complete else self._worth * prize,
            required=self.is_complete and group is None,
            group=group,
        )

    def _is_counted(self) -> bool:
        """Whether some team has a limit on the number of stops."""
        return any(team.max_stops is not None for team in self._problem.teams)

    def _solution(self, visits: Visits) -> Solution:
        """Hand a plan over."""
        routes = [
            Route(self._data, [self._client[option] for option in visits[team]], kind)
            for kind, teams in enumerate(self._teams)
            for team in teams
            if visits[team]
        ]
        return Solution(self._data, routes)

    def _visits(self, solution: Solution) -> Visits:
        """Take a plan back; equal teams get their routes in the order of the stops."""
        visits: Visits = [[] for _ in self._problem.teams]
        found: list[Visits] = [[] for _ in self._teams]
        for route in solution.routes():
            clients = [activity.idx for activity in route if activity.is_client()]
            found[route.vehicle_type()].append(self._options[clients].tolist())
        for teams, routes in zip(self._teams, found, strict=True):
            for team, route_visits in zip(teams, sorted(routes), strict=False):
                visits[team] = route_visits
        return visits


def _teams_of_a_kind(teams: tuple[Team, ...]) -> list[list[int]]:
    """Numbers of the teams, those with the same shift, depot and limit together."""
    kinds: dict[tuple[int, int, int, int | None], list[int]] = {}
    for number, team in enumerate(teams):
        kind = (team.start_ms, team.end_ms, team.depot, team.max_stops)
        kinds.setdefault(kind, []).append(number)
    return list(kinds.values())
