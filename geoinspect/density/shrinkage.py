"""
Draw the rates of thinly inspected cells towards the rate of the whole city.

A cell with six inspections and two violations is not as surely bad as one with sixty and
twenty, yet both have the same rate. Empirical Bayes weighs each rate by what stands behind
it: with the gamma-Poisson model the expected rate of a cell is

    (violations + strength * city rate) / (inspections + strength)

where `strength` is the number of inspections that the city as a whole is worth. It follows
from how much more the rates differ than chance alone would make them (Marshall 1991,
Applied Statistics 40, 283-294).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinspect.density.kernel import RateSurface

    FloatArray = NDArray[np.float64]

# a squared Gaussian kernel holds half the mass of the kernel: sums vary half as much as counts
_KERNEL_OVERLAP = 2.0


@dataclass(frozen=True)
class Shrinkage:
    """
    A rate surface whose thin cells lean on the city.

    Attributes
    ----------
    surface
        The surface, its `rate` shrunk; NaN stays where too few inspections were made.
    city_rate
        Violations per inspection of the whole city.
    strength
        Inspections that the city rate is worth; infinite where the cells differ no more
        than chance makes them differ, and then every cell has the city rate.
    """

    surface: RateSurface = field(repr=False)
    city_rate: float
    strength: float


def shrink(surface: RateSurface) -> Shrinkage:
    """
    Shrink the rates of a surface towards the rate of the city.

    Parameters
    ----------
    surface
        Violations per inspection.

    Returns
    -------
    shrinkage
        The same surface with shrunk rates, the city rate and the strength of the pull.

    Examples
    --------
    >>> from geoinspect.density import violation_rate
    >>> market = np.array([[118.8, 32.05]])
    >>> raw = violation_rate(np.repeat(market, 3, axis=0), np.repeat(market, 12, axis=0))
    >>> shrink(raw).city_rate
    0.25
    """
    if surface.n_inspections == 0:
        return Shrinkage(surface, float("nan"), float("inf"))
    city_rate = surface.n_violations / surface.n_inspections
    strength = _strength(surface, city_rate)
    if np.isinf(strength):
        rate = np.where(surface.covered, city_rate, np.nan)
    else:
        rate = (surface.violations + strength * city_rate) / (surface.exposure + strength)
        rate[~surface.covered] = np.nan
    return Shrinkage(replace(surface, rate=rate), city_rate, strength)


def _strength(surface: RateSurface, city_rate: float) -> float:
    """Return the city rate over the variance between cells, by moments; each cell by exposure."""
    exposure = surface.exposure[surface.covered]
    if len(exposure) == 0 or city_rate == 0:
        return float("inf")
    squared = (surface.rate[surface.covered] - city_rate) ** 2
    noise = city_rate / exposure / _KERNEL_OVERLAP
    between = float(np.average(squared - noise, weights=exposure))
    return city_rate / _KERNEL_OVERLAP / between if between > 0 else float("inf")
