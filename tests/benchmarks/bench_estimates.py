"""
Measure what rates and rankings promise, beside raw counts and raw rates.

    python tests/benchmarks/bench_estimates.py [--quick]

Simulated cities with a known truth: 635 points, 60 units of very unequal size, 30 visits
a day by 6 teams whose routes take neighbours. Chances follow from the squared days since
the last visit, with a floor, and from how risky points are. One table a case: each promise,
what it must reach, what the estimates give, and what a spreadsheet gives of the same visits
(finds / inspections, +- 1.96 standard errors). A week does not tell who is worst: that case
shows how short the lists then are.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np
import pandas as pd
from estimates.city_year import CityParams
from estimates.promises import Measured, measure
from rich.console import Console
from rich.table import Table

from geoinspect.estimates import estimate_rates, rank_groups

SEED = 5
MILLION = 1_000_000

#: Cases by name, with how many cities each.
CASES = {
    "a year, finds counted": (CityParams(), 100),
    "a year, yes or no": (CityParams(is_proportion=True, mean=0.3), 60),
    "two months, finds counted": (CityParams(days=44), 300),
    "two months, yes or no": (CityParams(days=44, is_proportion=True, mean=0.3), 300),
    "two months, points of a unit alike": (CityParams(days=44, between_points=0.2), 300),
    "a quarter, units hardly differ": (
        CityParams(days=66, between_points=0.3, between_units=0.3),
        300,
    ),
    "a year, nobody looks harder at bad points": (CityParams(risk_weighted=False), 60),
    "a year, finds come back after a visit": (CityParams(days_to_return=15), 60),
    "two months, finds come back after a visit": (CityParams(days=44, days_to_return=15), 300),
    "a week": (CityParams(days=7), 300),
}
QUICK = 0.1


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the cities")
    share = QUICK if parser.parse_args().quick else 1.0
    console = Console(width=110)
    for name, (params, repeats) in CASES.items():
        console.print(table_of(name, measure(params, repeats=int(share * repeats), seed=SEED)))
    console.print(*speed(), sep="\n")


def table_of(name: str, measured: Measured) -> Table:
    """Lay out one case."""
    title = f"{name}: {len(measured.cities)} cities"
    table = Table("promise", "wanted", "estimates", "spreadsheet", title=title)
    (listed, right), (praised, deserved) = measured.black, measured.red
    for row in (
        ("mean error of the city's rate", "|m| <= 2 se", *_errors(measured, "cities")),
        ("mean error of units' rates", "order 1 / n", *_errors(measured, "units")),
        ("mean error of shrunk rates", "", _error(measured, "units", "shrunk_error"), ""),
        ("root mean square error, shrunk", "", _rmse(measured, "shrunk_error"), _rmse(measured)),
        ("order of units, rank correlation", "", *_orders(measured)),
        ("city's intervals cover", "93..97 %", _share(measured, "cities", "covered"), ""),
        ("units' intervals cover", "93..97 %", *_covers(measured)),
        ("shrunk intervals cover", "", _share(measured, "units", "shrunk_covered"), ""),
        ("worst truly in the worst decile", ">= 70 %", *_worst(measured)),
        ("black list right", ">= 70 %", f"{right} of {listed}", ""),
        ("red list right", ">= 70 %", f"{deserved} of {praised}", ""),
    ):
        table.add_row(*row)
    return table


def speed() -> list[str]:
    """Time a million inspections."""
    rng = np.random.default_rng(SEED)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 365, MILLION), "D")
    inspections = pd.DataFrame(
        {
            "point_id": rng.integers(0, 20_000, MILLION).astype(str),
            "day": days,
            "team_id": rng.integers(0, 40, MILLION).astype(str),
            "unit": rng.integers(0, 60, MILLION).astype(str),
            "found": rng.poisson(0.35, MILLION),
            "inclusion_probability": rng.uniform(0.01, 0.4, MILLION),
        }
    )
    begin = perf_counter()
    rates = estimate_rates(inspections, by="unit")
    middle = perf_counter()
    rank_groups(rates)
    end = perf_counter()
    return [
        f"1,000,000 inspections, 60 units: rates in {middle - begin:.2f} s, "
        f"ranks in {end - middle:.2f} s"
    ]


def _errors(measured: Measured, where: str) -> list[str]:
    return [_error(measured, where, column) for column in ("error", "raw_error")]


def _error(measured: Measured, where: str, column: str) -> str:
    mean, error = measured.mean(where, column)
    return f"{mean:+.4f} (se {error:.4f})"


def _orders(measured: Measured) -> list[str]:
    pairs = [measured.mean("cities", column) for column in ("order", "raw_order")]
    return [f"{mean:.3f}" for mean, _ in pairs]


def _covers(measured: Measured) -> list[str]:
    return [_share(measured, "units", column) for column in ("covered", "raw_covered")]


def _worst(measured: Measured) -> tuple[str, str]:
    ours, rates, counts = (
        _share(measured, "cities", column) for column in ("worst", "raw_worst", "count_worst")
    )
    return ours, f"{rates} (counts {counts})"


def _share(measured: Measured, where: str, column: str) -> str:
    return f"{100 * measured.mean(where, column)[0]:.1f} %"


def _rmse(measured: Measured, column: str = "raw_error") -> str:
    return f"{float(np.sqrt((measured.units[column] ** 2).mean())):.3f}"


if __name__ == "__main__":
    main()
