"""A file of the office tells what is in it, not when it was written."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
from docx import Document

from geoinspect.officefiles import file_bytes


def book(created: datetime) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.properties.created = created
    workbook.worksheets[0].append(["检查点", 12])
    return workbook


def test_the_same_cells_are_the_same_bytes_whenever_they_are_written() -> None:
    first, second = (file_bytes(book(datetime(year, 1, 1))) for year in (2020, 2026))
    assert first == second


def test_the_cells_are_all_there() -> None:
    read = openpyxl.load_workbook(io.BytesIO(file_bytes(book(datetime(2026, 1, 1)))))
    assert [cell.value for cell in read.worksheets[0][1]] == ["检查点", 12]


def test_the_same_text_is_the_same_bytes_whenever_it_is_written() -> None:
    files = []
    for year in (2020, 2026):
        document = Document()
        document.core_properties.modified = datetime(year, 1, 1)
        document.add_paragraph("整改通知书")
        files.append(file_bytes(document))
    assert files[0] == files[1]
    assert Document(io.BytesIO(files[0])).paragraphs[0].text == "整改通知书"
