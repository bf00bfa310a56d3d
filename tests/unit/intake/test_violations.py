from datetime import UTC, datetime

import pandas as pd
import pytest

from geoinspect.errors import InputError, MissingColumnError
from geoinspect.intake import read_violations

HEADER = "违规编号,点位编号,类别,问题,严重程度,发现时间,经度,纬度,描述\n"


def codes(imported):
    return dict(zip(imported.quarantined["source_row"], imported.quarantined["code"], strict=True))


def test_violations_arrive_as_promised(write_csv):
    imported = read_violations(
        write_csv(HEADER + "W1,A7,农贸市场,占道经营,较重,2026/3/5 上午9:30,118.8,32.0,门前，占道\n")
    )
    [row] = imported.violations.drop(columns="geometry").reset_index().to_dict("records")
    assert row == {
        "violation_id": "W1",
        "point_id": "A7",
        "category": "农贸市场",
        "item": "占道经营",
        "severity": 2,
        "found_at": pd.Timestamp("2026-03-05 01:30", tz="UTC"),
        "description": "门前，占道",
        "source": "import",
        "source_row": 2,
    }
    assert imported.violations.geometry.iloc[0].wkt == "POINT (118.8 32)"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("一般", 1),
        ("较重", 2),
        ("严重", 3),
        ("1", 1),
        ("２", 2),
        ("3", 3),
        ("Grave", 3),
        ("轻微", 1),
    ],
)
def test_words_and_numbers_of_severity(write_csv, word, severity):
    imported = read_violations(write_csv(HEADER + f"1,A,,,{word},2026-03-05,118.8,32.0,\n"))
    assert imported.violations["severity"].tolist() == [severity]


def test_an_unknown_severity_is_set_aside_and_a_blank_one_is_minor_and_logged(write_csv):
    imported = read_violations(
        write_csv(HEADER + "1,A,,,超级,2026-03-05,118.8,32,\n2,A,,,,2026-03-05,118.8,32,\n")
    )
    assert codes(imported) == {2: "BAD_SEVERITY"}
    assert imported.violations["severity"].tolist() == [1]
    assert imported.fixed["code"].tolist() == ["BLANK_SEVERITY"]


def test_a_point_id_makes_coordinates_dispensable(write_csv):
    imported = read_violations(
        write_csv(
            HEADER
            + "1,A7,,,1,2026-03-05,,,\n"
            + "2,,,,1,2026-03-05,,,\n"
            + "3,A7,,,1,2026-03-05,湖南路,1号,\n"
            + "4,,,,1,2026-03-05,118.8,32.0,\n"
        )
    )
    assert codes(imported) == {3: "NO_COORD"}
    assert imported.violations.geometry.isna().tolist() == [True, True, False]
    assert imported.violations["point_id"].tolist() == ["A7", "A7", None]
    assert imported.fixed["code"].tolist() == ["COORD_IGNORED"]


def test_without_coordinate_columns_every_row_needs_its_point(write_csv):
    imported = read_violations(
        write_csv("点位编号,问题,日期\nA7,占道,2026-03-05\n,占道,2026-03-05\n")
    )
    assert codes(imported) == {3: "NO_PLACE"}
    assert imported.violations.geometry.iloc[0] is None


def test_times_that_cannot_be_are_set_aside(write_csv):
    now = datetime(2026, 3, 6, tzinfo=UTC)
    rows = ["2026-03-07", "26-3-5", "", "5/3/2026", "2026-03-05"]
    text = "点位编号,问题,发现时间\n" + "".join(f"A{n},x,{t}\n" for n, t in enumerate(rows))
    imported = read_violations(write_csv(text), now=now)
    assert codes(imported) == {2: "FUTURE_TIME", 3: "TWO_DIGIT_YEAR", 4: "NO_TIME", 5: "BAD_TIME"}
    assert imported.violations.index.tolist() == ["V0006"]


def test_dates_of_excel_are_times_of_the_city(write_xlsx):
    rows = [["点位编号", "问题", "发现时间"], ["A", "x", datetime(2026, 3, 5, 9, 30)]]
    found_at = read_violations(write_xlsx(rows), timezone="Europe/Helsinki").violations["found_at"]
    assert found_at.tolist() == [pd.Timestamp("2026-03-05 07:30", tz="UTC")]


def test_old_macintosh_workbooks_count_from_1904(write_xlsx):
    def old(workbook):
        workbook.epoch = datetime(1904, 1, 1)

    rows = [["点位编号", "问题", "发现时间"], ["A", "x", 46086 - 1462]]
    found_at = read_violations(write_xlsx(rows, touch=old)).violations["found_at"]
    assert found_at.dt.tz_convert("Asia/Shanghai").dt.date.astype(str).tolist() == ["2026-03-05"]


def test_the_source_is_the_row_s_own_or_the_one_given(write_csv):
    text = "点位编号,问题,日期,来源\nA,x,2026-03-05,12345\nB,x,2026-03-05,\n"
    imported = read_violations(write_csv(text), source="route")
    assert imported.violations["source"].tolist() == ["12345", "route"]


def test_missing_severity_is_noted_once(write_csv):
    imported = read_violations(write_csv("点位编号,问题,日期\nA,x,2026-03-05\n"))
    assert [note.render() for note in imported.notes] == [
        "There is no column of severity: every violation counts as 1 (minor)."
    ]


def test_a_table_without_rows_is_no_violation(write_csv):
    imported = read_violations(write_csv(HEADER))
    assert len(imported.violations) == 0
    assert str(imported.violations["found_at"].dt.tz) == "UTC"


def test_missing_columns_are_refused(write_csv):
    with pytest.raises(MissingColumnError, match="found_at"):
        read_violations(write_csv("点位编号,问题\nA,x\n"))
    with pytest.raises(MissingColumnError, match="point_id"):
        read_violations(write_csv("问题,日期\nx,2026-03-05\n"))


def test_a_naive_now_is_a_mistake_of_the_programmer_and_a_wrong_zone_one_of_the_user(write_csv):
    path = write_csv("点位编号,问题,日期\nA,x,2026-03-05\n")
    with pytest.raises(ValueError, match="timezone-aware"):
        read_violations(path, now=datetime(2026, 1, 1))
    with pytest.raises(InputError, match="Unknown time zone 'Mars'"):
        read_violations(path, timezone="Mars")
