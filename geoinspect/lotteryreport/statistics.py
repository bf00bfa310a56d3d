"""The statistics of a lottery's days, each a function of plain arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from geoinspect.arrays import BoolArray, FloatArray, IntArray


def area_under_curve(score: FloatArray, hit: BoolArray) -> float:
    """
    Chance that a hit has a higher score than a miss; ties count half.

    Examples
    --------
    >>> area_under_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    """
    # half a second of imports, and for one report alone
    from scipy.stats import rankdata

    hits = int(hit.sum())
    misses = len(hit) - hits
    wins = rankdata(score)[hit].sum() - hits * (hits + 1) / 2
    return float(wins / (hits * misses))


def area_error(area: float, hits: int, misses: int) -> float:
    """Return the standard error of an area under the curve (Hanley and McNeil 1982)."""
    both_hits = area / (2 - area)
    both_misses = 2 * area**2 / (1 + area)
    spread = area * (1 - area)
    spread += (hits - 1) * (both_hits - area**2) + (misses - 1) * (both_misses - area**2)
    return float(np.sqrt(spread / (hits * misses)))


def chi_square_p(z: FloatArray, covariance: csr_array) -> float:
    """
    Chance of a sum of squares at least this large, if `z` has mean 0 and this covariance.

    Points of one zone do not come independently, so the sum is compared with the
    multiple of a chi-square that has the same mean and variance (Satterthwaite 1946).

    Parameters
    ----------
    z
        Standardised deviations, shape (n,).
    covariance
        Their covariance, shape (n, n).
    """
    from scipy.stats import chi2

    mean = float(covariance.trace())
    squares = float(covariance.multiply(covariance).sum())
    return float(chi2.sf((z**2).sum() * mean / squares, mean**2 / squares))


def relative_entropy_of(counts: IntArray) -> FloatArray:
    """
    Entropy of each row of counts, relative to that of equal counts.

    Examples
    --------
    >>> relative_entropy_of(np.array([[5, 5], [10, 0]])).tolist()
    [1.0, 0.0]
    """
    share = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    logs = np.log(np.where(share > 0, share, 1.0))
    entropy: FloatArray = np.abs((share * logs).sum(axis=1))
    return entropy / float(np.log(counts.shape[1]))


def longest_gaps(visits: BoolArray, present: BoolArray | None = None) -> IntArray:
    """
    Longest wait for a visit, in days; a first and a last wait count as far as they are seen.

    Parameters
    ----------
    visits
        Whether each point was visited on each day, shape (days, n).
    present
        Whether each point could be visited on each day, shape (days, n): other days do
        not count. None for all.

    Examples
    --------
    >>> longest_gaps(np.array([[True, False], [False, False], [True, False]])).tolist()
    [2, 4]
    """
    counted = np.ones_like(visits) if present is None else present
    longest = np.zeros(visits.shape[1], dtype=np.int64)
    waiting = np.zeros(visits.shape[1], dtype=np.int64)
    for visited, counts in zip(visits, counted, strict=True):
        waiting += counts
        longest[visited] = np.maximum(longest[visited], waiting[visited])
        waiting[visited] = 0
    return np.maximum(longest, waiting + 1)


def fit_logistic(
    features: FloatArray, hit: BoolArray, offset: FloatArray, *, ridge: float = 1.0
) -> FloatArray:
    """
    Fit a logistic regression by Newton's method.

    Parameters
    ----------
    features
        Shape (m, k).
    hit
        What happened, shape (m,).
    offset
        Log-odds that are known beforehand, shape (m,).
    ridge
        Pulls coefficients to 0, so that a feature that never varies does no harm.

    Returns
    -------
    coefficient
        Shape (k,).
    """
    coefficient = np.zeros(features.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-(offset + features @ coefficient)))
        slope = features.T @ (hit - chance) - ridge * coefficient
        curvature = (features * (chance * (1 - chance))[:, np.newaxis]).T @ features
        step = np.linalg.solve(curvature + ridge * np.eye(len(slope)), slope)
        coefficient += step
        if np.abs(step).max() < 1e-8:
            break
    return coefficient
