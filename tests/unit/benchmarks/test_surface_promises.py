"""Small seeded versions of what the benchmark of surfaces promises."""

from __future__ import annotations

import numpy as np
import pytest
from surfacesim import agreements, city_year, partial_correlation, plant

from geoinspect.density import KernelParams, shrink, violation_rate
from geoinspect.hotspots import hot_spots


def test_with_uneven_effort_the_map_follows_the_truth_and_not_the_inspectors():
    years = [city_year(np.random.default_rng(seed), rate_spread=0.7) for seed in range(6)]
    found = [agreements(year, KernelParams()) for year in years]
    mean = {
        name: np.mean([(f[name].effort_correlation, f[name].worst_overlap) for f in found], axis=0)
        for name in ("shrunk", "count")
    }
    assert abs(mean["shrunk"][0]) < 0.1
    assert mean["shrunk"][1] >= 0.55
    # the plain count map shows that the years are hard
    assert mean["count"][0] > 0.5
    assert mean["count"][1] < 0.45


def test_without_a_pattern_few_years_show_a_hot_cell():
    n_years = 60
    years = (city_year(np.random.default_rng(500 + i), rate_spread=0.0) for i in range(n_years))
    n_hot = sum(hot_spots(year.lonlat, year.found).is_hot.any() for year in years)
    assert n_hot <= 0.05 * n_years


def test_a_place_three_times_as_bad_is_found_where_there_were_enough_inspections():
    n_found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        year, is_inside = plant(city_year(rng, rate_spread=0.0), rng, factor=3.0, radius_m=700.0)
        spots = hot_spots(year.lonlat, year.found)
        n_found += spots.is_hot.ravel()[spots.grid.index(year.lonlat[is_inside])].any()
    assert n_found >= 16


def test_shrinking_pulls_thin_cells_further_than_thick_ones():
    year = city_year(np.random.default_rng(1), rate_spread=0.7)
    raw = violation_rate(year.violations(), year.lonlat)
    shrunk = shrink(raw)
    assert 0 < shrunk.strength < 100
    pulled = 1 - (shrunk.surface.rate - shrunk.city_rate) / (raw.rate - shrunk.city_rate)
    shown = raw.covered
    assert pulled[shown] == pytest.approx(shrunk.strength / (raw.exposure + shrunk.strength)[shown])
    assert np.isnan(shrunk.surface.rate[~shown]).all()


def test_where_cells_differ_by_chance_alone_every_cell_has_the_city_rate():
    market = np.array([[118.8, 32.05]])
    shrunk = shrink(violation_rate(market, np.repeat(market, 8, axis=0)))
    assert np.isinf(shrunk.strength)
    rates = shrunk.surface.rate[shrunk.surface.covered]
    assert set(rates.tolist()) == {0.125}
    nobody = shrink(violation_rate(market, np.empty((0, 2))))
    assert np.isnan(nobody.city_rate)


def test_taking_the_truth_out_leaves_no_more_correlation_than_there_was_besides_it():
    rng = np.random.default_rng(3)
    truth, effort = rng.normal(size=(2, 5000))
    assert abs(partial_correlation(truth + effort, effort + 9 * truth, truth)) > 0.99
    assert abs(partial_correlation(truth, rng.normal(size=5000), effort)) < 0.05
