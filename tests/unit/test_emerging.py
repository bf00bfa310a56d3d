"""Hot spots over time: scipy's Kendall as oracle, and one history for each class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau, norm

from geoinspect.emerging import TrendClass, emerging_hot_spots, mann_kendall
from geoinspect.errors import InputError
from geoinspect.hotspots import HotSpotParams, hot_spots

PARAMS = HotSpotParams(minimum_inspections=5)


@pytest.mark.parametrize("decimals", [8, 0])
def test_the_trend_is_what_kendall_says_with_and_without_ties(decimals):
    series = np.random.default_rng(1).normal(0, 2, (12, 40)).cumsum(axis=0).round(decimals)
    trend = mann_kendall(series)
    for i in range(40):
        oracle = kendalltau(np.arange(12), series[:, i], method="asymptotic")
        deviation = abs(trend.s[i]) / norm.isf(oracle.pvalue / 2) if trend.s[i] else 1.0
        assert np.sign(oracle.statistic) == np.sign(trend.s[i])
        expected = (trend.s[i] - np.sign(trend.s[i])) / deviation
        assert trend.z[i] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_missing_values_are_as_if_they_had_never_been():
    series = np.array([1.0, np.nan, 3.0, 2.0, 5.0, np.nan, 4.0, 8.0])
    short = mann_kendall(series[np.isfinite(series)])
    trend = mann_kendall(series)
    assert (trend.s, trend.z, trend.p_value) == (short.s, short.z, short.p_value)


def test_a_series_that_never_changes_has_no_trend():
    trend = mann_kendall(np.ones(9))
    assert (trend.s, trend.z, trend.p_value) == (0, 0, 1)


def history(z, hot):
    """Periods of one interesting cell; all other cells are untested."""
    lonlat = np.array([[118.8, 32.05]]).repeat(20, axis=0)
    base = hot_spots(lonlat, np.arange(20) % 2, params=PARAMS)
    periods = []
    for value, is_hot in zip(z, hot, strict=True):
        values, flags = np.full(base.z.shape, np.nan), np.zeros(base.z.shape, bool)
        values[5, 5], flags[5, 5] = value, is_hot
        periods.append(replace(base, z=values, is_hot=flags))
    return periods


RISING = list(range(12))
LEVEL = [5, 6, 5, 7, 5, 6, 7, 5, 6, 5, 7, 6]


@pytest.mark.parametrize(
    ("z", "hot", "expected"),
    [
        (LEVEL, [0] * 12, TrendClass.NONE),
        (RISING, [0] * 11 + [1], TrendClass.NEW),
        (RISING, [0] * 5 + [1] * 7, TrendClass.INTENSIFYING),
        (LEVEL, [1] * 12, TrendClass.PERSISTENT),
        (RISING[::-1], [1] * 7 + [0] * 5, TrendClass.DIMINISHING),
        (RISING[::-1], [1] * 12, TrendClass.DIMINISHING),
        (LEVEL, [1, 0, 0] * 4, TrendClass.SPORADIC),
        (LEVEL, [0, 0, 1] * 4, TrendClass.SPORADIC),
    ],
)
def test_each_history_has_its_class(z, hot, expected):
    emerging = emerging_hot_spots(history(z, np.array(hot, bool)))
    assert emerging.classes[5, 5] == expected
    assert emerging.n_tested[5, 5] == 12
    assert (emerging.classes[0] == TrendClass.NONE).all()


def test_a_trend_needs_four_periods_on_one_grid():
    with pytest.raises(InputError, match="at least 4 periods, not 3"):
        emerging_hot_spots(history([1, 2, 3], [0, 0, 0]))
    periods = history([1, 2, 3, 4], [0, 0, 0, 0])
    periods[0] = replace(periods[0], grid=replace(periods[0].grid, west=0.0))
    with pytest.raises(InputError, match="same extent"):
        emerging_hot_spots(periods)
