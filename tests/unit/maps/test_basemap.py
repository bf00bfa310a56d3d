"""The base map holds each road once, big roads from afar, names where they fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyogrio import list_layers, read_dataframe

from geoinspect.demo import tinytown
from geoinspect.errors import InputError
from geoinspect.maps import build_basemap
from geoinspect.maps.archive import read_header, read_tiles
from geoinspect.maps.basemap import label_positions, road_lines


def layer(path, name, zoom):
    return read_dataframe(path, layer=name, ZOOM_LEVEL=zoom)


def test_a_street_of_two_directions_is_drawn_once(tinytown_network):
    roads = road_lines(tinytown_network, tinytown_network.projection)
    assert roads.geometry.normalize().to_wkb().is_unique
    both_ways = tinytown_network.length_m.sum()
    assert both_ways / 2 < roads.length.sum() < both_ways


def test_the_archive_has_all_layers(tinytown_basemap):
    names = set(list_layers(tinytown_basemap)[:, 0])
    assert names == {"districts", "district_lines", "district_labels", "roads", "road_label"}


def test_zooms_go_from_the_province_to_the_street(tinytown_basemap):
    header = read_header(tinytown_basemap.read_bytes())
    assert (header["min_zoom"], header["max_zoom"]) == (6, 13)


def test_small_streets_appear_near_by_only(tinytown_basemap):
    assert layer(tinytown_basemap, "roads", 10)["rank"].max() <= 3
    assert layer(tinytown_basemap, "roads", 13)["rank"].max() == 5


def test_street_names_can_be_read(tinytown_basemap, tinytown_network):
    tiles = read_tiles(tinytown_basemap.read_bytes())
    nearest = b"".join(content for tile, content in tiles.items() if tile[0] == 13)
    names = set(tinytown_network.names) - {""}
    assert len(names) > 30
    assert not [name for name in names if name.encode() not in nearest]


def test_district_names_lie_inside_their_districts(tinytown_basemap):
    labels = layer(tinytown_basemap, "district_labels", 13).to_crs("EPSG:4326")
    districts = tinytown.districts().set_index("name")
    assert set(labels["name"]) == set(districts.index)
    for name, point in zip(labels["name"], labels.geometry, strict=True):
        assert districts.geometry[name].contains(point)


def test_a_border_between_two_districts_is_drawn_once(tinytown_basemap):
    lines = layer(tinytown_basemap, "district_lines", 13).to_crs("EPSG:4547")
    outlines = tinytown.districts().to_crs("EPSG:4547").boundary
    assert lines.length.sum() == pytest.approx(outlines.union_all().length, rel=0.01)
    assert lines.length.sum() < 0.9 * outlines.length.sum()


def test_the_same_city_gives_the_same_bytes(tinytown_basemap, tinytown_network, tmp_path):
    again = build_basemap(tinytown_network, tinytown.districts(), tmp_path / "again.pmtiles")
    assert again.read_bytes() == tinytown_basemap.read_bytes()


def test_roads_alone_make_a_base_map(tinytown_network, tmp_path):
    path = build_basemap(tinytown_network, None, tmp_path / "roads.pmtiles")
    assert read_tiles(path.read_bytes())
    assert len(layer(path, "roads", 13))


def test_a_network_without_roads_is_refused(tinytown_network, tmp_path):
    none = np.empty(0, np.int32)
    empty = replace(
        tinytown_network,
        tail=none,
        head=none,
        length_m=np.empty(0),
        duration_ms=none,
        way_class=np.empty(0, np.uint8),
        name_index=none,
        shape_start=np.zeros(1, np.int64),
        shape_lonlat=np.empty((0, 2)),
    )
    with pytest.raises(InputError, match="no roads"):
        build_basemap(empty, None, tmp_path / "nothing.pmtiles")


def test_a_label_lies_in_the_middle_of_the_widest_part():
    districts = tinytown.districts().to_crs("EPSG:4547")
    labels = label_positions(districts.geometry)
    assert labels.within(districts.geometry).all()
    # the western district is a rectangle 1,100 m wide: its label is 450 m from each long side
    reach = labels.distance(districts.boundary)
    assert reach["D1"] == pytest.approx(450, abs=5)
