"""A few known places tell in which datum a map is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geoinspect.controlpoints import check_datum
from geoinspect.datum import from_wgs84, to_wgs84
from geoinspect.errors import InputError

# Beijing, Shanghai, Chengdu, Harbin, Urumqi, Sanya
CITIES = np.array(
    [
        [116.3913, 39.9075],
        [121.4737, 31.2304],
        [104.0665, 30.5723],
        [126.5350, 45.8038],
        [87.6168, 43.8256],
        [109.5121, 18.2528],
    ]
)
IN_CHINA = st.tuples(st.floats(80, 125), st.floats(22, 45))


def apart_m(a, b):
    return Geod(ellps="WGS84").inv(*a.T, *b.T)[2]


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_a_map_in_its_datum_fits(datum):
    found = check_datum(CITIES, from_wgs84(CITIES, datum), datum)
    found.require()
    assert (found.datum, found.fits) == (datum, True)
    assert found.expected_m < 1e-6


@pytest.mark.parametrize(
    ("datum", "expected"), [("gcj02", "wgs84"), ("wgs84", "gcj02"), ("bd09", "gcj02")]
)
def test_a_map_in_another_datum_is_named(datum, expected):
    found = check_datum(CITIES, from_wgs84(CITIES, datum), expected)
    assert (found.datum, found.fits) == (datum, False)
    with pytest.raises(InputError, match=f"the map is in {datum}, not in {expected}"):
        found.require()


def test_one_wrong_reading_does_not_decide():
    seen = from_wgs84(CITIES, "gcj02")
    seen[0] += 0.5
    assert check_datum(CITIES, seen, "gcj02").fits


def test_readings_that_fit_nothing_are_not_blamed_on_a_datum():
    with pytest.raises(InputError, match="no other datum nearer than"):
        check_datum(CITIES, CITIES + np.array([0.0, 0.2]), "wgs84").require()


@pytest.mark.parametrize("wrong", [[np.nan, 31.0], [31.0, 121.0], [np.inf, 0.0]])
def test_what_is_no_position_is_named(wrong):
    seen = CITIES.copy()
    seen[2] = wrong
    with pytest.raises(InputError, match="Control point 3"):
        check_datum(CITIES, seen, "wgs84")


def test_no_control_point_is_refused():
    with pytest.raises(InputError, match="no control point"):
        check_datum(np.empty((0, 2)), np.empty((0, 2)), "wgs84")


@given(st.lists(IN_CHINA, min_size=1, max_size=50))
def test_points_on_a_shifted_map_lie_true_to_less_than_a_metre(places):
    truth = np.array(places)
    # what the page sends is rounded to a millionth of a degree
    sent = from_wgs84(truth, "gcj02").round(6)
    assert apart_m(to_wgs84(sent, "gcj02"), truth).max() < 0.1


def test_a_constant_shift_would_be_wrong_inside_one_city():
    corners = np.array([[118.4, 31.8], [119.0, 31.8], [118.4, 32.3], [119.0, 32.3]])
    shifts = from_wgs84(corners, "gcj02") - corners
    moved_alike = corners + shifts[0]
    assert apart_m(moved_alike, from_wgs84(corners, "gcj02")).max() > 20
