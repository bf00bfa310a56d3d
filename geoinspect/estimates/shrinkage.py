"""Rates of small groups, drawn towards those of all groups as far as chance explains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, gammaincinv

from geoinspect.estimates.steadying import correction, steady_rates
from geoinspect.estimates.variance import unit_variance

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.estimates.steadying import SteadyRates
    from geoinspect.estimates.table import InspectionTable

# variances between groups that are tried
_STEPS = 40

# shares of them that fall with the number of points
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def shrink(table: InspectionTable, confidence: float) -> dict[str, FloatArray]:
    """
    Draw steady rates towards their mean, as far as chance explains their differences.

    Groups are taken to differ by a variance between them, besides the variance of the error
    that each would have at the common mean: one that came from a group's own finds would
    be 0 where nothing was found, and trust such a group blindly (Marshall 1991). A part of
    the variance between groups falls with the number of their points, for one bad point
    moves a small group further. How large it is, and which part falls, is averaged over by
    restricted likelihood, its root equally likely beforehand (Rubin 1981; Gelman 2006):
    with one best value, which often is 0, intervals would be far too short. What comes out
    is scaled so that the groups add up to the city's rate. Intervals are those of a gamma,
    for proportions of a beta, of the posterior mean and variance, and know that the city's
    rate is an estimate, too.

    Parameters
    ----------
    table
        Inspections.
    confidence
        Of the intervals.

    Returns
    -------
    columns
        `shrunk`, its `shrunk_error` beside other groups, `shrunk_low` and `shrunk_high`, each
        of shape (G,). A group without an inspection gets the common mean.
    """
    steady = steady_rates(table)
    mean, variance = posterior(steady, table.n_points)
    factor, error = correction(table, mean)
    shrunk, variance = mean * factor, variance * factor**2
    if steady.is_proportion:
        shrunk = np.minimum(shrunk, 1.0)
    tail = (1 - confidence) / 2
    # the city's own error moves all groups alike: it is none of their order
    wide = variance + (shrunk * error) ** 2
    low, high = (
        quantiles(np.full_like(shrunk, q), shrunk, wide, is_proportion=steady.is_proportion)
        for q in (tail, 1 - tail)
    )
    # a lopsided posterior of tiny mean may lie wholly on one side of it
    return {
        "shrunk": shrunk,
        "shrunk_error": np.sqrt(variance),
        "shrunk_low": np.minimum(low, shrunk),
        "shrunk_high": np.maximum(high, shrunk),
    }


def posterior(steady: SteadyRates, n_points: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return posterior mean and variance of each group, shape (G,) each."""
    rate = steady.rate
    known = np.isfinite(rate) & (steady.spread > 0)
    if not known.any():
        return np.full_like(rate, np.nan), np.full_like(rate, np.nan)
    center = float(np.average(rate[known], weights=1 / steady.spread[known]))
    unit = float(unit_variance(np.array(center), is_proportion=steady.is_proportion))
    if unit <= 0:
        return np.full_like(rate, center), np.zeros_like(rate)
    sampling = np.full_like(rate, np.inf)
    sampling[known] = steady.spread[known] * unit
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
    own *= unit_variance(mean, is_proportion=steady.is_proportion) / unit
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
