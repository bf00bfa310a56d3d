"""What a team can visit follows from its depot, its shift, its speed and opening hours."""

from __future__ import annotations

import numpy as np

from geoinspect.lottery.workload import ALWAYS, DutyTeam, Workload, begin_spans

HOUR = 3_600_000

# depots 0 and 1 at the ends of a line, points 2 and 3 an hour from either end
TIMES = np.array([[0, 3, 1, 2], [3, 0, 2, 1], [1, 2, 0, 1], [2, 1, 1, 0]]) * HOUR
SERVICE = np.array([HOUR, HOUR])


def workload(*teams: DutyTeam, hours: np.ndarray | None = None) -> Workload:
    return Workload((TIMES, 2 * TIMES), SERVICE, np.ones(2), teams, hours, n_depots=2)


def test_a_point_is_possible_if_the_way_there_and_back_and_the_visit_fit() -> None:
    near, far = DutyTeam(9 * HOUR, 3 * HOUR, 0), DutyTeam(9 * HOUR, 5 * HOUR, 1)
    slow = DutyTeam(9 * HOUR, 5 * HOUR, 0, 1)
    assert workload(near, far, slow).is_possible.T.tolist() == [
        [True, False],
        [True, True],
        [True, False],
    ]


def test_a_point_is_possible_only_while_it_is_open() -> None:
    hours = np.array([[[14, 16], [1, 0]], [[8, 12], [-ALWAYS // HOUR, 0]]]) * HOUR
    morning, evening = DutyTeam(9 * HOUR, 4 * HOUR), DutyTeam(13 * HOUR, 6 * HOUR)
    assert workload(morning, evening, hours=hours).is_possible.T.tolist() == [
        [False, False],
        [True, False],
    ]


def test_spans_count_from_the_shift_and_leave_room_for_the_visit() -> None:
    hours = np.array([[[10 * HOUR, 12 * HOUR], [14 * HOUR, 20 * HOUR]]])
    spans = begin_spans(hours, np.array([HOUR]), 9 * HOUR, 8 * HOUR)
    assert (spans // HOUR).tolist() == [[[1, 2], [5, 7]]]
    closed = begin_spans(hours, np.array([3 * HOUR]), 9 * HOUR, 4 * HOUR)
    assert closed.tolist() == [[[1, 0], [1, 0]]]


def test_a_zone_is_seen_from_the_depot_and_at_the_speed_of_its_team() -> None:
    zone = workload(DutyTeam(9 * HOUR, 9 * HOUR, 1, 1)).zone(0, np.array([1]), np.ones(2) / 2)
    assert (zone.times // HOUR).tolist() == [[0, 2], [2, 0]]
    assert not zone.has_hours


def test_only_hours_that_close_a_point_within_the_shift_count() -> None:
    hours = np.array([[[8, 20]], [[10, 20]]]) * HOUR
    day = workload(DutyTeam(9 * HOUR, 9 * HOUR), hours=hours)
    assert not day.zone(0, np.array([0]), np.ones(2) / 2).has_hours
    assert day.zone(0, np.array([0, 1]), np.ones(2) / 2).has_hours
