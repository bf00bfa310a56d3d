"""What holds for every set of inspections."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.estimates import compare_periods, estimate_rates, rank_groups
from geoinspect.estimates.shrinkage import posterior
from geoinspect.estimates.steadying import steady_rates
from geoinspect.estimates.table import code_inspections, group_inspections

COLUMNS = ["point_id", "day", "team_id", "found", "inclusion_probability", "unit"]
rows = st.tuples(
    st.sampled_from("abcdefgh"),
    st.integers(1, 30),
    st.sampled_from("xy"),
    st.integers(0, 4),
    st.floats(0.01, 1.0),
    st.sampled_from(["north", "south", "east"]),
)
tables = st.lists(rows, min_size=1, max_size=40).map(
    lambda drawn: pd.DataFrame(drawn, columns=COLUMNS)
)
quick = settings(max_examples=40, deadline=None)


@quick
@given(tables, st.just(0.0) | st.floats(1e-6, 5))
def test_what_is_the_same_everywhere_is_estimated_exactly(inspections, constant):
    rates = estimate_rates(inspections.assign(found=constant), by="unit")
    assert rates["rate"].to_numpy() == pytest.approx(constant, abs=1e-12)
    assert rates["shrunk"].to_numpy() == pytest.approx(constant, abs=1e-9)


@quick
@given(tables, st.floats(0.01, 1.0))
def test_equal_chances_give_the_plain_mean(inspections, chance):
    rates = estimate_rates(inspections.assign(inclusion_probability=chance), by="unit")
    plain = inspections.groupby("unit")["found"].mean()
    assert rates["rate"].to_numpy() == pytest.approx(plain.to_numpy())
    assert rates["n_found"].sum() == inspections["found"].sum()
    assert rates["n_inspections"].sum() == len(inspections)


@quick
@given(tables)
def test_the_citys_rate_is_that_of_its_units_by_their_weights(inspections):
    units = estimate_rates(inspections, by="unit")
    weights = (1 / inspections["inclusion_probability"]).groupby(inspections["unit"]).sum()
    city = estimate_rates(inspections)["rate"].iloc[0]
    assert city == pytest.approx(np.average(units["rate"], weights=weights))


@quick
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_plays_no_part_to_the_last_bit(inspections, random):
    order = random.sample(range(len(inspections)), len(inspections))
    one = estimate_rates(inspections, by="unit")
    other = estimate_rates(inspections.iloc[order], by="unit")
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(rank_groups(one), rank_groups(other), check_exact=True)


@quick
@given(tables)
def test_intervals_hold_their_estimate(inspections):
    rates = estimate_rates(inspections, by="unit")
    for estimate, low, high in (("rate", "low", "high"), ("shrunk", "shrunk_low", "shrunk_high")):
        assert (rates[low] >= 0).all()
        assert (rates[low] <= rates[estimate] + 1e-9).all()
        assert (rates[estimate] <= rates[high] + 1e-9).all()


@quick
@given(tables)
def test_shrinking_draws_rates_together_and_never_past_the_others(inspections):
    table = group_inspections(code_inspections(inspections), "unit")
    steady = steady_rates(table)
    shrunk, variance = posterior(steady, table.n_points)
    assert np.ptp(shrunk) <= np.ptp(steady.rate) + 1e-9
    assert (shrunk >= steady.rate.min() - 1e-9).all()
    assert (shrunk <= steady.rate.max() + 1e-9).all()
    assert (variance >= 0).all()


@quick
@given(tables)
def test_shrunk_rates_of_units_add_up_to_that_of_the_city(inspections):
    # one find more than yes or no: then no rate is cut at 1
    first = inspections.iloc[[0]].assign(found=2)
    inspections = pd.concat([first, inspections.iloc[1:]])
    rates = estimate_rates(inspections, by="unit")
    weights = (1 / inspections["inclusion_probability"]).groupby(inspections["unit"]).sum()
    city = estimate_rates(inspections)["rate"].iloc[0]
    assert np.average(rates["shrunk"], weights=weights) == pytest.approx(city)


@quick
@given(tables)
def test_a_yes_or_no_has_a_rate_below_one(inspections):
    rates = estimate_rates(inspections.assign(found=inspections["found"] > 1), by="unit")
    assert (rates[["high", "shrunk_high"]] <= 1).all(axis=None)


@quick
@given(tables, tables)
def test_going_back_in_time_turns_a_comparison_round(one, other):
    there, back = compare_periods(one, other, by="unit"), compare_periods(other, one, by="unit")
    assert there["difference"].to_numpy() == pytest.approx(
        -back["difference"].to_numpy(), nan_ok=True
    )
    assert there["low"].to_numpy() == pytest.approx(-back["high"].to_numpy(), nan_ok=True)
