import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoinspect.datum import from_wgs84
from geoinspect.errors import InputError
from geoinspect.intake import read_districts


def square(west, south, size=0.1, *, height=None):
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    if height is not None:
        ring = [[*position, height] for position in ring]
    return {"type": "Polygon", "coordinates": [ring]}


def test_districts_arrive_as_promised(write_geojson):
    path = write_geojson(
        [
            (square(118.7, 32.0), {"adcode": 320106, "name": "鼓楼区"}),
            (square(118.8, 32.0), {"adcode": 320102, "name": "玄武区"}),
        ]
    )
    districts = read_districts(path).districts
    assert districts.index.tolist() == ["320106", "320102"]
    assert districts["name"].tolist() == ["鼓楼区", "玄武区"]
    assert districts["claimed_datum"].tolist() == ["wgs84", "wgs84"]
    assert districts.geometry.iloc[0].bounds == pytest.approx((118.7, 32.0, 118.8, 32.1))
    assert districts.crs.to_epsg() == 4326


def test_a_folder_of_bare_geometries_takes_ids_from_the_file_names(tmp_path):
    for code, west in (("320104", 118.8), ("320102", 118.7)):
        (tmp_path / f"{code}.geojson").write_text(json.dumps(square(west, 32.0)))
    (tmp_path / "readme.txt").write_text("nothing")
    imported = read_districts(tmp_path)
    assert imported.districts.index.tolist() == ["320102", "320104"]
    assert imported.districts["name"].tolist() == ["320102", "320104"]
    assert imported.n_imported == 2


def test_a_list_of_files_keeps_its_order(tmp_path):
    paths = []
    for code, west in (("b", 118.8), ("a", 118.7)):
        paths.append(tmp_path / f"{code}.geojson")
        paths[-1].write_text(json.dumps(square(west, 32.0)))
    assert read_districts(paths).districts.index.tolist() == ["b", "a"]


def test_without_a_column_of_ids_the_names_are_the_ids(write_geojson):
    path = write_geojson(
        [(square(118.7, 32.0), {"区县": "鼓楼区"}), (square(118.8, 32.0), {"区县": "玄武区"})]
    )
    assert read_districts(path).districts.index.tolist() == ["鼓楼区", "玄武区"]


def test_the_column_of_names_can_be_given(write_geojson):
    path = write_geojson([(square(118.7, 32.0), {"QXMC": "鼓楼区", "code": "1"})])
    assert read_districts(path, columns={"name": "QXMC"}).districts.loc["1", "name"] == "鼓楼区"


def test_polygons_in_gcj02_are_converted_vertex_by_vertex(write_geojson):
    wgs84 = shapely.Polygon(square(118.7, 32.0)["coordinates"][0])
    gcj02 = shapely.transform(wgs84, lambda xy: from_wgs84(xy, "gcj02"))
    path = write_geojson([(shapely.geometry.mapping(gcj02), {"id": "1"})])
    imported = read_districts(path, datum="gcj02")
    converted = shapely.get_coordinates(imported.districts.geometry.iloc[0])
    assert np.abs(converted - shapely.get_coordinates(wgs84)).max() < 1e-9
    assert imported.fixed["code"].tolist() == ["DATUM_CONVERTED"]
    assert imported.districts["claimed_datum"].tolist() == ["gcj02"]


def test_heights_are_dropped_and_logged(write_geojson):
    imported = read_districts(write_geojson([(square(118.7, 32.0, height=9.0), {"id": "1"})]))
    assert not imported.districts.geometry.iloc[0].has_z
    assert imported.fixed["code"].tolist() == ["HEIGHT_DROPPED"]


def test_a_ring_that_is_not_closed_is_closed_and_logged(write_geojson):
    open_ring = {"type": "Polygon", "coordinates": [square(118.7, 32.0)["coordinates"][0][:-1]]}
    imported = read_districts(write_geojson([(open_ring, {"id": "1"})]))
    assert imported.districts.geometry.iloc[0].area == pytest.approx(0.01)
    assert imported.fixed["code"].tolist() == ["RING_CLOSED"]


def test_a_spike_is_repaired_with_its_change_of_area(write_geojson):
    ring = square(118.7, 32.0)["coordinates"][0]
    spiked = [*ring[:2], [118.9, 32.0], *ring[1:]]
    imported = read_districts(
        write_geojson([({"type": "Polygon", "coordinates": [spiked]}, {"id": "1"})])
    )
    assert imported.districts.geometry.iloc[0].is_valid
    assert imported.fixed["code"].tolist() == ["SHAPE_REPAIRED"]
    assert "changed by 0.0000 %" in imported.fixed.loc[0, "reason"]


def test_a_bow_tie_is_set_aside_because_its_area_is_not_known(write_geojson):
    tie = [[118.7, 32.0], [118.8, 32.1], [118.8, 32.0], [118.7, 32.1], [118.7, 32.0]]
    path = write_geojson(
        [({"type": "Polygon", "coordinates": [tie]}, {"id": "1"}), (square(119, 32), {"id": "2"})]
    )
    imported = read_districts(path)
    assert imported.districts.index.tolist() == ["2"]
    assert imported.quarantined[["source_row", "district_id", "code"]].to_numpy().tolist() == [
        [1, "1", "INVALID_SHAPE"]
    ]


