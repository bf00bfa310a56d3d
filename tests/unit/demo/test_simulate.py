"""A made-up history: the same for the same seed, uneven, and marked as made up."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pytest
import scipy.stats
import shapely

from geoinspect.demo import effort, simulate_history, tinytown, true_rates
from geoinspect.demo.simulate import _poisson
from geoinspect.errors import InputError
from geoinspect.geometry import LocalProjection

# A Wednesday.
START = datetime(2026, 9, 9, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def city():
    """Return 400 markets on a grid of 50 m."""
    xy = np.stack(np.meshgrid(np.arange(20), np.arange(20)), axis=-1).reshape(-1, 2) * 50.0
    lonlat = LocalProjection(112.5, 32.8).to_lonlat(xy)
    ids = [f"P{i:03d}" for i in range(400)]
    return gpd.GeoDataFrame(
        {"category": "集贸市场"}, geometry=shapely.points(lonlat), index=ids, crs="EPSG:4326"
    )


@pytest.fixture(scope="module")
def history(city):
    return simulate_history(city, seed=7, days=60, per_day=50, start=START)


def test_the_same_seed_makes_the_same_history_in_any_row_order(city, history):
    again = simulate_history(city[::-1], seed=7, days=60, per_day=50, start=START)
    assert again[0].equals(history[0])
    assert again[1].equals(history[1])


def test_another_seed_makes_another_history(city, history):
    other, _ = simulate_history(city, seed=8, days=60, per_day=50, start=START)
    assert not other["point_id"].equals(history[0]["point_id"])


def test_a_seed_means_the_same_history_everywhere():
    inspections, violations = simulate_history(
        tinytown.points(), seed=1, days=2, per_day=4, start=START
    )
    assert inspections["point_id"].tolist() == (
        ["TT08", "TT09", "TT04", "TT06", "TT05", "TT12", "TT10", "TT06"]
    )
    assert violations["item"].tolist() == [
        "路面坑洼",
        "垃圾外溢",
        "控烟不力",
        "医疗废物暂存不当",
    ]


def test_every_day_visits_as_many_different_points_as_asked_for(history):
    inspections, _ = history
    days = inspections["inspected_at"].dt.tz_convert(START.tzinfo).dt.date
    visited = inspections.groupby(days)["point_id"]
    assert (visited.size() == 50).all()
    assert (visited.nunique() == 50).all()


def test_nobody_works_on_weekends_or_at_night(history):
    local = history[0]["inspected_at"].dt.tz_convert(START.tzinfo)
    assert local.iloc[0].isoformat() == "2026-09-09T09:00:00+08:00"
    assert local.dt.date.nunique() == 60
    assert set(local.dt.day_of_week) == {0, 1, 2, 3, 4}
    assert local.dt.hour.between(9, 15).all()


def test_everything_says_that_it_is_generated(history):
    inspections, violations = history
    assert set(inspections["source"]) == {"generated"}
    assert set(violations["source"]) == {"generated"}
    assert inspections.index.str.startswith("GEN-").all()
    assert violations["description"].str.startswith("模拟数据").all()


def test_violations_are_found_at_inspected_points_during_the_visit(city, history):
    inspections, violations = history
    found = violations[["point_id", "found_at"]].merge(inspections, on="point_id")
    after_s = (found["found_at"] - found["inspected_at"]).dt.total_seconds()
    assert after_s.between(0, 3600).groupby(found["found_at"]).any().all()
    at_point = city.geometry.loc[violations["point_id"]]
    assert shapely.equals(violations.geometry.to_numpy(), at_point.to_numpy()).all()


def test_severities_are_1_to_3(history):
    assert set(history[1]["severity"]) == {1, 2, 3}


def test_violations_follow_the_true_rates(city, history):
    inspections, violations = history
    expected = true_rates(city, seed=7).loc[inspections["point_id"]].sum()
    assert len(violations) == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_a_few_places_are_several_times_as_bad_as_the_rest(city):
    rates = true_rates(city, seed=7)
    assert rates.quantile(0.95) > 3 * rates.median()


def test_visits_follow_the_effort_and_not_the_rates(city, history):
    visits = history[0]["point_id"].value_counts().reindex(city.index, fill_value=0)
    assert np.corrcoef(visits, effort(city, seed=7))[0, 1] > 0.7
    assert abs(np.corrcoef(visits, true_rates(city, seed=7))[0, 1]) < 0.2


def test_poisson_numbers_are_quantiles_of_the_distribution():
    chance, mean = np.meshgrid(np.linspace(0, 0.999999, 101), [0.01, 0.3, 2.5, 27.0])
    expected = scipy.stats.poisson.ppf(chance, mean).clip(0)
    assert (_poisson(chance.ravel(), mean.ravel()) == expected.ravel()).all()


def test_the_largest_chance_below_one_ends():
    assert 5 < _poisson(np.array([1 - 2**-53]), np.array([0.25]))[0] < 30


def test_more_inspections_than_points_are_refused(city):
    with pytest.raises(InputError, match="401 inspections a day"):
        simulate_history(city, seed=1, days=1, per_day=401, start=START)


def test_a_category_without_items_is_named(city):
    odd = city.assign(category="月球基地")
    with pytest.raises(InputError, match="月球基地"):
        simulate_history(odd, seed=1, days=30, per_day=50, start=START)


def test_a_start_without_a_time_zone_is_a_mistake_of_the_programmer(city):
    with pytest.raises(ValueError, match="timezone-aware"):
        simulate_history(city, seed=1, days=1, per_day=1, start=START.replace(tzinfo=None))
