"""
Read dates and times as people and spreadsheets write them.

A time without a zone is local time of the city. A date without a time is its
midnight. What can be read in two ways (5/3/2026, 26-3-5) is not read at all.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geoinspect.errors import InputError
from geoinspect.intake.cells import clean_text, means_nothing

if TYPE_CHECKING:
    from geoinspect.intake.cells import Cell

NO_TIME = "NO_TIME"
BAD_TIME = "BAD_TIME"
TWO_DIGIT_YEAR = "TWO_DIGIT_YEAR"
FUTURE_TIME = "FUTURE_TIME"

# Inspections and reports of a city do not lie outside of these years.
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_FIRST_SERIAL, _LAST_SERIAL = 32874, 73415

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\sT]*(\d{2})(\d{2})(\d{2})?)?")
_SHORT_YEAR = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\D?.*")
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b.*")
_CLOCK = re.compile(
    r"(?:T|,)?\s*(?:星期.|周.)?\s*(?P<half>上午|下午|凌晨|清晨|早上|早晨|中午|晚上|傍晚|夜间|am|pm)?\s*"
    r"(?P<hour>\d{1,2})\s*(?::|时|点)\s*(?:(?P<minute>\d{1,2})\s*(?::|分)?\s*"
    r"(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?\s*(?P<after>am|pm)?"
    r"\s*(?P<zone>z|utc|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_AFTERNOON = frozenset(("下午", "晚上", "傍晚", "夜间", "pm"))
_MORNING = frozenset(("上午", "凌晨", "清晨", "早上", "早晨", "am"))


class TimeError(ValueError):
    """A time that cannot be used: `code`, and the sentence that says why."""

    def __init__(self, code: str, sentence: str, value: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.value = value


def zone_of(timezone: str) -> ZoneInfo:
    """
    Return the time zone of a city by its IANA name.

    Raises
    ------
    InputError
        If there is no such zone.

    Examples
    --------
    >>> zone_of("Asia/Shanghai").key
    'Asia/Shanghai'
    """
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            "Unknown time zone '{timezone}': use an IANA name such as Asia/Shanghai.",
            timezone=timezone,
        ) from error


def read_time(
    cell: Cell,
    zone: ZoneInfo,
    *,
    day: Cell = None,
    starts_1904: bool = False,
    now: datetime | None = None,
) -> datetime:
    """
    Read a point in time.

    Parameters
    ----------
    cell
        Date and time, or the time of day alone if `day` is given.
    zone
        Zone of times that name none.
    day
        Date of a separate column; it counts only if `cell` has none.
    starts_1904
        Whether numbers of days count from 1904.
    now
        Moment of the import; later times are refused. None accepts them.

    Returns
    -------
    time
        In UTC.

    Raises
    ------
    TimeError
        If the cell holds no time, more than one reading, or a time to come.

    Examples
    --------
    >>> read_time("2026/3/5 上午9:30", zone_of("Asia/Shanghai")).isoformat()
    '2026-03-05T01:30:00+00:00'
    >>> read_time(46086.5, zone_of("Asia/Shanghai")).isoformat()
    '2026-03-05T04:00:00+00:00'
    """
    shown = " ".join(filter(None, (clean_text(day), clean_text(cell))))
    local = _local_time(_combined(cell, day, starts_1904=starts_1904), starts_1904=starts_1904)
    if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
        raise TimeError(BAD_TIME, "'{value}': the year cannot be right.", shown)
    moment = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    if now is not None and moment > now:
        raise TimeError(FUTURE_TIME, "'{value}' lies in the future.", shown)
    return moment


def _combined(cell: Cell, day: Cell, *, starts_1904: bool) -> Cell:
    """Put a date and a time of day from two columns into one cell."""
    if means_nothing(clean_text(day)):
        return cell
    if means_nothing(clean_text(cell)):
        return day
    if isinstance(cell, time):
        clock: str = cell.isoformat()
    elif isinstance(cell, float) and 0 <= cell < 1:
        clock = (datetime.min + timedelta(days=cell)).time().isoformat("seconds")
    elif isinstance(cell, str) and _CLOCK.fullmatch(clean_text(cell)):
        clock = clean_text(cell)
    else:
        return cell
    return f"{_local_time(day, starts_1904=starts_1904).date().isoformat()} {clock}"


def _local_time(cell: Cell, *, starts_1904: bool) -> datetime:
    """Read a time; without a zone if the cell names none."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_number(cell, starts_1904=starts_1904)
    text = clean_text(cell)
    if means_nothing(text):
        raise TimeError(NO_TIME, "There is no time: '{value}'. Enter date and time.", text)
    return _of_text(text, starts_1904=starts_1904)


