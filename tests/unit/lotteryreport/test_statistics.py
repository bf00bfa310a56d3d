"""The statistics of a lottery give what can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import chi2

from geoinspect.lotteryreport.statistics import (
    area_error,
    area_under_curve,
    chi_square_p,
    fit_logistic,
    longest_gaps,
    relative_entropy_of,
)


def test_area_is_the_share_of_pairs_in_the_right_order_and_ties_count_half():
    score = np.array([1.0, 2.0, 2.0, 3.0])
    hit = np.array([False, True, False, True])
    # pairs hit-miss: 2-1 right, 2-2 tied, 3-1 and 3-2 right
    assert area_under_curve(score, hit) == pytest.approx(3.5 / 4)


def test_area_of_a_score_that_says_nothing_is_one_half():
    assert area_under_curve(np.zeros(5), np.array([True, False, True, False, False])) == 0.5


def test_area_error_of_one_hit_and_one_miss_is_that_of_a_coin():
    assert area_error(0.5, 1, 1) == pytest.approx(0.5)


def test_chi_square_of_independent_points_is_the_textbook_one():
    z = np.array([1.0, -2.0, 0.5])
    p = chi_square_p(z, csr_array(np.eye(3)))
    assert p == pytest.approx(chi2.sf(1 + 4 + 0.25, 3))


def test_chi_square_counts_points_that_always_come_together_once():
    together = csr_array(np.ones((2, 2)))
    assert chi_square_p(np.array([1.5, 1.5]), together) == pytest.approx(chi2.sf(1.5**2, 1))


def test_counts_exactly_as_promised_are_not_rejected():
    assert chi_square_p(np.zeros(4), csr_array(np.eye(4))) == 1.0


def test_entropy_is_one_for_equal_hours_and_falls_by_half_when_half_of_four_are_left():
    assert relative_entropy_of(np.array([[3, 3, 3, 3], [3, 3, 0, 0]])).tolist() == [1.0, 0.5]


def test_longest_gap_counts_the_wait_before_the_first_and_after_the_last_visit():
    visits = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]], dtype=bool)
    assert longest_gaps(visits).tolist() == [4, 2, 3, 5]


def test_logistic_regression_finds_the_log_odds_of_two_groups():
    group = np.repeat([0.0, 1.0], 1000)
    hit = np.concatenate((np.arange(1000) < 200, np.arange(1000) < 500))
    features = np.column_stack((np.ones(2000), group))
    coefficient = fit_logistic(features, hit, np.zeros(2000), ridge=0.0)
    assert coefficient == pytest.approx([np.log(0.2 / 0.8), np.log(0.8 / 0.2)])


def test_logistic_regression_has_nothing_to_add_to_log_odds_that_are_right():
    hit = np.arange(1000) < 300
    known = np.full(1000, np.log(0.3 / 0.7))
    assert fit_logistic(np.ones((1000, 1)), hit, known) == pytest.approx([0.0], abs=1e-12)
