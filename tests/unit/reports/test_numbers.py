"""What reports count, against counts made by hand."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from geoinspect.reports.evidence import join_evidence
from geoinspect.reports.kinds import Kind
from geoinspect.reports.making import SPANS
from geoinspect.reports.numbers import Figure
from geoinspect.reports.periods import Period, Span

from .conftest import ZONE, report, tables


def value(numbers, figure_id: str):
    return numbers.figures()[figure_id].value


def test_headline_counts_what_lies_in_the_period(monthly):
    made = tables()
    local = made["inspections"]["inspected_at"].dt.tz_convert(ZONE)
    assert value(monthly, "inspections") == (local.dt.month == 11).sum()
    found = made["violations"]["found_at"].dt.tz_convert(ZONE)
    assert value(monthly, "violations") == (found.dt.month == 11).sum()


def test_a_rate_weighs_each_inspection_by_its_chance(evidence, monthly):
    visits = evidence.within(monthly.period).inspections
    weight = 1 / visits["inclusion_probability"]
    expected = 100 * (weight * visits["found"]).sum() / weight.sum()
    assert value(monthly, "rate") == pytest.approx(expected)


def test_the_worst_unit_is_first_on_the_black_list_and_was_found_to_get_worse(evidence):
    quarter = report(evidence, Kind.QUARTERLY, date(2026, 11, 5), Span.QUARTER)
    groups = next(t for t in quarter.tables if t.table_id == "groups/unit_id")
    assert (groups.lines[0].cells[0], groups.lines[0].mark) == ("U5局", "black")
    month = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert any("more than in the period before" in s.render() for s in month.sentences)


def test_figures_are_backed_by_their_records(evidence, monthly):
    figures = monthly.figures()
    assert [key for key, figure in figures.items() if figure.records is None] == []
    rows = {
        key: figure.records.rows(evidence.within(figure.records.days or monthly.period))
        for key, figure in figures.items()
    }
    assert rows["points"]["point_id"].nunique() == figures["points"].value
    counted = [
        key for key in rows if key.endswith(("inspections", "violations", "violations/grave"))
    ]
    assert len(counted) > 20
    for key in counted:
        assert len(rows[key]) == figures[key].value, key
    for key in rows.keys() - set(counted):
        assert len(rows[key]) > 0 or not figures[key].value, key


def test_what_was_before_and_through_time_is_backed_by_the_records_of_then(evidence):
    quarter = report(evidence, Kind.QUARTERLY, date(2026, 11, 5), Span.QUARTER)
    figures = quarter.figures()
    earlier = [f for key, f in figures.items() if key.endswith("/before") and f.value is not None]
    assert earlier
    assert {figure.records.days for figure in earlier} == {quarter.period.before()}
    trend = [f for key, f in figures.items() if key.startswith("trend/") and f.value is not None]
    days = [figure.records.days or quarter.period for figure in trend]
    assert [each.first.isoformat() for each in days] == [
        figure.figure_id.removeprefix("trend/") for figure in trend
    ]


@pytest.mark.parametrize("kind", Kind)
def test_figures_of_a_report_have_names_of_their_own(evidence, kind):
    unit = {"unit_id": "U5"} if kind is Kind.SCORECARD else {}
    numbers = report(evidence, kind, date(2026, 11, 5), SPANS[kind], **unit)
    ids = [figure.figure_id for _, figure in numbers.headline]
    lines = [line for t in (*numbers.tables, *numbers.drawn()) for line in t.lines]
    ids += [c.figure_id for line in lines for c in line.cells if isinstance(c, Figure)]
    assert len(ids) == len(set(ids))


def test_groups_with_too_few_inspections_are_not_ranked(evidence):
    day = report(evidence, Kind.WEEKLY, date(2026, 9, 14), Span.DAY)
    units = next(t for t in day.tables if t.table_id == "groups/unit_id")
    few = [line for line in units.lines if line.mark == "few"]
    assert few
    for line in few:
        assert line.cells[1].value < 5
        assert line.cells[5] == "too few"


def test_what_a_unit_found_itself_counts_against_nobody():
    made = tables()
    own = made["violations"].assign(source="self-check")
    evidence = join_evidence(**made | {"violations": own}, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert value(numbers, "violations") == 0
    assert value(numbers, "rate") == 0
    assert any("themselves" in remark.render() for remark in numbers.remarks)


@pytest.mark.parametrize(
    ("source", "sentence", "counts"),
    [("12345", "were reported", True), ("社区自查", "by the units themselves", False)],
)
def test_what_no_inspection_found_does_not_enter_a_rate(monthly, source, sentence, counts):
    made = tables()
    more = made["violations"].assign(source=source, item="噪声")
    more["violation_id"] = "X" + more["violation_id"]
    both = pd.concat([made["violations"], more], ignore_index=True)
    evidence = join_evidence(**made | {"violations": both}, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert value(numbers, "rate") == value(monthly, "rate")
    n = value(monthly, "violations")
    assert value(numbers, "violations") == (2 * n if counts else n)
    assert any(sentence in remark.render() for remark in numbers.remarks)


def test_a_dismissed_problem_counts_for_nobody(monthly):
    made = tables()
    ids = made["violations"]["violation_id"]
    standing = pd.DataFrame({"is_dismissed": True, "last_day": None}, index=ids)
    evidence = join_evidence(**made, standing=standing, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert (value(numbers, "violations"), value(numbers, "rate")) == (0, 0)
    n = value(monthly, "violations")
    assert f"{n} problems were dismissed: they do not count." in [
        remark.render() for remark in numbers.remarks
    ]


@pytest.mark.parametrize(("days", "counts"), [(7, False), (-7, True)])
def test_what_a_unit_had_reported_does_not_count_against_it_until_its_deadline(days, counts):
    made = tables()
    found = made["violations"].iloc[[-1]]
    own = found.assign(violation_id="OWN", source="self-check",
                       found_at=found["found_at"] - pd.Timedelta(days=10))  # fmt: skip
    last = found["found_at"].iloc[0].tz_convert(ZONE) + pd.Timedelta(days=days)
    standing = pd.DataFrame({"is_dismissed": [False], "last_day": [last.date()]}, index=["OWN"])
    both = pd.concat([made["violations"], own], ignore_index=True)
    evidence = join_evidence(**made | {"violations": both}, standing=standing, zone=ZONE)
    row = evidence.violations.set_index("violation_id").loc[found["violation_id"].iloc[0]]
    assert (row["counts"], row["counts_unit"]) == (True, counts)


def test_a_generated_target_counts_with_its_whole_chance_for_the_city_and_for_no_unit():
    made = tables()
    at = pd.DatetimeIndex(["2026-11-10T02:00Z"])
    visit = pd.DataFrame({"inspection_id": ["IT"], "point_id": ["G1"], "inspected_at": at})
    drawn = pd.DataFrame(
        {"day": [pd.Timestamp("2026-11-10")], "point_id": "G1", "inclusion_probability": 0.01,
         "team_id": "1", "provenance": "generated", "category": "背街小巷", "district": "西区",
         "is_visited": True}
    )  # fmt: skip
    found = (
        made["violations"]
        .iloc[[0]]
        .assign(violation_id="VT", point_id="G1", found_at=at + pd.Timedelta(minutes=5))
    )
    more = {"inspections": visit, "promised": drawn, "violations": found}
    both = {name: pd.concat([made[name], table], ignore_index=True) for name, table in more.items()}
    evidence = join_evidence(**made | both, zone=ZONE)
    target = evidence.inspections.set_index("inspection_id").loc["IT"]
    assert (target["found"], target["found_unit"]) == (1, 0)
    assert (target["district_id"], target["unit_id"]) == ("D2", "")
    assert target["inclusion_probability"] == 0.01
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert value(numbers, "category/背街小巷/violations") == 1
    assert any(
        remark.render().startswith("1 inspections were made at places that nobody had listed")
        for remark in numbers.remarks
    )


def test_a_dropped_visit_is_named():
    made = tables()
    drawn = made["promised"].assign(is_visited=made["promised"].index != len(made["promised"]) - 1)
    evidence = join_evidence(**made | {"promised": drawn}, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert any(remark.render().startswith("1 drawn visits were") for remark in numbers.remarks)


def test_inspections_without_a_chance_are_counted_and_named_but_not_weighed():
    made = tables()
    drawn = made["promised"][made["promised"]["point_id"] != "P05"]
    evidence = join_evidence(**made | {"promised": drawn}, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    visits = evidence.within(numbers.period).inspections
    unknown = int(visits["inclusion_probability"].isna().sum())
    assert unknown > 0
    assert value(numbers, "inspections") == len(visits)
    assert any(remark.render().startswith(f"{unknown} inspections") for remark in numbers.remarks)


def test_an_empty_period_says_so_and_shows_no_rate(evidence):
    numbers = report(evidence, Kind.MONTHLY, date(2026, 3, 5), Span.MONTH)
    assert numbers.figures()["rate"].text == "–"
    assert numbers.sentences[0].render().startswith("Nothing was inspected")


def test_months_add_up_to_their_quarter(evidence):
    quarter = Period.around(date(2026, 11, 5), Span.QUARTER)
    months = Period.around(quarter.last, Span.MONTH).run(3)
    for name in ("inspections", "violations"):
        parts = sum(
            value(report(evidence, Kind.MONTHLY, m.first, Span.MONTH), name) for m in months
        )
        assert parts == value(report(evidence, Kind.QUARTERLY, quarter.first, Span.QUARTER), name)
    assert not any(a.holds(b.first) for a, b in combinations(months, 2))


def test_the_order_of_rows_plays_no_part(evidence, monthly):
    made = tables()
    mixed = {name: table.sample(frac=1, random_state=3) for name, table in made.items()}
    again = join_evidence(**mixed, zone=ZONE)
    numbers = report(again, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    before, after = monthly.figures(), numbers.figures()
    assert before.keys() == after.keys()
    for key, figure in before.items():
        assert after[key].text == figure.text


def test_two_inspections_of_a_day_share_what_was_found_once():
    made = tables()
    first = made["inspections"].iloc[[0]]
    twice = pd.concat([made["inspections"], first.assign(inspection_id="I-again")])
    evidence = join_evidence(**made | {"inspections": twice}, zone=ZONE)
    whole = join_evidence(**made, zone=ZONE)
    # the second visit was not drawn: it weighs nothing
    assert evidence.inspections["inclusion_probability"].isna().sum() == 1
    assert np.sum(evidence.inspections["found"]) == np.sum(whole.inspections["found"])


def test_a_rate_that_rests_on_a_few_drawn_visits_says_so_beside_it(monthly):
    made = tables()
    drawn = made["promised"][made["promised"]["point_id"].isin(["P05", "P06"])]
    evidence = join_evidence(**made | {"promised": drawn}, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    visits = evidence.within(numbers.period).inspections
    n = visits["point_id"].isin(["P05", "P06"]).sum()
    said = f"That rests on {n} of {len(visits)} inspections: a lottery drew no others."
    assert numbers.sentences[1].render() == said
    assert not any("rests on" in sentence.render() for sentence in monthly.sentences)
