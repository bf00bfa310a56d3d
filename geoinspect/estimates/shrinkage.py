"""Rates of small groups, drawn towards those of all groups as far as chance explains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta, gamma

from geoinspect.estimates.variance import unit_variance

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.estimates.variance import SamplingError

_HALVINGS = 100

#: Degrees of freedom that an estimate of the spread between groups costs (Morris 1983).
_LOST = 3


def shrink(rate: FloatArray, error: SamplingError, confidence: float) -> dict[str, FloatArray]:
    """
    Shrink rates towards their mean: empirical Bayes.

    Groups are taken to differ by a variance between them, found by the method of moments
    (Paule and Mandel 1982; DerSimonian and Kacker 2007), besides the sampling variance that
    each would have at the common mean: one that came from the group's own finds would be
    0 where nothing was found, and trust such groups blindly (Marshall 1991). The posterior
    variance counts what is not known of mean and variance between groups (Morris 1983),
    and intervals are those of a gamma, for proportions a beta, of that mean and variance.

    Parameters
    ----------
    rate
        Estimates, shape (G,); NaN where there is none.
    error
        Their errors.
    confidence
        Of the intervals.

    Returns
    -------
    columns
        `shrunk`, its `shrunk_error`, `shrunk_low` and `shrunk_high`, each of
        shape (G,). A group without an inspection gets the common mean.
    """
    shrunk, variance = posterior(rate, error)
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


def posterior(rate: FloatArray, error: SamplingError) -> tuple[FloatArray, FloatArray]:
    """Return posterior mean and variance of each group, shape (G,) each."""
    known = np.isfinite(rate) & (error.expected_spread > 0)
    n = int(known.sum())
    if n == 0:
        return np.full_like(rate, np.nan), np.full_like(rate, np.nan)
    sampling = np.full_like(rate, np.inf)
    center = float(np.average(rate[known], weights=1 / error.expected_spread[known]))
    unit = unit_variance(np.array(center), is_proportion=error.is_proportion)
    sampling[known] = error.expected_spread[known] * unit
    if unit == 0:
        return np.full_like(rate, center), np.zeros_like(rate)
    between = between_variance(rate[known], sampling[known])
    weight = 1 / (sampling[known] + between)
    center = float(weight @ rate[known] / weight.sum())
    pull = np.where(known, 1 / (1 + between / sampling), 1.0)
    offset = np.where(known, rate - center, 0.0)
    own = np.where(known, (1 - pull) * np.where(known, sampling, 0.0), between)
    # the pull is itself estimated: a far-off group may be pulled too much
    doubt = 2 / max(1, n - _LOST) * pull**2 * np.where(known, offset**2, 0.0)
    return center + (1 - pull) * offset, own + pull**2 / weight.sum() + doubt


def between_variance(rate: FloatArray, sampling: FloatArray) -> float:
    """
    Variance between groups for which weighted squares are as large as expected.

    Parameters
    ----------
    rate, sampling
        Estimates and their sampling variances, shape (G,).

    Examples
    --------
    >>> round(between_variance(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.5])), 9)
    0.5
    """

    def excess(between: float) -> float:
        weight = 1 / (sampling + between)
        center = weight @ rate / weight.sum()
        return float(weight @ (rate - center) ** 2) - (len(rate) - 1)

    low, high = 0.0, float(np.ptp(rate)) ** 2 * max(1, len(rate))
    if excess(0.0) <= 0:
        return 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return float(high)


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
            found = beta.ppf(probability, mean * size, (1 - mean) * size)
        else:
            found = gamma.ppf(probability, mean**2 / variance, scale=variance / mean)
    return np.where(is_wide, found, mean)
