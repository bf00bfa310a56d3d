"""Small editions of the simulated city years: what estimates promise there."""

from __future__ import annotations

import numpy as np
import pytest
from estimates.city_year import CityParams, build_city, inspect_city
from estimates.promises import measure

SMALL = CityParams(points=240, units=24, teams=4, days=60, visits_a_day=16)


@pytest.fixture(scope="module", params=[False, True], ids=["counts", "yes or no"])
def measured(request):
    params = CityParams(points=240, units=24, teams=4, days=60, visits_a_day=16,
                        is_proportion=request.param)  # fmt: skip
    return measure(params, repeats=25, seed=11)


def test_rates_are_unbiased_where_raw_means_are_not(measured):
    mean, error = measured.mean("cities", "error")
    assert abs(mean) <= 2 * error
    raw, raw_error = measured.mean("cities", "raw_error")
    assert raw > 4 * raw_error


def test_intervals_cover_the_truth_as_often_as_they_say(measured):
    covered, error = measured.mean("units", "covered")
    assert 0.93 - error <= covered <= 0.97 + error
    whole, _ = measured.mean("cities", "covered")
    assert whole >= 0.85


def test_shrunk_rates_are_nearer_to_the_truth(measured):
    mean_square = (measured.units[["shrunk_error", "error"]] ** 2).mean()
    assert mean_square["shrunk_error"] < 0.9 * mean_square["error"]


def test_shrunk_rates_are_nearer_to_the_truth_than_raw_means(measured):
    mean_square = (measured.units[["shrunk_error", "raw_error"]] ** 2).mean()
    assert mean_square["shrunk_error"] < 0.8 * mean_square["raw_error"]


def test_black_lists_are_right_as_often_as_they_say(measured):
    listed, right = measured.black
    assert listed >= 3
    assert right / listed >= 0.7


def test_simulated_draws_keep_their_chances():
    rng = np.random.default_rng(2)
    params = CityParams(points=60, units=6, teams=2, days=800, visits_a_day=6)
    city = build_city(params, rng)
    visits, _ = inspect_city(city, params, rng)
    # every point stands for itself once a day
    totals = (1 / visits["inclusion_probability"]).groupby(visits["day"]).sum()
    error = totals.std() / np.sqrt(len(totals))
    assert totals.mean() == pytest.approx(60, abs=3 * error)
    assert visits["point_id"].nunique() == 60
    assert not visits.duplicated(["day", "point_id"]).any()


def test_neighbours_come_together_more_often_than_strangers():
    rng = np.random.default_rng(2)
    city = build_city(SMALL, rng)
    visits, _ = inspect_city(city, SMALL, rng)
    centre = visits.groupby(["day", "team_id"])["point_id"].transform(
        lambda route: np.hypot(*(city.xy[route] - city.xy[route].mean(axis=0)).T)
    )
    anyone = np.hypot(*(city.xy - city.xy.mean(axis=0)).T)
    assert centre.mean() < 0.6 * anyone.mean()
