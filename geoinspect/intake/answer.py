"""Answer the user: the own sheet back, with what became of every row, ready to re-import."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from shapely.geometry import Point

from geoinspect.errors import InputError
from geoinspect.intake.cells import raw_text
from geoinspect.intake.table import STATUS_LABELS
from geoinspect.messages import translator
from geoinspect.officefiles import file_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shapely.geometry.base import BaseGeometry

    from geoinspect.intake.cells import Cell
    from geoinspect.intake.grid import Row
    from geoinspect.intake.imports import Import
    from geoinspect.intake.table import Table
    from geoinspect.messages import Language

IMPORTED, FIXED = "imported", "imported with a change"
QUARANTINED, IGNORED = "not imported", "passed over"

IGNORED_KINDS = {
    "blank": "blank row",
    "total": "row of totals",
    "header": "repeated header",
    "footnote": "footnote of the table",
}

_LABELS: dict[Language, tuple[str, ...]] = {"zh": STATUS_LABELS[:2], "en": STATUS_LABELS[2:]}
_ID_LABELS = {"point_id": "点位编号", "violation_id": "违规编号", "inspection_id": "检查编号"}
_FORBIDDEN_IN_TITLES = re.compile(r"[\\/*?:\[\]]")


def answer_sheet(imported: Import, path: str | PathLike[str], *, language: Language = "zh") -> None:
    """
    Write the user's own rows with two more columns: what became of each, and why.

    The rows keep their numbers and values, so that a corrected answer can be read
    again; the two columns are then passed over. Texts that a spreadsheet would run
    as a formula get a leading apostrophe, which reading removes.

    Parameters
    ----------
    imported
        What came of the file.
    path
        File to write: .xlsx, or .csv (UTF-8 with byte order mark, for Excel).
    language
        Language of the two columns.

    Raises
    ------
    InputError
        If the name ends in neither .xlsx nor .csv.
    """
    path = Path(path)
    rows = _answer_rows(imported, language)
    if path.suffix.lower() == ".xlsx":
        _write_xlsx(rows, path, imported.table)
    elif path.suffix.lower() == ".csv":
        _write_csv(rows, path)
    else:
        raise InputError("{file}: an answer sheet ends in .xlsx or .csv.", file=path.name)


def escape_formula(cell: Cell) -> Cell:
    """
    Return the cell so that no spreadsheet takes it for a formula.

    Examples
    --------
    >>> escape_formula("=HYPERLINK(1)"), escape_formula("-5.5"), escape_formula("安全")
    ("'=HYPERLINK(1)", '-5.5', '安全')
    """
    if not isinstance(cell, str) or cell.lstrip()[:1] not in ("=", "+", "-", "@"):
        return cell
    return cell if _is_number(cell) else "'" + cell


def _is_number(text: str) -> bool:
    """Tell whether a text is only a signed number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _answer_rows(imported: Import, language: Language) -> list[list[Cell]]:
    """Lay out the sheet: the user's cells, ids made here, status and remarks."""
    above, header, data = _own_rows(imported.table)
    made = _made_ids(imported)
    status = _status(imported, translator(language))
    id_label: list[Cell] = [_ID_LABELS[imported.id_role]] if made else []
    rows: list[list[Cell]] = [[*row] for row in above]
    rows.append([*header, *id_label, *_LABELS[language]])
    for number, row in data.items():
        id_cell: list[Cell] = [made.get(number)] if made else []
        rows.append([*row, *id_cell, *status.get(number, ("", ""))])
    return [[escape_formula(cell) for cell in row] for row in rows]


def _own_rows(table: Table) -> tuple[list[Row], Row, dict[int, Row]]:
    """Return the user's rows above the header, the header, and the rows below by number."""
    if table.grid is None:
        header, rows = _feature_rows(table)
        return [], header, rows
    labels = table.grid.rows[table.header_row - 1]
    own = [column for column, label in enumerate(labels) if label not in STATUS_LABELS]
    rows = {
        number: tuple(row[column] for column in own)
        for number, row in enumerate(table.grid.rows, 1)
    }
    above = [rows.pop(number) for number in range(1, table.header_row)]
    return above, rows.pop(table.header_row), rows


def _feature_rows(table: Table) -> tuple[Row, dict[int, Row]]:
    """Return header and rows of a map file; positions of points become two columns."""
    values = table.cells.to_numpy(dtype=object).tolist()
    cells = {number: tuple(row) for number, row in enumerate(values, 1)}
    layer = table.layer
    if layer is None or not any(g is not None and g.geom_type == "Point" for g in layer.geometry):
        return tuple(table.labels), cells
    datum = f"({layer.claimed_datum})" if layer.claimed_datum else ""
    rows = {row: (*values, *_position(layer.geometry[row - 1])) for row, values in cells.items()}
    return (*table.labels, f"经度{datum}", f"纬度{datum}"), rows


def _position(geometry: BaseGeometry | None) -> tuple[Cell, Cell]:
    """Return longitude and latitude of a point, blank for anything else."""
    if not isinstance(geometry, Point) or geometry.is_empty:
        return None, None
    return geometry.x, geometry.y


def _made_ids(imported: Import) -> dict[int, str]:
    """Return the ids that were made here, by row: written down, they stay the same."""
    return {fix.source_row: fix.after for fix in imported.log.fixes if fix.code == "ID_GENERATED"}


def _status(imported: Import, translate: Callable[[str], str]) -> dict[int, tuple[str, str]]:
    """Return status and remarks of every row below the header."""
    log = imported.log
    words = {int(row): (translate(IMPORTED), "") for row in imported.table.cells.index}
    remarks: dict[int, list[str]] = {}
    for fix in log.fixes:
        change = f"{fix.before} -> {fix.after}" if fix.before or fix.after else fix.field
        remarks.setdefault(fix.source_row, []).append(f"{fix.remark.render(translate)} {change}")
    for row, said in remarks.items():
        words[row] = (translate(FIXED), "; ".join(said))
    aside = log.quarantined(translate)
    for row, reason in zip(aside["source_row"].tolist(), aside["reason"].tolist(), strict=True):
        words[row] = (translate(QUARANTINED), reason)
    for row, kind in imported.table.ignored.items():
        words[row] = (translate(IGNORED), translate(IGNORED_KINDS[kind]))
    return words


def _write_csv(rows: list[list[Cell]], path: Path) -> None:
    """Write UTF-8 with a byte order mark, without which Excel shows wrong characters."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([[raw_text(cell) for cell in row] for row in rows])


def _write_xlsx(rows: list[list[Cell]], path: Path, table: Table) -> None:
    """Write a workbook of one sheet."""
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904 if table.starts_1904 else CALENDAR_WINDOWS_1900
    sheet = workbook.worksheets[0]
    if table.sheet:
        sheet.title = _FORBIDDEN_IN_TITLES.sub("_", table.sheet)[:31]
    for row in rows:
        sheet.append([storable(cell) for cell in row])
    path.write_bytes(file_bytes(workbook))


def storable(cell: Cell) -> Cell:
    """Return what a workbook can hold: no control characters, no time zones."""
    if isinstance(cell, str):
        return ILLEGAL_CHARACTERS_RE.sub("", cell)
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return cell.isoformat(" ")
    return cell
