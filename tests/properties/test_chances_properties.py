"""Whatever happened before: weights ignore order and the future, and chances stay in bounds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.chances import ChanceParams, DayWeights, Quota, explain, point_weights
from geoinspect.chances.reasons import reason_records
from geoinspect.chances.weights import FACTORS

DAY = date(2026, 3, 18)
CATEGORIES = ["hotel", "market", "school"]
SOURCES = ["route", "import", "12345", "app"]


class Past(NamedTuple):
    """The tables of a small city, on both sides of DAY, and the knobs."""

    points: pd.DataFrame
    inspections: pd.DataFrame
    violations: pd.DataFrame
    drawn: dict[date, list[str]]
    params: ChanceParams

    def weights(self, stops: float = 3.0) -> DayWeights:
        return point_weights(
            self.points,
            self.inspections,
            self.violations,
            day=DAY,
            timezone=ZoneInfo("Asia/Shanghai"),
            expected_stops=stops,
            params=self.params,
            drawn_before=self.drawn,
        )


def moments(days_ago: list[int]) -> pd.Series[Any]:
    noon = pd.Timestamp(DAY, tz="Asia/Shanghai") + pd.Timedelta(hours=12)
    return pd.Series([noon - timedelta(days=d) for d in days_ago], dtype="datetime64[us, UTC]")


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    n = draw(st.integers(4, 12))
    ids = [f"P{i:02}" for i in range(n)]
    points = pd.DataFrame(
        {
            "category": [draw(st.sampled_from(CATEGORIES)) for _ in ids],
            "district": [draw(st.sampled_from(["north", "south"])) for _ in ids],
        },
        index=pd.Index(ids, name="point_id"),
    )
    anyone, ago = st.sampled_from([*ids, "unknown"]), st.integers(-5, 500)
    visits = draw(st.lists(st.tuples(anyone, ago), max_size=30))
    inspections = pd.DataFrame(
        {
            "point_id": pd.Series([point for point, _ in visits], dtype=object),
            "inspected_at": moments([days for _, days in visits]),
        }
    )
    found = draw(
        st.lists(
            st.tuples(st.none() | anyone, ago, st.integers(1, 3), st.sampled_from(SOURCES)),
            max_size=20,
        )
    )
    violations = pd.DataFrame(
        {
            "point_id": pd.Series([row[0] for row in found], dtype=object),
            "found_at": moments([row[1] for row in found]),
            "severity": np.array([row[2] for row in found], dtype=np.int64),
            "source": pd.Series([row[3] for row in found], dtype=object),
        }
    )
    drawn = draw(
        st.dictionaries(
            ago.map(lambda d: DAY - timedelta(days=d)), st.lists(anyone, max_size=4), max_size=4
        )
    )
    return Past(points, inspections, violations, drawn, draw(knobs()))


@st.composite
def knobs(draw: st.DrawFn) -> ChanceParams:
    wanted = st.builds(
        Quota,
        st.sampled_from([*CATEGORIES, "*"]),
        st.sampled_from(["north", "south", "*"]),
        st.integers(0, 40),
    )
    return ChanceParams(
        campaigns=draw(
            st.dictionaries(st.sampled_from(CATEGORIES), st.floats(0.01, 100), max_size=2)
        ),
        quotas=tuple(draw(st.lists(wanted, max_size=3))),
        risk_strength=draw(st.floats(0, 0.9)),
        uniform_share=draw(st.floats(0.01, 1)),
        age_exponent=draw(st.floats(0, 4)),
    )


@settings(max_examples=20, deadline=None, derandomize=True)
@given(past=pasts(), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_plays_no_part(past: Past, seed: int) -> None:
    shuffled = past._replace(
        points=past.points.sample(frac=1, random_state=seed),
        inspections=past.inspections.sample(frac=1, random_state=seed),
        violations=past.violations.sample(frac=1, random_state=seed),
        drawn={day: past.drawn[day][::-1] for day in sorted(past.drawn)},
    )
    before, after = past.weights(), shuffled.weights()
    pd.testing.assert_frame_equal(before.table, after.table, check_exact=True)
    assert before.problems == after.problems


@settings(max_examples=20, deadline=None, derandomize=True)
@given(past=pasts())
def test_only_the_past_enters(past: Past) -> None:
    midnight = pd.Timestamp(DAY, tz="Asia/Shanghai")
    known = past._replace(
        inspections=past.inspections[past.inspections["inspected_at"] < midnight],
        violations=past.violations[past.violations["found_at"] < midnight],
        drawn={day: points for day, points in past.drawn.items() if day < DAY},
    )
    pd.testing.assert_frame_equal(past.weights().table, known.weights().table, check_exact=True)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(past=pasts(), share=st.floats(0.1, 0.9))
def test_chances_keep_their_bounds_and_sum_to_the_stops(past: Past, share: float) -> None:
    stops = share * len(past.points)
    weights = past.weights(stops)
    chances = weights.chances(stops, past.params)
    assert weights.table["weight"].gt(0).all()
    assert np.isfinite(weights.table.drop(columns="age_days").to_numpy()).all()
    assert chances.min() >= past.params.floor
    assert chances.max() <= past.params.cap
    assert chances.sum() == pytest.approx(stops)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(past=pasts())
def test_each_factor_different_from_1_has_its_reason(past: Past) -> None:
    table = past.weights().table
    away = (table[list(FACTORS[1:])] - 1).abs().ge(0.05).sum(axis=1)
    told = [len(explain(record)) for record in reason_records(table)]
    assert told == (1 + away).tolist()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(past=pasts(), days=st.integers(1, 200))
def test_waiting_longer_never_lowers_a_weight(past: Past, days: int) -> None:
    params = ChanceParams(age_exponent=past.params.age_exponent)
    visits = pd.DataFrame(
        {"point_id": past.points.index, "inspected_at": moments([days] * len(past.points))}
    )
    nothing = past.violations.iloc[:0]
    longer = visits.assign(inspected_at=visits["inspected_at"].where(
        visits.index > 0, visits["inspected_at"] - timedelta(days=days)
    ))  # fmt: skip
    plain = Past(past.points, longer, nothing, {}, params).weights().table["weight"]
    assert plain.iloc[0] >= plain.iloc[1:].max()
