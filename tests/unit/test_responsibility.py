"""Who answers for a point, and by which rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoinspect.demo import tinytown
from geoinspect.errors import InputError, MissingColumnError
from geoinspect.messages import translator
from geoinspect.responsibility import STATUSES, assign, summary
from geoinspect.responsibility_rules import read_rules, rule_problems


def rules(*rows):
    """Rules as unit id, district, category; the name of unit U1 is "unit U1"."""
    table = pd.DataFrame(rows, columns=["unit_id", "district", "category"], dtype=object)
    return table.assign(unit_name="unit " + table["unit_id"], source_row=range(2, len(table) + 2))


@pytest.fixture
def districts():
    return tinytown.districts()


@pytest.fixture
def market():
    """Return the market of the tiny town: 集贸市场 in D1, 西桥区, far from any border."""
    return tinytown.points().loc[["TT01"]]


def decided(points, districts, units):
    row = assign(points, districts, units).iloc[0]
    return row["unit_id"], row["status"]


ALL_RANKS = [
    ("U4", "*", "*"),
    ("U3", "D1", "*"),
    ("U2", "*", "集贸市场"),
    ("U1", "D1", "集贸市场"),
]


@pytest.mark.parametrize("n_rules", [1, 2, 3, 4])
def test_the_most_specific_rule_decides(market, districts, n_rules):
    units = rules(*ALL_RANKS[:n_rules])
    assert decided(market, districts, units) == (ALL_RANKS[n_rules - 1][0], "resolved")


def test_the_order_of_the_rules_plays_no_part(market, districts):
    assert decided(market, districts, rules(*reversed(ALL_RANKS))) == ("U1", "resolved")


def test_a_rule_may_name_a_district_by_its_name(market, districts):
    units = rules(("U1", "西桥区", "*"), ("U2", "东禾区", "*"))
    assert decided(market, districts, units) == ("U1", "resolved")


def test_the_deciding_rule_is_named_with_its_row(market, districts):
    row = assign(market, districts, rules(*ALL_RANKS)).loc["TT01"]
    assert row["rule"] == "Row 5: 集贸市场 in D1 belongs to unit U1."
    assert row["reason"] == ""


def test_two_rules_of_one_rank_with_different_units_are_a_conflict(market, districts):
    units = rules(("U9", "*", "*"), ("U1", "D1", "*"), ("U2", "西桥区", "*"))
    row = assign(market, districts, units).loc["TT01"]
    assert (row["unit_id"], row["unit_name"], row["status"]) == (None, None, "conflict")
    assert "Row 3: everything in D1 belongs to unit U1." in row["reason"]
    assert "Row 4: everything in 西桥区 belongs to unit U2." in row["reason"]


def test_two_rules_of_one_rank_with_the_same_unit_agree(market, districts):
    units = rules(("U1", "D1", "*"), ("U1", "西桥区", "*"))
    assert decided(market, districts, units) == ("U1", "resolved")


def test_a_point_without_a_rule_says_which_rule_is_missing(market, districts):
    row = assign(market, districts, rules(("U1", "D2", "*"))).loc["TT01"]
    assert (row["district_id"], row["unit_id"], row["status"]) == ("D1", None, "no-rule")
    assert row["reason"] == (
        "No rule covers 集贸市场 in 西桥区 (D1); add one to the responsibility table."
    )


def test_a_name_of_two_districts_decides_nothing(market, districts):
    namesakes = districts.assign(name=["鼓楼区", "鼓楼区", "南塘区"])
    units = rules(("U9", "*", "*"), ("U1", "鼓楼区", "*"))
    row = assign(market, namesakes, units).loc["TT01"]
    assert (row["unit_id"], row["status"]) == (None, "conflict")
    assert row["reason"] == ("Row 3 names 鼓楼区, but several districts are called so (D1, D2).")


def test_a_point_near_a_border_names_the_units_of_both_sides(districts):
    toilet = tinytown.points().loc[["TT08"]]
    row = assign(toilet, districts, rules(("U1", "D1", "*"), ("U2", "D2", "*"))).loc["TT08"]
    assert (row["unit_id"], row["status"], row["also"]) == ("U1", "near-boundary", "D2")
    assert row["reason"].endswith("Here unit U1 answers, there unit U2.")


def test_a_point_near_a_border_with_one_unit_for_both_sides_says_so(districts):
    toilet = tinytown.points().loc[["TT08"]]
    row = assign(toilet, districts, rules(("U1", "*", "*"))).loc["TT08"]
    assert row["status"] == "near-boundary"
    assert row["reason"].endswith("unit U1 answers on both sides.")


def test_nobody_across_the_border_is_said_too(districts):
    toilet = tinytown.points().loc[["TT08"]]
    row = assign(toilet, districts, rules(("U1", "D1", "*"))).loc["TT08"]
    assert row["reason"].endswith("Here unit U1 answers, there nobody.")


def test_a_missing_rule_outranks_a_near_border_and_both_are_told(districts):
    toilet = tinytown.points().loc[["TT08"]]
    row = assign(toilet, districts, rules(("U2", "D2", "*"))).loc["TT08"]
    assert (row["status"], row["also"]) == ("no-rule", "D2")
    assert "No rule covers" in row["reason"]
    assert "15 m from 东禾区 (D2)" in row["reason"]


def test_a_gap_and_an_overlap_get_no_unit_even_from_a_rule_for_everything(districts):
    everything = rules(("U1", "*", "*"))
    without_west = districts.drop("D1")
    twice = pd.concat([districts, districts.loc[["D1"]].set_axis(["D9"])])
    for changed, status in ((without_west, "gap"), (twice, "overlap")):
        row = assign(tinytown.points().loc[["TT01"]], changed, everything).loc["TT01"]
        assert (row["district_id"], row["unit_id"], row["status"]) == (None, None, status)
        assert row["reason"] != ""


def test_every_point_of_the_tiny_town_has_a_unit(districts):
    found = assign(tinytown.points(), districts, tinytown.units())
    assert found["unit_id"].tolist() == (
        ["U1", "U2", "U3", "U0", "U4", "U4", "U4", "U3", "U0", "U2", "U5", "U0"]
    )
    assert set(found["status"]) <= set(STATUSES)


def test_assignments_keep_the_order_of_the_points(districts):
    points = tinytown.points()
    there = assign(points, districts, tinytown.units())
    back = assign(points[::-1], districts[::-1], tinytown.units()[::-1])
    assert back.index.tolist() == points.index[::-1].tolist()
    assert back[::-1].equals(there)


def test_the_summary_counts_every_point_once(districts):
    found = assign(tinytown.points(), districts.drop("D1"), tinytown.units())
    counts = summary(found)
    assert counts["points"].sum() == 12
    gaps = counts[counts["status"] == "gap"]
    assert gaps["points"].tolist() == [4]
    assert gaps["district_id"].isna().all()


def test_rules_and_reasons_come_in_chinese(districts):
    found = assign(tinytown.points(), districts, tinytown.units(), translate=translator("zh"))
    assert found.loc["TT11", "rule"] == "第 8 行：南塘区的超市归南塘市场监管所。"
    assert found.loc["TT08", "reason"].endswith(
        "此侧由西桥街道办事处负责，另一侧由东禾街道办事处负责。"
    )


def test_a_missing_column_of_the_rules_is_named(market, districts):
    with pytest.raises(MissingColumnError, match="no column category"):
        assign(market, districts, rules().drop(columns="category"))


@pytest.mark.parametrize("empty", [None, np.nan, "", "  "])
def test_an_empty_cell_of_a_rule_is_refused_with_its_row(districts, empty):
    units = rules(("U1", "*", "*"), ("U2", empty, "*"))
    with pytest.raises(InputError, match=r"Row 3 .* empty district"):
        read_rules(units, districts)


def problems(units, districts, categories=("集贸市场",)):
    return [str(problem) for problem in rule_problems(units, districts, categories)]


def test_good_rules_have_no_problems(districts):
    categories = set(tinytown.points()["category"])
    assert rule_problems(tinytown.units(), districts, categories) == []


def test_an_unknown_district_and_an_unknown_category_are_listed(districts):
    units = rules(("U1", "北湖区", "集贸市场"), ("U2", "D1", "市场"))
    assert problems(units, districts) == [
        "Row 2: there is no district 北湖区; give its id or exact name, or write * for any.",
        "Row 3: the category 市场 is unknown; correct it, or write * for any.",
    ]


def test_an_ambiguous_district_name_is_listed(districts):
    namesakes = districts.assign(name=["鼓楼区", "鼓楼区", "南塘区"])
    assert problems(rules(("U1", "鼓楼区", "*")), namesakes) == [
        "Row 2: several districts are called 鼓楼区 (D1, D2); give the id instead."
    ]


def test_a_problem_knows_its_row_and_speaks_chinese(districts):
    (problem,) = rule_problems(rules(("U1", "北湖区", "*")), districts, ())
    assert problem.data["row"] == 2
    assert problem.render(translator("zh")).startswith("第 2 行：没有名为北湖区的区")
