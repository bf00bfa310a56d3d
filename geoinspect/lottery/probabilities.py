"""
Inclusion probabilities: weights scaled to an expected number of stops, within bounds.

Probabilities proportional to size, as in Sarndal, Swensson and Wretman (1992), with
a floor so that nobody is safe and a cap so that nobody is certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import LotteryError

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray

#: No point's daily chance is smaller: nobody is safe.
FLOOR = 0.005

#: No point's daily chance is larger: nobody is certain.
CAP = 0.95

_ROUNDING = 1e-9


def inclusion_probabilities(
    weight: FloatArray,
    expected_stops: float,
    *,
    floor: float = FLOOR,
    cap: float | FloatArray = CAP,
) -> FloatArray:
    """
    Scale weights to inclusion probabilities that sum to the expected number of stops.

    Parameters
    ----------
    weight
        Relative wish to visit each point, shape (n,), positive.
    expected_stops
        Sum of the probabilities.
    floor, cap
        Bounds of each probability; `cap` may be one a point, shape (n,).

    Returns
    -------
    probability
        min(cap, max(floor, factor x weight)) with the one factor that makes the sum
        right, shape (n,).

    Raises
    ------
    LotteryError
        If the bounds do not allow the sum.

    Examples
    --------
    >>> inclusion_probabilities(np.array([1.0, 1.0, 2.0]), 1.0).round(3).tolist()
    [0.25, 0.25, 0.5]
    """
    n = len(weight)
    caps = np.broadcast_to(cap, n)
    if not n * floor * (1 - _ROUNDING) <= expected_stops <= caps.sum() * (1 + _ROUNDING):
        raise LotteryError(
            "{stops} expected stops do not suit {points} points: each point's daily chance "
            "must lie between {floor} and {cap}, so name between {fewest} and {most} stops.",
            stops=round(expected_stops, 1),
            points=n,
            floor=floor,
            cap=float(caps.max()),
            fewest=int(np.ceil(n * floor)),
            most=int(caps.sum()),
        )
    low, high = 0.0, float((caps / weight).max())
    while True:
        factor = (low + high) / 2
        if not low < factor < high:
            return np.clip(high * weight, floor, caps)
        if np.clip(factor * weight, floor, caps).sum() < expected_stops:
            low = factor
        else:
            high = factor
