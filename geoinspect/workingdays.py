"""
Working days of the mainland of China, with the make-up days (调休) of the State Council.

Every autumn the State Council's General Office announces the holidays of the next year, and the
Saturdays and Sundays that are worked in exchange; the package `chinesecalendar` keeps these
notices. A year that it does not know yet has weekends only, and a warning says so.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import chinese_calendar

from geoinspect.errors import InputError, UnknownCalendarWarning

_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """
    Tell whether offices work on a day.

    Warns with `UnknownCalendarWarning` where the holidays of its year are not known.

    Examples
    --------
    >>> is_working_day(date(2026, 2, 14)), is_working_day(date(2026, 2, 16))
    (True, False)
    """
    if day.year in known_years():
        return bool(chinese_calendar.is_workday(day))
    warn_unknown_year(day.year)
    return day.weekday() < _SATURDAY


class DayKind(StrEnum):
    """What a day is for offices."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make-up"


@dataclass(frozen=True)
class CalendarDay:
    """
    A day with what it is.

    Attributes
    ----------
    day, kind
        The day; a make-up day is worked though it is a Saturday or Sunday.
    holiday
        Chinese name of the holiday that it belongs to or makes up for; "" for none.
    """

    day: date
    kind: DayKind
    holiday: str = ""

    @property
    def is_worked(self) -> bool:
        """Tell whether offices work."""
        return self.kind in (DayKind.WORKING, DayKind.MAKE_UP)


def days_of(year: int) -> list[CalendarDay]:
    """
    Return every day of a year with what it is; of an unknown year weekends alone.

    Examples
    --------
    >>> days = days_of(2026)
    >>> len([each for each in days if each.is_worked])
    248
    >>> [each.day.isoformat() for each in days if each.kind is DayKind.MAKE_UP][:2]
    ['2026-01-04', '2026-02-14']
    """
    first = date(year, 1, 1)
    n = (date(year, 12, 31) - first).days + 1
    return [_calendar_day(first + timedelta(days=k)) for k in range(n)]


def _calendar_day(day: date) -> CalendarDay:
    """Tell what a day is."""
    is_weekend = day.weekday() >= _SATURDAY
    if day.year not in known_years():
        return CalendarDay(day, DayKind.WEEKEND if is_weekend else DayKind.WORKING)
    is_off, name = chinese_calendar.get_holiday_detail(day)
    holiday = "" if name is None else str(chinese_calendar.Holiday(name).chinese)
    if is_off:
        return CalendarDay(day, DayKind.HOLIDAY if holiday else DayKind.WEEKEND, holiday)
    return CalendarDay(day, DayKind.MAKE_UP if is_weekend else DayKind.WORKING, holiday)


def add_working_days(day: date, n: int) -> date:
    """
    Return the n-th working day after a day, which itself does not count.

    Parameters
    ----------
    day
        The first day, a working day or not.
    n
        Working days, at least 1.

    Raises
    ------
    InputError
        If `n` is smaller.

    Examples
    --------
    >>> add_working_days(date(2026, 9, 30), 1)
    datetime.date(2026, 10, 8)
    """
    if n < 1:
        raise InputError("A deadline of {n} working days makes no sense: write 1 or more.", n=n)
    while n:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """
    Count the working days after `start`, up to and with `end`; 0 if it is not later.

    Examples
    --------
    >>> working_days_between(date(2026, 9, 30), date(2026, 10, 10))
    3
    """
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=k)) for k in range(1, days + 1))


@cache
def known_years() -> range:
    """Return the years whose holidays are known."""
    announced = chinese_calendar.constants.holidays
    return range(min(announced).year, max(announced).year + 1)


def unknown_year(year: int) -> UnknownCalendarWarning | None:
    """Return the warning about a year whose holidays are not known, None about another."""
    known = known_years()
    if year in known:
        return None
    return UnknownCalendarWarning(
        "The holidays of {year} are not known, only those of {first} to {last}: Saturdays and "
        "Sundays alone count as days off. Update the package chinesecalendar once they are "
        "announced, and check deadlines of that year.",
        year=year,
        first=known[0],
        last=known[-1],
    )


def warn_unknown_year(year: int) -> None:
    """Warn that only weekends are known of a year."""
    warning = unknown_year(year)
    if warning is not None:
        warnings.warn(warning, stacklevel=3)
