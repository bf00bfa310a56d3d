"""Kernel density and violation rates: small cases worked out by hand, exact sums as oracle."""

from __future__ import annotations

import numpy as np
import pytest

from geoinspect.density import (
    Grid,
    KernelParams,
    kernel_density,
    to_lonlat,
    to_mercator,
    violation_rate,
)
from geoinspect.errors import InputError
from geoinspect.geometry import LocalProjection

MARKET = np.array([[118.8, 32.05]])
NOBODY = np.empty((0, 2))


def exact_density(lonlat, at, bandwidth_m):
    """Sum the Gaussian kernels one by one, on the ground; events per km2 at `at`."""
    plane = LocalProjection.around(np.concatenate((lonlat, at)))
    events, places = plane.to_xy(lonlat), plane.to_xy(at)
    squared = ((places[:, np.newaxis, :] - events[np.newaxis, :, :]) ** 2).sum(axis=2)
    kernels = np.exp(-squared / (2 * bandwidth_m**2)) / (2 * np.pi * bandwidth_m**2)
    return 1e6 * kernels.sum(axis=1)


def scattered(n, seed=11, spread=0.03):
    rng = np.random.default_rng(seed)
    return MARKET + rng.normal(0, spread, (n, 2))


@pytest.mark.parametrize(("cell_m", "tolerance"), [(100.0, 0.010), (50.0, 0.005)])
def test_density_agrees_with_exact_sums(cell_m, tolerance):
    lonlat = scattered(20_000)
    surface = kernel_density(lonlat, params=KernelParams(cell_m=cell_m))
    grid = surface.grid
    rows = np.arange(5, grid.n_rows, 37)
    columns = np.arange(3, grid.n_columns, 31)
    lat, lon = np.meshgrid(grid.row_lat[rows], grid.column_lon[columns], indexing="ij")
    expected = exact_density(lonlat, np.column_stack((lon.ravel(), lat.ravel())), 300.0)
    found = surface.events_per_km2[np.ix_(rows, columns)].ravel()
    assert np.abs(found - expected).max() <= tolerance * surface.events_per_km2.max()


def test_a_single_event_peaks_at_the_height_of_the_kernel():
    surface = kernel_density(MARKET)
    # 1 / (2 pi 0.3 km x 0.3 km) = 1.768 per km2
    assert surface.events_per_km2.max() == pytest.approx(1.768, rel=0.02)


def test_an_event_in_the_middle_of_a_cell_spreads_as_the_kernel_says():
    grid = kernel_density(MARKET).grid
    middle = np.array([[grid.column_lon[13], grid.row_lat[12]]])
    extent = (118.79, 32.04, 118.81, 32.06)
    surface = kernel_density(middle, extent=extent)
    lat, lon = np.meshgrid(surface.grid.row_lat, surface.grid.column_lon, indexing="ij")
    expected = exact_density(middle, np.column_stack((lon.ravel(), lat.ravel())), 300.0)
    assert surface.events_per_km2.ravel() == pytest.approx(expected, abs=0.006)


def test_density_integrates_to_the_number_of_events():
    surface = kernel_density(scattered(1000))
    total = surface.events_per_km2.sum(axis=1) @ surface.grid.cell_area_km2
    assert total == pytest.approx(1000, rel=1e-9)
    assert surface.n_events == 1000


def test_events_outside_the_extent_are_counted_as_left_out():
    far = np.array([[119.5, 32.05]])
    extent = (118.79, 32.04, 118.81, 32.06)
    surface = kernel_density(np.concatenate((MARKET, far)), extent=extent)
    assert (surface.n_events, surface.n_outside) == (1, 1)


def test_events_just_outside_the_extent_still_raise_the_density_inside():
    extent = (118.79, 32.04, 118.7995, 32.06)
    surface = kernel_density(MARKET, extent=extent)
    assert (surface.n_events, surface.n_outside) == (1, 0)


def test_cells_are_a_hundred_metres_on_the_ground():
    grid = Grid.covering((118.7, 32.0, 118.8, 32.1), KernelParams())
    assert grid.cell_area_km2.mean() == pytest.approx(0.01, rel=1e-3)
    assert grid.cell == pytest.approx(100 / np.cos(np.radians(32.05)))


def test_the_grid_stays_where_it_is_when_one_event_more_moves_the_extent():
    first = Grid.covering((118.7, 32.0, 118.8, 32.1), KernelParams())
    second = Grid.covering((118.6913, 32.0, 118.8, 32.1), KernelParams())
    assert first.cell == second.cell
    assert (first.west - second.west) / first.cell == pytest.approx(
        round((first.west - second.west) / first.cell)
    )


def test_bounds_hold_the_extent_and_the_reach_of_the_kernel():
    west, south, east, north = Grid.covering((118.7, 32.0, 118.8, 32.1), KernelParams()).bounds
    assert west < 118.7 - 0.0126
    assert east > 118.8 + 0.0126
    assert south < 32.0 - 0.0107
    assert north > 32.1 + 0.0107


def test_cell_polygons_tile_the_grid():
    grid = Grid.covering((118.79, 32.04, 118.81, 32.06), KernelParams())
    left, right = grid.polygon(3, 4), grid.polygon(3, 5)
    assert left[1] == right[0]
    assert left[2] == right[3]
    assert left[0] == left[4]


def test_mercator_there_and_back_is_the_same_place():
    lonlat = scattered(50)
    assert to_lonlat(to_mercator(lonlat)) == pytest.approx(lonlat, abs=1e-11)


