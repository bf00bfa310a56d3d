"""
Kill import, draw, amend, backup and the service itself in the middle of work, on both databases.

    python tests/benchmarks/bench_faults.py [--kills 50] [--seed 1] [--only sqlite]
        [--operations import draw amend backup service rivals]

Half of the kills come at moments spread evenly over the whole run (before and after each
statement, commit, and file brought to the disk), half at times drawn at random from its
measured length. After each kill the city is checked, another worker goes on, and the city is
checked again: see `tests/killing.py`. The service is killed while it answers a post, started
again, and sent the same post: see `tests/killing_service.py`; half as often for each post.
What does not hold is counted, with its traceback on standard error. Then two supervisors commit
to and draw one day at the same moment, half as often, too.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from time import perf_counter

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[2]))

from rich.console import Console
from rich.table import Table

from tests.killing import TASKS, Cities, round_of
from tests.killing_service import POSTS, Services
from tests.postgres import Cluster
from tests.rivals import plan_twice_at_once

#: Kills a victim, or lets it live where neither moment nor time is given.
Kill = "Callable[..., Victim]"


def kill(victim_of: Kill, n: int, rng: random.Random) -> list[str]:
    """Kill n times; return length, kills in the middle, ends before them, and violations."""
    whole = victim_of()
    killed = violations = 0
    for k in range(n):
        try:
            if k % 2 == 0:
                victim = victim_of(moment=1 + whole.moments * k // n)
            else:
                victim = victim_of(after_s=rng.uniform(0, whole.seconds))
            killed += victim.killed
        except AssertionError:
            traceback.print_exc()
            violations += 1
    told = [n, killed, n - killed - violations, violations]
    return [str(whole.moments), f"{whole.seconds:.2f}", *map(str, told)]


def run(name: str, server: Cluster | None, options: argparse.Namespace, console: Console) -> int:
    """Kill everything on one database, print its table, and return the violations."""
    n, half, rng = options.kills, max(1, options.kills // 2), random.Random(options.seed)
    table = Table(
        "operation", "moments", "length, s", "rounds", "killed in the middle",
        "finished before the kill", "violations", "s", title=f"SIGKILL on {name}",
    )  # fmt: skip
    violations = 0
    with tempfile.TemporaryDirectory() as folder:
        cities = Cities(Path(folder))
        victims: dict[str, Kill] = {
            task: lambda task=task, **when: round_of(cities, task, server, **when).victim
            for task in TASKS
        }
        services = Services(cities)
        for post in POSTS:
            victims[f"service: {post}"] = lambda post=post, **when: services.round_of(
                post, server, **when
            )
        for task, victim_of in victims.items():
            if not any(task.startswith(wanted) for wanted in options.operations):
                continue
            began = perf_counter()
            row = kill(victim_of, n if task in TASKS else half, rng)
            violations += int(row[-1])
            table.add_row(task, *row, f"{perf_counter() - began:.0f}")
            console.log(f"{name}: {task}: {' '.join(row)}")
        console.print(table)
        if "rivals" not in options.operations:
            return violations
        found = [plan_twice_at_once(cities, server) for _ in range(half)]
    console.print(
        f"{name}: two plan one day at once, {half} times: {sorted(set(found))} binding draws"
    )
    return violations + sum(binding != 1 for binding in found)


def main() -> None:
    """Print a table a database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--operations", nargs="*", default=[*TASKS, "service", "rivals"])
    arguments = parser.parse_args()
    # whoever ends this ends what it started, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console, violations = Console(width=120), 0
    if arguments.only != "postgresql":
        violations += run("SQLite", None, arguments, console)
    if arguments.only != "sqlite":
        cluster = Cluster()
        try:
            violations += run("PostgreSQL", cluster, arguments, console)
        finally:
            cluster.remove()
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
