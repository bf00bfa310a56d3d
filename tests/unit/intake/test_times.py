from datetime import UTC, date, datetime, time

import pytest

from geoinspect.errors import InputError
from geoinspect.intake.times import TimeError, read_time, zone_of

SHANGHAI = zone_of("Asia/Shanghai")


@pytest.mark.parametrize(
    "cell",
    [
        "2026/3/5 上午9:30",
        "2026-03-05 09:30:00",
        "2026-03-05T09:30",
        "2026年3月5日 9时30分",
        "2026年3月5日9点30分",
        "2026.3.5 9:30 AM",
        "2026/03/05 星期四 09:30",
        "２０２６／３／５　９：３０",
        "20260305 0930",
        "2026-03-05T09:30:00+08:00",
        "2026-03-05 01:30Z",
        "46086.3958333333",
        46086.3958333333,
        datetime(2026, 3, 5, 9, 30),
        datetime(2026, 3, 5, 1, 30, tzinfo=UTC),
    ],
)
def test_every_way_to_write_a_time_gives_the_same_moment(cell):
    assert read_time(cell, SHANGHAI) == datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["2026-3-5", "20260305", 20260305, 46086, date(2026, 3, 5)])
def test_a_date_alone_is_its_midnight(cell):
    assert read_time(cell, SHANGHAI).astimezone(SHANGHAI).isoformat() == "2026-03-05T00:00:00+08:00"


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("下午3:00", 15),
        ("下午15:00", 15),
        ("上午12:00", 0),
        ("凌晨1:00", 1),
        ("中午12:00", 12),
        ("中午1点", 13),
        ("晚上8:00", 20),
        ("9:00 PM", 21),
        ("12:00 am", 0),
    ],
)
def test_halves_of_the_day_are_understood(clock, hour):
    assert read_time(f"2026-03-05 {clock}", SHANGHAI).astimezone(SHANGHAI).hour == hour


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "NO_TIME"),
        ("无", "NO_TIME"),
        ("26/3/5", "TWO_DIGIT_YEAR"),
        ("26-03-05 9:30", "TWO_DIGIT_YEAR"),
        ("26年3月5日", "TWO_DIGIT_YEAR"),
        ("5/3/2026", "BAD_TIME"),
        ("2026-02-30", "BAD_TIME"),
        ("2026-03-05 25:00", "BAD_TIME"),
        ("2026-03-05 晚上12:00", "BAD_TIME"),
        ("1900-01-01", "BAD_TIME"),
        ("0001-01-01", "BAD_TIME"),
        ("9999-12-31", "BAD_TIME"),
        ("昨天", "BAD_TIME"),
        ("2026-03-05 上午", "BAD_TIME"),
        (0.4, "BAD_TIME"),
        (True, "BAD_TIME"),
    ],
)
def test_what_is_no_time_or_may_be_two_is_told_why(cell, code):
    with pytest.raises(TimeError) as refusal:
        read_time(cell, SHANGHAI)
    assert refusal.value.code == code


def test_later_than_now_is_the_future():
    now = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    assert read_time("2026-03-05 10:00", SHANGHAI, now=now) == now
    with pytest.raises(TimeError, match="future"):
        read_time("2026-03-05 10:01", SHANGHAI, now=now)


def test_days_count_from_1904_in_old_workbooks():
    assert read_time(46086 - 1462, SHANGHAI, starts_1904=True) == read_time(46086, SHANGHAI)


@pytest.mark.parametrize("clock", ["9:30", "上午9:30", time(9, 30), 9.5 / 24])
@pytest.mark.parametrize("day", ["2026/3/5", 46086, datetime(2026, 3, 5)])
def test_date_and_time_of_day_come_together_from_two_columns(clock, day):
    moment = read_time(clock, SHANGHAI, day=day)
    assert moment == datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def test_a_full_time_wins_over_the_column_of_dates():
    assert read_time("2026-03-05 09:30", SHANGHAI, day="2026-01-01").month == 3


def test_a_blank_time_of_day_leaves_the_date():
    assert read_time(None, SHANGHAI, day="2026-03-05") == read_time("2026-03-05", SHANGHAI)


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(InputError, match="Asia/Shanghai"):
        zone_of("China/Nanjing")
