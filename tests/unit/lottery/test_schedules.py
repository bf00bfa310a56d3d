"""Tours are driven by the clock: waiting, closing, and the end of the shift."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from geoinspect.lottery.randomness import derive_key, stream
from geoinspect.lottery.routes import NEVER, NO_STOP, Ground
from geoinspect.lottery.schedules import (
    begin_elsewhere,
    cheapest_place,
    fill_timetable,
    fit_into_hours,
    improve_within_hours,
    latest_departure,
)
from geoinspect.lottery.tours import tour_time

from .conftest import MINUTE, plane_times

# depot 0 and stops 1 to 4 on a line, one minute apart, driven back at half the speed
ON_A_LINE = np.array([[max(j - i, 2 * (i - j)) for j in range(5)] for i in range(5)])


def as_tour(*stops: int) -> np.ndarray:
    return np.array([0, *stops, 0, 0, 0], dtype=np.int64)


def on_a_line(*spans: list[tuple[int, int]], shift: int = 40) -> Ground:
    """Visits of one minute that may begin within spans; points without one are always open."""
    widest = max((len(each) for each in spans), default=1)
    table = np.full((4, widest, 2), (1, 0), dtype=np.int64)
    table[:, 0] = (0, shift)
    for point, each in enumerate(spans):
        if each:
            table[point, : len(each)] = each
    return Ground(ON_A_LINE, np.ones(4, dtype=np.int64), table, shift)


def test_without_hours_the_slack_is_what_the_shift_leaves() -> None:
    ground = on_a_line()
    assert latest_departure(ground, as_tour(1, 2, 3, 4), 4, False) == 40 - (4 + 4 + 8)
    assert latest_departure(ground, as_tour(4, 3, 2, 1), 4, True) == 40 - (4 + 4 + 8)


def test_a_tour_that_is_longer_than_the_shift_can_never_depart() -> None:
    assert latest_departure(on_a_line(shift=15), as_tour(1, 2, 3, 4), 4, False) == NEVER


def test_closing_hours_limit_the_departure() -> None:
    # stop 3 must be begun by minute 10; one comes there 3 minutes and one visit after leaving
    ground = on_a_line([], [], [(5, 10)])
    assert latest_departure(ground, as_tour(1, 3), 2, False) == 10 - 4


def test_a_second_opening_allows_a_later_departure() -> None:
    ground = on_a_line([], [], [(5, 10), (20, 25)])
    assert latest_departure(ground, as_tour(1, 3), 2, False) == 25 - 4


def test_direction_decides_whether_hours_are_kept() -> None:
    ground = on_a_line([(0, 2)], [], [], [(30, 39)])
    assert latest_departure(ground, as_tour(1, 4), 2, False) == 1
    assert latest_departure(ground, as_tour(1, 4), 2, True) == NEVER


def test_a_point_that_never_opens_is_in_no_tour() -> None:
    assert latest_departure(on_a_line([(1, 0)]), as_tour(1), 1, False) == NEVER


def test_a_stop_goes_where_it_costs_least_and_still_fits() -> None:
    free = on_a_line()
    earliest, latest = np.zeros(8, np.int64), np.zeros(8, np.int64)
    # out at 1 a step, back at 2: stop 3 fits between 2 and 4 for nothing
    fill_timetable(free, as_tour(1, 2, 4), 3, earliest, latest)
    assert cheapest_place(free, as_tour(1, 2, 4), 3, earliest, latest, 3) == (2, 0)
    # open only at the end of the shift, it has to come last
    late = on_a_line([], [], [(25, 30)], [(0, 8)])
    fill_timetable(late, as_tour(1, 2, 4), 3, earliest, latest)
    assert cheapest_place(late, as_tour(1, 2, 4), 3, earliest, latest, 3)[0] == 3
    # a minute too short
    short = on_a_line([], [], [(25, 30)], [(0, 8)], shift=31)
    fill_timetable(short, as_tour(1, 2, 4), 3, earliest, latest)
    assert cheapest_place(short, as_tour(1, 2, 4), 3, earliest, latest, 3)[0] == -1


def random_ground(seed: int) -> Ground:
    times = plane_times(6, f"hours {seed}")
    spans = np.zeros((6, 2, 2), dtype=np.int64)
    spans[:, 0] = (0, 200 * MINUTE)
    spans[:, 1] = (1, 0)
    for point in range(4):
        opens = (37 * point + 11 * seed) % 120 * MINUTE
        spans[point] = [(opens, opens + 25 * MINUTE), (opens + 80 * MINUTE, opens + 95 * MINUTE)]
    return Ground(times, np.full(6, 8 * MINUTE, dtype=np.int64), spans, 240 * MINUTE)


def test_tours_built_within_hours_can_be_driven_and_are_close_to_the_best() -> None:
    excess, missed = [], 0
    for seed in range(12):
        ground, tour = random_ground(seed), as_tour(1, 2, 3, 4, 5, 6)
        m = fit_into_hours(ground, tour, 6, NO_STOP)
        assert latest_departure(ground, tour, m, False) >= 0
        orders = [(as_tour(*p), k) for k in range(7) for p in permutations(range(1, 7), k)]
        feasible = [
            (k, -tour_time(ground.times, order, k))
            for order, k in orders
            if latest_departure(ground, order, k, False) >= 0
        ]
        most, travel = max(feasible)
        missed += most - m
        if m == most:
            excess.append(tour_time(ground.times, tour, m) / -travel - 1)
    assert missed <= 2
    assert min(excess) == 0
    assert np.mean(excess) < 0.1


def test_the_stop_that_must_be_kept_is_kept() -> None:
    # 1 and 2 open at the same moment, far from each other: only one can be visited
    ground = on_a_line([(6, 6)], [], [], [(6, 6)])
    for kept in (1, 4):
        tour = as_tour(1, 2, 3, 4)
        m = fit_into_hours(ground, tour, 4, kept)
        assert kept in tour[1 : m + 1]
        assert not {1, 4} <= set(tour[1 : m + 1].tolist())


def test_improving_never_breaks_hours() -> None:
    ground = on_a_line([(20, 30)], [], [], [(0, 6)])
    tour = as_tour(4, 1, 3, 2)
    earliest, latest = np.zeros(8, np.int64), np.zeros(8, np.int64)
    before = tour_time(ground.times, tour, 4)
    improve_within_hours(ground, tour, 4, earliest, latest)
    assert latest_departure(ground, tour, 4, False) >= 0
    assert tour_time(ground.times, tour, 4) <= before
    assert sorted(tour[1:5].tolist()) == [1, 2, 3, 4]


def test_a_tour_begins_anywhere_if_that_costs_little() -> None:
    # on a circle every begin costs the same; ten minutes to and from the depot
    n = 8
    around = np.arange(n)
    times = np.full((n + 1, n + 1), 10 * MINUTE, dtype=np.int64)
    times[1:, 1:] = (around - around[:, None]) % n * MINUTE
    times[0, 0] = 0
    open_all_day = np.array([[[0, 300 * MINUTE]]] * n)
    ground = Ground(times, np.full(n, MINUTE), open_all_day, 300 * MINUTE)
    state = stream(derive_key("begin elsewhere"))
    begins = set()
    for _ in range(60):
        tour = as_tour(*range(1, n + 1))
        begin_elsewhere(ground, tour, n, state)
        assert sorted(tour[1 : n + 1]) == list(range(1, n + 1))
        assert tour_time(times, tour, n) == (20 + n - 1) * MINUTE
        begins.add(int(tour[1]))
    assert begins == set(range(1, n + 1))


def test_a_tour_keeps_its_begin_where_another_breaks_hours_or_costs_much() -> None:
    state = stream(derive_key("begin elsewhere"))
    closing = on_a_line([(0, 1)], [(0, 3)], [(0, 5)], [(0, 7)])
    place = np.arange(5)
    one_way = (place - place[:, None]) % 5 * 60 * MINUTE
    far = on_a_line(shift=600 * MINUTE)._replace(times=one_way)
    for ground in (closing, far):
        tour = as_tour(1, 2, 3, 4)
        for _ in range(20):
            begin_elsewhere(ground, tour, 4, state)
            assert tour[1:5].tolist() == [1, 2, 3, 4]
