"""Tours: moves keep the stops, and shorten what they should."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from geoinspect.lottery.tours import (
    improve,
    insert_after,
    order_by_nearest,
    remove_at,
    reverse_tour_time,
    tour_time,
)

from .conftest import plane_times

# depot 0 and stops 1 to 4 on a line, one minute apart, driven back at half the speed
ON_A_LINE = np.array([[max(j - i, 2 * (i - j)) for j in range(5)] for i in range(5)])


def as_tour(*stops: int) -> np.ndarray:
    return np.array([0, *stops, 0, 0, 0], dtype=np.int64)


def test_tour_time_counts_every_leg_from_depot_to_depot() -> None:
    assert tour_time(ON_A_LINE, as_tour(1, 2, 3, 4), 4) == 4 + 8


def test_reverse_tour_time_is_the_time_of_the_reversed_stops() -> None:
    times = plane_times(6, "reverse")
    tour = as_tour(3, 1, 5, 2)
    assert reverse_tour_time(times, tour, 4) == tour_time(times, as_tour(2, 5, 1, 3), 4)


def test_nearest_neighbour_goes_down_the_line() -> None:
    tour = as_tour(3, 1, 4, 2)
    order_by_nearest(ON_A_LINE, tour, 4)
    assert tour[:6].tolist() == [0, 1, 2, 3, 4, 0]


def test_insert_and_remove_are_opposites() -> None:
    tour = as_tour(1, 2, 4)
    insert_after(tour, 3, 2, 3)
    assert tour[:6].tolist() == [0, 1, 2, 3, 4, 0]
    remove_at(tour, 4, 3)
    assert tour[:5].tolist() == [0, 1, 2, 4, 0]


def test_improved_tours_keep_their_stops_and_are_close_to_the_best() -> None:
    excess = []
    for seed in range(20):
        times = plane_times(7, str(seed))
        tour = as_tour(*range(1, 8))
        improve(times, tour, 7)
        best = min(tour_time(times, as_tour(*p), 7) for p in permutations(range(1, 8)))
        assert sorted(tour[1:8].tolist()) == list(range(1, 8))
        assert tour[0] == tour[8] == 0
        excess.append(tour_time(times, tour, 7) / best - 1)
    assert min(excess) == 0
    assert np.mean(excess) < 0.02


def test_improve_uncrosses_a_tour() -> None:
    square = np.array([[0, 0], [0, 1], [1, 1], [1, 0]]) * 60_000
    times = np.linalg.norm(square[:, None] - square[None], axis=2).astype(np.int64)
    tour = np.array([0, 2, 1, 3, 0, 0, 0], dtype=np.int64)
    improve(times, tour, 3)
    assert tour_time(times, tour, 3) == 4 * 60_000
