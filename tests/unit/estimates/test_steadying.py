"""Steady rates: what each point says, and how little one unlikely visit moves them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoinspect.estimates import estimate_rates
from geoinspect.estimates.steadying import correction, steady_rates
from geoinspect.estimates.table import code_inspections, group_inspections

RNG = np.random.default_rng(8)


def visits(points: dict[str, list[int]], unit: str = "U", chance: float = 0.5) -> pd.DataFrame:
    """Visits of a unit's points, one a day; what was found at each point."""
    found = [(point, number) for point, numbers in points.items() for number in numbers]
    return pd.DataFrame(found, columns=["point_id", "found"]).assign(
        day=range(len(found)), team_id="A", unit=unit, inclusion_probability=chance
    )


def table_of(*units: pd.DataFrame):
    inspections = pd.concat(units, ignore_index=True).assign(day=lambda rows: range(len(rows)))
    return group_inspections(code_inspections(inspections), "unit")


def test_points_that_surely_differ_weigh_the_same_however_often_they_were_visited():
    bad, good = [8, 9, 7, 8, 8, 9, 7, 8] * 5, [0, 0, 1, 0] * 2
    rate = steady_rates(table_of(visits({"bad": bad, "good": good}))).rate
    assert rate[0] == pytest.approx((8 + 0.25) / 2, abs=0.15)
    assert np.mean(bad + good) > 6


def test_points_that_do_not_differ_are_taken_together():
    # four visits here say as much as forty there only if points differ
    many, few = [1, 0, 1, 1, 0, 1, 0, 1] * 5, [1, 1, 0, 0]
    rate = steady_rates(table_of(visits({"a": many, "b": few}))).rate
    assert rate[0] == pytest.approx(np.mean(many + few), abs=0.005)


def test_what_one_visit_found_against_all_odds_does_not_make_a_unit_the_worst():
    bad = visits({f"b{k}": [2, 1, 2, 2] for k in range(10)}, "bad")
    good = visits({f"g{k}": [0, 1, 0, 0] for k in range(10)}, "good")
    good.loc[0, ["found", "inclusion_probability"]] = (4, 0.005)
    rates = estimate_rates(pd.concat([bad, good.assign(day=good["day"] + 100)]), by="unit")
    assert rates.loc["good", "rate"] > rates.loc["bad", "rate"]
    assert rates.loc["good", "shrunk"] < rates.loc["bad", "shrunk"]


def test_points_that_nobody_visited_leave_a_rate_less_certain():
    seen = {f"p{k}": list(RNG.poisson(1 + 3 * (k % 2), 6)) for k in range(8)}
    often, seldom = (visits(seen, chance=chance) for chance in (1.0, 0.01))
    spreads = [steady_rates(table_of(each)).spread[0] for each in (often, seldom)]
    assert spreads[1] > 1.2 * spreads[0]


def test_routes_that_find_much_or_nothing_leave_a_rate_less_certain():
    found = {f"p{k}": [0, 3, 0, 3, 0, 3] for k in range(6)}
    alone = visits(found)
    # each route visits all points, and is either strict or blind
    together = alone.assign(day=np.tile(np.arange(6), 6))
    spreads = [
        steady_rates(group_inspections(code_inspections(each), "unit")).spread[0]
        for each in (alone, together)
    ]
    assert spreads[1] > 3 * spreads[0]


def test_a_city_that_is_sent_to_when_it_is_bad_is_put_right_in_all_its_units_alike():
    table = table_of(visits({"a": [4, 4, 4, 4]}, "x", 0.8), visits({"b": [2, 2, 2, 2]}, "y", 0.4))
    factor, error = correction(table, np.array([2.0, 1.0]))
    assert factor == pytest.approx(2.0)
    assert error == 0
    assert correction(table_of(visits({"a": [0, 0]})), np.array([0.0])) == (1.0, 0.0)


def test_a_unit_is_the_sum_of_its_points_also_where_the_answer_is_yes_or_no():
    table = table_of(visits({"bad": [1] * 30, "good": [0] * 6}))
    rates = steady_rates(table)
    assert rates.is_proportion
    assert rates.rate[0] == pytest.approx(0.5, abs=0.05)
