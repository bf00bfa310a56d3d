import pytest

from geoinspect.errors import MissingColumnError
from geoinspect.intake import NothingImportedError, read_marks

HEADER = "考评对象,年度,材料审核得分,问卷调查得分\n"


def marks(imported):
    return imported.marks.reset_index().to_dict("records")


def test_marks_arrive_by_year_and_name(write_csv):
    imported = read_marks(write_csv(HEADER + "市城管局,2026年度,92.5,88分\n东区,2025,,70\n"))
    one, other = marks(imported)
    assert one == {
        "mark_id": "2026 市城管局", "year": 2026, "name": "市城管局", "documents": 92.5,
        "questionnaire": 88.0,
    }  # fmt: skip
    assert (other["mark_id"], other["questionnaire"]) == ("2025 东区", 70.0)
    assert other["documents"] != other["documents"]


def test_numbers_of_a_workbook_are_years_and_marks(write_xlsx):
    rows = [["Unit", "Year", "Documents"], ["Roads", 2026.0, 0], ["Parks", 2026, 100]]
    found = marks(read_marks(write_xlsx(rows)))
    assert [(row["year"], row["documents"]) for row in found] == [(2026, 0.0), (2026, 100.0)]


@pytest.mark.parametrize(
    ("row", "code", "sentence"),
    [
        (",2026,90,80", "NO_NAME", "There is no name"),
        ("局,去年,90,80", "BAD_YEAR", "'去年' is no year: write it as 2026."),
        ("局,,90,80", "BAD_YEAR", "'' is no year"),
        ("局,2026,101,80", "BAD_MARK", "'101' is no mark: write a number from 0 to 100."),
        ("局,2026,90,-1", "BAD_MARK", "'-1' is no mark"),
        ("局,2026,优,80", "BAD_MARK", "'优' is no mark"),
        ("局,2026,,", "NO_MARK", "There is no mark: enter one, or delete the row."),
    ],
)
def test_a_row_without_a_year_or_a_mark_is_set_aside_with_the_reason(
    write_csv, row, code, sentence
):
    imported = read_marks(write_csv(f"{HEADER}好局,2026,90,80\n{row}\n"))
    assert [each["name"] for each in marks(imported)] == ["好局"]
    (reason,) = imported.quarantined.to_dict("records")
    assert reason["code"] == code
    assert sentence in reason["reason"]


def test_two_marks_of_one_name_and_year_are_both_set_aside(write_csv):
    text = HEADER + "局,2026,90,80\n局,2026,91,80\n局,2025,90,80\n"
    imported = read_marks(write_csv(text))
    assert [row["mark_id"] for row in marks(imported)] == ["2025 局"]
    assert set(imported.quarantined["code"]) == {"DUPLICATE_ID"}


def test_a_sheet_without_marks_or_years_is_refused(write_csv):
    with pytest.raises(MissingColumnError, match="documents"):
        read_marks(write_csv("单位,年度\n局,2026\n"))
    with pytest.raises(MissingColumnError, match="year"):
        read_marks(write_csv("单位,材料得分\n局,90\n"))
    with pytest.raises(NothingImportedError):
        read_marks(write_csv(HEADER + "局,2026,,\n"))
