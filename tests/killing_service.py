"""
Kill the service while it answers a post, start it again, and send the same post again.

The service is `geoinspect serve` with a clock that stands still, forked from a server process
that has everything loaded.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import requests
import uvicorn

from geoinspect.api.app import create_app
from geoinspect.audit import verify_chain
from geoinspect.basemaps import city_basemap
from geoinspect.checklists import Checklist, Item, ItemClass, Kind
from geoinspect.cityfolder import CityFolder
from geoinspect.cli import serving
from geoinspect.cli.main import main
from geoinspect.demo import tinytown, tinytown_folder
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token

from .killing import FORK, NOW, Moments, Victim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoinspect.store import Store

    from .killing import Cities
    from .postgres import Cluster

#: During the shift of the plan that the cities have; see `tests.killing`.
WORKING = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
AT = "2026-11-24T09:10:00+08:00"
KEY = "5eed5eed5eed5eed"
INSPECTION = str(UUID(int=1, version=4))
POSTS = ("violation", "notice", "results", "import")

_ITEM = Item("A", "路灯完好", "Lamps work", 2, Kind.YES_NO, ItemClass.HARDWARE, 10, 10, 0)
_VIOLATIONS = "/ogc/collections/violations/items"


@dataclass(frozen=True)
class Post:
    """
    Something that is sent.

    Attributes
    ----------
    who, path, status
        Who sends it where, and the status of the answer.
    sent
        What requests is told to send.
    count
        Counts in a city what it made: 0 or 1; whatever is half-written fails.
    may_be_stale
        Whether it names a version, so that once done it is refused and not done again.
    """

    who: str
    path: str
    status: int
    sent: dict[str, Any]
    count: Callable[[Store], int]
    may_be_stale: bool = False


class Services:
    """
    Services to be killed.

    Parameters
    ----------
    cities
        Where their cities come from.
    """

    def __init__(self, cities: Cities) -> None:
        self._cities = cities
        if not cities.kept("service").is_dir():
            plan = CityFolder.open(cities.kept("amend")).store().latest_plan()
            shutil.copytree(cities.kept("backup"), cities.kept("service"))
            city = CityFolder.open(cities.kept("service"))
            _fill(city.store(), json.loads(plan))
            # drawn once, not at each start
            city_basemap(city, report=lambda _step: None)

    def round_of(
        self,
        name: str,
        server: Cluster | None,
        *,
        moment: int = 0,
        after_s: float | None = None,
        prepare: Callable[[CityFolder], CityFolder] = lambda city: city,
    ) -> Victim:
        """Kill the service at a moment or after a time; check the city, send again, check."""
        city = prepare(self._cities.ready_for("service", server))
        post, clients = _post(name, city), {}
        for who in ("li", "chen"):
            clients[who] = city.store().signing.open_session(who, now=WORKING)
        with _service(city) as service:
            answer, victim = service.send(post, clients[post.who], moment, after_s)
        n = _checked(city, post)
        assert answer is None or (answer.status_code, n) == (post.status, 1), answer.text
        with _service(city) as service:
            again, _ = service.send(post, clients[post.who])
        assert again is not None
        if n == 1 and answer is None and post.may_be_stale:
            assert again.status_code == 412, again.text
        else:
            assert again.status_code == post.status, again.text
        if answer is not None and "Idempotency-Key" in post.sent["headers"]:
            assert again.headers["Idempotency-Replayed"] == "true"
            assert again.content == answer.content
        assert _checked(city, post) == 1
        self._cities.forget(city)
        return victim


class _Service:
    """A service that runs; `moments` are passed as it works."""

    def __init__(self, process: Any, port: int, moments: Moments) -> None:
        self._process, self._moments = process, moments
        self._address = f"http://127.0.0.1:{port}"

    def send(
        self, post: Post, session: str, moment: int = 0, after_s: float | None = None
    ) -> tuple[requests.Response | None, Victim]:
        """Send a post and return its answer, None if the service was killed before."""
        cookie = {"Cookie": f"geoinspect_session={session}", "X-CSRF-Token": csrf_token(session)}
        sent = {**post.sent, "headers": {**post.sent["headers"], **cookie}}
        timer = threading.Timer(after_s or 0, self.kill)
        first, began = self._moments.n.value, time.perf_counter()
        self._moments.last.value = first + moment if moment else 0
        if after_s is not None:
            timer.start()
        answer = None
        with suppress(requests.RequestException):
            answer = requests.post(self._address + post.path, timeout=120, **sent)
        timer.cancel()
        took = time.perf_counter() - began
        return answer, Victim(answer is None, self._moments.n.value - first, took)

    def kill(self) -> None:
        """Kill it, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it and wait for its end."""
        self.kill()
        self._process.join()


@contextmanager
def _service(city: CityFolder) -> Iterator[_Service]:
    """Run `geoinspect serve` until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    moments = Moments(FORK.RawValue("i"), FORK.RawValue("i"))
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=_serve, args=(str(city.path), port, moments, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == "ready"
    service = _Service(process, port, moments)
    try:
        yield service
    finally:
        service.close()
        ours.close()


def _serve(path: str, port: int, moments: Moments, told: Any) -> None:
    """Be the service; what it says goes to a file of the city."""
    said = os.open(Path(path) / "service.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    moments.watch()
    startup = uvicorn.Server.startup

    async def tell(self: uvicorn.Server, sockets: Any = None) -> None:
        await startup(self, sockets)
        told.send("ready")

    uvicorn.Server.startup = tell  # type: ignore[method-assign]
    serving.create_app = partial(create_app, clock=lambda: WORKING)  # type: ignore[assignment]
    main(["-C", path, "serve", "--port", str(port), "--no-worker"])


def _fill(store: Store, plan: dict[str, Any]) -> None:
    """Add violations, a checklist, people, and a plan with an inspector on its first team."""
    categories = sorted(tinytown.points()["category"].unique())
    weights = {name: {"A": 100.0} for name in categories}
    store.merge_violations(tinytown.violations())
    store.checklists.merge([Checklist("2026", date(2026, 1, 1), None, {"A": _ITEM}, weights)])
    store.people.add(Account("li", "李", Role.INSPECTOR, inspector_id="I1"))
    store.people.add(Account("chen", "陈", Role.SUPERVISOR))
    plan["draw"]["inspectors"] = [
        {"team_id": route["team_id"], "inspector_ids": ["I1"]}
        for route in plan["routes"]
        if route["stops"]
    ][:1]
    store.add_plan(plan, at=NOW)
    store.close()


def _post(name: str, city: CityFolder) -> Post:
    """Return what is sent."""
    return {"violation": _violation, "notice": _notice, "results": _results, "import": _import}[
        name
    ](city)


def _violation(city: CityFolder) -> Post:
    point_id = str(city.store().points().index[0])
    facts = {
        "point_id": point_id,
        "severity": 2,
        "found_at": AT,
        "item": "路灯",
        "category": "市场",
    }
    body = {"type": "Feature", "geometry": None, "properties": facts}

    def count(store: Store) -> int:
        rows = store.violations()
        mine = rows[rows["source"] == "service:chen"]
        assert list(mine["point_id"]) in ([], [point_id])
        return len(mine)

    return Post("chen", _VIOLATIONS, 201, {"json": body, "headers": _key()}, count)


def _notice(city: CityFolder) -> Post:
    store = city.store()
    known, rules = store.violations(), store.assignments()
    assert rules is not None
    answered = set(rules.index[rules["unit_id"].notna()])
    case_id = str(known.index[known["point_id"].isin(answered)][0])

    def count(store: Store) -> int:
        notices, is_open = store.cases.notices(), store.cases.has(case_id)
        assert len(notices) == is_open <= 1
        if is_open:
            case = store.cases.case(case_id)
            assert (len(case.standing.moves), case.notice) == (1, notices[0])
            assert case.deadline is not None
        return len(notices)

    headers = {**_key(), "If-Match": _tag(city, case_id)}
    sent = {"json": {"defect": "conduct"}, "headers": headers}
    return Post("chen", f"/cases/{case_id}/notices", 200, sent, count, may_be_stale=True)


def _tag(city: CityFolder, case_id: str) -> str:
    """Read the version of a case, in this process."""
    from fastapi.testclient import TestClient

    client = TestClient(create_app(city, clock=lambda: WORKING), base_url="http://127.0.0.1:8000")
    client.cookies.set("geoinspect_session", city.store().signing.open_session("chen", now=WORKING))
    return client.get(f"/cases/{case_id}").headers["ETag"]


def _results(city: CityFolder) -> Post:
    plan = json.loads(city.store().latest_plan())
    team = plan["draw"]["inspectors"][0]["team_id"]
    [route] = [route for route in plan["routes"] if route["team_id"] == team]
    point_id = route["stops"][0]["point_id"]
    visit = {"inspection_id": INSPECTION, "point_id": point_id, "arrived_at": AT}
    record = {
        "inspection_id": INSPECTION, "item_id": "A", "revision": 1, "point_id": point_id,
        "inspected_at": AT, "n_breaches": 1, "photos": [], "remark": "",
    }  # fmt: skip

    def count(store: Store) -> int:
        found = (
            len(store.fieldwork.visits()),
            len(store.results.results(current=False)),
            list(store.violations().index).count(f"{INSPECTION}/A"),
            list(store.inspections().index).count(INSPECTION),
        )
        assert found in ((0, 0, 0, 0), (1, 1, 1, 1)), found
        return found[0]

    sent = {"json": {"visits": [visit], "records": [record]}, "headers": {}}
    return Post("li", "/inspections/results", 200, sent, count)


def _import(_city: CityFolder) -> Post:
    content = (tinytown_folder() / "points.csv").read_bytes() + b"\n" * 200_000

    def count(store: Store) -> int:
        jobs = [job for job in store.jobs.made_by("chen") if job.kind == "import"]
        for job in jobs:
            assert (_city.path / "uploads" / job.arguments["upload"]).read_bytes() == content
        return len(jobs)

    sent = {"files": {"file": ("points.csv", content)}, "data": {"datum": "wgs84"}}
    return Post("chen", "/imports/points", 202, {**sent, "headers": _key()}, count)


def _key() -> dict[str, str]:
    return {"Idempotency-Key": KEY}


def _checked(city: CityFolder, post: Post) -> int:
    """See that the log holds and nothing is half-written; return what was made."""
    store = city.store()
    assert verify_chain(store.audit.rows()) is None
    return post.count(store)
