"""What inspectors' phones get and send: rights, the sheet, results that come twice, photos."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from geoinspect.amending.amend import amend
from geoinspect.api.app import create_app
from geoinspect.checklists import Checklist, Item, ItemClass, Kind
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token
from geoinspect.responsibility import assign
from geoinspect.sealing import ReleaseParams

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.network import RoadNetwork

HERE = "http://127.0.0.1:8000"
DRAWN = datetime(2026, 11, 22, 9, tzinfo=UTC)
# the shift begins at 09:00 in the city, the route is released half an hour before
BEFORE = datetime(2026, 11, 23, 0, 29, tzinfo=UTC)
UNDERWAY = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
WORKING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
OVER = datetime(2026, 11, 23, 3, tzinfo=UTC)
AT = "2026-11-23T09:10:00+08:00"
ITEMS = (
    Item("A", "路灯完好", "Lamps work", 2, Kind.YES_NO, ItemClass.HARDWARE, 10, 10, 0),
    Item("B", "遛狗牵绳", "Dogs on a leash", 1, Kind.COUNT_5MIN, ItemClass.CONDUCT, 10, 2, 1),
)
FIRST, SECOND = (str(UUID(int=n, version=4)) for n in (1, 2))


def _checklist() -> Checklist:
    categories = sorted(tinytown.points()["category"].unique())
    return Checklist(
        "2026", date(2026, 1, 1), None, {item.item_id: item for item in ITEMS},
        {name: {"A": 60.0, "B": 40.0} for name in categories},
    )  # fmt: skip


@pytest.fixture
def plan(tinytown_plan: dict[str, Any]) -> dict[str, Any]:
    return _with_inspectors(tinytown_plan)


def _with_inspectors(tinytown_plan: dict[str, Any]) -> dict[str, Any]:
    """Return the plan, its teams named by inspectors I1 and I2."""
    plan: dict[str, Any] = json.loads(json.dumps(tinytown_plan))
    teams = [str(team["team_id"]) for team in plan["teams"]]
    plan["draw"]["inspectors"] = [
        {"team_id": team, "inspector_ids": [f"I{k}"]} for k, team in enumerate(teams, start=1)
    ]
    return plan


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, tinytown_plan: dict[str, Any]) -> CityFolder:
    """The town with its plan before the day; tests work on copies."""
    folder = CityFolder.create(tmp_path_factory.mktemp("planned") / "city", name="小镇")
    store = folder.store()
    store.merge_points(tinytown.points())
    store.checklists.merge([_checklist()])
    for user_id, role, inspector_id in (
        ("li", Role.INSPECTOR, "I1"), ("wu", Role.INSPECTOR, "I2"),
        ("off", Role.INSPECTOR, "I9"), ("chen", Role.SUPERVISOR, None),
    ):  # fmt: skip
        store.people.add(Account(user_id, user_id, role, inspector_id=inspector_id))
    store.add_plan(_with_inspectors(tinytown_plan), at=DRAWN)
    store.close()
    return folder


@pytest.fixture
def folder(planned: CityFolder, tmp_path: Path) -> CityFolder:
    """A copy that a test may change."""
    return CityFolder.open(shutil.copytree(planned.path, tmp_path / "city"))


class Phone:
    """Somebody's phone at a moment."""

    def __init__(
        self, folder: CityFolder, who: str, now: datetime = WORKING, mode: str = "whole"
    ) -> None:
        release = ReleaseParams(mode=mode)
        settings = folder.settings.model_copy(update={"release": release})
        app = create_app(CityFolder(folder.path, settings), clock=lambda: now)
        self.client = TestClient(app, base_url=HERE)
        store = folder.store()
        session = store.signing.open_session(who, now=now)
        store.close()
        self.client.cookies.set("geoinspect_session", session)
        self.client.headers["X-CSRF-Token"] = csrf_token(session)

    def sheet(self) -> Any:
        return self.client.get("/inspections/sheet")

    def send(self, *records: dict[str, Any], visits: tuple[dict[str, Any], ...] = ()) -> Any:
        report = {"records": list(records), "visits": list(visits)}
        return self.client.post("/inspections/results", json=report)

    def photo(self, content: bytes, digest: str = "", **query: Any) -> Any:
        name = digest or sha256(content).hexdigest()
        return self.client.put(f"/photos/{name}", content=content, params=query)


@pytest.fixture
def stops(plan: dict[str, Any]) -> dict[str, list[str]]:
    """Ids of the stops of each inspector's route."""
    ids = {
        str(route["team_id"]): [stop["point_id"] for stop in route["stops"]]
        for route in plan["routes"]
    }
    return {row["inspector_ids"][0]: ids[row["team_id"]] for row in plan["draw"]["inspectors"]}


