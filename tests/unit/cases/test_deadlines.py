"""Deadlines follow the class of the defect, and lateness the clock of the city."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from geoinspect.cases import (
    Act,
    DeadlineParams,
    Defect,
    Move,
    Mover,
    Party,
    Standing,
    State,
    deadline_after,
    is_overdue,
    reason_to_escalate,
)
from geoinspect.errors import InputError

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Mover("李四", Party.OFFICE)
MONDAY = date(2026, 11, 23)


def in_state(*states: State) -> Standing:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    moves = [Move(k, Act.RETURN, State.FOUND, s, at, OFFICE) for k, s in enumerate(states, 1)]
    return Standing("V1", "U1", tuple(moves))


def test_graver_violations_have_less_time_and_buildings_more_than_people() -> None:
    params = DeadlineParams()
    for defect in Defect:
        days = [params.working_days(defect, severity) for severity in (1, 2, 3)]
        assert days == sorted(days, reverse=True)
    assert params.working_days(Defect.HARDWARE, 2) > params.working_days(Defect.CONDUCT, 2)
    with pytest.raises(InputError, match="severity 4"):
        params.working_days(Defect.CONDUCT, 4)


def test_a_deadline_begins_on_the_day_of_the_city_and_skips_the_holidays() -> None:
    # 23:30 UTC on the 29th is the morning of the 30th in Shanghai, the last day of work
    evening = datetime(2026, 9, 29, 23, 30, tzinfo=UTC)
    assert deadline_after(evening, 1, SHANGHAI) == date(2026, 10, 8)
    # the Saturday of 10 October is worked in exchange
    assert deadline_after(evening, 3, SHANGHAI) == date(2026, 10, 10)


def test_a_case_is_late_from_midnight_on_and_only_while_the_unit_is_to_act() -> None:
    last_minute = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert not is_overdue(State.NOTIFIED, MONDAY, now=last_minute, timezone=SHANGHAI)
    late = {s for s in State if is_overdue(s, MONDAY, now=midnight, timezone=SHANGHAI)}
    assert late == {State.NOTIFIED, State.RETURNED, State.ESCALATED, State.REPLIED}
    assert not is_overdue(State.NOTIFIED, None, now=midnight, timezone=SHANGHAI)


def test_a_case_goes_higher_after_days_over_the_deadline_or_returns() -> None:
    params = DeadlineParams(escalate_after=2, escalate_returns=2)

    def reason(standing: Standing, day: int) -> str:
        now = datetime(2026, 11, day, 4, tzinfo=UTC)
        told = reason_to_escalate(standing, MONDAY, params, now=now, timezone=SHANGHAI)
        return "" if told is None else str(told)

    noticed = in_state(State.NOTIFIED)
    assert reason(noticed, 25) == ""
    assert reason(noticed, 26) == "3 working days overdue."
    assert reason(in_state(State.RETURNED, State.RETURNED), 23) == "Returned 2 times."
    assert reason(in_state(State.ESCALATED), 30) == ""
    assert reason(in_state(State.CLOSED), 30) == ""


def test_knobs_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="0 working days"):
        DeadlineParams(conduct=(5, 0, 1))
    with pytest.raises(InputError, match="-1 working days"):
        DeadlineParams(escalate_after=-1)
