"""Read checklists: one row an item, with the categories it belongs to and its weight in each."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, TypeVar

from geoinspect.checklists import Checklist, Item, ItemClass, Kind, check_checklist
from geoinspect.errors import InputError
from geoinspect.intake.cells import clean_prose, clean_text, means_nothing
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
from geoinspect.intake.violations import SEVERITIES
from geoinspect.intake.vocabulary import CHECKLIST_ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from os import PathLike

    from geoinspect.intake.cells import Cell
    from geoinspect.intake.columns import Columns

    Dates = tuple[date, date | None]

Word = TypeVar("Word")

KINDS: dict[str, Kind] = {
    **dict.fromkeys(("是否", "是/否", "判断", "yes_no", "yes/no"), Kind.YES_NO),
    **dict.fromkeys(("500米内计数", "500米计数", "500m内计数", "count_500m"), Kind.COUNT_500M),
    **dict.fromkeys(("5分钟内计数", "5分钟计数", "count_5min"), Kind.COUNT_5MIN),
    **dict.fromkeys(("拍照", "照片", "photo"), Kind.PHOTO),
}
CLASSES: dict[str, ItemClass] = {
    **dict.fromkeys(("硬件", "实物", "hardware"), ItemClass.HARDWARE),
    **dict.fromkeys(("行为", "软件", "conduct"), ItemClass.CONDUCT),
}

_BETWEEN = re.compile(r"[、,;\n]+")
_WEIGHT = re.compile(r"(?P<category>[^=:]+?)\s*[=:]\s*(?P<weight>\d+(?:\.\d+)?)\s*%?")


@dataclass(frozen=True)
class ChecklistImport(Import):
    """
    Checklist read from a file.

    `checklists` are its versions, the one that begins first before the others.
    """

    checklists: tuple[Checklist, ...]

    id_role: ClassVar[str] = "item_id"


def read_checklists(
    path: str | PathLike[str],
    *,
    known: Collection[str],
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> ChecklistImport:
    """
    Read the versions of a checklist from a table, whole or not at all.

    One row is one item of one version. The cell of categories lists them with the weight of
    the item: 集贸市场=4；超市=5.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    known
        Categories that points can have.
    sheet
        Sheet, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        The versions, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a row cannot be read, a category is unknown, or weights do not add up to 100.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, CHECKLIST_ROLES, columns)
    for role in ("item_id", "text_zh", "kind", "item_class", "weights", "version"):
        found.require(role)
    found.require("effective_from")
    log = RowLog(table.notes)
    ids = read_ids(found, "item_id", "C", log)
    check_cells(found, log)
    versions = _versions(found, log)
    items = [_item(found, number, ids[number], log) for number in range(len(ids))]
    weights = [_weights(row, cell, log) for row, cell in _rows(found, "weights")]
    keys = [f"{version}/{key}" for version, (key, _) in zip(versions, _named(ids), strict=True)]
    check_duplicates(found, keys, contents_of(found), log)
    dates = _dates(found, versions, log)
    if len(table.cells):
        refuse_if_nothing_left(table, log)
    _refuse_gaps(table.source_file, log)
    checklists = _checklists(versions, dates, items, weights)
    for checklist in checklists:
        check_checklist(checklist, known)
    _refuse_same_start(checklists)
    return ChecklistImport(
        table, log, dict(zip(found.rows, _named(ids), strict=True)), checklists=checklists
    )


def _named(ids: list[str]) -> list[tuple[str, str]]:
    """Pair ids with the name that rows of a checklist do not have."""
    return [(key, "") for key in ids]


def _rows(columns: Columns, role: str) -> list[tuple[int, Cell]]:
    """Pair the numbers of rows with the cells of a role."""
    return list(zip(columns.rows, columns.cells(role), strict=True))


def _versions(columns: Columns, log: RowLog) -> list[str]:
    """Read which version each row belongs to."""
    versions = [clean_text(cell) for cell in columns.cells("version")]
    for row, version in zip(columns.rows, versions, strict=True):
        if means_nothing(version):
            log.quarantine(row, "NO_VERSION", "There is no version: enter one, such as 2026.")
    return versions


def _item(columns: Columns, number: int, item_id: str, log: RowLog) -> Item | None:
    """Read one item; None if the row does not hold one."""
    row = columns.rows[number]
    text = clean_prose(columns.cells("text_zh")[number])
    kind = _word(columns.cells("kind")[number], KINDS, row, log)
    item_class = _word(columns.cells("item_class")[number], CLASSES, row, log)
    severity = _word(columns.cells("severity")[number] or "1", SEVERITIES, row, log)
    full_score = _number(columns.cells("full_score")[number], 10.0, row, log)
    deduction = _number(columns.cells("deduction")[number], full_score, row, log)
    allowance = _number(columns.cells("allowance")[number], 0.0, row, log)
    if not text:
        log.quarantine(row, "NO_TEXT", "The item has no text: enter what must be so.")
    if not text or kind is None or item_class is None or severity is None:
        return None
    english = clean_prose(columns.cells("text_en")[number])
    try:
        return Item(
            item_id, text, english or text, severity, kind, item_class, full_score, deduction,
            int(allowance) if allowance.is_integer() else -1,
        )  # fmt: skip
    except InputError as error:
        log.quarantine(row, "BAD_ITEM", error.sentence, **error.data)
        return None


