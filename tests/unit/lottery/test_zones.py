"""Zones are compact, balanced, random, and every point is in one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoinspect.errors import LotteryError
from geoinspect.lottery.randomness import derive_key, stream
from geoinspect.lottery.zones import Territory, ZoneParams, draw_zones

from .conftest import plane_times


def territory(times: np.ndarray, n_teams: int) -> Territory:
    """Teams that are all alike, with one depot in point 0."""
    n = len(times)
    return Territory(
        both_ways=(times + times.T,),
        mode=np.zeros(n_teams, dtype=np.int64),
        from_depot=np.tile(times[0] + times[:, 0], (n_teams, 1)),
        capacity=np.ones(n_teams),
        is_possible=np.ones((n, n_teams), dtype=np.bool_),
    )


def test_two_far_towns_become_two_zones(state: np.ndarray) -> None:
    times = np.full((8, 8), 90)
    times[:4, :4] = times[4:, 4:] = 5
    np.fill_diagonal(times, 0)
    zone = draw_zones(territory(times, 2), np.ones(8), state)
    assert len(set(zone[:4])) == len(set(zone[4:])) == 1
    assert zone[0] != zone[4]


def test_loads_are_equal_up_to_slack_and_one_split_point(state: np.ndarray) -> None:
    load = np.ones(120)
    zone = draw_zones(territory(plane_times(119, "balance"), 6), load, state)
    assert np.bincount(zone, weights=load).max() <= 1.02 * 20 + 1


def test_heavier_points_make_smaller_zones(state: np.ndarray) -> None:
    times = np.full((9, 9), 90)
    times[:3, :3] = times[3:, 3:] = 5
    np.fill_diagonal(times, 0)
    zone = draw_zones(territory(times, 2), np.array([2.0, 2, 2, 1, 1, 1, 1, 1, 1]), state)
    assert sorted(np.bincount(zone).tolist()) == [3, 6]


def test_another_key_gives_another_partition() -> None:
    city = territory(plane_times(59, "city"), 4)
    partitions = {
        tuple(draw_zones(city, np.ones(60), stream(derive_key(str(day)))).tolist())
        for day in range(6)
    }
    assert len(partitions) == 6


def test_as_many_zones_as_points_give_each_its_own(state: np.ndarray) -> None:
    zone = draw_zones(territory(plane_times(4, "own"), 5), np.ones(5), state)
    assert sorted(zone.tolist()) == [0, 1, 2, 3, 4]


def test_points_in_one_place_can_be_shared_out(state: np.ndarray) -> None:
    zone = draw_zones(territory(np.zeros((6, 6), dtype=np.int64), 3), np.ones(6), state)
    assert np.bincount(zone, minlength=3).min() >= 1


def test_loads_are_weighed_again_in_every_round(state: np.ndarray) -> None:
    seen = []

    def reweigh(zone: np.ndarray) -> np.ndarray:
        seen.append(zone)
        return np.ones(20)

    city = territory(plane_times(19, "again"), 3)
    draw_zones(city, np.ones(20), state, ZoneParams(rounds=5), reweigh=reweigh)
    assert len(seen) == 5


def test_each_team_works_near_its_own_depot(state: np.ndarray) -> None:
    times = np.full((12, 12), 90)
    times[:6, :6] = times[6:, 6:] = 5
    np.fill_diagonal(times, 0)
    depots = np.array([[5] * 6 + [180] * 6, [180] * 6 + [5] * 6])[[1, 0, 0]]
    zone = draw_zones(replace(territory(times, 3), from_depot=depots), np.ones(12), state)
    assert set(zone[6:]) >= {0}
    assert 0 not in zone[:6]


def test_a_team_with_twice_the_shift_gets_twice_the_load(state: np.ndarray) -> None:
    city = replace(territory(plane_times(89, "shift"), 2), capacity=np.array([1.0, 2.0]))
    zone = draw_zones(city, np.ones(90), state)
    assert np.bincount(zone)[1] == pytest.approx(60, abs=2)


def test_points_go_only_to_teams_that_can_visit_them(state: np.ndarray) -> None:
    is_possible = np.ones((30, 3), dtype=np.bool_)
    is_possible[:12, 1:] = False
    is_possible[25:, 0] = False
    city = replace(territory(plane_times(29, "possible"), 3), is_possible=is_possible)
    zone = draw_zones(city, np.ones(30), state)
    assert is_possible[np.arange(30), zone].all()
    # what only one team can do fills it; the two others share the rest evenly
    assert np.bincount(zone).tolist() == [12, 9, 9]


def test_a_remote_zone_gets_its_share_too(state: np.ndarray) -> None:
    # eight towns in a row and a hamlet far behind them: whoever works there fetches points
    town = np.repeat(np.arange(9), 10)[:81]
    place = np.where(town == 8, 30, town)
    times = (60 * np.abs(place[:, None] - place[None]) + 1) * (1 - np.eye(81, dtype=np.int64))
    for _ in range(10):
        zone = draw_zones(territory(times, 9), np.ones(81), state)
        assert np.bincount(zone, minlength=9).min() >= 7


def test_more_teams_than_points_are_refused(state: np.ndarray) -> None:
    with pytest.raises(LotteryError, match="3 teams cannot share 2 points"):
        draw_zones(territory(plane_times(1, "few"), 3), np.ones(2), state)


def test_params_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="rounds"):
        ZoneParams(rounds=0)
