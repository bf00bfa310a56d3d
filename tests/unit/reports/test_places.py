"""Emerging hot spots in reports: where they are, and that forms show them."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from geoinspect.reports.check import check_forms
from geoinspect.reports.evidence import join_evidence
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS
from geoinspect.reports.spreadsheet import write_spreadsheet
from geoinspect.reports.web import render_page
from geoinspect.reports.word import write_word

from .conftest import ZONE, report, tables

N_PLACES, N_MONTHS, N_A_MONTH = 16, 6, 30


@pytest.fixture(scope="module")
def evidence():
    """Half a year in which everything found in the last month was found at one place."""
    ids = [f"P{k:02}" for k in range(N_PLACES)]
    points = gpd.GeoDataFrame(
        {"name": [f"点位{k}" for k in range(N_PLACES)], "category": "超市"},
        index=ids,
        geometry=gpd.points_from_xy(
            [118.78 + 0.02 * (k % 4) for k in range(N_PLACES)],
            [32.00 + 0.02 * (k // 4) for k in range(N_PLACES)],
        ),
        crs="EPSG:4326",
    )
    rows = [
        (f"I{month}-{k}-{n}", ids[k], pd.Timestamp(2026, 1 + month, 1 + n % 28, 2 + n // 28))
        for month in range(N_MONTHS)
        for k in range(N_PLACES)
        for n in range(N_A_MONTH)
    ]
    inspections = pd.DataFrame(rows, columns=["inspection_id", "point_id", "inspected_at"])
    inspections["inspected_at"] = inspections["inspected_at"].dt.tz_localize("UTC")
    bad = inspections[
        inspections["inspection_id"].str.startswith(f"I{N_MONTHS - 1}-5-")
        | inspections["inspection_id"].str.endswith("-0")
    ]
    violations = pd.DataFrame(
        {"violation_id": "V" + bad["inspection_id"], "point_id": bad["point_id"],
         "found_at": bad["inspected_at"], "item": "占道", "description": "", "severity": 1,
         "source": "route"}
    ).reset_index(drop=True)  # fmt: skip
    made = tables()
    return join_evidence(
        points, None, made["districts"], inspections, violations, made["promised"], zone=ZONE
    )


def test_a_place_that_turned_bad_is_new_and_named(evidence):
    quarter = report(evidence, Kind.QUARTERLY, date(2026, 5, 5), SPANS[Kind.QUARTERLY])
    places = next(table for table in quarter.tables if table.table_id == "emerging")
    [line] = places.lines
    assert line.cells[1] == "new"
    assert "点位5" in line.cells[3]
    assert line.cells[4].value == N_MONTHS * N_A_MONTH
    assert line.cells[5].value == N_A_MONTH + N_MONTHS - 1
    made, found = line.cells[4:6]
    rows = made.records.rows(evidence.within(made.records.days))
    assert (len(rows), rows["found"].sum()) == (made.value, found.value)
    [picture] = quarter.maps
    assert [(number, kind) for number, kind, _ in picture.areas] == [(1, "new")]
    page, word = render_page(quarter), write_word(quarter)
    assert check_forms(quarter, page=page, word=word, spreadsheet=write_spreadsheet(quarter)) == []
    # the picture of the places stands with its table, beside that of the trend and the category
    assert page.count("<svg") == 3


def test_in_too_few_months_no_trend_is_told(evidence):
    first = report(evidence, Kind.QUARTERLY, date(2026, 2, 5), SPANS[Kind.QUARTERLY])
    assert all(table.table_id != "emerging" for table in first.tables)
    assert first.maps == ()


def test_who_sees_a_part_of_the_city_is_not_told_what_stands_out(evidence):
    part = report(evidence, Kind.QUARTERLY, date(2026, 5, 5), SPANS[Kind.QUARTERLY], is_whole=False)
    assert part.maps == ()
