"""
Measure the service under an office's load: units read their points while supervisors plan.

    python tests/benchmarks/bench_service.py [--data DIR] [--units 200] [--reads 10]
        [--supervisors 5] [--workers 1 2] [--database sqlite postgresql] [--seed 1] [--limit 85]

The service is started as the product starts it, `geoinspect serve` with the worker that plans,
on loopback, on SQLite and on a private PostgreSQL, and ended by SIGTERM. All units are signed
in. Each reads its own points over a connection of its own, `--reads` times, as fast as it is
answered: once while nobody plans, and once while each supervisor plans a day. An answer that is
no success, or holds other points than the unit's own, is an error. Then the committed days are
drawn, and every day must have one draw. No configuration takes longer than `--limit` seconds.

The city is Nanjing where DIR has it (635 points and the roads), else the demo city. Settings
are the product's defaults. Answers share the processors with whoever asks: the processor time
of the service is told beside, which a busy machine hardly changes.
"""

# ruff: noqa: E402  the tests' own modules have to be found first
from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from geoinspect.cityfolder import CityFolder
from geoinspect.demo import extract_file
from geoinspect.demo.files import write_demo_files
from geoinspect.intake import read_points
from geoinspect.ledger import Act
from geoinspect.network import read_network
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token
from geoinspect.store import restore_backup, write_backup
from tests.killing import NOW
from tests.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Offices that answer for equal strips of the city, from west to east.
N_OFFICES = 40
FIRST_DAY = date(2026, 12, 1)
PATH = "/points?limit=1000"


def make_city(folder: Path, data: Path, n_units: int, n_supervisors: int) -> CityFolder:
    """Make the city with accounts: one a unit user, and the supervisors."""
    city = CityFolder.create(folder / "first", name="bench")
    store, demo = city.store(), write_demo_files(folder / "input")
    is_there = (data / "nanjing.osm.pbf").is_file()
    roads = data / "nanjing.osm.pbf" if is_there else extract_file()
    listed = data / "points_635.csv" if is_there else demo.points
    read_network(roads).save(city.network_path)
    store.merge_points(read_points(listed, datum="wgs84").points)
    store.replace_assignments(strips(store.points()))
    for k in range(n_units):
        office = frozenset({f"U{k % N_OFFICES:02}"})
        store.people.add(Account(f"unit-{k}", f"unit-{k}", Role.UNIT, office))
    for k in range(n_supervisors):
        store.people.add(Account(f"supervisor-{k}", f"supervisor-{k}", Role.SUPERVISOR))
    return city


def strips(points: Any) -> pd.DataFrame:
    """Let each office answer for as many points, from west to east."""
    order = points.geometry.x.rank(method="first").astype(int) - 1
    unit = (order * N_OFFICES // len(points)).map("U{:02}".format)
    blank = dict.fromkeys(("rule", "also", "reason"), "")
    facts = {"district_id": None, "unit_id": unit, "unit_name": unit, "status": "resolved"}
    return pd.DataFrame(facts | blank, index=points.index)


def moved(city: CityFolder, url: str, folder: Path) -> CityFolder:
    """Bring the city to PostgreSQL."""
    write_backup(city.store(), folder / "city.backup", at=NOW)
    path = folder / "second"
    path.mkdir()
    (path / "geoinspect.toml").write_text(f'name = "bench"\ndatabase_url = "{url}"\n')
    there = CityFolder.open(path)
    there.network_path.hardlink_to(city.network_path)
    restore_backup(there.database, folder / "city.backup")
    return there


@contextmanager
def served(city: CityFolder, workers: int, limit_s: float) -> Iterator[tuple[int, int]]:
    """Start the service as its users do, and end it; yield its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "geoinspect", "-C", str(city.path), "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stderr=said, cwd=ROOT) as process,
    ):
        try:
            asyncio.run(until_ready(port, process, limit_s))
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(limit_s)


async def until_ready(port: int, process: subprocess.Popen[bytes], limit_s: float) -> None:
    """Wait until the service is ready; raise if it ends before, or does not begin."""
    async with asyncio.timeout(limit_s):
        while process.poll() is None:
            try:
                async with Browser(port) as browser:
                    if (await browser.send("GET", "/health/ready")).status == 200:
                        return
            except OSError:
                await asyncio.sleep(0.1)
    raise RuntimeError(f"the service ended with {process.returncode}")


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body."""
        return json.loads(self.body)


class Browser:
    """
    One connection that is kept, and the session of who sits there.

    It costs some tenth of a millisecond a request: what asks must not take the processors
    from what answers.
    """

    def __init__(self, port: int, session_id: str = "") -> None:
        self._port, self._session_id = port, session_id

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *error: object) -> None:
        """Hang up."""
        self._writer.close()

    async def send(self, method: str, path: str, sent: Any = None, **headers: str) -> Answer:
        """Send a request and read its answer; connect anew where the service hung up."""
        body = b"" if sent is None else json.dumps(sent).encode()
        told = {"Host": "127.0.0.1", "Cookie": f"geoinspect_session={self._session_id}", **headers}
        if sent is not None:
            told |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
            told |= {"X-CSRF-Token": csrf_token(self._session_id)}
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in told.items()), "", ""]
        while True:
            self._writer.write("\r\n".join(lines).encode() + body)
            try:
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                break
            except asyncio.IncompleteReadError as error:
                # as browsers do, if the service closed a connection that was idle
                if error.partial:
                    raise
                self._writer.close()
                await self.__aenter__()
        known = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:])}
        content = await self._reader.readexactly(int(known["content-length"]))
        return Answer(int(head[0].split()[1]), known, content)


