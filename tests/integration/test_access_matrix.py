"""
Who may learn what: every endpoint of the OpenAPI document x role x scope x time.

Nothing here lists endpoints. Three questions are put to each of them:

- Does an answer hold a word that was planted where the one who asks may not look?
- Does an answer change when only that changes which the one who asks may not know? Two
  cities, equal in all that a person may see, must answer that person byte for byte alike:
  counts, ids, links, headers, ETags, error texts, job results. They must also do the same
  work for it, statement by statement of the database, so that no time of an answer tells.
- Is whoever lacks what the endpoint declares refused, and nobody else?
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from fastapi import Request, Response  # noqa: TC002  FastAPI reads the annotations
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from geoinspect.api.app import create_app
from geoinspect.api.dependencies import StoreDep  # noqa: TC001
from geoinspect.api.permits import needs
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.cases import Act, Defect, Mover, Party
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.errors import ForbiddenError, NotFoundError
from geoinspect.people import Permission, Role, organisations
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token
from geoinspect.people.passwords import hash_password
from geoinspect.people.rights import granted_to
from geoinspect.photos import Photo
from geoinspect.responsibility import assign
from geoinspect.sealing import ReleaseParams
from geoinspect.store import signing
from geoinspect.store.casenotices import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fastapi import FastAPI

# asks everything, and so would count as covered what nothing looks at
pytestmark = pytest.mark.no_cover

HERE = "http://127.0.0.1:8000"
DRAWN = datetime(2026, 11, 22, 9, tzinfo=UTC)
#: When, and how routes are released: the evening before, and shortly before an hour's shift
#: that begins at 09:00 in the city.
TIMES = {
    "before": (datetime(2026, 11, 22, 10, tzinfo=UTC), "whole"),
    "after": (datetime(2026, 11, 23, 0, 45, tzinfo=UTC), "whole"),
    "underway": (datetime(2026, 11, 23, 0, 45, tzinfo=UTC), "stop-by-stop"),
}
#: Stops of the own route that its inspector knows.
N_KNOWN = {"before": 0, "after": 99, "underway": 1}
UNITS = ("U0", "U1", "U2", "U3", "U4", "U5")
METHODS = ("get", "post", "put", "patch", "delete")
JOB, OTHER_JOB, NOBODYS = "a" * 32, "b" * 32, "NOT-THERE"
PASSWORD = "Lantern-7-river"


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
        replace(_account("unit-u3", Role.UNIT, offices=["U3"]), approves=True),
        _account("unit-tree", Role.UNIT, offices=["above"]),
        _account("unit-none", Role.UNIT, offices=["U99"]),
        _account("inspector-in", Role.INSPECTOR, inspector_id="I-in"),
        _account("inspector-out", Role.INSPECTOR, inspector_id="I-out"),
        _account("administrator", Role.ADMINISTRATOR),
        _account("security", Role.SECURITY),
        _account("auditor", Role.AUDITOR),
    )
}
#: Programs: whose token they have, and what it is limited to.
TOKENS = {
    "token-ledger": ("leader", {Permission.READ_LEDGER}),
    "token-points": ("supervisor", {Permission.READ_POINTS}),
    "token-heat": ("supervisor", {Permission.READ_HEAT}),
    "token-violations": ("unit-u3", {Permission.READ_VIOLATIONS}),
    "token-jobs": ("supervisor", {Permission.RUN_JOBS, Permission.AMEND_PLAN}),
    # more than the role itself may do
    "token-wide": ("unit-u3", set(Permission)),
}
PEOPLE = (*ACCOUNTS, *TOKENS, None)
#: Those who must not learn that there is a plan at all, before and after its release.
OUTSIDERS = frozenset(
    {"unit-u3", "unit-tree", "unit-none", "inspector-out", "administrator", "security", None}
    | {"token-points", "token-heat", "token-violations", "token-wide"}
)


@dataclass(frozen=True)
class City:
    """What can be planted: two plans of one day that differ where nobody may look yet."""

    plan: dict[str, Any]

    @property
    def own_team(self) -> str:
        """The team that inspector-in was drawn for."""
        return str(self.plan["draw"]["inspectors"][0]["team_id"])


def _assignments():
    return assign(tinytown.points(), tinytown.districts(), tinytown.units())


ASSIGNED = _assignments()
#: Ids that tell whose point it is.
NAMES = {
    point_id: f"CANARY-{ASSIGNED.loc[point_id, 'unit_id']}-{point_id}"
    for point_id in tinytown.points().index
}


def _planted_plan(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan with words that stand nowhere else, stop by stop, and with our inspector."""
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
        for k, stop in enumerate(route["stops"]):
            stop |= {"name": f"{word}-AT{k}", "point_id": NAMES[stop["point_id"]]}
        for k, leg in enumerate(route["legs"]):
            leg["streets"] = [f"{word}-AT{k}"]
    names = {stop["point_id"]: stop["name"] for row in plan["routes"] for stop in row["stops"]}
    for point in plan["points"]:
        point["name"] = names.get(point["point_id"], point["name"])
    return plan


