"""Working hours and durations as a person writes them: `09:00-15:00`, `12min`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: Who goes out where neither the settings nor a command say so.
USUAL_TEAMS, USUAL_SHIFT = 10, "09:00-15:00"

_CLOCK_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|min|m|h|秒|分钟|分|小时)?")
_SECONDS = {"s": 1, "sec": 1, "秒": 1, "h": 3600, "小时": 3600}


@dataclass(frozen=True)
class Shift:
    """
    One team's working window of a day, by the clock; it may run over midnight.

    Attributes
    ----------
    start, end
        Local time of day. An end before the start lies on the next day.
    """

    start: time
    end: time

    def on(self, day: date, timezone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return start and end of the shift that begins on `day`, timezone-aware."""
        last_day = day if self.end > self.start else day + timedelta(days=1)
        return (
            datetime.combine(day, self.start, timezone),
            datetime.combine(last_day, self.end, timezone),
        )


def read_shift(text: str) -> Shift:
    """
    Read a shift such as `09:00-15:00`.

    Raises
    ------
    InputError
        If the text is no pair of clock times, or both are the same.

    Examples
    --------
    >>> read_shift("22:00-02:00").end
    datetime.time(2, 0)
    """
    found = _CLOCK_RANGE.fullmatch(text.strip().replace("：", ":"))
    if found is None:
        raise _bad_shift(text)
    hours = [int(part) for part in found.groups()]
    if hours[2:] == [24, 0]:
        hours[2] = 0
    try:
        shift = Shift(time(hours[0], hours[1]), time(hours[2], hours[3]))
    except ValueError as error:
        raise _bad_shift(text) from error
    if shift.start == shift.end:
        raise _bad_shift(text)
    return shift


def _bad_shift(text: str) -> InputError:
    return InputError(
        "The shift {text!r} is not a pair of clock times: write it like 09:00-15:00.", text=text
    )


def read_duration(text: str) -> int:
    """
    Read a duration such as `12min`, `90s`, `1.5h` or `12分钟`; return seconds.

    A bare number counts as minutes.

    Raises
    ------
    InputError
        If the text is no positive duration.

    Examples
    --------
    >>> read_duration("12min"), read_duration("1.5h")
    (720, 5400)
    """
    found = _DURATION.fullmatch(text.strip().lower())
    seconds = round(float(found[1]) * _SECONDS.get(found[2] or "min", 60)) if found else 0
    if seconds <= 0:
        raise InputError(
            "The duration {text!r} is not a positive time: write it like 12min or 90s.", text=text
        )
    return seconds


def read_date(text: str) -> date:
    """
    Read a day such as `2026-11-23`.

    Raises
    ------
    InputError
        If the text is no day of the calendar.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(
            "The date {text!r} is not a day: write it like 2026-11-23.", text=text
        ) from error
