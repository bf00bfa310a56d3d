from datetime import datetime

import pytest
import xlwt

from geoinspect.errors import InputError
from geoinspect.intake.table import read_table

HEADER = ["点位编号", "点位名称", "类别", "经度", "纬度"]


def test_title_and_note_rows_above_the_header_are_passed_by(write_xlsx):
    rows = [
        ["南京市点位表"],
        ["填报单位：城管局", None, "2026年"],
        HEADER,
        ["1", "甲", "医院", 118.8, 32.0],
    ]
    table = read_table(write_xlsx(rows))
    assert table.header_row == 3
    assert table.labels == HEADER
    assert table.cells.index.tolist() == [4]


def test_two_rows_of_labels_are_joined(write_xlsx):
    rows = [
        ["编号", "名称", "类别", "坐标", None],
        [None, None, None, "经度", "纬度"],
        ["1", "甲", "医院", 118.8, 32.0],
    ]
    table = read_table(write_xlsx(rows))
    assert table.labels == ["编号", "名称", "类别", "经度", "纬度"]
    assert table.cells.index.tolist() == [3]


def test_two_rows_of_merged_labels_are_joined(write_xlsx):
    rows = [
        ["编号", "名称", "类别", "坐标", None],
        [None, None, None, "经度", "纬度"],
        ["1", "甲", "医院", 118.8, 32.0],
    ]

    def merge(workbook):
        for area in ("A1:A2", "B1:B2", "C1:C2", "D1:E1"):
            workbook.worksheets[0].merge_cells(area)

    table = read_table(write_xlsx(rows, touch=merge))
    assert table.labels == ["编号", "名称", "类别", "经度", "纬度"]
    assert table.cells.index.tolist() == [3]


def test_blank_total_repeated_header_and_footnote_rows_are_ignored_and_counted(write_xlsx):
    rows = [
        HEADER,
        ["1", "甲", "医院", 118.8, 32.0],
        [None] * 5,
        ["小计", 1],
        HEADER,
        ["2", "乙", "学校", 118.9, 32.1],
        ["合计：", "2个"],
        ["注：坐标为现场采集"],
    ]
    table = read_table(write_xlsx(rows))
    assert table.cells.index.tolist() == [2, 6]
    assert table.ignored == {3: "blank", 4: "total", 5: "header", 7: "total", 8: "footnote"}
    assert table.n_rows == 7


def test_a_point_whose_name_contains_the_word_total_is_no_total_row(write_xlsx):
    table = read_table(write_xlsx([HEADER, ["1", "合计广场", "商场", 118.8, 32.0]]))
    assert len(table.cells) == 1


def test_merged_cells_are_filled_and_blanks_outside_stay_blank(write_xlsx):
    rows = [
        ["编号", "街道", "类别"],
        ["1", "湖南路", "医院"],
        ["2", None, None],
        ["3", None, "学校"],
    ]
    table = read_table(
        write_xlsx(rows, touch=lambda workbook: workbook.worksheets[0].merge_cells("B2:B3"))
    )
    assert table.cells["街道"].tolist() == ["湖南路", "湖南路", None]
    assert table.cells["类别"].tolist() == ["医院", None, "学校"]
    assert [note.render() for note in table.notes] == [
        "1 merged areas were unmerged and filled with their value."
    ]


def test_merged_cells_of_old_workbooks_are_filled(tmp_path):
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("点位")
    for column, label in enumerate(["编号", "街道"]):
        sheet.write(0, column, label)
    sheet.write(1, 0, 1)
    sheet.write(2, 0, 2)
    sheet.write_merge(1, 2, 1, 1, "湖南路")
    workbook.save(str(tmp_path / "old.xls"))
    table = read_table(tmp_path / "old.xls")
    assert table.cells["街道"].tolist() == ["湖南路", "湖南路"]


def test_hidden_rows_are_read_and_hidden_sheets_named(write_xlsx):
    def hide(workbook):
        workbook["旧"].sheet_state = "hidden"
        workbook["新"].row_dimensions[2].hidden = True

    rows = [HEADER, ["1", "甲", "医院", 118.8, 32.0], ["2", "乙", "医院", 118.8, 32.0]]
    table = read_table(write_xlsx({"旧": rows, "新": rows}, touch=hide))
    assert (table.sheet, len(table.cells)) == ("新", 2)
    assert {note.render() for note in table.notes} == {
        "Hidden sheets were not read: 旧.",
        "Hidden rows were read like all others: 2.",
    }


