"""Rates by chance: what they are, how sure, and what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geoinspect.errors import InputError, MissingColumnError
from geoinspect.estimates import RateParams, compare_periods, estimate_rates
from geoinspect.estimates.table import code_inspections, order_of


def visits(found, chance=0.5, **columns):
    n = len(found)
    table = {
        "point_id": [f"P{k}" for k in range(n)], "day": range(n), "found": found,
        "inclusion_probability": chance,
    }  # fmt: skip
    return pd.DataFrame(table | columns)


def test_a_visit_stands_for_as_many_as_its_chance_is_small():
    rates = estimate_rates(visits([3, 1], chance=[0.5, 0.1]))
    assert rates["rate"].tolist() == pytest.approx([(2 * 3 + 10 * 1) / 12])


def test_raw_means_of_risky_points_are_put_right():
    # two points, one finds 4 a visit and is visited nine times as often
    bad, good = visits([4] * 9, chance=0.9), visits([0], chance=0.1)
    assert estimate_rates(pd.concat([bad, good]))["rate"].iloc[0] == pytest.approx(2.0)


def test_the_standard_error_of_equal_chances_is_the_usual_one():
    found = [0, 1, 2, 5, 0, 3]
    error = estimate_rates(visits(found))["standard_error"].iloc[0]
    assert error == pytest.approx(np.std(found, ddof=1) / np.sqrt(6))


def test_points_of_one_route_count_as_drawn_together():
    found = [0, 0, 0, 4, 4, 4] * 3
    days = np.repeat(np.arange(6), 3)
    alone = estimate_rates(visits(found))["standard_error"].iloc[0]
    together = estimate_rates(visits(found, day=days, team_id="A"))["standard_error"].iloc[0]
    means = [0, 4, 0, 4, 0, 4]
    assert together == pytest.approx(np.std(means, ddof=1) / np.sqrt(6))
    assert together > 1.5 * alone


def test_strata_take_out_what_differs_between_them():
    found = [0, 0.1, 0, 0.1, 3, 3.1, 3, 3.1]
    plain = estimate_rates(visits(found))["standard_error"].iloc[0]
    stratified = estimate_rates(visits(found, stratum=["a"] * 4 + ["b"] * 4))
    assert stratified["standard_error"].iloc[0] < plain / 10


def test_no_finds_leave_room_for_a_rate_that_falls_with_the_number_of_visits():
    few, many = (estimate_rates(visits([0] * n))["high"].iloc[0] for n in (5, 50))
    assert 0 < many < few
    # about 3.7 / n as of a Poisson count, a little more for what t does not know
    assert 3.5 / 50 < many < 8 / 50


def test_a_yes_or_no_gets_the_interval_of_wilson():
    found = [1] * 20 + [0] * 80
    low, high = estimate_rates(visits(found))[["low", "high"]].iloc[0]
    assert (low, high) == pytest.approx((0.1334, 0.2888), abs=0.003)


def test_a_group_under_the_minimum_is_too_few_but_keeps_a_shrunk_rate():
    table = visits([9] * 4 + [0, 1] * 20, unit=["few"] * 4 + ["many"] * 40)
    rates = estimate_rates(table, by="unit")
    assert rates["is_enough"].to_dict() == {"few": False, "many": True}
    assert rates.loc["many", "shrunk"] < rates.loc["few", "shrunk"] < 9
    assert estimate_rates(table, by="unit", params=RateParams(min_inspections=4))["is_enough"].all()


def test_one_route_alone_has_no_error_and_is_never_enough():
    rates = estimate_rates(visits([1, 2, 3, 4, 5, 6], day=1, team_id="A"))
    assert np.isnan(rates["standard_error"].iloc[0])
    assert not rates["is_enough"].iloc[0]
    assert rates["low"].iloc[0] < 3.5 < rates["high"].iloc[0]


def test_points_are_counted_once_however_often_they_were_visited():
    rates = estimate_rates(visits([0, 1, 2, 3], point_id=["a", "a", "b", "a"]))
    assert rates[["n_inspections", "n_points", "n_found"]].iloc[0].tolist() == [4, 2, 6]


def test_no_inspections_have_no_rate():
    assert estimate_rates(visits([])).loc["", "n_inspections"] == 0
    assert np.isnan(estimate_rates(visits([])).loc["", "rate"])
    assert len(estimate_rates(visits([], unit=[]), by="unit")) == 0


def test_dates_serve_as_days():
    days = [date(2026, 3, k) for k in (1, 2, 3)]
    assert estimate_rates(visits([1, 2, 3], day=days))["rate"].iloc[0] == pytest.approx(2)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("inclusion_probability", 0.0), ("inclusion_probability", 1.5),
        ("inclusion_probability", np.nan), ("found", -1.0), ("found", np.inf), ("unit", None),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_row(column, value):
    table = visits([1.0, 2.0, 3.0], unit="a").astype({"unit": object})
    table.loc[1, column] = value
    with pytest.raises(InputError, match=rf"Inspection 1 \(point P1\) has {column}"):
        estimate_rates(table, by="unit")


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="no column unit; its columns are: point_id, day"):
        estimate_rates(visits([1]), by="unit")


def test_a_campaign_that_changed_nothing_is_not_praised():
    before, after = visits([0, 1, 2, 1, 0, 2]), visits([1, 1, 0, 2, 1, 1])
    assert compare_periods(before, after)["changed"].tolist() == [""]


def test_a_campaign_counts_only_where_both_periods_have_enough():
    before = visits([5] * 10 + [5] * 10, unit=["a"] * 10 + ["b"] * 10)
    after = visits([0] * 10 + [0] * 2, unit=["a"] * 10 + ["b"] * 2)
    compared = compare_periods(before, after, by="unit")
    assert compared["changed"].to_dict() == {"a": "better", "b": ""}
    assert compared["difference"].tolist() == [-5, -5]


def test_a_group_of_one_period_alone_stays_in_the_table():
    before, after = visits([1] * 6, unit="a"), visits([1] * 6, unit="b")
    compared = compare_periods(before, after, by="unit")
    assert compared["is_enough"].tolist() == [False, False]
    assert compared["difference"].isna().all()


@pytest.mark.parametrize(
    "knobs",
    [
        {"min_inspections": 0}, {"confidence": 1.0}, {"list_probability": 0.4}, {"decile": 0.6},
        {"ranking_draws": 0},
    ],
)  # fmt: skip
def test_impossible_knobs_are_refused(knobs):
    with pytest.raises(ValueError, match="must"):
        RateParams(**knobs)


@pytest.mark.parametrize("largest", [np.iinfo(np.int64).max, 10])
def test_rows_are_sorted_by_all_columns_however_many_values_they_have(largest):
    rng = np.random.default_rng(1)
    numbers = [rng.integers(0, 4, 200), rng.integers(0, 2, 200)]
    values = [rng.choice([0.5, 0.25, 0.1], 200), rng.choice([0.0, 2.0, 1.5], 200)]
    order = np.lexsort([*values[::-1], *numbers[::-1]])
    codes = [*numbers, *(np.unique(column, return_inverse=True)[1] for column in values)]
    found = order_of(codes, largest=largest)
    for column in (*numbers, *values):
        assert column[found].tolist() == column[order].tolist()


def test_no_inspection_gives_no_row():
    assert len(order_of([np.zeros(0, np.int64)])) == 0


def test_rates_are_the_same_to_the_last_bit_where_a_table_is_coded_once():
    rng = np.random.default_rng(2)
    table = visits(rng.integers(0, 4, 90).tolist()).assign(
        day=rng.integers(0, 9, 90), team_id=rng.choice(["A", "B"], 90),
        inclusion_probability=rng.choice([0.5, 0.2, 0.05], 90), unit=rng.choice(["x", "", "z"], 90),
    )  # fmt: skip
    coded = code_inspections(table)
    for by in (None, "unit"):
        pd.testing.assert_frame_equal(
            estimate_rates(coded, by=by), estimate_rates(table, by=by), check_exact=True
        )
    named = (table["unit"] != "").to_numpy()
    pd.testing.assert_frame_equal(
        estimate_rates(coded.where(named), by="unit"),
        estimate_rates(table[named], by="unit"),
        check_exact=True,
    )
