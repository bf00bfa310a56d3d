"""The leader's pages: their numbers are the reports', and every number leads to its records."""

from __future__ import annotations

import base64
import json
import re
import shutil
from datetime import UTC, date, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.maps.events import unpack_counts, unpack_events
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import hash_password

if TYPE_CHECKING:
    from pathlib import Path

HERE = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery 9"
NOW = datetime(2026, 10, 19, 2, tzinfo=UTC)
QUARTER = {"kind": "quarterly", "date": "2026-10-15"}
_RECORDS = "/records?by=category&group=x"
PEOPLE = {
    "leader": (Role.LEADER, {}),
    "hooked": (Role.LEADER, {"districts": frozenset({"D1"})}),
    "supervisor": (Role.SUPERVISOR, {}),
    "auditor": (Role.AUDITOR, {}),
}


@pytest.fixture(scope="module")
def folder(planned_city: Path, tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The tiny town, inspected, with its people."""
    path = tmp_path_factory.mktemp("leader") / "city"
    shutil.copytree(planned_city, path)
    folder = CityFolder.open(path)
    store = folder.store()
    hashed = hash_password(PASSWORD)
    for user_id, (role, scope) in PEOPLE.items():
        store.people.add(Account(user_id, user_id, role, password_hash=hashed, **scope))
    store.close()
    return folder


def _client(folder: CityFolder, user_id: str) -> TestClient:
    app = create_app(folder, clock=lambda: NOW)
    client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
    form = {"user_id": user_id, "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Origin": HERE}, follow_redirects=False)
    assert answer.status_code == 303
    return client


def _cells(page: str) -> list[list[str]]:
    """The texts of the rows of all tables."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [
        [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", unescape(cell))).strip() for cell in cells]
        for cells in (re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows)
        if cells
    ]


@pytest.mark.parametrize("by", ["district_id", "unit_id", "category"])
def test_a_ranking_shows_the_figures_of_the_report(folder: CityFolder, by: str) -> None:
    client = _client(folder, "leader")
    report = client.get("/reports/quarterly", params={"date": QUARTER["date"]}).json()
    (table,) = [each for each in report["tables"] if each["table_id"] == f"groups/{by}"]
    page = client.get("/app/rates/ranking", params={**QUARTER, "by": by}).text
    shown = {row[0].split(" ")[0]: row for row in _cells(page)}
    assert len(table["lines"]) == len(shown) > 0
    for line in table["lines"]:
        name, inspections, found, rate, ranked, rank, worst, _ = line["cells"]
        row = shown[name.split(" ")[0]]
        assert (row[1], *row[3:8]) == (ranked, inspections, found, rate, rank, worst)


def test_groups_with_too_few_inspections_stand_apart_without_a_bar(folder: CityFolder) -> None:
    client = _client(folder, "leader")
    week = {"kind": "weekly", "date": "2026-10-15", "by": "category"}
    page = client.get("/app/rates/ranking", params=week).text
    ranked, apart = page.split("Too few inspections to be ranked")
    assert [row for row in _cells(apart) if "too few" in row]
    assert all("too few" not in row for row in _cells(ranked))
    assert "<rect" not in apart


def test_a_figure_leads_to_as_many_records_as_it_says(folder: CityFolder) -> None:
    client = _client(folder, "leader")
    page = client.get("/app/rates/ranking", params={**QUARTER, "by": "district_id"}).text
    links = re.findall(r'<a href="(/app/rates/records[^"]*)">([\d,]+)</a>', page)
    assert len(links) >= 4
    for address, said in links:
        records = client.get(unescape(address)).text
        chosen = re.search(r'aria-current="true">[^<]*<span class="count">([\d,]+)', records)
        assert chosen is not None
        assert chosen[1] == said
        assert len(_cells(records)) == int(said)
    problems = re.findall(r'href="(/app/problems/[^"]+)"', client.get(unescape(links[1][0])).text)
    assert client.get(problems[0]).status_code == 200


def test_own_groups_stand_on_top_and_following_one_is_remembered(folder: CityFolder) -> None:
    client = _client(folder, "leader")
    address = "/app/rates/ranking"
    first = client.get(address, params={**QUARTER, "by": "district_id"}).text
    assert "<h2>My area" not in first
    groups = re.findall(r'name="group" value="([^"]+)"', first)
    follow = {"by": "district_id", "group": groups[-1], "back": "kind=quarterly&date=2026-10-15"}
    page = client.get("/app/rates/follow", params=follow).text
    assert page.index("<h2>My area") < page.index('<h2 class="next">')
    assert re.findall(r'name="group" value="([^"]+)"', page)[0] == groups[-1]
    assert "<h2>My area" not in client.get("/app/rates/follow", params=follow).text


def test_a_leader_of_a_district_sees_that_district_alone(folder: CityFolder) -> None:
    client = _client(folder, "hooked")
    page = client.get("/app/rates/ranking", params={**QUARTER, "by": "district_id"}).text
    assert set(re.findall(r'name="group" value="([^"]+)"', page)) == {"D1"}
    assert "<h2>My area" in page
    other = {**QUARTER, "by": "district_id", "group": "D2"}
    nobody = {**other, "group": "D9"}
    answers = [client.get("/app/rates/records", params=each) for each in (other, nobody)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_who_may_not_see_each_place_gets_counts_of_cells(folder: CityFolder) -> None:
    whole, own = (_client(folder, who).get("/heat/timeline").json() for who in ("leader", "hooked"))
    events = unpack_events(base64.b64decode(whole["violations"]))
    assert not whole["asCounts"]
    assert len(events) == 8
    counts = unpack_counts(base64.b64decode(own["violations"]))
    assert own["asCounts"]
    assert 0 < counts["count"].sum() < 8
    assert len(own["dots"]) < len(whole["dots"])
    assert own["severities"] == [0]


def test_the_data_of_the_map_have_a_tag_and_are_sent_once(folder: CityFolder) -> None:
    client = _client(folder, "leader")
    tag = client.get("/heat/timeline").headers["ETag"]
    again = client.get("/heat/timeline", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_both_maps_say_what_stands_out_and_where_nobody_was(folder: CityFolder) -> None:
    client = _client(folder, "leader")
    for path in ("/maps/heat", "/maps/timeline"):
        page = client.get(path).text
        data = re.search(r'id="page-data">(.*?)</script>', page, re.DOTALL)
        assert data is not None
        facts = json.loads(data[1])
        assert facts["spots"]["radius"] == 500
        assert sum(facts["ages"]["counts"]) == len(folder.store().points())
        assert facts["ages"]["today"] == NOW.date().isoformat()


def test_a_comparison_says_what_both_sides_are_and_counts_like_the_report(
    folder: CityFolder,
) -> None:
    client = _client(folder, "leader")
    days = {"begin": "2026-09-28", "days": 21}
    page = client.get("/app/rates/changes", params=days).text
    for day in (date(2026, 9, 7), date(2026, 9, 27), date(2026, 9, 28), date(2026, 10, 18)):
        assert day.isoformat() in page
    assert len(_cells(page)) >= 2
    campaign = {"begin": "2026-09-25", "end": "2026-09-30", "days": 10}
    page = client.get("/app/rates/changes", params=campaign).text
    assert "2026-09-15 – 2026-09-24" in page
    assert "2026-10-01 – 2026-10-10" in page
    # the other way round it is the same campaign
    swapped = {**campaign, "begin": campaign["end"], "end": campaign["begin"]}
    assert client.get("/app/rates/changes", params=swapped).text == page


def test_the_last_week_is_that_of_the_bulletin(folder: CityFolder) -> None:
    client = _client(folder, "leader")
    bulletin = client.get("/reports/weekly").json()
    part = client.get("/app/rates/week").text
    figures = {each["figure_id"]: each["text"] for each in bulletin["figures"]}
    shown = re.findall(r"<dd>([^<]*)</dd>", part)
    assert shown[0] == figures["inspections"]
    assert shown[2] == figures["violations"]
    files = re.findall(r'href="(/reports/weekly/files/[^"]+)"', part)
    assert len(files) == 2
    assert client.get(unescape(files[0])).status_code == 200


def test_the_last_days_are_estimated_as_everywhere(folder: CityFolder) -> None:
    client = _client(folder, "supervisor")
    assert 'hx-get="/app/rates/recent"' in client.get("/app").text
    part = client.get("/app/rates/recent").text
    said = re.findall(r'<p class="said">([^<]+)</p>', part)
    assert said[0].startswith("Per 100 inspections ")
    # what stands behind the rate is told beside it
    assert "No inspection was drawn by a lottery: rates weigh all inspections alike." in part
    compared = client.get("/app/rates/changes", params={"begin": "2026-09-20", "days": 30}).text
    assert all(sentence in compared for sentence in said)
    store = folder.store()
    made = store.inspections()["inspected_at"].dt.tz_convert("Asia/Shanghai").dt.date
    store.close()
    n = int(((made >= date(2026, 9, 20)) & (made <= date(2026, 10, 19))).sum())
    assert re.findall(r"<dd>([^<]*)</dd>", part)[1] == str(n)
    assert n > 0


def test_empty_pages_say_what_to_do_next(
    tmp_path_factory: pytest.TempPathFactory, folder: CityFolder
) -> None:
    client = _client(folder, "leader")
    early = client.get("/app/rates/ranking", params={"kind": "weekly", "date": "2025-01-08"}).text
    link = re.search(r'href="(/app/rates/ranking\?[^"]*date=2026-10-15[^"]*)"', early)
    assert link is not None
    assert len(_cells(client.get(unescape(link[1])).text)) > 0
    empty = CityFolder.create(tmp_path_factory.mktemp("empty") / "city", name="空城")
    anybody = TestClient(create_app(empty, clock=lambda: NOW), base_url=HERE)
    assert "/app/imports" in anybody.get("/app/rates").text
    assert "/app/imports" in anybody.get("/app/rates/ranking").text


def test_the_pages_are_closed_to_whoever_reads_no_reports(folder: CityFolder) -> None:
    client = _client(folder, "auditor")
    for path in ("", "/ranking", "/changes", "/week", "/recent", _RECORDS, "/follow"):
        assert client.get(f"/app/rates{path}").status_code == 403
