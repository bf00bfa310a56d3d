"""A roster goes from a file into the city, and the pool of a day comes out of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown_folder
from geoinspect.inspectors import inspector_pool, on_duty

from .conftest import geoinspect

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.store import Store

ROSTER = (
    "工号,姓名,单位,回避单位,回避区县,请假\n"
    "7,张三,市创建办公室,市市场监督管理局,,\n"
    "8,李四,市创建办公室,,,2026-11-23\n"
    "9,,市创建办公室,,,\n"
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town with districts and units, and a roster of three rows."""
    folder = tmp_path_factory.mktemp("cities") / "tinytown"
    town = tinytown_folder()
    (folder.parent / "人员.csv").write_text(ROSTER, encoding="utf-8")
    for words in (
        ["init", folder],
        ["-C", folder, "import", "districts", town / "districts.geojson"],
        ["-C", folder, "import", "units", town / "units.csv"],
    ):
        assert geoinspect(*words).code == 0
    return folder


def store_of(city: Path) -> Store:
    return CityFolder.open(city).store()


def test_a_roster_is_kept_and_replaced_and_its_gaps_are_told(city: Path) -> None:
    file, answer = city.parent / "人员.csv", city.parent / "answer.xlsx"
    first = geoinspect("-C", city, "import", "inspectors", file, "--answer", answer)
    assert first.code == 0, first.err
    assert "2 added, 0 updated, 0 unchanged; 1 quarantined" in first.err
    assert "There is no name: enter one." in first.err
    assert answer.is_file()
    again = geoinspect("-C", city, "import", "inspectors", file)
    assert "0 added, 0 updated, 2 unchanged" in again.err
    smaller = city.parent / "少.csv"
    smaller.write_text("工号,姓名,请假\n8,李四,2026-11-23\n7,张三,\n", encoding="utf-8")
    third = geoinspect("-C", city, "import", "inspectors", smaller)
    assert "0 added, 2 updated, 0 unchanged" in third.err
    geoinspect("-C", city, "import", "inspectors", file)
    [row] = inspector_pool(on_duty(store_of(city).inspectors(), date(2026, 11, 23)), {})
    assert row == {
        "inspector_id": "7",
        "name": "张三",
        "tickets": 1,
        "units": ["市创建办公室", "市市场监督管理局"],
        "districts": [],
    }


def test_ties_to_nothing_are_told(city: Path) -> None:
    file = city.parent / "错.csv"
    file.write_text("姓名,回避单位,回避区县\n张三,城管,火星区\n", encoding="utf-8")
    said = geoinspect("-C", city, "import", "inspectors", file).err
    assert "Nobody is kept away from the unit 城管" in said
    assert "Nobody is kept away from the district 火星区" in said


def test_a_roster_that_cannot_be_read_changes_nothing(city: Path) -> None:
    before = store_of(city).inspectors()
    file = city.parent / "坏.csv"
    file.write_text("电话\n110\n", encoding="utf-8")
    outcome = geoinspect("-C", city, "import", "inspectors", file, language="zh")
    assert outcome.code == 1
    assert "坏.csv" in outcome.err
    assert store_of(city).inspectors().equals(before)
