"""Rates of small groups, drawn towards those of all groups as far as chance explains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, gammaincinv

from geoinspect.estimates.variance import unit_variance

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.estimates.variance import SamplingError

# variances between groups that are tried
_STEPS = 40

# shares of them that fall with the number of points
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def shrink(
    rate: FloatArray, error: SamplingError, n_points: IntArray, confidence: float
) -> dict[str, FloatArray]:
    """
    Shrink rates towards their mean, as far as chance explains their differences.

    Groups are taken to differ by a variance between them, besides the sampling variance
    that each would have at the common mean: one that came from a group's own finds would
    be 0 where nothing was found, and trust such a group blindly (Marshall 1991). A part of
    the variance between groups falls with the number of their points, for one bad point
    moves a small group further. How large it is, and which part falls, is averaged over by
    restricted likelihood, its root equally likely beforehand (Rubin 1981; Gelman 2006):
    with one best value, which often is 0, intervals would be far too short. Intervals are
    those of a gamma, for proportions of a beta, of the posterior mean and variance.

    Parameters
    ----------
    rate
        Estimates, shape (G,); NaN where there is none.
    error
        Their errors.
    n_points
        Different points behind each, shape (G,).
    confidence
        Of the intervals.

    Returns
    -------
    columns
        `shrunk`, its `shrunk_error`, `shrunk_low` and `shrunk_high`, each of
        shape (G,). A group without an inspection gets the common mean.
    """
    shrunk, variance = posterior(rate, error, n_points)
    tail = (1 - confidence) / 2
    low, high = (
        quantiles(np.full_like(rate, q), shrunk, variance, is_proportion=error.is_proportion)
        for q in (tail, 1 - tail)
    )
    # a lopsided posterior of tiny mean may lie wholly on one side of it
    return {
        "shrunk": shrunk,
        "shrunk_error": np.sqrt(variance),
        "shrunk_low": np.minimum(low, shrunk),
        "shrunk_high": np.maximum(high, shrunk),
    }


def posterior(
    rate: FloatArray, error: SamplingError, n_points: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return posterior mean and variance of each group, shape (G,) each."""
    known = np.isfinite(rate) & (error.expected_spread > 0)
    if not known.any():
        return np.full_like(rate, np.nan), np.full_like(rate, np.nan)
    center = float(np.average(rate[known], weights=1 / error.expected_spread[known]))
    unit = _unit(center, error)
    if unit == 0:
        return np.full_like(rate, center), np.zeros_like(rate)
    sampling = np.full_like(rate, np.inf)
    sampling[known] = error.expected_spread[known] * unit
    points = np.maximum(1, np.where(known, n_points, n_points[known].min())).astype(np.float64)
    between = _between_variances(rate[known], sampling[known], points, known)
    precision = 1 / (sampling[known] + between[:, known])
    centers, chance = _likelihood(rate[known], precision)
    pull = 1 / (1 + between / sampling)
    offset = np.where(known, rate - centers[:, None], 0.0)
    means = centers[:, None] + (1 - pull) * offset
    own = np.where(known, pull, 1.0) * between
    mean = chance @ means
    # finds vary more where there are more of them: the error follows the rate
    own *= unit_variance(mean, is_proportion=error.is_proportion) / unit
    spread = own + pull**2 / precision.sum(axis=1)[:, None] + (means - mean) ** 2
    return mean, chance @ spread


def _between_variances(
    rate: FloatArray, sampling: FloatArray, points: FloatArray, known: BoolArray
) -> FloatArray:
    """Variances between groups that may be true, from nearly 0 to unlikely: (k, G)."""
    smallness = (1 / points) / np.mean(1 / points[known])
    widest = 2 * np.sqrt(3 * np.var(rate) + np.median(sampling))
    variance = (widest * (np.arange(_STEPS) + 0.5) / _STEPS) ** 2
    shapes = [1 - share + share * smallness for share in _SHARES]
    return np.vstack([variance[:, None] * shape for shape in shapes])


def _likelihood(rate: FloatArray, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the common mean and the likelihood, summing to 1, of each variance: (k,) each."""
    total = precision.sum(axis=1)
    center = precision @ rate / total
    misfit = (precision * (rate - center[:, None]) ** 2).sum(axis=1)
    logs = (np.log(precision).sum(axis=1) - np.log(total) - misfit) / 2
    likelihood = np.exp(logs - logs.max())
    return center, likelihood / likelihood.sum()


def _unit(center: float, error: SamplingError) -> float:
    """Variance of one find at the common mean."""
    return float(unit_variance(np.array(center), is_proportion=error.is_proportion))


def quantiles(
    probability: FloatArray, mean: FloatArray, variance: FloatArray, *, is_proportion: bool
) -> FloatArray:
    """
    Return quantiles of the gamma, for proportions the beta, of a mean and a variance.

    Parameters
    ----------
    probability
        In (0, 1), of a shape that broadcasts with (G,).
    mean, variance
        Shape (G,).
    """
    mean, variance = np.broadcast_arrays(mean, variance)
    is_wide = (variance > 0) & (mean > 0) & ((mean < 1) | (not is_proportion))
    with np.errstate(invalid="ignore", divide="ignore"):
        if is_proportion:
            # no beta has a larger variance than mean x (1 - mean)
            size = np.maximum(mean * (1 - mean) / variance - 1, 0.01)
            found = betaincinv(mean * size, (1 - mean) * size, probability)
        else:
            found = gammaincinv(mean**2 / variance, probability) * (variance / mean)
    return np.where(is_wide, found, mean)
