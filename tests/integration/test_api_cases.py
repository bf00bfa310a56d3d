"""Cases over the service: who may see and do what, in which order, once."""

from __future__ import annotations

import html
import io
import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token
from geoinspect.responsibility import assign

if TYPE_CHECKING:
    from pathlib import Path

HERE = "http://127.0.0.1:8000"
# a Monday, 09:00 in the city
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
UNIT = "U3"


def photo(shade: int, kind: str = "JPEG") -> bytes:
    """A picture of noise that no other shade looks like."""
    pixels = np.random.default_rng(shade).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


@dataclass
class Town:
    """The tiny town, its service, and a clock."""

    folder: CityFolder
    now: datetime = NOW
    own: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def person(self, user_id: str) -> Person:
        return Person(self, user_id)


class Person:
    """Somebody signed in."""

    def __init__(self, town: Town, user_id: str) -> None:
        app = create_app(town.folder, clock=lambda: town.now)
        self.client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
        store = town.folder.store()
        session = store.signing.open_session(user_id, now=town.now)
        store.close()
        self.client.cookies.set("geoinspect_session", session)
        self.client.headers["X-CSRF-Token"] = csrf_token(session)

    def tag(self, case_id: str) -> str:
        return self.client.get(f"/cases/{case_id}").headers.get("ETag", '"none"')

    def do(self, case_id: str, step: str, **sent: Any) -> Any:
        """Take a step on the version that is there now."""
        headers = {"If-Match": self.tag(case_id), **sent.pop("headers", {})}
        return self.client.post(f"/cases/{case_id}/{step}", headers=headers, **sent)


