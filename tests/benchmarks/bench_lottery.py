"""
Measure what the route lottery promises, beside what a plain script would do.

    python tests/benchmarks/bench_lottery.py [--quick] [--days N] [--data DIR] [--large]

DIR holds `nanjing.osm.pbf` and `points_635.csv`; by default `../shared/data/nanjing`
beside the repository. Without it the demo city is measured. One table a case: each
promise, what it must reach, what the books give, and on the same days

- script: weighted choice of as many points, routed by PyVRP, which may drop stops;
- exact sample + solver: a sample with the same exact chances, routed by PyVRP with ten
  times the iterations and nothing dropped.

Needs `pip install pyvrp`. `--set book.theta=0.3` tries another knob of the lottery.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

# small dense systems run five times faster on one thread, and solvers come in twos
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from lottery.city import City, frame_of, load_city, on_streets, unequal_weights, workload_of
from lottery.days import Case, make_day
from lottery.measurement import Effort, Measurement
from lottery.promises import caption, rows
from rich.console import Console
from rich.table import Table

from geoinspect.lottery.day import DayParams

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


NANJING = Path(__file__).resolve().parents[3] / "shared" / "data" / "nanjing"
QUICK = Effort(days=4, draws=300, routed=8, routed_again=2, iterations=200, history=200)
#: Points and teams of the growing city, up to the one that is promised.
SIZES = ((1250, 19), (2500, 38), (5000, 75), (10_000, 150))
LARGE = Effort(days=1, draws=1000, routed=1, routed_again=1, iterations=100, history=60)


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


def table_of(measured: Measurement) -> Table:
    """Put the rows of a case into a table."""
    table = Table(title=measured.case.name, caption=caption(measured))
    table.add_column("promise")
    for heading in ("must reach", "lottery book", "", "script", "exact sample + solver"):
        table.add_column(heading, justify="right")
    for row in rows(measured):
        verdict = {None: "", True: "[green]kept", False: "[red]missed"}[row.is_kept]
        table.add_row(row.promise, row.bound, row.book, verdict, row.script, row.solver)
    return table


def measure_city(
    city: City, params: DayParams, effort: Effort, console: Console, *, unequal: bool
) -> None:
    """Print the tables of a city's own points."""
    times = frame_of(city).times
    n = len(times) - 1
    cases = [(teams, workload_of(times, teams), "") for teams in (10, 20)]
    if unequal:
        cases.append((10, workload_of(times, 10, unequal_weights(n)), ", weights 1 to 20"))
    make_day(Case("compile", cases[0][1], params), 0, 1)
    for teams, workload, more in cases:
        name = f"{city.name}, {n} points, {teams} teams, 6 h, 12 min a stop{more}"
        start = perf_counter()
        with console.status(name) as status:
            measured = Measurement(Case(name, workload, params), effort, status.update)
            table = table_of(measured)
        console.print(table)
        console.print(f"measured in {perf_counter() - start:.0f} s\n")


def measure_growth(city: City, params: DayParams, limit_s: float, console: Console) -> None:
    """Let the city grow until a day takes too long; print how far it gets."""
    table = Table(
        title=f"Points on {city.name}'s streets, 6 h, 12 min a stop, {limit_s:.0f} s each"
    )
    table.add_column("points", justify="right")
    table.add_column("teams", justify="right")
    table.add_column("what happened")
    depot = frame_of(city).depot
    finished = None
    for n, teams in SIZES:
        grown = (on_streets(city, n), teams, depot, params)
        is_done, said = within(limit_s, draw_one_day, grown)
        table.add_row(f"{n:,}", str(teams), said)
        finished = grown if is_done else finished
    console.print(table)
    if finished and not within(2 * limit_s, print_table, finished)[0]:
        console.print(f"its table was not finished after {2 * limit_s:.0f} s")


def grown_case(
    city: City, teams: int, depot: tuple[float, float], params: DayParams
) -> tuple[Case, float]:
    """Measure the travel times of a grown city; return how long that took, too."""
    start = perf_counter()
    times = frame_of(city, depot).times
    seconds = perf_counter() - start
    name = f"{city.name}, {len(times) - 1:,} points, {teams} teams, 6 h, 12 min a stop"
    return Case(name, workload_of(times, teams), params), seconds


def draw_one_day(
    city: City, teams: int, depot: tuple[float, float], params: DayParams, said: Connection
) -> None:
    """Draw one day of a grown city, telling each step as it ends."""
    case, matrix_s = grown_case(city, teams, depot, params)
    said.send(f"{len(case.workload.service):,} within reach, matrix {matrix_s:.1f} s; ")
    day = make_day(case, 0, 1)
    effective = sorted(book.effective_routes for book in day.books.books)
    said.send(
        f"day {day.seconds:.1f} s, gap {day.promise_gap():.0e}, "
        f"{day.books.probability.sum():.0f} stops, shifts filled {day.shift_use().mean():.0%}, "
        f"effective routes median {effective[len(effective) // 2]:.0f}, smallest {effective[0]:.0f}"
    )


def print_table(
    city: City, teams: int, depot: tuple[float, float], params: DayParams, said: Connection
) -> None:
    """Print the whole table of a grown city."""
    case, _ = grown_case(city, teams, depot, params)
    table = table_of(Measurement(case, LARGE, said.send))
    Console().print(table)


def within(limit_s: float, action: Any, arguments: tuple[Any, ...]) -> tuple[bool, str]:
    """Run an action in a process of its own; return whether it ended in time, and its words."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=action, args=(*arguments, theirs))
    process.start()
    process.join(limit_s)
    is_late = process.is_alive()
    if is_late:
        process.kill()
        process.join()
    said = ""
    while ours.poll():
        said += ours.recv()
    if is_late:
        return False, f"{said}not finished after {limit_s:.0f} s"
    failure = f"failed, exit code {process.exitcode}" if process.exitcode else ""
    return not failure, said + failure


def main() -> None:
    """Measure the cases that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few days, weak solvers")
    parser.add_argument("--days", type=int, help="days with books of their own")
    parser.add_argument("--data", type=Path, default=NANJING)
    parser.add_argument("--unequal", action="store_true", help="also weights from 1 to 20")
    parser.add_argument("--large", action="store_true", help="also up to 10,000 points")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds a size of --large")
    parser.add_argument("--jobs", type=int, default=2, help="solvers at a time")
    parser.add_argument("--set", action="append", default=[], metavar="KNOB=VALUE")
    asked = parser.parse_args()
    effort = replace(QUICK if asked.quick else Effort(), jobs=asked.jobs)
    if asked.days:
        effort = replace(effort, days=asked.days)
    params = read_params(asked.set)
    console = Console()
    city = load_city(asked.data)
    measure_city(city, params, effort, console, unequal=asked.unequal)
    if asked.large:
        measure_growth(city, params, asked.limit, console)


if __name__ == "__main__":
    main()
