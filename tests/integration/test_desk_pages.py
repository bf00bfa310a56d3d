"""A supervisor's desk: the day under way, why stops stay, the lottery; nothing before its time."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password
from geoinspect.store.fieldwork import Visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HERE = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery 9"
DAY = "2026-11-23"
BEFORE = datetime(2026, 11, 22, 10, tzinfo=UTC)
AFTER = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
NEXT_DAY = datetime(2026, 11, 24, 2, tzinfo=UTC)
Record = dict[str, Any]
Desk = "Callable[..., TestClient]"


@pytest.fixture(scope="module")
def folder(planned_city: Path, tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    path = tmp_path_factory.mktemp("desk") / "city"
    shutil.copytree(planned_city, path)
    folder = CityFolder.open(path)
    store = folder.store()
    hashed = hash_password(PASSWORD)
    store.people.add(Account("chief", "甲", Role.SUPERVISOR, password_hash=hashed))
    part = frozenset({"D1"})
    store.people.add(Account("part", "乙", Role.SUPERVISOR, districts=part, password_hash=hashed))
    store.close()
    return folder


@pytest.fixture(scope="module")
def plan(planned_city: Path) -> Record:
    record: Record = json.loads((planned_city / "plan.json").read_text(encoding="utf-8"))
    return record


@pytest.fixture(scope="module")
def desk(folder: CityFolder) -> Callable[..., TestClient]:
    """Return the function that signs somebody in at a time."""

    def sign_in(now: datetime, user_id: str = "chief") -> TestClient:
        app = create_app(folder, clock=lambda: now)
        client = TestClient(app, base_url=HERE, follow_redirects=False)
        form = {"user_id": user_id, "password": PASSWORD}
        assert client.post("/sign-in", data=form, headers={"Origin": HERE}).status_code == 303
        return client

    return sign_in


def _question(plan: Record, position: int = 1) -> dict[str, Any]:
    own = plan["routes"][0]
    return {
        "point_id": own["stops"][-1]["point_id"],
        "to_team_id": own["team_id"],
        "position": position,
    }


def test_why_a_stop_cannot_move_is_told_of_released_routes_only(desk: Any, plan: Record) -> None:
    address, question = f"/plans/{DAY}/what-if", _question(plan)
    sealed = desk(BEFORE).get(address, params=question)
    none = desk(BEFORE).get("/plans/2026-12-01/what-if", params=question)
    assert (sealed.status_code, sealed.text) == (404, none.text.replace("2026-12-01", DAY))
    told = desk(AFTER).get(address, params=question)
    assert told.status_code == 200
    assert told.json()["obstacles"][0]["code"] == "DRAW_BINDS"
    assert told.json()["teams"][0]["shift_end"] == "2026-11-23T10:00:00+08:00"


def test_whoever_sees_a_part_of_the_city_is_told_of_no_route_and_no_lottery(
    desk: Any, plan: Record
) -> None:
    client = desk(AFTER, "part")
    assert client.get(f"/plans/{DAY}/what-if", params=_question(plan)).status_code == 404
    assert client.get(f"/plans/{DAY}/standing").status_code == 404
    assert client.get("/app/lottery/measured").status_code == 404
    assert "city-map" not in client.get("/app/routes").text


def test_no_endpoint_orders_the_stops_of_a_day(folder: CityFolder) -> None:
    paths = create_app(folder).openapi()["paths"]
    acts = {
        path.removeprefix("/plans/{day}/")
        for path, methods in paths.items()
        if path.startswith("/plans") and set(methods) - {"get", "parameters"}
    }
    assert acts == {"commits", "reveals", "draws", "amendments"}


def test_a_wrong_question_is_told_in_one_sentence(desk: Any, plan: Record) -> None:
    client, address = desk(AFTER), f"/plans/{DAY}/what-if"
    unknown = client.get(address, params=_question(plan) | {"point_id": "TT99"})
    assert (unknown.status_code, "TT99" in unknown.json()["detail"]) == (404, True)
    same = client.get(address, params=_question(plan, len(plan["routes"][0]["stops"])))
    assert same.status_code == 422
    assert client.get(address, params=_question(plan, 0)).status_code == 422


def test_the_overview_counts_nothing_of_a_day_before_its_release(desk: Any, plan: Record) -> None:
    n = sum(len(route["stops"]) for route in plan["routes"])
    words = f"<small> / {n}</small>"
    early = desk(AFTER - timedelta(hours=2)).get("/app").text
    assert words not in early
    assert "Nobody sees a route before its release" in early
    assert words in desk(AFTER).get("/app").text
    evening = desk(BEFORE).get("/app").text
    assert words not in evening
    assert not [s for route in plan["routes"] for s in route["stops"] if s["name"] in evening]


def test_what_a_phone_returns_is_on_the_page_of_the_routes(
    folder: CityFolder, desk: Any, plan: Record
) -> None:
    stop = plan["routes"][0]["stops"][0]
    at = datetime.fromisoformat(stop["arrival"])
    now = (at + timedelta(minutes=14)).astimezone(UTC)
    client = desk(now)
    assert "nothing came back yet" in client.get("/app/routes/standing").text
    visit = Visit("v-1", stop["point_id"], at, at + timedelta(minutes=12))
    store = folder.store()
    store.fieldwork.add_visits([visit], "somebody")
    store.close()
    part = client.get("/app/routes/standing").text
    assert f"finished {at + timedelta(minutes=12):%H:%M}" in part
    team = client.get(f"/plans/{DAY}/standing").json()["teams"][0]
    assert (team["done"], team["rows"][0]["state"]) == (1, "done")


def test_the_lottery_report_ends_before_today(desk: Any) -> None:
    wanted = {"from": "2026-11-01", "to": "2026-11-30"}
    today = desk(AFTER).get("/app/lottery/measured", params=wanted).text
    assert "<table" not in today
    later = desk(NEXT_DAY).get("/app/lottery/measured", params=wanted).text
    assert "2026-11-23" in later
    assert later.count("<svg") >= 3
    turned = desk(NEXT_DAY).get("/app/lottery", params={"from": "2026-12-01"})
    assert turned.status_code == 422


def test_another_attempt_tells_what_it_costs_and_wants_a_second_person(desk: Any) -> None:
    page = desk(BEFORE).get(f"/app/days/{DAY}").text
    assert "It is attempt 2 of this day." in page
    assert "This month 0 attempts" in page
    field = page[page.index('name="witness_sha256"') :]
    assert " required" in field[: field.index(">")]
