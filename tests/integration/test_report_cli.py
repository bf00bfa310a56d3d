"""The report command, from a city on disk to files."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from docx import Document
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.cityreport import city_evidence, city_report, report_evidence
from geoinspect.printing import render_pdf
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS, days_behind
from geoinspect.reports.periods import Period

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def city(planned_city: Path, tmp_path: Path) -> Path:
    shutil.copytree(planned_city, tmp_path / "city")
    return tmp_path / "city"


def refusal(*arguments: object) -> str:
    outcome = geoinspect(*arguments)
    assert outcome.code == 1
    return outcome.err.strip().splitlines()[-1]


def test_a_report_is_written_in_every_form(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    outcome = geoinspect("-C", city, "report", "annual", "--date", "2026-11-01", "-o", out)
    assert outcome.code == 0, outcome.err
    assert {path.name for path in out.iterdir()} == {
        f"annual-2026-01-01.{form}" for form in ("html", "pdf", "docx", "xlsx")
    }
    assert "Per 100 inspections" in outcome.err


def test_what_a_plan_promised_is_read_once_its_day_is_over(city: Path, tmp_path: Path) -> None:
    arguments = ("report", "monthly", "--date", "2026-11-25", "-o", tmp_path, "--format", "html")
    assert geoinspect("-C", city, *arguments).code == 0
    [kept] = (city / "kept").iterdir()
    plan = json.loads((city / "plan.json").read_bytes())
    drawn = [stop["point_id"] for route in plan["routes"] for stop in route["stops"]]
    assert json.loads(kept.read_text())["point_id"] == drawn
    assert kept.stat().st_mode & 0o077 == 0


def test_every_form_and_the_service_show_the_same_figures(city: Path, tmp_path: Path) -> None:
    arguments = ("report", "quarterly", "--date", "2026-11-01", "-o", tmp_path)
    assert geoinspect("-C", city, *arguments).code == 0
    page, pdf, word, sheet = (
        tmp_path / f"quarterly-2026-10-01.{form}" for form in ("html", "pdf", "docx", "xlsx")
    )
    client = TestClient(create_app(CityFolder.open(city)), base_url="http://127.0.0.1:8000")
    told = client.get("/reports/quarterly", params={"date": "2026-11-01"}).json()
    figures = {figure["figure_id"]: figure for figure in told["figures"]}
    assert len(figures) > 20

    shown = re.findall(r'data-figure="([^"]*)"[^>]*>([^<]*)<', page.read_text())
    assert dict(shown) == {key: figure["text"] for key, figure in figures.items()}
    rows = list(load_workbook(sheet)["figures"].iter_rows(min_row=2, values_only=True))
    # a text that a spreadsheet would run, such as one with a minus, is quoted there
    texts = [(row[0], row[4].removeprefix("'")) for row in rows]
    assert texts == [(key, figure["text"]) for key, figure in figures.items()]
    for row in rows:
        # a workbook keeps fifteen digits
        exact = [figures[row[0]][end] for end in ("value", "low", "high")]
        assert list(row[1:4]) == [None if n is None else pytest.approx(n, rel=1e-12) for n in exact]
    headline, *grids = Document(str(word)).tables
    first = [figure["text"] for figure in told["figures"][: len(headline.columns)]]
    assert [cell.text for cell in headline.rows[1].cells] == first
    assert len(grids) == len(told["tables"])
    for grid, table in zip(grids, told["tables"], strict=True):
        written = [[cell.text for cell in row.cells] for row in grid.rows[1:]]
        assert written == [line["cells"] for line in table["lines"]]
    # paper has no text to be read back without another program: it is this very page, printed
    assert pdf.read_bytes() == render_pdf(page.read_text())


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 1, 15)])
def test_a_scorecard_reads_of_other_days_its_unit_alone_and_says_the_same(
    city: Path, day: date
) -> None:
    folder, kind, now = CityFolder.open(city), Kind.SCORECARD, datetime(2027, 2, 1, tzinfo=UTC)
    assignments = folder.store().assignments()
    assert assignments is not None
    unit = assignments["unit_id"].mode().iloc[0]
    period = Period.around(day, SPANS[kind])
    everything = city_evidence(folder, now, days_behind(kind, period))
    own = report_evidence(folder, kind, period, now, unit)
    told = [
        city_report(folder, kind, day, now=now, language="en", unit_id=unit, evidence=each)
        for each in (own, everything)
    ]
    assert told[0].to_json() == told[1].to_json()
    if period.first.year == 2027:
        # its trend goes back to days of which the others are left out
        assert 0 < len(own.inspections) < len(everything.inspections)


def test_marks_of_the_year_make_scores_in_the_assessment(city: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "得分.csv"
    lines = ["考评对象,年度,材料得分,问卷得分", "市市场监督管理局,2026,90,80", "外局,2026,1,2"]
    sheet.write_text("\n".join([*lines, "外局,2026,3,"]) + "\n", encoding="utf-8")
    assert "quarantined" in told_of_marks(city, sheet)
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = told_of_marks(city, sheet)
    assert "1 added, 0 updated, 1 unchanged" in told
    assert "1 names are those of no district and of no unit" in told
    with (city / "geoinspect.toml").open("a", encoding="utf-8") as settings:
        settings.write('[[rubrics]]\nversion = "26"\neffective = 2026-01-01\nfield = 0\n')
        settings.write("documents = 60\nquestionnaire = 40\n")
    arguments = ("report", "annual", "--date", "2026-11-01", "-o", tmp_path)
    assert geoinspect("-C", city, *arguments).code == 0
    page = (tmp_path / "annual-2026-01-01.html").read_text(encoding="utf-8")
    shown = dict(re.findall(r'data-figure="(unit_id/U1/[^"]*)"[^>]*>([^<]*)<', page))
    assert (shown["unit_id/U1/documents"], shown["unit_id/U1/questionnaire"]) == ("90.0", "80.0")
    # too few were inspected for a mark of the field, which weighs nothing here
    assert (shown["unit_id/U1/field"], shown["unit_id/U1/score"][:5]) == ("–", "86.0 ")
    client = TestClient(create_app(CityFolder.open(city)), base_url="http://127.0.0.1:8000")
    asked = {"date": "2026-11-01", "figure": "unit_id/U1/score"}
    behind = client.get("/reports/annual/records", params=asked).json()
    assert [row["name"] for row in behind["records"]] == ["市市场监督管理局"]
    page = client.get("/app/reports/records", params={**asked, "kind": "annual"}).text
    assert "市市场监督管理局" in page
    assert "90.0" in page


def told_of_marks(city: Path, sheet: Path) -> str:
    outcome = geoinspect("-C", city, "import", "marks", sheet)
    assert outcome.code == 0, outcome.err
    return outcome.err


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("documents = 50", "add up to 100"),
        ("failing_rate = 0", "must be above 0"),
        ("felt = 60", "felt"),
    ],
)
def test_a_rubric_that_cannot_be_is_refused(
    city: Path, tmp_path: Path, line: str, problem: str
) -> None:
    with (city / "geoinspect.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[[rubrics]]\nversion = "26"\neffective = 2026-01-01\n{line}\n')
    said = refusal("-C", city, "report", "annual", "--date", "2026-11-01", "-o", tmp_path)
    assert problem in said
    assert "rubrics" in said


def test_an_office_finds_its_own_template_used(city: Path, tmp_path: Path) -> None:
    (city / "templates").mkdir()
    (city / "templates" / "weekly.docx").write_bytes(b"no word document")
    said = refusal("-C", city, "report", "weekly", "--date", "2026-11-01", "-o", tmp_path)
    assert "weekly.docx is no Word document" in said
    assert list(tmp_path.glob("*.docx")) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["weekly", "--format", "odt"], "The format 'odt' is not known"),
        (["scorecard", "--date", "2026-11-01"], "name it with --unit"),
        (["scorecard", "--date", "2026-11-01", "--unit", "U99"], "No point is assigned"),
        (["daily", "--date", "2099-01-01"], "2099-01-01 lies ahead"),
        (["daily", "--date", "yesterday"], "yesterday"),
    ],
)
def test_a_wrong_order_gets_one_sentence_and_no_file(
    city: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    out = tmp_path / "reports"
    assert sentence in refusal("-C", city, "report", *arguments, "-o", out)
    assert not out.exists()
