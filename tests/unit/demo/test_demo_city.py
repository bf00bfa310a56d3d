"""The demo city from its real extract; `make assets` has fetched it."""

from __future__ import annotations

import pytest
import shapely

from geoinspect.demo import (
    DemoHistory,
    categories,
    demo_districts,
    demo_points,
    demo_units,
    extract_file,
    write_demo_files,
)
from geoinspect.intake import (
    read_districts,
    read_inspections,
    read_points,
    read_units,
    read_violations,
)
from geoinspect.responsibility import assign
from geoinspect.responsibility_rules import rule_problems

SHORT = DemoHistory(days=3, per_day=10)


@pytest.fixture(scope="module")
def points():
    return demo_points(extract_file())


@pytest.fixture(scope="module")
def districts():
    return demo_districts(extract_file())


def test_there_are_some_1300_places_in_34_categories(points):
    assert len(points) == 1298
    assert points["category"].nunique() == 34
    assert points.index.is_unique
    assert (points["name"].str.len() > 0).all()


def test_the_central_station_is_among_them(points):
    station = points[points["category"] == "火车站"]
    assert station["name"].tolist() == ["Helsinki"]


def test_the_six_quarters_have_their_real_names(districts):
    assert districts["name"].tolist() == [
        "Kruununhaka",
        "Kluuvi",
        "Kaartinkaupunki",
        "Kamppi",
        "Punavuori",
        "Kallio",
    ]


def test_the_quarters_are_a_coverage(districts):
    polygons = districts.geometry.to_numpy()
    assert shapely.coverage_is_valid(polygons)
    whole = shapely.union_all(polygons)
    assert shapely.area(whole) == pytest.approx(shapely.area(shapely.envelope(whole)), rel=1e-12)


def test_every_place_has_a_district_and_a_unit(points, districts):
    found = assign(points, districts, demo_units(districts))
    assert set(found["status"]) == {"resolved", "near-boundary"}
    assert found["unit_id"].notna().all()


def test_the_rules_have_no_problems(districts):
    known = set(categories()["name_zh"])
    assert rule_problems(demo_units(districts), districts, known) == []


def test_the_files_have_chinese_headers_and_the_same_bytes_every_time(tmp_path):
    one = write_demo_files(tmp_path / "one", SHORT)
    other = write_demo_files(tmp_path / "other", SHORT)
    headers = {
        one.points: "点位编号,名称,类别,经度,纬度",
        one.units: "单位编号,责任单位,区,类别",
        one.inspections: "检查编号,点位编号,检查时间,来源",
        one.violations: "问题编号,点位编号,类别,问题,严重程度,发现时间,来源,描述",
    }
    for path, header in headers.items():
        assert path.read_text(encoding="utf-8-sig").splitlines()[0] == header
    for path in (*headers, one.districts):
        assert path.read_bytes() == (other.points.parent / path.name).read_bytes()


def test_the_import_takes_every_row_of_the_files_as_it_is(tmp_path, points, districts):
    files = write_demo_files(tmp_path, SHORT)
    imports = [
        read_points(files.points),
        read_districts(files.districts),
        read_units(files.units),
        read_inspections(files.inspections),
        read_violations(files.violations),
    ]
    assert [len(one.log.obstacles) for one in imports] == [0] * 5
    assert [len(one.log.fixes) for one in imports] == [0] * 5
    assert imports[0].points.index.tolist() == points.index.tolist()
    assert imports[1].districts["name"].to_dict() == districts["name"].to_dict()
    assert set(imports[4].violations["source"]) == {"generated"}
