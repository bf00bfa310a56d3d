"""Cases are ordered as plans are, and years put together without repeating a draw."""

from __future__ import annotations

import numpy as np
from lottery.cases import plain_case
from lottery.city import nearest_points, on_streets, spread_points
from lottery.measurement import year_of_days
from lottery.promises import entropy_of_hours

from geoinspect.lottery.day import DayParams


def test_days_of_a_year_have_other_weights_and_the_same_travel_times(tinytown_city):
    case = plain_case(on_streets(tinytown_city, 40), 1, DayParams())
    weighed = case.weighed(np.arange(1.0, 41.0))
    assert weighed.workload.times is case.workload.times
    assert weighed.workload.weight.tolist() == list(range(1, 41))
    assert case.workload.weight.tolist() == [1.0] * 40


def test_nearest_points_are_those_with_the_least_way_there_and_back():
    times = np.array([[0, 1, 5], [9, 0, 3], [1, 3, 0]])
    # there and back: 0-1 10, 0-2 6, 1-2 6
    assert nearest_points(times, 1).tolist() == [[2], [2], [0]]


def test_depots_are_spread_over_the_quarters_of_a_city():
    places = np.array([0, 10, 12, 100, 101, 105, 201, 200, 199])
    assert spread_points(np.abs(places - places[:, None]), 3).tolist() == [1, 4, 7]


def test_a_year_takes_every_book_equally_often_and_no_draw_twice():
    day, draw = year_of_days(4, 10, 12, "test")
    assert np.bincount(day).tolist() == [3, 3, 3, 3]
    assert len(set(zip(day.tolist(), draw.tolist(), strict=True))) == 12


def test_entropy_of_hours_asks_no_more_than_the_opening_hours_allow():
    by_hour = np.array([[2, 2, 0, 0], [4, 0, 0, 0], [2, 2, 0, 0]])
    entropy = entropy_of_hours(by_hour, np.array([2, 1, 4]))
    assert np.allclose(entropy, [1.0, 1.0, 0.5])