def _other_plan(plan: dict[str, Any], own_team: str | None, n_known: int) -> dict[str, Any]:
    """Another draw of the same teams: of one route the first stops are the same."""
    plan = json.loads(json.dumps(plan))
    for route in plan["routes"]:
        n = n_known if str(route["team_id"]) == own_team else 0
        if n >= len(route["stops"]):
            continue
        # fewer stops, other names, another length, back at another time
        del route["stops"][max(n, 1) + 1 :], route["legs"][max(n, 1) + 1 :]
        for stop in route["stops"][n:]:
            stop |= {"name": "CANARYPLAN-TWIN", "point_id": "CANARY-TWIN"}
        for leg in route["legs"][n:]:
            leg["streets"] = ["CANARYPLAN-TWIN"]
        route |= {name: route[name] * 2 for name in ("length_m", "travel_s") if name in route}
    return plan


@dataclass(frozen=True)
class Planted:
    """What one of the two cities holds."""

    plan: dict[str, Any] | None
    units: tuple[str, ...] = UNITS
    points: frozenset[str] | None = None
    violations: bool = True
    own_job: str = "draw"
    other_job: str | None = "draw"


def _city(path: Path, planted: Planted) -> CityFolder:
    """A city with some points, their violations, the accounts, jobs, and maybe a plan."""
    folder = CityFolder.create(path, name="小镇")
    store = folder.store()
    wanted = ASSIGNED["unit_id"].isin(planted.units)
    if planted.points is not None:
        wanted &= ASSIGNED.index.isin(planted.points)
    ids = list(ASSIGNED.index[wanted])
    points = tinytown.points().loc[ids].rename(NAMES)
    store.merge_points(points.assign(name=points.index))
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    for merge, events in (
        (store.merge_violations, tinytown.violations() if planted.violations else None),
        (store.merge_inspections, tinytown.inspections()),
    ):
        if events is not None:
            own = events[events["point_id"].isin(ids)]
            names = own["point_id"].map(NAMES)
            told = {"description": names + "-FOUND"} if "description" in own else {}
            merge(own.assign(point_id=names, **told))
    store.replace_assignments(ASSIGNED.loc[ids].rename(NAMES))
    _add_cases(store)
    _add_people(store)
    _add_jobs(store, planted)
    if planted.plan is not None:
        store.add_plan(planted.plan, at=DRAWN)
        commitment, last = (
            planted.plan["draw"]["commitment"],
            planted.plan["routes"][0]["stops"][-1],
        )
        facts = {"commitment": commitment, "number": 1, "date": "2026-11-23"}
        reason = f"{last['name']}-AMENDED"
        dropped = [{"point_id": last["point_id"], "code": "BREAKDOWN", "reason": reason}]
        route = planted.plan["routes"][0]
        route = {**route, "stops": route["stops"][:-1], "return": None}
        told = {
            "route": route,
            "team_id": "1",
            "at": "2026-11-23T09:20:00+08:00",
            "event": {"kind": "breakdown"},
        }
        store.ledger.add_amendment({**facts, **told, "dropped": dropped})
    store.close()
    return folder


