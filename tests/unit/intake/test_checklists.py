"""Checklists are read from sheets, whole or not at all."""

import csv

import pytest

from geoinspect.checklists import ItemClass, Kind
from geoinspect.demo import categories_file, checklist_file
from geoinspect.errors import InputError, MissingColumnError
from geoinspect.exports import write_checklist
from geoinspect.intake import read_checklists

KNOWN = {"公园", "广场"}
HEADER = (
    "检查项编号,检查内容,严重程度,观察方式,检查项性质,满分,"
    "每处扣分,允许处数,适用类别与权重,标准版本,生效日期,失效日期\n"
)
ROWS = (
    "C1,路灯完好,较重,是否,硬件,10,10,0,公园=60；广场:100,2026,2026-01-01,\n"
    "C2,遛狗牵绳,一般,5分钟内计数,行为,10,2,1,公园＝40,2026,2026/1/1,\n"
)


def shipped_categories():
    with categories_file().open(encoding="utf-8") as stream:
        return [row["name_zh"] for row in csv.DictReader(stream)]


def test_rows_become_items_with_weights(write_csv):
    (checklist,) = read_checklists(write_csv(HEADER + ROWS), known=KNOWN).checklists
    assert checklist.weights == {"公园": {"C1": 60, "C2": 40}, "广场": {"C1": 100}}
    item = checklist.items["C2"]
    assert (item.kind, item.item_class) == (Kind.COUNT_5MIN, ItemClass.CONDUCT)
    assert (item.severity, item.full_score, item.deduction, item.allowance) == (1, 10, 2, 1)
    assert checklist.effective_to is None


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("公园＝40", "公园＝35", r"not those of 公园 \(95\)"),
        ("广场:100", "广坝:100", "categories that no points can have: 广坝"),
        ("广场:100", "广场", "row 2: '广场' is no category with a weight"),
        ("广场:100", "广场:50；广场:50", "row 2: '广场:50' is no category with a weight, or is"),
        ("路灯完好", "", "row 2: The item has no text"),
        ("是否", "看情况", "row 2: '看情况' is not known here"),
        ("较重", "很重", "row 2: '很重' is not known here"),
        ("行为,10,2", "行为,10,20", "Item C2: deduction cannot be 20"),
        ("行为,10,2", "行为,十,2", "row 3: '十' is not a number"),
        ("2026/1/1", "2026/2/1", "row 3: Version 2026 has other dates"),
        ("2026/1/1", "26/1/1", "row 3: "),
        ("2026,2026/1/1", ",2026/1/1", "row 3: There is no version"),
        ("C2", "C1", "stands in several rows with different content"),
    ],
)
def test_a_sheet_with_a_fault_is_refused_by_row_and_value(write_csv, before, after, message):
    assert (HEADER + ROWS).count(before) == 1
    with pytest.raises(InputError, match=message):
        read_checklists(write_csv(HEADER + ROWS.replace(before, after)), known=KNOWN)


def test_a_missing_column_is_named(write_csv):
    with pytest.raises(MissingColumnError, match="适用类别与权重"):
        read_checklists(write_csv((HEADER + ROWS).replace("适用类别与权重", "随便")), known=KNOWN)


def test_columns_are_found_by_label_wherever_they_stand(write_csv):
    rows = [line.split(",") for line in (HEADER + ROWS).splitlines()]
    turned = "\n".join(",".join(reversed(row)) for row in rows)
    (one,) = read_checklists(write_csv(turned), known=KNOWN).checklists
    (other,) = read_checklists(write_csv(HEADER + ROWS), known=KNOWN).checklists
    assert one.sha256 == other.sha256


def test_a_sheet_may_hold_several_versions(write_csv):
    later = ROWS.replace("2026,2026-01-01", "2027,2027-01-01").replace(
        "2026,2026/1/1", "2027,2027/1/1"
    )
    found = read_checklists(write_csv(HEADER + later + ROWS), known=KNOWN).checklists
    assert [each.version for each in found] == ["2026", "2027"]
    with pytest.raises(InputError, match="both begin on 2026-01-01"):
        read_checklists(write_csv(HEADER + ROWS + ROWS.replace(",2026,", ",2026b,")), known=KNOWN)


@pytest.fixture(scope="module")
def shipped():
    (checklist,) = read_checklists(checklist_file(), known=shipped_categories()).checklists
    return checklist


def test_the_shipped_checklist_covers_all_categories(shipped):
    assert len(shipped.items) >= 50
    assert len(shipped.weights) >= 40
    assert set(shipped.weights) == set(shipped_categories())
    assert {item.kind for item in shipped.items.values()} == set(Kind)
    assert {item.item_class for item in shipped.items.values()} == set(ItemClass)


def test_no_two_items_of_the_shipped_checklist_say_the_same(shipped):
    for name in ("text_zh", "text_en"):
        texts = [getattr(item, name) for item in shipped.items.values()]
        assert len(set(texts)) == len(texts)


def test_conduct_is_weighed_in_every_category_with_visitors(shipped):
    conduct = {k for k, item in shipped.items.items() if item.item_class is ItemClass.CONDUCT}
    without = {name for name, of in shipped.weights.items() if not conduct & set(of)}
    assert without <= {"公共厕所"}


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_what_is_written_is_read_again(shipped, tmp_path, name):
    write_checklist(shipped, tmp_path / name)
    (again,) = read_checklists(tmp_path / name, known=shipped_categories()).checklists
    assert again == shipped
