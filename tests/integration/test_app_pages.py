"""The pages of the application: who gets them, what they show, and what they may load."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.api.pages.rendering import APP_POLICY, NAVIGATION, STATIC_FILES, static_url
from geoinspect.cityfolder import CityFolder
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password
from geoinspect.people.rights import GRANTS

if TYPE_CHECKING:
    from pathlib import Path

HERE = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery 9"
HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'&"
# between the draw and the release of the plan of the tiny town, and after it
BEFORE = datetime(2026, 11, 22, 10, tzinfo=UTC)
AFTER = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
PEOPLE = {
    Role.SUPERVISOR: {},
    Role.LEADER: {},
    Role.UNIT: {"offices": frozenset({"U3"})},
    Role.INSPECTOR: {"inspector_id": "I1"},
    Role.ADMINISTRATOR: {},
    Role.SECURITY: {},
    Role.AUDITOR: {},
}


@pytest.fixture(scope="module")
def folder(planned_city: Path, tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The planned tiny town with an account of each role."""
    path = tmp_path_factory.mktemp("app") / "city"
    shutil.copytree(planned_city, path)
    folder = CityFolder.open(path)
    store = folder.store()
    hashed = hash_password(PASSWORD)
    for role, scope in PEOPLE.items():
        store.people.add(Account(role.value, HOSTILE, role, password_hash=hashed, **scope))
    store.close()
    return folder


def _client(folder: CityFolder, role: Role | None, now: datetime = BEFORE) -> TestClient:
    app = create_app(folder, clock=lambda: now)
    client = TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)
    if role is not None:
        form = {"user_id": role.value, "password": PASSWORD}
        assert client.post("/sign-in", data=form, headers={"Origin": HERE}).status_code == 303
    return client


def _page_paths() -> list[str]:
    return [entry.path for entry in NAVIGATION] + ["/app/days/2026-11-23", "/app/days/2026-11-24"]


@pytest.mark.parametrize("role", Role)
def test_each_way_in_the_navigation_is_open_and_no_other(folder: CityFolder, role: Role) -> None:
    client = _client(folder, role)
    shown = set(re.findall(r'<a href="(/app[^"]*)"', client.get("/app").text.split("<main")[0]))
    for entry in NAVIGATION:
        allowed = not entry.permissions or bool(GRANTS[role] & set(entry.permissions))
        assert (entry.path in shown) == allowed
        assert client.get(entry.path).status_code == (200 if allowed else 403)


def test_whoever_is_not_signed_in_is_led_to_the_door(folder: CityFolder) -> None:
    client = _client(folder, None)
    for path in _page_paths():
        answer = client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("role", Role)
def test_a_page_loads_nothing_but_files_of_the_service_and_escapes_names(
    folder: CityFolder, role: Role
) -> None:
    client = _client(folder, role)
    for path in _page_paths():
        answer = client.get(path)
        if answer.status_code == 200:
            assert answer.headers["Content-Security-Policy"] == APP_POLICY
            assert HOSTILE not in answer.text
            assert not re.search(r"<(script|style)>|\son\w+=\"|\sstyle=\"|javascript:", answer.text)
            loaded = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
            assert all(address.startswith(("/", "#", "data:,")) for address in loaded)