@dataclass
class Reading:
    """How often the units were answered, how fast, and how often wrongly."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    took_s: float = 0.0
    cpu_s: float = 0.0


async def read_points_of(
    browser: Browser, unit: str, n_own: int, n_reads: int, found: Reading
) -> None:
    """Read one's points again and again; anything but one's own points is an error."""
    for _ in range(n_reads):
        began = perf_counter()
        answer = await browser.send("GET", PATH)
        found.seconds.append(perf_counter() - began)
        told = answer.json() if answer.status == 200 else {"features": []}
        units = [feature["properties"]["unit"] for feature in told["features"]]
        found.errors += units != [unit] * n_own


async def read_at_once(load: Load, browsers: Sequence[Browser], own: Mapping[str, int]) -> Reading:
    """Let all units read at the same time."""
    found, before, began = Reading(), cpu_seconds(load.process), perf_counter()
    offices = [f"U{k % N_OFFICES:02}" for k in range(len(browsers))]
    await asyncio.gather(
        *(
            read_points_of(browser, office, own[office], load.n_reads, found)
            for browser, office in zip(browsers, offices, strict=True)
        )
    )
    found.took_s = perf_counter() - began
    found.cpu_s = cpu_seconds(load.process) - before
    return found


@dataclass(frozen=True)
class Load:
    """One configuration: a service that runs, and what is asked of it."""

    port: int
    process: int
    n_reads: int
    seed: int


async def job_done(browser: Browser, answer: Answer) -> bool:
    """Wait for a job that was ordered; tell whether it was done."""
    if answer.status != 202:
        return False
    while True:
        job = (await browser.send("GET", answer.headers["location"])).json()
        if job["state"] in ("done", "failed", "cancelled"):
            return bool(job["state"] == "done")
        await asyncio.sleep(0.5)


async def plan(load: Load, browser: Browser, k: int, ordered: asyncio.Event) -> bool:
    """Commit to a day of one's own and draw it; tell whether there is a plan."""
    day = FIRST_DAY + timedelta(days=k)
    order = {"teams": 10, "shift": "09:00-15:00", "service": "12min"}
    order["secret"] = f"{load.seed:08x}{k:024x}"
    key = {"Idempotency-Key": f"bench-plan-{load.seed}-{k:08}"}
    sent = await browser.send("POST", f"/plans/{day}/commits", order, **key)
    ordered.set()
    if not await job_done(browser, sent):
        return False
    drawn = {"secrets": [order["secret"]]}
    return await job_done(browser, await browser.send("POST", f"/plans/{day}/draws", drawn, **key))


