"""
Simulate a year of draws: how long a point stays unseen, and how well a day can be guessed.

    python tests/benchmarks/bench_coverage.py [--seeds 20] [--days 264]

635 points in 40 categories, each a tenth smaller than the one before and the smallest of
one point, 30 visits a day, Monday to Friday from 1 January 2026, never visited before.
Every day the chances come from the history alone, and a systematic sample in random order
is drawn with exactly these chances. Points differ widely in how bad they are (coefficient
of variation 1.6); complaints come where it is bad. "age and record" are the defaults;
"quotas" ask for a visit a month to each category of one to three points.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numba import njit
from rich.console import Console
from rich.table import Table
from scipy.stats import poisson

from geoinspect.chances import ChanceParams, Quota
from geoinspect.chances.weights import weigh
from geoinspect.lottery.probabilities import CAP, FLOOR
from geoinspect.lottery.randomness import derive_key, shuffle, stream, uniform

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import BoolArray, FloatArray, IntArray, RandomState

N_CATEGORIES = 40
POINTS = 635
A_DAY = 30
FIRST_DAY = date(2026, 1, 1)
MONTH_DAYS = 22
TINY = 3

VIOLATIONS_A_VISIT = 0.25
MEAN_SEVERITY = 1.8
COMPLAINTS_A_DAY = 3
COMPLAINT_DAYS = ChanceParams().complaint_days


def category_sizes() -> IntArray:
    """Points of each category, the largest first; the rounding falls to the largest."""
    share = 0.9 ** np.arange(N_CATEGORIES)
    sizes = np.maximum(1, np.round(POINTS * share / share.sum()).astype(np.int64))
    sizes[0] += POINTS - sizes.sum()
    return sizes


SIZES = category_sizes()
CATEGORY = np.repeat(np.arange(N_CATEGORIES), SIZES)
NAMES = np.array([f"category {k + 1}" for k in range(N_CATEGORIES)])
TINY_CATEGORIES = np.flatnonzero(SIZES <= TINY)


@njit(cache=True)
def uniforms(state: RandomState, n: int) -> FloatArray:
    """Return n numbers in [0, 1)."""
    return np.array([uniform(state) for _ in range(n)])


@dataclass
class History:
    """What happened to every point so far; arrays of shape (n,)."""

    today: date
    last: FloatArray  # days since 1 January of year 1, NaN if never visited
    visits: FloatArray
    severity: FloatArray
    due: FloatArray
    complaints: FloatArray  # of the last COMPLAINT_DAYS
    month_visits: FloatArray
    seen: BoolArray  # in the present cycle, for the law that knows cycles

    @classmethod
    def empty(cls) -> History:
        def zeros() -> FloatArray:
            return np.zeros(POINTS)

        never = np.full(POINTS, np.nan)
        return cls(
            FIRST_DAY, never, zeros(), zeros(), zeros(), zeros(), zeros(), np.zeros(POINTS, bool)
        )

    def evidence(self) -> pd.DataFrame:
        """Return what `geoinspect.chances.evidence.gather` would."""
        return pd.DataFrame(
            {
                "category": NAMES[CATEGORY],
                "district": "",
                "age_days": self.today.toordinal() - self.last,
                "visits": self.visits,
                "severity": self.severity,
                "complaints": self.complaints,
                "reinspections_due": self.due,
                "month_visits": self.month_visits,
            }
        )


def by_weights(params: ChanceParams, *, record: bool) -> Callable[[History], FloatArray]:
    """Chances as geoinspect computes them, with the points' record or by age alone."""

    def law(history: History) -> FloatArray:
        evidence = history.evidence()
        if not record:
            evidence[["severity", "complaints", "reinspections_due"]] = 0.0
        weights = weigh(evidence, day=history.today, expected_stops=A_DAY, params=params)
        return weights.chances(A_DAY, params)

    return law


def uniform_law(history: History) -> FloatArray:
    """Give every point the same chance every day."""
    return np.full(len(history.last), A_DAY / POINTS)


def cycle_law(history: History) -> FloatArray:
    """Visit nobody twice before everybody was visited: chances of who knows the past."""
    waiting = ~history.seen
    if waiting.sum() > A_DAY:
        return np.where(waiting, A_DAY / waiting.sum(), 0.0)
    return np.where(waiting, 1.0, (A_DAY - waiting.sum()) / (~waiting).sum())


def daily_quota_law(history: History) -> FloatArray:
    """Give every category its share every day, and what is oldest in it the best chances."""
    wish = by_weights(ChanceParams(), record=False)(history)
    low, high = np.zeros(N_CATEGORIES), np.full(N_CATEGORIES, CAP / wish.min())
    for _ in range(60):
        factor = (low + high) / 2
        sums = np.bincount(CATEGORY, weights=np.clip(factor[CATEGORY] * wish, FLOOR, CAP))
        too_low = sums < A_DAY * SIZES / POINTS
        low, high = np.where(too_low, factor, low), np.where(too_low, high, factor)
    return np.clip(high[CATEGORY] * wish, FLOOR, CAP)


@dataclass(frozen=True)
class Method:
    """A way to choose the chances of a day."""

    name: str
    law: Callable[[History], FloatArray]
    by_category: bool = False  # whether every day keeps the categories' shares to a visit


def methods() -> list[Method]:
    """Name the methods to compare: three baselines, then ours with more and more reasons."""
    params = ChanceParams()
    tiny = tuple(Quota(str(NAMES[k]), "*", 1) for k in TINY_CATEGORIES)
    return [
        Method("uniform", uniform_law),
        Method("no repeat in a cycle", cycle_law),
        Method("hard daily quotas", daily_quota_law, by_category=True),
        Method("age alone", by_weights(params, record=False)),
        Method("age and record", by_weights(params, record=True)),
        Method("age, record, quotas", by_weights(replace(params, quotas=tiny), record=True)),
    ]


