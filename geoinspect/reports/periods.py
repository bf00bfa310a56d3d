"""The periods that reports are about: a day, a week, a month, a quarter, a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    Translate = Callable[[str], str]

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Span(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """
    Some days in a row, as the calendar cuts them.

    Attributes
    ----------
    span
        How long it is.
    first, last
        Its first and last day.

    Examples
    --------
    >>> week = Period.around(date(2026, 11, 25), Span.WEEK)
    >>> week.first.isoformat(), week.last.isoformat(), week.n_days
    ('2026-11-23', '2026-11-29', 7)
    >>> Period.around(date(2026, 2, 10), Span.QUARTER).before().first.isoformat()
    '2025-10-01'
    """

    span: Span
    first: date
    last: date

    @classmethod
    def around(cls, day: date, span: Span) -> Period:
        """Return the period of this length that a day lies in; weeks begin on Monday."""
        if span is Span.DAY:
            return cls(span, day, day)
        if span is Span.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(span, monday, monday + timedelta(days=6))
        n = _MONTHS[span.value]
        first = date(day.year, (day.month - 1) // n * n + 1, 1)
        after = first.year * 12 + first.month - 1 + n
        return cls(span, first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1))

    def before(self) -> Period:
        """Return the period of the same length before this one."""
        return Period.around(self.first - timedelta(days=1), self.span)

    def run(self, n: int) -> list[Period]:
        """Return the last `n` periods of this length, this one last."""
        periods = [self]
        while len(periods) < n:
            periods.insert(0, periods[0].before())
        return periods

    @property
    def n_days(self) -> int:
        """Number of its days."""
        return (self.last - self.first).days + 1

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.first <= day <= self.last

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the moment at which it begins, and the one at which it is over."""
        start = datetime.combine(self.first, time(), tzinfo=zone)
        return start, datetime.combine(self.last + timedelta(days=1), time(), tzinfo=zone)

    def name(self, translate: Translate) -> str:
        """
        Name the period for readers.

        Examples
        --------
        >>> Period.around(date(2026, 11, 25), Span.QUARTER).name(lambda sentence: sentence)
        'quarter 4 of 2026'
        """
        year, week, _ = self.first.isocalendar()
        return translate(_NAMES[self.span]).format(
            day=self.first.isoformat(),
            year=year if self.span is Span.WEEK else self.first.year,
            week=week,
            month=self.first.month,
            quarter=(self.first.month + 2) // 3,
        )


_NAMES = {
    Span.DAY: "{day}",
    Span.WEEK: "week {week} of {year}",
    Span.MONTH: "{year}-{month:02}",
    Span.QUARTER: "quarter {quarter} of {year}",
    Span.YEAR: "the year {year}",
}
