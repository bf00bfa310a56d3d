"""The map of points: who answers for what, and nothing of others in a unit's own file."""

from __future__ import annotations

import pytest

from geoinspect.demo import tinytown
from geoinspect.errors import InputError, NotFoundError
from geoinspect.maps import render_points_map


@pytest.fixture
def render(tinytown_points, tinytown_assignments):
    def rendered(**options):
        return render_points_map(
            options.pop("points", tinytown_points),
            options.pop("districts", tinytown.districts()),
            options.pop("assignments", tinytown_assignments),
            options.pop("violations", None),
            **{"city_name": "小镇", **options},
        )

    return rendered


def test_every_point_is_there_once(render, page_data, tinytown_points):
    points = page_data(render())["points"]
    assert [point["id"] for point in points] == tinytown_points.index.tolist()


def test_a_point_tells_district_unit_and_status(render, page_data, tinytown_assignments):
    point = page_data(render())["points"][0]
    assert point["name"] == "中心集贸市场"
    assert point["district"] == "西桥区"
    assert point["unit"] == "市市场监督管理局"
    assert point["status"] == tinytown_assignments.at["TT01", "status"]


def test_points_without_a_unit_are_open_cases(render, page_data, tinytown_assignments):
    assignments = tinytown_assignments.copy()
    assignments.loc["TT02", ["unit_id", "unit_name"]] = None
    assignments.loc["TT02", ["status", "reason"]] = ["no-rule", "没有规则。"]
    points = {point["id"]: point for point in page_data(render(assignments=assignments))["points"]}
    assert points["TT02"]["open"]
    assert points["TT02"]["unit"] == ""
    assert points["TT02"]["reason"] == "没有规则。"
    assert not points["TT01"]["open"]


def test_violations_are_counted_by_point(render, page_data):
    data = page_data(render(violations=tinytown.violations()))
    counts = {point["id"]: point["violations"] for point in data["points"]}
    assert counts["TT01"] == 2
    assert counts["TT05"] == 0
    assert sum(counts.values()) == 9


def test_without_violations_none_are_claimed(render, page_data):
    assert {point["violations"] for point in page_data(render())["points"]} == {-1}


def test_points_can_be_shown_before_anybody_answers_for_them(render, page_data):
    data = page_data(render(assignments=None))
    assert not data["assigned"]
    assert {point["unit"] for point in data["points"]} == {""}


@pytest.mark.parametrize("unit", ["U2", "市教育局"])
def test_the_file_of_a_unit_holds_its_own_points_only(render, page_data, unit):
    html = render(unit=unit, violations=tinytown.violations())
    assert [point["id"] for point in page_data(html)["points"]] == ["TT02", "TT10"]
    for foreign in ("中心集贸市场", "市市场监督管理局", "TT01", "街道办事处"):
        assert foreign not in html


def test_a_unit_without_points_is_named(render):
    with pytest.raises(NotFoundError, match="市园林局"):
        render(unit="市园林局")


def test_without_points_and_districts_there_is_nothing_to_show(render, tinytown_points):
    with pytest.raises(InputError, match="nothing to show"):
        render(points=tinytown_points.iloc[:0], districts=None, assignments=None)


def test_a_single_point_makes_a_map(render, page_data, tinytown_points):
    west, south, east, north = page_data(render(points=tinytown_points.iloc[:1]))["bounds"]
    assert east - west == pytest.approx(0.001)
    assert north - south == pytest.approx(0.001)


def test_an_empty_table_still_shows_the_districts(render, page_data, tinytown_points):
    data = page_data(render(points=tinytown_points.iloc[:0], assignments=None))
    assert data["points"] == []
    assert len(data["districts"]["features"]) == 3


def test_the_base_map_is_credited_and_only_then(render, page_data, tinytown_basemap):
    assert page_data(render())["attribution"] == ""
    assert page_data(render(basemap=tinytown_basemap))["attribution"].startswith("© OpenStreetMap")
    own = render(basemap=tinytown_basemap, attribution="© 市测绘院")
    assert page_data(own)["attribution"] == "© 市测绘院"


def test_the_page_speaks_english_if_asked(render, page_data):
    data = page_data(render(language="en"))
    assert data["title"] == "Inspection points"
    assert data["groups"][0]["name"] == "Trade and catering"
    assert data["words"]["Show more"] == "Show more"


def test_the_same_tables_give_the_same_bytes(render, tinytown_basemap):
    assert render(basemap=tinytown_basemap) == render(basemap=tinytown_basemap)