def test_duplicate_vertices_and_either_winding_are_fine(write_geojson):
    ring = square(118.7, 32.0)["coordinates"][0]
    path = write_geojson(
        [({"type": "Polygon", "coordinates": [[ring[0], *ring[::-1]]]}, {"id": "1"})]
    )
    assert read_districts(path).fixed.empty


def test_swapped_polygons_are_exchanged_and_logged(write_geojson):
    imported = read_districts(write_geojson([(square(32.0, 118.7), {"id": "1"})]))
    assert imported.districts.geometry.iloc[0].bounds == pytest.approx((118.7, 32.0, 118.8, 32.1))
    assert imported.fixed["code"].tolist() == ["LONLAT_SWAPPED"]


def test_multi_polygons_and_holes_are_kept(write_geojson):
    outer, hole = (
        square(118.7, 32.0)["coordinates"][0],
        square(118.72, 32.02, 0.01)["coordinates"][0],
    )
    exclave = square(119.5, 32.0)["coordinates"]
    shape = {"type": "MultiPolygon", "coordinates": [[outer, hole], exclave]}
    [geometry] = read_districts(write_geojson([(shape, {"id": "1"})])).districts.geometry
    assert len(geometry.geoms) == 2
    assert geometry.area == pytest.approx(0.01 + 0.01 - 0.0001)


def test_other_shapes_and_missing_ones_are_set_aside(write_geojson):
    line = {"type": "LineString", "coordinates": [[118.8, 32.0], [118.9, 32.0]]}
    path = write_geojson(
        [(square(118.7, 32.0), {"id": "1"}), (line, {"id": "2"}), (None, {"id": "3"})]
    )
    assert read_districts(path).quarantined["code"].tolist() == ["NOT_A_POLYGON", "NO_SHAPE"]


def test_metres_are_no_degrees(write_geojson):
    with pytest.raises(InputError, match="metres of a projection"):
        read_districts(write_geojson([(square(512000, 3540000, 1000), {"id": "1"})]))


def test_empty_districts_are_refused(write_geojson):
    with pytest.raises(InputError, match="holds no districts: all its shapes are empty"):
        read_districts(write_geojson([(None, {"name": "鼓楼区"})]))


def test_one_id_for_two_districts_is_refused(write_geojson):
    path = write_geojson([(square(118.7, 32.0), {"id": "1"}), (square(118.8, 32.0), {"id": "1"})])
    with pytest.raises(InputError, match="the district id '1' comes twice"):
        read_districts(path)


def test_tables_and_empty_folders_are_refused(write_csv, tmp_path):
    with pytest.raises(InputError, match="is a table without polygons"):
        read_districts(write_csv("名称,类别\n鼓楼,区\n"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no district files"):
        read_districts(tmp_path / "empty")
    with pytest.raises(InputError, match="no district files"):
        read_districts([])


def test_a_shapefile_in_gauss_kruger_metres_is_turned_into_degrees(tmp_path):
    frame = gpd.GeoDataFrame(
        {"NAME": ["鼓楼区"]}, geometry=[shapely.box(118.7, 32.0, 118.8, 32.1)], crs=4490
    ).to_crs(4549)
    frame.to_file(tmp_path / "d.shp", encoding="GB18030")
    imported = read_districts(tmp_path / "d.shp")
    districts = imported.districts
    assert imported.fixed["code"].tolist() == ["REPROJECTED"]
    assert districts["name"].tolist() == ["鼓楼区"]
    assert districts.geometry.iloc[0].bounds == pytest.approx((118.7, 32.0, 118.8, 32.1), abs=1e-6)
    assert districts["claimed_datum"].tolist() == ["cgcs2000"]


def test_files_with_and_without_properties_go_together(tmp_path, write_geojson):
    (tmp_path / "320102.geojson").write_text(json.dumps(square(118.7, 32.0)))
    named = write_geojson(
        [(square(118.8, 32.0), {"adcode": 320104, "name": "秦淮区"})], "q.geojson"
    )
    imported = read_districts([tmp_path / "320102.geojson", named])
    assert imported.districts["name"].tolist() == ["320102", "秦淮区"]
    assert imported.table.cells["file"].tolist() == ["320102.geojson", "q.geojson"]


def test_a_layer_of_several_can_be_named(tmp_path):
    frame = gpd.GeoDataFrame(
        {"name": ["鼓楼区"]}, geometry=[shapely.box(118.7, 32.0, 118.8, 32.1)], crs=4326
    )
    frame.to_file(tmp_path / "two.gpkg", layer="old")
    frame.to_file(tmp_path / "two.gpkg", layer="new")
    assert len(read_districts(tmp_path / "two.gpkg", sheet="new").districts) == 1
