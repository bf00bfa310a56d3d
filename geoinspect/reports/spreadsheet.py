"""A report as a workbook: a sheet a table, and one with every figure and its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from geoinspect.intake.answer import escape_formula
from geoinspect.messages import translator
from geoinspect.officefiles import file_bytes
from geoinspect.reports.numbers import Figure
from geoinspect.reports.titles import title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl.worksheet.worksheet import Worksheet

    from geoinspect.messages import Language
    from geoinspect.reports.numbers import ReportNumbers, Table

#: Sheet that holds every figure by its id, for programs.
FIGURES = "figures"

_WIDEST = 40
# a name of a sheet may have 31 letters, a number included
_LONGEST = 28
# what Excel does not allow in the name of a sheet
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_spreadsheet(numbers: ReportNumbers, *, language: Language = "zh") -> bytes:
    """
    Write a report as a workbook.

    Numbers are numbers, with the decimals that are shown everywhere; an estimate has its
    interval in the next two columns. Texts that a spreadsheet would run are escaped.
    """
    translate = translator(language)
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = translate("Summary")
    _put(first, [[title_of(numbers, translate)], []])
    _put(first, [[translate(name), *_numbers(figure)] for name, figure in numbers.headline])
    for texts in (numbers.sentences, numbers.remarks):
        _put(first, [[]])
        _put(first, [[text.render(translate)] for text in texts])
    first.cell(1, 1).font = Font(bold=True, size=14)
    first.column_dimensions["A"].width = _WIDEST
    for table in (*numbers.tables, *numbers.drawn()):
        name = _sheet_name(translate(table.title), workbook.sheetnames)
        _write_table(workbook.create_sheet(name), table, translate)
    figures = workbook.create_sheet(FIGURES)
    _put(figures, [["figure_id", "value", "low", "high", "text"]])
    _put(
        figures,
        [
            [key, figure.value, figure.low, figure.high, figure.text]
            for key, figure in numbers.figures().items()
        ],
    )
    return file_bytes(workbook)


def _sheet_name(title: str, taken: list[str]) -> str:
    """Return a name that Excel allows and no other sheet has."""
    name = title.translate(_FORBIDDEN)[:_LONGEST]
    n = sum(each.startswith(name) for each in taken)
    return f"{name} {n + 1}" if n else name


def _write_table(sheet: Worksheet, table: Table, translate: Callable[[str], str]) -> None:
    """Write a table; a column with intervals gets two more."""
    wide = {
        k
        for line in table.lines
        for k, cell in enumerate(line.cells)
        if isinstance(cell, Figure) and cell.low is not None
    }
    head: list[object] = []
    for k, column in enumerate(table.columns):
        head.append(translate(column))
        if k in wide:
            head += [translate("from"), translate("to")]
    rows = [head]
    for line in table.lines:
        row: list[object] = []
        for k, cell in enumerate(line.cells):
            values = _numbers(cell) if isinstance(cell, Figure) else [cell]
            row += values if k in wide else values[:1]
            row += [None] * (3 - len(values)) if k in wide else []
        rows.append(row)
    _put(sheet, rows)
    for title in sheet[1]:
        title.font, title.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    for number in range(1, len(head) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 32 if number == 1 else 14


def _numbers(figure: Figure) -> list[object]:
    """Return value, low and high as they are shown; an empty cell where there is nothing."""
    values = (figure.value, figure.low, figure.high)
    return [None if value is None else round(value, figure.digits) for value in values]


def _put(sheet: Worksheet, rows: list[list[object]]) -> None:
    for row in rows:
        sheet.append([escape_formula(v) if isinstance(v, str) else v for v in row])