def test_the_only_sheet_with_a_known_header_is_taken(write_xlsx):
    rows = [HEADER, ["1", "甲", "医院", 118.8, 32.0]]
    table = read_table(write_xlsx({"填表说明": [["请认真填写"]], "点位": rows}))
    assert table.sheet == "点位"
    assert "填表说明" in table.notes[0].render()


def test_several_tables_need_a_choice(write_xlsx):
    path = write_xlsx({"鼓楼": [HEADER, ["1"]], "玄武": [HEADER, ["2"]]})
    with pytest.raises(InputError, match="鼓楼, 玄武"):
        read_table(path)
    assert read_table(path, sheet="玄武").cells["点位编号"].tolist() == ["2"]
    with pytest.raises(InputError, match="no sheet '秦淮', only 鼓楼, 玄武"):
        read_table(path, sheet="秦淮")


def test_a_workbook_with_empty_sheets_is_refused(write_xlsx):
    with pytest.raises(InputError, match="no visible sheet with anything in it"):
        read_table(write_xlsx({"A": [], "B": []}))


def test_formulas_never_computed_become_an_error_and_not_a_blank(write_xlsx):
    table = read_table(write_xlsx([HEADER, ["1", "甲", "医院", "=118+0.8", 32.0]]))
    assert table.cells["经度"].tolist() == ["#UNCALCULATED!"]


def test_unlabelled_columns_get_a_number_and_repeated_labels_too(write_xlsx):
    table = read_table(write_xlsx([["编号", "备注", None, "备注"], ["1", "a", "b", "c"]]))
    assert table.labels == ["编号", "备注", "(3)", "备注 (2)"]


def test_numbered_labels_do_not_collide_with_labels_of_the_user(write_xlsx):
    table = read_table(write_xlsx([["编号", "备注", "备注 (2)", "备注"], ["1", "a", "b", "c"]]))
    assert table.labels == ["编号", "备注", "备注 (2)", "备注 (3)"]


def test_row_numbers_are_those_that_the_user_sees(write_csv):
    table = read_table(write_csv("标题\n\n编号,名称\n1,甲\n\n2,乙\n"))
    assert table.cells.index.tolist() == [4, 6]


def test_a_list_of_json_records_is_a_table(write_csv):
    table = read_table(write_csv('[{"id": 1, "name": "甲"}, {"id": 2, "lng": 118.8}]', "a.json"))
    assert table.labels == ["id", "name", "lng"]
    assert table.cells.to_numpy().tolist() == [[1, "甲", None], [2, None, 118.8]]


@pytest.mark.parametrize("text", ['{"a": 1}', "[1, 2]", "[]"])
def test_other_json_is_refused(write_csv, text):
    with pytest.raises(InputError, match="neither GeoJSON nor a list of records"):
        read_table(write_csv(text, "a.json"))


def test_broken_json_is_refused(write_csv):
    with pytest.raises(InputError, match="probably damaged"):
        read_table(write_csv('{"type": "FeatureColl', "a.geojson"))


def test_every_kind_of_cell_of_an_old_workbook_is_read(tmp_path):
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("点位")
    for column, label in enumerate(["编号", "日期", "备注", "说明"]):
        sheet.write(0, column, label)
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    sheet.write(1, 0, 7)
    sheet.write(1, 1, datetime(2026, 3, 5, 9, 30), day)
    sheet.write(1, 2, True)
    sheet.write(2, 0, 8)
    sheet.row(2).set_cell_error(3, 0x2A)
    sheet.row(2).hidden = True
    hidden = workbook.add_sheet("旧")
    hidden.visibility = 1
    workbook.save(str(tmp_path / "old.xls"))
    table = read_table(tmp_path / "old.xls")
    assert table.cells.loc[2].tolist() == [7.0, datetime(2026, 3, 5, 9, 30), True, None]
    assert table.cells.loc[3].tolist() == [8.0, None, None, "#N/A"]
    assert {note.render() for note in table.notes} == {
        "Hidden sheets were not read: 旧.",
        "Hidden rows were read like all others: 3.",
    }
