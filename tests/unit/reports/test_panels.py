"""Rates of districts over time, against counts made by hand."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoinspect.estimates import RateParams
from geoinspect.reports.evidence import join_evidence
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS
from geoinspect.reports.periods import Period, Span
from geoinspect.reports.titles import figure_name
from geoinspect.reports.web import render_page

from .conftest import HOSTILE, ZONE, report, tables

NOVEMBER, OCTOBER = date(2026, 11, 5), Period.around(date(2026, 10, 5), Span.MONTH)
OF_OCTOBER = "district_id/{}/trend/2026-10-01"


def monthly_of(**changed):
    """Return the report on November of a city with other tables."""
    return report(
        join_evidence(**tables() | changed, zone=ZONE), Kind.MONTHLY, NOVEMBER, Span.MONTH
    )


def in_districts(n: int, name: str = "第{}区") -> dict[str, pd.DataFrame]:
    """Deal the points to `n` districts in turn: the first ones have most points."""
    ids = [f"D{k:02}" for k in range(n)]
    made = tables()["assignments"]
    dealt = [ids[k % n] for k in range(len(made))]
    districts = gpd.GeoDataFrame(
        {"name": [name.format(k) for k in range(n)]},
        index=ids,
        geometry=[shapely.box(118 + k, 32, 119 + k, 33) for k in range(n)],
        crs="EPSG:4326",
    )
    return {"assignments": made.assign(district_id=dealt), "districts": districts}


def local_months(inspections: pd.DataFrame) -> pd.Series:
    return inspections["inspected_at"].dt.tz_convert(ZONE).dt.month


def test_a_rate_of_a_district_weighs_each_of_its_inspections_by_its_chance(evidence, monthly):
    visits = evidence.within(OCTOBER).where(district_id="D1").inspections
    weight = 1 / visits["inclusion_probability"]
    expected = 100 * (weight * visits["found"]).sum() / weight.sum()
    figure = monthly.figures()[OF_OCTOBER.format("D1")]
    assert figure.value == pytest.approx(expected)
    assert figure.low < figure.value < figure.high


def test_the_last_rate_of_a_district_is_that_of_its_table(monthly):
    figures = monthly.figures()
    for district in ("D1", "D2"):
        last, rate = (
            figures[f"district_id/{district}/{name}"] for name in ("trend/2026-11-01", "rate")
        )
        assert (last.value, last.low, last.high) == (rate.value, rate.low, rate.high)


def test_panels_stand_in_the_order_of_the_table_over_the_periods_of_the_trend(monthly):
    districts = next(table for table in monthly.tables if table.table_id == "groups/district_id")
    assert [panel.name for panel in monthly.panels.panels] == [
        line.cells[0] for line in districts.lines
    ]
    assert monthly.panels.beside is monthly.series[0]
    assert {len(panel.figures) for panel in monthly.panels.panels} == {12}


def test_a_month_without_inspections_is_a_gap(monthly):
    for panel in monthly.panels.panels:
        before, since = panel.figures[:-3], panel.figures[-3:]
        assert {figure.value for figure in before} == {None}
        assert None not in {figure.value for figure in since}


@pytest.mark.parametrize(("n", "is_known"), [(0, False), (4, False), (5, True)])
def test_a_month_with_too_few_inspections_of_a_district_is_a_gap(n, is_known):
    made = tables()["inspections"]
    in_d2 = made["point_id"].isin([f"P{k:02}" for k in range(24) if k % 6 >= 3])
    few = in_d2 & (local_months(made) == 10)
    kept = made[~few | made.index.isin(made.index[few][::10][:n])]
    figures = monthly_of(inspections=kept.reset_index(drop=True)).figures()
    assert (figures[OF_OCTOBER.format("D2")].value is not None) == is_known
    assert figures[OF_OCTOBER.format("D1")].value is not None


def test_a_figure_of_a_panel_leads_to_the_inspections_of_its_district_and_month(evidence, monthly):
    for district in ("D1", "D2"):
        records = monthly.figures()[OF_OCTOBER.format(district)].records
        rows = records.rows(evidence.within(records.days))
        assert set(rows["district_id"]) == {district}
        assert {OCTOBER.holds(day.date()) for day in rows["day"]} == {True}
        expected = evidence.within(OCTOBER).inspections["district_id"] == district
        assert len(rows) == expected.sum()


def test_a_figure_of_a_panel_is_named_by_its_district_and_month(monthly):
    name = figure_name(monthly, OF_OCTOBER.format("D2"), lambda sentence: sentence)
    assert name == "Problems per 100 inspections, district by district · 西区 · 2026-10"


def test_of_many_districts_those_with_most_inspections_are_shown_and_the_others_counted():
    numbers = monthly_of(**in_districts(14))
    made = numbers.panels
    assert len(made.panels) == 12
    shown = {panel.name for panel in made.panels}
    # the first ten have two points each, the others one
    assert {f"第{k}区" for k in range(10)} < shown
    said = [note.render() for note in made.notes]
    assert "The 12 of 14 districts with most inspections." in said


def test_where_all_districts_are_shown_none_is_said_to_be_left_out(monthly):
    assert not any("with most" in note.render() for note in monthly.panels.notes)


@pytest.mark.parametrize("n", [1, 2])
def test_one_district_has_nothing_to_compare_with(n):
    numbers = monthly_of(**in_districts(n))
    assert (numbers.panels is None) == (n == 1)


@pytest.mark.parametrize(("month", "is_first"), [(9, True), (10, False)])
def test_one_month_is_no_course(evidence, month, is_first):
    numbers = report(evidence, Kind.MONTHLY, date(2026, month, 20), Span.MONTH)
    assert (numbers.panels is None) == is_first


@pytest.mark.parametrize("kind", Kind)
def test_reports_of_a_month_and_longer_have_panels(evidence, kind):
    unit = {"unit_id": "U5"} if kind is Kind.SCORECARD else {}
    numbers = report(evidence, kind, NOVEMBER, SPANS[kind], **unit)
    # there is but one year to tell of
    assert (numbers.panels is not None) == (kind in (Kind.MONTHLY, Kind.QUARTERLY))


def test_an_annual_report_compares_years():
    made = tables()
    earlier = {
        "inspections": ("inspected_at", "inspection_id"),
        "violations": ("found_at", "violation_id"),
    }
    both = {
        name: pd.concat(
            [made[name].assign(**{at: made[name][at] - pd.Timedelta(days=364),
                                  key: "E" + made[name][key]}), made[name]],
            ignore_index=True,
        )
        for name, (at, key) in earlier.items()
    }  # fmt: skip
    promised = made["promised"]
    both["promised"] = pd.concat(
        [promised.assign(day=promised["day"] - pd.Timedelta(days=364)), promised],
        ignore_index=True,
    )
    evidence = join_evidence(**made | both, zone=ZONE)
    numbers = report(evidence, Kind.ANNUAL, NOVEMBER, Span.YEAR)
    for panel in numbers.panels.panels:
        before, last, now = (figure.value for figure in panel.figures)
        assert before is None
        # what was found then was found again
        assert last == pytest.approx(now)


def test_who_sees_one_district_is_shown_no_other(evidence):
    part = evidence.where(district_id="D1")
    assert report(part, Kind.MONTHLY, NOVEMBER, Span.MONTH, is_whole=False).panels is None


def test_a_wide_interval_does_not_press_all_lines_to_the_floor():
    made = tables()
    one = made["violations"][made["violations"]["violation_id"].str.startswith("V1001")].head(1)
    panels = monthly_of(violations=one).panels
    figures = [f for panel in panels.panels for f in panel.figures if f.value is not None]
    largest = max(figure.value for figure in figures)
    assert max(figure.high for figure in figures) > 2 * largest
    assert panels.top == pytest.approx(2 * largest)
    assert any("goes on above it" in note.render() for note in panels.notes)


def test_a_scale_holds_all_intervals_where_they_are_short(monthly):
    figures = [f for panel in monthly.panels.panels for f in panel.figures if f.value is not None]
    assert monthly.panels.top >= max(figure.high for figure in figures)
    assert not any("goes on above it" in note.render() for note in monthly.panels.notes)


def test_where_nothing_was_found_there_is_a_scale_all_the_same():
    made = tables()
    panels = monthly_of(violations=made["violations"].iloc[:0]).panels
    assert {f.value for panel in panels.panels for f in panel.figures} == {None, 0.0}
    assert panels.top > 0


def test_a_district_without_a_name_goes_by_its_id():
    numbers = monthly_of(**in_districts(2, name=""))
    assert {panel.name for panel in numbers.panels.panels} == {"D00", "D01"}


def test_a_name_of_a_district_is_text_on_a_page():
    page = render_page(monthly_of(**in_districts(2, name=f"{HOSTILE}{{}}")))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x" in page


def test_panels_ask_for_the_number_of_inspections_that_ranks_ask_for(monthly):
    [reading, *_] = monthly.panels.notes
    assert f"at least {RateParams().min_inspections} are needed" in reading.render()
