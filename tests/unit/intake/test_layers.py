import json

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from geoinspect.errors import InputError
from geoinspect.intake import read_districts, read_points
from geoinspect.intake.table import read_table


@pytest.fixture
def write_shapefile(tmp_path):
    def write(encoding, name="鼓楼区中心", crs=4326):
        frame = gpd.GeoDataFrame(
            {"行政区": [name], "类别": ["医院"]}, geometry=[shapely.Point(118.8, 32.0)], crs=crs
        )
        path = tmp_path / "points.shp"
        frame.to_file(path, encoding=encoding)
        (tmp_path / "points.cpg").unlink(missing_ok=True)
        return path

    return write


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_attributes_of_shapefiles_without_cpg_are_decoded(write_shapefile, encoding):
    table = read_table(write_shapefile(encoding))
    assert table.cells.to_numpy().tolist() == [["鼓楼区中心", "医院"]]
    assert table.labels == ["行政区", "类别"]


def test_a_wrong_cpg_does_not_garble_the_attributes(write_shapefile):
    path = write_shapefile("GB18030")
    path.with_suffix(".cpg").write_text("UTF-8")
    assert read_table(path).labels == ["行政区", "类别"]


def test_a_shapefile_without_prj_needs_a_datum(write_shapefile):
    path = write_shapefile("UTF-8")
    path.with_suffix(".prj").unlink()
    with pytest.raises(
        InputError, match=r"points\.shp does not say its coordinate system \(no \.prj\)"
    ):
        read_points(path)
    assert read_points(path, datum="cgcs2000").points["claimed_datum"].tolist() == ["cgcs2000"]


@pytest.mark.parametrize("missing", [".dbf", ".shx"])
def test_a_shapefile_with_a_missing_part_is_refused(write_shapefile, missing):
    path = write_shapefile("UTF-8")
    path.with_suffix(missing).unlink()
    with pytest.raises(InputError, match=f"points.shp lacks points{missing}"):
        read_points(path)


@pytest.mark.parametrize(
    ("code", "name"), [(4214, "Beijing 1954"), (2437, "Beijing 1954"), (4610, "Xian 1980")]
)
def test_old_chinese_systems_are_refused_with_the_way_out(tmp_path, code, name):
    frame = gpd.GeoDataFrame({"类别": ["医院"]}, geometry=[shapely.Point(118.8, 32.0)], crs=code)
    frame.to_file(tmp_path / "old.gpkg")
    with pytest.raises(InputError, match=f"old.gpkg is in {name}: .*CGCS2000 or WGS-84"):
        read_points(tmp_path / "old.gpkg")


def test_a_system_without_a_place_on_earth_is_refused(tmp_path):
    local = CRS.from_wkt('LOCAL_CS["City grid",UNIT["metre",1]]')
    frame = gpd.GeoDataFrame({"类别": ["医院"]}, geometry=[shapely.Point(1.0, 2.0)], crs=local)
    frame.to_file(tmp_path / "local.gpkg")
    with pytest.raises(InputError, match="City grid"):
        read_points(tmp_path / "local.gpkg")


def test_several_layers_need_a_choice(tmp_path):
    frame = gpd.GeoDataFrame({"类别": ["医院"]}, geometry=[shapely.Point(118.8, 32.0)], crs=4326)
    frame.to_file(tmp_path / "two.gpkg", layer="鼓楼")
    frame.to_file(tmp_path / "two.gpkg", layer="玄武")
    with pytest.raises(InputError, match="鼓楼, 玄武"):
        read_points(tmp_path / "two.gpkg")
    assert len(read_points(tmp_path / "two.gpkg", sheet="玄武").points) == 1


def test_a_damaged_geopackage_is_refused(write_csv):
    with pytest.raises(InputError, match="probably damaged"):
        read_table(write_csv(b"SQLite format 3\x00" + b"\x00" * 200, name="x.gpkg"))


def test_the_old_crs_member_of_geojson_is_a_claim(write_geojson):
    point = {"type": "Point", "coordinates": [118.8, 32.0]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    imported = read_points(write_geojson([(point, {"类别": "医院"})], crs=crs))
    assert imported.points["claimed_datum"].tolist() == ["cgcs2000"]
    assert shapely.get_coordinates(imported.points.geometry).tolist() == [[118.8, 32.0]]


def test_an_unknown_crs_member_is_refused(write_geojson):
    crs = {"type": "name", "properties": {"name": "urn:mars"}}
    with pytest.raises(InputError, match="urn:mars is unknown"):
        read_points(write_geojson([], crs=crs))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_geojson_in_any_encoding_is_read(write_csv, encoding):
    text = json.dumps(
        {
            "type": "Feature",
            "properties": {"类别": "医院"},
            "geometry": {"type": "Point", "coordinates": [118.8, 32.0]},
        },
        ensure_ascii=False,
    )
    imported = read_points(write_csv(text, "one.geojson", encoding))
    assert imported.points["category"].tolist() == ["医院"]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[1, 2]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": "Polygon"},
    ],
)
def test_geometry_that_cannot_be_built_is_no_geometry(write_geojson, geometry):
    with pytest.raises(InputError, match="holds no districts"):
        read_districts(write_geojson([(geometry, {"name": "鼓楼区"})]))
