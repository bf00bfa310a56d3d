"""
The factors that make up a weight: each is 1 where there is nothing to say.

Risk is the severity found per visit. A point with few visits says little about itself,
so its rate is pulled towards its category's, and the category's towards the city's
(empirical Bayes with a gamma prior: Clayton and Kaldor 1987, Biometrics 43, 671-681).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoinspect.arrays import FloatArray, IntArray


def counted_ages(age_days: FloatArray, *, oldest_age: float) -> FloatArray:
    """
    Return the ages that count.

    A point never visited counts as a day older than the oldest visited one. That holds
    on the second day of a new city as it does for a new point in an old one.

    Parameters
    ----------
    age_days
        Days since the last visit, shape (n,), at least 1; NaN if never visited.
    oldest_age
        Largest age, as a multiple of the median age.

    Examples
    --------
    >>> counted_ages(np.array([2.0, 4.0, 5.0, 400.0, np.nan]), oldest_age=6).tolist()
    [2.0, 4.0, 5.0, 27.0, 28.0]
    """
    visited = ~np.isnan(age_days)
    if not visited.any():
        return np.ones(len(age_days))
    limit = oldest_age * float(np.median(age_days[visited]))
    ages = np.minimum(age_days, limit)
    return np.where(visited, ages, ages[visited].max() + 1)


def age_factor(ages: FloatArray, *, exponent: float, uniform_share: float) -> FloatArray:
    """
    Mix a uniform share with a power of the age; the mean is 1.

    Parameters
    ----------
    ages
        Counted ages in days, shape (n,), positive.
    exponent
        Power of the age.
    uniform_share
        What a point of age 0 keeps.

    Examples
    --------
    >>> age_factor(np.array([1.0, 3.0]), exponent=2, uniform_share=0.15).round(2).tolist()
    [0.32, 1.68]
    """
    grown: FloatArray = ages**exponent
    factor: FloatArray = uniform_share + (1 - uniform_share) * grown / grown.mean()
    return factor


def shrunk_risk(
    severity: FloatArray, visits: FloatArray, category: IntArray, *, prior_visits: float
) -> tuple[FloatArray, float]:
    """
    Estimate the severity found per visit, for each point and for the city.

    Parameters
    ----------
    severity
        Sum of the severities found at each point, shape (n,).
    visits
        Visits that found them, shape (n,).
    category
        Number of each point's category, shape (n,).
    prior_visits
        Visits that the next larger group's rate stands for.

    Returns
    -------
    risk
        Severity per visit, shape (n,).
    mean
        Severity per visit in the whole city, 0 if there was no visit.

    Examples
    --------
    >>> risk, mean = shrunk_risk(
    ...     np.array([0.0, 8.0]), np.array([4.0, 4.0]), np.array([0, 0]), prior_visits=4
    ... )
    >>> risk.tolist(), mean
    ([0.5, 1.5], 1.0)
    """
    mean = float(severity.sum() / visits.sum()) if visits.sum() else 0.0
    of_category = (np.bincount(category, weights=severity) + prior_visits * mean) / (
        np.bincount(category, weights=visits) + prior_visits
    )
    return (severity + prior_visits * of_category[category]) / (visits + prior_visits), mean


def risk_factor(risk: FloatArray, mean: float, *, strength: float) -> FloatArray:
    """
    Let a part of the weight follow the risk, relative to the city's mean.

    Examples
    --------
    >>> risk_factor(np.array([0.0, 1.0, 3.0]), 1.0, strength=0.3).round(6).tolist()
    [0.7, 1.0, 1.6]
    """
    relative = risk / mean if mean > 0 else np.ones(len(risk))
    return 1 - strength + strength * relative


def complaint_factor(complaints: FloatArray, *, strength: float) -> FloatArray:
    """
    Raise a weight by complaints, each less than the one before.

    Whoever files twenty complaints must not be able to order a visit.

    Examples
    --------
    >>> complaint_factor(np.array([0.0, 3.0]), strength=0.5).tolist()
    [1.0, 2.0]
    """
    factor: FloatArray = (1 + complaints) ** strength
    return factor


def campaign_factor(categories: Sequence[str], campaigns: Mapping[str, float]) -> FloatArray:
    """
    Return the factor of each point's category, 1 without a campaign.

    Examples
    --------
    >>> campaign_factor(["超市", "餐馆"], {"餐馆": 2.0}).tolist()
    [1.0, 2.0]
    """
    return np.array([campaigns.get(category, 1.0) for category in categories], dtype=np.float64)
