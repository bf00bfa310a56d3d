"""Working days follow the State Council's notices, day by day, and warn beyond them."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import pytest

from geoinspect.errors import InputError, UnknownCalendarWarning
from geoinspect.workingdays import (
    add_working_days,
    is_working_day,
    known_years,
    working_days_between,
)

# Written down from the notices of the General Office of the State Council on holidays:
# 国办发明电〔2023〕7号, 〔2024〕12号 and 〔2025〕7号. Month and day of the first and the last
# day off of each holiday; then the Saturdays and Sundays that are worked.
OFF = {
    2024: [
        ((1, 1), (1, 1)), ((2, 10), (2, 17)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
        ((6, 10), (6, 10)), ((9, 15), (9, 17)), ((10, 1), (10, 7)),
    ],
    2025: [
        ((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
        ((5, 31), (6, 2)), ((10, 1), (10, 8)),
    ],
    2026: [
        ((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
        ((6, 19), (6, 21)), ((9, 25), (9, 27)), ((10, 1), (10, 7)),
    ],
}  # fmt: skip
WORKED = {
    2024: [(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    2025: [(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    2026: [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
}


def by_the_notices(day: date) -> bool:
    """Whether a day is worked, from the table above."""
    if (day.month, day.day) in WORKED[day.year]:
        return True
    off = any(
        date(day.year, *first) <= day <= date(day.year, *last) for first, last in OFF[day.year]
    )
    return not off and day.isoweekday() <= 5


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=k) for k in range(366 if year % 4 == 0 else 365)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_a_year_is_as_the_notices_say(year: int) -> None:
    wrong = [day for day in days_of(year) if is_working_day(day) is not by_the_notices(day)]
    assert wrong == []
    assert days_of(year)[-1] == date(year, 12, 31)


@pytest.mark.parametrize("year", [2024, 2025])
@pytest.mark.parametrize("n", [1, 3, 5, 7, 10, 15])
def test_deadlines_from_every_day_of_a_year_count_the_days_of_the_notices(
    year: int, n: int
) -> None:
    for day in days_of(year):
        end, left = day, n
        while left:
            end += timedelta(days=1)
            left -= by_the_notices(end)
        assert add_working_days(day, n) == end
        assert working_days_between(day, end) == n


def test_deadlines_of_2026_count_make_up_days() -> None:
    for day in days_of(2026)[:-20]:
        end, left = day, 5
        while left:
            end += timedelta(days=1)
            left -= by_the_notices(end)
        assert add_working_days(day, 5) == end
    assert add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert add_working_days(date(2026, 2, 14), 1) == date(2026, 2, 24)


def test_a_year_without_a_calendar_counts_weekends_only_and_says_so() -> None:
    year = known_years()[-1] + 1
    with pytest.warns(UnknownCalendarWarning, match=f"The holidays of {year} are not known"):
        assert is_working_day(date(year, 10, 1)) is (date(year, 10, 1).isoweekday() <= 5)
    with pytest.warns(UnknownCalendarWarning, match="Update the package chinesecalendar"):
        add_working_days(date(year - 1, 12, 30), 5)


def test_a_known_year_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)


def test_a_deadline_of_no_days_is_refused_and_nothing_lies_before() -> None:
    with pytest.raises(InputError, match="A deadline of 0 working days"):
        add_working_days(date(2026, 9, 30), 0)
    assert working_days_between(date(2026, 9, 30), date(2026, 9, 1)) == 0
