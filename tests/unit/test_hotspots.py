"""Gi* with effort: esda as oracle, and patterns that are there or are not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.stats import false_discovery_control, hypergeom, pearson3

from geoinspect.density import Grid
from geoinspect.errors import InputError
from geoinspect.hotspots import HotSpotParams, discoveries, hot_spots, near_sums, pearson_tail

CENTRE = np.array([118.8, 32.05])
PARAMS = HotSpotParams(radius_m=500, cell_m=250, minimum_inspections=5)


def scattered(n, seed=3, spread=0.015):
    return CENTRE + np.random.default_rng(seed).normal(0, spread, (n, 2))


def test_z_is_what_esda_says_of_the_same_inspections():
    from esda.getisord import G_Local
    from libpysal.weights import W

    n, rng = 300, np.random.default_rng(4)
    lonlat = CENTRE + rng.uniform(-0.012, 0.012, (n, 2))
    found = rng.poisson(0.6, n)
    spots = hot_spots(lonlat, found, params=PARAMS)
    row, column = np.divmod(spots.grid.index(lonlat), spots.grid.n_columns)
    apart_m = 250 * np.hypot(row[:, None] - row, column[:, None] - column)
    near = {i: [j for j in range(n) if j != i and apart_m[i, j] <= 500] for i in range(n)}
    oracle = G_Local(found.astype(float), W(near), transform="B", star=True, permutations=0)
    z = spots.z[row, column]
    tested = np.isfinite(z)
    assert tested.sum() > 250
    assert z[tested] == pytest.approx(oracle.Zs[tested], abs=1e-9)


def test_visiting_a_place_ten_times_as_often_makes_it_neither_hot_nor_cold():
    busy = np.repeat(CENTRE[np.newaxis], 400, axis=0)
    lonlat = np.concatenate((scattered(200), busy))
    found = np.zeros(600, np.int64)
    found[::4] = 1
    spots = hot_spots(lonlat, found, params=PARAMS)
    assert not (spots.is_hot | spots.is_cold).any()


def test_a_planted_cluster_is_hot_where_it_was_planted_and_nowhere_else():
    rng = np.random.default_rng(5)
    lonlat = CENTRE + rng.uniform(-0.03, 0.03, (4000, 2))
    apart_m = np.hypot(*((lonlat - CENTRE) * (94_200, 111_195)).T)
    found = rng.poisson(np.where(apart_m < 600, 1.2, 0.3))
    spots = hot_spots(lonlat, found, params=PARAMS)
    row, column = np.nonzero(spots.is_hot)
    place = np.column_stack((spots.grid.column_lon[column], spots.grid.row_lat[row]))
    assert len(place) >= 4
    assert (np.hypot(*((place - CENTRE) * (94_200, 111_195)).T) < 600 + 500).all()


def test_cells_with_fewer_inspections_than_the_minimum_are_not_tested():
    spots = hot_spots(scattered(300), np.arange(300) % 2, params=PARAMS)
    assert (np.isfinite(spots.z) == (spots.inspections >= 5)).all()
    assert not spots.is_hot[np.isnan(spots.z)].any()


def test_the_p_value_of_yes_or_no_is_close_to_the_exact_one_and_seldom_smaller():
    lonlat, rng = scattered(800), np.random.default_rng(6)
    found = (rng.uniform(size=800) < 0.1).astype(np.int64)
    spots = hot_spots(lonlat, found, params=PARAMS)
    tested = np.isfinite(spots.z) & (spots.z > 0)
    exact = hypergeom(800, found.sum(), spots.inspections[tested]).sf(spots.violations[tested] - 1)
    two_sided = np.minimum(2 * exact, 1)
    far = two_sided < 0.2
    assert far.sum() > 5
    ratio = spots.p_value[tested][far] / two_sided[far]
    assert ratio.min() > 0.7
    assert ratio.max() < 2.5


def test_sums_over_the_disc_are_what_counting_one_by_one_gives():
    counts = np.random.default_rng(7).integers(0, 9, (12, 15))
    sums = near_sums(counts, PARAMS)
    row, column = np.indices(counts.shape)
    for i, j in [(0, 0), (5, 7), (11, 14)]:
        near = (row - i) ** 2 + (column - j) ** 2 <= 4
        assert sums[i, j] == counts[near].sum()


def test_benjamini_and_yekutieli_call_no_more_cells_than_benjamini_and_hochberg():
    p = np.linspace(0.0001, 0.2, 200)
    bh, by = (discoveries(p, HotSpotParams(control=name)) for name in ("BH", "BY"))
    assert by.sum() <= bh.sum()
    assert discoveries(np.array([0.01, 0.04, 0.9]), HotSpotParams()).tolist() == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("control", "method"), [("BH", "bh"), ("BY", "by")])
@pytest.mark.parametrize("n", [0, 1, 7, 600])
def test_discoveries_are_those_of_scipy(control, method, n):
    rng = np.random.default_rng(n)
    p = np.concatenate((rng.uniform(0, 1, n), rng.uniform(0, 0.001, n // 3)))
    wanted = false_discovery_control(p, method=method) <= 0.05 if n else []
    assert discoveries(p, HotSpotParams(control=control)).tolist() == list(wanted)


def test_tails_are_those_of_scipy():
    rng = np.random.default_rng(8)
    z, skew = rng.normal(0, 3, 4000), rng.normal(0, 0.7, 4000)
    skew[:40] = 0.0
    assert pearson_tail(z, skew) == pytest.approx(pearson3.sf(z, skew), rel=1e-6, abs=1e-14)
    assert pearson_tail(-z, -skew) == pytest.approx(pearson3.cdf(z, skew), rel=1e-6, abs=1e-14)


@pytest.mark.parametrize(
    ("lonlat", "found", "reason"),
    [
        (np.empty((0, 2)), [], "NO_INSPECTIONS"),
        (scattered(20), [0] * 20, "NO_VIOLATIONS"),
        (scattered(20), [2] * 20, "ALL_ALIKE"),
        (np.repeat(CENTRE[np.newaxis], 20, axis=0), [0, 1] * 10, "ONE_PLACE"),
        (scattered(20, spread=0.5), [0, 1] * 10, "TOO_FEW"),
    ],
)
def test_where_nothing_can_be_tested_the_result_says_why_and_shows_nothing(lonlat, found, reason):
    extent = (118.0, 31.5, 119.5, 32.6) if reason == "NO_INSPECTIONS" else None
    spots = hot_spots(lonlat, np.array(found, np.int64), params=PARAMS, extent=extent)
    assert spots.reason == reason
    assert spots.explain().startswith("No hot spots are computed")
    assert np.isnan(spots.z).all()
    assert spots.to_geojson()["features"] == []


def test_geojson_holds_each_hot_cell_with_what_lies_behind_it():
    lonlat = np.concatenate((scattered(600), scattered(200, spread=0.0005)))
    found = np.concatenate((np.arange(600) % 10 == 0, np.ones(200))).astype(np.int64)
    spots = hot_spots(lonlat, found, params=PARAMS)
    features = spots.to_geojson()["features"]
    hot = [f for f in features if f["properties"]["kind"] == "hot"]
    assert len(hot) == spots.is_hot.sum() > 0
    assert all(f["properties"]["violations"] <= 800 for f in hot)
    assert shapely.area(shapely.geometry.shape(hot[0]["geometry"])) > 0
    assert not spots.explain()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"level": 0.0}, "level"),
        ({"minimum_inspections": 0}, "minimum"),
        ({"control": "XX"}, "'XX'"),
        ({"cell_m": 5.0}, "too many cells"),
        ({"cell_m": 400.0}, "too coarse"),
    ],
)
def test_a_knob_out_of_its_range_is_refused_by_name(values, words):
    with pytest.raises(InputError, match=words):
        HotSpotParams(**values)


def test_outcomes_that_do_not_fit_the_inspections_are_refused():
    with pytest.raises(InputError, match="2 outcomes do not fit 3 inspections"):
        hot_spots(scattered(3), np.array([1, 2]))
    with pytest.raises(InputError, match="Inspection 1 found -2"):
        hot_spots(scattered(3), np.array([1, -2, 0]))
    with pytest.raises(InputError, match="extent"):
        hot_spots(np.empty((0, 2)), np.array([], np.int64))


def test_an_inspection_outside_the_extent_is_named():
    with pytest.raises(InputError, match="Event 0 at lon 100"):
        hot_spots(np.array([[100.0, 30.0]]), np.array([1]), extent=(118.7, 32, 118.8, 32.1))


def test_the_index_of_a_cell_is_where_counting_puts_it():
    grid = Grid.covering((118.7, 32.0, 118.8, 32.1), PARAMS.kernel)
    lonlat = scattered(20, spread=0.005)
    counts, _ = grid.count(lonlat)
    assert (
        np.bincount(grid.index(lonlat), minlength=counts.size).tolist() == counts.ravel().tolist()
    )
