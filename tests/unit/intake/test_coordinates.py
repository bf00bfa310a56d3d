import pytest

from geoinspect.intake.coordinates import (
    CoordinateError,
    checked_position,
    is_lat_first,
    is_swapped,
    read_combined,
    read_pair,
)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("E121.13", "N31.4"),
        ("121.13E", "31.4N"),
        ("东经121.13", "北纬31.4"),
        ("121°07′48″", "31°24′00″"),
        ("121º07'48\"", "31º24'"),
        ("121度7分48秒", "31度24分"),
        ("121:07:48", "31:24:00"),
        ("121 07 48", "31 24 00"),
        ("121°7.8′", "31.4°"),
        ("１２１.１３", "31．4"),
        ("121,13", "31,4"),
        (121.13, 31.4),
        (" 121.13\u00a0", "+31.4"),
    ],
)
def test_every_way_to_write_a_position_gives_the_same_degrees(x, y):
    position = read_pair(x, y)
    assert (position.lon, position.lat) == pytest.approx((121.13, 31.4), abs=1e-9)


@pytest.mark.parametrize(
    "cell",
    [
        "121.13，31.4",
        "121.13,31.4",
        "(121.13 31.4)",
        "POINT (121.13 31.4)",
        "[121.13, 31.4]",
        "121.13;31.4",
        "121.13、31.4",
        "E121°07′48″ N31°24′",
        "N31°24′E121°07′48″",
        "经度:121.13 纬度:31.4",
        "31.4,121.13",
        "121°07'48\" 31°24'00\"",
    ],
)
def test_every_way_to_write_both_in_one_cell_gives_the_same_degrees(cell):
    position = read_combined(cell)
    assert (position.lon, position.lat) == pytest.approx((121.13, 31.4), abs=1e-9)


def test_both_coordinates_in_the_column_of_longitude_are_taken_apart():
    assert read_pair("121.1，31.4", None).lat == 31.4


def test_west_and_south_are_negative():
    position = read_pair("70°40′W", "33°27′S")
    assert (position.lon, position.lat) == pytest.approx((-70.6666667, -33.45))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("", ""),
        ("无", "无"),
        (None, 31.4),
        ("121.1", "暂无"),
        (0, 0),
        (9999, 9999),
        ("0.0", "31.4"),
        ("-", "-"),
    ],
)
def test_what_stands_for_no_coordinate_is_none(x, y):
    with pytest.raises(CoordinateError) as refusal:
        read_pair(x, y)
    assert refusal.value.code == "NO_COORD"


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ("121°61′", "31", "BAD_COORD"),
        ("121°07′60″", "31", "BAD_COORD"),
        ("湖南路", "31.4", "BAD_COORD"),
        ("121.1E", "31.4E", "BAD_COORD"),
        ("200", "31.4", "BAD_COORD"),
        ("1.21E+02", "31.4", "LOST_PRECISION"),
        ("39512345.1", "3541234.2", "PROJECTED_COORD"),
        ("512345", "3541234", "PROJECTED_COORD"),
    ],
)
def test_what_is_no_coordinate_is_told_why(x, y, code):
    with pytest.raises(CoordinateError) as refusal:
        read_pair(x, y)
    assert refusal.value.code == code
    assert "{value}" in refusal.value.sentence


@pytest.mark.parametrize("cell", ["121.1", "121.1,31.4,20", "湖南路1号"])
def test_a_cell_without_exactly_two_numbers_is_no_pair(cell):
    with pytest.raises(CoordinateError):
        read_combined(cell)


def test_swapped_coordinates_are_exchanged_and_the_original_is_kept():
    position = read_pair(31.4, 121.13)
    assert (position.lon, position.lat) == (121.13, 31.4)
    assert (position.x, position.y) == (31.4, 121.13)
    assert position.fix == "LONLAT_SWAPPED"


def test_letters_tell_the_axis_where_ranges_cannot():
    position = read_pair("60.17N", "24.94E")
    assert (position.lon, position.lat, position.fix) == (24.94, 60.17, "LONLAT_SWAPPED")


@pytest.mark.parametrize(
    ("x", "y", "swapped"),
    [
        (118.8, 32.0, False),
        (32.0, 118.8, True),
        (24.94, 60.17, False),
        (60.17, 24.94, False),
        (-33.9, 151.2, True),
        (151.2, -33.9, False),
    ],
)
def test_only_ranges_that_cannot_be_otherwise_prove_a_swap(x, y, swapped):
    assert is_swapped(x, y) is swapped


def test_a_combined_column_may_name_latitude_first():
    assert is_lat_first("坐标（纬度,经度）")
    assert is_lat_first("latlng")
    assert not is_lat_first("经纬度")
    assert not is_lat_first("坐标")
    assert read_combined("60.17, 24.94", lat_first=True).lon == 24.94


def test_not_a_number_is_no_coordinate():
    with pytest.raises(CoordinateError):
        checked_position(float("nan"), 31.4)
