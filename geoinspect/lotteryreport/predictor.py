"""What somebody learns from all past plans: a regression on every visit so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.lotteryreport.statistics import area_error, area_under_curve, fit_logistic

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray

#: Days that are only looked at before anything is predicted.
WARM_UP = 20
_OLDEST = 10
_CLEAN_DAYS = 0.25


@dataclass(frozen=True)
class Prediction:
    """
    How well past plans foretell visits.

    Attributes
    ----------
    gain, error
        Area under the curve less that of the promised chances alone, and the
        standard error of an area.
    clean_ratio
        Share of the inspections that find a unit clean, if it cleans up on the
        quarter of the days that it thinks likeliest, against what the promised
        chances of these days give.
    """

    gain: float
    error: float
    clean_ratio: float


def predict(visits: BoolArray, promised: FloatArray, neighbours: IntArray) -> Prediction:
    """
    Learn on the first half of the days, foretell the second.

    Parameters
    ----------
    visits
        Whether each point was visited on each day, shape (days, n).
    promised
        Its promised chance, shape (days, n).
    neighbours
        Nearest points of each point, shape (n, k).
    """
    features = _features(visits, promised, neighbours)
    log_odds = np.log(promised / (1 - promised))
    middle = (WARM_UP + len(visits)) // 2
    learn, test = slice(WARM_UP, middle), slice(middle, len(visits))
    width = features.shape[2]
    learnt = features[learn].reshape(-1, width)
    coefficient = fit_logistic(learnt, visits[learn].ravel(), log_odds[learn].ravel())
    score = log_odds[test] + features[test] @ coefficient
    hit = visits[test].ravel()
    area = area_under_curve(score.ravel(), hit)
    known = area_under_curve(promised[test].ravel(), hit)
    error = area_error(area, int(hit.sum()), int((~hit).sum()))
    return Prediction(area - known, error, _clean_ratio(score, visits[test], promised[test]))


def _features(visits: BoolArray, promised: FloatArray, neighbours: IntArray) -> FloatArray:
    """List what is known of each point on the morning of each day, shape (days, n, k)."""
    days, n = visits.shape
    seen = np.vstack((np.zeros((1, n)), visits[:-1])).astype(np.float64)
    so_far = np.cumsum(seen, axis=0)
    expected = np.cumsum(np.vstack((np.zeros((1, n)), promised[:-1])), axis=0)
    elapsed = np.arange(days)[:, np.newaxis]
    week = so_far - np.vstack((np.zeros((7, n)), so_far[:-7]))[:days]
    around = seen[:, neighbours].sum(axis=2)
    age = np.minimum(_OLDEST, elapsed - _last_visit_before(visits))
    columns = [
        np.ones((days, n)),
        np.log(promised / (1 - promised)),
        *(age == old for old in range(1, _OLDEST)),
        *(around == count for count in range(1, neighbours.shape[1] + 1)),
        week,
        week[:, neighbours].mean(axis=2),
        (so_far - expected) / np.sqrt(1 + elapsed),
        seen * around,
        seen.mean(axis=1, keepdims=True) - promised.mean(axis=1, keepdims=True) + 0 * seen,
    ]
    return np.stack(columns, axis=2).astype(np.float64)


def _last_visit_before(visits: BoolArray) -> IntArray:
    """Day of the last visit before each day, -1 if none, shape (days, n)."""
    day = np.where(visits, np.arange(len(visits))[:, np.newaxis], -1)
    latest = np.maximum.accumulate(day, axis=0)
    return np.vstack((np.full((1, visits.shape[1]), -1), latest[:-1]))


def _clean_ratio(score: FloatArray, visits: BoolArray, promised: FloatArray) -> float:
    """See `Prediction.clean_ratio`; every point is a unit."""
    rank = np.argsort(np.argsort(-score, axis=0, kind="stable"), axis=0)
    clean = rank < _CLEAN_DAYS * len(score)
    found_clean = (visits & clean).sum() / visits.sum()
    by_promise = (promised * clean).sum() / promised.sum()
    return float(found_clean / by_promise)
