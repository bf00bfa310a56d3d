from datetime import date, datetime

import pytest

from geoinspect.errors import MissingColumnError
from geoinspect.intake import NothingImportedError, read_inspectors

HEADER = "工号,姓名,单位,回避单位,回避区县,请假\n"


def roster(imported):
    return imported.inspectors.drop(columns="source_row").reset_index().to_dict("records")


def test_a_roster_arrives_as_promised(write_csv):
    row = "007,张三,市创建办,城管局、教育局,鼓楼区；玄武区,2026-11-02至2026年11月5日、2026/11/9\n"
    imported = read_inspectors(write_csv(HEADER + row))
    assert roster(imported) == [
        {
            "inspector_id": "007",
            "name": "张三",
            "unit": "市创建办",
            "avoid_units": "城管局、教育局",
            "avoid_districts": "鼓楼区、玄武区",
            "duty_days": "",
            "absent_days": "2026-11-02/2026-11-05、2026-11-09",
        }
    ]
    assert imported.fixed.empty


def test_english_columns_are_recognised(write_csv):
    labels = "Staff ID,Name,Department,Avoid units,Avoid districts,Leave,Duty days\n"
    [row] = roster(read_inspectors(write_csv(labels + "7,Li,A,B;C,D,,2026-11-02\n")))
    assert row == {
        "inspector_id": "7",
        "name": "Li",
        "unit": "A",
        "avoid_units": "B、C",
        "avoid_districts": "D",
        "duty_days": "2026-11-02",
        "absent_days": "",
    }


def test_days_of_a_workbook_are_days(write_xlsx):
    rows = [
        ["工号", "姓名", "请假"],
        [7.0, "李四", datetime(2026, 11, 2)],
        [8, "王五", date(2026, 11, 3)],
    ]
    imported = read_inspectors(write_xlsx(rows))
    assert imported.inspectors["absent_days"].tolist() == ["2026-11-02", "2026-11-03"]
    assert imported.inspectors.index.tolist() == ["7", "8"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02~2026-11-05",
        "2026-11-02 - 2026-11-05",
        "2026.11.2 到 2026.11.5",
        "20261102—20261105",
    ],
)
def test_a_span_of_days_is_read_however_it_is_written(write_csv, text):
    imported = read_inspectors(write_csv(f"姓名,请假\n张三,{text}\n"))
    assert imported.inspectors["absent_days"].tolist() == ["2026-11-02/2026-11-05"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("下周", "BAD_TIME"),
        ("26-11-02", "TWO_DIGIT_YEAR"),
        ("2026-11-05至2026-11-02", "BAD_SPAN"),
        ("2026-11-02至2026-11-03至2026-11-05", "BAD_SPAN"),
        ("2026-11-02至11-05", "BAD_TIME"),
    ],
)
def test_days_that_cannot_be_read_set_the_row_aside(write_csv, text, code):
    imported = read_inspectors(write_csv(f"姓名,请假\n张三,{text}\n李四,无\n"))
    assert imported.quarantined["code"].tolist() == [code]
    assert imported.inspectors["name"].tolist() == ["李四"]


def test_a_blank_day_of_duty_means_every_day_and_is_logged(write_csv):
    imported = read_inspectors(write_csv("姓名,值班日期\n张三,\n李四,2026-11-02\n"))
    assert imported.inspectors["duty_days"].tolist() == ["", "2026-11-02"]
    assert imported.fixed[["source_row", "code"]].to_numpy().tolist() == [[2, "BLANK_MEANS_ANY"]]


def test_without_a_column_of_ids_the_name_is_the_id_and_namesakes_are_a_question(write_csv):
    imported = read_inspectors(write_csv("姓名,单位\n张三,甲\n李四,乙\n张三,丙\n"))
    assert imported.inspectors.index.tolist() == ["李四"]
    assert imported.quarantined["code"].tolist() == ["DUPLICATE_ID", "DUPLICATE_ID"]
    assert "known by the name" in imported.notes[-1].render()


@pytest.mark.parametrize(
    ("row", "code"),
    [("7,,市创建办", "NO_NAME"), (",张三,市创建办", "NO_ID"), ("7,张三,#REF!", "CELL_ERROR")],
)
def test_rows_with_gaps_are_set_aside(write_csv, row, code):
    imported = read_inspectors(write_csv(f"工号,姓名,单位\n{row}\n8,李四,市创建办\n"))
    assert imported.quarantined["code"].tolist() == [code]


@pytest.mark.parametrize("column", ["回避单位", "回避区县"])
def test_who_avoids_everything_is_a_question(write_csv, column):
    imported = read_inspectors(write_csv(f"姓名,{column}\n张三,全部\n李四,无\n"))
    assert imported.quarantined["code"].tolist() == ["AVOIDS_ALL"]


def test_a_row_said_twice_is_taken_once(write_csv):
    imported = read_inspectors(write_csv("工号,姓名\n7,张三\n7,张三\n"))
    assert imported.inspectors["name"].tolist() == ["张三"]
    assert imported.quarantined["code"].tolist() == ["DUPLICATE_ROW"]


def test_a_file_without_names_is_refused(write_csv):
    with pytest.raises(MissingColumnError, match=r"name \(姓名\)"):
        read_inspectors(write_csv("工号,电话\n7,110\n"))


def test_a_roster_of_questions_only_is_refused(write_csv):
    with pytest.raises(NothingImportedError, match="Row 2: There is no name"):
        read_inspectors(write_csv("工号,姓名\n7,无\n"))
