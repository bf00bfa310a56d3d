"""Nothing that is written for a spreadsheet runs in it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

from geoinspect.errors import InputError
from geoinspect.exports import export_tickets, write_sheet
from geoinspect.tickets import Location

if TYPE_CHECKING:
    from pathlib import Path

ATTACKS = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|'/c calc'!A1"]


def rows_of(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "a.xlsx"
    assert write_sheet(path, [attack, "n"], [[attack, -5], [None, 2.5]]) == 2
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}
    assert str(sheet["A2"].value).startswith("'")
    assert (sheet["B2"].value, sheet["A3"].value) == (-5, None)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "a.csv"
    write_sheet(path, ["x"], [[attack]])
    cells = [row[0] for row in rows_of(path)]
    assert cells == ["x", "'" + attack]


def test_control_characters_do_not_break_a_workbook(tmp_path: Path) -> None:
    write_sheet(tmp_path / "a.xlsx", ["x"], [["a\x0bb"]])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]["A2"].value == "ab"


def test_another_ending_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.pdf: a table ends in"):
        write_sheet(tmp_path / "a.pdf", ["x"], [])
    assert list(tmp_path.iterdir()) == []


def test_states_and_replies_of_cases_go_back_to_their_tickets(tmp_path: Path) -> None:
    tickets = pd.DataFrame(
        {
            "source": "=12345",
            "violation_id": ["V1", "V2", None],
            "link_reason": "",
            "evidence": Location(None, None, 0.0, "nothing").evidence(),
        },
        index=["=T1", "T2", "T3"],
    )
    path = tmp_path / "back.csv"
    states, replies = {"V1": "closed"}, {"V1": "=done"}
    assert export_tickets(tickets, path, states=states, replies=replies, language="en") == 3
    _, *rows = rows_of(path)
    assert rows[0][:5] == ["'=T1", "'=12345", "V1", "closed", "'=done"]
    assert rows[1][3:5] == ["registered", "Your report is case V2; its state: registered."]
    assert rows[2][2:4] == ["", "waiting for its place"]
