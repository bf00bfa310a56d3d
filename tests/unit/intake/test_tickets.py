"""Tickets are read as hotlines export them, and nothing personal comes along unless asked."""

from datetime import UTC, datetime

import pytest

from geoinspect.errors import MissingColumnError
from geoinspect.intake import read_tickets

HEADER = "工单编号,受理时间,来电人,联系电话,工单标题,诉求内容,事发地址,诉求类型\n"
LINE = (
    "0012,2026-11-20 09:10,阿依古丽,5358123,占道,"
    "阿依古丽反映（回电5358123）摊位占道,中心市场,市容\n"
)
PERSONAL = ("阿依古丽", "5358123")


def read(path, **options):
    return read_tickets(path, source="12345", now=datetime(2026, 11, 28, tzinfo=UTC), **options)


def test_texts_are_masked_with_what_the_columns_of_persons_say(write_csv):
    imported = read(write_csv(HEADER + LINE))
    ticket = imported.tickets.loc["0012"]
    assert ticket["description"] == "某某反映（回电[电话]）摊位占道"
    assert (ticket["source"], ticket["place"], ticket["item"]) == ("12345", "中心市场", "市容")
    text = imported.tickets.to_csv()
    assert not any(word in text for word in PERSONAL)
    assert imported.originals == {}
    assert len(imported.notes) == 2


def test_what_was_masked_comes_along_only_if_asked_for(write_csv):
    originals = read(write_csv(HEADER + LINE), keep_originals=True).originals
    assert originals["0012"]["来电人"] == "阿依古丽"
    assert "5358123" in originals["0012"]["诉求内容"]


def test_a_web_page_that_is_named_xls_is_read(write_csv):
    cells = "".join(f"<td>{cell}</td>" for cell in LINE.strip().split(","))
    header = "".join(f"<th>{cell}</th>" for cell in HEADER.strip().split(","))
    page = f"<html><table><tr>{header}</tr><tr>{cells}</tr></table></html>"
    imported = read(write_csv(page, name="12345.xls"))
    assert imported.tickets["place"].tolist() == ["中心市场"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("0012", "", "NO_ID"),
        ("0012", "2.02611E+13", "LOST_PRECISION"),
        ("2026-11-20 09:10", "", "NO_TIME"),
        ("2026-11-20 09:10", "2026-12-20 09:10", "FUTURE_TIME"),
        ("2026-11-20 09:10", "26-11-20", "TWO_DIGIT_YEAR"),
        ("中心市场", "锟斤拷", "GARBLED_TEXT"),
    ],
)
def test_rows_that_cannot_be_used_are_set_aside(write_csv, before, after, code):
    text = HEADER + LINE.replace("0012", "0011") + LINE.replace(before, after, 1)
    imported = read(write_csv(text))
    assert imported.quarantined["code"].tolist() == [code]
    assert imported.tickets.index.tolist() == ["0011"]


def test_ids_are_needed_for_a_ticket_to_be_known_again(write_csv):
    with pytest.raises(MissingColumnError, match="工单编号"):
        read(write_csv((HEADER + LINE).replace("工单编号", "随便")))


def test_coordinates_of_an_export_are_converted(write_csv):
    rows = "G1,2026-11-20,井盖缺失,112.5,32.8\nG2,2026-11-20,井盖,,\n"
    text = "案件编号,上报时间,问题描述,经度,纬度\n" + rows
    tickets = read(write_csv(text), datum="gcj02").tickets
    assert tickets.geometry["G1"].x == pytest.approx(112.494, abs=0.001)
    assert tickets.geometry["G2"] is None
