"""
Measure what the route lottery promises, beside what a plain script would do.

    python tests/benchmarks/bench_lottery.py [--quick] [--only CASE ...] [--data DIR]

DIR holds `nanjing.osm.pbf` and `points_635.csv`; by default `../shared/data/nanjing`
beside the repository. Without it the demo city is measured. One table a case: each
promise, what it must reach, what the books give, and on the same days

- script: weighted choice of as many points, routed by PyVRP, which may drop stops;
- exact sample + solver: a sample with the same exact chances, routed by PyVRP with ten
  times the iterations and nothing dropped.

Both have the teams' depots, shifts and opening hours. At the end come the promises that were
missed, and in which case. All randomness follows from the names of city and case and from
numbers counted from 0, so that two runs differ in nothing but seconds. The cases: `10` and
`20` teams, three `depots`, opening `hours`, a `year` of days that follow each other, `large`
(10,000 points on the city's streets, 150 teams); `unequal` weights only where asked for.
`--set book.theta=0.3` tries another knob of the lottery.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

# small dense systems run five times faster on one thread, and solvers come in twos
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from lottery.cases import depots_case, hours_case, plain_case
from lottery.city import load_city, on_streets, with_unequal_weights
from lottery.days import make_day
from lottery.measurement import Effort, Measurement
from lottery.promises import Row, caption, rows
from lottery.year import simulate_year
from lottery.year_promises import rows_of_year
from rich.console import Console
from rich.table import Table

from geoinspect.lottery.day import DayParams

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottery.cases import Case

    from geoinspect.planning.order import City

NANJING = Path(__file__).resolve().parents[3] / "shared" / "data" / "nanjing"
QUICK = Effort(
    days=4, draws=250, routed=4, routed_again=1, iterations=100, years=2, year=250, following=24
)
#: A large city's table leaves out what takes days of other books by the dozen, and its
#: solver stops long before its end.
LARGE = {"days": 2, "draws": 1000, "routed": 2, "routed_again": 1, "iterations": 60}
LARGE_QUICK = LARGE | {"days": 1, "routed": 1, "routed_again": 0, "iterations": 20}
_WIDTH_OF_A_FILE = 150
CASES = ("10", "20", "depots", "hours", "year", "large", "unequal")


def read_params(settings: list[str]) -> DayParams:
    """
    Change knobs of the lottery by name.

    Examples
    --------
    >>> read_params(["fill=0.8", "book.theta=0.3"]).book.theta
    0.3
    """
    default: Any = DayParams()
    changes: dict[str, dict[str, Any]] = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        part, _, knob = name.rpartition(".")
        owner = getattr(default, part) if part else default
        changes.setdefault(part, {})[knob] = type(getattr(owner, knob))(value)
    parts = {
        part: replace(getattr(default, part), **knobs) for part, knobs in changes.items() if part
    }
    chosen: DayParams = replace(default, **parts, **changes.get("", {}))
    return chosen


def table_of(found: list[Row], title: str, caption: str) -> Table:
    """Put the rows of a case into a table."""
    table = Table(title=title, caption=caption)
    table.add_column("promise")
    for heading in ("must reach", "lottery book", "", "script", "exact sample + solver"):
        table.add_column(heading, justify="right")
    for row in found:
        verdict = {None: "", True: "[green]kept", False: "[red]missed"}[row.is_kept]
        table.add_row(row.promise, row.bound, row.book, verdict, row.script, row.solver)
    return table


def cases_of(city: City, params: DayParams) -> dict[str, Callable[[], Case]]:
    """Return how to make each case, by name."""
    return {
        "10": lambda: plain_case(city, 10, params),
        "20": lambda: plain_case(city, 20, params),
        "depots": lambda: depots_case(city, 10, 3, params),
        "hours": lambda: hours_case(city, params),
        "large": lambda: plain_case(on_streets(city, 10_000), 150, params),
        "unequal": lambda: plain_case(with_unequal_weights(city), 10, params, ", weights 1 to 20"),
    }


def verdict_of(tables: dict[str, list[Row]]) -> list[str]:
    """
    Say what the tables come to: a line that counts, and a line for each promise missed.

    Examples
    --------
    >>> kept, missed = Row("chances", "<= 1", "0", True), Row("hours", ">= 8", "5", False)
    >>> verdict_of({"10": [kept], "20": [kept, missed, Row("stops", "", "90")]})
    ['3 promises measured in 2 tables, 1 missed', '20: hours: 5, must reach >= 8']
    """
    judged = [(name, row) for name, found in tables.items() for row in found]
    judged = [(name, row) for name, row in judged if row.is_kept is not None]
    missed = [(name, row) for name, row in judged if not row.is_kept]
    counted = f"{len(judged)} promises measured in {len(tables)} tables, {len(missed)} missed"
    return [counted] + [
        f"{name}: {row.promise}: {row.book}, must reach {row.bound}" for name, row in missed
    ]


def measure(case: Case, effort: Effort, console: Console) -> list[Row]:
    """Print and return the table of a case."""
    start = perf_counter()
    with console.status(case.name) as status:
        measured = Measurement(case, effort, status.update)
        found = rows(measured)
    console.print(table_of(found, case.title, caption(measured)))
    console.print(f"measured in {perf_counter() - start:.0f} s\n")
    return found


def measure_year(case: Case, effort: Effort, console: Console) -> list[Row]:
    """Print and return the table of days that follow each other."""
    start = perf_counter()
    with console.status(case.name) as status:
        year = simulate_year(case, effort.following, status.update)
    title = f"{case.title}: {effort.following} days that follow each other"
    said = "each day has books of its own, its chances follow from all draws before"
    found = rows_of_year(year, case.neighbours)
    console.print(table_of(found, title, said))
    console.print(f"measured in {perf_counter() - start:.0f} s\n")
    return found


def main() -> None:
    """Measure the cases that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few days, weak solvers")
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES[:-1], metavar="CASE")
    parser.add_argument("--days", type=int, help="days with books of their own")
    parser.add_argument("--data", type=Path, default=NANJING)
    parser.add_argument("--jobs", type=int, default=2, help="solvers at a time")
    parser.add_argument("--set", action="append", default=[], metavar="KNOB=VALUE")
    asked = parser.parse_args()
    effort = replace(QUICK if asked.quick else Effort(), jobs=asked.jobs)
    if asked.days:
        effort = replace(effort, days=asked.days)
    # a file has no width of its own
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE)
    cases = cases_of(load_city(asked.data), read_params(asked.set))
    make_day(cases["hours"](), 0, 1)  # compiles what is not compiled yet
    tables = {}
    for name in asked.only:
        if name == "year":
            tables[name] = measure_year(cases["10"](), effort, console)
        else:
            large = LARGE_QUICK if asked.quick else LARGE
            own = replace(effort, **large) if name == "large" else effort
            tables[name] = measure(cases[name](), own, console)
    for line in verdict_of(tables):
        console.print(line, highlight=False)


if __name__ == "__main__":
    main()
