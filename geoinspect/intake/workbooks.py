"""Read the sheets of Excel workbooks, new (.xlsx) and old (.xls); macros never run."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Literal, cast
from xml.etree.ElementTree import ParseError

import openpyxl
import xlrd
from openpyxl.utils.exceptions import InvalidFileException
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from geoinspect.errors import InputError
from geoinspect.intake.cells import UNCALCULATED
from geoinspect.intake.grid import Grid, fill_merged, trimmed
from geoinspect.intake.refusals import damaged, password_protected
from geoinspect.messages import Remark

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from geoinspect.intake.cells import Cell

# Both libraries trust the file, so that a damaged one fails wherever it is damaged.
_DAMAGE = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, RecursionError, TypeError),
    *(ValueError, AssertionError, NotImplementedError, struct.error, zlib.error, ParseError),
    *(zipfile.BadZipFile, InvalidFileException, XLRDError, CompDocError),
)

# A workbook of a million rows unpacks to about this; more is an attack or a mistake.
_MAX_UNPACKED_BYTES = 2**30
_FORMULA = re.compile(rb"<f[ >/]")


def read_xlsx(content: bytes, source_file: str) -> list[Grid]:
    """
    Read every sheet of an .xlsx or .xlsm workbook, hidden ones too.

    Formulas give the value that the spreadsheet program last computed; a formula
    that was never computed becomes an error value, so that it cannot pass for a
    blank cell.
    """
    has_formulas = _check_archive(content, source_file)
    values = _open_workbook(content, source_file, data_only=True)
    formulas = _open_workbook(content, source_file, data_only=False) if has_formulas else values
    return [
        _xlsx_grid(sheet, formulas[sheet.title], starts_1904=values.epoch.year == 1904)
        for sheet in values.worksheets
    ]


def read_xls(content: bytes, source_file: str) -> list[Grid]:
    """Read every sheet of an .xls workbook, hidden ones too."""
    diagnostics = StringIO()  # else they go to standard output
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=diagnostics)
    except _DAMAGE as error:
        if "encrypted" in str(error).lower():
            raise password_protected(source_file) from error
        raise damaged(source_file, "xls") from error
    return [_xls_grid(book, sheet) for sheet in book.sheets()]


def _check_archive(content: bytes, source_file: str) -> bool:
    """Refuse zip bombs and damaged archives; tell whether a sheet holds formulas."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked <= _MAX_UNPACKED_BYTES:
                return _has_formulas(archive)
    except _DAMAGE as error:
        raise damaged(source_file, "xlsx") from error
    raise InputError(
        "{file} unpacks to more than {limit} MB: split it into smaller files.",
        file=source_file,
        limit=_MAX_UNPACKED_BYTES // 2**20,
    )


def _has_formulas(archive: zipfile.ZipFile) -> bool:
    """Tell whether any sheet of a workbook holds a formula."""
    sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    return any(_FORMULA.search(archive.read(name)) for name in sheets)


def _open_workbook(content: bytes, source_file: str, *, data_only: bool) -> Workbook:
    """Open with openpyxl, whose warnings are about looks that are not read here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return openpyxl.load_workbook(BytesIO(content), data_only=data_only)
        except _DAMAGE as error:
            raise damaged(source_file, "xlsx") from error


def _xlsx_grid(sheet: Worksheet, formulas: Worksheet, *, starts_1904: bool) -> Grid:
    """Turn one sheet into a grid."""
    rows = [[cast("Cell", value) for value in row] for row in sheet.iter_rows(values_only=True)]
    if formulas is not sheet:
        _mark_uncalculated(rows, formulas)
    areas = [(a.min_row - 1, a.max_row, a.min_col - 1, a.max_col) for a in sheet.merged_cells]
    fill_merged(rows, areas)
    hidden_rows = [number for number, look in sheet.row_dimensions.items() if look.hidden]
    return Grid(
        name=sheet.title,
        rows=trimmed(rows),
        hidden=sheet.sheet_state != "visible",
        starts_1904=starts_1904,
        notes=_notes(len(areas), sorted(n for n in hidden_rows if n <= len(rows))),
    )


def _mark_uncalculated(rows: list[list[Cell]], formulas: Worksheet) -> None:
    """Put an error value where a formula stands but no computed value."""
    for row, formula_row in zip(rows, formulas.iter_rows(), strict=True):
        for column, cell in enumerate(formula_row):
            if cell.data_type == "f" and row[column] is None:
                row[column] = UNCALCULATED


def _xls_grid(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Grid:
    """Turn one sheet of an old workbook into a grid."""
    rows = [
        [_xls_cell(cell, 1 if book.datemode else 0) for cell in sheet.row(row)]
        for row in range(sheet.nrows)
    ]
    for row in rows:
        row.extend([None] * (sheet.ncols - len(row)))
    fill_merged(rows, sheet.merged_cells)
    hidden_rows = [row + 1 for row, look in sheet.rowinfo_map.items() if look.hidden]
    return Grid(
        name=sheet.name,
        rows=trimmed(rows),
        hidden=sheet.visibility != 0,
        starts_1904=book.datemode == 1,
        notes=_notes(len(sheet.merged_cells), sorted(n for n in hidden_rows if n <= len(rows))),
    )


def _xls_cell(cell: xlrd.sheet.Cell, datemode: Literal[0, 1]) -> Cell:
    """Turn a cell of xlrd into plain Python."""
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(int(cell.value), "#N/A"))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xls_date(float(cell.value), datemode)
    return cast("Cell", cell.value)


def _xls_date(value: float, datemode: Literal[0, 1]) -> Cell:
    """Turn a number of days into a date; what is no date stays the number."""
    try:
        return xlrd.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return value


def _notes(n_areas: int, hidden_rows: list[int]) -> tuple[Remark, ...]:
    """Say what is not visible in the rows themselves."""
    notes = []
    if n_areas:
        notes.append(
            Remark(
                "{count} merged areas were unmerged and filled with their value.",
                {"count": n_areas},
            )
        )
    if hidden_rows:
        notes.append(
            Remark("Hidden rows were read like all others: {rows}.", {"rows": _listed(hidden_rows)})
        )
    return tuple(notes)


def _listed(rows: list[int]) -> str:
    """Join row numbers, at most twenty of them."""
    return ", ".join(map(str, rows[:20])) + (" ..." if len(rows) > 20 else "")