def _add_cases(store: Any) -> None:
    """Cases that the units owe, and cases that wait for a re-inspection; V01 has none."""
    places = store.violations()["point_id"].dropna().drop("V01", errors="ignore")
    for case_id, point_id in sorted(places.items()):
        # numbers run on within an issuer: with one a place, none tells of another place
        office = Office(ZoneInfo("Asia/Shanghai"), f"创办{point_id}")
        store.cases.open(case_id, Defect.CONDUCT, at=DRAWN)
        store.cases.notify(case_id, Mover("supervisor", Party.OFFICE), office, at=DRAWN)
        if int(case_id[1:]) % 2 == 0:
            reply = Mover("somebody", Party.UNIT)
            digest = hashlib.sha256(point_id.encode()).hexdigest()
            photo = Photo(digest, "jpeg", 1, 1, 1, None, None, b"")
            store.cases.reply(case_id, reply, f"{point_id}-FOUND", [photo], at=DRAWN)
            head = Mover("head", Party.UNIT_LEADER)
            store.cases.step(case_id, Act.APPROVE, head, at=DRAWN)


def _add_people(store: Any) -> None:
    for account in ACCOUNTS.values():
        store.people.add(account)
    store.people.put_office(organisations.Office("above", "above"))
    store.people.put_office(organisations.Office("U3", "U3", "above"))


def _add_jobs(store: Any, planted: Planted) -> None:
    """Jobs that are over: one of the supervisor, and one of a colleague."""
    jobs = ((JOB, "supervisor", planted.own_job), (OTHER_JOB, "supervisor-d1", planted.other_job))
    for job_id, made_by, kind in jobs:
        if kind is not None:
            store.jobs.add(kind, {}, made_by=made_by, at=DRAWN, job_id=job_id)
            job = store.jobs.claim("worker:1:1:1")
            store.jobs.finish(job, {"told": f"CANARYJOB-{made_by}-{kind}"})


@pytest.fixture(scope="module")
def city(tinytown_plan) -> City:
    return City(_planted_plan(tinytown_plan))


@pytest.fixture(scope="module")
def cities(tmp_path_factory) -> Callable[[Planted], CityFolder]:
    """Cities by what they hold, made once; nobody works on these themselves."""
    made: list[tuple[Planted, CityFolder]] = []

    def find(planted: Planted) -> CityFolder:
        for known, folder in made:
            if known == planted:
                return folder
        folder = _city(tmp_path_factory.mktemp("city") / "city", planted)
        made.append((planted, folder))
        return folder

    return find


def _twin(city: City, who: str | None, time: str) -> Planted:
    """What a city holds that differs from the full one in all that somebody may not know."""
    owner = TOKENS[who][0] if who in TOKENS else who
    part: dict[str, Any] = {"own_job": "draw" if owner == "supervisor" else "assign"}
    if owner in ("unit-u3", "unit-tree"):
        part["units"] = ("U3",)
    elif owner in ("unit-none", "inspector-out", "inspector-in", "security", "auditor", None):
        part["units"] = ()
    elif owner == "administrator":
        # how many jobs there are is the administrator's business, not what they are
        part |= {"units": (), "other_job": "assign"}
    elif owner == "supervisor-d1":
        part["points"] = frozenset(ASSIGNED.index[ASSIGNED["district_id"] == "D1"])
    elif owner == "supervisor-market":
        points = tinytown.points()
        part["points"] = frozenset(points.index[points["category"] == "集贸市场"])
    if owner == "supervisor-d1":
        part |= {"other_job": "draw", "own_job": "assign"}
    elif owner != "administrator":
        part["other_job"] = None
    if who == "inspector-in":
        own = next(r for r in city.plan["routes"] if str(r["team_id"]) == city.own_team)
        known = {stop["point_id"] for stop in own["stops"][: N_KNOWN[time]]}
        # a stop that is known tells of the case that waits there
        part = {**part, "units": UNITS, "points": frozenset(p for p in NAMES if NAMES[p] in known)}
    if who == "token-points":
        part["violations"] = False
    plan: dict[str, Any] | None = None
    if who not in OUTSIDERS:
        plan = city.plan
        sees_whole = owner in ("supervisor", "leader") and time == "after"
        if who in TOKENS or not sees_whole:
            n_known = N_KNOWN[time]
            plan = _other_plan(plan, city.own_team if who == "inspector-in" else None, n_known)
    return Planted(plan, **part)


# ---- asking ----


@dataclass(frozen=True)
class Question:
    """One request: what it names, and what its endpoint declares."""

    method: str
    path: str
    declared: tuple[str, ...]
    asked: tuple[str, ...] = ()
    body: Any = None
    is_file: bool = False
    key: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}"