def test_static_files_are_kept_for_ever_and_no_other_file_is_given(folder: CityFolder) -> None:
    client = _client(folder, None)
    for name in STATIC_FILES:
        answer = client.get(static_url(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    css = static_url("css/app.css")
    digest = css.split("/")[2]
    for wrong in (css.replace(digest, "0" * 12), f"/static/{digest}/../../settings.py",
                  f"/static/{digest}/templates/app/base.html.j2"):  # fmt: skip
        assert client.get(wrong).status_code == 404


def test_before_the_release_a_supervisor_sees_that_a_day_is_drawn_and_no_stop(
    folder: CityFolder,
) -> None:
    client = _client(folder, Role.SUPERVISOR)
    page = client.get("/app/days/2026-11-23").text
    names = set(folder.store().points()["name"])
    assert not [name for name in names if name in page]
    assert "11-23 08:30" in page
    routes = client.get("/app/routes").text
    assert not [name for name in names if name in routes]


def test_after_the_release_the_timetable_is_there(folder: CityFolder) -> None:
    client = _client(folder, Role.SUPERVISOR, AFTER)
    page = client.get("/app/days/2026-11-23").text
    names = set(folder.store().points()["name"])
    assert len([name for name in names if name in page]) >= 2
    routes = client.get("/app/routes").text
    assert len([name for name in names if name in routes]) >= 2


def test_a_unit_sees_its_own_points_and_no_days(folder: CityFolder) -> None:
    client = _client(folder, Role.UNIT, AFTER)
    assignments = folder.store().assignments()
    points = folder.store().points()
    own = set(points.loc[assignments.index[assignments["unit_id"] == "U3"], "name"])
    page = client.get("/app/points").text
    assert {name for name in points["name"] if name in page} == own
    assert client.get("/app/days").status_code == 403


def test_points_are_found_by_words_and_category(folder: CityFolder) -> None:
    client = _client(folder, Role.SUPERVISOR)
    points = folder.store().points()
    one = points.iloc[0]
    page = client.get("/app/points", params={"words": one["name"], "category": one["category"]})
    assert one["name"] in page.text
    assert client.get("/app/points", params={"words": "no such place"}).text.count("<tr>") == 0


def test_the_language_of_a_reader_is_kept_and_leads_back_to_this_service_only(
    folder: CityFolder,
) -> None:
    client = _client(folder, Role.LEADER)
    answer = client.get("/app/language", params={"to": "en", "back": "/app/points"})
    assert answer.headers["location"] == "/app/points"
    assert '<html lang="en">' in client.get("/app").text
    for away in ("https://evil.example/", "//evil.example", "evil"):
        answer = client.get("/app/language", params={"to": "zh", "back": away})
        assert answer.headers["location"] == "/app"


def test_a_wrong_password_is_told_on_the_page(folder: CityFolder) -> None:
    client = _client(folder, None)
    form = {"user_id": "leader", "password": "wrong"}
    answer = client.post("/sign-in", data=form, headers={"Origin": HERE})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text


def test_a_job_of_somebody_else_is_no_page(folder: CityFolder) -> None:
    store = folder.store()
    job = store.jobs.add("assign", {}, made_by="somebody", at=BEFORE)
    mine = store.jobs.add("assign", {}, made_by="supervisor", at=BEFORE)
    store.close()
    client = _client(folder, Role.SUPERVISOR)
    assert client.get(f"/app/jobs/{job.job_id}").status_code == 404
    assert "hx-get" in client.get(f"/app/jobs/{mine.job_id}").text


def test_a_foreign_page_cannot_act_for_whoever_sits_at_this_machine(planned_city: Path) -> None:
    client = TestClient(create_app(CityFolder.open(planned_city)), base_url=HERE)
    answer = client.post("/assignments", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_leader_reads_a_report_and_takes_it_along(folder: CityFolder) -> None:
    client = _client(folder, Role.LEADER, AFTER)
    page = client.get("/app/reports", params={"kind": "annual", "date": "2026-11-01"}).text
    [frame] = re.findall(r'<iframe[^>]*src="([^"]+)"', page)
    shown = client.get(frame.replace("&amp;", "&"))
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    numbers = client.get("/reports/annual", params={"date": "2026-11-01"}).json()
    texts = {figure["figure_id"]: figure["text"] for figure in numbers["figures"]}
    assert f'data-figure="violations">{texts["violations"]}<' in shown.text
    for form, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK")):
        answer = client.get(f"/reports/annual/files/{form}", params={"date": "2026-11-01"})
        assert answer.content.startswith(start)
    assert [row.object for row in folder.store().audit.rows("export")][-1].endswith(".xlsx")


#: Ends of ids of figures that count their records.
_COUNTS = {"inspections", "violations", "grave", "points", "inspected", "never"}


def test_every_counted_figure_leads_to_its_records(folder: CityFolder) -> None:
    client = _client(folder, Role.LEADER, AFTER)
    day = {"date": "2026-11-01"}
    figures = client.get("/reports/annual", params=day).json()["figures"]
    without = [figure for figure in figures if not figure["has_records"]]
    assert [figure for figure in without if figure["value"] is not None] == []
    counted = [
        figure
        for figure in figures
        if figure["figure_id"].rpartition("/")[2] in _COUNTS and figure["figure_id"] != "points"
    ]
    assert len(counted) > 10
    for figure in counted:
        query = {**day, "figure": figure["figure_id"]}
        found = client.get("/reports/annual/records", params=query).json()
        assert found["total"] == figure["value"], figure


def test_a_page_of_a_report_leads_to_the_records_behind_its_figures(folder: CityFolder) -> None:
    client = _client(folder, Role.LEADER, AFTER)
    page = client.get("/reports/annual/files/html", params={"date": "2026-11-01"}).text
    links = {
        unescape(key): unescape(address)
        for address, key in re.findall(r'<a href="([^"]+)"[^>]* data-figure="([^"]+)"', page)
    }
    kinds = {key.rpartition("/")[2]: key for key in links}
    assert {"violations", "rate", "share", "inspected", "never"} <= kinds.keys()
    for name in ("violations", "rate", "never"):
        shown = client.get(links[kinds[name]])
        assert shown.status_code == 200, kinds[name]
        value = re.findall(r'class="lead">([^<]*) · ', shown.text)
        assert value == re.findall(rf'data-figure="{re.escape(kinds[name])}">([^<]*)<', page)
    nowhere = {"kind": "annual", "date": "2026-11-01", "figure": "unit_id/nobody/rate"}
    assert client.get("/app/reports/records", params=nowhere).status_code == 404


def test_a_unit_reads_its_own_scorecard_and_no_other_report(folder: CityFolder) -> None:
    client = _client(folder, Role.UNIT, AFTER)
    own = client.get("/reports/scorecard", params={"date": "2026-11-01", "unit": "U3"})
    assert own.status_code == 200
    assert "against" not in [table["table_id"] for table in own.json()["tables"]]
    for path, query in (
        ("/reports/annual", {"date": "2026-11-01"}),
        ("/reports/scorecard", {"date": "2026-11-01", "unit": "U1"}),
        ("/reports/scorecard", {"date": "2026-11-01", "unit": "U-none"}),
        ("/reports/annual/files/pdf", {"date": "2026-11-01"}),
        ("/reports/annual/records", {"date": "2026-11-01", "figure": "violations"}),
    ):
        assert client.get(path, params=query).status_code == 404, path
    page = client.get("/app/reports", params={"date": "2026-11-01"}).text
    assert "annual" not in page
