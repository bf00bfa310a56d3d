"""
Simulate the inspections of a city whose true rates are known.

Points have addresses, a true mean of violations a visit that follows from their unit,
their surroundings and themselves, and a chance every day that follows from the days since
the last visit, squared, with a floor, and from how risky they are. Every morning the city
is cut anew into a zone a team, and each team's route takes neighbours: steps along the
zone that start at random and go half as far as they could, so that points near each other
come together, each with exactly its chance. Where finds come back after a visit, each unit has
a pace of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.lottery.probabilities import inclusion_probabilities

if TYPE_CHECKING:
    from numpy.random import Generator

    from geoinspect.arrays import FloatArray, IntArray

# steps of a route, in units of chance: no point with a smaller chance is hit twice
_STEP = 0.5
_CAP = 0.45
_FLOOR = 0.005

_HALVES = 2

# how much units differ in how fast finds come back
_PACES = 0.5


@dataclass(frozen=True)
class CityParams:
    """
    Knobs of a simulated city.

    Attributes
    ----------
    points, units, teams, days, visits_a_day
        How many of each.
    mean
        True mean of finds a visit.
    between_units, between_points
        Coefficients of variation of true rates.
    risk_weighted
        Whether bad points are visited more often.
    is_proportion
        Whether a visit finds 0 or 1, or any number.
    days_to_return
        After so many days two thirds of what a visit put right are back, in most units; None
        if visits change nothing.
    """

    points: int = 635
    units: int = 60
    teams: int = 6
    days: int = 264
    visits_a_day: int = 30
    mean: float = 0.35
    between_units: float = 0.45
    between_points: float = 0.8
    risk_weighted: bool = True
    is_proportion: bool = False
    days_to_return: float | None = None


@dataclass(frozen=True)
class City:
    """
    Points of a city; arrays of shape (n,).

    Attributes
    ----------
    xy
        Position, shape (n, 2).
    unit
        Number of the responsible unit.
    true_rate
        Mean of finds a visit, long after the last one.
    pace
        Days after which two thirds of that are back; 0 if visits change nothing.
    risk
        What the office believes of it: right on the whole, wrong in places.
    """

    xy: FloatArray
    unit: IntArray
    true_rate: FloatArray
    pace: FloatArray
    risk: FloatArray

    def returned(self, age: FloatArray) -> FloatArray:
        """Share of what there is to find that is back after so many days at each point."""
        ages = np.divide(age, self.pace, out=np.full(len(age), np.inf), where=self.pace > 0)
        return 1 - np.exp(-ages)

    def unit_rates(self, of_points: FloatArray, units: int) -> FloatArray:
        """True rate of each unit: the mean of its points."""
        points = np.bincount(self.unit, minlength=units)
        return np.bincount(self.unit, of_points, units) / np.maximum(1, points)


def build_city(params: CityParams, rng: Generator) -> City:
    """Lay out a city: units of very unequal size, each in a quarter of its own."""
    centre = rng.uniform(size=(params.units, 2))
    size = rng.lognormal(sigma=0.8, size=params.units)
    rest = params.points - params.units
    unit = np.append(np.arange(params.units), rng.choice(params.units, rest, p=size / size.sum()))
    xy = centre[unit] + rng.normal(scale=0.06, size=(params.points, 2))
    of_unit = _gamma(rng, params.between_units, params.units)[unit]
    own = _gamma(rng, params.between_points, params.points)
    true_rate = params.mean * of_unit * own
    if params.is_proportion:
        true_rate = np.minimum(true_rate, 0.95)
    believed = true_rate / params.mean * rng.lognormal(sigma=0.5, size=params.points)
    risk = np.clip(believed, 0.5, 3.0) if params.risk_weighted else np.ones(params.points)
    pace = (params.days_to_return or 0.0) * rng.lognormal(sigma=_PACES, size=params.units)
    return City(xy, unit, true_rate, pace[unit], risk)


def inspect_city(city: City, params: CityParams, rng: Generator) -> tuple[pd.DataFrame, FloatArray]:
    """
    Simulate a period.

    Returns
    -------
    inspections
        The columns are those of `geoinspect.estimates.estimate_rates`.
    rates
        Mean of finds that a visit on any day of the period would have had, shape (n,).
    """
    last = -rng.integers(1, 60, len(city.unit)).astype(np.float64)
    visits = []
    sums = np.zeros(len(city.unit))
    for day in range(params.days):
        age = day - last
        rate = city.true_rate * city.returned(age)
        sums += rate
        weight = city.risk * (0.15 * (age**2).mean() + age**2)
        chance = inclusion_probabilities(weight, float(params.visits_a_day), floor=_FLOOR, cap=_CAP)
        for team, zone in enumerate(_zones(city.xy, params.teams, rng)):
            drawn = _route(city.xy, zone, chance, rng)
            visits.append(
                (np.full(len(drawn), day), np.full(len(drawn), team), drawn, chance[drawn],
                 rate[drawn])
            )  # fmt: skip
            last[drawn] = day
    days, teams, points, chances, rates = (
        np.concatenate(parts) for parts in zip(*visits, strict=True)
    )
    found = rng.random(len(rates)) < rates if params.is_proportion else rng.poisson(rates)
    inspections = pd.DataFrame(
        {
            "point_id": points, "day": days, "team_id": teams, "unit": city.unit[points],
            "found": found.astype(np.int64), "inclusion_probability": chances,
        }
    )  # fmt: skip
    return inspections, sums / params.days


def _gamma(rng: Generator, variation: float, n: int) -> FloatArray:
    """Numbers of mean 1 with a coefficient of variation."""
    if variation == 0:
        return np.ones(n)
    return rng.gamma(1 / variation**2, variation**2, n)


def _zones(xy: FloatArray, teams: int, rng: Generator) -> list[IntArray]:
    """Cut the city across a random direction, and each half along it."""
    angle = rng.uniform(0, 2 * np.pi)
    across = xy @ np.array([np.cos(angle), np.sin(angle)])
    along = xy @ np.array([-np.sin(angle), np.cos(angle)])
    zones = []
    for number, half in enumerate(np.array_split(np.argsort(across), _HALVES)):
        share = teams // _HALVES + (number < teams % _HALVES)
        zones += np.array_split(half[np.argsort(along[half])], share)
    return zones


def _route(xy: FloatArray, zone: IntArray, chance: FloatArray, rng: Generator) -> IntArray:
    """Draw neighbours, each point with its chance."""
    around = xy[zone] - xy[zone].mean(axis=0)
    order = zone[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    ends = np.cumsum(chance[order])
    stops = int(ends[-1] + rng.random())
    marks = (rng.uniform(0, ends[-1]) + _STEP * np.arange(stops)) % ends[-1]
    return order[np.minimum(np.searchsorted(ends, marks, side="right"), len(order) - 1)]
