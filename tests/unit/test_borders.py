"""Borders between districts: slivers are cut and noted, everything else is only noted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoinspect.borders import repair_borders
from geoinspect.demo import tinytown
from geoinspect.geometry import LocalProjection

PLANE = LocalProjection(112.5, 32.8)


def districts_of(**rings):
    polygons = [shapely.Polygon(PLANE.to_lonlat(np.array(r, dtype=float))) for r in rings.values()]
    return gpd.GeoDataFrame(
        {"name": [f"{key}区" for key in rings]}, geometry=polygons, index=list(rings), crs=4326
    )


def areas_m2(districts):
    return shapely.area(shapely.transform(districts.geometry.to_numpy(), PLANE.to_xy))


def test_good_borders_come_back_as_they_are():
    districts = tinytown.districts()
    repaired, notes = repair_borders(districts)
    assert notes == []
    assert repaired.equals(districts)


def test_no_districts_are_nothing_to_repair():
    repaired, notes = repair_borders(tinytown.districts().iloc[:0])
    assert repaired.empty
    assert notes == []


def rectangle(west, east):
    return [(west, 0), (east, 0), (east, 1000), (west, 1000)]


def test_a_sliver_between_two_districts_stays_with_the_smaller_id():
    repaired, notes = repair_borders(districts_of(B=rectangle(0, 1000), A=rectangle(999.5, 2000)))
    assert shapely.area(shapely.intersection(*repaired.geometry)) == pytest.approx(0, abs=1e-14)
    assert areas_m2(repaired) == pytest.approx([999_500, 1_000_500], abs=20)
    assert [note.data["area"] for note in notes] == [500]
    assert "it stays with A区 (A)" in str(notes[0])


def test_a_real_overlap_is_measured_and_left_alone():
    districts = districts_of(A=rectangle(0, 1000), B=rectangle(900, 2000))
    repaired, notes = repair_borders(districts)
    assert repaired.equals(districts)
    assert [note.data["area"] for note in notes] == [100_000]


def test_land_that_belongs_to_nobody_is_measured():
    frame = districts_of(A=rectangle(0, 1000))
    hole = shapely.Polygon(PLANE.to_lonlat(np.array([(400, 400), (600, 400), (500, 600)])))
    frame.loc["A", "geometry"] = shapely.difference(frame.loc["A", "geometry"], hole)
    _, notes = repair_borders(frame)
    assert [note.data["area"] for note in notes] == [20_000]
    assert "belong to none" in str(notes[0])


def test_a_border_for_a_wall_map_is_noted():
    corners = [(0, 0), (30_000, 0), (30_000, 30_000), (0, 30_000)]
    _, notes = repair_borders(districts_of(A=corners))
    assert "only one vertex every" in str(notes[0])
