"""
Places on a line, so that every time can be told by eye.

Place 0 is the depot. A place `x` is |x - y| minutes from a place `y`, both ways.
"""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoinspect.routing import RoutingProblem, Team

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoinspect.routing import Route, RoutingResult

MINUTE = 60_000


@pytest.fixture(scope="session")
def minute() -> int:
    return MINUTE


@pytest.fixture(scope="session")
def on_a_line() -> Callable[..., RoutingProblem]:
    return _on_a_line


@pytest.fixture(scope="session")
def random_problem() -> Callable[..., RoutingProblem]:
    return _random_problem


@pytest.fixture(scope="session")
def check() -> Callable[[RoutingProblem, RoutingResult], None]:
    return _check


@pytest.fixture(scope="session")
def best_of_one_team() -> Callable[[RoutingProblem, Team, tuple[int, ...]], float]:
    return _best_of_one_team


def _on_a_line(
    stops: Sequence[int],
    *,
    service: int = 10,
    shifts: Sequence[tuple[int, int]] = ((0, 100),),
    windows: Sequence[Sequence[tuple[int, int]]] | None = None,
    prizes: Sequence[int] | None = None,
    most: int | None = None,
) -> RoutingProblem:
    """Stops at these places, shifts and windows in minutes."""
    x = np.array([0, *stops], np.int64)
    return RoutingProblem(
        times_ms=MINUTE * np.abs(x[:, None] - x),
        service_ms=np.full(len(stops), service * MINUTE),
        teams=tuple(
            Team(str(k + 1), a * MINUTE, b * MINUTE, max_stops=most)
            for k, (a, b) in enumerate(shifts)
        ),
        windows=windows and [[(a * MINUTE, b * MINUTE) for a, b in spans] for spans in windows],
        prizes=None if prizes is None else np.array(prizes),
    )


def _random_problem(
    seed: int,
    n: int,
    n_teams: int = 2,
    *,
    windows: bool = False,
    depots: int = 1,
    asymmetry: int = 4,
) -> RoutingProblem:
    """Places in a square of 30 by 30 minutes, times by taxi geometry with one-way detours."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 30, (depots + n, 2))
    times = np.abs(xy[:, None] - xy).sum(axis=2) + rng.integers(0, asymmetry + 1, (depots + n,) * 2)
    np.fill_diagonal(times, 0)
    spans = None
    if windows:
        opens = rng.integers(0, 150, n)
        width = rng.integers(5, 120, n)
        spans = [
            [] if k % 3 == 0 else [(int(a) * MINUTE, int(a + w) * MINUTE)]
            for k, (a, w) in enumerate(zip(opens, width, strict=True))
        ]
    return RoutingProblem(
        times_ms=times * MINUTE,
        service_ms=rng.integers(5, 15, n) * MINUTE,
        teams=tuple(
            Team(str(k), 0, int(rng.integers(80, 200)) * MINUTE, depot=k % depots)
            for k in range(n_teams)
        ),
        windows=spans,
    )


def _check(problem: RoutingProblem, result: RoutingResult) -> None:
    """Drive every route by the clock; each stop is on one route or named."""
    seen = [stop for route in result.routes for stop in route.stops]
    assert sorted([*seen, *(left.stop for left in result.unplanned)]) == list(
        range(problem.n_stops)
    )
    assert len({route.team for route in result.routes}) == len(result.routes)
    for route in result.routes:
        _drive(problem, route)


def _drive(problem: RoutingProblem, route: Route) -> None:
    team = problem.teams[route.team]
    assert team.start_ms <= route.departure_ms
    assert route.return_ms <= team.end_ms
    assert team.max_stops is None or len(route.stops) <= team.max_stops
    way = [team.depot, *route.places, team.depot]
    legs = [problem.times_ms[a, b] for a, b in pairwise(way)]
    assert route.travel_ms == sum(legs)
    leaves = [route.departure_ms]
    for stop, place, arrival, begin, leg in zip(
        route.stops, route.places, route.arrival_ms, route.begin_ms, legs, strict=False
    ):
        assert place in problem.stop_places[stop]
        assert arrival == leaves[-1] + leg
        assert begin >= arrival
        end = begin + problem.service_ms[stop]
        spans = problem.windows[stop] if problem.windows else []
        assert not spans or any(a <= begin and end <= b for a, b in spans)
        leaves.append(end)
    assert route.return_ms == leaves[-1] + legs[-1]


def _best_of_one_team(problem: RoutingProblem, team: Team, stops: tuple[int, ...]) -> float:
    """Least travel of a team over all orders of its stops, by trying; inf if none fits."""
    best = np.inf if stops else 0
    for order in permutations(stops):
        way = [team.depot, *(int(problem.stop_places[stop, 0]) for stop in order), team.depot]
        now, travel = team.start_ms, 0
        for stop, (a, b) in zip([*order, None], pairwise(way), strict=True):
            now, travel = now + problem.times_ms[a, b], travel + problem.times_ms[a, b]
            if stop is not None:
                spans = (problem.windows[stop] if problem.windows else None) or [(0, 10**9)]
                ends = [max(now, x) + problem.service_ms[stop] for x, _ in spans]
                ok = [end for end, (_, y) in zip(ends, spans, strict=True) if end <= y]
                now = min(ok, default=10**12)
        if now <= team.end_ms:
            best = min(best, travel)
    return best
