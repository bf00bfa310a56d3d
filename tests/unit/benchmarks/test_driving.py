"""Routes are driven again by matrix and opening hours, waiting included."""

from __future__ import annotations

import numpy as np
from lottery.driving import begins

from geoinspect.lottery.routes import Zone

OPEN = (0, 10_000)
#: Depot, then two points ten minutes from it and five from each other; a visit takes three.
ZONE = Zone(
    np.array([[0, 10, 10], [10, 0, 5], [10, 5, 0]]), np.array([3, 3]), 60, np.array([0.5, 0.5])
)


def driven(hours: list[list[tuple[int, int]]], stops: list[int], departure: int):
    begin, end = begins(ZONE, np.array(hours), np.array([stops]), np.array([departure]))
    return begin[0].tolist(), int(end[0])


def test_where_all_is_open_nobody_waits():
    assert driven([[OPEN], [OPEN]], [0, 1], 2) == ([12, 20], 33)


def test_the_team_waits_for_the_first_opening_that_leaves_room_for_the_visit():
    # the second point closes at 21, two minutes too early, and opens again at 30
    assert driven([[OPEN, OPEN], [(0, 21), (30, 40)]], [0, 1], 2) == ([12, 30], 43)


def test_a_point_that_does_not_open_any_more_is_never_reached():
    _, end = driven([[OPEN], [(0, 21)]], [0, 1], 2)
    assert end > 2**40


def test_what_pads_a_short_route_takes_no_time():
    assert driven([[OPEN], [OPEN]], [1, -1], 0)[1] == 23
