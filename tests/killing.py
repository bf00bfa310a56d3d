"""
Kill a process at a chosen moment of its work, and look at what it left behind.

Children are forked from one server process that has everything loaded, so that a round is
quick. A moment is a statement that goes to the database, one that came back, a commit, a
file that is brought to the disk or takes its name: before and after each of them a child can
kill itself with SIGKILL. For moments in between, the parent kills it after a time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from geoinspect.audit import verify_chain
from geoinspect.cityfolder import DATABASE_FILE, SETTINGS_FILE, CityFolder
from geoinspect.demo import tinytown, tinytown_folder
from geoinspect.jobs import Worker, keep_upload
from geoinspect.ledger import Act
from geoinspect.network import read_network
from geoinspect.responsibility import assign
from geoinspect.store import restore_backup, with_schema, write_backup
from geoinspect.store.databases import close_all
from geoinspect.store.jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoinspect.store import Store

    from .postgres import Cluster

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = date(2026, 11, 24)
SECRET = "5eed" * 8
_MOST_PAGES = 2**30 - 1
TASKS = ("import", "draw", "amend", "backup")

_ORDER = {
    "date": DAY.isoformat(),
    "teams": 2,
    "shift": "09:00-10:00",
    "service": "12min",
    "targets": {},
    "targets_only": False,
    "witness_sha256": None,
    "public": None,
    "reason": "",
}
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(
    ["geoinspect.cli.main", "geoinspect.jobs", "geoinspect.lottery.warm", "tests.killing_service"]
)


@dataclass(frozen=True)
class Victim:
    """A child that was killed, or that was done before its time had come."""

    killed: bool
    moments: int
    seconds: float


def run_and_kill(path: Path, task: str, *, moment: int = 0, after_s: float | None = None) -> Victim:
    """
    Let a child do the work of a city, and kill it.

    Parameters
    ----------
    path
        Folder of the city.
    task
        One of `TASKS`.
    moment
        The child kills itself at this moment; 0 for never.
    after_s
        The parent kills it this long after it began; None for never.
    """
    close_all()
    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=_work, args=(str(path), task, moment, theirs))
    child.start()
    theirs.close()
    assert ours.recv() == "begun"
    if after_s is not None and not ours.poll(after_s):
        os.kill(child.pid, signal.SIGKILL)
    try:
        moments, seconds = ours.recv()
    except EOFError:
        moments, seconds = 0, 0.0
    child.join()
    ours.close()
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return Victim(child.exitcode != 0, moments, seconds)


def _work(path: str, task: str, moment: int, told: Any) -> None:
    """Do the work in a child, counting its moments."""
    folder, seen = CityFolder.open(Path(path)), Moments(FORK.RawValue("i"), FORK.RawValue("i"))
    seen.last.value = moment
    seen.watch()
    told.send("begun")
    began = datetime.now(UTC)
    if task == "backup":
        write_backup(folder.store(), folder.path / "city.backup", at=NOW)
    else:
        assert Worker(folder).run_pending() == 1
    told.send((seen.n.value, (datetime.now(UTC) - began) / timedelta(seconds=1)))


@dataclass(frozen=True)
class Moments:
    """Counts moments and ends the process at one of them; other processes may look on."""

    n: Any
    last: Any

    def pass_one(self, *_args: Any) -> None:
        self.n.value += 1
        if self.n.value == self.last.value:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, self.pass_one)
        for module, name in ((os, "fsync"), (Path, "replace"), (Path, "chmod")):
            setattr(module, name, self._around(getattr(module, name)))

    def _around(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            self.pass_one()
            result = do(*args, **options)
            self.pass_one()
            return result

        return watched


class Cities:
    """
    Cities that are ready for one task each, copied quickly into either database.

    Parameters
    ----------
    folder
        Where they may lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        self._on_servers: dict[tuple[Path, str], str] = {}
        self._databases: dict[Path, tuple[Cluster, str]] = {}
        city = CityFolder.create(folder / "first", name="小镇")
        read_network(tinytown_folder() / "streets.osm").save(city.network_path)
        _fill(city.store())
        self._keep(city, "import")
        self._keep(city, "backup")
        _queue(city, "commit", _ORDER, b'{"secret": "%s"}' % SECRET.encode())
        assert Worker(city).run_pending() == 1
        self._keep(city, "draw")
        _queue_draw(city)
        assert Worker(city).run_pending() == 1
        self._keep(city, "amend")

    def _keep(self, city: CityFolder, task: str) -> None:
        shutil.copytree(city.path, self.kept(task))
        _QUEUE[task](CityFolder.open(self.kept(task)))

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._folder

    def kept(self, task: str) -> Path:
        """Return the city that those for a task are copied from."""
        return self._folder / "kept" / task

    def ready_for(self, task: str, server: Cluster | None) -> CityFolder:
        """Make a city with the task's job in its queue; `server` is None for SQLite."""
        path = self._folder / f"{task}-{next(self._numbers)}"
        shutil.copytree(self.kept(task), path)
        if server is not None:
            (path / DATABASE_FILE).unlink()
            name = server.database(self._template(task, server))
            self._databases[path] = (server, name)
            where = f'database_url = "{server.address(name)}"\ndatabase_schema = "city"\n'
            (path / SETTINGS_FILE).write_text(f'name = "小镇"\n{where}', encoding="utf-8")
        return CityFolder.open(path)

    def _template(self, task: str, server: Cluster) -> str:
        """Return the database of a server that those for a task are copied from."""
        key = (server.folder, task)
        if key not in self._on_servers:
            kept, file = CityFolder.open(self.kept(task)), self._folder / "kept.backup"
            write_backup(kept.store(), file, at=NOW)
            self._on_servers[key] = server.database()
            where = with_schema(server.address(self._on_servers[key]), "city")
            restore_backup(where, file)
            # nobody may be connected to what is copied
            close_all()
        return self._on_servers[key]

    @contextmanager
    def full_disk(self, city: CityFolder) -> Iterator[None]:
        """Let there be no space for another violation in a city that has none."""
        if city.path in self._databases:
            server, name = self._databases[city.path]
            with server.full_disk(name, "city.violations"):
                yield
            return
        with city.store().engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

        def limit(connection: Any, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count={pages}")

        def unlimit(connection: Any, *_: object) -> None:
            if connection is not None:
                connection.execute(f"PRAGMA max_page_count={_MOST_PAGES}")

        # the service keeps its connections: each is limited only while it is taken out
        event.listen(Engine, "checkout", limit)
        event.listen(Engine, "checkin", unlimit)
        yield
        event.remove(Engine, "checkout", limit)
        event.remove(Engine, "checkin", unlimit)

    def forget(self, city: CityFolder) -> None:
        """Remove a city that a test is done with."""
        close_all()
        shutil.rmtree(city.path)
        if city.path in self._databases:
            server, name = self._databases.pop(city.path)
            server.drop(name)


@dataclass(frozen=True)
class Round:
    """What one killed child left behind."""

    victim: Victim
    states: tuple[JobState, ...]


def round_of(
    cities: Cities,
    task: str,
    server: Cluster | None,
    *,
    moment: int = 0,
    after_s: float | None = None,
) -> Round:
    """Kill a child at its task; check the city before and after another one goes on."""
    city = cities.ready_for(task, server)
    victim = run_and_kill(city.path, task, moment=moment, after_s=after_s)
    if task == "backup":
        _check_backup(city, victim)
    else:
        _check_whole(city, task)
        again = Worker(city).run_pending()
        # nothing is left to do only where the child had written that it was done
        assert again == 1 or _unfinished(city) == 0
        assert Worker(city).run_pending() == 0
        assert not list(city.path.glob("uploads/*/*"))
    _check_done(city, task)
    states = tuple(job.state for job in city.store().jobs.made_by("chen"))
    cities.forget(city)
    return Round(victim, states)


def _unfinished(city: CityFolder) -> int:
    return sum(not job.is_final for job in city.store().jobs.made_by("chen"))


def _check_whole(city: CityFolder, task: str) -> None:
    """See that whatever the dead child did is there whole or not at all."""
    store = city.store()
    assert verify_chain(store.audit.rows()) is None
    entries = [entry for entry in store.ledger.entries() if entry.day == DAY]
    draws = sum(entry.act is Act.DRAW for entry in entries)
    assert draws == sum(entry.act is Act.REVEAL for entry in entries) <= 1
    assert list(store.points()["name"].str.endswith("改")) in ([True] * 12, [False] * 12)
    noted = _noted(store)
    assert noted["plan.draw"] == draws
    if task == "amend":
        amendments = store.ledger.amendments(store.ledger.binding(DAY).commitment)
        assert noted["plan.amend"] == len(amendments) <= 1


def _check_done(city: CityFolder, task: str) -> None:
    """See that the task is done exactly once, and nothing else changed."""
    store = city.store()
    assert verify_chain(store.audit.rows()) is None
    assert all(job.state is JobState.DONE for job in store.jobs.made_by("chen"))
    assert len(store.points()) == 12
    noted = _noted(store)
    if task == "import":
        assert store.points()["name"].str.endswith("改").all()
    if task in ("draw", "amend"):
        assert len([e for e in store.ledger.entries() if e.act is Act.DRAW and e.day == DAY]) == 1
        assert noted["plan.draw"] == noted["plan.commit"] == 1
    if task == "amend":
        assert len(store.ledger.amendments(store.ledger.binding(DAY).commitment)) == 1
        assert noted["plan.amend"] == 1


def _noted(store: Store) -> dict[str, int]:
    actions = [row.action for row in store.audit.rows()]
    return {name: actions.count(name) for name in ("plan.commit", "plan.draw", "plan.amend")}


def _check_backup(city: CityFolder, victim: Victim) -> None:
    """See that a backup is there whole or not at all, and that the next one is whole."""
    file = city.path / "city.backup"
    if not victim.killed:
        assert file.is_file()
    if file.exists():
        restore_backup(city.path / "first.db", file)
    write_backup(city.store(), file, at=NOW)
    restored = restore_backup(city.path / "second.db", file)
    assert restored["points"].rows == 12


def _fill(store: Store) -> None:
    store.merge_points(tinytown.points())
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    store.close()


def _queue(
    city: CityFolder, kind: str, arguments: dict[str, Any], secret: bytes | None = None
) -> None:
    city.store().jobs.add(kind, arguments, made_by="chen", at=NOW, secret=secret)


def _queue_import(city: CityFolder) -> None:
    points = tinytown_folder() / "points.csv"
    lines = points.read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("name") if "name" in lines[0] else 1
    changed = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[column] += "改"
        changed.append(",".join(cells))
    sent = city.path / "points.csv"
    sent.write_text("\n".join(changed) + "\n", encoding="utf-8")
    with sent.open("rb") as file:
        upload = keep_upload(city, file, "points.csv")
    arguments = {"what": "points", "upload": upload, "datum": "wgs84", "sheet": None}
    _queue(city, "import", arguments)


def _queue_draw(city: CityFolder) -> None:
    order = {"date": DAY.isoformat(), "public_value": "", "reason": ""}
    _queue(city, "draw", order, b'{"secrets": ["%s"]}' % SECRET.encode())


def _queue_amend(city: CityFolder) -> None:
    ledger = city.store().ledger
    plan = json.loads(ledger.drawn_record(ledger.binding(DAY)))
    route = next(route for route in plan["routes"] if route["stops"])
    at = datetime.fromisoformat(route["departure"]) + timedelta(minutes=1)
    arguments = {
        "date": DAY.isoformat(),
        "team_id": route["team_id"],
        "at": at.isoformat(),
        "event": {"kind": "late", "late_s": 60},
        "after": 0,
    }
    _queue(city, "amend", arguments)


_QUEUE: dict[str, Callable[[CityFolder], None]] = {
    "import": _queue_import,
    "draw": _queue_draw,
    "amend": _queue_amend,
    "backup": lambda _city: None,
}
