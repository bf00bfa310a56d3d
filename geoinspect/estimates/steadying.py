"""
Steady rates of groups: each point of a group says as much as is known of it.

Weighed by 1 / chance a rate is right on average, and jumps: a visit that hardly ever happens
counts as ten others. Who is worst is told better by a model with three levels: points differ
within their group, and visits within their point (the nested-error model of Battese, Harter
and Fuller 1988, with the number of points of each group). A point that was visited often
speaks for itself, a point that was visited once for its group as well, and of one that nobody
visited the others tell. How much points differ is found by the method of moments (Prasad and
Rao 1990).

What the model leaves out, such as that points are sent to when they are bad, is put right for
all groups alike: their rates are scaled so that they add up to the city's, which is weighed by
chances (ratio benchmarking; Pfeffermann and Barnard 1991).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.estimates.table import sums
from geoinspect.estimates.variance import unit_variance

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.estimates.table import InspectionTable

# that finds spread as those of chance counts as much as so many visits
_PRIOR_VISITS = 10.0


@dataclass(frozen=True)
class SteadyRates:
    """
    Rates of G groups before they are drawn towards each other.

    Attributes
    ----------
    rate
        By the points of each group, shape (G,); NaN where nobody visited one.
    spread
        Variance of the error of each, in multiples of the variance of one find at the rate
        of all visits, shape (G,): it does not depend on what a group found.
    is_proportion
        Whether rates lie below 1.
    """

    rate: FloatArray
    spread: FloatArray
    is_proportion: bool


@dataclass(frozen=True)
class _Points:
    """Visits, and the mean of their finds, of each visited point; arrays of shape (P,)."""

    visits: FloatArray
    mean: FloatArray
    owner: IntArray


def steady_rates(table: InspectionTable) -> SteadyRates:
    """
    Estimate the rates of groups from what is known of each of their points.

    Parameters
    ----------
    table
        Inspections.
    """
    points = _points_of(table)
    noise, between = _variances(table, points)
    fitted = _fitted(table, points, noise, between)
    noise = noise * _together(table, fitted)
    rate, spread = _rates(table, points, noise, between)
    return SteadyRates(rate, spread, table.is_proportion)


def correction(table: InspectionTable, rate: FloatArray) -> tuple[float, float]:
    """
    Return by how much rates are scaled so that they add up to the city's.

    Parameters
    ----------
    table
        Inspections.
    rate
        Of each group, shape (G,).

    Returns
    -------
    factor, error
        The factor, and its standard error in multiples of itself; 1 and 0 where nothing was
        found.
    """
    found = float((table.weight * table.found).sum())
    expected = float((table.weight * rate[table.group]).sum())
    if found <= 0 or expected <= 0:
        return 1.0, 0.0
    factor = found / expected
    residual = table.weight * (table.found - factor * rate[table.group])
    pushes = np.bincount(table.cluster, residual)
    return factor, float(np.sqrt((pushes**2).sum())) / found


def _points_of(table: InspectionTable) -> _Points:
    n = len(table.owner)
    visits = np.bincount(table.point, minlength=n).astype(np.float64)
    return _Points(visits, sums(table.point, table.found, n) / visits, table.owner)


def _variances(table: InspectionTable, points: _Points) -> tuple[float, float]:
    """
    Return the variance of one find about its point's mean, and that of points in their group.

    Both are in multiples of the variance of one find at the mean of all visits.
    """
    total = float(points.visits.sum())
    mean = float((points.visits * points.mean).sum()) / max(total, 1.0)
    unit = float(unit_variance(np.array(mean), is_proportion=table.is_proportion))
    if unit <= 0:
        return 1.0, 0.0
    noise = 1.0 if table.is_proportion else _noise(table, points, mean)
    n = len(table.groups)
    owner, visits = points.owner, points.visits
    inside = np.maximum(1.0, sums(owner, visits, n))
    center = sums(owner, visits * points.mean, n) / inside
    own = unit_variance(center, is_proportion=table.is_proportion)
    expected = noise * own * np.maximum(0, table.n_points - 1)
    excess = float((visits * (points.mean - center[owner]) ** 2).sum() - expected.sum())
    weight = float(((inside - sums(owner, visits**2, n) / inside) * center**2).sum())
    variation = max(0.0, excess) / weight if weight > 0 else 0.0
    return noise, variation * mean**2 / unit


def _noise(table: InspectionTable, points: _Points, mean: float) -> float:
    """Return how many times more finds vary about their point's mean than those of chance."""
    within = float(((table.found - points.mean[table.point]) ** 2).sum())
    by_chance = float(((points.visits - 1) * points.mean).sum())
    return (within + _PRIOR_VISITS * mean) / (by_chance + _PRIOR_VISITS * mean)


def _fitted(table: InspectionTable, points: _Points, noise: float, between: float) -> FloatArray:
    """Return the rate of each point, drawn towards that of its group, shape (P,)."""
    share, pull = _shares(points, noise, between, len(table.groups))
    center = sums(points.owner, share * points.mean, len(table.groups))[points.owner]
    return center + pull * (points.mean - center)


def _shares(points: _Points, noise: float, between: float, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the share of each point in the mean of its group, and how far it speaks for itself."""
    variance = between + noise / points.visits
    total = sums(points.owner, 1 / variance, n)
    return 1 / variance / total[points.owner], between / variance


def _together(table: InspectionTable, fitted: FloatArray) -> float:
    """Return how many times more the finds of one route vary than as many independent ones."""
    residual = table.found - fitted[table.point]
    alone = float((residual**2).sum())
    routes = np.bincount(table.cluster, residual)
    return max(1.0, float((routes**2).sum()) / alone) if alone > 0 else 1.0


def _rates(
    table: InspectionTable, points: _Points, noise: float, between: float
) -> tuple[FloatArray, FloatArray]:
    """Return the mean over all points of each group, and the variance of its error."""
    n, owner = len(table.groups), points.owner
    share, pull = _shares(points, noise, between, n)
    visited = table.n_points.astype(np.float64)
    # each visit stands for 1 / chance points a day: so many points the group has
    size = np.maximum(visited, table.total(table.weight) / max(1, table.n_days))
    own = 1 / np.maximum(size, 1.0)
    left = 1 - sums(owner, pull, n) * own
    part = pull * own[owner] + left[owner] * share
    rate = sums(owner, part * points.mean, n)
    error = part**2 * noise / points.visits + between * (part - own[owner]) ** 2
    unseen = between * (size - visited) * own**2
    is_known = visited > 0
    return (
        np.where(is_known, rate, np.nan),
        np.where(is_known, sums(owner, error, n) + unseen, np.nan),
    )
