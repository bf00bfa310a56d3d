"""Plans visit as many stops as fit, travel least, and break neither shift nor window."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoinspect.errors import InputError
from geoinspect.routing import RoutingProblem, Team, solve
from geoinspect.routing.model import Model
from geoinspect.routing.solve import as_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoinspect.routing import RoutingResult

    Build = Callable[..., RoutingProblem]
    Check = Callable[[RoutingProblem, RoutingResult], None]
    Best = Callable[[RoutingProblem, Team, tuple[int, ...]], float]


def codes(result: RoutingResult) -> dict[int, str]:
    return {left.stop: left.code for left in result.unplanned}


def best_by_trying(problem: RoutingProblem, best_of_one_team: Best) -> tuple[int, float]:
    """Most stops of two teams, and the least travel for that many, by trying everything."""
    stops = range(problem.n_stops)
    tried = [
        {part: best_of_one_team(problem, team, part) for part in parts(stops)}
        for team in problem.teams
    ]
    best = (0, 0.0)
    for first, travel in tried[0].items():
        for second, more in tried[1].items():
            if travel + more < np.inf and not set(first) & set(second):
                best = max(best, (len(first) + len(second), -(travel + more)))
    return best[0], -best[1]


def parts(stops: range) -> Iterator[tuple[int, ...]]:
    for size in range(len(stops) + 1):
        yield from combinations(stops, size)


@pytest.mark.parametrize("windows", [False, True], ids=["always open", "windows"])
@pytest.mark.parametrize("seed", range(6))
def test_small_plans_are_the_best_there_are(
    random_problem: Build, check: Check, best_of_one_team: Best, seed: int, windows: bool
) -> None:
    problem = random_problem(seed, 6, windows=windows, depots=2)
    result = solve(problem, iterations=300)
    check(problem, result)
    most, travel_ms = best_by_trying(problem, best_of_one_team)
    assert problem.n_stops - len(result.unplanned) == most
    assert result.travel_ms == travel_ms


def test_a_team_goes_out_and_comes_back_the_short_way(on_a_line: Build, minute: int) -> None:
    result = solve(on_a_line([5, 10, 20, 15]), iterations=20)
    (route,) = result.routes
    assert set(route.stops) == {0, 1, 2, 3}
    assert route.travel_ms == 40 * minute
    assert route.departure_ms == 0
    assert route.return_ms == 80 * minute


def test_teams_with_unlike_shifts_share_the_stops(on_a_line: Build, check: Check) -> None:
    problem = on_a_line([5, 5, 5, -30, -30], shifts=[(0, 45), (60, 160)])
    result = solve(problem, iterations=50)
    check(problem, result)
    assert [set(route.stops) for route in result.routes] == [{0, 1, 2}, {3, 4}]


def test_each_team_starts_and_ends_at_its_own_depot(minute: int) -> None:
    x = np.array([0, 100, 10, 90])
    times = minute * np.abs(x[:, None] - x)
    teams = (Team("west", 0, 40 * minute, 0), Team("east", 0, 40 * minute, 1))
    result = solve(RoutingProblem(times, np.full(2, 10 * minute), teams), iterations=20)
    assert [route.stops for route in result.routes] == [(0,), (1,)]
    assert result.travel_ms == 40 * minute


def test_visits_wait_for_the_doors_to_open_and_end_before_they_close(
    on_a_line: Build, check: Check, minute: int
) -> None:
    problem = on_a_line([10, 20], windows=[[(40, 50)], []])
    result = solve(problem, iterations=20)
    check(problem, result)
    (route,) = result.routes
    assert route.stops == (1, 0)
    assert route.begin_ms[1] == 40 * minute


def test_a_team_that_must_wait_leaves_later_instead(on_a_line: Build, minute: int) -> None:
    (route,) = solve(on_a_line([10], windows=[[(60, 90)]]), iterations=5).routes
    assert route.departure_ms == 50 * minute
    assert route.waiting_ms == 0


def test_of_several_windows_one_is_kept(on_a_line: Build, check: Check, minute: int) -> None:
    problem = on_a_line([10, 12, 14], windows=[[(5, 12), (60, 80)], [], []])
    result = solve(problem, iterations=20)
    check(problem, result)
    (route,) = result.routes
    assert dict(zip(route.stops, route.begin_ms, strict=True))[0] >= 60 * minute


def test_of_several_places_one_is_visited(minute: int) -> None:
    x = np.array([0, 50, 4, 60, 5])
    problem = RoutingProblem(
        minute * np.abs(x[:, None] - x),
        np.full(2, minute),
        (Team("1", 0, 100 * minute),),
        places=np.array([[1, 2], [3, 4]]),
    )
    (route,) = solve(problem, iterations=20).routes
    assert set(route.places) == {2, 4}
    assert route.travel_ms == 10 * minute


def test_a_stop_too_far_for_every_shift_is_named(on_a_line: Build) -> None:
    result = solve(on_a_line([10, 46]), iterations=20)
    assert codes(result) == {1: "OUT_OF_REACH"}
    assert len(result.routes) == 1


def test_a_stop_without_a_way_is_named(on_a_line: Build) -> None:
    problem = on_a_line([10, 20])
    times_ms = problem.times_ms.copy()
    times_ms[2, :2] = times_ms[:2, 2] = 2**60
    result = solve(replace(problem, times_ms=times_ms), iterations=20)
    assert codes(result) == {1: "OUT_OF_REACH"}


def test_a_stop_that_opens_too_late_or_too_short_is_named(on_a_line: Build) -> None:
    problem = on_a_line([10, 20, 5], windows=[[(95, 200)], [(30, 35)], []])
    assert codes(solve(problem, iterations=20)) == {0: "WINDOW", 1: "WINDOW"}


def test_two_stops_open_at_the_same_time_are_a_matter_of_windows(on_a_line: Build) -> None:
    problem = on_a_line([10, -10], windows=[[(30, 40)], [(30, 40)]])
    assert set(codes(solve(problem, iterations=20)).values()) == {"WINDOW"}


def test_what_the_shifts_cannot_hold_is_named(on_a_line: Build) -> None:
    result = solve(on_a_line([5] * 10), iterations=50)
    assert list(codes(result).values()) == ["SHIFT_FULL"]


def test_a_limit_on_stops_is_kept(on_a_line: Build, check: Check) -> None:
    problem = on_a_line([5, 6, 7, 8], shifts=[(0, 100), (0, 100)], most=2)
    result = solve(problem, iterations=50)
    check(problem, result)
    assert [len(route.stops) for route in result.routes] == [2, 2]
    assert set(codes(solve(on_a_line([5, 6, 7], most=2), iterations=50)).values()) == {"SHIFT_FULL"}


def test_dear_stops_come_before_cheap_ones(on_a_line: Build) -> None:
    result = solve(on_a_line([1, 1, -40], prizes=[1, 1, 3]), iterations=50)
    assert [route.stops for route in result.routes] == [(2,)]


def test_nothing_to_visit_gives_no_routes(on_a_line: Build) -> None:
    assert solve(on_a_line([]), iterations=5).routes == ()
    assert codes(solve(on_a_line([99]), iterations=5)) == {0: "OUT_OF_REACH"}


def test_same_problem_and_seed_give_the_same_result(random_problem: Build) -> None:
    problem = random_problem(3, 40, 3, windows=True)
    assert solve(problem, iterations=40, seed=5) == solve(problem, iterations=40, seed=5)


def test_what_the_search_leaves_behind_is_put_where_it_fits(
    on_a_line: Build, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Model, "search", lambda *_, **__: None)
    problem = on_a_line([5, 10, 20, 15], shifts=[(0, 60), (0, 60)])
    result = solve(problem, iterations=1)
    check(problem, result)
    assert not result.unplanned


def test_a_route_that_breaks_its_shift_is_no_result(on_a_line: Build) -> None:
    with pytest.raises(ValueError, match=r"route \[0, 1\] of team 0 breaks a shift"):
        as_result(on_a_line([40, -40]), [[0, 1]])


def test_a_problem_without_teams_is_refused(on_a_line: Build) -> None:
    with pytest.raises(InputError, match="name at least one team"):
        replace(on_a_line([5]), teams=())


def test_a_shift_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="The shift of team A ends before it begins"):
        Team("A", 10, 10)


def test_a_team_that_may_make_no_stop_is_refused() -> None:
    with pytest.raises(InputError, match="Team A may make 0 stops"):
        Team("A", 0, 10, max_stops=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"times_ms": np.zeros((2, 3), np.int64)},
        {"windows": [[]]},
        {"prizes": np.array([0, 1])},
        {"places": np.array([[1]])},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_arrays_of_the_wrong_shape_are_refused(on_a_line: Build, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="2"):
        replace(on_a_line([5, 6]), **wrong)
