"""
Who may learn what: every endpoint of the OpenAPI document x role x scope x time.

Nothing here lists endpoints. Two questions are put to each of them:

- Does an answer hold a word that was planted where the one who asks may not look?
- Does an answer change when only that changes which the one who asks may not know? Two
  cities, equal in all that a person may see, must answer that person byte for byte alike:
  counts, ids, links, headers, ETags, error texts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token
from geoinspect.responsibility import assign
from geoinspect.store import signing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = "http://127.0.0.1:8000"
DRAWN = datetime(2026, 11, 22, 9, tzinfo=UTC)
TIMES = {
    # the evening before, and an hour's shift that begins at 09:00 in the city
    "before": datetime(2026, 11, 22, 10, tzinfo=UTC),
    "after": datetime(2026, 11, 23, 0, 45, tzinfo=UTC),
}
UNITS = ("U0", "U1", "U2", "U3", "U4", "U5")
METHODS = ("get", "post", "put", "patch", "delete")


def _account(user_id: str, role: Role, **scope: Any) -> Account:
    sets = {name: frozenset(ids) for name, ids in scope.items() if not isinstance(ids, str)}
    return Account(user_id, user_id, role, **{**scope, **sets})


ACCOUNTS = {
    account.user_id: account
    for account in (
        _account("supervisor", Role.SUPERVISOR),
        _account("supervisor-d1", Role.SUPERVISOR, districts=["D1"]),
        _account("supervisor-market", Role.SUPERVISOR, categories=["集贸市场"]),
        _account("leader", Role.LEADER),
        _account("unit-u3", Role.UNIT, offices=["U3"]),
        _account("unit-tree", Role.UNIT, offices=["above"]),
        _account("unit-none", Role.UNIT, offices=["U99"]),
        _account("inspector-in", Role.INSPECTOR, inspector_id="I-in"),
        _account("inspector-out", Role.INSPECTOR, inspector_id="I-out"),
        _account("administrator", Role.ADMINISTRATOR),
        _account("security", Role.SECURITY),
        _account("auditor", Role.AUDITOR),
    )
}
#: Those who must not learn that there is a plan at all, before and after its release.
OUTSIDERS = (
    "unit-u3",
    "unit-tree",
    "unit-none",
    "inspector-out",
    "administrator",
    "security",
    None,
)


@dataclass(frozen=True)
class City:
    """A city with what was planted in it."""

    folder: CityFolder
    plan: dict[str, Any]

    @property
    def own_team(self) -> str:
        """The team that inspector-in was drawn for."""
        return str(self.plan["draw"]["inspectors"][0]["team_id"])


def _assignments():
    return assign(tinytown.points(), tinytown.districts(), tinytown.units())


def _point_id(point_id: str) -> str:
    """An id that tells whose point it is."""
    return f"CANARY-{_assignments().loc[point_id, 'unit_id']}-{point_id}"


NAMES = {point_id: _point_id(point_id) for point_id in tinytown.points().index}


def _planted_plan(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan with words that stand nowhere else, team by team, and with our inspectors."""
    plan = json.loads(json.dumps(plan))
    drawn = plan["draw"]["inspectors"]
    swaps = {drawn[0]["inspector_ids"][0]: "I-in"}
    for row in (*drawn, *plan["inspectors"]):
        ids = row.get("inspector_ids")
        if ids is None:
            row["inspector_id"] = swaps.get(row["inspector_id"], row["inspector_id"])
        else:
            row["inspector_ids"] = [swaps.get(one, one) for one in ids]
    for point in plan["points"]:
        point |= {"name": "CANARYPLAN-FRAME", "point_id": NAMES[point["point_id"]]}
    for book in plan["books"]:
        for route in book["routes"]:
            route["stops"] = [NAMES[point_id] for point_id in route["stops"]]
    for route in plan["routes"]:
        word = f"CANARYPLAN-TEAM{route['team_id']}"
        for stop in route["stops"]:
            stop |= {"name": word, "point_id": NAMES[stop["point_id"]]}
        for leg in route["legs"]:
            leg["streets"] = [word]
    for point in plan["points"]:
        on = [r["team_id"] for r in plan["routes"] for s in r["stops"]
              if s["point_id"] == point["point_id"]]  # fmt: skip
        if on:
            point["name"] = f"CANARYPLAN-TEAM{on[0]}"
    return plan


def _city(path: Path, plan: dict[str, Any] | None, kept: tuple[str, ...] = UNITS) -> CityFolder:
    """A city with the points of some units, their violations, the accounts, and maybe a plan."""
    folder = CityFolder.create(path, name="小镇")
    store = folder.store()
    assignments = _assignments()
    ids = list(assignments.index[assignments["unit_id"].isin(kept)])
    points = tinytown.points().loc[ids].rename(NAMES)
    store.merge_points(points.assign(name=points.index))
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    for merge, events in (
        (store.merge_violations, tinytown.violations()),
        (store.merge_inspections, tinytown.inspections()),
    ):
        own = events[events["point_id"].isin(ids)]
        names = own["point_id"].map(NAMES)
        told = {"description": names + "-FOUND"} if "description" in own else {}
        merge(own.assign(point_id=names, **told))
    store.replace_assignments(assignments.loc[ids].rename(NAMES))
    for account in ACCOUNTS.values():
        store.people.add(account)
    store.people.add_office("above", "above", None)
    store.people.add_office("U3", "U3", "above")
    if plan is not None:
        store.add_plan(plan, at=DRAWN)
        store.jobs.add("draw", {"secret": "CANARYPLAN-JOB"}, made_by="supervisor", at=DRAWN)
    store.close()
    return folder


