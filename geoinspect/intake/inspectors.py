"""Read the roster of inspectors: who they are, what they stay away from, when they are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from geoinspect.inspectors import join_days, join_names
from geoinspect.intake.cells import clean_text, means_nothing
from geoinspect.intake.columns import (
    check_cells,
    check_duplicates,
    contents_of,
    find_columns,
    read_ids,
)
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.times import TimeError, read_time, zone_of
from geoinspect.intake.units import ANY, split_list
from geoinspect.intake.vocabulary import INSPECTOR_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from os import PathLike

    from geoinspect.inspectors import Span
    from geoinspect.intake.cells import Cell
    from geoinspect.intake.columns import Columns

_BETWEEN_DAYS = re.compile(r"[、，,；;\n\r]+")
# a hyphen is part of dates, so it means "to" only between spaces
_UNTIL = re.compile(r"\s*(?:至|到|[~～—–]+|\s-+\s)\s*")


@dataclass(frozen=True)
class InspectorsImport(Import):
    """
    Roster of inspectors read from a file.

    `inspectors` is a roster as `geoinspect.inspectors` describes it, indexed by
    inspector_id, with a column source_row.
    """

    inspectors: pd.DataFrame

    id_role: ClassVar[str] = "inspector_id"


def read_inspectors(
    path: str | PathLike[str],
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> InspectorsImport:
    """
    Read a roster of inspectors from a table, one row a person.

    Cells of units, districts and days may list several, separated by 、，； or line
    breaks; a span of days is written 2026-11-02至2026-11-05. Without a column of ids the
    name is the id. A column of duty days that is blank for a person means every day, and
    is logged.

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
        Roster, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no column of names.
    InputError
        If nothing can be read, or not a single row can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, INSPECTOR_ROLES, columns)
    found.require("name")
    log = RowLog(table.notes)
    check_cells(found, log)
    names = _names(found, log)
    ids = _ids(found, names, log)
    roster = _roster(found, ids, names, log)
    check_duplicates(found, ids, contents_of(found), log)
    refuse_if_nothing_left(table, log)
    kept = roster[~roster["source_row"].isin(log.quarantined_rows)]
    identity = dict(zip(found.rows, zip(ids, names, strict=True), strict=True))
    return InspectorsImport(table, log, identity, inspectors=kept)


def _names(columns: Columns, log: RowLog) -> list[str]:
    """Read the names; rows without one are set aside."""
    names = columns.texts("name")
    for row, name in zip(columns.rows, names, strict=True):
        if not name:
            log.quarantine(row, "NO_NAME", "There is no name: enter one.")
    return names


def _ids(columns: Columns, names: list[str], log: RowLog) -> list[str]:
    """Read the ids; without a column of them a person is known by name."""
    if "inspector_id" in columns:
        return read_ids(columns, "inspector_id", "", log)
    log.note("The file has no column of ids: each person is known by the name.")
    return names


def _roster(columns: Columns, ids: list[str], names: list[str], log: RowLog) -> pd.DataFrame:
    """Put all rows into the contract of a roster."""
    frame = pd.DataFrame(
        {
            "name": names,
            "unit": _lists(columns, "unit", log),
            "avoid_units": _lists(columns, "avoid_units", log),
            "avoid_districts": _lists(columns, "avoid_districts", log),
            "duty_days": _days(columns, "duty_days", log),
            "absent_days": _days(columns, "absent_days", log),
            "source_row": columns.rows,
        },
        index=pd.Index(ids, name="inspector_id", dtype="str"),
    )
    _log_blank_duty(columns, frame["duty_days"].tolist(), log)
    return frame


def _lists(columns: Columns, role: str, log: RowLog) -> list[str]:
    """Read the lists of a role, joined."""
    lists = []
    for row, cell in zip(columns.rows, columns.cells(role), strict=True):
        names = () if means_nothing(clean_text(cell)) else split_list(cell)
        if ANY in names:
            log.quarantine(
                row,
                "AVOIDS_ALL",
                "'{value}' names no single one: list them, or leave the person out.",
                value=clean_text(cell),
            )
        lists.append(join_names(names))
    return lists


def _days(columns: Columns, role: str, log: RowLog) -> list[str]:
    """Read the days of a role, joined; rows with a day that cannot be read are set aside."""
    days = []
    for row, cell in zip(columns.rows, columns.cells(role), strict=True):
        try:
            spans = _spans(cell, starts_1904=columns.table.starts_1904)
        except TimeError as error:
            log.quarantine(row, error.code, error.sentence, value=error.value)
            spans = []
        days.append(join_days(spans))
    return days


def _spans(cell: Cell, *, starts_1904: bool) -> list[Span]:
    """Read a cell of days and spans of days."""
    if not isinstance(cell, str):
        parts: list[Cell] = [] if means_nothing(clean_text(cell)) else [cell]
    else:
        parts = [part for part in _BETWEEN_DAYS.split(cell) if not means_nothing(clean_text(part))]
    return [_span(part, starts_1904=starts_1904) for part in parts]


def _span(part: Cell, *, starts_1904: bool) -> Span:
    """Read a day, or a span of days with its last."""
    ends: list[Cell] = list(_UNTIL.split(part)) if isinstance(part, str) else [part]
    first = _day(ends[0], starts_1904=starts_1904)
    last = _day(ends[-1], starts_1904=starts_1904)
    if len(ends) > 2 or last < first:
        raise TimeError(
            "BAD_SPAN",
            "'{value}' is no span of days: write it as 2026-11-02至2026-11-05.",
            clean_text(part),
        )
    return first, last


def _day(cell: Cell, *, starts_1904: bool) -> date:
    """Read a day; the zone plays no part in it."""
    return read_time(cell, zone_of("UTC"), starts_1904=starts_1904).date()


def _log_blank_duty(columns: Columns, days: list[str], log: RowLog) -> None:
    """Log who is on duty every day for want of days."""
    if "duty_days" not in columns:
        return
    for row, text in zip(columns.rows, days, strict=True):
        if not text:
            log.fix(
                row,
                "duty_days",
                ("", ANY),
                "BLANK_MEANS_ANY",
                "The cell is blank: the person is on duty every day.",
            )
