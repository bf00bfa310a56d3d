"""
Measure the service under an office's load: units read their points while supervisors plan.

    python tests/benchmarks/bench_service.py [--units 200] [--reads 5] [--data DIR]

The service is started as the product starts it, `geoinspect serve` with its worker, on
loopback, once on SQLite and once on a private PostgreSQL; it is ended by SIGTERM. Accounts
sign in with their passwords, all at once; then each unit reads its points `--reads` times, as
fast as it is answered, while five supervisors each commit to a day of their own and wait for
the job. The city is the demo city (generated inspection points of central Helsinki), or the 635
points of DIR where it is there. Settings are the product's defaults.
"""

# ruff: noqa: E402  the tests' own modules have to be found first
from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import httpx2 as httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from geoinspect.cityfolder import CityFolder
from geoinspect.demo import extract_file
from geoinspect.demo.files import write_demo_files
from geoinspect.intake import read_districts, read_points, read_units
from geoinspect.network import read_network
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password
from geoinspect.responsibility import assign
from geoinspect.store import restore_backup, write_backup
from tests.killing import NOW
from tests.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "Correct-Horse-7-Battery"
N_SUPERVISORS = 5
#: Nothing here lasts longer.
LIMIT_S = 240.0


def make_city(folder: Path, data: Path, n_units: int) -> CityFolder:
    """Make the city with accounts: one a unit user, and the supervisors."""
    city = CityFolder.create(folder / "first", name="bench")
    files, store = write_demo_files(folder / "input"), city.store()
    network = read_network(extract_file())
    network.save(city.network_path)
    store.replace_districts(read_districts(files.districts, datum="wgs84").districts)
    store.replace_units(read_units(files.units).units)
    store.merge_points(read_points(files.points, datum="wgs84").points)
    if (data / "points_635.csv").is_file():
        store.merge_points(read_points(data / "points_635.csv", datum=None).points)
    assigned = assign(store.points(), store.districts(), store.units())
    store.replace_assignments(assigned)
    offices = sorted(assigned["unit_id"].dropna().unique())
    kept = hash_password(PASSWORD)
    for k in range(n_units):
        office = frozenset({offices[k % len(offices)]})
        account = Account(f"unit-{k}", f"unit-{k}", Role.UNIT, office, password_hash=kept)
        store.people.add(account)
    for k in range(N_SUPERVISORS):
        name = f"supervisor-{k}"
        store.people.add(Account(name, name, Role.SUPERVISOR, password_hash=kept))
    return city


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
def served(city: CityFolder) -> Iterator[str]:
    """Start the service as its users do, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "geoinspect", "-C", str(city.path), "serve"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen([*command, "--port", str(port)], stderr=said, cwd=ROOT) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the service is ready; raise if it ends before."""
    until = perf_counter() + LIMIT_S
    while perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode}")
        try:
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            continue
    raise RuntimeError("the service did not become ready")


class Load:
    """All requests of one run: seconds and statuses by what they were for."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.errors: dict[str, int] = {}

    async def send(self, client: Any, what: str, method: str, path: str, **more: Any) -> Any:
        """Send one request and note how it went."""
        began = perf_counter()
        answer = await client.request(method, path, **more)
        self.seconds.setdefault(what, []).append(perf_counter() - began)
        self.errors[what] = self.errors.get(what, 0) + (not answer.is_success)
        return answer

    async def sign_in(self, client: Any, user_id: str) -> str:
        """Sign in and return the word against forgery."""
        sent = {"user_id": user_id, "password": PASSWORD}
        answer = await self.send(client, "sign in", "POST", "/session", json=sent)
        return str(answer.json()["csrf_token"])

    async def read(self, client: Any, n: int) -> None:
        """Read one's points, as a unit does."""
        for _ in range(n):
            await self.send(client, "unit reads its points", "GET", "/points?limit=100")

    async def plan(self, client: Any, csrf: str, k: int) -> None:
        """Commit to a day of one's own, and wait until the worker has done it."""
        day = date(2026, 12, 1) + timedelta(days=k)
        order = {"teams": 2, "shift": "09:00-12:00", "service": "12min", "secret": f"{k:032x}"}
        answer = await self.send(
            client, "supervisor orders a plan", "POST", f"/plans/{day}/commits", json=order,
            headers={"X-CSRF-Token": csrf, "Idempotency-Key": f"bench-plan-{k:08}"},
        )  # fmt: skip
        began, path = perf_counter(), answer.headers["Location"]
        while True:
            job = await self.send(client, "supervisor looks at the job", "GET", path)
            if job.json()["state"] in ("done", "failed", "cancelled"):
                break
            await asyncio.sleep(1)
        self.seconds.setdefault("plan ready", []).append(perf_counter() - began)
        self.errors["plan ready"] = self.errors.get("plan ready", 0) + (
            job.json()["state"] != "done"
        )


async def load(url: str, n_units: int, n_reads: int) -> Load:
    """Put the load on a service."""
    found = Load()
    names = [f"unit-{k}" for k in range(n_units)]
    names += [f"supervisor-{k}" for k in range(N_SUPERVISORS)]
    clients = [httpx.AsyncClient(base_url=url, timeout=LIMIT_S) for _ in names]
    words = await asyncio.gather(
        *(found.sign_in(c, name) for c, name in zip(clients, names, strict=True))
    )
    plans = [found.plan(clients[n_units + k], words[n_units + k], k) for k in range(N_SUPERVISORS)]
    await asyncio.gather(*plans, *(found.read(c, n_reads) for c in clients[:n_units]))
    for client in clients:
        await client.aclose()
    return found


def tell(table: Table, name: str, found: Load) -> None:
    """Add one row for each kind of request."""
    for what, seconds in found.seconds.items():
        p50, p99 = np.percentile(seconds, [50, 99])
        table.add_row(
            name, what, str(len(seconds)), f"{p50 * 1000:.0f}", f"{p99 * 1000:.0f}",
            str(found.errors[what]),
        )  # fmt: skip


def main() -> None:
    """Print one table for both databases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--reads", type=int, default=5)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/nanjing")
    arguments = parser.parse_args()
    # whoever ends this ends what it started, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    cluster = Cluster()
    table = Table("database", "request", "n", "p50, ms", "p99, ms", "errors")
    try:
        with tempfile.TemporaryDirectory() as folder:
            city = make_city(Path(folder), arguments.data, arguments.units)
            table.title = (
                f"{arguments.units} units, {N_SUPERVISORS} supervisors, "
                f"{len(city.store().points())} points"
            )
            there = moved(city, cluster.url(), Path(folder))
            for name, place in (("SQLite", city), ("PostgreSQL", there)):
                with served(place) as url:
                    limited = asyncio.wait_for(load(url, arguments.units, arguments.reads), LIMIT_S)
                    tell(table, name, asyncio.run(limited))
                print(f"{name} is measured", file=sys.stderr)
    finally:
        cluster.remove()
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
