"""
Hot spots over time: which are new, grow, stay, fade, or come and go.

Gi* of each period gives each cell a series of z values. Mann and Kendall's test asks
whether the series rises or falls, without supposing a line (Mann 1945, Econometrica 13,
245-259; Kendall 1975, *Rank Correlation Methods*); the variance is corrected for ties.
Together with the periods in which the cell was hot after the control of false discoveries
this gives the classes of `TrendClass`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from geoinspect.errors import InputError
from geoinspect.hotspots import HotSpotParams, HotSpots, discoveries, hot_spots, joined_cells

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import shapely
    from numpy.typing import NDArray

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.density import Grid

MINIMUM_PERIODS = 4
"""With three periods no order of the values is surprising at 5 %."""

MONTHS = 12
"""Months that a history goes back at most."""

MOSTLY = 0.75
"""Hot in this share of the tested periods is hot most of the time."""


class TrendClass(StrEnum):
    """What became of a cell; a cell has exactly one class."""

    NONE = "none"
    """Never hot."""
    NEW = "new"
    """Hot in the last period for the first time."""
    INTENSIFYING = "intensifying"
    """Hot before and in the last period, and its values rise."""
    PERSISTENT = "persistent"
    """Hot most of the time and in the last period, and its values neither rise nor fall."""
    DIMINISHING = "diminishing"
    """Hot in at least one period, and its values fall."""
    SPORADIC = "sporadic"
    """Hot now and then, without a trend."""


SHOWN = (
    TrendClass.NEW,
    TrendClass.INTENSIFYING,
    TrendClass.PERSISTENT,
    TrendClass.SPORADIC,
    TrendClass.DIMINISHING,
)
"""Classes of cells that were ever hot, the most urgent first."""


@dataclass(frozen=True)
class MannKendall:
    """
    Mann-Kendall test of many series.

    Attributes
    ----------
    s
        Pairs that rise less pairs that fall, shape (...).
    z
        `s` in standard deviations, with the continuity correction; 0 where the series
        has fewer than two values or all are equal.
    p_value
        Two-sided, shape (...).
    """

    s: FloatArray
    z: FloatArray
    p_value: FloatArray


@dataclass(frozen=True)
class EmergingHotSpots:
    """
    The history of each cell.

    Attributes
    ----------
    grid
        Where the cells lie.
    trend
        Mann-Kendall test of the Gi* values of each cell.
    classes
        `TrendClass` of each cell as text, shape (n_rows, n_columns).
    n_tested
        Periods in which each cell was tested.
    n_periods
        Number of periods.
    """

    grid: Grid
    trend: MannKendall = field(repr=False)
    classes: NDArray[np.str_] = field(repr=False)
    n_tested: FloatArray = field(repr=False)
    n_periods: int

    def areas(self) -> list[EmergingArea]:
        """Join cells of one class with a side in common; the most urgent first, then the large."""
        found = [
            EmergingArea(kind, shape, len(cells))
            for kind in SHOWN
            for shape, cells in joined_cells(self.grid, self.classes == str(kind))
        ]
        return sorted(found, key=lambda area: (SHOWN.index(area.kind), -area.n_cells))


@dataclass(frozen=True)
class EmergingArea:
    """
    Cells of one class with sides in common.

    Attributes
    ----------
    kind
        Their class.
    shape
        Outline in WGS-84 degrees.
    n_cells
        Number of cells.
    """

    kind: TrendClass
    shape: shapely.Polygon = field(repr=False)
    n_cells: int


def monthly_hot_spots(
    lonlat: FloatArray,
    found: IntArray,
    day: NDArray[np.datetime64],
    *,
    last: date,
    params: HotSpotParams | None = None,
) -> EmergingHotSpots | None:
    """
    Classify each cell by its hot spots in the twelve months up to a day.

    Parameters
    ----------
    lonlat
        Inspections, shape (n, 2), WGS-84 degrees as lon, lat.
    found
        Violations found by each inspection, shape (n,).
    day
        Local day of each inspection, shape (n,).
    last
        A day of the last month.
    params
        Radius, cell, minimum and level of the hot spots.

    Returns
    -------
    emerging
        None where inspections were made in fewer than four of these months.
    """
    month = day.astype("datetime64[M]").astype(np.int64)
    end = int(np.datetime64(last, "M").astype(np.int64))
    is_near = (month > end - MONTHS) & (month <= end)
    lonlat, found, month = lonlat[is_near], found[is_near], month[is_near]
    made = np.unique(month)
    if len(made) < MINIMUM_PERIODS:
        return None
    extent = (*lonlat.min(axis=0).tolist(), *lonlat.max(axis=0).tolist())
    periods = [
        hot_spots(lonlat[month == each], found[month == each], params=params, extent=extent)
        for each in made
    ]
    return emerging_hot_spots(periods)


def emerging_hot_spots(
    periods: Sequence[HotSpots], *, params: HotSpotParams | None = None
) -> EmergingHotSpots:
    """
    Classify each cell by its hot spots over time.

    Parameters
    ----------
    periods
        Hot spots of each period, in order of time, all on one grid: compute them with
        one `extent`. A cell that was not tested in a period has no value for it.
    params
        Level and control of false discoveries for the trends; those of the last period
        if left out.

    Raises
    ------
    InputError
        If there are fewer than four periods, or they lie on different grids.
    """
    if len(periods) < MINIMUM_PERIODS:
        raise InputError(
            "A trend needs at least {minimum} periods, not {n}: use shorter ones.",
            minimum=MINIMUM_PERIODS,
            n=len(periods),
        )
    grid = periods[-1].grid
    if any(period.grid != grid for period in periods):
        raise InputError("The periods lie on different grids: compute all with the same extent.")
    z = np.stack([period.z for period in periods])
    trend = mann_kendall(z)
    n_tested = np.isfinite(z).sum(axis=0).astype(np.float64)
    has_trend = _significant(trend, n_tested, params or periods[-1].params)
    hot = np.stack([period.is_hot for period in periods])
    classes = _classify(hot, n_tested, np.where(has_trend, np.sign(trend.s), 0.0))
    return EmergingHotSpots(grid, trend, classes, n_tested, len(periods))


def mann_kendall(series: FloatArray) -> MannKendall:
    """
    Test many series for a rise or a fall.

    Parameters
    ----------
    series
        Values in order of time along the first axis, shape (t, ...); NaN where missing.

    Examples
    --------
    >>> trend = mann_kendall(np.array([1.0, 2.0, 3.0, 5.0, 4.0]))
    >>> float(trend.s), round(float(trend.p_value), 3)
    (8.0, 0.086)
    """
    # most cells of a city were never tested
    has_values = np.isfinite(series).sum(axis=0) >= 2
    s, z = np.zeros(has_values.shape), np.zeros(has_values.shape)
    s[has_values], z[has_values] = _rises(series[:, has_values])
    return MannKendall(s, z, 2 * ndtr(-np.abs(z)))


def _rises(series: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return pairs that rise less pairs that fall, and that in standard deviations."""
    s = np.zeros(series.shape[1:])
    # sum of (t - 1)(2t + 5) over the values equals the sum of t(t - 1)(2t + 5) over the ties
    ties = np.zeros(series.shape[1:])
    for i, value in enumerate(series):
        s += np.nan_to_num(np.sign(series[i + 1 :] - value)).sum(axis=0)
        equal = (series == value).sum(axis=0)
        ties += np.where(equal > 0, (equal - 1) * (2 * equal + 5), 0)
    n = np.isfinite(series).sum(axis=0)
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    z = np.zeros_like(s)
    np.divide(s - np.sign(s), np.sqrt(np.maximum(variance, 0)), out=z, where=variance > 0)
    return s, z


def _significant(trend: MannKendall, n_tested: FloatArray, params: HotSpotParams) -> BoolArray:
    """Tell which trends pass the control of false discoveries."""
    is_tested = n_tested >= MINIMUM_PERIODS
    significant = np.zeros(n_tested.shape, np.bool_)
    significant[is_tested] = discoveries(trend.p_value[is_tested], params)
    return significant


def _classify(hot: BoolArray, n_tested: FloatArray, direction: FloatArray) -> NDArray[np.str_]:
    """Return the class of each cell; the first that fits holds."""
    is_hot, n_hot = hot[-1], hot.sum(axis=0)
    conditions = {
        TrendClass.NONE: n_hot == 0,
        TrendClass.NEW: is_hot & (n_hot == 1),
        TrendClass.DIMINISHING: direction < 0,
        TrendClass.INTENSIFYING: is_hot & (direction > 0),
        TrendClass.PERSISTENT: is_hot & (n_hot >= MOSTLY * n_tested),
    }
    names = [str(name) for name in conditions]
    return np.select(list(conditions.values()), names, default=str(TrendClass.SPORADIC))
