"""Whatever the stops, shifts and windows: no promise of a plan is broken."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoinspect.routing import (
    RoutingProblem,
    Team,
    coverage,
    plan_campaign,
    solve,
)

MINUTE = 60_000
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def problems(draw: st.DrawFn) -> RoutingProblem:
    """Places with detours and missing ways, unlike shifts, depots, limits, windows, prizes."""
    n, n_depots = draw(st.integers(0, 12)), draw(st.integers(1, 2))
    p = n_depots + n
    times = np.array(draw(st.lists(st.integers(0, 60), min_size=p * p, max_size=p * p)), np.int64)
    times = times.reshape(p, p) * MINUTE
    times[times == 60 * MINUTE] = 2**60
    np.fill_diagonal(times, 0)
    for middle in range(p):
        times = np.minimum(times, times[:, [middle]] + times[middle])
    span = st.tuples(st.integers(0, 400), st.integers(0, 200))
    spans = st.lists(span.map(lambda s: (s[0] * MINUTE, sum(s) * MINUTE)), max_size=2)
    shift = st.tuples(st.integers(0, 200), st.integers(1, 300))
    teams = draw(
        st.lists(
            st.tuples(shift, st.integers(0, n_depots - 1), st.none() | st.integers(1, 4)),
            min_size=1,
            max_size=3,
        )
    )
    return RoutingProblem(
        times_ms=times,
        service_ms=np.array(draw(st.lists(st.integers(0, 30), min_size=n, max_size=n)), np.int64)
        * MINUTE,
        teams=tuple(
            Team(str(k), a * MINUTE, (a + length) * MINUTE, depot, most)
            for k, ((a, length), depot, most) in enumerate(teams)
        ),
        windows=draw(st.none() | st.lists(spans, min_size=n, max_size=n)),
        prizes=draw(st.none() | st.lists(st.integers(1, 100), min_size=n, max_size=n).map(np.array))
        if n
        else None,
    )


def can_drive(problem: RoutingProblem, team: Team, stops: list[int]) -> bool:
    """Whether a team can make these visits in this order, each as soon as it can."""
    if team.max_stops is not None and len(stops) > team.max_stops:
        return False
    places = [int(problem.stop_places[stop, 0]) for stop in stops]
    now = team.start_ms
    for stop, (a, b) in zip(
        [*stops, None], pairwise([team.depot, *places, team.depot]), strict=True
    ):
        now += int(problem.times_ms[a, b])
        if stop is not None:
            spans = (problem.windows[stop] if problem.windows else []) or [(0, 2**60)]
            stay = int(problem.service_ms[stop])
            ends = [max(now, begin) + stay for begin, end in spans if max(now, begin) + stay <= end]
            if not ends:
                return False
            now = min(ends)
    return now <= team.end_ms


@QUICK
@given(problems(), st.integers(0, 3))
def test_each_stop_is_on_one_drivable_route_or_named(problem: RoutingProblem, seed: int) -> None:
    result = solve(problem, iterations=15, seed=seed)
    told = [stop for route in result.routes for stop in route.stops]
    told += [left.stop for left in result.unplanned]
    assert sorted(told) == list(range(problem.n_stops))
    for route in result.routes:
        assert can_drive(problem, problem.teams[route.team], list(route.stops))
        assert problem.teams[route.team].start_ms <= route.departure_ms
        assert route.return_ms <= problem.teams[route.team].end_ms


@QUICK
@given(problems())
def test_a_stop_left_out_fits_nowhere(problem: RoutingProblem) -> None:
    result = solve(problem, iterations=15)
    routes: list[list[int]] = [[] for _ in problem.teams]
    for route in result.routes:
        routes[route.team] = list(route.stops)
    for left in result.unplanned:
        for team, stops in zip(problem.teams, routes, strict=True):
            for at in range(len(stops) + 1):
                assert not can_drive(problem, team, [*stops[:at], left.stop, *stops[at:]])


@QUICK
@given(problems())
def test_codes_tell_the_truth(problem: RoutingProblem) -> None:
    for left in solve(problem, iterations=15).unplanned:
        alone = any(can_drive(problem, team, [left.stop]) for team in problem.teams)
        place = problem.stop_places[left.stop, 0]
        in_reach = any(
            problem.times_ms[team.depot, place]
            + problem.times_ms[place, team.depot]
            + problem.service_ms[left.stop]
            <= team.shift_ms
            for team in problem.teams
        )
        assert (left.code == "OUT_OF_REACH") == (not in_reach)
        if not alone and in_reach:
            assert left.code == "WINDOW"
        if left.code == "SHIFT_FULL":
            assert alone


@QUICK
@given(problems())
def test_campaigns_leave_out_only_what_nobody_can_visit(problem: RoutingProblem) -> None:
    campaign = plan_campaign(problem, iterations=15)
    ids = [str(stop) for stop in range(problem.n_stops)]
    routes = [[str(stop) for stop in route.stops] for route in campaign.result.routes]
    unplanned = {str(left.stop): left.code for left in campaign.result.unplanned}
    assert coverage(ids, routes, unplanned).holds
    assert "SHIFT_FULL" not in unplanned.values()
    for stop in unplanned:
        assert not any(can_drive(problem, team, [int(stop)]) for team in problem.teams)
    for route in campaign.result.routes:
        assert can_drive(problem, campaign.team(route), list(route.stops))
    assert campaign.lower_bound <= campaign.team_days
