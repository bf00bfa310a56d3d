"""Which OpenStreetMap entries become inspection points, and under which name."""

from __future__ import annotations

import pytest

from geoinspect.demo import categories, demo_points
from geoinspect.demo.osm_places import PLACE_TAGS, category_of, name_of

HEADER = "<?xml version='1.0'?>\n<osm version='0.6'>"


def extract_of(folder, *entries):
    path = folder / "town.osm"
    path.write_text("\n".join((HEADER, *entries, "</osm>")), encoding="utf-8")
    return path


def node(osm_id, lon, lat, **tags):
    inner = "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
    return f"<node id='{osm_id}' version='1' lon='{lon}' lat='{lat}'>{inner}</node>"


def closed_way(osm_id, node_ids, **tags):
    inner = "".join(f"<nd ref='{one}'/>" for one in (*node_ids, node_ids[0]))
    inner += "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
    return f"<way id='{osm_id}' version='1'>{inner}</way>"


def test_every_category_of_the_table_of_tags_is_in_the_table_of_categories():
    used = {category for _, _, category in PLACE_TAGS if category}
    assert used <= set(categories()["name_zh"])


def test_there_are_40_categories_without_repeats():
    assert len(categories()) == 40
    for column in ("category_id", "name_zh", "name_en"):
        assert categories()[column].is_unique


def test_no_tag_is_listed_twice():
    keys = [(key, value) for key, value, _ in PLACE_TAGS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("tags", "category"),
    [
        ({"amenity": "marketplace"}, "集贸市场"),
        ({"shop": "shoes"}, "沿街商铺"),
        ({"railway": "station"}, "火车站"),
        ({"railway": "station", "station": "subway"}, "地铁站"),
        ({"amenity": "cafe", "shop": "bakery"}, "小餐饮店"),
        ({"shop": "vacant"}, None),
        ({"amenity": "waste_basket"}, None),
        ({}, None),
    ],
)
def test_the_first_tag_that_fits_decides(tags, category):
    assert category_of(tags) == category


def test_a_name_comes_before_a_brand_and_a_brand_before_a_number():
    assert name_of({"ref": "12", "brand": "Alko", "name": "Forum"}, "沿街商铺", 1) == "Forum"
    assert name_of({"ref": "12", "brand": "Alko"}, "沿街商铺", 1) == "Alko"
    assert name_of({"ref": "12", "name": " "}, "公交站台", 1) == "12"


def test_a_place_without_a_name_says_so():
    assert name_of({}, "公共厕所", 12345) == "无名公共厕所 12345"


def test_nodes_and_areas_become_points_with_lasting_ids(tmp_path):
    extract = extract_of(
        tmp_path,
        node(1, 25.0, 60.0),
        node(2, 25.002, 60.0),
        node(3, 25.002, 60.002),
        node(4, 25.0, 60.002),
        node(9, 25.01, 60.01, amenity="bank", name="OP"),
        closed_way(7, (1, 2, 3, 4), leisure="park", name="Esplanadi"),
    )
    points = demo_points(extract)
    assert points.index.tolist() == ["HEL-n9", "HEL-w7"]
    assert points["name"].tolist() == ["OP", "Esplanadi"]
    assert points["category"].tolist() == ["银行网点", "公园"]
    assert points.loc["HEL-w7", "geometry"].coords[0] == (25.001, 60.001)
    assert points.crs.to_epsg() == 4326


def test_a_place_around_a_courtyard_stands_on_its_own_ground(tmp_path):
    # A U open to the north: its centre lies in the opening.
    corners = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 0.2), (1, 0.2), (1, 3), (0, 3)]
    nodes = [node(i, 25 + x / 1000, 60 + y / 1000) for i, (x, y) in enumerate(corners, start=1)]
    extract = extract_of(tmp_path, *nodes, closed_way(7, range(1, 9), amenity="school"))
    lon = demo_points(extract).loc["HEL-w7", "geometry"].x
    assert not 25.001 < lon < 25.002


def test_one_place_entered_twice_is_one_point(tmp_path):
    extract = extract_of(
        tmp_path,
        node(1, 25.0, 60.0, shop="books", name="Academic"),
        node(2, 25.0, 60.0002, shop="books", name="Academic"),
        node(3, 25.0, 60.0010, shop="books", name="Academic"),
        node(4, 25.0, 60.0, amenity="cafe", name="Academic"),
    )
    assert demo_points(extract).index.tolist() == ["HEL-n1", "HEL-n3", "HEL-n4"]
