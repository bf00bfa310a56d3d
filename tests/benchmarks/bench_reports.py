"""
Measure every report, and the heat map, of a city with a million violations.

    python tests/benchmarks/bench_reports.py [--violations 1000000] [--data FOLDER] [--city FOLDER]

The ledger is made up on the real roads: 20,000 points, 60 units, a year of inspections, as many
as violations, each with the chance of its draw; each violation is a case that went its way, five
moves long. Each report is made from the database to page,
Word, Excel and paper; all forms are read back, as the command does. The first table is in seconds
of CPU of one process, step by step; its last column is what a script with plain pandas needs for
the counts by unit, category and item of the same period alone. The second is of whole commands,
by the clock, which other programs on the machine change, and of CPU.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from bench_network import NANJING
from largecity import make_large_city
from rich.console import Console
from rich.table import Table

from geoinspect.cityfolder import CityFolder
from geoinspect.cityreport import city_report, report_evidence
from geoinspect.network import read_network
from geoinspect.printing import render_pdf
from geoinspect.reports.check import check_forms
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS
from geoinspect.reports.periods import Period
from geoinspect.reports.spreadsheet import write_spreadsheet
from geoinspect.reports.web import render_page
from geoinspect.reports.word import write_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoinspect.arrays import FloatArray

CONSOLE = Console(width=130)
DAY, NOW = date(2025, 5, 15), datetime(2026, 1, 5, tzinfo=UTC)
N_POINTS = 20_000
UNIT = "U07"
STEPS = ("read", "numbers", "page", "Word", "Excel", "PDF", "read back")


def main() -> None:
    """Make the city and print the table."""
    parser = argparse.ArgumentParser(description="Measure reports of a large city.")
    parser.add_argument("--violations", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=NANJING)
    parser.add_argument("--city", type=Path, help="Keep the city here, and use it if it is there.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        where = options.city or Path(temporary) / "city"
        if not where.exists():
            make_large_city(
                where, _places(options.data), n_points=N_POINTS, n_violations=options.violations
            )
        city = CityFolder.open(where)
        CONSOLE.print(reports(city, options.violations))
        CONSOLE.print(commands(where, Path(temporary)))
        CONSOLE.print(plain_heat(where))


def reports(city: CityFolder, n: int) -> Table:
    """Time each report."""
    table = Table(title=f"{n:,} violations: seconds of CPU")
    for column in ("report", *STEPS, "total", "plain pandas: counts alone"):
        table.add_column(column, justify="left" if column == "report" else "right")
    for kind in Kind:
        seconds = _report(city, kind)
        rival = _rival(city, kind)
        cells = [f"{seconds[step]:.2f}" for step in STEPS]
        table.add_row(str(kind), *cells, f"{sum(seconds.values()):.2f}", f"{rival:.2f}")
    return table


def _report(city: CityFolder, kind: Kind) -> dict[str, float]:
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(step: str) -> Iterator[None]:
        start = process_time()
        yield
        seconds[step] = process_time() - start

    unit = UNIT if kind is Kind.SCORECARD else ""
    with timed("read"):
        evidence = report_evidence(city, kind, Period.around(DAY, SPANS[kind]), NOW, unit)
    with timed("numbers"):
        numbers = city_report(
            city, kind, DAY, now=NOW, language="zh", unit_id=unit, evidence=evidence
        )
    with timed("page"):
        page = render_page(numbers)
    with timed("Word"):
        word = write_word(numbers)
    with timed("Excel"):
        sheet = write_spreadsheet(numbers)
    with timed("PDF"):
        render_pdf(page)
    with timed("read back"):
        differing = check_forms(numbers, page=page, word=word, spreadsheet=sheet)
    if differing:
        raise SystemExit(f"a form differs: {differing[0]}")
    return seconds


def _rival(city: CityFolder, kind: Kind) -> float:
    """Count the same period as a script with pandas would, from the same database."""
    period = Period.around(DAY, SPANS[kind])
    start = process_time()
    found = pd.read_sql("SELECT * FROM violations", f"sqlite:///{city.database}")
    visits = pd.read_sql("SELECT * FROM inspections", f"sqlite:///{city.database}")
    owners = pd.read_sql(
        "SELECT point_id, unit_id, category FROM assignments JOIN points USING (point_id)",
        f"sqlite:///{city.database}",
    )
    first, last = (f"{day} 00:00:00" for day in (period.first, period.last))
    found = found[found["found_at"].between(first, last)]
    visits = visits[visits["inspected_at"].between(first, last)]
    found, visits = (t[["point_id"]].merge(owners, on="point_id") for t in (found, visits))
    for by in ("unit_id", "category"):
        _ = found.groupby(by).size() / visits.groupby(by).size()
    return process_time() - start


def commands(city: Path, output: Path) -> Table:
    """Time whole commands, as somebody waits for them, from the start of Python to its end."""
    table = Table(title="Whole commands: seconds")
    for column in ("command", "by the clock", "CPU, all processes"):
        table.add_column(column, justify="left" if column == "command" else "right")
    day = ("--date", DAY.isoformat(), "-o", str(output))
    asked = [("report", str(kind), *day, *_unit_of(kind)) for kind in Kind]
    for words in (*asked, ("map", "heat", "-o", str(output / "heat.html"))):
        elapsed, cpu = _command(city, words)
        table.add_row(" ".join(words[:2]), f"{elapsed:.1f}", f"{cpu:.1f}")
    return table


def _unit_of(kind: Kind) -> tuple[str, ...]:
    return ("--unit", UNIT) if kind is Kind.SCORECARD else ()


def _command(city: Path, words: tuple[str, ...]) -> tuple[float, float]:
    """Run a command; return its seconds by the clock and of CPU."""
    before, start = getrusage(RUSAGE_CHILDREN), perf_counter()
    command = [sys.executable, "-m", "geoinspect", "-C", str(city), *words]
    subprocess.run(command, check=True, capture_output=True)
    after, end = getrusage(RUSAGE_CHILDREN), perf_counter()
    return end - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def plain_heat(city: Path) -> Table:
    """Time what a script with plain pandas needs to bin the violations."""
    start = process_time()
    n = _plain_heat(city)
    table = Table(title="Plain pandas: seconds of CPU")
    table.add_column(f"bin {n:,} violations on a grid", justify="right")
    table.add_row(f"{process_time() - start:.2f}")
    return table


def _plain_heat(city: Path) -> int:
    """Count violations on a grid, as a script would."""
    found = pd.read_sql("SELECT * FROM violations", f"sqlite:///{city / 'city.db'}")
    lonlat = shapely.get_coordinates(shapely.from_wkb(found["geometry"].to_numpy()))
    np.histogram2d(*lonlat.T, bins=500)
    return len(lonlat)


def _places(data: Path) -> FloatArray:
    """Return the junctions of the real roads, or places in a square where they are not there."""
    if (data / "nanjing.osm.pbf").is_file():
        return read_network(data / "nanjing.osm.pbf").node_lonlat
    rng = np.random.default_rng(3)
    return rng.uniform((118.6, 31.9), (119.0, 32.2), (N_POINTS, 2))


if __name__ == "__main__":
    main()
