"""Write a table for a spreadsheet, in which nothing runs as a formula."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from geoinspect.atomic import whole_file
from geoinspect.errors import InputError
from geoinspect.intake.answer import escape_formula, storable
from geoinspect.intake.cells import raw_text
from geoinspect.officefiles import file_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geoinspect.intake.cells import Cell

_WIDEST = 60


def write_sheet(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str = "Sheet1"
) -> int:
    """
    Write one table, whole or not at all.

    Parameters
    ----------
    path
        File to write: .xlsx, or .csv (UTF-8 with byte order mark, for Excel).
    columns
        Labels.
    rows
        Cells. Texts that a spreadsheet would run get a leading apostrophe.
    title
        Name of the sheet of a workbook.

    Returns
    -------
    n
        Rows that were written.

    Raises
    ------
    InputError
        If the name ends in neither .xlsx nor .csv, or the file cannot be written.
    """
    safe = [[escape_formula(cell) for cell in row] for row in (columns, *rows)]
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise InputError("{file}: a table ends in .xlsx or .csv.", file=path.name)
    with whole_file(path) as part:
        if path.suffix.lower() == ".csv":
            _write_csv(part, safe)
        else:
            _write_xlsx(part, safe, title)
    return len(safe) - 1


def _write_csv(path: Path, rows: list[list[Cell]]) -> None:
    """Write text with a byte order mark, without which Excel shows wrong characters."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([[raw_text(cell) for cell in row] for row in rows])


def _write_xlsx(path: Path, rows: list[list[Cell]], title: str) -> None:
    """Write a workbook with a header that stays in sight."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append([storable(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, cells in enumerate(zip(*rows, strict=True), start=1):
        widest = max(2 * len(raw_text(cell)) for cell in cells)
        sheet.column_dimensions[get_column_letter(number)].width = min(widest + 2, _WIDEST)
    path.write_bytes(file_bytes(workbook))
