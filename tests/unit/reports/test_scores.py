"""Scores of a year's assessment: whom they name, what they weigh, and what is behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from geoinspect.estimates import composite_scores, estimate_rates, field_scores
from geoinspect.reports.kinds import Kind
from geoinspect.reports.numbers import Figure
from geoinspect.reports.periods import Period, Span
from geoinspect.rubrics import Rubric

from .conftest import report

DAY = date(2026, 11, 5)
OLD = Rubric("2020", date(2020, 1, 1), field=100, documents=0, questionnaire=0)
RUBRIC = Rubric("2026", date(2026, 1, 1), field=50, documents=30, questionnaire=20, failing_rate=2)
MARKS = pd.DataFrame(
    {
        "mark_id": ["2026 U5局", "2026 U1", "2026 东区", "2026 外局", "2026 U2局"],
        "year": 2026,
        "name": ["U5局", "U1", "东区", "外局", "U2局"],
        "documents": [90.0, 80.0, 70.0, 60.0, None],
        "questionnaire": [90.0, 60.0, 50.0, 60.0, 75.0],
    }
)


def annual(evidence, marks=MARKS, **more):
    known = replace(evidence, marks=marks)
    return report(known, Kind.ANNUAL, DAY, Span.YEAR, rubrics=(OLD, RUBRIC), **more)


def table_of(numbers, by: str):
    found = [table for table in numbers.tables if table.table_id == f"scores/{by}"]
    return found[0] if found else None


def test_a_score_weighs_field_documents_and_questionnaire(evidence):
    numbers = annual(evidence)
    figures = numbers.figures()
    visits = evidence.within(Period.around(DAY, Span.YEAR)).inspections
    rates = estimate_rates(visits.assign(found=visits["found_unit"]), by="unit_id")
    field = field_scores(rates, RUBRIC).loc[["U5"]]
    score = composite_scores(field.assign(documents=90.0, questionnaire=90.0), RUBRIC).loc["U5"]
    shown = figures["unit_id/U5/score"]
    assert shown.value == pytest.approx(score["score"])
    assert (shown.low, shown.high) == pytest.approx((score["low"], score["high"]))
    assert 0 < field.loc["U5", "field"] < 100
    assert figures["unit_id/U5/field"].value == pytest.approx(field.loc["U5", "field"])


def test_units_and_districts_are_known_by_name_or_id_and_others_are_left_out(evidence):
    units, districts = (table_of(annual(evidence), by) for by in ("unit_id", "district_id"))
    assert [line.cells[0] for line in districts.lines] == ["东区"]
    # the highest first, who lacks a mark last
    assert [line.cells[0] for line in units.lines] == ["U1局", "U5局", "U2局"]
    last = units.lines[-1].cells
    assert [each.text for each in last[2:] if isinstance(each, Figure)] == ["–", "75.0", "–"]


def test_the_rubric_in_force_is_named(evidence):
    note = table_of(annual(evidence), "unit_id").note.render()
    assert note.startswith("By rubric 2026, in force since 2026-01-01: field 50 %, documents 30 %")
    assert "200 or more are 0" in note


def test_marks_lead_to_the_sheet_and_the_field_to_inspections(evidence):
    numbers = annual(evidence)
    known = replace(evidence, marks=MARKS).within(numbers.period)
    figures = numbers.figures()
    assert figures["unit_id/U1/documents"].records.rows(known)["name"].tolist() == ["U1"]
    made = figures["unit_id/U1/field"].records.rows(known)
    assert set(made["unit_id"]) == {"U1"}
    assert len(made) == figures["unit_id/U1/inspections"].value


def test_without_marks_and_in_other_reports_there_are_no_scores(evidence):
    assert table_of(annual(evidence, pd.DataFrame()), "unit_id") is None
    assert table_of(annual(evidence, MARKS[MARKS["name"] == "外局"]), "unit_id") is None
    quarter = report(replace(evidence, marks=MARKS), Kind.QUARTERLY, DAY, Span.QUARTER)
    assert table_of(quarter, "unit_id") is None


def test_who_sees_a_part_of_the_city_sees_the_scores_of_that_part(evidence):
    points = evidence.points[evidence.points["unit_id"] == "U1"]
    table = table_of(annual(replace(evidence, points=points), is_whole=False), "unit_id")
    assert [line.cells[0] for line in table.lines] == ["U1局"]
