"""An honest lottery passes; one that is bent, predictable or forgetful is found out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from geoinspect.lotteryreport.history import read_history
from geoinspect.lotteryreport.measures import (
    coverage,
    draws_by,
    frequencies,
    gaps,
    groups_of,
    predictability,
)

from .conftest import FIRST, history_of, make_plan

Days = list[tuple[dict[str, Any], list[Any]]]


def test_counts_and_expectations_come_from_the_plans(honest: Days) -> None:
    history = read_history(honest)
    assert history.point_ids == ("a", "b", "c", "d")
    assert history.expected.tolist() == [50.0] * 4
    assert history.counts.sum() == 200
    assert history.counts[0] == history.counts[1] == 100 - history.counts[2]


def test_points_of_one_book_vary_together_as_the_book_says(honest: Days) -> None:
    covariance = read_history(honest).covariance.toarray()
    together, apart = 100 * 0.25, -100 * 0.25
    assert covariance[0] == pytest.approx([together, together, apart, apart])


def test_an_honest_lottery_is_not_rejected_and_a_bent_one_is(honest: Days) -> None:
    fair = frequencies(read_history(honest))
    assert fair.p is not None
    assert fair.p > 0.01
    assert np.abs(fair.z).max() < 4
    bent = frequencies(read_history(history_of([0] * 75 + [1] * 25)))
    # 75 instead of 50: five standard errors of 5
    assert bent.z.tolist() == [5.0, 5.0, -5.0, -5.0]
    assert bent.p is not None
    assert bent.p < 1e-5


def test_points_are_grouped_within_categories_until_enough_is_expected() -> None:
    short = read_history(history_of([0, 1] * 3))
    # 3 expected draws a point: two points of a category reach 5; 学校 sorts before 超市
    assert groups_of(short).tolist() == [1, 1, 0, 0]
    assert frequencies(read_history(history_of([0, 1]))).p is None


def test_a_wait_counts_days_in_the_frame_only() -> None:
    days = history_of([0, 1, 1, 1, 0])
    assert gaps(read_history(days)).tolist() == [4, 4, 2, 2]
    for plan, _ in days[1:3]:
        plan["points"] = [row for row in plan["points"] if row["point_id"] != "a"]
        plan["books"] = []
    assert gaps(read_history(days)).tolist() == [2, 4, 2, 2]


def test_a_dropped_stop_stays_drawn_and_is_not_visited() -> None:
    plan = make_plan(FIRST, ("a", "b"))
    drop = {"dropped": [{"point_id": "b", "code": "NO_TIME", "reason": ""}]}
    history = read_history([(plan, [drop])])
    assert history.drawn.tolist() == [[True, True, False, False]]
    assert history.visited.tolist() == [[True, False, False, False]]


def test_a_lottery_that_takes_turns_is_foretold_and_an_honest_one_is_not(honest: Days) -> None:
    turns = predictability(read_history(history_of([0, 1] * 50)))
    assert turns is not None
    assert turns.gain > 0.4
    fair = predictability(read_history(honest))
    assert fair is not None
    assert abs(fair.gain) < 4 * fair.error


def test_few_days_are_not_judged() -> None:
    assert predictability(read_history(history_of([0, 1] * 20))) is None


def test_coverage_counts_points_and_visits_by_category_and_month() -> None:
    days = [
        (make_plan(FIRST + timedelta(days=k), stops), [])
        for k, stops in ((0, ("a", "b")), (1, ("a", "b")), (31, ("c", "d")))
    ]
    found = coverage(read_history(days))
    assert found.months == ("2026-07", "2026-08")
    assert found.categories == ("学校", "超市")
    assert found.points.tolist() == [2, 2]
    assert found.visited.tolist() == [[0, 2], [2, 0]]
    assert found.visits.tolist() == [[0, 2], [4, 0]]


def test_targets_generated_for_a_day_do_not_count_as_covered_points() -> None:
    plan = make_plan(FIRST, ("a", "b"))
    plan["points"][0]["provenance"] = "generated"
    found = coverage(read_history([(plan, [])]))
    assert dict(zip(found.categories, found.points.tolist(), strict=True)) == {"学校": 2, "超市": 1}
    assert found.visits.sum() == 1


def test_groups_show_which_of_them_was_drawn_too_often() -> None:
    history = read_history(history_of([0] * 75 + [1] * 25))
    by_category = {row.name: row for row in draws_by(history, history.categories)}
    # a and b come together: 150 instead of 100, and the variance of a pair is four times 25
    assert (by_category["超市"].expected, by_category["超市"].drawn) == (100.0, 150)
    assert by_category["超市"].z == pytest.approx(5.0)
    assert by_category["学校"].z == pytest.approx(-5.0)
    # each district has one of either pair: what one has too many the other lacks
    by_district = {row.name: row for row in draws_by(history, history.districts)}
    assert [by_district[name].drawn for name in ("东区", "西区")] == [100, 100]
    assert by_district["东区"].z is None


def test_a_group_of_few_expected_draws_is_not_judged() -> None:
    history = read_history(history_of([0, 0, 0]))
    waiting, visited = draws_by(history, history.categories)
    assert (visited.name, visited.z, visited.points, visited.visited) == ("超市", None, 2, 2)
    # never seen in three days: the wait is longer than all of them
    assert (waiting.name, waiting.visited, waiting.longest_gap) == ("学校", 0, 4)