@pytest.fixture(scope="module")
def city(tmp_path_factory, tinytown_plan) -> City:
    """A city with tomorrow's plan."""
    plan = _planted_plan(tinytown_plan)
    return City(_city(tmp_path_factory.mktemp("full") / "city", plan), plan)


@dataclass
class Person:
    """Somebody at a browser."""

    client: TestClient
    folder: CityFolder
    user_id: str | None
    now: datetime

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request in a session of its own, so that signing out ends nothing else."""
        self.client.cookies.clear()
        headers = {"X-Request-Id": "fixed", "Accept": "application/json"}
        if self.user_id is not None:
            store = self.folder.store()
            session = store.signing.open_session(self.user_id, now=self.now)
            store.close()
            self.client.cookies.set("geoinspect_session", session)
            headers["X-CSRF-Token"] = csrf_token(session)
        sent = {} if method == "get" else {"json": {} if body is None else body}
        return self.client.request(method.upper(), path, headers=headers, **sent)


@pytest.fixture
def known_sessions(monkeypatch) -> None:
    """Sessions that are the same in two cities: what they are is no secret of the city."""
    numbers = count()
    monkeypatch.setattr(signing, "new_bearer", lambda: f"session-{next(numbers)}")


def _person(folder: CityFolder, user_id: str | None, now: datetime) -> Person:
    app = create_app(folder, clock=lambda: now)
    client = TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)
    return Person(client, folder, user_id, now)


def _document(folder: CityFolder) -> dict[str, Any]:
    return create_app(folder).openapi()


def _operations(folder: CityFolder) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in _document(folder)["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def _ids(path: str) -> tuple[str, ...]:
    """What to put in place of the parameters of a path: things that are there, and one not."""
    own, other = NAMES["TT03"], NAMES["TT05"]
    if "{day}" in path or "{date}" in path:
        return ("2026-11-23", "2026-11-24")
    return (own, other, "V01", "supervisor", "2026-11-23.1.001.stop", "NOT-THERE")


def _paths(path: str) -> list[str]:
    if "{" not in path:
        return [path]
    return [re.sub(r"\{[^}]+\}", value, path) for value in _ids(path)]


def _walk(person: Person) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Ask everything, and the pages that the document does not tell of."""
    for method, path, operation in _operations(person.folder):
        for concrete in _paths(path):
            # a stream that ends with its job would never end here
            if method == "get" and path.endswith("/events"):
                concrete = concrete.replace("{job_id}", "NOT-THERE")
            yield f"{method} {concrete}", operation, person.ask(method, concrete)
    for page in ("/", "/openapi.json", "/sign-in", "/nowhere"):
        yield f"get {page}", {"x-permission": ["any"]}, person.ask("get", page)


def _told(answer: Any) -> str:
    """Everything that an answer says, status and headers included."""
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
    return f"{answer.status_code}\n{headers}\n{answer.content.decode(errors='replace')}"


def _hidden(city: City, user_id: str | None, time: str) -> re.Pattern[str]:
    """Words that somebody must not be told at a time: written down anew, not by the rights."""
    assignments = _assignments()
    account = ACCOUNTS.get(user_id or "")
    role = account.role if account else None
    whole = user_id in ("supervisor", "leader")
    seen: set[str] = set()
    if whole:
        seen = set(NAMES.values())
    elif user_id == "supervisor-d1":
        seen = {NAMES[i] for i in assignments.index[assignments["district_id"] == "D1"]}
    elif user_id == "supervisor-market":
        points = tinytown.points()
        seen = {NAMES[i] for i in points.index[points["category"] == "集贸市场"]}
    elif user_id in ("unit-u3", "unit-tree"):
        seen = {NAMES[i] for i in assignments.index[assignments["unit_id"] == "U3"]}
    words = ["CANARYPLAN"]
    if time == "after" and whole:
        words = []
    elif time == "after" and user_id == "inspector-in":
        words = [f"CANARYPLAN(?!-TEAM{city.own_team})"]
        route = next(r for r in city.plan["routes"] if str(r["team_id"]) == city.own_team)
        seen = {stop["point_id"] for stop in route["stops"]}
    if role is not Role.SUPERVISOR and role is not Role.LEADER:
        words.append('commitment":')
    hidden = sorted(set(NAMES.values()) - seen)
    return re.compile("|".join([*words, *map(re.escape, hidden)]) or r"(?!)")
