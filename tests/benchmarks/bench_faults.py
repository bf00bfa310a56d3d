"""
Kill the worker in the middle of import, draw, amend and backup, on both databases.

    python tests/benchmarks/bench_faults.py [--kills 50] [--seed 1]

Half of the kills come at moments spread evenly over the whole run (before and after each
statement, commit, and file brought to the disk), half at times drawn at random. After each
kill the city is checked, another worker goes on, and the city is checked again: see
`tests/killing.py`. The first thing that does not hold ends the run with its traceback.
Then two supervisors commit to and draw one day at the same moment, `--kills` times.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[2]))

from rich.console import Console
from rich.table import Table

from tests.killing import TASKS, Cities, plan_twice_at_once, round_of
from tests.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable


def kill(cities: Cities, task: str, url: Callable[[], str | None], n: int, rng: random.Random):
    """Kill n times; return how often a child died, and the moments and seconds of a run."""
    whole = round_of(cities, task, url()).victim
    died = Counter[str]()
    for k in range(n):
        if k % 2 == 0:
            moment = 1 + whole.moments * k // n
            died["at a moment"] += round_of(cities, task, url(), moment=moment).victim.killed
        else:
            after_s = rng.uniform(0, whole.seconds)
            died["at a time"] += round_of(cities, task, url(), after_s=after_s).victim.killed
    return died, whole


def main() -> None:
    """Print one row a task and database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    # whoever ends this ends what it started, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rng, cluster = random.Random(arguments.seed), Cluster()
    table = Table(
        "database", "task", "moments in a run", "run, s", "rounds", "killed at a moment",
        "killed at a time", "violations", "s", title="SIGKILL in the middle of work",
    )  # fmt: skip
    twice = Table("database", "rounds", "binding draws a round", "s",
                  title="Two supervisors plan one day at once")  # fmt: skip
    try:
        with tempfile.TemporaryDirectory() as folder:
            cities = Cities(Path(folder))
            for name, url in (("SQLite", lambda: None), ("PostgreSQL", cluster.url)):
                for task in TASKS:
                    began = perf_counter()
                    died, whole = kill(cities, task, url, arguments.kills, rng)
                    table.add_row(
                        name, task, str(whole.moments), f"{whole.seconds:.2f}",
                        str(arguments.kills), str(died["at a moment"]), str(died["at a time"]),
                        "0", f"{perf_counter() - began:.0f}",
                    )  # fmt: skip
                began = perf_counter()
                found = {plan_twice_at_once(cities, url()) for _ in range(arguments.kills)}
                twice.add_row(name, str(arguments.kills), str(sorted(found)),
                              f"{perf_counter() - began:.0f}")  # fmt: skip
    finally:
        cluster.remove()
    for each in (table, twice):
        Console(width=120).print(each)


if __name__ == "__main__":
    main()
