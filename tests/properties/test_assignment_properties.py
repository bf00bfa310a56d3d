"""What must hold for any points, districts and rules."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.demo import tinytown
from geoinspect.districts import locate
from geoinspect.geometry import LocalProjection
from geoinspect.responsibility import STATUSES, assign

PLANE = LocalProjection(112.5, 32.8)
TOLERANCE_M = 30.0


def random_districts(rng, n):
    """Triangles thrown on a plane of 4 km: they overlap, touch and leave gaps."""
    corners = rng.uniform(0, 4000, (n, 3, 2))
    polygons = [shapely.Polygon(PLANE.to_lonlat(triangle)) for triangle in corners]
    ids = [f"D{i:02d}" for i in range(n)]
    return gpd.GeoDataFrame({"name": ids}, geometry=polygons, index=ids, crs="EPSG:4326")


def random_points(rng, n):
    lonlat = PLANE.to_lonlat(rng.uniform(-200, 4200, (n, 2)))
    ids = [f"P{i:05d}" for i in range(n)]
    return gpd.GeoDataFrame(geometry=shapely.points(lonlat), index=ids, crs="EPSG:4326")


def by_brute_force(points, districts):
    """Every point against every polygon, without a tree, border pieces or pandas."""
    lonlat = shapely.get_coordinates(points.geometry.to_numpy())
    places = shapely.points(PLANE.to_xy(lonlat))
    polygons = shapely.transform(districts.geometry.to_numpy(), PLANE.to_xy)
    ids = list(districts.index)
    found = []
    for place, position in zip(places, points.geometry, strict=True):
        inside = [i for i, area in enumerate(districts.geometry) if area.contains(position)]
        distance_m = [shapely.distance(place, polygon) for polygon in polygons]
        if len(inside) > 1:
            found.append((None, "overlap", ", ".join(ids[i] for i in inside)))
            continue
        near = set() if inside else {int(np.argmin(distance_m))}
        near |= {i for i, d in enumerate(distance_m) if d <= TOLERANCE_M and i not in inside}
        also = ", ".join(ids[i] for i in sorted(near))
        status = "gap" if not inside else "near-boundary" if near else "inside"
        found.append((ids[inside[0]] if inside else None, status, also))
    return found


def test_ten_thousand_points_are_located_as_by_brute_force():
    rng = np.random.default_rng(20261123)
    points, districts = random_points(rng, 10_000), random_districts(rng, 12)
    located = locate(points, districts, tolerance_m=TOLERANCE_M)
    answers = list(located[["district_id", "status", "also"]].itertuples(index=False, name=None))
    assert answers == by_brute_force(points, districts)
    assert set(located["status"]) == {"inside", "near-boundary", "overlap", "gap"}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_locating_does_not_depend_on_the_order_of_any_table(seed, shuffler):
    rng = np.random.default_rng(seed)
    points, districts = random_points(rng, 60), random_districts(rng, 5)
    shuffled_points = points.loc[shuffler.sample(list(points.index), len(points))]
    shuffled_districts = districts.loc[shuffler.sample(list(districts.index), len(districts))]
    there = locate(points, districts)
    assert locate(shuffled_points, shuffled_districts).sort_index().equals(there)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_districts_that_share_borders_give_each_point_exactly_one(seed):
    rng = np.random.default_rng(seed)
    districts = tinytown.districts()
    west, south, east, north = districts.total_bounds
    lonlat = rng.uniform((west, south), (east, north), (200, 2))
    points = gpd.GeoDataFrame(geometry=shapely.points(lonlat), crs="EPSG:4326")
    located = locate(points, districts)
    assert located["district_id"].notna().all()
    assert set(located["status"]) <= {"inside", "near-boundary"}


DISTRICTS = st.sampled_from(["*", "D1", "D2", "D3", "西桥区", "东禾区", "北湖区"])
CATEGORIES = st.sampled_from(["*", "集贸市场", "中小学校", "社区"])
UNITS = st.sampled_from(["U1", "U2", "U3"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(UNITS, DISTRICTS, CATEGORIES), max_size=8))
def test_every_point_ends_with_one_status_and_a_unit_exactly_if_one_answers(rows):
    units = pd.DataFrame(rows, columns=["unit_id", "district", "category"], dtype=object)
    units = units.assign(unit_name=units["unit_id"], source_row=range(2, len(units) + 2))
    found = assign(tinytown.points(), tinytown.districts(), units)
    answered = found["status"].isin(["resolved", "near-boundary"])
    assert set(found["status"]) <= set(STATUSES)
    assert (found["unit_id"].notna() == answered).all()
    assert ((found["rule"] != "") == answered).all()
    assert ((found["reason"] == "") == (found["status"] == "resolved")).all()
