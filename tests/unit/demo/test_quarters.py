"""Quarters from border lines that the edge of the extract cuts off."""

from __future__ import annotations

import pytest
import shapely

from geoinspect.demo import demo_districts
from geoinspect.errors import InputError

BOUNDS = "<bounds minlon='25.00' minlat='60.00' maxlon='25.04' maxlat='60.02'/>"

# A border from south to north, its last nodes outside; another one eastwards from its middle.
NODES = {1: (25.02, 60.004), 2: (25.02, 60.01), 3: (25.02, 60.016), 4: (25.03, 60.01)}
WAYS = {11: (91, 1, 2), 12: (2, 3, 92), 13: (2, 4, 93)}
WEST, NORTH_EAST, SOUTH_EAST = ("01", (11, 12)), ("02", (12, 13)), ("03", (11, 13))


def extract_of(folder, quarters, ways=WAYS, bounds=BOUNDS):
    lines = ["<?xml version='1.0'?>", "<osm version='0.6'>", bounds]
    lines += [
        f"<node id='{i}' version='1' lon='{lon}' lat='{lat}'/>" for i, (lon, lat) in NODES.items()
    ]
    for way_id, node_ids in ways.items():
        nodes = "".join(f"<nd ref='{one}'/>" for one in node_ids)
        lines.append(f"<way id='{way_id}' version='1'>{nodes}</way>")
    for number, (ref, members) in enumerate(quarters, start=1):
        tags = {"boundary": "administrative", "admin_level": "10", "ref": ref, "name": f"Q{ref}"}
        inner = "".join(f"<member type='way' ref='{one}' role='outer'/>" for one in members)
        inner += "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
        lines.append(f"<relation id='{number}' version='1'>{inner}</relation>")
    path = folder / "town.osm"
    path.write_text("\n".join((*lines, "</osm>")), encoding="utf-8")
    return path


def test_cut_borders_go_straight_on_to_the_edge(tmp_path):
    districts = demo_districts(extract_of(tmp_path, [WEST, NORTH_EAST, SOUTH_EAST]))
    assert districts["name"].to_dict() == {"HEL-01": "Q01", "HEL-02": "Q02", "HEL-03": "Q03"}
    expected = {
        "HEL-01": (25.00, 60.00, 25.02, 60.02),
        "HEL-02": (25.02, 60.01, 25.04, 60.02),
        "HEL-03": (25.02, 60.00, 25.04, 60.01),
    }
    for district_id, bounds in expected.items():
        assert districts.loc[district_id, "geometry"].bounds == pytest.approx(bounds, abs=1e-9)


def test_the_quarters_cover_the_extent_without_gaps_or_overlaps(tmp_path):
    districts = demo_districts(extract_of(tmp_path, [WEST, NORTH_EAST, SOUTH_EAST]))
    whole = shapely.union_all(districts.geometry.to_numpy())
    assert shapely.area(whole) == pytest.approx(0.04 * 0.02)
    assert districts.geometry.map(shapely.area).sum() == pytest.approx(0.04 * 0.02)


def test_a_border_of_which_one_place_is_left_goes_on_like_the_one_that_arrives(tmp_path):
    ways = {**WAYS, 12: (2, 92)}
    districts = demo_districts(extract_of(tmp_path, [WEST, NORTH_EAST, SOUTH_EAST], ways))
    assert districts.loc["HEL-01", "geometry"].bounds == pytest.approx((25.0, 60.0, 25.02, 60.02))


def test_land_that_no_relation_claims_is_refused(tmp_path):
    with pytest.raises(InputError, match="not clear to which quarter"):
        demo_districts(extract_of(tmp_path, [WEST, NORTH_EAST]))


def test_an_extract_without_an_extent_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not say what it covers"):
        demo_districts(extract_of(tmp_path, [WEST], bounds=""))


def test_an_extract_without_quarters_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no quarters"):
        demo_districts(extract_of(tmp_path, []))
