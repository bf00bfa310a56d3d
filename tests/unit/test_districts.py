"""Points and their districts: a town of squares 1 km wide, so that answers are seen by eye."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoinspect.demo import tinytown
from geoinspect.districts import locate, metres
from geoinspect.errors import InputError
from geoinspect.geometry import LocalProjection
from geoinspect.messages import translator

PLANE = LocalProjection(112.5, 32.8)


def area(*corners):
    return shapely.Polygon(PLANE.to_lonlat(np.array(corners, dtype=float)))


def square(west, south, size=1000.0):
    east, north = west + size, south + size
    return area((west, south), (east, south), (east, north), (west, north))


def districts_of(**polygons):
    names = [f"{key}区" for key in polygons]
    return gpd.GeoDataFrame(
        {"name": names}, geometry=list(polygons.values()), index=list(polygons), crs="EPSG:4326"
    )


def points_at(*places):
    lonlat = PLANE.to_lonlat(np.array(places, dtype=float).reshape(-1, 2))
    ids = [f"P{i}" for i in range(len(places))]
    return gpd.GeoDataFrame(geometry=shapely.points(lonlat), index=ids, crs="EPSG:4326")


@pytest.fixture
def side_by_side():
    return districts_of(A=square(0, 0), B=square(1000, 0))


def test_a_point_in_the_middle_is_inside_and_needs_no_reason(side_by_side):
    located = locate(points_at((500, 500)), side_by_side).loc["P0"]
    assert located[["district_id", "status", "also", "reason"]].tolist() == ["A", "inside", "", ""]
    assert np.isnan(located["distance_m"])


def test_a_point_near_a_neighbour_keeps_its_district_and_names_the_other(side_by_side):
    located = locate(points_at((980, 500)), side_by_side, tolerance_m=30).loc["P0"]
    assert located[["district_id", "status", "also"]].tolist() == ["A", "near-boundary", "B"]
    assert located["distance_m"] == pytest.approx(20, abs=0.01)
    assert located["reason"] == "The point lies in A区 (A), 20 m from B区 (B)."


def test_the_outer_border_of_the_city_is_no_boundary_between_districts(side_by_side):
    assert locate(points_at((5, 500)), side_by_side).loc["P0", "status"] == "inside"


def test_a_wider_tolerance_reaches_farther(side_by_side):
    point = points_at((940, 500))
    assert locate(point, side_by_side, tolerance_m=30).loc["P0", "status"] == "inside"
    assert locate(point, side_by_side, tolerance_m=70).loc["P0", "status"] == "near-boundary"


def test_a_point_on_the_border_counts_for_the_smallest_id_and_shows_both(side_by_side):
    on_border = locate(points_at((1000, 300), (1000, 777)), side_by_side, tolerance_m=0)
    assert on_border["district_id"].tolist() == ["A", "A"]
    assert on_border["status"].tolist() == ["near-boundary", "near-boundary"]
    assert on_border["also"].tolist() == ["B", "B"]


def test_a_corner_of_four_districts_shows_all_of_them():
    four = districts_of(D=square(0, 0), C=square(1000, 0), B=square(0, 1000), A=square(1000, 1000))
    corner = locate(points_at((1000, 1000)), four).loc["P0"]
    assert corner[["district_id", "status", "also"]].tolist() == ["A", "near-boundary", "B, C, D"]


def test_a_point_in_two_districts_gets_neither():
    overlapping = districts_of(A=square(0, 0), B=square(500, 0))
    located = locate(points_at((750, 500)), overlapping).loc["P0"]
    assert located["district_id"] is None
    assert located[["status", "also"]].tolist() == ["overlap", "A, B"]
    assert located["reason"] == "The point lies in several districts at once: A区 (A), B区 (B)."


def test_a_point_in_no_district_names_the_nearest_and_is_not_assigned(side_by_side):
    located = locate(points_at((2250, 500), (-20, 500)), side_by_side)
    assert located["district_id"].tolist() == [None, None]
    assert located["status"].tolist() == ["gap", "gap"]
    assert located["also"].tolist() == ["B", "A"]
    assert located["distance_m"].to_numpy() == pytest.approx([250, 20], abs=0.01)
    assert located.loc["P0", "reason"] == (
        "The point lies in no district; B区 (B) is nearest, 250 m away."
    )


def test_a_hole_in_a_district_is_a_gap_and_an_enclave_in_it_is_not():
    ring = shapely.difference(square(0, 0), square(400, 400, 200))
    with_enclave = districts_of(A=ring, B=square(450, 450, 100))
    located = locate(points_at((420, 500), (500, 500)), with_enclave)
    assert located["status"].tolist() == ["gap", "inside"]
    assert located["district_id"].tolist() == [None, "B"]


def test_both_parts_of_a_divided_district_count():
    two_parts = shapely.MultiPolygon([square(0, 0), square(5000, 0)])
    located = locate(points_at((500, 500), (5500, 500)), districts_of(A=two_parts))
    assert located["district_id"].tolist() == ["A", "A"]


def test_neighbours_that_share_a_border_with_different_corners_leave_no_gap():
    # The long border of A has no corner where B and C meet: 40 km in one piece.
    west = area((-40000, 0), (0, 0), (0, 40000), (-40000, 40000))
    north = area((0, 20000), (40000, 20000), (40000, 40000), (0, 40000))
    south = area((0, 0), (40000, 0), (40000, 20000), (0, 20000))
    both = shapely.union(north, south)
    long_border = districts_of(
        A=west, B=shapely.Polygon(shapely.remove_repeated_points(both).exterior)
    )
    lat = np.linspace(32.81, 33.15, 50)
    border_lon = np.interp(lat, *shapely.get_coordinates(west)[[1, 2]].T[::-1])
    on_border = gpd.GeoDataFrame(geometry=shapely.points(border_lon, lat), crs="EPSG:4326")
    located = locate(on_border, long_border, tolerance_m=1)
    assert set(located["status"]) == {"near-boundary"}
    assert set(located["district_id"]) == {"A"}


def test_the_order_of_districts_and_points_plays_no_part():
    points = points_at(*np.random.default_rng(1).uniform(-200, 2200, (200, 2)))
    districts = districts_of(A=square(0, 0), B=square(1000, 0), C=square(900, 900))
    there = locate(points, districts)
    back = locate(points[::-1], districts[::-1])
    assert back[::-1].equals(there)


def test_no_points_give_an_empty_table(side_by_side):
    located = locate(points_at(), side_by_side)
    assert located.empty
    assert list(located.columns) == ["district_id", "status", "also", "distance_m", "reason"]


def test_no_districts_are_one_sentence(side_by_side):
    with pytest.raises(InputError, match="There are no districts"):
        locate(points_at((1, 1)), side_by_side.iloc[:0])


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
def test_a_table_that_is_not_in_wgs84_is_refused(side_by_side, crs):
    with pytest.raises(InputError, match="districts are not in WGS-84"):
        locate(points_at((1, 1)), side_by_side.set_crs(crs, allow_override=True))


def test_a_repeated_district_id_is_refused(side_by_side):
    with pytest.raises(InputError, match="district id A occurs twice"):
        locate(points_at((1, 1)), side_by_side.set_axis(["A", "A"]))


def test_a_district_id_with_a_comma_is_refused(side_by_side):
    with pytest.raises(InputError, match="has a comma"):
        locate(points_at((1, 1)), side_by_side.set_axis(["A,1", "B"]))


def test_a_district_that_crosses_itself_is_refused():
    bow_tie = area((0, 0), (1000, 1000), (1000, 0), (0, 1000))
    with pytest.raises(InputError, match="district A crosses itself"):
        locate(points_at((1, 1)), districts_of(A=bow_tie))


@pytest.mark.parametrize("nothing", [None, shapely.Point()])
def test_a_point_without_a_place_is_named(side_by_side, nothing):
    points = points_at((1, 1), (2, 2))
    points.loc["P1", "geometry"] = nothing
    with pytest.raises(InputError, match="Point P1 has no coordinates"):
        locate(points, side_by_side)


def test_a_negative_tolerance_is_a_mistake_of_the_programmer(side_by_side):
    with pytest.raises(ValueError, match="tolerance_m"):
        locate(points_at((1, 1)), side_by_side, tolerance_m=-1)


def test_reasons_come_in_chinese():
    located = locate(tinytown.points(), tinytown.districts(), translate=translator("zh"))
    assert located.loc["TT08", "reason"] == "点位在西桥区 (D1)内，距东禾区 (D2)边界 15 米。"


def test_short_distances_show_decimetres():
    assert [metres(0.04), metres(9.94), metres(10.4)] == ["0.0", "9.9", "10"]
