import csv
import tempfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoinspect.datum import to_wgs84
from geoinspect.intake import (
    answer_sheet,
    read_points,
    read_units,
    read_violations,
)

IDS = st.sampled_from(["1", "2", "003", "４", "5.0", "A-6", "", "无", "1.2E+11", "合计", "#REF!"])
NAMES = st.sampled_from(["菜市场", "中心小学", "", "＝店", "=1+1", "锟斤拷", 'a "b", c', "多\n行"])
CATEGORIES = st.sampled_from(["医院", "学校", "", "农贸市场", "#N/A"])
LONS = st.sampled_from(
    ["118.8", "E118.9", "118°48′", "32.0", "0", "无", "", "9999", "512345", "118.7，32.1", "abc"]
)
LATS = st.sampled_from(["32.0", "N32.1", "32°06′", "118.8", "", "91", "-9999", "32°61′"])
POINT_ROWS = st.lists(st.tuples(IDS, NAMES, CATEGORIES, LONS, LATS), max_size=12)
HEADER = ("编号", "名称", "类别", "经度", "纬度")
CLEAN = st.lists(
    st.tuples(
        st.text("ABC一二三0123456789-", min_size=1, max_size=8).filter(lambda s: s.strip("-")),
        st.sampled_from(["医院", "学校"]),
        st.floats(73.1, 135.9).map(lambda x: round(x, 6)),
        st.floats(3.1, 53.9).map(lambda x: round(x, 6)),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[0],
)
thrifty = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def write(path, header, rows):
    """Write a table as .csv or .xlsx, by the ending of the path."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        return path
    workbook = openpyxl.Workbook()
    for row in [header, *rows]:
        workbook.worksheets[0].append([f"'{c}" if str(c).startswith("=") else c for c in row])
    workbook.save(path)
    return path


def partition(imported, frame):
    """Return the numbers of rows imported, set aside and passed over."""
    return (
        set(frame["source_row"]),
        set(imported.quarantined["source_row"]),
        set(imported.table.ignored),
    )


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@given(rows=POINT_ROWS.filter(any))
@thrifty
def test_every_row_of_a_dirty_table_has_exactly_one_fate(folder, ending, rows):
    rows = [("X", "好", "医院", "118.8", "32.0"), *rows]
    imported = read_points(write(folder / f"dirty{ending}", HEADER, rows), datum="gcj02")
    taken, aside, passed = partition(imported, imported.points)
    assert taken | aside | passed == set(range(2, imported.n_rows + 2))
    assert len(taken) + len(aside) + len(passed) == imported.n_rows
    assert len(taken) == imported.n_imported
    assert imported.points.index.is_unique
    assert imported.quarantined["reason"].str.len().gt(0).all()


@given(rows=POINT_ROWS)
@thrifty
def test_no_coordinate_changes_without_a_line_in_the_log(folder, rows):
    rows = [("X", "好", "医院", "118.8", "32.0"), *rows]
    points = read_points(write(folder / "moves.csv", HEADER, rows))
    lonlat = shapely.get_coordinates(points.points.geometry)
    original = points.points[["original_x", "original_y"]].to_numpy()
    moved = set(points.points["source_row"][(lonlat != original).any(axis=1)])
    assert moved <= set(points.fixed["source_row"][points.fixed["field"] == "lon, lat"])


@given(rows=POINT_ROWS)
@thrifty
def test_reading_twice_and_reading_the_answer_change_nothing(folder, rows):
    rows = [("X", "好", "医院", "118.8", "32.0"), *rows]
    once = read_points(write(folder / "twice.csv", HEADER, rows))
    again = read_points(folder / "twice.csv")
    assert again.points.equals(once.points)
    assert again.quarantined.equals(once.quarantined)
    for ending in (".csv", ".xlsx"):
        answer_sheet(once, folder / f"answer{ending}")
        answered = read_points(folder / f"answer{ending}")
        assert answered.points.drop(columns="source_file").equals(
            once.points.drop(columns="source_file")
        )
        assert answered.quarantined["code"].tolist() == once.quarantined["code"].tolist()
        assert answered.n_rows == once.n_rows


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@given(rows=CLEAN, datum=st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09"]))
@thrifty
def test_what_was_written_is_read(folder, ending, rows, datum):
    header = ("点位编号", "类别", "经度", "纬度")
    points = read_points(write(folder / f"clean{ending}", header, rows), datum=datum).points
    lonlat = np.array([row[2:] for row in rows])
    assert points.index.tolist() == [row[0] for row in rows]
    assert points["category"].tolist() == [row[1] for row in rows]
    assert np.array_equal(points[["original_x", "original_y"]].to_numpy(), lonlat)
    assert np.array_equal(shapely.get_coordinates(points.geometry), to_wgs84(lonlat, datum))


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["城管局", "教育局、公安局", "", "无", "#REF!"]),
            st.sampled_from(["鼓楼区", "鼓楼区、玄武区", "各区", "", "合计"]),
            st.sampled_from(["医院", "学校；医院", "所有", ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
@thrifty
def test_every_row_of_a_table_of_units_has_exactly_one_fate(folder, rows):
    rows = [("住建局", "全部", "工地"), *rows]
    imported = read_units(write(folder / "units.csv", ("责任单位", "区", "类别"), rows))
    taken, aside, passed = partition(imported, imported.units)
    assert taken | aside | passed == set(range(2, imported.n_rows + 2))
    assert len(taken) + len(aside) + len(passed) == imported.n_rows
    assert imported.units.notna().all(axis=None)


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A1", "", "无"]),
            st.sampled_from(["2026-03-05", "26-3-5", "", "46086.5", "2026/3/5 下午3点", "x"]),
            st.sampled_from(["一般", "严重", "", "9"]),
            LONS,
            LATS,
        ),
        min_size=1,
        max_size=8,
    )
)
@thrifty
def test_every_row_of_a_table_of_violations_has_exactly_one_fate(folder, rows):
    header = ("点位编号", "发现时间", "严重程度", "经度", "纬度")
    rows = [("A0", "2026-03-04", "2", "", ""), *rows]
    imported = read_violations(write(folder / "v.csv", header, rows))
    taken, aside, passed = partition(imported, imported.violations)
    assert len(taken) + len(aside) + len(passed) == imported.n_rows == len(rows)
    assert imported.violations["severity"].isin([1, 2, 3]).all()
    assert imported.violations["found_at"].notna().all()
