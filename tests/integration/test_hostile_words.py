"""What people write into cases is text on every page and in every file, and never runs."""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from ..hostile import FORMULAS, PROBES, TEXT
from .conftest import geoinspect
from .test_api_cases import Town, case_id, photo, quiet_town, town  # noqa: F401  fixtures
from .test_case_papers import words_of

if TYPE_CHECKING:
    from pathlib import Path

    from .test_api_cases import Person


def _fill(town: Town, case_id: str, text: str) -> str:  # noqa: F811
    """Write a text into every field of a case's way, and return the case of a self-check."""
    unit, head, office = (town.person(p) for p in ("unit", "unit-head", "supervisor"))
    files = [("photos", (text[:90], photo(1), "image/jpeg"))]
    done = [
        unit.do(case_id, "replies", data={"text": text}, files=files),
        head.do(case_id, "approvals", json={"approved": False, "reason": text}),
        unit.do(case_id, "replies", data={"text": text}, files=files),
        office.do(case_id, "escalations", json={"reason": text}),
        unit.do(case_id, "replies", data={"text": text}),
        head.do(case_id, "approvals", json={"approved": True}),
        office.do(case_id, "reinspections", data={"passed": "true", "note": text}, files=files),
        office.do(town.own[1], "notices", json={"defect": "conduct", "basis": text}),
        office.do(town.own[1], "dismissals", json={"reason": text}),
    ]
    assert [answer.status_code for answer in done] == [200] * len(done), done[-1].text
    checked = _self_check(unit, town, text, files=files)
    assert checked.status_code == 201, checked.text
    return str(checked.json()["case_id"])


def _self_check(person: Person, town: Town, text: str, **sent: Any) -> Any:  # noqa: F811
    own = person.client.get("/cases").json()["cases"][0]["point_id"]
    body = {"point_id": own, "text": text, "severity": "2", "defect": "hardware"}
    return person.client.post("/self-checks", data=body, **sent)


def test_every_page_and_paper_shows_what_was_written_as_text(town: Town, case_id: str) -> None:  # noqa: F811
    checked = _fill(town, case_id, TEXT)
    for who in ("unit", "unit-head", "supervisor", "leader"):
        client = town.person(who).client
        pages = [f"/app/problems/{one}" for one in (case_id, town.own[1], checked)]
        for path in ("/app", "/app/problems?which=all", *pages, "/app/mine", "/app/points"):
            answer = client.get(path)
            if path == "/app/mine" and answer.status_code == 403:
                continue
            assert answer.status_code == 200, path
            for probe in PROBES[:3]:
                assert probe not in answer.text, path
        for path in pages:
            assert TEXT in html.unescape(client.get(path).text), path
    office = town.person("supervisor").client
    for name, kind in ((case_id, "reinspection"), (town.own[1], "notice")):
        assert TEXT in words_of(office.get(f"/cases/{name}/papers/{kind}").content)


@pytest.mark.parametrize("formula", FORMULAS[:2])
def test_a_hotline_gets_state_reply_and_closing_day_and_no_formula(
    town: Town,  # noqa: F811
    tmp_path: Path,
    formula: str,
) -> None:
    store = town.folder.store()
    point = store.points().loc[store.violations().loc[town.own[0], "point_id"]]
    store.close()
    sheet = tmp_path / "12345.csv"
    sheet.write_text(
        "工单编号,来源,受理时间,诉求内容,事发地址\n"
        f"T1,12345,2026-11-20 10:00,路面有垃圾,{point['name']}\n"
        "T2,12345,2026-11-20 11:00,路面有垃圾,没有这个地方\n",
        encoding="utf-8",
    )
    taken = geoinspect("-C", town.folder.path, "import", "tickets", sheet)
    assert taken.code == 0, taken.err
    store = town.folder.store()
    case_id = str(store.tickets.tickets()["violation_id"].dropna().iloc[0])  # noqa: F811
    store.close()
    unit, head, office = (town.person(p) for p in ("unit", "unit-head", "supervisor"))
    assert _told(office)["T1"][:2] == (case_id, "已受理")
    office.do(case_id, "notices", json={"defect": "conduct"})
    unit.do(case_id, "replies", data={"text": formula})
    # what its leader has not approved is no answer yet
    assert formula.strip() not in str(_told(office)["T1"])
    head.do(case_id, "approvals", json={"approved": True})
    office.do(case_id, "reinspections", data={"passed": "true"})
    told = _told(office)
    assert told["T1"] == (case_id, "已销号", "'" + formula, "2026-11-23")
    assert told["T2"][0] is None
    assert told["T2"][3] is None
    out = tmp_path / "回复.xlsx"
    written = geoinspect("-C", town.folder.path, "export", "tickets", "-o", out, language="zh")
    assert written.code == 0, written.err
    rows = load_workbook(out).worksheets[0].iter_rows(values_only=True, min_row=2)
    assert {row[0]: row[2:6] for row in rows} == told