@dataclass
class Answer:
    """What somebody was told, and what the database had to do for it."""

    status: int
    told: str
    work: list[str] = field(default_factory=list)


@contextmanager
def _working() -> Iterator[list[str]]:
    """Note every statement that any database is sent."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class Asker:
    """Somebody at a browser, or a program with a token."""

    def __init__(self, app: FastAPI, who: str | None, now: datetime) -> None:
        self.client = TestClient(
            app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False
        )
        self._folder, self._who, self._now = app.state.folder, who, now
        self.headers = {"X-Request-Id": "fixed-request", "Accept": "application/json"}
        self.headers |= {"If-Match": "*"}
        self._enter()

    def __enter__(self) -> Self:
        """Keep one loop for all requests: starting another for each costs most of the time."""
        self.client.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.client.__exit__(*error)

    def _enter(self) -> None:
        """Sign in, or make a token."""
        if self._who is None:
            return
        store = self._folder.store()
        if self._who in TOKENS:
            owner, scopes = TOKENS[self._who]
            bearer, _ = store.signing.make_token(
                owner, "t", frozenset(scopes), expires_at=self._now + timedelta(days=1),
                now=self._now,
            )  # fmt: skip
            self.headers["Authorization"] = f"Bearer {bearer}"
        else:
            session = store.signing.open_session(self._who, now=self._now)
            self.client.cookies.set("geoinspect_session", session)
            self.headers["X-CSRF-Token"] = csrf_token(session)
        store.close()

    def ask(self, question: Question) -> Answer:
        """Send a request; whoever signs out comes back."""
        sent: dict[str, Any] = {"headers": dict(self.headers)}
        if question.is_file:
            sent["files"] = {"file": ("points.csv", b"id,name\n1,a\n")}
            sent["data"] = {"text": "words", "passed": "true"}
        elif question.body is not None:
            sent["json"] = question.body
        if question.key:
            sent["headers"]["Idempotency-Key"] = question.key
        with _working() as statements:
            answer = self.client.request(question.method.upper(), question.path, **sent)
        has_left = (question.method, question.path) == ("delete", "/session")
        if has_left and answer.status_code == 204:
            self.client.cookies.clear()
            self._enter()
        return Answer(answer.status_code, _told(answer), statements)


def _told(answer: Any) -> str:
    """Everything that an answer says, status and headers included."""
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
    # a cookie that is taken back ends by the clock of this machine
    headers = re.sub(r"expires=[^;]+; ", "", headers)
    text = answer.content.decode(errors="replace")
    if "version=0.0.4" in headers:
        # how fast this machine is, and when it began, differs from run to run
        headers = re.sub(r"(content-length|etag): .*", "", headers)
        text = re.sub(r"(?m)^\S*(_created|_seconds_sum|_seconds_bucket)\S* .*$", "", text)
    return f"{answer.status_code}\n{headers}\n{text}"


# ---- what to ask ----


def _app(folder: CityFolder, time: str) -> FastAPI:
    now, mode = TIMES[time]
    settings = folder.settings.model_copy(update={"release": ReleaseParams(mode=mode)})
    return create_app(replace(folder, settings=settings), clock=lambda: now)


def _endpoints(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of the document, and every page that it does not tell of."""
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]
    for route in iter_route_contexts(app.routes):
        if not route.include_in_schema and route.path != app.openapi_url:
            declared = route.openapi_extra or {}
            for method in route.methods:
                yield method.lower(), re.sub(r":\w+\}", "}", route.path), dict(declared)


#: Things that are there, by the parameter that names them; any of them for another parameter.
THERE = {
    "point_id": (NAMES["TT03"], NAMES["TT05"]),
    "case_id": ("V04", "V05", "V01"),
    "job_id": (JOB, OTHER_JOB),
    "user_id": ("supervisor", "unit-none"),
    "sha256": ("c" * 64,),
    "feature_id": (NAMES["TT03"], NAMES["TT05"], "V04", "V05", "D1", "2026-11-23.1.001.stop"),
}


