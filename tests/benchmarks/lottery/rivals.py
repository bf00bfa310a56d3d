"""What else one could do: sample points first, then let the best open solver route them."""

from __future__ import annotations

import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, VehicleType, solve
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.arrays import IntArray
    from geoinspect.lottery.workload import DutyTeam
    from lottery.cases import Case

#: Worth of a stop that may be dropped, in milliseconds: no detour costs more.
_PRIZE = 10**8

#: A solver that has not finished by then would not be waited for.
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Task:
    """
    One sample to be routed.

    Attributes
    ----------
    times
        Travel times of depots and sample in milliseconds, shape (d + m, d + m).
    service
        Service times in milliseconds, shape (m,).
    hours
        Opening and closing by the clock in milliseconds, shape (m, s, 2).
    teams
        Shifts and depots.
    optional
        Whether stops may be dropped.
    iterations
        How long the solver tries.
    seed
        Of the solver.
    """

    times: IntArray
    service: IntArray
    hours: IntArray
    teams: tuple[DutyTeam, ...]
    optional: bool
    iterations: int
    seed: int

    @property
    def n_depots(self) -> int:
        """Number of depots."""
        return len(self.times) - len(self.service)


@dataclass(frozen=True)
class Routed:
    """
    What the solver made of a sample.

    Attributes
    ----------
    visited
        Numbers of the stops made, in the sample.
    travel_ms
        Travel of all teams together.
    use
        Share of all shifts that is travel and service.
    teams
        Teams that went out at all.
    is_feasible
        Whether every stop that must be made fits into shifts and opening hours.
    seconds
        Processor time taken.
    """

    visited: IntArray
    travel_ms: int
    use: float
    teams: int
    is_feasible: bool
    seconds: float


def task(case: Case, sample: IntArray, *, optional: bool, iterations: int, seed: int) -> Task:
    """Cut what the solver has to know out of a city."""
    work = case.sample_workload(sample)
    longest = int(work.shifts.max())
    # farther than any shift is far enough, and leaves the solver digits for the rest
    times = np.minimum(work.times[0], longest + 1)
    return Task(
        times, work.service, case.ground.hours[sample], work.teams, optional, iterations, seed
    )


def route_all(tasks: Sequence[Task], jobs: int) -> list[Routed]:
    """Route every sample, several at a time."""
    if jobs == 1:
        return [route(each) for each in tasks]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(route, tasks))


def route(each: Task) -> Routed:
    """Route one sample with PyVRP, at least total travel."""
    start = process_time()
    stop = MultipleCriteria([MaxIterations(each.iterations), MaxRuntime(PATIENCE_S)])
    data, point_of = _problem(each)
    with warnings.catch_warnings():
        # that not all stops fit is an answer here, not an accident
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        best = solve(data, stop, seed=each.seed, collect_stats=False, display=False).best
    clients = [
        activity.idx for found in best.routes() for activity in found if activity.is_client()
    ]
    visited = np.array(sorted(point_of[client] for client in clients), dtype=np.int64)
    worked_ms = best.distance() + int(each.service[visited].sum())
    return Routed(
        visited, best.distance(), worked_ms / sum(team.shift_ms for team in each.teams),
        best.num_routes(), best.is_feasible(), process_time() - start,
    )  # fmt: skip


def _problem(each: Task) -> tuple[ProblemData, list[int]]:
    """Describe a sample to PyVRP; return the point of each of its clients, too."""
    start_ms = min(team.start_ms for team in each.teams)
    end_ms = max(team.start_ms + team.shift_ms for team in each.teams)
    visits = [
        (point, span)
        for point in range(len(each.service))
        for span in _spans(each.hours[point], int(each.service[point]), start_ms, end_ms)
    ]
    point_of = [point for point, _ in visits]
    groups = _groups(point_of, required=not each.optional)
    group_of = {client: number for number, group in enumerate(groups) for client in group.clients}
    clients = [
        Client(
            each.n_depots + point, service_duration=int(each.service[point]),
            tw_early=early, tw_late=late, prize=_PRIZE if each.optional else 0,
            required=not each.optional and client not in group_of, group=group_of.get(client),
        )
        for client, (point, (early, late)) in enumerate(visits)
    ]  # fmt: skip
    times: Any = each.times  # PyVRP's own annotation takes no array at all
    data = ProblemData(
        locations=[Location(0, 0) for _ in range(len(each.times))],
        clients=clients,
        depots=[Depot(place) for place in range(each.n_depots)],
        vehicle_types=_vehicles(each.teams, start_ms),
        distance_matrices=[times],
        duration_matrices=[times],
        groups=groups,
    )
    return data, point_of


def _spans(hours: IntArray, service_ms: int, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """First and last begin of a visit in each opening of the day, after the first shift's start."""
    first = np.maximum(hours[:, 0], start_ms) - start_ms
    last = np.minimum(hours[:, 1], end_ms) - start_ms - service_ms
    return [(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True) if a <= b]


def _groups(point_of: list[int], *, required: bool) -> list[ClientGroup]:
    """Let the openings of one point exclude each other."""
    several = [point for point, count in Counter(point_of).items() if count > 1]
    return [
        ClientGroup([k for k, each in enumerate(point_of) if each == point], required=required)
        for point in several
    ]


def _vehicles(teams: Sequence[DutyTeam], start_ms: int) -> list[VehicleType]:
    """Describe the teams, those alike together."""
    return [
        VehicleType(
            count, start_depot=team.depot, end_depot=team.depot,
            tw_early=team.start_ms - start_ms, tw_late=team.start_ms - start_ms + team.shift_ms,
        )
        for team, count in Counter(teams).items()
    ]  # fmt: skip
