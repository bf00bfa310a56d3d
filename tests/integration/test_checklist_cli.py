"""From the checklist over results and tickets to the file that goes back, with the commands."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import openpyxl
import pytest

from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown_folder

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.store import Store

RESULTS = (
    "备注,检查编号,点位编号,检查时间,检查项编号,检查结果,照片,记录版本\n"
    "通道堆货,R1,TT01,2026-11-20 09:10,C012,不合格,a.jpg,1\n"
    ",R1,TT01,2026-11-20 09:10,C043,合格,,1\n"
    ",R1,TT01,2026-11-20 09:10,C001,合格,,1\n"
    ",R2,TT06,2026-11-20 10:00,C020,4,,1\n"
    ",R2,TT06,2026-11-20 10:00,C999,合格,,1\n"
)
TICKETS = (
    "工单编号,受理时间,来电人,联系电话,诉求内容,事发地址,诉求类型\n"
    "0001,2026-11-20 11:00,张三,13812345678,"
    "市民张三反映公园里有垃圾，电话13812345678,东禾公园,环境\n"
    "0002,2026-11-20 12:00,李四,,有流动摊贩,文化路与新华路交叉口,市容\n"
    "0003,2026-11-21 12:00,王五,,又有人摆摊,新华南路和文化东路路口,市容\n"
    '0004,2026-11-21 12:00,赵六,,"=HYPERLINK(""http://x"",""路灯"")",火星路,=1+1\n'
)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """The tiny town with its roads and the checklist that comes with geoinspect."""
    folder, town, sheet = tmp_path / "tinytown", tinytown_folder(), tmp_path / "清单.xlsx"
    for words in (
        ["init", folder],
        ["-C", folder, "import", "points", town / "points.csv", "--datum", "wgs84"],
        ["-C", folder, "import", "districts", town / "districts.geojson"],
        ["-C", folder, "network", "build", town / "streets.osm"],
        ["checklist", "template", "-o", sheet],
        ["-C", folder, "import", "checklist", sheet],
    ):
        outcome = geoinspect(*words)
        assert outcome.code == 0, outcome.err
    return folder


def written(folder: Path, name: str, text: str) -> Path:
    path = folder.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def store_of(city: Path) -> Store:
    return CityFolder.open(city).store()


def test_the_shipped_checklist_is_edited_and_refused_with_category_and_sum(city: Path) -> None:
    sheet = city.parent / "清单.xlsx"
    assert (
        "0 added, 0 updated, 1 unchanged"
        in geoinspect("-C", city, "import", "checklist", sheet).err
    )
    workbook = openpyxl.load_workbook(sheet)
    cell = next(c for row in workbook.worksheets[0] for c in row if "公园=5" in str(c.value))
    cell.value = str(cell.value).replace("公园=5", "公园=9")
    workbook.save(sheet)
    refused = geoinspect("-C", city, "import", "checklist", sheet)
    assert refused.code == 1
    assert "add up to 100, but not those of 公园 (104)" in refused.err
    assert "合计 100" in geoinspect("-C", city, "import", "checklist", sheet, language="zh").err


def test_the_items_of_a_category_are_shown(city: Path) -> None:
    shown = geoinspect(
        "-C", city, "checklist", "show", "--category", "公园", "--date", "2026-11-20"
    )
    assert "Dogs are on a leash" in shown.err
    assert "C041" not in shown.err
    wrong = geoinspect("-C", city, "checklist", "show", "--category", "火星")
    assert (wrong.code, "has no category 火星" in wrong.err) == (1, True)
    early = geoinspect("-C", city, "checklist", "show", "--date", "2020-01-01")
    assert "No version of the checklist holds on 2020-01-01" in early.err


def test_results_become_violations_once_and_conflicts_are_written_side_by_side(city: Path) -> None:
    photos, answer = city.parent / "照片", city.parent / "answer.xlsx"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"photo")
    file = written(city, "r.csv", RESULTS)
    first = geoinspect(
        "-C", city, "import", "results", file, "--photos", photos, "--answer", answer
    )
    assert first.code == 0, first.err
    assert "4 added, 0 updated, 0 unchanged; 1 quarantined" in first.err
    assert "2 violations opened, 0 found to be one that is there" in first.err
    assert answer.is_file()
    assert store_of(city).violations().index.tolist() == ["R1/C012", "R2/C020"]
    again = geoinspect("-C", city, "import", "results", file, "--photos", photos)
    assert "0 added, 0 updated, 4 unchanged" in again.err
    edited = written(city, "r2.csv", RESULTS.replace("C020,4", "C020,6"))
    conflicts = city.parent / "conflicts.csv"
    third = geoinspect(
        "-C", city, "import", "results", edited, "--photos", photos, "--conflicts", conflicts
    )
    assert "2 values conflict" in third.err
    rows = list(csv.reader(conflicts.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1] == ["R2/C020/1", "n_breaches", "4", "6"]
    assert len(store_of(city).violations()) == 2


def test_the_matrix_names_what_is_missing(city: Path) -> None:
    geoinspect("-C", city, "import", "results", written(city, "r.csv", RESULTS))
    output = city.parent / "matrix.xlsx"
    shown = geoinspect("-C", city, "checklist", "matrix", "--to", "2026-11-27", "-o", output)
    assert shown.code == 0, shown.err
    assert "results are missing from 2026-01-01 to 2026-11-27" in shown.err
    header, *rows = openpyxl.load_workbook(output).worksheets[0].iter_rows(values_only=True)
    market = dict(zip(header, next(row for row in rows if row[0] == "TT01"), strict=True))
    assert (market["C012"], market["C002"], market["C020"]) == (1, 0, None)
    assert market["Missing"] == 29 - 3
    assert len(rows) == 12
    before = geoinspect(
        "-C", city, "checklist", "matrix", "--from", "2026-12-01", "--to", "2026-11-01"
    )
    assert "ends on 2026-11-01, before it begins on 2026-12-01" in before.err


def test_a_changed_rubric_leaves_old_results_and_marks_the_break(city: Path) -> None:
    geoinspect("-C", city, "import", "results", written(city, "r.csv", RESULTS))
    new = (
        "检查项编号,检查内容,观察方式,检查项性质,适用类别与权重,标准版本,生效日期\n"
        "C012,通道畅通,是否,硬件,集贸市场=100,2026B,2026-11-21\n"
    )
    file = written(city, "new.csv", new)
    added = geoinspect("-C", city, "import", "checklist", file)
    assert added.code == 0, added.err
    assert "Points of these categories have no items in version 2026B: " in added.err
    shown = geoinspect(
        "-C", city, "checklist", "matrix", "--from", "2026-11-01", "--to", "2026-11-27"
    )
    assert "Trend break on 2026-11-21: version 2026 becomes 2026B" in shown.err
    assert set(store_of(city).results.results()["version"]) == {"2026"}
    changed = geoinspect(
        "-C",
        city,
        "import",
        "checklist",
        written(city, "c.csv", new.replace("2026B,2026-11-21", "2026,2026-01-01")),
    )
    assert "Version 2026 of the checklist has results and cannot change any more" in changed.err


def test_tickets_are_masked_located_linked_and_sent_back(city: Path) -> None:
    geoinspect("-C", city, "import", "results", written(city, "r.csv", RESULTS))
    file = written(city, "12345.csv", TICKETS)
    first = geoinspect("-C", city, "import", "tickets", file)
    assert first.code == 0, first.err
    assert (
        "1 cases opened, 2 tickets are one with a case that is there, 1 could not be located"
        in first.err
    )
    tickets = store_of(city).tickets.tickets()
    assert tickets["violation_id"].tolist()[:3] == ["R2/C020", "12345-0002", "12345-0002"]
    assert "13812345678" not in first.err + tickets.to_csv()
    assert "张三" not in first.err + tickets.to_csv()
    output = city.parent / "回复.xlsx"
    assert geoinspect("-C", city, "export", "tickets", "-o", output, language="zh").code == 0
    header, *rows = openpyxl.load_workbook(output).worksheets[0].iter_rows(values_only=True)
    assert header[:4] == ("工单编号", "来源", "案件号", "办理状态")
    assert [row[0] for row in rows] == ["0001", "0002", "0003", "0004"]
    assert rows[0][2:4] == ("R2/C020", "已受理")
    assert rows[3][2:4] == (None, "待核实地点")
    again = geoinspect("-C", city, "import", "tickets", file)
    assert "0 added, 0 updated, 4 unchanged" in again.err
    assert len(store_of(city).violations()) == 3


def test_what_was_masked_is_kept_only_on_demand(city: Path) -> None:
    from geoinspect.people.actor import LOCAL_ACTOR

    file = written(city, "12345.csv", TICKETS)
    assert geoinspect("-C", city, "import", "tickets", file, "--keep-originals").code == 0
    assert store_of(city).tickets.original("0001", LOCAL_ACTOR)["来电人"] == "张三"
