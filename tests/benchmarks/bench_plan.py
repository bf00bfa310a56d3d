"""
Measure whole commands, each in a process of its own: network build, plan, verify.

    python tests/benchmarks/bench_plan.py [--data DIR]

DIR holds `nanjing.osm.pbf` and `points_635.csv`; without it the demo city is measured.
The first plan after an installation also compiles the lottery's inner loops; it is
measured with an empty cache and stands on a line of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from geoinspect.demo.files import write_demo_files

NANJING = Path(__file__).resolve().parents[3] / "shared" / "data" / "nanjing"
REPEATS = 5
COMMAND = (sys.executable, "-m", "geoinspect")
DAY = ["--date", "2026-11-23", "--teams", "10", "--shift", "09:00-15:00", "--service", "12min"]


def run_s(*arguments: object, compiled: Path | None = None) -> float:
    """Run a command and return the seconds it took."""
    environment = dict(os.environ)
    if compiled is not None:
        environment["NUMBA_CACHE_DIR"] = str(compiled)
    start = perf_counter()
    subprocess.run(
        [*COMMAND, *map(str, arguments)], check=True, capture_output=True, env=environment
    )
    return perf_counter() - start


def measure(points: Path, extract: Path, folder: Path) -> Table:
    """Measure the commands of one city."""
    city, plan = folder / "city", folder / "plan.json"
    run_s("init", city)
    run_s("-C", city, "import", "points", points, "--datum", "wgs84")
    table = Table(title=f"{points.name}, {extract.name}: 10 teams, 6 h, 12 min a stop")
    table.add_column("command")
    table.add_column("median s", justify="right")

    def add(what: str, *seconds: float) -> None:
        table.add_row(what, f"{median(seconds):.2f}")

    add("network build", *(run_s("-C", city, "network", "build", extract) for _ in range(3)))
    order = ["-C", city, "plan", *DAY, "--seed", "5eed" * 8, "-o", plan]
    add("plan, first run after installation", run_s(*order, compiled=folder / "compiled"))
    # the first draw of a day binds; every later one says why
    again = [*order, "--reason", "measured again"]
    run_s(*again)
    add("plan", *(run_s(*again) for _ in range(REPEATS)))
    add("verify", *(run_s("verify", plan) for _ in range(REPEATS)))
    record = json.loads(plan.read_bytes())
    effective = [book["effective_routes"] for book in record["books"]]
    table.caption = (
        f"{len(record['points'])} points, {sum(len(r['stops']) for r in record['routes'])} stops; "
        f"effective routes a team: median {median(effective):.0f}, smallest {min(effective):.0f}"
    )
    return table


def main() -> None:
    """Measure Nanjing, or the demo city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=NANJING)
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if data.is_dir():
            table = measure(data / "points_635.csv", data / "nanjing.osm.pbf", folder)
        else:
            files = write_demo_files(folder / "input")
            table = measure(files.points, files.extract, folder)
    Console().print(table)


if __name__ == "__main__":
    main()
