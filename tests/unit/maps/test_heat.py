"""The map of rates: honest about what is unknown, the same colours at every zoom."""

from __future__ import annotations

import base64
import struct
import zlib
from datetime import date

import numpy as np
import pytest

from geoinspect.demo import tinytown
from geoinspect.density import KernelParams, kernel_density, to_mercator, violation_rate
from geoinspect.errors import InputError
from geoinspect.maps import render_heat_map

PARAMS = KernelParams(bandwidth_m=300, cell_m=100, minimum_exposure=3)
NOBODY = np.empty((0, 2))


@pytest.fixture(scope="module")
def lonlat(tinytown_points):
    return np.column_stack((tinytown_points.geometry.x, tinytown_points.geometry.y))


@pytest.fixture(scope="module")
def rate(lonlat):
    return violation_rate(lonlat[[0, 0, 3, 7]], np.repeat(lonlat, 4, axis=0), params=PARAMS)


def render(surface, **options):
    options = {"districts": tinytown.districts(), "city_name": "小镇", **options}
    return render_heat_map(
        surface, options.pop("districts"), options.pop("points", None), **options
    )


def pixels(uri, bands):
    """Decode a picture of ours: each line is stored as it is."""
    png = base64.b64decode(uri.split(",")[1])
    columns, rows = struct.unpack(">II", png[16:24])
    at = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[at - 8 : at - 4])
    lines = np.frombuffer(zlib.decompress(png[at : at + length]), np.uint8)
    return lines.reshape(rows, 1 + columns * bands)[:, 1:].reshape(rows, columns, bands)


def test_the_figures_are_stated(rate, page_data):
    period = (date(2026, 9, 1), date(2026, 10, 31))
    data = page_data(render(rate, period=period))
    assert data["numbers"] == {
        "violations": 4,
        "inspections": 48,
        "bandwidth": 300,
        "cell": 100,
        "minimum": 3,
        "outside": 0,
    }
    assert data["period"] == ["2026-09-01", "2026-10-31"]


def test_cells_without_enough_inspections_have_no_colour(rate, page_data):
    data = page_data(render(rate))
    classes = pixels(data["picture"], 1)
    assert (classes > 0).sum() == rate.covered.sum()


