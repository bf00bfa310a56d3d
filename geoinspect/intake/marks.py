"""Read the marks of an assessment that no inspection gives: documents and questionnaires."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from geoinspect.intake.cells import clean_text, means_nothing
from geoinspect.intake.columns import check_cells, check_duplicates, contents_of, find_columns
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.vocabulary import MARK_ROLES
from geoinspect.rubrics import FULL_MARKS, MARKED_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from geoinspect.intake.cells import Cell
    from geoinspect.intake.columns import Columns

_YEAR = re.compile(r"(20\d\d)(?:\.0)?(?:年度?)?")


@dataclass(frozen=True)
class MarksImport(Import):
    """
    Marks read from a file.

    `marks` is indexed by mark_id (year and name) with the columns year, name (of a unit or a
    district), documents and questionnaire (0 to 100, NaN where none was given).
    """

    marks: pd.DataFrame

    id_role: ClassVar[str] = "mark_id"


def read_marks(
    path: str | PathLike[str],
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> MarksImport:
    """
    Read the marks of units and districts from a table, one row a name and year.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    sheet
        Sheet, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        Marks, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no column of names, of years, or of any mark.
    InputError
        If nothing can be read, or not a single row can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, MARK_ROLES, columns)
    found.require("name")
    found.require("year")
    found.require(*MARKED_PARTS)
    log = RowLog(table.notes)
    check_cells(found, log)
    marks = _marks(found, log)
    ids = list(marks.index)
    check_duplicates(found, ids, contents_of(found), log)
    refuse_if_nothing_left(table, log)
    identity = dict(zip(found.rows, zip(ids, marks["name"], strict=True), strict=True))
    kept = ~pd.Series(found.rows).isin(log.quarantined_rows).to_numpy()
    return MarksImport(table, log, identity, marks=marks[kept])


def _marks(columns: Columns, log: RowLog) -> pd.DataFrame:
    """Read all rows; those that say too little, or no marks, are set aside."""
    names, rows = columns.texts("name"), columns.rows
    for row, name in zip(rows, names, strict=True):
        if not name:
            log.quarantine(row, "NO_NAME", "There is no name: enter the unit or the district.")
    years = [_year(cell, row, log) for row, cell in zip(rows, columns.cells("year"), strict=True)]
    given = {
        part: [_mark(cell, row, log) for row, cell in zip(rows, columns.cells(part), strict=True)]
        for part in MARKED_PARTS
    }
    for row, *marks in zip(rows, *given.values(), strict=True):
        if all(map(math.isnan, marks)) and row not in log.quarantined_rows:
            log.quarantine(row, "NO_MARK", "There is no mark: enter one, or delete the row.")
    ids = [
        f"{year} {name}" if year and name else "" for year, name in zip(years, names, strict=True)
    ]
    return pd.DataFrame(
        {"year": years, "name": names, **given}, index=pd.Index(ids, name="mark_id", dtype="str")
    )


def _year(cell: Cell, row: int, log: RowLog) -> int:
    """Read a year; 0 where there is none."""
    text = clean_text(cell)
    found = _YEAR.fullmatch(text)
    if found is None:
        log.quarantine(row, "BAD_YEAR", "'{value}' is no year: write it as 2026.", value=text)
        return 0
    return int(found[1])


def _mark(cell: Cell, row: int, log: RowLog) -> float:
    """Read a mark; NaN where there is none."""
    text = clean_text(cell)
    if means_nothing(text):
        return math.nan
    try:
        value = float(text.removesuffix("分"))
    except ValueError:
        value = math.nan
    if not 0 <= value <= FULL_MARKS:
        log.quarantine(
            row, "BAD_MARK", "'{value}' is no mark: write a number from 0 to 100.", value=text
        )
        return math.nan
    return value
