"""Days that follow each other know what the draws before them visited."""

from __future__ import annotations

import numpy as np
import pytest
from lottery.cases import case_of
from lottery.city import on_streets
from lottery.year import Year, simulate_year

from geoinspect.lottery.book import BookParams
from geoinspect.lottery.day import DayParams
from geoinspect.planning import City, TeamOrder
from geoinspect.shifts import read_shift

DAYS, POINTS, TEAMS = 3, 40, 2


@pytest.fixture(scope="module")
def year(tinytown_city: City) -> Year:
    params = DayParams(book=BookParams(candidates=300, scouts=100))
    teams = (TeamOrder(read_shift("09:00-11:00")),) * TEAMS
    case = case_of(on_streets(tinytown_city, POINTS), teams, params)
    said: list[str] = []
    found = simulate_year(case, DAYS, said.append)
    assert len(said) == DAYS
    return found


def test_whoever_was_visited_is_less_likely_on_the_next_day(year):
    assert year.visits.shape == year.promised.shape == (DAYS, POINTS)
    visited = year.visits[0]
    assert 0 < visited.sum() < POINTS
    assert year.promised[1][visited].mean() < year.promised[1][~visited].mean()
    assert year.promised.min() >= 0.005


def test_every_day_has_books_of_its_own_that_keep_its_promises(year):
    assert year.gap < 1e-9
    assert (year.faulty, len(year.effective)) == (0, DAYS * TEAMS)
    assert not np.allclose(year.promised[0], year.promised[1])


def test_the_script_chooses_as_many_points_as_the_chances_add_up_to(year):
    assert year.script.sum(axis=1).tolist() == np.round(year.promised.sum(axis=1)).tolist()
    assert (np.abs(year.sampled.sum(axis=1) - year.promised.sum(axis=1)) <= 1).all()
