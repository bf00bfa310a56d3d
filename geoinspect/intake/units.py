"""Read the table of responsible units: who answers for which category in which district."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from geoinspect.intake.cells import clean_id, clean_text, means_nothing, raw_text
from geoinspect.intake.columns import Columns, check_cells, find_columns
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.vocabulary import UNIT_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from geoinspect.intake.cells import Cell

ANY = "*"

_SEPARATORS = re.compile(r"[、，；,;/\n\r]+")
_ANY_WORDS = frozenset(
    (
        *("*", "全部", "所有", "全市", "各区", "各区县", "各镇区", "各街镇", "各县区", "全域"),
        *("全部区域", "所有区域", "全部类别", "所有类别", "全部类型", "所有类型", "各类", "不限"),
        *("通用", "all", "any"),
    )
)
_ID_CLASH = "The unit id '{id}' has different names in several rows: give each unit its own."


@dataclass(frozen=True)
class UnitsImport(Import):
    """
    Rules of responsibility read from a file.

    `units` has a running index and the columns unit_id, unit_name, district,
    category ("*" = any) and source_row; a row of the file that names two districts
    and three categories makes six rules.
    """

    units: pd.DataFrame

    id_role: ClassVar[str] = "unit_id"


def read_units(
    path: str | PathLike[str],
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> UnitsImport:
    """
    Read the rules that say which unit answers where and for what.

    Cells of districts and categories may list several, separated by 、，；/ or line
    breaks. A blank cell means any, and is logged. Several units in a cell are a
    question back to the user, unless the label says 牵头 (lead): then the first leads.

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
        Rules, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no column of units, or neither one of districts nor of categories.
    InputError
        If nothing can be read, or not a single row can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, UNIT_ROLES, columns)
    found.require("unit_name")
    found.require("category", "district")
    log = RowLog(table.notes)
    check_cells(found, log)
    names = _unit_names(found, log)
    ids = _unit_ids(found, names, log)
    districts = _lists(found, "district", log)
    categories = _lists(found, "category", log)
    _check_repeats(found.rows, list(zip(ids, names, districts, categories, strict=True)), log)
    refuse_if_nothing_left(table, log)
    units = _rules(found.rows, ids, names, districts, categories, log)
    identity = dict(zip(found.rows, zip(ids, names, strict=True), strict=True))
    return UnitsImport(table, log, identity, units=units)


def split_list(cell: Cell) -> tuple[str, ...]:
    r"""
    Split a cell that lists several things; words for all of them become "*".

    Examples
    --------
    >>> split_list("医院、学校；农贸市场\n医院"), split_list("各区"), split_list(None)
    (('医院', '学校', '农贸市场'), ('*',), ())
    """
    parts = _parts(cell)
    return (ANY,) if any(part.lower() in _ANY_WORDS for part in parts) else parts


def _parts(cell: Cell) -> tuple[str, ...]:
    """Split a cell at its separators; each part once."""
    parts = [clean_text(part) for part in _SEPARATORS.split(raw_text(cell))]
    return tuple(dict.fromkeys(part for part in parts if part))


def _unit_names(columns: Columns, log: RowLog) -> list[str]:
    """Read the unit of every row; "" where there is none or more than one may lead."""
    first_leads = "牵头" in columns.labels["unit_name"]
    cells = columns.cells("unit_name")
    return [
        _unit_name(row, cell, log, first_leads=first_leads)
        for row, cell in zip(columns.rows, cells, strict=True)
    ]


def _unit_name(row: int, cell: Cell, log: RowLog, *, first_leads: bool) -> str:
    """Read one unit."""
    names = () if means_nothing(clean_text(cell)) else _parts(cell)
    if not names:
        log.quarantine(row, "NO_UNIT", "There is no unit: enter who is responsible.")
        return ""
    if names[0].lower() in _ANY_WORDS:
        log.quarantine(
            row,
            "COLLECTIVE_UNIT",
            "'{value}' names no single unit: write one row for each unit.",
            value=names[0],
        )
        return ""
    if len(names) == 1:
        return names[0]
    if first_leads:
        log.fix(
            row,
            "unit_name",
            (clean_text(cell), names[0]),
            "LEAD_TAKEN",
            "Several units are named; the first one leads.",
        )
        return names[0]
    log.quarantine(
        row,
        "SEVERAL_UNITS",
        "Several units are named ({units}): which one leads? "
        "Leave one, or call the column 牵头单位 if the first one does.",
        units=", ".join(names),
    )
    return ""


def _unit_ids(columns: Columns, names: list[str], log: RowLog) -> list[str]:
    """Read the unit ids; a unit without one has its name as id."""
    given = ["" if means_nothing(t := clean_id(c)) else t for c in columns.cells("unit_id")]
    ids = [key or name for key, name in zip(given, names, strict=True)]
    names_of: dict[str, set[str]] = {}
    for key, name in zip(ids, names, strict=True):
        names_of.setdefault(key, set()).add(name)
    for row, key, name in zip(columns.rows, ids, names, strict=True):
        if name and len(names_of[key] - {""}) > 1:
            log.quarantine(row, "DUPLICATE_ID", _ID_CLASH, id=key)
    return ids


def _lists(columns: Columns, role: str, log: RowLog) -> list[tuple[str, ...]]:
    """Read the lists of a role; what is blank means any."""
    found = [
        () if means_nothing(clean_text(cell)) else split_list(cell) for cell in columns.cells(role)
    ]
    if role not in columns:
        log.note("There is no column of {role}: every rule holds for all of them.", role=role)
    for row, words in zip(columns.rows, found, strict=True):
        if not words and role in columns:
            log.fix(row, role, ("", ANY), "BLANK_MEANS_ANY", "The cell is blank: it means any.")
    return [words or (ANY,) for words in found]


def _check_repeats(
    rows: list[int],
    contents: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]],
    log: RowLog,
) -> None:
    """Set aside rows that say the same as an earlier one."""
    first: dict[object, int] = {}
    for row, content in zip(rows, contents, strict=True):
        earlier = first.setdefault(content, row)
        if earlier != row and content[1]:
            log.quarantine(
                row, "DUPLICATE_ROW", "This row repeats row {earlier}: delete one.", earlier=earlier
            )


def _rules(
    rows: list[int],
    ids: list[str],
    names: list[str],
    districts: list[tuple[str, ...]],
    categories: list[tuple[str, ...]],
    log: RowLog,
) -> pd.DataFrame:
    """Expand the rows into one rule for each district and category."""
    rules = [
        (key, name, district, category, row)
        for row, key, name, some, others in zip(
            rows, ids, names, districts, categories, strict=True
        )
        if row not in log.quarantined_rows
        for district in some
        for category in others
    ]
    labels = ["unit_id", "unit_name", "district", "category", "source_row"]
    return pd.DataFrame(rules, columns=labels)
