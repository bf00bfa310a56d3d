"""Intervals that hold for few finds and for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.estimates.variance import SamplingError


def interval(
    rate: FloatArray, error: SamplingError, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """
    Return the rates that do not contradict what was found.

    A score interval: a rate r lies in it if the estimate is within t standard errors of r,
    the standard error being that under r (Wilson 1927), with the effective number of
    inspections in place of the number (Korn and Graubard 1998) and Student's t for what is
    known of it. It is never empty: no finds in few inspections leave room for a high rate.

    Parameters
    ----------
    rate
        Estimates, shape (G,).
    error
        Their errors.
    confidence
        Of the interval.

    Returns
    -------
    low, high
        Shape (G,); NaN where the rate is.
    """
    quantile = stdtrit(np.maximum(error.freedom, 1.0), (1 + confidence) / 2)
    slack = quantile**2 * error.spread
    middle = rate + slack / 2
    width = np.sqrt(slack * rate + slack**2 / 4)
    if not error.is_proportion:
        return np.maximum(middle - width, 0.0), middle + width
    width = np.sqrt(slack * rate * (1 - rate) + slack**2 / 4)
    scale = 1 + slack
    low, high = (middle - width) / scale, (middle + width) / scale
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def interval_of_sum(
    values: FloatArray, lows: FloatArray, highs: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """
    Return the interval of a weighted sum of independent estimates from theirs.

    Each end is as far from the sum as the root of the squares of the parts' distances from
    their own ends (Newcombe 1998; Zou and Donner 2008), so that lopsided intervals stay so.

    Parameters
    ----------
    values, lows, highs
        Estimates and their intervals, shape (k, G).
    weights
        May be negative, shape (k,).
    """
    down, up = weights[:, None] * (values - lows), weights[:, None] * (highs - values)
    is_added = weights[:, None] >= 0
    total = weights @ values
    below = np.sqrt((np.where(is_added, down, up) ** 2).sum(axis=0))
    above = np.sqrt((np.where(is_added, up, down) ** 2).sum(axis=0))
    return total - below, total + above
