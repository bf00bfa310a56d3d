"""Periods cut the calendar without gap or overlap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.reports.periods import Period, Span

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(DAYS, st.sampled_from(Span))
def test_every_day_lies_in_one_period_of_each_length(day: date, span: Span) -> None:
    period = Period.around(day, span)
    assert period.holds(day)
    assert Period.around(period.first, span) == period == Period.around(period.last, span)
    assert period.before().last == period.first - timedelta(days=1)


@given(DAYS, st.sampled_from(Span), st.integers(1, 9))
def test_a_run_of_periods_is_in_order_and_without_gaps(day: date, span: Span, n: int) -> None:
    run = Period.around(day, span).run(n)
    assert len(run) == n
    for one, next_one in pairwise(run):
        assert next_one.first - one.last == timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "span", "name"),
    [
        (date(2026, 11, 25), Span.DAY, "2026-11-25"),
        (date(2027, 1, 2), Span.WEEK, "week 53 of 2026"),
        (date(2026, 2, 28), Span.MONTH, "2026-02"),
        (date(2026, 12, 31), Span.QUARTER, "quarter 4 of 2026"),
        (date(2026, 6, 1), Span.YEAR, "the year 2026"),
    ],
)
def test_periods_are_named_as_people_name_them(day: date, span: Span, name: str) -> None:
    assert Period.around(day, span).name(lambda sentence: sentence) == name


def test_a_day_ends_at_midnight_of_the_city() -> None:
    start, end = Period.around(date(2026, 11, 25), Span.DAY).moments(ZoneInfo("Asia/Shanghai"))
    assert (start.isoformat(), end.isoformat()) == (
        "2026-11-25T00:00:00+08:00",
        "2026-11-26T00:00:00+08:00",
    )
