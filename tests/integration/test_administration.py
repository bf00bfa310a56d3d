"""The three administrations through the service: files, offices, checklists, base map, log."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from geoinspect.api.app import create_app
from geoinspect.audit import read_jsonl, verify_chain
from geoinspect.cityfolder import CityFolder
from geoinspect.cityimport import shipped_checklist
from geoinspect.exports import write_checklist
from geoinspect.jobs import Worker
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token

from .conftest import geoinspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HERE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HEADER = "点位编号,名称,类别,经度,纬度\n"
BAD = "P1,一号,集贸市场,x,32.05\n"
GOOD = "P2,二号,集贸市场,118.78,32.05\n"


@pytest.fixture(scope="module")
def folder(planned_city: Path, tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The planned tiny town with an account of each role and a colleague."""
    path = tmp_path_factory.mktemp("administration") / "city"
    shutil.copytree(planned_city, path)
    file = path / "geoinspect.toml"
    text = file.read_text(encoding="utf-8").replace('language = "en"', 'language = "zh"')
    file.write_text(
        text
        + (
            '\n[basemap.online]\nurls = ["https://tiles.example.gov.cn/{z}/{x}/{y}.png"]\n'
            'crs = "gcj02"\nattribution = "自然资源局"\nmap_approval = "GS(2024)0650号"\n'
        ),
        encoding="utf-8",
    )
    folder = CityFolder.open(path)
    store = folder.store()
    for role in Role:
        scope: dict[str, Any] = {
            Role.UNIT: {"offices": frozenset({"U3"})},
            Role.INSPECTOR: {"inspector_id": "I1"},
        }.get(role, {})
        store.people.add(Account(role.value, role.value, role, **scope))
    store.people.add(Account("colleague", "colleague", Role.SUPERVISOR))
    store.close()
    return folder


@pytest.fixture(scope="module")
def client(folder: CityFolder) -> Callable[[str], TestClient]:
    """Return the function that signs somebody in."""
    app = create_app(folder, clock=lambda: NOW)

    def sign_in(user_id: str) -> TestClient:
        store = folder.store()
        session = store.signing.open_session(user_id, now=NOW)
        store.close()
        one = TestClient(app, base_url=HERE, follow_redirects=False)
        one.cookies.set("geoinspect_session", session)
        one.headers["X-CSRF-Token"] = csrf_token(session)
        return one

    return sign_in


def _bring_in(one: TestClient, folder: CityFolder, text: str | bytes, what: str = "points") -> Any:
    """Send a file in, let the worker have it, and return how its job ended."""
    content = text.encode() if isinstance(text, str) else text
    name = "points.csv" if isinstance(text, str) else "sheet.xlsx"
    data = {"datum": "wgs84"}
    sent = one.post(f"/imports/{what}", files={"file": (name, content)}, data=data)
    assert sent.status_code == 202, sent.text
    Worker(folder).run_pending()
    return one.get(sent.headers["Location"]).json()


def test_a_row_that_was_put_aside_is_corrected_in_the_answer_and_sent_again(folder, client):
    one = client("supervisor")
    job = _bring_in(one, folder, HEADER + BAD + GOOD)
    assert (job["result"]["added"], job["result"]["n_quarantined"]) == (1, 1)
    answer = one.get(f"/jobs/{job['job_id']}/answer")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = sheet.worksheets[0]
    assert [cell.value for cell in cells[2]][:4] == ["P1", "一号", "集贸市场", "x"]
    assert "x" in str([cell.value for cell in cells[2]][-1])
    cells["D2"] = "118.79"
    corrected = io.BytesIO()
    sheet.save(corrected)
    again = _bring_in(one, folder, corrected.getvalue())
    assert (again["result"]["added"], again["result"]["n_quarantined"]) == (1, 0)
    page = one.get("/app/imports").text
    assert f"/jobs/{job['job_id']}/answer" in page
    assert str(escape(job["result"]["quarantined"][0]["reason"])) in page
    for stranger in ("colleague", "administrator"):
        assert client(stranger).get(f"/jobs/{job['job_id']}/answer").status_code == 404


def test_a_file_of_which_nothing_is_left_says_of_each_row_why(folder, client):
    one = client("supervisor")
    job = _bring_in(one, folder, HEADER + BAD + BAD.replace("P1", "P3"))
    assert job["state"] == "failed"
    assert [row["row"] for row in job["problem"]["rows"]] == [2, 3]
    assert one.get(f"/jobs/{job['job_id']}/answer").status_code == 200
    assert str(escape(job["problem"]["rows"][1]["reason"])) in one.get("/app/imports").text


def test_the_command_writes_the_answer_also_where_nothing_is_left(folder, tmp_path):
    file, answer = tmp_path / "points.csv", tmp_path / "answer.csv"
    file.write_text(HEADER + BAD, encoding="utf-8")
    outcome = geoinspect("-C", folder.path, "import", "points", file, "--answer", answer)
    assert outcome.code == 1
    assert "P1" in answer.read_text(encoding="utf-8-sig")