def test_cells_inspected_without_a_find_have_the_lowest_colour_and_not_none(lonlat, page_data):
    far = np.array([[112.6, 32.8]])
    inspections = np.concatenate((np.repeat(lonlat, 4, axis=0), np.repeat(far, 9, axis=0)))
    surface = violation_rate(lonlat[[0, 1]], inspections, params=PARAMS)
    classes = pixels(page_data(render(surface))["picture"], 1)
    eastern = classes[:, classes.shape[1] // 2 :]
    assert set(np.unique(eastern)) == {0, 1}


def test_colours_rise_with_the_rate(rate, page_data):
    data = page_data(render(rate))
    classes = pixels(data["picture"], 1)[:, :, 0].astype(float)
    facts = pixels(data["facts"]["picture"], 3)[:, :, 0].astype(float)
    shown = facts > 0
    share = (facts[shown] - 1) / 254 * data["facts"]["top"] / data["scale"]["ticks"][-1]
    assert np.abs(classes[shown] - (0.5 + 63 * np.minimum(share, 1))).max() <= 1
    assert (classes[~shown] == 0).all()


def test_numbers_can_be_read_back_from_the_facts(rate, page_data):
    data = page_data(render(rate))
    facts = pixels(data["facts"]["picture"], 3).astype(float)
    exposure = (facts[:, :, 1] * 256 + facts[:, :, 2]) / 10
    row, column = np.unravel_index(np.argmax(exposure), exposure.shape)
    assert exposure[row, column] == pytest.approx(rate.exposure.max(), abs=0.06)
    value = (facts[row, column, 0] - 1) / 254 * data["facts"]["top"]
    at = np.unravel_index(np.argmax(rate.exposure), rate.exposure.shape)
    assert value == pytest.approx(rate.per_hundred[at], abs=data["facts"]["top"] / 254)


def test_the_picture_lies_where_the_grid_lies(rate, page_data):
    grid = page_data(render(rate))["grid"]
    columns = (grid["west"] - rate.grid.west) / grid["cell"]
    rows = (rate.grid.north - grid["north"]) / grid["cell"]
    assert columns == pytest.approx(round(columns))
    assert rows == pytest.approx(round(rows))
    assert grid["cell"] == rate.grid.cell


def test_the_scale_has_round_ticks_from_zero(rate, page_data):
    scale = page_data(render(rate))["scale"]
    steps = np.diff(scale["ticks"])
    assert scale["ticks"][0] == 0
    assert steps == pytest.approx(np.full(len(steps), steps[0]))
    assert 4 <= len(scale["ticks"]) <= 7
    assert len(scale["colors"]) == 63


def test_counts_say_that_they_are_no_rates(lonlat, page_data):
    data = page_data(render(kernel_density(lonlat, params=PARAMS)))
    assert not data["isRate"]
    assert data["title"] == "问题分布密度"
    assert data["numbers"]["inspections"] is None


def test_counts_fade_in_from_nothing(lonlat, page_data):
    colors = page_data(render(kernel_density(lonlat, params=PARAMS)))["scale"]["colors"]
    assert colors[0].endswith(",0.0)")
    assert not colors[-1].endswith(",0.0)")


def test_no_violation_at_all_is_said_and_not_drawn(lonlat, page_data):
    data = page_data(render(violation_rate(NOBODY, np.repeat(lonlat, 4, axis=0), params=PARAMS)))
    assert data["notice"] == "none-found"
    assert set(np.unique(pixels(data["picture"], 1))) == {0, 1}


def test_all_in_one_place_is_marked_and_not_smeared(lonlat, page_data):
    here = np.repeat(lonlat[:1], 5, axis=0)
    data = page_data(render(violation_rate(here, np.repeat(lonlat, 4, axis=0), params=PARAMS)))
    assert data["notice"] == "one-place"
    assert set(np.unique(pixels(data["picture"], 1))) == {0, 1}
    place = np.array([[data["place"]["lon"], data["place"]["lat"]]])
    assert np.abs(to_mercator(place) - to_mercator(lonlat[:1])).max() < 120


def test_counts_in_one_place_draw_nothing_but_a_mark(lonlat, page_data):
    data = page_data(render(kernel_density(np.repeat(lonlat[:1], 5, axis=0), params=PARAMS)))
    assert data["notice"] == "one-place"
    assert not pixels(data["picture"], 1).any()


def test_too_few_inspections_everywhere_are_said(lonlat, page_data):
    params = KernelParams(minimum_exposure=1000)
    data = page_data(render(violation_rate(lonlat[:2], lonlat, params=params)))
    assert data["notice"] == "too-few"


def test_districts_tell_the_picture_as_a_table(rate, page_data):
    rows = {row["name"]: row for row in page_data(render(rate))["rows"]}
    assert rows.keys() == {"西桥区", "东禾区", "南塘区"}
    assert max(row["highest"] for row in rows.values()) <= np.nanmax(rate.per_hundred)
    assert sum(row["area"] for row in rows.values()) <= 0.01 * rate.covered.sum() * 1.02


def test_a_district_that_nobody_inspected_has_no_highest_rate(lonlat, page_data):
    west = lonlat[[0, 2]]
    surface = violation_rate(west, np.repeat(west, 6, axis=0), params=PARAMS)
    rows = {row["name"]: row for row in page_data(render(surface))["rows"]}
    assert rows["东禾区"]["highest"] is None


def test_made_up_data_and_remarks_are_announced(rate, page_data):
    data = page_data(render(rate, generated=True, remarks=["2 个问题不在统计内。"]))
    assert data["generated"]
    assert data["remarks"] == ["2 个问题不在统计内。"]


def test_points_are_dots(rate, page_data, tinytown_points, lonlat):
    dots = page_data(render(rate, points=tinytown_points))["dots"]
    assert np.array(dots) == pytest.approx(lonlat[:, ::-1], abs=1e-6)


def test_without_districts_the_rates_are_shown_all_the_same(rate, page_data):
    data = page_data(render(rate, districts=None))
    assert data["rows"] == []
    assert data["districts"]["features"] == []


def test_a_surface_too_large_for_a_page_is_refused(lonlat):
    params = KernelParams(bandwidth_m=60, cell_m=20, minimum_exposure=3)
    far = np.array([[113.3, 33.3]])
    inspections = np.repeat(np.concatenate((lonlat, far)), 4, axis=0)
    with pytest.raises(InputError, match="larger cells"):
        render(violation_rate(lonlat[:2], inspections, params=params))
