from datetime import UTC, datetime

import pandas as pd
import pytest

from geoinspect.errors import MissingColumnError
from geoinspect.intake import read_inspections


def test_inspections_arrive_as_promised(write_csv):
    imported = read_inspections(write_csv("检查编号,点位编号,检查时间\nI7,A1,2026-03-05 09:30\n"))
    assert imported.inspections.reset_index().to_dict("records") == [
        {
            "inspection_id": "I7",
            "point_id": "A1",
            "inspected_at": pd.Timestamp("2026-03-05 01:30", tz="UTC"),
            "source_row": 2,
        }
    ]


def test_without_ids_they_are_made_and_equal_rows_kept_once(write_csv):
    imported = read_inspections(
        write_csv("点位编号,日期\nA1,2026-03-05\nA1,2026-03-05\nA1,2026-03-06\n")
    )
    assert imported.inspections.index.tolist() == ["I0002", "I0004"]
    assert imported.quarantined["code"].tolist() == ["DUPLICATE_ROW"]


def test_date_and_time_may_stand_in_two_columns(write_csv):
    imported = read_inspections(write_csv("点位编号,检查日期,检查时间\nA1,2026-03-05,下午2:00\n"))
    assert imported.inspections["inspected_at"].tolist() == [
        pd.Timestamp("2026-03-05 06:00", tz="UTC")
    ]


def test_rows_without_a_point_or_in_the_future_are_set_aside(write_csv):
    text = "点位编号,检查时间\n,2026-03-05\nA1,2027-03-05\nA1,2026-03-05\n"
    imported = read_inspections(write_csv(text), now=datetime(2026, 4, 1, tzinfo=UTC))
    assert imported.quarantined["code"].tolist() == ["NO_POINT", "FUTURE_TIME"]
    assert len(imported.inspections) == 1


def test_a_running_number_is_no_point(write_csv):
    with pytest.raises(MissingColumnError, match="point_id"):
        read_inspections(write_csv("序号,检查时间\n1,2026-03-05\n"))