def _ids(app: FastAPI, operation: dict[str, Any], name: str) -> tuple[str, ...]:
    """What to put in place of a parameter: things that are there, and one that is not."""
    schema = next((p["schema"] for p in operation.get("parameters", ()) if p["name"] == name), {})
    if "$ref" in schema:
        schema = app.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return tuple(schema["enum"][:1])
    if schema.get("format") == "date" or name == "day":
        return ("2026-11-23", "2026-11-24")
    if schema.get("type") == "integer":
        return ("0", "1")
    known = THERE.get(name) or tuple(dict.fromkeys(chain.from_iterable(THERE.values())))
    return (*known, NOBODYS)


def _example(schema: dict[str, Any], defs: dict[str, Any], name: str, point: str) -> Any:
    """A value that a schema allows, with words of this city where it has any."""
    if "$ref" in schema:
        return _example(defs[schema["$ref"].rpartition("/")[2]], defs, name, point)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return _example(schema[union][0], defs, name, point)
    known = {
        "secret": "5eed" * 8, "secrets": ["5eed" * 8], "witness_sha256": "a" * 64,
        "shift": "09:00-10:00", "service": "12min", "point_id": point, "user_id": "new-one",
        "scopes": ["read-points"], "expires_at": "2026-12-01T00:00:00Z",
        "found_at": "2026-11-20T09:00:00+08:00", "at": "2026-11-23T09:10:00+08:00",
        "password": PASSWORD, "team_id": "1", "coordinates": [112.505, 32.81],
        "disabled": False, "offices": ["U3"], "inspector_id": "I-x", "code": "",
        "targets": {}, "role": "auditor",
        "records": [{
            "inspection_id": "00000000-0000-4000-8000-000000000001", "item_id": "A",
            "revision": 1, "point_id": point, "inspected_at": "2026-11-23T08:44:00+08:00",
            "n_breaches": 0,
        }],
    }  # fmt: skip
    if name in known:
        return known[name]
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", ())), None))
    if schema.get("type") == "object" or "properties" in schema:
        members = schema.get("properties", {})
        return {key: _example(member, defs, key, point) for key, member in members.items()}
    if "minItems" in schema:
        kinds = schema.get("prefixItems") or [schema["items"]] * schema["minItems"]
        return [_example(kind, defs, "", point) for kind in kinds]
    plain = {"string": "words", "boolean": False, "array": []}
    return plain.get(schema.get("type", ""), schema.get("minimum", 1))


