"""What estimates promise, measured on simulated periods beside raw counts and raw rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from estimates.city_year import build_city, inspect_city
from geoinspect.estimates import RateParams, estimate_rates, rank_groups

if TYPE_CHECKING:
    from estimates.city_year import CityParams
    from geoinspect.arrays import FloatArray

WORST = 0.1


@dataclass(frozen=True)
class Measured:
    """
    Results of simulated cities, one row a city, or a unit of one.

    Attributes
    ----------
    cities
        `error` and `raw_error` of the city's rate, `covered`, whether the unit that is named
        worst truly is in the worst decile: `worst`, by `raw_worst` rates, and by
        `count_worst`; and how well units are put in order, as Spearman's rank correlation:
        `order`, by raw rates `raw_order`.
    units
        Of units with enough inspections: `error` and `raw_error`, `shrunk_error`, whether
        the interval and the shrunk one `covered` the truth, and `raw_covered`.
    black, red
        Units on black and on red lists, and those of them that truly are in the worst decile,
        or in the best one, of the units with enough inspections.
    """

    cities: pd.DataFrame
    units: pd.DataFrame
    black: tuple[int, int]
    red: tuple[int, int]

    def mean(self, table: str, column: str) -> tuple[float, float]:
        """Mean of a column and its standard error over cities."""
        if table == "cities":
            each = self.cities[column].astype(float)
        else:
            each = self.units.groupby("city")[column].mean()
        return float(each.mean()), float(each.std() / np.sqrt(len(each)))


def measure(params: CityParams, *, repeats: int, seed: int) -> Measured:
    """Simulate cities, estimate, and compare with what is true."""
    cities, units, lists = [], [], dict.fromkeys(("black", "red"), np.zeros(2, np.int64))
    for repeat in range(repeats):
        rng = np.random.default_rng((seed, repeat))
        city = build_city(params, rng)
        inspections, of_points = inspect_city(city, params, rng)
        truth = pd.Series(city.unit_rates(of_points, params.units))
        rates = estimate_rates(inspections, by="unit")
        plain = _plain(inspections)
        ranks = rank_groups(rates, params=RateParams(ranking_draws=1000))
        worst = set(truth.nlargest(max(1, round(WORST * params.units))).index)
        whole = estimate_rates(inspections).iloc[0]
        mean = float(of_points.mean())
        cities.append(
            {
                "error": whole["rate"] - mean,
                "raw_error": inspections["found"].mean() - mean,
                "covered": whole["low"] <= mean <= whole["high"],
                "worst": rates["shrunk"][rates["is_enough"]].idxmax() in worst,
                "raw_worst": plain["rate"].idxmax() in worst,
                "count_worst": plain["found"].idxmax() in worst,
                **_orders(rates, plain, truth),
            }
        )
        units.append(_of_units(rates, plain, truth.loc[rates.index]).assign(city=repeat))
        for name, right in _deciles(truth.loc[rates.index[rates["is_enough"]]]).items():
            listed = ranks.index[ranks["listed"] == name]
            lists[name] = lists[name] + (len(listed), sum(unit in right for unit in listed))
    black, red = ((int(n), int(right)) for n, right in lists.values())
    return Measured(pd.DataFrame(cities), pd.concat(units), black, red)


def _deciles(truth: pd.Series) -> dict[str, set[object]]:
    """Return the units that belong on each list."""
    size = max(1, round(WORST * len(truth)))
    return {"black": set(truth.nlargest(size).index), "red": set(truth.nsmallest(size).index)}


def _plain(inspections: pd.DataFrame) -> pd.DataFrame:
    """What a spreadsheet says: finds per inspection, with the usual interval."""
    groups = inspections.groupby("unit")["found"]
    rate, n = groups.mean(), groups.size()
    error = groups.std().fillna(0.0) / np.sqrt(n)
    return pd.DataFrame({"rate": rate, "error": error, "found": groups.sum()})


def _orders(rates: pd.DataFrame, plain: pd.DataFrame, truth: pd.Series) -> dict[str, float]:
    """Compare the order of units with enough inspections with the true one."""
    ranked = rates.index[rates["is_enough"]]
    true = truth.loc[ranked].rank()
    orders = {"order": rates["shrunk"], "raw_order": plain["rate"]}
    return {name: true.corr(values.loc[ranked].rank()) for name, values in orders.items()}


def _of_units(rates: pd.DataFrame, plain: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    """Compare units that have enough inspections with the truth."""
    table = pd.DataFrame(
        {
            "error": rates["rate"] - truth,
            "raw_error": plain["rate"] - truth,
            "shrunk_error": rates["shrunk"] - truth,
            "covered": _within(truth, rates["low"], rates["high"]),
            "shrunk_covered": _within(truth, rates["shrunk_low"], rates["shrunk_high"]),
            "raw_covered": (plain["rate"] - truth).abs() <= 1.96 * plain["error"],
        }
    )
    return table[rates["is_enough"]]


def _within(truth: pd.Series, low: pd.Series, high: pd.Series) -> FloatArray:
    return ((low <= truth) & (truth <= high)).to_numpy()
