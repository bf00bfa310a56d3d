"""The rivals are told the same depots, shifts and opening hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lottery.rivals import Task, route

from geoinspect.lottery.workload import ALWAYS, DutyTeam

MINUTE = 60_000
OPEN = (-ALWAYS, ALWAYS)
#: Two depots at the ends of a street of an hour, four points between.
PLACES = MINUTE * np.array([0, 60, 5, 10, 50, 55])


@pytest.fixture
def sample() -> Task:
    return Task(
        times=np.abs(PLACES - PLACES[:, np.newaxis]),
        service=np.full(4, 10 * MINUTE),
        hours=np.array([[OPEN]] * 4),
        teams=(DutyTeam(0, 60 * MINUTE, depot=0), DutyTeam(0, 60 * MINUTE, depot=1)),
        optional=False,
        iterations=50,
        seed=1,
    )


def test_each_team_starts_from_its_own_depot(sample):
    found = route(sample)
    assert found.is_feasible
    assert found.visited.tolist() == [0, 1, 2, 3]
    assert found.travel_ms == 40 * MINUTE
    assert found.use == pytest.approx((40 + 40) / 120)


def test_stops_that_do_not_fit_into_the_shifts_are_dropped_only_where_they_may_be(sample):
    short = tuple(replace(team, shift_ms=35 * MINUTE) for team in sample.teams)
    assert not route(replace(sample, teams=short)).is_feasible
    dropped = route(replace(sample, teams=short, optional=True))
    assert len(dropped.visited) == 2


def test_opening_hours_exclude_each_other_and_are_kept(sample):
    # the first point opens twice; the second only when the first team must be on its way home
    twice = [(0, 15 * MINUTE), (30 * MINUTE, 45 * MINUTE)]
    late = [(45 * MINUTE, 70 * MINUTE), (1, 0)]
    rest = [OPEN, (1, 0)]
    hours = np.array([twice, late, rest, rest])
    assert not route(replace(sample, hours=hours)).is_feasible
    found = route(replace(sample, hours=hours, optional=True))
    assert found.visited.tolist() == [0, 2, 3]