async def measure(
    load: Load, sessions: Mapping[str, str], own: Mapping[str, int]
) -> tuple[Reading, Reading, int]:
    """Let the units read while nobody plans and while all supervisors do; count the plans."""
    browsers = {name: Browser(load.port, session) for name, session in sessions.items()}
    for browser in browsers.values():
        await browser.__aenter__()
    units = [browser for name, browser in browsers.items() if name.startswith("unit")]
    supervisors = [b for name, b in browsers.items() if name.startswith("supervisor")]
    quiet = await read_at_once(load, units, own)
    ordered = [asyncio.Event() for _ in supervisors]
    plans = [
        asyncio.create_task(plan(load, browser, k, ordered[k]))
        for k, browser in enumerate(supervisors)
    ]
    await asyncio.gather(*(event.wait() for event in ordered))
    busy = await read_at_once(load, units, own)
    made = sum(await asyncio.gather(*plans))
    for browser in browsers.values():
        await browser.__aexit__()
    return quiet, busy, made


def cpu_seconds(pid: int) -> float:
    """Processor time of the service's processes, without the worker that plans."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(
        cpu_seconds(int(child))
        for child in children
        if b"worker" not in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    )


def check_draws(city: CityFolder, n_days: int) -> None:
    """See that every day was drawn once, and no other."""
    drawn = [entry.day for entry in city.store().ledger.entries() if entry.act is Act.DRAW]
    wanted = [FIRST_DAY + timedelta(days=k) for k in range(n_days)]
    if sorted(drawn) != wanted:
        raise RuntimeError(f"drawn were {sorted(drawn)}, not each of {wanted} once")


def sessions_of(city: CityFolder, n_units: int, n_supervisors: int) -> dict[str, str]:
    """Sign all in: to check 200 passwords takes their time, which is not what is measured."""
    names = [f"unit-{k}" for k in range(n_units)]
    names += [f"supervisor-{k}" for k in range(n_supervisors)]
    signing, now = city.store().signing, datetime.now(UTC)
    return {name: signing.open_session(name, now=now) for name in names}


def tell(table: Table, where: Sequence[str], what: str, found: Reading, plans: str) -> None:
    """Add one row."""
    p50, p95, p99, most = np.percentile(found.seconds, [50, 95, 99, 100]) * 1000
    n = len(found.seconds)
    figures = (f"{n}", f"{n / found.took_s:.0f}", *(f"{ms:.0f}" for ms in (p50, p95, p99, most)))
    cpu = f"{found.cpu_s / n * 1000:.1f}"
    table.add_row(*where, what, *figures, cpu, str(found.errors), plans)


def run(table: Table, name: str, city: CityFolder, arguments: argparse.Namespace) -> None:
    """Measure one database with each number of processes; days are planned anew each time."""
    own = city.store().assignments()["unit_id"].value_counts().to_dict()
    copy = city.path / "before.backup"
    write_backup(city.store(), copy, at=NOW)
    for k, workers in enumerate(arguments.workers):
        if k:
            restore_backup(city.database, copy, replace=True)
        sessions = sessions_of(city, arguments.units, arguments.supervisors)
        with served(city, workers, arguments.limit) as (port, process):
            load = Load(port, process, arguments.reads, arguments.seed)
            limited = asyncio.wait_for(measure(load, sessions, own), arguments.limit)
            quiet, busy, made = asyncio.run(limited)
        check_draws(city, arguments.supervisors)
        where = (name, str(workers))
        tell(table, where, "nobody plans", quiet, "")
        tell(table, where, f"{arguments.supervisors} plan", busy, str(made))
        print(f"{name} with {workers} is measured", file=sys.stderr)


def main() -> None:
    """Print one table for both databases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/nanjing")
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--reads", type=int, default=10)
    parser.add_argument("--supervisors", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--database", nargs="+", default=["sqlite", "postgresql"],
                        choices=["sqlite", "postgresql"])  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=85.0)
    arguments = parser.parse_args()
    # whoever ends this ends what it started, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    table = Table(
        "database", "processes", "meanwhile", "requests", "a second", "p50, ms", "p95, ms",
        "p99, ms", "max, ms", "CPU, ms", "errors", "plans made",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        city = make_city(Path(folder), arguments.data, arguments.units, arguments.supervisors)
        points = city.store().points()
        table.title = f"{arguments.units} units read their part of {len(points)} points"
        if "postgresql" in arguments.database:
            cluster = Cluster()
            try:
                run(table, "PostgreSQL", moved(city, cluster.url(), Path(folder)), arguments)
            finally:
                cluster.remove()
        if "sqlite" in arguments.database:
            run(table, "SQLite", city, arguments)
    Console(width=132).print(table)


if __name__ == "__main__":
    main()