def test_rate_where_every_fourth_inspection_finds_something_is_a_quarter():
    surface = violation_rate(np.repeat(MARKET, 3, axis=0), np.repeat(MARKET, 12, axis=0))
    assert np.nanmin(surface.rate) == pytest.approx(0.25)
    assert np.nanmax(surface.rate) == pytest.approx(0.25)
    assert surface.exposure.max() == pytest.approx(12, rel=0.01)
    assert (surface.n_violations, surface.n_inspections, surface.n_occupied) == (3, 12, 1)


def test_visiting_a_place_ten_times_as_often_does_not_make_it_worse():
    quiet, busy = MARKET, MARKET + np.array([0.1, 0.0])
    inspections = np.concatenate((np.repeat(quiet, 10, axis=0), np.repeat(busy, 100, axis=0)))
    violations = np.concatenate((np.repeat(quiet, 2, axis=0), np.repeat(busy, 20, axis=0)))
    surface = violation_rate(violations, inspections)
    assert np.nanmax(surface.rate) == pytest.approx(0.2)
    assert np.nanmin(surface.rate) == pytest.approx(0.2)


def test_inspected_places_without_a_violation_have_rate_zero_and_others_none():
    surface = violation_rate(NOBODY, np.repeat(MARKET, 8, axis=0))
    assert np.nanmax(surface.rate) == 0
    assert surface.covered.any()
    assert np.isnan(surface.rate[~surface.covered]).all()
    assert not np.isnan(surface.rate[surface.covered]).any()


def test_too_few_inspections_give_no_rate_at_all():
    surface = violation_rate(np.repeat(MARKET, 4, axis=0), np.repeat(MARKET, 4, axis=0))
    assert np.isnan(surface.rate).all()


def test_rate_counts_per_hundred_inspections():
    surface = violation_rate(MARKET, np.repeat(MARKET, 8, axis=0))
    assert np.nanmax(surface.per_hundred) == pytest.approx(12.5)


def test_rate_agrees_with_the_ratio_of_exact_sums():
    inspections = scattered(600, spread=0.008)
    violations = inspections[::5]
    surface = violation_rate(violations, inspections)
    row, column = np.unravel_index(np.argmax(surface.exposure), surface.exposure.shape)
    at = np.array([[surface.grid.column_lon[column], surface.grid.row_lat[row]]])
    expected = exact_density(violations, at, 300.0) / exact_density(inspections, at, 300.0)
    assert surface.rate[row, column] == pytest.approx(expected[0], rel=0.01)


def test_geojson_of_a_rate_holds_the_covered_cells_only():
    surface = violation_rate(MARKET, np.repeat(MARKET, 8, axis=0))
    features = surface.to_geojson()["features"]
    assert len(features) == surface.covered.sum()
    assert features[0]["properties"]["rate"] == 0.125
    assert all(feature["properties"]["exposure"] >= 5 for feature in features)


def test_geojson_of_a_density_leaves_empty_cells_out():
    collection = kernel_density(MARKET).to_geojson(minimum_per_km2=0.5)
    values = [feature["properties"]["events_per_km2"] for feature in collection["features"]]
    assert min(values) >= 0.5
    # the kernel is above half a unit within 1.59 bandwidths: pi (1.59 x 0.3 km)^2 = 0.71 km2
    assert len(values) == pytest.approx(71, abs=6)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"bandwidth_m": 0.0}, "bandwidth_m"),
        ({"cell_m": -1.0}, "cell_m"),
        ({"minimum_exposure": float("nan")}, "minimum_exposure"),
    ],
)
def test_a_knob_that_is_not_positive_is_refused_by_name(values, name):
    with pytest.raises(InputError, match=name):
        KernelParams(**values)


def test_a_cell_too_coarse_for_the_bandwidth_is_refused():
    with pytest.raises(InputError, match="at most half the bandwidth"):
        KernelParams(bandwidth_m=150, cell_m=100)


def test_an_extent_with_too_many_cells_is_refused():
    with pytest.raises(InputError, match="larger cells"):
        kernel_density(MARKET, extent=(100.0, 20.0, 125.0, 45.0))


@pytest.mark.parametrize("place", [[np.nan, 32.0], [118.8, 95.0], [500_000.0, 3_500_000.0]])
def test_an_event_that_is_nowhere_is_named(place):
    with pytest.raises(InputError, match="Event 1"):
        kernel_density(np.concatenate((MARKET, [place])))


def test_no_events_need_an_extent():
    with pytest.raises(InputError, match="extent"):
        kernel_density(NOBODY)
    surface = kernel_density(NOBODY, extent=(118.79, 32.04, 118.81, 32.06))
    assert surface.events_per_km2.max() == 0


def test_renormalised_at_the_edge_an_even_spread_is_even_up_to_the_border():
    rng = np.random.default_rng(2)
    extent = (118.75, 32.0, 118.85, 32.1)
    lonlat = rng.uniform(extent[:2], extent[2:], (200_000, 2))
    spread = kernel_density(lonlat, extent=extent).events_per_km2
    even = kernel_density(lonlat, extent=extent, edge="renormalised").events_per_km2
    inside = even > 0
    assert np.ptp(even[inside]) < 0.35 * even[inside].mean()
    # a corner holds a quarter of the kernel
    assert spread[inside].min() < 0.4 * even[inside].mean()