def test_offices_are_added_moved_and_disabled_with_their_accounts(folder, client):
    one = client("security")

    def put(office_id: str, above: str | None = None, *, disabled: bool = False) -> Any:
        body = {"office_id": office_id, "name": f"{office_id}局", "above": above}
        return one.put("/offices", json={**body, "disabled": disabled})

    assert put("city").json()["accounts_disabled"] == []
    assert put("U3", "city").status_code == 200
    circle = put("city", "U3")
    assert circle.status_code == 422
    assert "city" in circle.json()["detail"]
    assert [each["office_id"] for each in one.get("/offices").json()] == ["city", "U3"]
    page = one.get("/app/offices").text
    assert page.index("city局") < page.index("U3局")

    assert put("city", disabled=True).json()["accounts_disabled"] == ["unit"]
    assert folder.store().people.account("unit").disabled
    assert put("U3", "city").status_code == 422
    refused = one.patch("/accounts/unit", json={"disabled": False})
    assert (refused.status_code, "U3" in refused.json()["detail"]) == (422, True)
    put("city")
    put("U3", "city")
    assert one.patch("/accounts/unit", json={"disabled": False}).status_code == 200
    assert client("supervisor").get("/offices").status_code == 403


def test_the_base_map_is_drawn_as_a_job_of_the_system_administrator(folder, client):
    one = client("administrator")
    assert "尚未生成" in one.get("/app/basemap").text
    sent = one.post("/basemap")
    Worker(folder).run_pending()
    job = one.get(sent.headers["Location"]).json()
    assert job["state"] == "done", job
    assert job["result"]["kilobytes"] > 0
    assert "已是最新" in one.get("/app/basemap").text
    assert client("supervisor").post("/basemap").status_code == 403


def test_the_datum_of_the_online_map_is_checked_by_known_places(client):
    one = client("administrator")
    known, seen = [121.1297, 31.4576], [121.1343, 31.4558]
    fits = one.post("/basemap/check", json={"points": [{"known": known, "seen": seen}]})
    assert fits.json().get("datum") == "gcj02", fits.text
    wrong = one.post("/basemap/check", json={"points": [{"known": known, "seen": known}]})
    assert wrong.status_code == 422
    assert "wgs84" in wrong.json()["detail"]
    assert "GS(2024)0650号" in one.get("/app/basemap").text


def test_a_new_checklist_is_compared_with_the_last_and_what_is_missing_is_listed(
    folder, client, tmp_path
):
    one = client("supervisor")
    assert "尚无检查清单" in one.get("/app/checklists").text
    assert one.get("/checklists/matrix").status_code == 404
    sheet = tmp_path / "sheet.xlsx"
    write_checklist(shipped_checklist(), sheet)
    first = _bring_in(one, folder, sheet.read_bytes(), "checklist")
    assert first["result"]["added"] == 1
    book = openpyxl.load_workbook(sheet)
    for row in book.worksheets[0].iter_rows(min_row=2):
        row[10].value, row[11].value = "2026下", "2026-07-01"
    book.worksheets[0]["B2"] = "改写的检查项"
    book.save(sheet)
    assert _bring_in(one, folder, sheet.read_bytes(), "checklist")["result"]["added"] == 1
    page = one.get("/app/checklists").text
    assert "2026下 版较 2026 版的变化" in page
    changes = page.split('id="items"')[0]
    assert changes.count("改写的检查项") == 1
    matrix = one.get("/app/checklists/matrix", params={"last": "2026-11-22"}).text
    missing = one.get("/checklists/matrix", params={"last": "2026-11-22"})
    rows = openpyxl.load_workbook(io.BytesIO(missing.content)).worksheets[0]
    assert rows.max_row == len(folder.store().points()) + 1
    assert "缺" in matrix
    assert one.get("/checklists/sheet", params={"version": "1999"}).status_code == 404
    assert client("leader").get("/app/checklists").status_code == 403


def test_the_calendar_knows_make_up_days_and_says_which_years_it_does_not(client):
    one = client("administrator")
    page = one.get("/app/calendar", params={"year": 2026}).text
    assert page.count("day-make-up") == 1 + 6
    assert "248" in page
    assert 'role="alert"' not in page
    assert "chinesecalendar" in one.get("/app/calendar", params={"year": 2035}).text


def test_the_log_is_searched_checked_and_taken_along(folder, client, tmp_path):
    one = client("auditor")
    head = str(folder.store().audit.head())
    found = one.get("/app/log", params={"action": "import", "words": "points"}).text
    assert "plan." not in found.split("<tbody>")[1]
    assert "points" in found.split("<tbody>")[1]
    assert "且包含所抄录的链尾" in one.get("/app/log", params={"head": head}).text
    forged = f"{head.split(':')[0]}:{'0' * 64}"
    assert "核对未通过" in one.get("/app/log", params={"head": forged}).text
    assert "核对未通过" in one.get("/app/log", params={"head": "nonsense"}).text
    (tmp_path / "log.jsonl").write_bytes(one.get("/audit/log").content)
    rows = read_jsonl(tmp_path / "log.jsonl")
    assert verify_chain(rows) is None
    assert (rows[-1].actor, rows[-1].action) == ("auditor", "export")
    assert client("administrator").get("/audit/log").status_code == 403
