"""Tables become plain data: small, rounded, without gaps between districts."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from geoinspect.demo import tinytown
from geoinspect.errors import InputError
from geoinspect.maps.archive import read_header, read_tiles
from geoinspect.maps.layers import (
    bounds_around,
    district_features,
    embedded_basemap,
    text,
)


def test_districts_keep_their_area_and_their_neighbours():
    features = district_features(tinytown.districts())["features"]
    shapes = [shape(feature["geometry"]) for feature in features]
    together = shapely.union_all(shapes)
    assert together.area == pytest.approx(sum(s.area for s in shapes))
    assert together.area == pytest.approx(tinytown.districts().union_all().area, rel=1e-4)


def test_coordinates_are_rounded_to_a_decimetre():
    features = district_features(tinytown.districts())["features"]
    ring = np.array(features[0]["geometry"]["coordinates"][0][0])
    assert (ring == ring.round(6)).all()


def test_no_districts_are_an_empty_collection():
    assert district_features(None)["features"] == []
    assert district_features(tinytown.districts().iloc[:0])["features"] == []


def test_bounds_go_a_little_beyond_the_positions():
    assert bounds_around([(118.0, 32.0), (119.0, 33.0)], None, margin=0.1) == pytest.approx(
        (117.9, 31.9, 119.1, 33.1)
    )


def test_bounds_fall_back_to_the_districts():
    west, south, east, north = bounds_around([], tinytown.districts())
    low, high = tinytown.districts().total_bounds[:2], tinytown.districts().total_bounds[2:]
    assert (west, south) < tuple(low)
    assert (east, north) > tuple(high)


def test_nothing_has_no_bounds():
    with pytest.raises(InputError, match="nothing to show"):
        bounds_around([], None)


def test_a_page_carries_the_tiles_of_its_extent_only(tinytown_basemap):
    whole = read_tiles(tinytown_basemap.read_bytes())
    near = (112.5150, 32.8110, 112.5160, 32.8120)
    carried = embedded_basemap(tinytown_basemap, near)
    assert carried is not None
    assert 0 < len(read_tiles(carried)) < len(whole)
    assert read_header(carried)["max_zoom"] == 13


def test_a_page_without_a_base_map_carries_none():
    assert embedded_basemap(None, (0, 0, 1, 1)) is None


def test_a_base_map_of_another_city_is_no_base_map(tinytown_basemap):
    assert embedded_basemap(tinytown_basemap, (20.0, 60.0, 20.1, 60.1)) is None


@pytest.mark.parametrize("value", [None, float("nan"), ""])
def test_an_empty_cell_is_empty_text(value):
    assert text(value) == ""


def test_numbers_become_text():
    assert text(7) == "7"
