"""The predictor finds what can be foretold, and nothing where nothing can."""

from __future__ import annotations

import numpy as np

from geoinspect.lotteryreport.predictor import predict

DAYS, POINTS = 120, 60
NEIGHBOURS = (np.arange(POINTS)[:, None] + np.array([1, 2])) % POINTS


def test_a_cycle_is_foretold_and_can_be_dodged():
    visits = (np.arange(DAYS)[:, None] + np.arange(POINTS)) % 4 == 0
    found = predict(visits, np.full(visits.shape, 0.25), NEIGHBOURS)
    assert found.gain > 0.49
    assert found.clean_ratio > 3.5


def test_independent_visits_cannot_be_foretold():
    visits = np.random.default_rng(1).random((DAYS, POINTS)) < 0.25
    found = predict(visits, np.full(visits.shape, 0.25), NEIGHBOURS)
    assert abs(found.gain) < 4 * found.error
    assert 0.8 < found.clean_ratio < 1.2


def test_known_chances_are_no_merit_of_the_predictor():
    promised = np.where(np.arange(POINTS) % 2, 0.1, 0.6) * np.ones((DAYS, 1))
    visits = np.random.default_rng(2).random((DAYS, POINTS)) < promised
    assert abs(predict(visits, promised, NEIGHBOURS).gain) < 0.02
