"""The roster says who is on duty, how many tickets they have, and what they stay away from."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geoinspect.inspectors import (
    ROSTER_COLUMNS,
    duties_in_month,
    inspector_pool,
    on_duty,
    tickets,
    unknown_ties,
)
from geoinspect.lottery.duty import TeamSeats, draw_inspectors

MONDAY = date(2026, 11, 23)
LATER = date(2026, 11, 30)


def roster(*people: dict[str, str]) -> pd.DataFrame:
    rows = [
        {"inspector_id": f"I{i}", **dict.fromkeys(ROSTER_COLUMNS, "")} | p
        for i, p in enumerate(people)
    ]
    return pd.DataFrame(rows).set_index("inspector_id")


def record(day: str, *teams: list[str]) -> dict[str, Any]:
    return {"date": day, "draw": {"inspectors": [{"inspector_ids": ids} for ids in teams]}}


@pytest.mark.parametrize(
    ("duty", "absent", "there"),
    [
        ("", "", True),
        ("", "2026-11-23", False),
        ("", "2026-11-20/2026-11-23", False),
        ("", "2026-11-23/2026-11-30", False),
        ("", "2026-11-22、2026-11-24/2026-11-30", True),
        ("2026-11-23", "", True),
        ("2026-11-24", "", False),
        ("2026-11-01/2026-11-30", "2026-11-23", False),
    ],
)
def test_duty_and_absence_decide_who_is_there(duty: str, absent: str, there: bool) -> None:
    people = roster({"duty_days": duty, "absent_days": absent})
    assert (len(on_duty(people, MONDAY)) == 1) is there


def test_an_empty_roster_has_nobody_on_duty() -> None:
    nobody = roster({}).iloc[:0]
    assert on_duty(nobody, MONDAY).columns.tolist() == list(ROSTER_COLUMNS)
    assert inspector_pool(on_duty(nobody, MONDAY), {}) == []


def test_the_pool_is_sorted_and_counts_the_own_unit_among_the_ties() -> None:
    people = roster(
        {"name": "甲", "unit": "城管局", "avoid_units": "教育局、城管局"},
        {"name": "乙", "avoid_districts": "玄武区、鼓楼区"},
    )
    assert inspector_pool(people.iloc[::-1], {"I0": 1}) == [
        {
            "inspector_id": "I0",
            "name": "甲",
            "tickets": 1,
            "units": ["城管局", "教育局"],
            "districts": [],
        },
        {
            "inspector_id": "I1",
            "name": "乙",
            "tickets": 2,
            "units": [],
            "districts": ["玄武区", "鼓楼区"],
        },
    ]


def test_only_those_on_duty_set_the_measure_of_the_tickets() -> None:
    [row] = inspector_pool(roster({}), {"I0": 2, "away": 9})
    assert row["tickets"] == 1


def test_tickets_double_with_every_duty_behind_up_to_eight() -> None:
    assert [tickets(load, 9) for load in (9, 8, 7, 6, 5, 0)] == [1, 2, 4, 8, 8, 8]


def test_duties_are_those_of_other_days_of_the_month() -> None:
    drawn = {
        date(2026, 10, 31): ["A"],
        date(2026, 11, 2): ["A", "B", "C"],
        date(2026, 11, 4): [],
        date(2026, 11, 20): ["A"],
        MONDAY: ["B"],
        date(2025, 11, 2): ["A"],
    }
    assert duties_in_month(drawn, MONDAY) == {"A": 2, "B": 1, "C": 1}


def test_ties_that_keep_nobody_away_are_found() -> None:
    people = roster(
        {"unit": "市创建办", "avoid_units": "城管局、教育局", "avoid_districts": "鼓楼区、鼓褛区"}
    )
    assert unknown_ties(people, ["城管局", "教育局"], ["鼓楼区"]) == (["市创建办"], ["鼓褛区"])


def month_of_loads(seed: int, *, balanced: bool) -> list[int]:
    """Duties of forty people after 22 days of eight pairs, each person away every tenth day."""
    people = roster(*({"avoid_districts": f"D{i % 9}"} for i in range(40)))
    teams = [TeamSeats(str(t), 2, frozenset(), {f"D{t}", f"D{t + 1}"}) for t in range(8)]
    history: dict[date, list[str]] = {}
    for day in range(1, 23):
        there = people[[(i + day) % 10 != 0 for i in range(40)]]
        loads = duties_in_month(history, LATER) if balanced else {}
        drawn = draw_inspectors(f"{seed}|{day}", teams, inspector_pool(there, loads))
        assert sum(row["empty_seats"] for row in drawn) == 0
        history[date(2026, 11, day)] = [key for row in drawn for key in row["inspector_ids"]]
    total = duties_in_month(history, LATER)
    return [total[key] for key in people.index]


def test_a_month_of_draws_loads_people_almost_alike() -> None:
    balanced = [month_of_loads(seed, balanced=True) for seed in range(6)]
    alike = [month_of_loads(seed, balanced=False) for seed in range(6)]
    assert np.ptp(balanced, axis=1).mean() <= 4
    assert np.ptp(alike, axis=1).mean() >= 8
    # independent draws of 352 duties among 40 people would spread by 2.2
    assert np.std(balanced, axis=1).mean() < 1 < 2 < np.std(alike, axis=1).mean()
