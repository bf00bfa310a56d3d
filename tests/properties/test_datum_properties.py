import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.datum import DATUMS, from_wgs84, to_wgs84

METRES_PER_DEGREE = 111_320
IN_CHINA = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))


@pytest.mark.parametrize("datum", DATUMS)
@given(positions=st.lists(IN_CHINA, min_size=1, max_size=50))
def test_there_and_back_again_is_the_same_micrometre(datum, positions):
    lonlat = np.array(positions)
    error_m = np.abs(to_wgs84(from_wgs84(lonlat, datum), datum) - lonlat) * METRES_PER_DEGREE
    assert error_m.max() < 1e-6


@pytest.mark.parametrize("datum", DATUMS)
def test_the_round_trip_holds_on_a_grid_over_all_of_china(datum):
    lon, lat = np.meshgrid(np.linspace(73.5, 135, 400), np.linspace(18, 53.5, 300))
    lonlat = np.column_stack((lon.ravel(), lat.ravel()))
    error_m = np.abs(to_wgs84(from_wgs84(lonlat, datum), datum) - lonlat) * METRES_PER_DEGREE
    assert error_m.max() < 1e-6


@given(position=IN_CHINA)
def test_gcj02_never_moves_a_place_in_china_by_more_than_a_kilometre(position):
    lonlat = np.array([position])
    east, north = (from_wgs84(lonlat, "gcj02") - lonlat)[0] * METRES_PER_DEGREE
    assert 0 < np.hypot(east * np.cos(np.radians(position[1])), north) < 1000
