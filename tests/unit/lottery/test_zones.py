"""Zones are compact, balanced, random, and every point is in one."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.errors import LotteryError
from geoinspect.lottery.randomness import derive_key, stream
from geoinspect.lottery.zones import ZoneParams, draw_zones

from .conftest import plane_times


def test_two_far_towns_become_two_zones(state: np.ndarray) -> None:
    times = np.full((8, 8), 90)
    times[:4, :4] = times[4:, 4:] = 5
    np.fill_diagonal(times, 0)
    zone = draw_zones(times, np.ones(8), 2, state)
    assert len(set(zone[:4])) == len(set(zone[4:])) == 1
    assert zone[0] != zone[4]


def test_loads_are_equal_up_to_slack_and_one_split_point(state: np.ndarray) -> None:
    load = np.ones(120)
    zone = draw_zones(plane_times(119, "balance"), load, 6, state)
    assert np.bincount(zone, weights=load).max() <= 1.02 * 20 + 1


def test_heavier_points_make_smaller_zones(state: np.ndarray) -> None:
    times = np.full((9, 9), 90)
    times[:3, :3] = times[3:, 3:] = 5
    np.fill_diagonal(times, 0)
    zone = draw_zones(times, np.array([2.0, 2, 2, 1, 1, 1, 1, 1, 1]), 2, state)
    assert sorted(np.bincount(zone).tolist()) == [3, 6]


def test_another_key_gives_another_partition() -> None:
    times, load = plane_times(59, "city"), np.ones(60)
    partitions = {
        tuple(draw_zones(times, load, 4, stream(derive_key(str(day)))).tolist()) for day in range(6)
    }
    assert len(partitions) == 6


def test_as_many_zones_as_points_give_each_its_own(state: np.ndarray) -> None:
    zone = draw_zones(plane_times(4, "own"), np.ones(5), 5, state)
    assert sorted(zone.tolist()) == [0, 1, 2, 3, 4]


def test_points_in_one_place_can_be_shared_out(state: np.ndarray) -> None:
    zone = draw_zones(np.zeros((6, 6), dtype=np.int64), np.ones(6), 3, state)
    assert np.bincount(zone, minlength=3).min() >= 1


def test_loads_are_weighed_again_in_every_round(state: np.ndarray) -> None:
    seen = []

    def reweigh(zone: np.ndarray) -> np.ndarray:
        seen.append(zone)
        return np.ones(20)

    draw_zones(
        plane_times(19, "again"), np.ones(20), 3, state, ZoneParams(rounds=5), reweigh=reweigh
    )
    assert len(seen) == 5


def test_more_teams_than_points_are_refused(state: np.ndarray) -> None:
    with pytest.raises(LotteryError, match="3 teams cannot share 2 points"):
        draw_zones(plane_times(1, "few"), np.ones(2), 3, state)


def test_params_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="rounds"):
        ZoneParams(rounds=0)