def _of_number(number: float, *, starts_1904: bool) -> datetime:
    """Read the number of days of a spreadsheet, or a date written as 20260305."""
    if _FIRST_SERIAL <= number + 1462 * starts_1904 <= _LAST_SERIAL:
        epoch = datetime(1904, 1, 1) if starts_1904 else datetime(1899, 12, 30)
        # Days as float are exact to a few milliseconds only; people mean whole seconds.
        return epoch + timedelta(seconds=round(number * 86400))
    if float(number).is_integer():
        return _of_text(str(int(number)), starts_1904=starts_1904)
    raise _unreadable(f"{number:.10g}")


def _of_text(text: str, *, starts_1904: bool) -> datetime:
    """Read a time from clean text."""
    if dated := _DATE.match(text):
        return _at(dated, text, _clock_of(text[dated.end() :].strip(), text))
    if compact := _COMPACT.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in compact.groups()[3:])
        return _at(compact, text, (hour, minute, second, None))
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _of_number(float(text), starts_1904=starts_1904)
    if _DAY_FIRST.fullmatch(text):
        raise TimeError(
            BAD_TIME, "'{value}' may be day first or month first: write it as 2026-03-05.", text
        )
    if _SHORT_YEAR.fullmatch(text):
        raise TimeError(TWO_DIGIT_YEAR, "'{value}' has a year of two digits: write all four.", text)
    raise _unreadable(text)


def _at(dated: re.Match[str], text: str, clock: tuple[int, int, int, str | None]) -> datetime:
    """Put date and clock together; refuse days and hours that do not exist."""
    hour, minute, second, zone = clock
    try:
        moment = datetime(int(dated[1]), int(dated[2]), int(dated[3]), hour, minute, second)
        return datetime.fromisoformat(moment.isoformat() + zone) if zone else moment
    except ValueError as error:
        raise _unreadable(text) from error


def _clock_of(text: str, whole: str) -> tuple[int, int, int, str | None]:
    """Read hour, minute, second and zone; no text is midnight."""
    if not text:
        return 0, 0, 0, None
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise _unreadable(whole)
    half = (clock["half"] or clock["after"] or "").lower()
    hour = _full_hour(int(clock["hour"]), half, whole)
    zone = clock["zone"] and {"z": "+00:00", "utc": "+00:00"}.get(
        clock["zone"].lower(), clock["zone"]
    )
    return hour, int(clock["minute"] or 0), int(clock["second"] or 0), zone


def _full_hour(hour: int, half: str, whole: str) -> int:
    """Turn an hour of 上午 or 下午 into one of twenty-four."""
    if hour == 12 and half in ("晚上", "夜间", "傍晚"):
        raise TimeError(
            BAD_TIME, "'{value}': twelve at night may be either day: write 0:00 or 24 hours.", whole
        )
    if hour == 12 and half in _MORNING:
        return 0
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    if half == "中午" and hour < 4:
        return hour + 12
    return hour


def _unreadable(text: str) -> TimeError:
    """Return the obstacle of a text that is no time."""
    return TimeError(BAD_TIME, "'{value}' is not a date: write it as 2026-03-05 09:30.", text)
