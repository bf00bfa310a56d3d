"""Lists that say how likely they are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoinspect.estimates import RateParams, estimate_rates, rank_groups


def known(shrunk, error, **columns):
    n = len(shrunk)
    table = {"shrunk": shrunk, "shrunk_error": error, "high": 2.0, "is_enough": True}
    return pd.DataFrame(table | columns, index=[f"unit {k:02d}" for k in range(n)])


def test_units_that_clearly_differ_are_ranked_for_certain():
    ranks = rank_groups(known(np.linspace(0.1, 2.0, 20), 0.001))
    assert ranks["rank"].tolist() == list(range(1, 21))
    assert ranks["rank_low"].tolist() == ranks["rank_high"].tolist() == list(range(1, 21))
    assert ranks["listed"].tolist() == ["red"] * 2 + [""] * 16 + ["black"] * 2


def test_units_that_nobody_can_tell_apart_are_on_no_list():
    ranks = rank_groups(known(np.full(20, 0.5), 0.2))
    assert (ranks["listed"] == "").all()
    assert ranks["p_worst_decile"].to_numpy() == pytest.approx(0.1, abs=0.03)
    assert ranks["p_best_decile"].to_numpy() == pytest.approx(0.1, abs=0.03)
    assert (ranks["rank"] == 1).all()


def test_where_nothing_was_found_nobody_is_worst():
    inspections = pd.DataFrame({
        "point_id": range(100), "day": range(100), "found": 0, "inclusion_probability": 0.5,
        "unit": np.repeat(np.arange(10), 10),
    })  # fmt: skip
    ranks = rank_groups(estimate_rates(inspections, by="unit"))
    assert (ranks["listed"] == "").all()
    assert ranks["p_worst_decile"].sum() == pytest.approx(1)


def test_too_few_inspections_mean_no_rank_and_no_list():
    ranks = rank_groups(known([0.1, 0.5, 9.0], 0.001, is_enough=[True, True, False]))
    assert ranks["rank"].tolist() == [1, 2, pd.NA]
    assert ranks.loc["unit 02", "listed"] == ""
    assert np.isnan(ranks.loc["unit 02", "p_worst_decile"])


def test_one_group_is_neither_best_nor_worst():
    assert rank_groups(known([0.5], 0.1))["listed"].tolist() == [""]


def test_no_group_has_no_ranks():
    assert rank_groups(known([0.5], 0.1, is_enough=False))["rank"].isna().all()


def test_probabilities_of_a_decile_add_up_to_its_places():
    ranks = rank_groups(known(np.linspace(0.3, 0.9, 30), 0.2))
    assert ranks["p_worst_decile"].sum() == pytest.approx(3)
    assert ranks["p_best_decile"].sum() == pytest.approx(3)


def test_two_normal_rates_swap_ranks_as_often_as_theory_says():
    ranks = rank_groups(known([10.0, 11.0], 0.5, high=20.0), params=RateParams(decile=0.5))
    # the difference is about normal(1, 0.5 sqrt 2), below 0 with a chance of 0.079
    assert ranks["p_worst_decile"].iloc[0] == pytest.approx(0.079, abs=0.015)


def test_the_same_seed_gives_the_same_list_and_another_seed_nearly_so():
    rates = known(np.linspace(0.3, 0.9, 30), 0.2)
    one, again = rank_groups(rates), rank_groups(rates)
    other = rank_groups(rates, params=RateParams(seed="another"))
    pd.testing.assert_frame_equal(one, again)
    assert not one["p_worst_decile"].equals(other["p_worst_decile"])
    assert one["p_worst_decile"].to_numpy() == pytest.approx(
        other["p_worst_decile"].to_numpy(), abs=0.04
    )
