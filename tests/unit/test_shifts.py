"""Working hours and durations are read as people write them, or refused in one sentence."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from geoinspect.errors import InputError
from geoinspect.shifts import read_date, read_duration, read_shift


@pytest.mark.parametrize("text", ["09:00-15:00", "9:00 - 15:00", "09：00至15：00", "9:00–15:00"])
def test_a_shift_is_two_clock_times(text: str) -> None:
    shift = read_shift(text)
    assert (shift.start, shift.end) == (time(9), time(15))


@pytest.mark.parametrize("text", ["", "9-15", "09:00", "25:00-26:00", "09:60-10:00", "09:00-09:00"])
def test_what_is_no_shift_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(InputError, match="write it like 09:00-15:00"):
        read_shift(text)


def test_a_night_shift_ends_on_the_next_day() -> None:
    start, end = read_shift("22:00-02:00").on(date(2026, 11, 23), ZoneInfo("Asia/Shanghai"))
    assert start.isoformat() == "2026-11-23T22:00:00+08:00"
    assert end.isoformat() == "2026-11-24T02:00:00+08:00"


def test_a_shift_may_end_at_midnight() -> None:
    shift = read_shift("18:00-24:00")
    _, end = shift.on(date(2026, 11, 23), ZoneInfo("Asia/Shanghai"))
    assert end.isoformat() == "2026-11-24T00:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12min", 720), ("12", 720), ("90s", 90), ("1.5h", 5400), ("12分钟", 720), ("1小时", 3600)],
)
def test_durations_come_in_minutes_seconds_and_hours(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0min", "-5min", "soon", "0.1s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a positive time"):
        read_duration(text)


def test_dates_are_days_of_the_calendar() -> None:
    assert read_date("2026-11-23") == date(2026, 11, 23)
    with pytest.raises(InputError, match="'2026-02-30' is not a day"):
        read_date("2026-02-30")