def _told(office: Person) -> dict[str, tuple[Any, ...]]:
    """Case, state, reply and closing day by ticket, as the sheet of answers has them."""
    answer = office.client.get("/tickets/answers/xlsx")
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    return {row[0]: row[2:6] for row in sheet.iter_rows(values_only=True, min_row=2)}


def test_no_report_runs_what_was_written(town: Town, case_id: str) -> None:  # noqa: F811
    _fill(town, case_id, FORMULAS[0])
    answer = town.person("supervisor").client.get("/reports/daily/files/xlsx?date=2026-11-23")
    assert answer.status_code == 200, answer.text
    workbook = load_workbook(io.BytesIO(answer.content))
    assert not [c for s in workbook for row in s.iter_rows() for c in row if c.data_type == "f"]


@pytest.mark.parametrize(("text", "wrong"), [("a\x00b", "\x00"), ("长" * 4001, "4000")])
def test_what_no_database_or_form_holds_is_refused_in_one_sentence(
    town: Town,  # noqa: F811
    case_id: str,  # noqa: F811
    text: str,
    wrong: str,
) -> None:
    unit = town.person("unit")
    for answer in (
        unit.do(case_id, "replies", data={"text": text}),
        _self_check(unit, town, text),
    ):
        assert answer.status_code == 422
        assert answer.json()["detail"]
        assert wrong != "\x00" or wrong not in answer.text
    assert unit.client.get(f"/cases/{case_id}").json()["state"] == "notified"


def test_a_file_that_is_no_photo_is_named_as_text(town: Town, case_id: str) -> None:  # noqa: F811
    files = [("photos", (PROBES[0], b"<svg onload=window.pwn=1>", "image/svg+xml"))]
    answer = town.person("unit").do(case_id, "replies", data={"text": "已清理"}, files=files)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_self_check_is_of_the_own_points_and_costs_nothing(town: Town) -> None:  # noqa: F811
    unit = town.person("unit")
    assert _self_check(unit, town, "路面破损").json()["source"] == "self-check"
    store = town.folder.store()
    foreign = str(store.violations().loc[town.other[0], "point_id"])
    n = len(store.violations())
    store.close()
    body = {"point_id": foreign, "text": "路面破损"}
    assert unit.client.post("/self-checks", data=body).status_code == 422
    nowhere = unit.client.post("/self-checks", data={**body, "point_id": "nowhere"}).json()
    assert (
        nowhere["detail"].replace("nowhere", foreign)
        == (unit.client.post("/self-checks", data=body).json()["detail"])
    )
    for who in ("supervisor", "inspector"):
        assert town.person(who).client.post("/self-checks", data=body).status_code == 403
    page = html.unescape(unit.client.get("/app/mine").text)
    assert "自查" in page
    store = town.folder.store()
    assert len(store.violations()) == n
    store.close()
    # counted for nobody in the reports
    told = town.person("supervisor").client.get("/reports/daily?date=2026-11-23").json()
    figures = {figure["figure_id"]: figure["value"] for figure in told["figures"]}
    assert figures["violations"] == 0
