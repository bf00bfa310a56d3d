"""What else one could do: sample points first, then let the best open solver route them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.arrays import IntArray
    from geoinspect.lottery.day import Workload

#: Worth of a stop that may be dropped, in milliseconds: no detour costs more.
_PRIZE = 10**8

#: A solver that has not finished by then would not be waited for.
_PATIENCE_S = 300.0


@dataclass(frozen=True)
class Task:
    """
    One sample to be routed.

    Attributes
    ----------
    times
        Travel times of depot and sample in milliseconds, shape (m + 1, m + 1).
    service
        Service times in milliseconds, shape (m,).
    shift, n_teams
        Length of the shift in milliseconds, number of teams.
    optional
        Whether stops may be dropped.
    iterations
        How long the solver tries.
    seed
        Of the solver.
    """

    times: IntArray
    service: IntArray
    shift: int
    n_teams: int
    optional: bool
    iterations: int
    seed: int


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
    teams
        Teams that went out at all.
    is_feasible
        Whether every stop that must be made fits into the shifts.
    seconds
        Processor time taken.
    """

    visited: IntArray
    travel_ms: int
    teams: int
    is_feasible: bool
    seconds: float


def task(
    workload: Workload, sample: IntArray, *, optional: bool, iterations: int, seed: int
) -> Task:
    """Cut what the solver has to know out of a city."""
    rows = np.concatenate(([0], sample + 1))
    return Task(
        workload.times[np.ix_(rows, rows)], workload.service[sample], workload.shift,
        workload.n_teams, optional, iterations, seed,
    )  # fmt: skip


def route_all(tasks: Sequence[Task], jobs: int) -> list[Routed]:
    """Route every sample, several at a time."""
    if jobs == 1:
        return [_route(each) for each in tasks]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_route, tasks))


def _route(each: Task) -> Routed:
    """Route one sample with PyVRP, at least total travel."""
    start = process_time()
    stop = MultipleCriteria([MaxIterations(each.iterations), MaxRuntime(_PATIENCE_S)])
    best = solve(_problem(each), stop, seed=each.seed, collect_stats=False).best
    visited = [
        activity.idx for route in best.routes() for activity in route if activity.is_client()
    ]
    return Routed(
        np.array(sorted(visited), dtype=np.int64), best.distance(), best.num_routes(),
        best.is_feasible(), process_time() - start,
    )  # fmt: skip


def _problem(each: Task) -> ProblemData:
    prize = _PRIZE if each.optional else 0
    clients = [
        Client(
            i + 1, service_duration=int(each.service[i]), prize=prize, required=not each.optional
        )
        for i in range(len(each.service))
    ]
    times: Any = each.times  # PyVRP's own annotation takes no array at all
    return ProblemData(
        locations=[Location(0, 0) for _ in range(len(clients) + 1)],
        clients=clients,
        depots=[Depot(0)],
        vehicle_types=[VehicleType(each.n_teams, shift_duration=each.shift)],
        distance_matrices=[times],
        duration_matrices=[times],
    )