def draw(chances: FloatArray, state: RandomState, *, by_category: bool) -> IntArray:
    """Draw a systematic sample in random order, with exactly these chances."""
    order = np.arange(POINTS)
    shuffle(state, order)
    if by_category:
        order = order[np.argsort(CATEGORY[order], kind="stable")]
    ends = np.cumsum(chances[order]) - uniform(state)
    return order[np.flatnonzero(np.ceil(ends) > np.ceil(np.append(-1e-9, ends[:-1])))]


@dataclass(frozen=True)
class Year:
    """
    What one seed gave.

    `visited` is (days, n), `largest` and `smallest` are the extreme chances of each day,
    `history` is what was known in the end.
    """

    days: list[date]
    visited: BoolArray
    largest: FloatArray
    smallest: FloatArray
    history: History

    @property
    def longest_gap(self) -> int:
        """Longest time between two visits, or the ends of the year, in working days."""
        when = np.arange(1, len(self.days) + 1)[:, None]
        latest = np.maximum.accumulate(np.where(self.visited, when, 0))
        before = np.vstack((np.zeros((1, POINTS), dtype=np.int64), latest))
        return int((np.append(when, [[len(self.days) + 1]], axis=0) - before).max())

    @property
    def unseen_after_a_month(self) -> float:
        """Share of points without a visit in the first 22 days."""
        return float((~self.visited[:MONTH_DAYS].any(axis=0)).mean())

    @property
    def month_visits(self) -> IntArray:
        """Visits by full month and category, shape (months, categories)."""
        months = np.array([day.month for day in self.days])
        starts = np.flatnonzero(np.diff(months, prepend=0))
        per_day = self.visited @ (CATEGORY[:, None] == np.arange(N_CATEGORIES)).astype(np.int64)
        return np.add.reduceat(per_day, starts)[: len(starts) - 1]

    @property
    def shares_kept(self) -> float:
        """Share of category-months within 3 visits or 25 % of the proportional number."""
        counts = self.month_visits
        wanted = counts.sum(axis=1, keepdims=True) * SIZES / POINTS
        return float((np.abs(counts - wanted) <= np.maximum(3, 0.25 * wanted)).mean())

    @property
    def tiny_visited(self) -> float:
        """Share of months in which a category of 1 to 3 points was visited."""
        return float((self.month_visits[:, TINY_CATEGORIES] > 0).mean())


def simulate(method: Method, seed: int, n_days: int) -> Year:
    """Simulate the working days of a year."""
    chance = stream(derive_key("coverage", str(seed)))
    badness = (-np.log1p(-uniforms(chance, POINTS))) ** 1.5 / math.gamma(2.5)
    history = History.empty()
    days, drawn, largest, smallest, complaints = [], [], [], [], []
    for _ in range(n_days):
        chances = method.law(history)
        points = draw(chances, chance, by_category=method.by_category)
        days.append(history.today)
        drawn.append(np.bincount(points, minlength=POINTS) > 0)
        largest.append(chances.max())
        smallest.append(chances.min())
        _visit(history, points, badness, chance)
        new = poisson.ppf(uniforms(chance, POINTS), COMPLAINTS_A_DAY * badness / POINTS)
        complaints.append((history.today, new))
        _next_day(history, complaints)
    return Year(days, np.array(drawn), np.array(largest), np.array(smallest), history)


def _visit(history: History, points: IntArray, badness: FloatArray, chance: RandomState) -> None:
    """Find violations at the drawn points, and write the visits down."""
    found = poisson.ppf(uniforms(chance, len(points)), VIOLATIONS_A_VISIT * badness[points])
    waiting = ~history.seen
    history.last[points] = history.today.toordinal()
    history.visits[points] += 1
    history.month_visits[points] += 1
    history.severity[points] += np.round(MEAN_SEVERITY * found)
    history.due[points] = found
    history.seen[points] = True
    if history.seen.all():
        history.seen[:] = False
        history.seen[points[~waiting[points]]] = True


def _next_day(history: History, complaints: list[tuple[date, FloatArray]]) -> None:
    """Let the night pass, and the weekend."""
    before = history.today
    history.today += timedelta(days=3 if before.weekday() == 4 else 1)
    if history.today.month != before.month:
        history.month_visits[:] = 0
    since = history.today - timedelta(days=COMPLAINT_DAYS)
    history.complaints = sum((new for day, new in complaints if day >= since), np.zeros(POINTS))


def main() -> None:
    """Compare the methods."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--days", type=int, default=264)
    wanted = parser.parse_args()
    table = Table(title=f"{POINTS} points, {A_DAY} a day, {wanted.days} days, {wanted.seeds} seeds")
    table.add_column("chances by")
    for column in (
        "longest gap", "its mean", "mean daily largest chance", "largest of all", "smallest",
        "unseen after 22 days", "category shares kept", "tiny categories seen", "s",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for method in methods():
        start = perf_counter()
        years = [simulate(method, seed, wanted.days) for seed in range(wanted.seeds)]
        gaps = [year.longest_gap for year in years]
        table.add_row(
            method.name,
            str(max(gaps)),
            f"{np.mean(gaps):.1f}",
            f"{np.mean([year.largest for year in years]):.3f}",
            f"{max(year.largest.max() for year in years):.3f}",
            f"{min(year.smallest.min() for year in years):.4f}",
            f"{np.mean([year.unseen_after_a_month for year in years]):.1%}",
            f"{np.mean([year.shares_kept for year in years]):.1%}",
            f"{np.mean([year.tiny_visited for year in years]):.1%}",
            f"{perf_counter() - start:.0f}",
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