def _word(cell: Cell, words: Mapping[str, Word], row: int, log: RowLog) -> Word | None:
    """Read a word that must be one of some."""
    text = clean_text(cell).lower()
    if text not in words:
        log.quarantine(
            row,
            "UNKNOWN_WORD",
            "'{value}' is not known here: write one of {words}.",
            value=clean_text(cell),
            words=", ".join(words),
        )
    return words.get(text)


def _number(cell: Cell, default: float, row: int, log: RowLog) -> float:
    """Read a number; a blank cell is the default."""
    text = clean_text(cell)
    if means_nothing(text):
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        log.quarantine(row, "BAD_NUMBER", "'{value}' is not a number.", value=text)
        return default
    return value


def _weights(row: int, cell: Cell, log: RowLog) -> dict[str, float]:
    """Read the categories of an item with its weight in each."""
    weights: dict[str, float] = {}
    parts = [part.strip() for part in _BETWEEN.split(clean_text(cell))]
    for part in filter(None, parts):
        found = _WEIGHT.fullmatch(part)
        if found is None or found["category"] in weights:
            log.quarantine(
                row,
                "BAD_WEIGHT",
                "'{value}' is no category with a weight, or is there twice: write "
                "集贸市场=4；超市=5.",
                value=part,
            )
            continue
        weights[found["category"]] = float(found["weight"])
    if not weights:
        log.quarantine(row, "NO_CATEGORY", "There is no category: write 集贸市场=4；超市=5.")
    return weights


def _dates(columns: Columns, versions: list[str], log: RowLog) -> dict[str, Dates]:
    """Read from when to when each version holds; its rows must agree."""
    dates: dict[str, Dates] = {}
    for number, row in enumerate(columns.rows):
        try:
            found = (
                _day(columns, "effective_from", number),
                None
                if means_nothing(clean_text(columns.cells("effective_to")[number]))
                else _day(columns, "effective_to", number),
            )
        except TimeError as error:
            log.quarantine(row, error.code, error.sentence, value=error.value)
            continue
        if dates.setdefault(versions[number], found) != found:
            log.quarantine(
                row,
                "OTHER_DATES",
                "Version {version} has other dates in the rows above: all its rows hold for the "
                "same days.",
                version=versions[number],
            )
    return dates


def _day(columns: Columns, role: str, number: int) -> date:
    """Read a day; the zone plays no part in it."""
    cell = columns.cells(role)[number]
    return read_time(cell, zone_of("UTC"), starts_1904=columns.table.starts_1904).date()


def _checklists(
    versions: list[str],
    dates: Mapping[str, Dates],
    items: list[Item | None],
    weights: list[dict[str, float]],
) -> tuple[Checklist, ...]:
    """Put the rows of each version together."""
    of_version: dict[str, dict[str, Item]] = {}
    of_category: dict[str, dict[str, dict[str, float]]] = {}
    for version, item, in_categories in zip(versions, items, weights, strict=True):
        if item is None:
            continue
        of_version.setdefault(version, {})[item.item_id] = item
        for category, weight in in_categories.items():
            category_weights = of_category.setdefault(version, {}).setdefault(category, {})
            category_weights[item.item_id] = weight
    return tuple(
        Checklist(version, *dates[version], of_version[version], of_category[version])
        for version in sorted(of_version, key=lambda name: (dates[name][0], name))
    )


def _refuse_gaps(source_file: str, log: RowLog) -> None:
    """Refuse a file with a row that cannot be read: weights would not add up without it."""
    if not log.obstacles:
        return
    first = min(log.obstacles, key=lambda obstacle: obstacle.source_row)
    raise InputError(
        "{file}, row {row}: {reason} A checklist is taken whole or not at all; {n} rows are wrong.",
        file=source_file,
        row=first.source_row,
        reason=InputError(first.remark.sentence, **first.remark.data),
        n=len(log.quarantined_rows),
    )


def _refuse_same_start(checklists: tuple[Checklist, ...]) -> None:
    """Refuse two versions that begin on one day: nobody could tell which one holds."""
    for first, second in pairwise(checklists):
        if first.effective_from == second.effective_from:
            raise InputError(
                "The versions {first} and {second} both begin on {day}: give each its own day.",
                first=first.version,
                second=second.version,
                day=first.effective_from,
            )
