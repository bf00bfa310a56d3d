import numpy as np
import pytest

from geoinspect.datum import DATUMS, from_wgs84, to_wgs84
from geoinspect.errors import InputError

# Published test pairs of eviltransform, as lon, lat.
SHANGHAI = ([121.5272106, 31.1774276], [121.531541859215, 31.17530398364597])
SHENZHEN = ([113.912316, 22.543847], [113.9171764808363, 22.540796131694766])
BEIJING = ([116.377817, 39.911954], [116.38404722455657, 39.91334545536069])


@pytest.mark.parametrize(("wgs84", "gcj02"), [SHANGHAI, SHENZHEN, BEIJING])
def test_gcj02_equals_the_published_pairs(wgs84, gcj02):
    assert from_wgs84(np.array([wgs84]), "gcj02")[0] == pytest.approx(gcj02, abs=1e-11)
    assert to_wgs84(np.array([gcj02]), "gcj02")[0] == pytest.approx(wgs84, abs=1e-11)


def test_bd09_equals_the_published_pair_of_coordtransform():
    gcj02, bd09 = np.array([[116.404, 39.915]]), [116.41036949371029, 39.92133699351021]
    assert from_wgs84(to_wgs84(gcj02, "gcj02"), "bd09")[0] == pytest.approx(bd09, abs=1e-11)


def test_in_nanjing_gcj02_lies_490_m_east_and_230_m_south():
    nanjing = np.array([[118.797, 32.060]])
    east, south = (from_wgs84(nanjing, "gcj02") - nanjing)[0]
    assert east * 111_320 * np.cos(np.radians(32.06)) == pytest.approx(491, abs=5)
    assert south * 110_900 == pytest.approx(-228, abs=5)


def test_cgcs2000_counts_as_equal_and_gives_a_new_array():
    lonlat = np.array([[118.8, 32.0]])
    converted = to_wgs84(lonlat, "cgcs2000")
    assert converted.tolist() == lonlat.tolist()
    assert converted is not lonlat


def test_outside_of_the_outline_gcj02_is_wgs84():
    abroad = np.array([[24.94, 60.17], [-122.4, 37.8], [151.2, -33.9], [72.0, 30.0]])
    assert np.array_equal(from_wgs84(abroad, "gcj02"), abroad)
    assert np.array_equal(to_wgs84(abroad, "gcj02"), abroad)


def test_the_shift_jumps_at_the_outline_and_the_inside_keeps_its_round_trip():
    lat = np.array([20.0, 35.0, 50.0])
    inside = np.column_stack((np.full(3, 137.8347), lat))
    outside = inside + np.array([1e-4, 0.0])
    assert np.all(from_wgs84(inside, "gcj02") != inside)
    assert np.array_equal(from_wgs84(outside, "gcj02"), outside)
    assert to_wgs84(from_wgs84(inside, "gcj02"), "gcj02") == pytest.approx(inside, abs=1e-12)


@pytest.mark.parametrize("datum", DATUMS)
def test_the_shift_of_one_position_does_not_depend_on_the_others(datum):
    many = np.column_stack((np.linspace(80, 130, 7), np.linspace(20, 50, 7)))
    alone = np.vstack([to_wgs84(row[np.newaxis], datum) for row in many])
    assert np.array_equal(to_wgs84(many, datum), alone)


@pytest.mark.parametrize("datum", DATUMS)
def test_not_a_number_stays_not_a_number(datum):
    assert np.isnan(to_wgs84(np.array([[np.nan, np.nan]]), datum)).all()


def test_no_positions_give_no_positions():
    assert to_wgs84(np.empty((0, 2)), "bd09").shape == (0, 2)


def test_an_unknown_datum_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="wgs84, cgcs2000, gcj02, bd09"):
        to_wgs84(np.array([[1.0, 2.0]]), "gcj")


def test_positions_of_the_wrong_shape_are_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="shape"):
        to_wgs84(np.array([118.8, 32.0]), "gcj02")
