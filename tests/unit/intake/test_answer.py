import openpyxl
import pytest

from geoinspect.errors import InputError
from geoinspect.intake import answer_sheet, read_points, read_violations

TEXT = (
    "鼓楼区点位表,,,,\n编号,名称,类别,经度,纬度\n1,甲,医院,118.8,32.0\n\n2,乙,医院,无,\n"
    "3,丙,医院,32.1,118.9\n合计,3,,,\n"
)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_answer_is_the_own_sheet_with_what_became_of_every_row(write_csv, tmp_path, ending):
    answer = tmp_path / f"answer.{ending}"
    answer_sheet(read_points(write_csv(TEXT)), answer)
    again = read_points(answer)
    assert again.table.header_row == 2
    if ending == "xlsx":
        rows = list(openpyxl.load_workbook(answer).worksheets[0].values)
        assert rows[0][:2] == ("鼓楼区点位表", None)
        assert rows[1][-2:] == ("导入状态", "导入说明")
        assert [row[-2] for row in rows[2:]] == [
            "已导入",
            "忽略",
            "未导入",
            "已导入（有修正）",
            "忽略",
        ]
        assert rows[4][-1] == "没有坐标：'无', ''。请填写经度和纬度。"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_reading_the_answer_gives_the_same_points(write_csv, tmp_path, ending):
    imported = read_points(write_csv(TEXT))
    answer_sheet(imported, tmp_path / f"answer.{ending}")
    again = read_points(tmp_path / f"answer.{ending}")
    assert again.points.drop(columns="source_file").equals(
        imported.points.drop(columns="source_file")
    )
    assert again.quarantined.equals(imported.quarantined)
    assert again.ignored == imported.ignored


def test_answering_the_answer_adds_no_further_columns(write_csv, tmp_path):
    answer_sheet(read_points(write_csv(TEXT)), tmp_path / "1.csv")
    answer_sheet(read_points(tmp_path / "1.csv"), tmp_path / "2.csv")
    assert (tmp_path / "2.csv").read_text("utf-8") == (tmp_path / "1.csv").read_text("utf-8")


def test_csv_starts_with_a_byte_order_mark_for_excel(write_csv, tmp_path):
    answer_sheet(read_points(write_csv(TEXT)), tmp_path / "answer.csv")
    assert (tmp_path / "answer.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "@SUM(A1)", "+1+1", "-2+3", " =1+1"])
def test_formulas_of_strangers_are_escaped_and_read_back(write_csv, tmp_path, evil, ending):
    imported = read_points(write_csv(f"编号,名称,类别,经度,纬度\n1,{evil},医院,118.8,32.0\n"))
    answer = tmp_path / f"answer.{ending}"
    answer_sheet(imported, answer)
    assert read_points(answer).points["name"].tolist() == [evil.strip()]
    cells = read_points(answer).table.cells
    assert cells["名称"].tolist() == ["'" + evil]


def test_ids_made_here_are_written_down_and_stay(write_csv, write_geojson, tmp_path):
    imported = read_points(write_csv("名称,类别,经度,纬度\n甲,医院,118.8,32.0\n"))
    answer_sheet(imported, tmp_path / "answer.csv")
    again = read_points(tmp_path / "answer.csv")
    assert again.points.index.tolist() == ["P0002"]
    assert again.fixed.empty


def test_points_of_a_map_file_get_columns_of_coordinates(write_geojson, tmp_path):
    point = {"type": "Point", "coordinates": [118.8, 32.0]}
    imported = read_points(write_geojson([(point, {"类别": "医院"}), (None, {"类别": "学校"})]))
    answer_sheet(imported, tmp_path / "answer.csv")
    again = read_points(tmp_path / "answer.csv")
    assert again.points.index.tolist() == imported.points.index.tolist() == ["P0001"]
    assert again.points.geometry.to_wkt().tolist() == ["POINT (118.8 32)"]


def test_the_answer_can_be_english(write_csv, tmp_path):
    answer_sheet(read_points(write_csv(TEXT)), tmp_path / "answer.csv", language="en")
    text = (tmp_path / "answer.csv").read_text("utf-8-sig")
    assert "import status,import remarks" in text
    assert 'not imported,"There is no coordinate' in text


def test_violations_are_answered_too(write_csv, tmp_path):
    path = write_csv("点位编号,问题,日期\nA,x,2026-03-05\nB,x,26-3-5\n")
    answer_sheet(read_violations(path), tmp_path / "answer.xlsx")
    assert read_violations(tmp_path / "answer.xlsx").violations.index.tolist() == ["V0002"]


def test_other_endings_are_refused(write_csv, tmp_path):
    with pytest.raises(InputError, match=r"ends in \.xlsx or \.csv"):
        answer_sheet(read_points(write_csv(TEXT)), tmp_path / "answer.pdf")