def _record(point_id: str, **changes: Any) -> dict[str, Any]:
    record = {
        "inspection_id": FIRST, "item_id": "A", "revision": 1, "point_id": point_id,
        "inspected_at": AT, "n_breaches": 0, "photos": [], "remark": "",
    }  # fmt: skip
    return {**record, **changes}


def _outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["outcome"] for each in answer.json()["records"]]


def _jpeg(colour: int = 90) -> bytes:
    image = Image.new("RGB", (64, 48), (colour, 120, 30))
    image.putpixel((5, 5), (255, 255, 255))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


# ---- the sheet ----


def test_the_sheet_has_the_own_stops_with_the_items_that_hold(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    sheet = Phone(folder, "li").sheet().json()
    assert (sheet["date"], sheet["version"]) == ("2026-11-23", "2026")
    (route,) = sheet["routes"]
    assert route["is_whole"]
    assert [stop["point_id"] for stop in route["stops"]] == stops["I1"]
    for stop in route["stops"]:
        assert [(item["item_id"], item["weight"]) for item in stop["items"]] == [
            ("A", 60.0),
            ("B", 40.0),
        ]
    assert route["stops"][0]["items"][1] == {
        "item_id": "B", "text_zh": "遛狗牵绳", "text_en": "Dogs on a leash",
        "kind": "count_5min", "weight": 40.0, "severity": 1, "allowance": 1,
        "defect": "conduct", "working_days": 5,
    }  # fmt: skip


def _amend(folder: CityFolder, plan: dict[str, Any], network: RoadNetwork, **event: Any) -> Any:
    """Amend the route of inspector I1 once its first stop is made, and return the amendment."""
    team = plan["draw"]["inspectors"][0]["team_id"]
    (route,) = (route for route in plan["routes"] if route["team_id"] == team)
    at = datetime.fromisoformat(route["stops"][0]["departure"])
    made = amend(plan, [], network, team_id=team, at=at, event=event, made_at=WORKING)
    store = folder.store()
    store.ledger.add_amendment(made)
    store.close()
    return made


def test_a_stop_that_was_taken_out_is_told_and_what_was_recorded_there_is_taken(
    folder: CityFolder,
    plan: dict[str, Any],
    stops: dict[str, list[str]],
    tinytown_network: RoadNetwork,
) -> None:
    _amend(folder, plan, tinytown_network, kind="breakdown")
    gone = stops["I1"][1:]
    assert gone
    phone = Phone(folder, "li")
    (route,) = phone.sheet().json()["routes"]
    told = {stop["point_id"]: stop["dropped"] for stop in route["stops"]}
    assert told == {stops["I1"][0]: "", **dict.fromkeys(gone, "BREAKDOWN")}
    assert all(stop["items"] for stop in route["stops"])
    # its inspector did not know: what was seen there comes later, and is not lost
    visit = {"inspection_id": FIRST, "point_id": gone[0], "arrived_at": AT, "finished_at": AT}
    answer = phone.send(_record(gone[0]), visits=(visit,))
    assert _outcomes(answer) == ["added"]


def test_a_delay_shows_when_a_stop_was_to_be_made(
    folder: CityFolder,
    plan: dict[str, Any],
    stops: dict[str, list[str]],
    tinytown_network: RoadNetwork,
) -> None:
    made = _amend(folder, plan, tinytown_network, kind="late", late_s=300)
    (route,) = Phone(folder, "li").sheet().json()["routes"]
    assert route["is_whole"]
    assert {stop["point_id"] for stop in route["stops"]} == set(stops["I1"])
    drawn = {stop["point_id"]: stop["arrival"] for each in plan["routes"] for stop in each["stops"]}
    now = {stop["point_id"]: stop["arrival"] for stop in made["route"]["stops"]}
    kept = [stop for stop in route["stops"] if not stop["dropped"]]
    for stop in kept:
        assert _moment(stop["planned_arrival"]) == _moment(drawn[stop["point_id"]])
        assert _moment(stop["arrival"]) == _moment(now[stop["point_id"]])
    assert any(stop["arrival"] != stop["planned_arrival"] for stop in kept)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_stop_by_stop_an_amended_sheet_tells_no_more_than_the_next_stop(
    folder: CityFolder,
    plan: dict[str, Any],
    stops: dict[str, list[str]],
    tinytown_network: RoadNetwork,
) -> None:
    _amend(folder, plan, tinytown_network, kind="breakdown")
    (route,) = Phone(folder, "li", UNDERWAY, mode="stop-by-stop").sheet().json()["routes"]
    assert [stop["point_id"] for stop in route["stops"]] == stops["I1"][:1]


def test_a_failing_item_leads_to_the_deadline_of_its_class(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    store = folder.store()
    store.replace_assignments(assign(store.points(), tinytown.districts(), tinytown.units()))
    store.close()
    phone = Phone(folder, "li")
    allowed = _record(stops["I1"][0], item_id="B", n_breaches=1)
    failing = _record(stops["I1"][0], item_id="A", n_breaches=1)
    assert _outcomes(phone.send(allowed, failing)) == ["added", "added"]
    store = folder.store()
    # one dog without a leash is allowed
    (case_id,) = store.violations().index
    store.close()
    office = Phone(folder, "chen").client
    page = office.get(f"/app/problems/{case_id}").text
    assert '<option value="hardware" selected>' in page
    answer = office.post(f"/cases/{case_id}/notices", json={}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["defect"] == "hardware"
    assert answer.json()["notice"]["working_days"] == 10


def test_stop_by_stop_the_sheet_ends_with_the_next_stop(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    (route,) = Phone(folder, "li", UNDERWAY, mode="stop-by-stop").sheet().json()["routes"]
    assert [stop["point_id"] for stop in route["stops"]] == stops["I1"][:1]
    assert not route["is_whole"]


def test_a_day_without_a_checklist_still_has_its_route(
    folder: CityFolder, plan: dict[str, Any], tmp_path: Path
) -> None:
    bare = CityFolder.create(tmp_path / "bare", name="小镇")
    store = bare.store()
    store.people.add(Account("li", "li", Role.INSPECTOR, inspector_id="I1"))
    store.add_plan(plan, at=DRAWN)
    store.close()
    sheet = Phone(bare, "li").sheet().json()
    assert sheet["version"] is None
    assert all(stop["items"] == [] for stop in sheet["routes"][0]["stops"])


@pytest.mark.parametrize(("who", "now"), [("li", BEFORE), ("off", OVER)])
def test_there_is_no_sheet_before_release_and_for_whoever_was_not_drawn(
    folder: CityFolder, stops: dict[str, list[str]], who: str, now: datetime
) -> None:
    phone = Phone(folder, who, now)
    assert phone.sheet().status_code == 404
    at = (now - timedelta(minutes=1)).isoformat()
    record = _record(stops["I1"][0], inspected_at=at)
    assert phone.send(record).status_code == 404


def test_only_inspectors_get_sheets_and_send_results(folder: CityFolder) -> None:
    phone = Phone(folder, "chen")
    assert phone.sheet().status_code == 403
    assert phone.send().status_code == 403
    assert phone.photo(_jpeg()).status_code == 403


# ---- results ----


def test_results_that_come_twice_are_entered_once(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    phone, point_id = Phone(folder, "li"), stops["I1"][0]
    records = [_record(point_id), _record(point_id, item_id="B", n_breaches=3, remark="两只狗")]
    assert _outcomes(phone.send(*records)) == ["added", "added"]
    assert _outcomes(phone.send(*records)) == ["unchanged", "unchanged"]
    store = folder.store()
    results = store.results.results(current=False)
    assert list(results["score"]) == [10.0, 6.0]
    assert set(results["inspector"]) == {"I1"}
    assert set(results["version"]) == {"2026"}
    assert list(results["n_breaches"]) == [0, 3]
    # a failing item is a violation, once
    assert list(store.violations().index) == [f"{FIRST}/B"]
    store.close()


def test_a_higher_revision_takes_the_place_and_a_lower_one_comes_late(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    phone, point_id = Phone(folder, "li"), stops["I1"][0]
    assert _outcomes(phone.send(_record(point_id))) == ["added"]
    assert _outcomes(phone.send(_record(point_id, revision=3, n_breaches=1))) == ["superseded"]
    answer = phone.send(_record(point_id, revision=2, n_breaches=None))
    assert _outcomes(answer) == ["late"]
    assert answer.json()["records"][0]["newest"] == 3


def test_a_conflict_shows_both_sides_and_writes_nothing(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    phone, point_id = Phone(folder, "li"), stops["I1"][0]
    phone.send(_record(point_id))
    answer = phone.send(
        _record(point_id, n_breaches=1, remark="灯坏"), _record(point_id, item_id="B")
    )
    assert _outcomes(answer) == ["conflict", "added"]
    differences = {
        each["field"]: (each["there"], each["came"])
        for each in answer.json()["records"][0]["differences"]
    }
    assert differences["n_breaches"] == ("0", "1")
    assert differences["remark"] == ("", "灯坏")
    store = folder.store()
    assert list(store.results.results()["n_breaches"]) == [0, 0]
    store.close()


def test_points_of_others_are_answered_like_points_that_do_not_exist(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    phone = Phone(folder, "li")
    (foreign, *_) = sorted(set(stops["I2"]) - set(stops["I1"]))
    answers = [phone.send(_record(point_id)) for point_id in (foreign, "NOT-THERE")]
    assert [answer.status_code for answer in answers] == [404, 404]
    told = [answer.text.replace(foreign, "X").replace("NOT-THERE", "X") for answer in answers]
    assert told[0] == told[1]
    # whatever else came with it was not entered either
    assert phone.send(_record(stops["I1"][0]), _record(foreign)).status_code in (404, 422)
    store = folder.store()
    assert store.results.results().empty
    store.close()


def test_nobody_learns_of_inspections_elsewhere_by_their_ids(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    (foreign, *_) = sorted(set(stops["I2"]) - set(stops["I1"]))
    assert _outcomes(Phone(folder, "wu").send(_record(foreign, remark="秘密"))) == ["added"]
    answer = Phone(folder, "li").send(_record(stops["I1"][0], revision=2))
    assert answer.status_code == 404
    assert "秘密" not in answer.text


def test_results_of_yesterday_are_taken_for_the_route_of_yesterday(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    phone = Phone(folder, "li", OVER + timedelta(days=1))
    assert _outcomes(phone.send(_record(stops["I1"][0]))) == ["added"]
    other_day = _record(stops["I1"][0], inspection_id=SECOND, inspected_at="2026-11-24T09:10:00Z")
    assert phone.send(other_day).status_code == 422
    other_day["inspected_at"] = "2026-11-24T09:10:00+08:00"
    assert phone.send(other_day).status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"item_id": "Z"}, "Z"),
        ({"n_breaches": 2}, "A"),
        ({"inspected_at": "2026-11-23T12:00:00+08:00"}, "12:00"),
        ({"inspected_at": "2026-11-23T09:00:00"}, "inspected_at"),
        ({"revision": 0}, "revision"),
        ({"inspection_id": "I-17"}, "inspection_id"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    folder: CityFolder, stops: dict[str, list[str]], changes: dict[str, Any], told: str
) -> None:
    answer = Phone(folder, "li").send(_record(stops["I1"][0], **changes))
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_visit_is_told_piece_by_piece_and_never_rewritten(
    folder: CityFolder, stops: dict[str, list[str]]
) -> None:
    phone = Phone(folder, "li")
    visit = {"inspection_id": FIRST, "point_id": stops["I1"][0], "arrived_at": AT}
    ended = {**visit, "finished_at": "2026-11-23T09:20:00+08:00"}
    placed = {**ended, "lon": 112.5, "lat": 32.8, "accuracy_m": 8.5}
    moved = {**placed, "lon": 112.6}
    answers = [phone.send(visits=(each,)).json()["visits"][0]
               for each in (visit, visit, ended, placed, visit, moved)]  # fmt: skip
    assert [answer["outcome"] for answer in answers] == [
        "added", "unchanged", "completed", "completed", "unchanged", "conflict",
    ]  # fmt: skip
    assert answers[-1]["differences"] == [{"field": "lon", "there": "112.5", "came": "112.6"}]
    store = folder.store()
    (row,) = store.fieldwork.visits()
    assert (row["lon"], row["visitor"]) == (112.5, "li")
    assert row["finished_at"] == datetime(2026, 11, 23, 1, 20)
    store.close()


# ---- photos ----


def test_a_photo_is_kept_under_its_hash_with_the_time_and_place_sent_beside_it(
    folder: CityFolder,
) -> None:
    phone, content = Phone(folder, "li"), _jpeg()
    told = {"taken_at": "2026-11-23T09:11:12", "lon": 112.5, "lat": 32.8}
    answer = phone.photo(content, **told)
    assert answer.status_code == 200, answer.text
    kept = answer.json()
    assert (kept["outcome"], kept["kind"], kept["width"]) == ("added", "jpeg", 64)
    assert kept["taken_at"] == "2026-11-23T09:11:12+08:00"
    assert folder.photos.content(sha256(content).hexdigest()) == content
    assert phone.photo(content, **told).json()["outcome"] == "unchanged"


@pytest.mark.parametrize(
    ("content", "digest", "status"),
    [
        (_jpeg(), "0" * 64, 422),
        (_jpeg(), "../" + "0" * 61, 404),
        (b"#!/bin/sh\nrm -rf /", "", 422),
        (b"\xff\xd8\xff" + b"cut off", "", 422),
        (b"", "", 422),
    ],
)
def test_what_is_no_whole_photo_is_refused_and_not_kept(
    folder: CityFolder, content: bytes, digest: str, status: int
) -> None:
    assert Phone(folder, "li").photo(content, digest).status_code == status
    assert not folder.photos.path.exists()


def test_the_worker_may_fetch_from_the_service_alone(folder: CityFolder) -> None:
    phone = Phone(folder, "li")
    worker = phone.client.get("/service-worker.js")
    assert worker.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert worker.headers["Content-Type"].startswith("text/javascript")
    manifest = phone.client.get("/manifest.webmanifest").json()
    assert manifest["start_url"] == "/app/inspect"
    icon = phone.client.get(manifest["icons"][0]["src"])
    assert icon.headers["Content-Type"].startswith("image/svg+xml")
