"""City years with a known truth: points, uneven effort, and violations by a true rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from geoinspect.density import shrink, violation_rate

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.density import Grid, KernelParams

CENTRE = (118.8, 32.05)
SIDE_KM = 12.0
N_POINTS = 2000
N_INSPECTIONS = 8000
MEAN_FOUND = 0.3
_FIELD = 240  # cells of 50 m


@dataclass(frozen=True)
class CityYear:
    """
    One simulated year.

    Attributes
    ----------
    lonlat
        Place of each inspection, shape (n, 2).
    found
        Violations found by each inspection, shape (n,).
    log_rate, log_effort
        True fields behind the year, standard deviations, shape (240, 240).
    rate_spread
        Standard deviation of the logarithm of the true rate; 0 for no pattern.
    """

    lonlat: FloatArray
    found: IntArray
    log_rate: FloatArray
    log_effort: FloatArray
    rate_spread: float

    def violations(self) -> FloatArray:
        """Place of each violation, shape (m, 2)."""
        return np.repeat(self.lonlat, self.found, axis=0)

    def true_rate(self, lonlat: FloatArray) -> FloatArray:
        """Violations per inspection that the truth expects at some places."""
        return relative(self.rate_spread * at(self.log_rate, lonlat)) * MEAN_FOUND

    def effort(self, lonlat: FloatArray) -> FloatArray:
        """Relative inspections at some places."""
        return np.exp(at(self.log_effort, lonlat))


def city_year(
    rng: np.random.Generator, *, rate_spread: float, effort_spread: float = 1.0
) -> CityYear:
    """Draw a year: points anywhere, visits by an uneven field, outcomes by the true rate."""
    log_rate, log_effort = smooth_field(rng, 800), smooth_field(rng, 1500)
    # by chance two fields agree a little; inspectors who seek the dirt are another question
    log_effort -= (log_effort * log_rate).mean() * log_rate
    points = to_degrees(rng.uniform(0, 1, (N_POINTS, 2)))
    chance = np.exp(effort_spread * at(log_effort, points))
    lonlat = points[rng.choice(N_POINTS, N_INSPECTIONS, p=chance / chance.sum())]
    rate = MEAN_FOUND * relative(rate_spread * at(log_rate, lonlat))
    return CityYear(lonlat, rng.poisson(rate), log_rate, effort_spread * log_effort, rate_spread)


def relative(logarithm: FloatArray) -> FloatArray:
    """Exponential, scaled so that a mean of 1 is likely whatever the spread."""
    return np.exp(logarithm - logarithm.var() / 2)


def smooth_field(rng: np.random.Generator, range_m: float) -> FloatArray:
    """Gaussian random field of mean 0 and variance 1, correlated over `range_m`."""
    field = gaussian_filter(rng.normal(size=(_FIELD, _FIELD)), range_m / 50, mode="wrap")
    return (field - field.mean()) / field.std()


def to_degrees(share: FloatArray) -> FloatArray:
    """Place shares of the square of the city on the ground."""
    lat_deg = SIDE_KM / 111.195
    lon_deg = lat_deg / np.cos(np.radians(CENTRE[1]))
    return np.array(CENTRE) + (share - 0.5) * (lon_deg, lat_deg)


def at(field: FloatArray, lonlat: FloatArray) -> FloatArray:
    """Read a field at some places."""
    lat_deg = SIDE_KM / 111.195
    lon_deg = lat_deg / np.cos(np.radians(CENTRE[1]))
    share = (lonlat - np.array(CENTRE)) / (lon_deg, lat_deg) + 0.5
    return map_coordinates(field, share.T * _FIELD - 0.5, order=1, mode="wrap")


def plant(
    year: CityYear, rng: np.random.Generator, *, factor: float, radius_m: float
) -> tuple[CityYear, BoolArray]:
    """Make a circle around one inspection `factor` times as bad; also return who is inside."""
    middle = year.lonlat[rng.integers(len(year.lonlat))]
    east_m, north_m = ((year.lonlat - middle) * 111_195 * (np.cos(np.radians(CENTRE[1])), 1)).T
    is_inside = np.hypot(east_m, north_m) <= radius_m
    extra = rng.poisson((factor - 1) * MEAN_FOUND, len(is_inside))
    return replace(year, found=year.found + np.where(is_inside, extra, 0)), is_inside


@dataclass(frozen=True)
class Agreement:
    """
    How well a map of a year agrees with the truth, over the cells with enough inspections.

    Attributes
    ----------
    effort_correlation
        Correlation of the map with the inspections behind each cell; 0 is right.
    beyond_truth
        The same after the true rate is taken out of both, so that what truth and effort
        of one year happen to share does not count.
    worst_overlap
        Share of the truly worst tenth of the cells in the worst tenth of the map.
    """

    effort_correlation: float
    beyond_truth: float
    worst_overlap: float


def agreements(year: CityYear, params: KernelParams) -> dict[str, Agreement]:
    """Compare the shrunk rate, the raw rate and the plain count with the truth."""
    raw = violation_rate(year.violations(), year.lonlat, params=params)
    shown = raw.covered & inside_city(raw.grid)
    row, column = np.nonzero(shown)
    truth = year.true_rate(np.column_stack((raw.grid.column_lon[column], raw.grid.row_lat[row])))
    maps = {"shrunk": shrink(raw).surface.rate, "raw": raw.rate, "count": raw.violations}
    return {
        name: Agreement(
            float(np.corrcoef(values[shown], raw.exposure[shown])[0, 1]),
            partial_correlation(values[shown], raw.exposure[shown], truth),
            float((worst(truth) & worst(values[shown])).sum() / worst(truth).sum()),
        )
        for name, values in maps.items()
    }


def partial_correlation(a: FloatArray, b: FloatArray, given: FloatArray) -> float:
    """Correlate what a straight line through `given` leaves of `a` and `b`."""
    rest_a, rest_b = (v - np.polyval(np.polyfit(given, v, 1), given) for v in (a, b))
    return float(np.corrcoef(rest_a, rest_b)[0, 1])


def worst(values: FloatArray) -> BoolArray:
    """Tell which values are in the highest tenth."""
    return values >= np.quantile(values, 0.9)


def inside_city(grid: Grid) -> BoolArray:
    """Cells whose middle lies in the square of the city, shape (n_rows, n_columns)."""
    low, high = to_degrees(np.array([[0.0, 0.0], [1.0, 1.0]]))
    rows = (grid.row_lat >= low[1]) & (grid.row_lat <= high[1])
    columns = (grid.column_lon >= low[0]) & (grid.column_lon <= high[0])
    return rows[:, np.newaxis] & columns
