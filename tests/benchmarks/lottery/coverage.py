"""
How long a point waits for its turn, under a rule that turns ages into chances.

No routes are needed: whatever the rule, the books keep its chances exactly, so
samples with the same chances show the same waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.chances import ChanceParams
from geoinspect.chances.factors import age_factor, counted_ages
from geoinspect.lottery.probabilities import inclusion_probabilities
from geoinspect.lotteryreport.statistics import longest_gaps
from lottery.chance import exact_sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Coverage:
    """
    Waits over some days and seeds.

    Attributes
    ----------
    longest_gap
        Longest wait of any point in any seed, in working days.
    largest_chance
        Mean of the daily largest chance.
    """

    longest_gap: int
    largest_chance: float


def by_age(age: IntArray) -> FloatArray:
    """Weigh by age as a plan does; `bench_coverage.py` looks at all other reasons."""
    params = ChanceParams()
    counted = counted_ages(age.astype(np.float64), oldest_age=params.oldest_age)
    return age_factor(counted, exponent=params.age_exponent, uniform_share=params.uniform_share)


@cache
def simulate_coverage(
    weigh: Callable[[IntArray], FloatArray] | None,
    *,
    n_points: int = 635,
    stops: float = 30,
    days: int = 264,
    seeds: int = 20,
) -> Coverage:
    """
    Draw `days` samples one after the other, for each of `seeds` histories.

    Parameters
    ----------
    weigh
        Takes the days since each point's last visit, shape (n_points,), and returns
        weights: the hook for every rule that knows ages. None for equal chances every
        day, as a plan has them without history.
    """
    equal = np.full(n_points, stops / n_points)
    gaps, largest = [], []
    for seed in range(seeds):
        visits = np.zeros((days, n_points), dtype=np.bool_)
        age = np.ones(n_points, dtype=np.int64)
        for day in range(days):
            chance = inclusion_probabilities(weigh(age), stops) if weigh else equal
            visits[day] = _one_sample(chance, f"coverage {seed} {day}")
            age = np.where(visits[day], 1, age + 1)
            largest.append(chance.max())
        gaps.append(longest_gaps(visits).max())
    return Coverage(int(max(gaps)), float(np.mean(largest)))


def _one_sample(chance: FloatArray, label: str) -> BoolArray:
    sample: BoolArray = exact_sample(chance, 1, label)[0]
    return sample
