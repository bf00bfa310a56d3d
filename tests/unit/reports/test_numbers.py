"""What reports count, against counts made by hand."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from geoinspect.reports import SPANS, Figure, Kind, Period, Span, join_evidence

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
    now = evidence.within(monthly.period)
    backed = [f for f in monthly.figures().values() if f.records is not None and f.digits == 0]
    assert len(backed) > 20
    for figure in backed:
        assert len(figure.records.rows(now)) == figure.value, figure.figure_id


@pytest.mark.parametrize("kind", Kind)
def test_figures_of_a_report_have_names_of_their_own(evidence, kind):
    unit = {"unit_id": "U5"} if kind is Kind.SCORECARD else {}
    numbers = report(evidence, kind, date(2026, 11, 5), SPANS[kind], **unit)
    ids = [figure.figure_id for _, figure in numbers.headline]
    ids += [c.figure_id for t in numbers.tables for line in t.lines for c in line.cells
            if isinstance(c, Figure)]  # fmt: skip
    assert len(ids) == len(set(ids))


def test_groups_with_too_few_inspections_are_not_ranked(evidence):
    day = report(evidence, Kind.WEEKLY, date(2026, 9, 14), Span.DAY)
    units = next(t for t in day.tables if t.table_id == "groups/unit_id")
    few = [line for line in units.lines if line.mark == "few"]
    assert few
    for line in few:
        assert line.cells[1].value < 5
        assert line.cells[4] == "too few"


def test_what_a_unit_found_itself_counts_against_nobody():
    made = tables()
    own = made["violations"].assign(source="self-check")
    evidence = join_evidence(**made | {"violations": own}, zone=ZONE)
    numbers = report(evidence, Kind.MONTHLY, date(2026, 11, 5), Span.MONTH)
    assert value(numbers, "violations") == 0
    assert value(numbers, "rate") == 0
    assert any("themselves" in remark.render() for remark in numbers.remarks)


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
    assert np.sum(evidence.inspections["found"]) == np.sum(whole.inspections["found"])
