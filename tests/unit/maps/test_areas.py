"""Water, green and buildings come from the extract, inside the city, the small ones near by."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
import shapely
from pyogrio import list_layers, read_dataframe

from geoinspect.errors import InputError
from geoinspect.maps import build_basemap, city_outline, read_areas
from geoinspect.maps.archive import read_tiles
from geoinspect.maps.areas import kind_of
from geoinspect.network import read_network

HELSINKI = Path(str(files("geoinspect") / "_demo" / "Helsinki.osm.pbf"))
WORLD = shapely.box(-180, -90, 180, 90)

RELATION = """<osm version="0.6">
{nodes}
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/>{close}</way>
<way id="2"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="5"/></way>
<way id="3"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="5"/><tag k="building" v="no"/></way>
<relation id="1"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="inner"/>
<tag k="type" v="multipolygon"/><tag k="natural" v="water"/><tag k="name" v="玄武湖"/></relation>
</osm>"""
CORNERS = [(0, 0), (4, 0), (4, 4), (0, 4), (1, 1), (3, 1), (3, 3), (1, 3)]


def lake(path: Path, *, is_closed: bool = True) -> Path:
    """Write an extract whose only area is a square lake with a square island."""
    nodes = "".join(
        f'<node id="{k + 1}" lon="{118.7 + x / 100}" lat="{32.0 + y / 100}"/>'
        for k, (x, y) in enumerate(CORNERS)
    )
    close = '<nd ref="1"/>' if is_closed else ""
    path.write_text(RELATION.format(nodes=nodes, close=close), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def helsinki():
    network = read_network(HELSINKI)
    return network, read_areas(HELSINKI, city_outline(network, None)).table


@pytest.fixture(scope="module")
def archive(helsinki, tmp_path_factory):
    network, areas = helsinki
    path = tmp_path_factory.mktemp("helsinki") / "map.pmtiles"
    return build_basemap(network, None, path, areas=areas)


def test_a_lake_keeps_its_island_and_its_name(tmp_path):
    areas = read_areas(lake(tmp_path / "lake.osm"), WORLD)
    assert (areas.n_broken, len(areas.table)) == (0, 1)
    water = areas.table.iloc[0]
    assert (water["kind"], water["name"]) == ("water", "玄武湖")
    square = shapely.box(118.7, 32.0, 118.74, 32.04)
    island = shapely.box(118.71, 32.01, 118.73, 32.03)
    assert water.geometry.symmetric_difference(square - island).area < 1e-12


def test_an_area_whose_border_is_open_is_counted_and_left_out(tmp_path):
    areas = read_areas(lake(tmp_path / "lake.osm", is_closed=False), WORLD)
    assert (areas.n_broken, len(areas.table)) == (1, 0)


def test_every_tagged_area_of_the_city_is_read_once():
    counted = {"buildings": 0, "green": 0, "water": 0}
    for area in osmium.FileProcessor(str(HELSINKI)).with_areas():
        kind = kind_of(area.tags.get) if area.is_area() else None
        if kind:
            counted[kind] += 1
    assert min(counted.values()) > 10
    assert read_areas(HELSINKI, WORLD).table["kind"].value_counts().to_dict() == counted


def test_what_lies_elsewhere_is_not_read():
    assert read_areas(HELSINKI, shapely.box(118, 31, 119, 33)).table.empty


def test_a_file_that_is_no_extract_is_refused_by_name(tmp_path):
    text = tmp_path / "notes.osm.pbf"
    text.write_text("no map")
    with pytest.raises(InputError, match=r"notes\.osm\.pbf cannot be read"):
        read_areas(text, WORLD)
    with pytest.raises(InputError, match=r"no file .*missing\.osm"):
        read_areas(tmp_path / "missing.osm", WORLD)


def test_the_archive_has_the_areas_and_buildings_near_by_only(archive, helsinki):
    _, areas = helsinki
    assert {"water", "green", "buildings", "area_label"} <= set(list_layers(archive)[:, 0])
    near = {
        tile[0] for tile, data in read_tiles(archive.read_bytes()).items() if b"buildings" in data
    }
    assert near == {13}
    drawn = read_dataframe(archive, layer="buildings", ZOOM_LEVEL=13)
    assert len(drawn) >= (areas["kind"] == "buildings").sum()
    names = set(read_dataframe(archive, layer="area_label", ZOOM_LEVEL=13)["name"])
    assert names <= set(areas.loc[areas["kind"] != "buildings", "name"]) - {""}
    assert names


def test_water_is_drawn_at_its_true_size(archive, helsinki):
    network, areas = helsinki
    plane = network.projection.crs
    drawn = read_dataframe(archive, layer="water", ZOOM_LEVEL=13).to_crs(plane)
    outline = city_outline(network, None)
    water = areas[areas["kind"] == "water"].intersection(outline).to_crs(plane)
    assert drawn.union_all().area == pytest.approx(water.union_all().area, rel=0.02)


def test_everything_is_clipped_to_the_districts_and_a_kilometre_around(helsinki, tmp_path):
    network, areas = helsinki
    west, south, east, north = shapely.bounds(city_outline(network, None))
    middle = shapely.box(west, south, west + (east - west) / 50, south + (north - south) / 50)
    districts = gpd.GeoDataFrame({"name": ["中"]}, geometry=[middle], crs="EPSG:4326")
    path = build_basemap(network, districts, tmp_path / "small.pmtiles", areas=areas)
    outline = gpd.GeoSeries([city_outline(network, districts)], crs=4326).to_crs(3857).iloc[0]
    for name in ("water", "green"):
        drawn = read_dataframe(path, layer=name, ZOOM_LEVEL=13)
        assert drawn.within(outline.buffer(5)).all()
    for name in ("buildings", "roads"):
        drawn = read_dataframe(path, layer=name, ZOOM_LEVEL=13)
        assert len(drawn)
    whole = build_basemap(network, districts, tmp_path / "whole.pmtiles")
    clipped = read_dataframe(path, layer="roads", ZOOM_LEVEL=13).length.sum()
    assert clipped < 0.9 * read_dataframe(whole, layer="roads", ZOOM_LEVEL=13).length.sum()


def test_an_extract_of_roads_alone_costs_no_byte_of_any_tile(tinytown_network, tmp_path):
    none = read_areas(lake(tmp_path / "lake.osm"), shapely.box(0, 0, 1, 1)).table
    with_none = build_basemap(tinytown_network, None, tmp_path / "a.pmtiles", areas=none)
    without = build_basemap(tinytown_network, None, tmp_path / "b.pmtiles")
    assert with_none.read_bytes() == without.read_bytes()
