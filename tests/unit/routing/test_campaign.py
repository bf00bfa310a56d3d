"""Campaigns visit everything in few team-days and prove what they claim."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from geoinspect.routing import RoutingProblem, Team, coverage, least_team_days, plan_campaign
from geoinspect.routing.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.routing import Campaign, RoutingResult
    from geoinspect.routing.model import Visits

    Build = Callable[..., RoutingProblem]
    Check = Callable[[RoutingProblem, RoutingResult], None]
    Best = Callable[[RoutingProblem, Team, tuple[int, ...]], float]


def codes(campaign: Campaign) -> dict[int, str]:
    return {left.stop: left.code for left in campaign.result.unplanned}


def fewest_by_trying(problem: RoutingProblem, best_of_one_team: Best) -> int:
    """Fewest team-days of equal teams for all stops, by trying every partition."""
    team, n = problem.teams[0], problem.n_stops
    for number in range(1, n + 1):
        for part_of in product(range(number), repeat=n):
            routes = [tuple(s for s in range(n) if part_of[s] == r) for r in range(number)]
            if all(best_of_one_team(problem, team, route) < np.inf for route in routes):
                return number
    return n


@pytest.mark.parametrize("seed", range(6))
def test_small_campaigns_take_the_fewest_team_days(
    random_problem: Build, best_of_one_team: Best, seed: int
) -> None:
    problem = random_problem(seed, 5, 1)
    campaign = plan_campaign(problem, iterations=200)
    expected = fewest_by_trying(problem, best_of_one_team)
    assert campaign.lower_bound <= expected == campaign.team_days
    assert not campaign.result.unplanned


@pytest.mark.parametrize("seed", range(4))
def test_every_stop_is_visited_once_within_shifts_and_windows(
    random_problem: Build, check: Check, seed: int
) -> None:
    problem = random_problem(seed, 25, 3, windows=True, depots=2)
    campaign = plan_campaign(problem, iterations=50)
    several = replace(problem, teams=tuple(problem.teams[k % 3] for k in range(40)))
    check(several, campaign.result)
    assert set(codes(campaign).values()) <= {"WINDOW", "OUT_OF_REACH"}
    assert campaign.lower_bound <= campaign.team_days


def test_team_days_are_handed_out_day_by_day(on_a_line: Build) -> None:
    problem = on_a_line([40] * 5, service=20, shifts=[(0, 100), (0, 100)])
    campaign = plan_campaign(problem, iterations=20)
    assert (campaign.team_days, campaign.days, campaign.lower_bound) == (5, 3, 5)
    days = [(campaign.day(route), campaign.team(route).team_id) for route in campaign.result.routes]
    assert days == [(1, "1"), (1, "2"), (2, "1"), (2, "2"), (3, "1")]
    assert campaign.gap == 0


def test_a_stop_that_only_the_second_team_can_reach_needs_the_second_team(
    on_a_line: Build,
) -> None:
    shifts = [(0, 100), (0, 200), (0, 100)]
    campaign = plan_campaign(on_a_line([60], shifts=shifts), iterations=20)
    assert not campaign.result.unplanned
    assert [campaign.team(route).team_id for route in campaign.result.routes] == ["2"]
    assert (campaign.team_days, campaign.days) == (1, 1)


def test_stops_that_nobody_can_visit_are_named_and_hold_up_nobody(on_a_line: Build) -> None:
    problem = on_a_line([10, 99, 20], windows=[[], [], [(0, 5)]])
    campaign = plan_campaign(problem, iterations=20)
    assert codes(campaign) == {1: "OUT_OF_REACH", 2: "WINDOW"}
    assert campaign.team_days == 1


def test_team_days_too_many_are_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Model.search

    def search_all_or_nothing(model: Model, **limits: Any) -> Visits | None:
        return search(model, **limits) if model.is_complete else None

    monkeypatch.setattr(Model, "search", search_all_or_nothing)
    # stops that are put one by one where they fit take three shifts: 40 + 40, 60, 60
    service_ms = np.array([40, 40, 60, 60])
    problem = RoutingProblem(np.zeros((5, 5), np.int64), service_ms, (Team("1", 0, 100),))
    assert plan_campaign(problem, iterations=100).team_days == 2


def test_a_campaign_of_nothing_takes_no_day(on_a_line: Build) -> None:
    campaign = plan_campaign(on_a_line([]), iterations=5)
    assert (campaign.team_days, campaign.days, campaign.lower_bound, campaign.gap) == (0, 0, 0, 0)


def test_joint_teams_carry_their_units(on_a_line: Build) -> None:
    problem = on_a_line([10])
    joint = Team("A", 0, problem.teams[0].end_ms, units=("城管局", "市场监管局"))
    campaign = plan_campaign(replace(problem, teams=(joint,)), iterations=5)
    assert campaign.team(campaign.result.routes[0]).units == ("城管局", "市场监管局")


def test_same_problem_and_seed_give_the_same_campaign(random_problem: Build) -> None:
    problem = random_problem(8, 30, 2)
    assert plan_campaign(problem, iterations=30, seed=1) == plan_campaign(
        problem, iterations=30, seed=1
    )


def test_steps_are_told(on_a_line: Build) -> None:
    steps: list[str] = []
    plan_campaign(on_a_line([5]), iterations=5, report=steps.append)
    assert steps == ["Finding enough team-days", "Saving team-days", "Shortening the routes"]


@pytest.mark.parametrize("seed", range(20))
def test_the_bound_is_never_above_a_plan(
    random_problem: Build, best_of_one_team: Best, seed: int
) -> None:
    problem = random_problem(seed, 5, 1, asymmetry=20)
    assert least_team_days(problem) <= fewest_by_trying(problem, best_of_one_team)


def test_far_stops_raise_the_bound_over_the_hours_of_work(on_a_line: Build) -> None:
    # 4 h of work fit into 3 shifts, but each route to the far end has 20 minutes left
    assert least_team_days(on_a_line([40] * 24, service=10)) == 12


def test_a_limit_on_stops_raises_the_bound(on_a_line: Build) -> None:
    assert least_team_days(on_a_line([1] * 5, service=1, most=2)) == 3


def test_stops_out_of_reach_do_not_raise_the_bound(on_a_line: Build) -> None:
    assert least_team_days(on_a_line([10, 99])) == 1
    assert least_team_days(on_a_line([99])) == 0


def test_coverage_holds_if_each_point_is_told_once() -> None:
    proof = coverage(["a", "b", "c"], [["a"], ["b"]], ["c"])
    assert proof.holds
    assert (proof.n_points, proof.n_visited, proof.n_unplanned) == (3, 2, 1)


def test_coverage_names_what_is_told_twice_or_never() -> None:
    proof = coverage(["a", "b", "c"], [["a", "c"]], ["c", "z"])
    assert not proof.holds
    assert (proof.missing, proof.repeated, proof.unknown) == (("b",), ("c",), ("z",))
