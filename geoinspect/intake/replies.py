"""Read sheets of replies that units filled in away from the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from geoinspect.cases.returns import SheetReply
from geoinspect.intake.cells import clean_id, clean_text, means_nothing
from geoinspect.intake.columns import check_cells, find_columns
from geoinspect.intake.imports import Import, refuse_if_nothing_left
from geoinspect.intake.moments import read_moments
from geoinspect.intake.rowlog import RowLog
from geoinspect.intake.table import read_table
from geoinspect.intake.vocabulary import REPLY_ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from os import PathLike

    from geoinspect.intake.cells import Cell
    from geoinspect.intake.columns import Columns


@dataclass(frozen=True)
class RepliesImport(Import):
    """Replies read from a file, in the order of its rows."""

    replies: tuple[SheetReply, ...]

    id_role: ClassVar[str] = "record_id"


def read_replies(
    path: str | PathLike[str],
    *,
    timezone: str = "Asia/Shanghai",
    now: datetime | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> RepliesImport:
    """
    Read replies from a table; columns are found by their header, wherever they stand.

    Parameters
    ----------
    path
        File of any format that `read_table` reads.
    timezone
        IANA name of the zone that times without one are in.
    now
        Moment of the import, timezone-aware; later replies are set aside. None accepts them.
    sheet
        Sheet, if several may be meant.
    columns
        Labels of columns that are not recognised, by role.

    Returns
    -------
    imported
        Replies, and the ledger of all rows.

    Raises
    ------
    MissingColumnError
        If there is no column of records, cases, times, people or texts.
    InputError
        If nothing can be read, or there are rows and none can be imported.
    """
    table = read_table(path, sheet=sheet, labels=(columns or {}).values())
    found = find_columns(table, REPLY_ROLES, columns)
    for role in ("record_id", "case_id", "by", "text"):
        found.require(role)
    found.require("replied_at", "replied_on")
    log = RowLog(table.notes)
    check_cells(found, log)
    moments = read_moments(found, "replied_at", "replied_on", timezone, now, log)
    versions = _versions(found, log)
    texts = {role: _needed(found, role, log) for role in ("record_id", "case_id", "by", "text")}
    if len(table.cells):
        refuse_if_nothing_left(table, log)
    leaders = found.texts("leader")
    replies = tuple(
        SheetReply(
            texts["record_id"][k], versions[k], texts["case_id"][k], moments[k].to_pydatetime(),
            texts["by"][k], leaders[k], texts["text"][k], row,
        )
        for k, row in enumerate(found.rows)
        if row not in log.quarantined_rows
    )  # fmt: skip
    identity = {row: (key, "") for row, key in zip(found.rows, texts["record_id"], strict=True)}
    return RepliesImport(table, log, identity, replies=replies)


def _needed(columns: Columns, role: str, log: RowLog) -> list[str]:
    """Read a column that no row may leave blank."""
    read = clean_id if role.endswith("_id") else clean_text
    texts = [read(cell) for cell in columns.cells(role)]
    for row, text in zip(columns.rows, texts, strict=True):
        if means_nothing(text):
            log.quarantine(
                row,
                "BLANK",
                "The column {role} is blank: a reply needs record, case, time, name and text.",
                role=role,
            )
    return texts


def _versions(columns: Columns, log: RowLog) -> list[int]:
    """Read the versions; a sheet without them holds first versions."""
    if "version" not in columns:
        return [1] * len(columns.rows)
    return [
        _version(row, cell, log)
        for row, cell in zip(columns.rows, columns.cells("version"), strict=True)
    ]


def _version(row: int, cell: Cell, log: RowLog) -> int:
    """Read one version."""
    text = clean_id(cell)
    if means_nothing(text):
        return 1
    if not text.isdecimal() or int(text) < 1:
        log.quarantine(row, "BAD_VERSION", "'{value}' is no version: write 1, 2, 3 ...", value=text)
        return 1
    return int(text)
