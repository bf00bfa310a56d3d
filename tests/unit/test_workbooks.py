"""A workbook tells its cells, not when it was written."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl

from geoinspect.workbooks import workbook_bytes


def book(created: datetime) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.properties.created = created
    workbook.worksheets[0].append(["检查点", 12])
    return workbook


def test_the_same_cells_are_the_same_bytes_whenever_they_are_written() -> None:
    first, second = (workbook_bytes(book(datetime(year, 1, 1))) for year in (2020, 2026))
    assert first == second


def test_the_cells_are_all_there() -> None:
    read = openpyxl.load_workbook(io.BytesIO(workbook_bytes(book(datetime(2026, 1, 1)))))
    assert [cell.value for cell in read.worksheets[0][1]] == ["检查点", 12]
