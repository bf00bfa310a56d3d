"""Weights say why: age, record, complaints, re-inspections, campaigns and monthly quotas."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from geoinspect import chances
from geoinspect.chances import (
    Campaign,
    ChanceParams,
    DayWeights,
    Problem,
    Quota,
    explain,
    point_weights,
    reason_records,
    reasons,
)
from geoinspect.chances.evidence import gather
from geoinspect.chances.quotas import working_days_left
from geoinspect.chances.weights import FACTORS
from geoinspect.errors import InputError
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)  # a Monday; six working days of November are left
POINTS = pd.DataFrame(
    {
        "category": ["hotel", "hotel", "market", "market"],
        "district": ["north", "south", "north", "south"],
    },
    index=pd.Index(["A", "B", "C", "D"], name="point_id"),
)


def inspected(*visits: tuple[str, str]) -> pd.DataFrame:
    """Inspections at noon in Shanghai, from pairs of point and day."""
    table = pd.DataFrame(visits, columns=["point_id", "day"], dtype=object)
    noon = pd.to_datetime(table["day"] + "T12:00:00+08:00", utc=True)
    return table.drop(columns="day").assign(inspected_at=noon)


def found(*rows: tuple[str | None, str, int, str]) -> pd.DataFrame:
    """Violations at noon in Shanghai, from point, day, severity and source."""
    table = pd.DataFrame(rows, columns=["point_id", "day", "severity", "source"], dtype=object)
    noon = pd.to_datetime(table["day"] + "T12:00:00+08:00", utc=True)
    return table.drop(columns="day").assign(
        found_at=noon, severity=table["severity"].astype(np.int64)
    )


EVERYWHERE = inspected(*((point, "2026-11-20") for point in "ABCD"))
NOTHING_FOUND = found()


def weighed(
    inspections: pd.DataFrame = EVERYWHERE,
    violations: pd.DataFrame = NOTHING_FOUND,
    points: pd.DataFrame = POINTS,
    **options: Any,
) -> DayWeights:
    arguments: dict[str, Any] = {"day": DAY, "timezone": SHANGHAI, "expected_stops": 2.0}
    return point_weights(points, inspections, violations, **(arguments | options))


def test_points_about_which_nothing_is_known_weigh_the_same() -> None:
    table = weighed(inspected()).table
    assert table["weight"].tolist() == [1, 1, 1, 1]
    assert table["age_days"].isna().all()


def test_weight_is_the_product_of_its_factors() -> None:
    table = weighed(
        inspected(("A", "2026-10-01"), ("B", "2026-11-20")),
        found(("A", "2026-10-01", 3, "route"), ("B", "2026-11-21", 1, "12345")),
        params=ChanceParams(campaigns={"market": 2.5}, quotas=(Quota("market", "*", 3),)),
    ).table
    product = table[list(FACTORS)].prod(axis=1)
    assert table["weight"].tolist() == pytest.approx(product.tolist(), abs=1e-6)
    assert set(table[list(FACTORS)].nunique()) != {1}


def test_age_counts_local_days() -> None:
    late = pd.Timestamp("2026-11-20T16:30:00Z")  # half past midnight on the 21st in Shanghai
    visit = pd.DataFrame({"point_id": ["A"], "inspected_at": [late]})
    assert weighed(visit).table.loc["A", "age_days"] == 2
    assert weighed(visit, timezone=ZoneInfo("UTC")).table.loc["A", "age_days"] == 3


def test_age_is_squared_above_a_uniform_share() -> None:
    visits = inspected(("A", "2026-11-22"), ("B", "2026-11-20"))
    table = weighed(visits, points=POINTS.loc[["A", "B"]]).table
    assert table["age_days"].tolist() == [1, 3]
    assert table["age_factor"].tolist() == pytest.approx([0.15 + 0.85 / 5, 0.15 + 0.85 * 9 / 5])


def test_a_point_never_visited_counts_a_day_more_than_the_oldest() -> None:
    table = weighed(inspected(("A", "2026-11-22"), ("B", "2026-11-20"))).table
    assert table["counted_age_days"].tolist() == [1, 3, 4, 4]


def test_a_forgotten_point_does_not_take_all_visits() -> None:
    forgotten = inspected(("A", "2020-01-01"), *((point, "2026-11-20") for point in "BCD"))
    table = weighed(forgotten).table
    assert table.loc["A", "age_days"] > 2000
    assert table.loc["A", "counted_age_days"] == 8 * 3


def test_a_draw_counts_as_a_visit_before_anybody_writes_it_down() -> None:
    drawn = {date(2026, 11, 22): ["A"], DAY: ["B"], date(2026, 12, 1): ["C"]}
    table = weighed(drawn_before=drawn).table
    assert table["age_days"].tolist() == [1, 3, 3, 3]
    assert table["risk"].eq(0).all()


def test_a_finding_of_an_inspection_proves_a_visit() -> None:
    table = weighed(inspected(), found(("A", "2026-11-13", 1, "import"))).table
    assert table.loc["A", "age_days"] == 10


def test_risk_is_severity_per_visit_pulled_to_the_category() -> None:
    # city 3/4; hotels (3 + 4 * 3/4) / (2 + 4) = 1; A (3 + 4) / (1 + 4), B 4 / 5
    # markets (0 + 3) / 6 = 1/2; C and D (0 + 2) / 5
    table = weighed(violations=found(("A", "2026-11-20", 3, "route"))).table
    assert table["risk"].tolist() == pytest.approx([1.4, 0.8, 0.4, 0.4])
    assert table["risk_factor"].tolist() == pytest.approx(
        [0.75 + 0.25 * risk / 0.75 for risk in (1.4, 0.8, 0.4, 0.4)]
    )


def test_a_point_visited_once_says_less_about_itself_than_one_visited_often() -> None:
    often = [("B", f"2026-11-{day}") for day in range(10, 20)]
    bad = [("B", f"2026-11-{day}", 2, "route") for day in range(10, 20)]
    visits = inspected(("A", "2026-11-19"), ("C", "2026-11-19"), *often)
    table = weighed(visits, found(("A", "2026-11-19", 2, "route"), *bad)).table
    assert table.loc["A", "risk"] < table.loc["B", "risk"]


def test_risk_forgets_after_a_year() -> None:
    visits = inspected(("A", "2025-11-22"), *((point, "2026-11-20") for point in "ABCD"))
    assert weighed(visits, found(("A", "2025-11-22", 3, "route"))).table["risk"].eq(0).all()


def test_complaints_are_what_no_inspection_found() -> None:
    table = weighed(
        violations=found(
            ("A", "2026-11-21", 1, "12345"),
            ("A", "2026-11-01", 1, "citizen app"),
            ("A", "2026-08-24", 1, "12345"),  # 91 days ago
            ("A", "2026-11-20", 1, "route"),
            ("B", "2026-11-20", 1, "generated"),
        )
    ).table
    assert table["complaints"].tolist() == [2, 0, 0, 0]
    assert table.loc["A", "complaint_factor"] == pytest.approx(3**0.4)


def test_complaints_are_not_a_risk() -> None:
    assert weighed(violations=found(("A", "2026-11-20", 3, "12345"))).table["risk"].eq(0).all()


def test_a_reinspection_is_due_until_the_next_visit() -> None:
    violations = found(("A", "2026-11-20", 1, "route"), ("B", "2026-11-19", 1, "route"))
    table = weighed(violations=violations).table
    assert table["reinspections_due"].tolist() == [1, 0, 0, 0]
    assert table["reinspection_factor"].tolist() == [1.4, 1, 1, 1]
    drawn = weighed(violations=violations, drawn_before={date(2026, 11, 22): ["A"]})
    assert drawn.table["reinspections_due"].eq(0).all()


def test_a_campaign_raises_its_category() -> None:
    table = weighed(params=ChanceParams(campaigns={"market": 3.0})).table
    assert table["weight"].tolist() == [1, 1, 3, 3]


def test_nothing_of_the_day_itself_or_later_enters() -> None:
    now = weighed().table
    later = weighed(
        pd.concat([EVERYWHERE, inspected(("A", "2026-11-23"), ("B", "2027-01-01"))]),
        found(("A", "2026-11-23", 3, "route"), ("C", "2026-11-24", 3, "12345")),
        drawn_before={DAY: ["D"]},
        params=ChanceParams(quotas=(Quota("*", "*", 0),)),
    ).table
    pd.testing.assert_frame_equal(now, later)


def test_records_without_a_known_point_are_named() -> None:
    visits = pd.concat([EVERYWHERE, inspected(("Z", "2026-11-20"))])
    weights = weighed(visits, found((None, "2026-11-20", 1, "12345")))
    assert [problem.data for problem in weights.problems] == [{"rows": 2}]
    pd.testing.assert_frame_equal(weights.table, weighed().table)


def test_working_days_left_follow_the_calendar() -> None:
    assert working_days_left(DAY, ChanceParams()) == 6
    calendar = ChanceParams(days_off=("2026-11-24", "2026-11-29"), days_on=("2026-11-28",))
    assert working_days_left(DAY, calendar) == 6
    assert working_days_left(date(2026, 11, 29), ChanceParams()) == 2  # the Sunday itself


@pytest.mark.parametrize(("day", "chance"), [(23, 1 / 6), (26, 1 / 3), (27, 1 / 2), (30, 0.95)])
def test_a_quota_asks_for_the_same_chance_on_each_day_left(day: int, chance: float) -> None:
    points = pd.DataFrame(
        {"category": ["one", *["many"] * 50]}, index=map("{:02}".format, range(51))
    )
    params = ChanceParams(quotas=(Quota("one", "*", 1),))
    weights = weighed(
        inspected(), points=points, day=date(2026, 11, day), expected_stops=5.0, params=params
    )
    assert weights.problems == ()
    assert weights.chances(5.0, params)[0] == pytest.approx(chance, rel=1e-5)
    assert weights.chances(5.0, params)[1:].sum() == pytest.approx(5 - chance)


def test_a_quota_that_is_reached_asks_for_nothing() -> None:
    params = ChanceParams(quotas=(Quota("hotel", "north", 1),))
    assert weighed(params=params).table["quota_factor"].eq(1).all()
    last_month = inspected(*((point, "2026-10-30") for point in "ABCD"))
    params = ChanceParams(quotas=(Quota("hotel", "north", 9),))
    assert weighed(last_month, params=params).table["quota_factor"].gt(1).tolist() == [
        True, False, False, False,
    ]  # fmt: skip


def test_quotas_that_ask_for_every_visit_leave_something_to_the_others() -> None:
    params = ChanceParams(quotas=(Quota("hotel", "*", 99),))
    chances_now = weighed(params=params).chances(1.5, params)
    assert chances_now.min() >= 0.005
    assert chances_now[:2].sum() > 1.4


def test_quotas_for_all_points_change_nothing() -> None:
    params = ChanceParams(quotas=(Quota("*", "*", 20),))
    assert weighed(params=params).table["quota_factor"].eq(1).all()


def sentences(weights: DayWeights, language: Any = "en") -> list[str]:
    return [problem.render(translator(language)) for problem in weights.problems]


def test_a_quota_that_the_cap_does_not_allow_is_named_with_the_way_out() -> None:
    params = ChanceParams(quotas=(Quota("hotel", "north", 9),))
    weights = weighed(params=params)
    assert sentences(weights) == [
        "The quota of 9 visits a month for category hotel in district north cannot be kept: 8 are "
        "missing, and 1 points on 6 working days allow 6 at most. Lower it to 7, or leave it "
        "for this month."
    ]
    lowered = ChanceParams(quotas=(Quota("hotel", "north", 7),))
    assert weighed(params=lowered).problems == ()


def test_quotas_that_need_more_than_all_visits_together_are_named() -> None:
    params = ChanceParams(quotas=(Quota("hotel", "*", 10), Quota("market", "*", 10)))
    weights = weighed(params=params)  # 16 missing, 6 days of 2
    assert sentences(weights)[-1].startswith("All quotas together still need 16 visits, but 6 ")
    overlapping = ChanceParams(quotas=(Quota("hotel", "*", 10), Quota("*", "north", 10)))
    assert weighed(params=overlapping).problems == ()  # A may serve both


def test_wishes_that_mean_no_point_are_named() -> None:
    params = ChanceParams(campaigns={"hotl": 2.0}, quotas=(Quota("*", "west", 1),))
    assert sentences(weighed(params=params)) == [
        "The campaign for hotl means no point: check the category.",
        "The quota for category all in district west means no point: check both names.",
    ]
    assert "类别：全部" in sentences(weighed(params=params), "zh")[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"campaigns": {"hotel": 0}},
        {"campaigns": {"hotel": 1000}},
        {"campaigns": {"hotel": float("nan")}},
        {"campaigns": {"hotel": Campaign(float("inf"))}},
        {"days_off": ("2026-02-30",)},
        {"cap": 0.004},
        {"risk_days": 0},
    ],
)
def test_wishes_without_sense_are_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(InputError):
        ChanceParams(**wrong)


def test_a_campaign_counts_on_its_days_only() -> None:
    week = Campaign(3.0, start=DAY, end=DAY + timedelta(days=6))
    params = ChanceParams(campaigns={"market": week})
    factors = [
        weighed(day=DAY + timedelta(days=ahead), params=params).table.loc["C", "campaign_factor"]
        for ahead in (-1, 0, 6, 7)
    ]
    assert factors == [1, 3, 3, 1]


def test_a_campaign_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="ends before it begins"):
        Campaign(2.0, start=DAY, end=DAY - timedelta(days=1))


def test_knobs_are_written_as_plain_values() -> None:
    params = ChanceParams(
        campaigns={"market": Campaign(3.0, start=DAY)},
        quotas=(Quota("hotel", "*", 2),),
        days_off=("2026-10-01",),
    )
    written = params.to_record()
    assert json.loads(json.dumps(written)) == written
    assert written["quotas"] == [{"category": "hotel", "district": "*", "minimum": 2}]


def test_a_quota_sees_what_was_drawn_this_month() -> None:
    params = ChanceParams(quotas=(Quota("market", "*", 8),))
    drawn = {date(2026, 11, day): {"C", "D"} for day in (16, 17, 18, 19)}
    behind = weighed(inspected(("A", "2026-11-19")), params=params).table["quota_factor"]
    kept = weighed(inspected(("A", "2026-11-19")), params=params, drawn_before=drawn).table
    assert behind[["C", "D"]].gt(1).all()
    assert kept["quota_factor"].eq(1).all()


def test_a_negative_minimum_is_refused() -> None:
    with pytest.raises(InputError, match="-1 visits"):
        Quota("hotel", "*", -1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"floor": 0.0},
        {"uniform_share": 0.0},
        {"risk_strength": 1.0},
        {"age_exponent": -1.0},
        {"oldest_age": 0.5},
        {"prior_visits": 0.0},
    ],
)
def test_knobs_outside_their_range_are_a_mistake(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        ChanceParams(**wrong)


def test_reasons_are_short_and_in_the_readers_language() -> None:
    params = ChanceParams(campaigns={"hotel": 2.0}, quotas=(Quota("hotel", "south", 6),))
    weights = weighed(
        inspected(("A", "2026-10-13")),
        found(("A", "2026-10-13", 3, "route"), ("A", "2026-11-21", 1, "12345")),
        params=params,
    )
    first, second, third, _ = (
        explain(record, translator("zh")) for record in reason_records(weights.table)
    )
    assert first == [
        "距上次检查 41 天", "近期投诉 1 件", "待复查问题 1 个", "专项整治，权重 ×2",
    ]  # fmt: skip
    assert second[:2] == ["从未检查", "专项整治，权重 ×2"]
    assert second[2].startswith("本月检查次数未达标，权重 ×")
    assert third == ["从未检查"]


def test_reasons_survive_json() -> None:
    records = reason_records(weighed(inspected(("A", "2026-10-13"))).table)
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert [record[0]["age_days"] for record in records] == [41, None, None, None]


def test_the_factors_of_the_reasons_multiply_to_the_weight() -> None:
    weights = weighed(
        inspected(("A", "2026-10-01"), ("B", "2026-11-20")),
        found(("A", "2026-10-01", 3, "route"), ("B", "2026-11-21", 1, "12345")),
        params=ChanceParams(campaigns={"market": 2.5}, quotas=(Quota("hotel", "south", 8),)),
    )
    records = reason_records(weights.table)
    assert {reason["code"] for record in records for reason in record} == set(reasons._COLUMNS)
    product = [math.prod(reason["factor"] for reason in record) for record in records]
    assert product == pytest.approx(weights.table["weight"].tolist(), abs=1e-5)


def test_every_reason_is_translated_with_its_fields() -> None:
    zh = translator("zh")
    texts = [reasons._NEVER_VISITED, reasons._AGE, *reasons._SENTENCES.values()]
    params = ChanceParams(
        campaigns={"x": 2.0},
        quotas=(Quota("x", "*", 1), Quota("hotel", "*", 99), Quota("market", "*", 99)),
    )
    wrong = weighed(violations=found((None, "2026-11-20", 1, "12345")), params=params).problems
    for sentence in (*texts, *(problem.sentence for problem in wrong)):
        assert zh(sentence) != sentence
        assert {f for _, f, _, _ in Formatter().parse(zh(sentence))} - {None} == {
            f for _, f, _, _ in Formatter().parse(sentence)
        } - {None}


def test_a_problem_keeps_its_data() -> None:
    assert Problem("{n} of {what}", {"n": 3, "what": "*"}).render() == "3 of all"


def test_stops_are_guessed_from_teams_and_hours() -> None:
    assert chances.usual_stops(1, 3600, 12 * 60) == pytest.approx(0.88 * 60 / 18)


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "bench_coverage.py"
    spec = importlib.util.spec_from_file_location("bench_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_year_of_draws_keeps_the_promises_of_coverage(bench: ModuleType) -> None:
    year = bench.simulate(bench.Method("", bench.by_weights(ChanceParams(), record=True)), 1, 264)
    assert year.visited.sum(axis=1).tolist() == [30] * 264
    assert year.longest_gap <= 66
    assert year.largest.mean() <= 0.35
    assert year.smallest.min() >= 0.005
    assert year.shares_kept >= 0.9


def test_uniform_chances_leave_points_unseen_for_longer(bench: ModuleType) -> None:
    year = bench.simulate(bench.Method("", bench.uniform_law), 1, 264)
    assert year.longest_gap > 100
    assert year.unseen_after_a_month == pytest.approx((1 - 30 / 635) ** 22, abs=0.04)


def test_monthly_quotas_reach_small_categories(bench: ModuleType) -> None:
    method = bench.methods()[-1]
    year = bench.simulate(method, 1, 44)
    assert year.tiny_visited >= 0.95


def test_the_simulation_keeps_the_books_that_the_tables_would(bench: ModuleType) -> None:
    year = bench.simulate(bench.Method("", bench.uniform_law), 3, 25)
    days, points = np.nonzero(year.visited)
    noon = [datetime(*year.days[day].timetuple()[:3], 12, tzinfo=SHANGHAI) for day in days]
    visits = pd.DataFrame({"point_id": points, "inspected_at": pd.to_datetime(noon, utc=True)})
    simulated = year.history.evidence()
    evidence = gather(
        simulated[["category", "district"]], visits, NOTHING_FOUND, {},
        day=year.history.today, timezone=SHANGHAI, params=ChanceParams(),
    )  # fmt: skip
    columns = ["age_days", "visits", "month_visits"]
    pd.testing.assert_frame_equal(evidence[columns], simulated[columns], check_dtype=False)
    assert year.history.today == date(2026, 1, 1) + timedelta(days=35)


def test_visits_that_cases_ask_for_are_due_until_the_point_is_visited() -> None:
    asked = pd.DataFrame(
        {
            "point_id": ["A", "B", "C", "D"],
            # B was visited since; what happens on the day itself is not known on its eve
            "since": pd.to_datetime(
                ["2026-11-10T04:00Z", "2026-11-10T04:00Z", "2026-11-20T04:00Z", "2026-11-23T01:00Z"]
            ),
        }
    )
    seen = inspected(("A", "2026-11-09"), ("B", "2026-11-12"))
    evidence = gather(
        POINTS, seen, found(), {}, day=DAY, timezone=SHANGHAI, params=ChanceParams(), asked=asked
    )
    assert evidence["reinspections_due"].to_dict() == {"A": 1, "B": 0, "C": 1, "D": 0}


def test_a_violation_whose_case_is_settled_asks_for_no_visit() -> None:
    violations = found(("A", "2026-11-10", 1, "route"), ("A", "2026-11-10", 2, "route"))
    violations.index = pd.Index(["V1", "V2"])
    due = [
        gather(
            POINTS, inspected(), violations, {}, day=DAY, timezone=SHANGHAI,
            params=ChanceParams(), settled=settled,
        )
        for settled in ([], ["V1"], ["V1", "V2"])
    ]  # fmt: skip
    assert [int(table.loc["A", "reinspections_due"]) for table in due] == [2, 1, 0]
    # what was found still counts as found
    assert [int(table.loc["A", "severity"]) for table in due] == [3, 3, 3]