def _bodies(app: FastAPI, operation: dict[str, Any]) -> list[Any]:
    """Bodies that the document allows, about a point in sight, one out of it, and none."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return [None]
    schema = content["application/json"]["schema"]
    components = app.openapi()["components"]
    bodies = [
        _example(schema, components["schemas"], "", point)
        for point in (NAMES["TT03"], NAMES["TT05"], NOBODYS)
    ]
    for body in bodies:
        jsonschema.validate(body, {**schema, "components": components})
    distinct = [body for k, body in enumerate(bodies) if body not in bodies[:k]]
    return [*distinct, {}]


def _questions(app: FastAPI, who: str | None, only: str = "") -> list[Question]:
    """
    Every request worth sending; a post is sent again under its key.

    Whoever is refused is refused for the first and the last id alike: others add nothing.
    What a body may tell is asked of these two ids; of all others, whether they are there.
    """
    questions: list[Question] = []
    for method, path, operation in _endpoints(app):
        if not path.startswith(only):
            continue
        names = re.findall(r"\{([^}]+)\}", path)
        choices = _ids(app, operation, names[0]) if names else ("",)
        others = {name: _ids(app, operation, name)[0] for name in names[1:]}
        is_file = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
        is_open = _may_ask(who, tuple(operation["x-permission"]))
        bodies = [None] if is_file else _bodies(app, operation)
        ends = dict.fromkeys((choices[0], choices[-1]))
        for chosen in choices if is_open else ends:
            concrete = path.format_map({**others, **dict.fromkeys(names[:1], chosen)})
            is_whole = is_open and chosen in ends
            for body in bodies if is_whole else bodies[:1]:
                key = f"key-{len(questions):05}" if method == "post" else ""
                point = _point_in(body)
                question = Question(
                    method, concrete, tuple(operation["x-permission"]),
                    tuple(filter(None, (chosen, *others.values(), point))), body, is_file, key,
                )  # fmt: skip
                questions += [question] * (2 if method == "post" and is_whole else 1)
    return questions


def _point_in(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    facts = body.get("properties") or next(iter(body.get("records", ())), {})
    return str(facts.get("point_id", ""))


# ---- what is hidden ----


def _hidden(city: City, who: str | None, time: str) -> re.Pattern[str]:
    """Words that somebody must not be told at a time: written down anew, not by the rights."""
    owner = TOKENS[who][0] if who in TOKENS else who
    scopes = TOKENS[who][1] if who in TOKENS else set(Permission)
    seen: set[str] = set()
    if owner in ("supervisor", "leader"):
        seen = set(NAMES.values())
    elif owner == "supervisor-d1":
        seen = {NAMES[i] for i in ASSIGNED.index[ASSIGNED["district_id"] == "D1"]}
    elif owner == "supervisor-market":
        points = tinytown.points()
        seen = {NAMES[i] for i in points.index[points["category"] == "集贸市场"]}
    elif owner in ("unit-u3", "unit-tree"):
        seen = {NAMES[i] for i in ASSIGNED.index[ASSIGNED["unit_id"] == "U3"]}
    if not scopes & {Permission.READ_POINTS, Permission.READ_VIOLATIONS}:
        seen = set()
    plan = "CANARYPLAN"
    if time == "after" and who in ("supervisor", "leader"):
        plan = ""
    elif time != "before" and who == "inspector-in":
        own = next(r for r in city.plan["routes"] if str(r["team_id"]) == city.own_team)
        n_known = len(own["stops"]) + 1 if time == "after" else 1
        steps = "|".join(map(str, range(n_known)))
        plan = rf"CANARYPLAN(?!-TEAM{city.own_team}-AT({steps})\b)"
        seen = {stop["point_id"] for stop in own["stops"][:n_known]}
    words = [plan, *map(re.escape, sorted(set(NAMES.values()) - seen))]
    if who in OUTSIDERS or (who == "inspector-in" and time != "after"):
        words.append(city.plan["draw"]["commitment"])
    if Permission.READ_VIOLATIONS not in scopes or not seen:
        words.append("-FOUND")
    if owner != "supervisor" or Permission.RUN_JOBS not in scopes:
        words.append("CANARYJOB-supervisor-draw")
    if owner != "supervisor-d1":
        words.append("CANARYJOB-supervisor-d1")
    return re.compile("|".join(filter(None, words)))


def _may_ask(who: str | None, declared: tuple[str, ...]) -> bool:
    """What the document promises, for the rights that a role is granted."""
    if declared == ("public",):
        return True
    if who is None:
        return False
    if declared == ("person",):
        return who not in TOKENS
    if declared == ("signed-in",):
        return True
    owner, scopes = TOKENS.get(who, (who, set(Permission)))
    account = ACCOUNTS[owner]
    granted = granted_to(account.role, approves=account.approves) & scopes
    return any(set(name.split("+")) <= granted for name in declared)


def _faults(
    city: City, full: FastAPI, twin: FastAPI, who: str | None, time: str, only: str = ""
) -> tuple[int, list[str]]:
    """Ask two cities the same; return how much was asked, and all that was wrong with it."""
    now, _ = TIMES[time]
    hidden, faults = _hidden(city, who, time), []
    questions = _questions(full, who, only)
    with Asker(full, who, now) as here_asks, Asker(twin, who, now) as there_asks:
        answers = [(here_asks.ask(question), there_asks.ask(question)) for question in questions]
    for question, (here, there) in zip(questions, answers, strict=True):
        told = here.told
        for asked in question.asked:
            # what somebody named is no news to them
            told = told.replace(asked, "...")
        found = hidden.search(told)
        if found is not None:
            faults.append(f"{question} tells {found[0]}")
        if "read-log" not in question.declared:
            # when something was done, the log has by the clock of this machine
            if here.told != there.told:
                faults.append(f"{question} differs: {_first_difference(here.told, there.told)}")
            if here.work != there.work:
                faults.append(f"{question} costs {len(here.work)} | {len(there.work)}")
        faults += _wrong_status(question, who, here.status)
    return len(questions), faults


def _first_difference(here: str, there: str) -> str:
    k = next((k for k, pair in enumerate(zip(here, there, strict=False)) if len(set(pair)) > 1), 0)
    return f"...{here[max(k - 60, 0) : k + 60]!r} | ...{there[max(k - 60, 0) : k + 60]!r}"


def _wrong_status(question: Question, who: str | None, status: int) -> list[str]:
    refused = 401 if who is None else 403
    if status >= 500:
        return [f"{question} breaks: {status}"]
    if not _may_ask(who, question.declared):
        return [] if status == refused else [f"{question} answers {status}, not {refused}"]
    is_sign_in = question.declared == ("public",) and status == 401
    if status in (401, 403) and not is_sign_in:
        return [f"{question} declares {question.declared} and answers {status}"]
    return []


@pytest.fixture(scope="module")
def document(city, cities) -> dict[str, Any]:
    """The document of every service here, put together once: that takes seconds."""
    return _app(cities(Planted(city.plan)), "before").openapi()


@pytest.fixture
def apps(city, cities, document, tmp_path, monkeypatch) -> Callable[..., tuple[FastAPI, FastAPI]]:
    """A city with all that is planted and its twin, each a copy that the test may change."""
    numbers = count()
    # two cities are asked in turn: what a session is called there is no secret of the city
    monkeypatch.setattr(signing, "new_bearer", lambda: f"bearer-{next(numbers) // 2}")

    def make(who: str | None, time: str) -> tuple[FastAPI, FastAPI]:
        made = []
        for name, planted in (("full", Planted(city.plan)), ("twin", _twin(city, who, time))):
            shutil.copytree(cities(planted).path, tmp_path / name / "city")
            app = _app(CityFolder.open(tmp_path / name / "city"), time)
            # FastAPI puts together anew what is only kept in `openapi_schema`
            vars(app)["openapi"] = lambda: document
            made.append(app)
        return made[0], made[1]

    return make


# ---- the matrix ----


#: Programs see no more than their owner, and the one who sees no route sees none by stops.
MATRIX = [
    *((who, time) for who in (*ACCOUNTS, None) for time in ("before", "after")),
    *((who, "after") for who in TOKENS),
    *((who, "underway") for who in ("supervisor", "supervisor-d1", "leader", "inspector-in")),
    *((who, time) for who in ("token-ledger", "token-jobs") for time in ("before", "underway")),
]


@pytest.mark.parametrize(("who", "time"), MATRIX)
def test_nobody_is_told_what_they_may_not_know(city, apps, who, time) -> None:
    n, faults = _faults(city, *apps(who, time), who, time)
    assert n > 50
    assert not faults, "\n".join(faults[:20])


# ---- can the walk fail? ----


def _names(sight: SightDep) -> list[str]:
    return list(sight.store.points().index)


def _count(sight: SightDep) -> dict[str, int]:
    return {"n": len(sight.store.points())}


def _plan_days(store: StoreDep) -> dict[str, int]:
    return {"days": len(store.ledger.entries())}


def _forbidden_if_there(thing: str, store: StoreDep) -> None:
    if thing in store.points().index:
        raise ForbiddenError("This is not yours.")
    raise NotFoundError("There is no {thing!r}.", thing=thing)


def _header(store: StoreDep, response: Response) -> None:
    response.headers["ETag"] = f'"{len(store.points())}"'


def _costly(sight: SightDep) -> None:
    for _ in sight.store.points().index:
        sight.store.units()


def _broken(sight: SightDep) -> None:
    raise RuntimeError(f"{len(sight.store.points())} points")


def _unchecked(request: Request) -> None:
    del request


@pytest.mark.parametrize(
    ("path", "leak", "declared"),
    [
        ("/leak", _names, needs(Permission.READ_POINTS)),
        ("/leak", _count, needs(Permission.READ_POINTS)),
        ("/leak", _plan_days, needs(Permission.READ_POINTS)),
        ("/leak/{thing}", _forbidden_if_there, needs(Permission.READ_POINTS)),
        ("/leak", _header, needs(Permission.READ_POINTS)),
        ("/leak", _costly, needs(Permission.READ_POINTS)),
        ("/leak", _broken, needs(Permission.READ_POINTS)),
        # declares what it does not check
        ("/leak", _unchecked, {"openapi_extra": {"x-permission": ["manage-keys"]}}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_endpoint_that_leaks_is_found(city, apps, path, leak, declared) -> None:
    pair = apps("unit-u3", "before")
    for app in pair:
        app.add_api_route(path, leak, **declared)
        vars(app).pop("openapi")
    _, faults = _faults(city, *pair, "unit-u3", "before", only="/leak")
    assert faults


@pytest.mark.parametrize("leak", [_names, _unchecked])
def test_a_page_outside_of_the_document_that_leaks_is_found(city, apps, leak) -> None:
    pair = apps("unit-u3", "before")
    for app in pair:
        declared = needs(Permission.MANAGE_KEYS) if leak is _names else needs()
        extra = {"openapi_extra": {"x-permission": ["manage-keys"]}}
        app.add_api_route("/leak", leak, include_in_schema=False, **{**declared, **extra})
    _, faults = _faults(city, *pair, "unit-u3", "before", only="/leak")
    assert bool(faults) is (leak is _unchecked)


# ---- who is nobody ----


def _asked_by(client: TestClient, headers: dict[str, str], app: FastAPI) -> list[str]:
    """Endpoints that are not public and answer anything but 401."""
    answers = (
        (question, client.request(question.method.upper(), question.path, headers=headers))
        for question in _questions(app, None)
        if question.declared != ("public",)
    )
    return [str(question) for question, answer in answers if answer.status_code != 401]


@pytest.mark.parametrize("kind", ["disabled", "idle", "too old", "forged", "token over"])
def test_whoever_is_no_longer_signed_in_is_nobody(apps, kind) -> None:
    app, _ = apps("supervisor", "after")
    now, _ = TIMES["after"]
    store = app.state.folder.store()
    opened = {"idle": now - timedelta(minutes=31), "too old": now - timedelta(hours=13)}
    session = store.signing.open_session("supervisor", now=opened.get(kind, now))
    bearer, _ = store.signing.make_token(
        "supervisor", "t", frozenset(Permission), expires_at=now, now=now - timedelta(days=1)
    )
    if kind == "disabled":
        store.people.replace(replace(ACCOUNTS["supervisor"], disabled=True))
    store.close()
    client, headers = TestClient(app, base_url=HERE), {"X-CSRF-Token": csrf_token(session)}
    if kind == "token over":
        headers = {"Authorization": f"Bearer {bearer}"}
    else:
        client.cookies.set("geoinspect_session", "forged" if kind == "forged" else session)
    with client:
        assert _asked_by(client, headers, app) == []


def test_no_change_is_taken_from_a_page_of_somebody_else(apps) -> None:
    app, _ = apps("supervisor", "after")
    with Asker(app, "supervisor", TIMES["after"][0]) as asker:
        for question in _questions(app, "supervisor"):
            if question.method != "get" and question.declared != ("public",):
                asker.headers["X-CSRF-Token"] = csrf_token("another session")
                assert asker.ask(question).status == 403, question


def test_signing_in_tells_nobody_which_accounts_there_are(apps) -> None:
    app, _ = apps(None, "before")
    now, _ = TIMES["before"]
    store = app.state.folder.store()
    kept = hash_password(PASSWORD)
    store.people.replace(replace(ACCOUNTS["leader"], password_hash=kept))
    store.people.replace(replace(ACCOUNTS["auditor"], password_hash=kept, disabled=True))
    locked = replace(ACCOUNTS["security"], password_hash=kept, failures=30, failed_at=now)
    store.people.replace(locked)
    store.close()
    asker, answers = Asker(app, None, now), {}
    for user_id in ("leader", "auditor", "security", "supervisor", "nobody-at-all"):
        body = {"user_id": user_id, "password": f"not {PASSWORD}"}
        answer = asker.ask(Question("post", "/session", ("public",), body=body))
        answers[user_id] = (answer.status, answer.told, tuple(answer.work))
    assert len(set(answers.values())) == 1
    assert answers["leader"][0] == 401


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1, 2"])
def test_a_body_that_cannot_be_read_does_not_hide_a_refusal(apps, body) -> None:
    app, _ = apps("unit-u3", "before")
    with Asker(app, "unit-u3", TIMES["before"][0]) as asker:
        kind = {**asker.headers, "Content-Type": "application/json"}
        for question in _questions(app, "unit-u3"):
            if question.body is not None and not _may_ask("unit-u3", question.declared):
                answer = asker.client.request(
                    question.method.upper(), question.path, headers=kind, content=body
                )
                assert answer.status_code == 403, question