@pytest.fixture(scope="module")
def quiet_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town before anything is done about its violations; tests work on copies."""
    folder = CityFolder.create(tmp_path_factory.mktemp("town") / "city", name="小镇")
    store = folder.store()
    store.merge_points(tinytown.points())
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    store.merge_violations(tinytown.violations())
    assigned = assign(store.points(), store.districts(), store.units())
    store.replace_assignments(assigned)
    for account in (
        Account("supervisor", "李四", Role.SUPERVISOR),
        Account("supervisor-2", "周八", Role.SUPERVISOR),
        Account("leader", "钱七", Role.LEADER),
        Account("unit", "王五", Role.UNIT, offices=frozenset({UNIT})),
        Account("unit-head", "赵六", Role.UNIT, offices=frozenset({UNIT}), approves=True),
        Account(
            "unit-other", "孙九", Role.UNIT, offices=frozenset({"U0", "U1", "U2"}), approves=True
        ),
        Account("inspector", "吴十", Role.INSPECTOR, inspector_id="I1"),
        Account("auditor", "郑一", Role.AUDITOR),
        Account("security", "褚二", Role.SECURITY),
    ):
        store.people.add(account)
    units = store.violations()["point_id"].map(assigned["unit_id"])
    store.close()
    own = sorted(units.index[units == UNIT])
    other = sorted(units.index[units.notna() & (units != UNIT)])
    return Town(folder, own=own, other=other)


@pytest.fixture
def town(quiet_town: Town, tmp_path: Path) -> Town:
    """A copy that a test may change."""
    path = shutil.copytree(quiet_town.folder.path, tmp_path / "city")
    return replace(quiet_town, folder=CityFolder.open(path))


@pytest.fixture
def case_id(town: Town) -> str:
    """A violation of the unit, with a notice."""
    (one, *_) = town.own
    answer = town.person("supervisor").do(one, "notices", json={"defect": "conduct"})
    assert answer.status_code == 200, answer.text
    town.now += timedelta(hours=1)
    return one


def _reply(person: Person, case_id: str, **sent: Any) -> Any:
    files = [("photos", ("改后.jpg", photo(1), "image/jpeg"))]
    return person.do(case_id, "replies", data={"text": "已清理"}, files=files, **sent)


def test_a_case_goes_from_notice_to_closing(town: Town, case_id: str) -> None:
    unit, head, office = (town.person(p) for p in ("unit", "unit-head", "supervisor"))
    seen = unit.client.get(f"/cases/{case_id}").json()
    assert (seen["state"], seen["steps"]) == ("notified", ["reply"])
    assert seen["notice"]["number"] == "创办整改〔2026〕1号"
    assert seen["deadline"] > "2026-11-23"
    replied = _reply(unit, case_id).json()
    assert (replied["state"], replied["steps"]) == ("replied", ["reply"])
    assert replied["moves"][-1]["text"] == "已清理"
    assert head.client.get(f"/cases/{case_id}").json()["steps"] == ["reply", "approve", "reject"]
    approved = head.do(case_id, "approvals", json={"approved": True}).json()
    assert (approved["state"], approved["steps"]) == ("approved", [])
    closed = office.do(case_id, "reinspections", data={"passed": "true"}).json()
    assert (closed["state"], closed["steps"]) == ("closed", [])
    assert [move["act"] for move in closed["moves"]] == [
        "notify", "reply", "approve", "reinspect", "close",
    ]  # fmt: skip


def test_what_comes_back_after_its_closing_is_listed_and_linked(town: Town, case_id: str) -> None:
    _reply(town.person("unit"), case_id)
    town.person("unit-head").do(case_id, "approvals", json={"approved": True})
    office = town.person("supervisor")
    assert office.do(case_id, "reinspections", data={"passed": "true"}).json()["state"] == "closed"

    store = town.folder.store()
    again = store.violations().loc[[case_id]].rename(index={case_id: "V90"})
    town.now += timedelta(days=9)
    store.merge_violations(again.assign(found_at=town.now))
    store.close()
    # a new session: the one of before is over
    office, unit = town.person("supervisor"), town.person("unit")
    assert office.client.get("/cases", params={"which": "relapsed"}).json()["cases"] == []
    assert office.do("V90", "notices", json={"defect": "conduct"}).status_code == 200
    for one in (office, unit):
        listed = one.client.get("/cases", params={"which": "relapsed"}).json()["cases"]
        assert [each["case_id"] for each in listed] == ["V90"]
    assert f'href="/app/problems/{case_id}"' in office.client.get("/app/problems/V90").text
    assert "结案 9 天后" in unit.client.get(f"/app/problems/{case_id}").text
    assert "V90" in office.client.get("/app/problems", params={"which": "relapsed"}).text
    other = town.person("unit-other").client.get("/cases", params={"which": "relapsed"}).json()
    assert other["numberMatched"] == 0


def test_a_case_that_is_not_put_right_comes_back_with_a_new_deadline(
    town: Town, case_id: str
) -> None:
    _reply(town.person("unit"), case_id)
    town.person("unit-head").do(case_id, "approvals", json={"approved": True})
    office = town.person("supervisor")
    wordless = office.do(case_id, "reinspections", data={"passed": "false"})
    assert wordless.status_code == 422
    town.now += timedelta(days=10)
    office = town.person("supervisor")
    back = office.do(case_id, "reinspections", data={"passed": "false", "note": "仍有垃圾"}).json()
    assert (back["state"], back["returns"]) == ("returned", 1)
    assert back["deadline"] > "2026-12-03"
    assert back["moves"][-2]["passed"] is False


def test_the_list_has_filters_and_knows_what_is_late(town: Town, case_id: str) -> None:
    town.now += timedelta(days=30)
    office, unit = town.person("supervisor"), town.person("unit")
    late = office.client.get("/cases", params={"which": "overdue"}).json()
    assert [case["case_id"] for case in late["cases"]] == [case_id]
    assert late["cases"][0]["working_days_left"] < 0
    n_all = office.client.get("/cases").json()["numberMatched"]
    assert n_all == len(tinytown.violations())
    page = office.client.get("/cases", params={"limit": 2, "offset": 1}).json()
    assert (page["numberMatched"], page["numberReturned"]) == (n_all, 2)
    mine = unit.client.get("/cases", params={"which": "mine"}).json()
    assert [case["case_id"] for case in mine["cases"]] == [case_id]
    found = office.client.get("/cases", params={"state": "found"}).json()
    assert found["numberMatched"] == n_all - 1


def test_a_unit_sees_its_own_cases_only(town: Town, case_id: str) -> None:
    unit, other = town.person("unit"), town.person("unit-other")
    listed = {case["case_id"] for case in unit.client.get("/cases").json()["cases"]}
    assert listed == set(town.own)
    for step, sent in (
        ("replies", {"data": {"text": "已清理"}}),
        ("approvals", {"json": {"approved": True}}),
    ):
        hidden = other.do(case_id, step, **sent)
        nowhere = other.do("no-such-case", step, **sent)
        assert (hidden.status_code, nowhere.status_code) == (404, 404)
        assert hidden.json()["detail"].replace(case_id, "no-such-case") == nowhere.json()["detail"]
    assert other.client.get(f"/cases/{case_id}").status_code == 404


def test_a_case_stays_with_the_unit_that_it_is_held_against(town: Town, case_id: str) -> None:
    store = town.folder.store()
    assigned = store.assignments()
    assert assigned is not None
    store.replace_assignments(assigned.assign(unit_id="U1"))
    store.close()
    assert _reply(town.person("unit"), case_id).status_code == 200
    assert town.person("unit-other").client.get(f"/cases/{case_id}").status_code == 404


@pytest.mark.parametrize("who", ["unit", "unit-head", "leader", "auditor", "inspector"])
@pytest.mark.parametrize("step", ["notices", "dismissals", "escalations", "decisions"])
def test_nobody_but_the_office_runs_cases(town: Town, case_id: str, who: str, step: str) -> None:
    body = {"defect": "conduct"} if step == "notices" else {"reason": "x", "closed": True}
    answer = town.person(who).do(case_id, step, json=body)
    assert answer.status_code == 403


def test_a_unit_cannot_close_its_own_case(town: Town, case_id: str) -> None:
    unit, head = town.person("unit"), town.person("unit-head")
    _reply(unit, case_id)
    head.do(case_id, "approvals", json={"approved": True})
    for person in (unit, head):
        for step in ("reinspections", "decisions"):
            sent = {"data": {"passed": "true"}} if step == "reinspections" else {}
            sent = sent or {"json": {"closed": True}}
            assert person.do(case_id, step, **sent).status_code == 403
    assert unit.client.get(f"/cases/{case_id}").json()["state"] == "approved"


def test_an_account_that_does_not_lead_its_unit_cannot_approve(town: Town, case_id: str) -> None:
    _reply(town.person("unit-head"), case_id)
    unit = town.person("unit")
    assert unit.client.get(f"/cases/{case_id}").json()["steps"] == ["reply"]
    answer = unit.do(case_id, "approvals", json={"approved": True})
    assert (answer.status_code, answer.json()["error"]) == (403, "ForbiddenError")
    assert unit.client.get(f"/cases/{case_id}").json()["state"] == "replied"


def test_a_leader_cannot_approve_the_own_reply(town: Town, case_id: str) -> None:
    head = town.person("unit-head")
    _reply(head, case_id)
    assert head.client.get(f"/cases/{case_id}").json()["steps"] == ["reply", "reject"]
    answer = head.do(case_id, "approvals", json={"approved": True})
    assert answer.status_code == 409
    assert "负责人账号" in answer.json()["detail"]
    # and the page says the same to whoever sees the case
    for person in (head, town.person("supervisor")):
        page = html.unescape(person.client.get(f"/app/problems/{case_id}").text)
        assert "再添加一个可审批回复的账号" in page


def test_the_page_names_who_may_approve(town: Town, case_id: str) -> None:
    unit = town.person("unit")
    _reply(unit, case_id)
    assert "回复待 赵六 审批" in unit.client.get(f"/app/problems/{case_id}").text


def test_the_security_administrator_makes_an_account_lead_its_unit(
    town: Town, case_id: str
) -> None:
    _reply(town.person("unit-head"), case_id)
    security = town.person("security")
    changed = security.client.patch("/accounts/unit", json={"approves": True})
    assert changed.json()["approves"] is True
    refused = security.client.patch("/accounts/leader", json={"approves": True})
    assert refused.status_code == 422
    approved = town.person("unit").do(case_id, "approvals", json={"approved": True})
    assert approved.json()["state"] == "approved"


@pytest.mark.parametrize(
    ("who", "step", "sent"),
    [
        ("supervisor", "notices", {"json": {"defect": "conduct"}}),
        ("supervisor", "reinspections", {"data": {"passed": "true"}}),
        ("supervisor", "decisions", {"json": {"closed": True}}),
        ("unit-head", "approvals", {"json": {"approved": True}}),
    ],
)
def test_a_step_out_of_order_is_a_conflict_and_changes_nothing(
    town: Town, case_id: str, who: str, step: str, sent: dict[str, Any]
) -> None:
    person = town.person(who)
    before = person.client.get(f"/cases/{case_id}").json()
    answer = person.do(case_id, step, **sent)
    assert answer.status_code == 409
    assert answer.json()["error"] == "IllegalTransitionError"
    assert person.client.get(f"/cases/{case_id}").json() == before


def test_a_refused_reply_leaves_no_photo_behind(town: Town) -> None:
    answer = _reply(town.person("unit"), town.own[0])
    assert answer.status_code == 409
    assert not town.folder.photos.path.exists()


def test_a_step_names_the_version_that_it_was_made_for(town: Town, case_id: str) -> None:
    unit, head = town.person("unit"), town.person("unit-head")
    _reply(unit, case_id)
    read = head.tag(case_id)
    _reply(unit, case_id)
    path, body = f"/cases/{case_id}/approvals", {"approved": True}
    assert head.client.post(path, json=body).status_code == 428
    stale = head.client.post(path, json=body, headers={"If-Match": read})
    assert stale.status_code == 412
    assert head.do(case_id, "approvals", json=body).status_code == 200


def test_a_step_that_is_sent_again_under_its_key_is_done_once(town: Town, case_id: str) -> None:
    unit = town.person("unit")
    sent = {"Idempotency-Key": "reply-0001", "If-Match": unit.tag(case_id)}
    first, again = (_reply(unit, case_id, headers=sent) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.content == again.content
    assert len(unit.client.get(f"/cases/{case_id}").json()["moves"]) == 2


def test_a_photo_is_given_to_those_who_see_its_case_and_to_nobody_else(
    town: Town, case_id: str
) -> None:
    unit, other, office = (town.person(p) for p in ("unit", "unit-other", "supervisor"))
    (shown,) = _reply(unit, case_id).json()["moves"][-1]["photos"]
    for person in (unit, office):
        answer = person.client.get(shown["href"])
        assert (answer.content, answer.headers["Content-Type"]) == (photo(1), "image/jpeg")
    assert other.client.get(shown["href"]).status_code == 404
    elsewhere = f"/cases/{town.own[-1]}/photos/{shown['sha256']}"
    assert office.client.get(elsewhere).status_code == 404
    nowhere = f"/cases/{case_id}/photos/{'0' * 64}"
    assert office.client.get(nowhere).status_code == 404
    assert town.person("inspector").client.get(shown["href"]).status_code == 404
    assert town.person("auditor").client.get(shown["href"]).status_code == 403


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"<script>alert(1)</script>", "a.jpg"), (photo(3)[:900], "b.jpg"), (b"%PDF-1.7", "c.png")],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(
    town: Town, case_id: str, content: bytes, name: str
) -> None:
    unit = town.person("unit")
    files = [("photos", ("gut.png", photo(2, "PNG"))), ("photos", (name, content, "image/jpeg"))]
    answer = unit.do(case_id, "replies", data={"text": "已清理"}, files=files)
    assert answer.status_code == 422
    assert name in answer.json()["detail"]
    assert not town.folder.photos.path.exists()
    assert unit.client.get(f"/cases/{case_id}").json()["state"] == "notified"


def test_a_photo_that_is_too_large_is_refused(town: Town, case_id: str) -> None:
    unit = town.person("unit")
    files = [("photos", ("groß.jpg", photo(1) + b"\0" * 20_000_000))]
    answer = unit.do(case_id, "replies", data={"text": "已清理"}, files=files)
    assert answer.status_code == 422
    assert "20 MB" in answer.json()["detail"]
    many = [("photos", (f"{k}.jpg", photo(k))) for k in range(10)]
    assert unit.do(case_id, "replies", data={"text": "已"}, files=many).status_code == 422


def test_the_office_adds_photos_of_the_finding(town: Town, case_id: str) -> None:
    office = town.person("supervisor")
    files = [("photos", ("发现.png", photo(5, "PNG")))]
    (shown,) = office.client.post(f"/cases/{case_id}/photos", files=files).json()["photos"]
    assert (shown["use"], shown["kind"]) == ("finding", "png")
    early = office.client.post(f"/cases/{town.own[-1]}/photos", files=files)
    assert early.status_code == (200 if town.own[-1] == case_id else 422)
    assert town.person("unit").client.post(
        f"/cases/{case_id}/photos", files=files
    ).status_code == 403  # fmt: skip


def test_a_violation_that_is_none_is_dismissed_without_a_notice(town: Town) -> None:
    office = town.person("supervisor")
    answer = office.do(town.other[0], "dismissals", json={"reason": "重复登记"})
    assert (answer.status_code, answer.json()["state"]) == (200, "dismissed")
    assert office.do(town.own[0], "dismissals", json={"reason": "  "}).status_code == 422


def test_the_office_takes_a_case_to_a_higher_level(town: Town, case_id: str) -> None:
    office = town.person("supervisor")
    answer = office.do(case_id, "escalations", json={"reason": "逾期"})
    assert answer.json()["state"] == "escalated"
    assert "reply" in town.person("unit").client.get(f"/cases/{case_id}").json()["steps"]


def test_a_place_that_nobody_answers_for_gets_no_notice(town: Town) -> None:
    office = town.person("supervisor")
    nobodys = [v for v in tinytown.violations().index if v not in (*town.own, *town.other)]
    answer = office.do(nobodys[0], "notices", json={"defect": "hardware"})
    assert answer.status_code == 422
    assert not town.folder.store().cases.has(nobodys[0])


def test_an_inspector_inspects_again_at_the_stops_of_the_own_route_and_the_office_decides(
    town: Town, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _reply(town.person("unit"), case_id)
    town.person("unit-head").do(case_id, "approvals", json={"approved": True})
    inspector = town.person("inspector")
    assert inspector.client.get(f"/cases/{case_id}").status_code == 404
    point = town.folder.store().cases.case(case_id).facts.point_id
    own = {"date": "2026-11-23", "routes": [{"stops": [{"point_id": point}]}]}
    monkeypatch.setattr("geoinspect.api.sight.Sight.own_routes", lambda _sight: own)
    seen = inspector.client.get(f"/cases/{case_id}").json()
    assert seen["steps"] == ["reinspect"]
    looked = inspector.do(case_id, "reinspections", data={"passed": "true"}).json()
    assert (looked["state"], looked["moves"][-1]["passed"]) == ("reinspected", True)
    office = town.person("supervisor")
    assert office.do(case_id, "decisions", json={"closed": False}).status_code == 422
    assert office.do(case_id, "decisions", json={"closed": True}).json()["state"] == "closed"


# ---- pages ----


def _tabs(page: str) -> dict[str, int]:
    """How many problems each filter of the list holds."""
    found = re.findall(r'which=(\w+)[^>]*>[^<]*<span class="count">(\d+)<', page)
    return {which: int(n) for which, n in found}


def test_the_list_of_problems_is_filtered_and_searched(town: Town, case_id: str) -> None:
    page = town.person("supervisor").client.get("/app/problems").text
    n_all = len(tinytown.violations())
    # what has no notice yet waits for the office, and what the unit owes does not
    none = {"overdue": 0, "relapsed": 0}
    assert _tabs(page) == {"open": n_all, "mine": n_all - 1, **none, "all": n_all}
    assert page.index(f"/app/problems/{case_id}") < page.index("/app/problems/V01")
    town.now += timedelta(days=30)
    office = town.person("supervisor").client
    late = office.get("/app/problems", params={"which": "overdue"}).text
    assert set(re.findall(r"/app/problems/(V\d+)", late)) == {case_id}
    words = {"which": "all", "words": "no such words"}
    nothing = office.get("/app/problems", params=words).text
    assert "/app/problems/V" not in nothing
    assert "which=overdue&amp;words=no+such+words" in nothing
    assert office.get("/app/problems", params={"which": "x"}).status_code == 422


def test_a_unit_finds_its_problems_and_no_others(town: Town, case_id: str) -> None:
    unit = town.person("unit").client
    page = unit.get("/app/problems").text
    assert set(re.findall(r"/app/problems/(V\d+)", page)) == set(town.own)
    assert unit.get(f"/app/problems/{case_id}").status_code == 200
    assert unit.get(f"/app/problems/{town.other[0]}").status_code == 404


def _forms(person: Person, case_id: str) -> list[str]:
    """Steps that a page offers."""
    page = person.client.get(f"/app/problems/{case_id}").text
    return re.findall(rf'data-api="/cases/{case_id}/(\w+)" data-match', page)


def test_a_page_offers_what_its_reader_may_do_now(town: Town, case_id: str) -> None:
    unit, head, office, leader = (
        town.person(p) for p in ("unit", "unit-head", "supervisor", "leader")
    )
    assert _forms(office, town.own[-1]) == ["notices", "dismissals"]
    assert _forms(unit, case_id) == ["replies"]
    assert _forms(office, case_id) == ["escalations", "dismissals"]
    assert _forms(leader, case_id) == []
    _reply(unit, case_id)
    assert _forms(unit, case_id) == ["replies"]
    assert _forms(head, case_id) == ["replies", "approvals", "approvals"]
    head.do(case_id, "approvals", json={"approved": True})
    assert _forms(office, case_id) == ["reinspections", "dismissals"]
    assert _forms(unit, case_id) == []


def test_a_page_carries_the_version_that_it_shows(town: Town, case_id: str) -> None:
    unit = town.person("unit")
    page = unit.client.get(f"/app/problems/{case_id}").text
    (tag,) = re.findall(r"data-match='([^']+)'", page)
    assert html.unescape(tag) == unit.tag(case_id).replace("-gzip", "")


def test_signs_of_sham_closure_are_hints_for_the_office_only(town: Town, case_id: str) -> None:
    unit, office = town.person("unit"), town.person("supervisor")
    files = [("photos", ("发现.jpg", photo(1)))]
    office.client.post(f"/cases/{case_id}/photos", files=files)
    _reply(unit, case_id)
    told = "此前已用于问题"
    assert told in office.client.get(f"/app/problems/{case_id}").text
    assert told in town.person("leader").client.get(f"/app/problems/{case_id}").text
    assert told not in unit.client.get(f"/app/problems/{case_id}").text


def test_the_first_page_tells_units_what_they_owe_and_the_office_what_is_late(
    town: Town, case_id: str
) -> None:
    own = re.findall(r"/app/problems/(V\d+)", town.person("unit").client.get("/app").text)
    assert own == [case_id]
    office = town.person("supervisor").client.get("/app").text
    assert f"/app/problems/{case_id}" not in office
    town.now += timedelta(days=30)
    office = town.person("supervisor").client.get("/app").text
    assert f"/app/problems/{case_id}" in office
    assert "逾期 1 件" in office
    page = town.person("supervisor").client.get(f"/app/problems/{case_id}").text
    assert "按规定应升级督办" in page
