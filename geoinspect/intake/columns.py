"""Tie the user's columns to what the system calls them, and check single cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, MissingColumnError
from geoinspect.intake.cells import (
    clean_id,
    clean_prose,
    clean_text,
    is_error_value,
    is_garbled,
    lost_precision,
    means_nothing,
    raw_text,
)
from geoinspect.intake.vocabulary import recognise

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from geoinspect.intake.cells import Cell
    from geoinspect.intake.rowlog import RowLog
    from geoinspect.intake.table import Table

Roles = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Columns:
    """
    A table whose columns are known by role.

    `labels` maps roles to the user's labels; roles without a column are absent.
    """

    table: Table
    roles: Roles
    labels: dict[str, str]

    @property
    def rows(self) -> list[int]:
        """Numbers of the data rows."""
        return [int(row) for row in self.table.cells.index]

    def __contains__(self, role: str) -> bool:
        return role in self.labels

    def cells(self, role: str) -> list[Cell]:
        """Cells of a role, as read; None in every row if no column has the role."""
        if role not in self.labels:
            return [None] * len(self.table.cells)
        return list(self.table.cells[self.labels[role]])

    def texts(self, role: str) -> list[str]:
        """Clean text of a role, for comparing; words for a missing value are ""."""
        return ["" if means_nothing(text := clean_text(c)) else text for c in self.cells(role)]

    def prose(self, role: str) -> list[str]:
        """Clean text of a role, for reading; words for a missing value are ""."""
        return ["" if means_nothing(text := clean_prose(c)) else text for c in self.cells(role)]

    def require(self, *alternatives: str) -> None:
        """
        Insist on a column for one of the roles.

        Raises
        ------
        MissingColumnError
            If none of them has a column.
        """
        if not any(role in self.labels for role in alternatives):
            raise MissingColumnError(
                "{file} has no column for {wanted}; its columns are: {labels}. "
                "Rename one, or say which one it is.",
                file=self.table.source_file,
                wanted=" / ".join(f"{role} ({self.roles[role][0]})" for role in alternatives),
                labels=", ".join(self.table.labels) or "-",
            )


def find_columns(table: Table, roles: Roles, columns: Mapping[str, str] | None) -> Columns:
    """
    Find the column of every role, those given by the user first.

    Raises
    ------
    InputError
        If a role is given that the noun does not have.
    MissingColumnError
        If a label is given that the file does not have.
    """
    given = {
        role: label if label in table.labels else clean_text(label)
        for role, label in (columns or {}).items()
    }
    for role, label in given.items():
        _check_given(table, roles, role, label)
    free = [label for label in table.labels if label not in given.values()]
    open_roles = {role: words for role, words in roles.items() if role not in given}
    return Columns(table, roles, {**given, **recognise(free, open_roles)})


def check_cells(columns: Columns, log: RowLog) -> None:
    """Set aside rows with spreadsheet errors or wrongly decoded text in a column that counts."""
    for role, label in columns.labels.items():
        for row, cell in zip(columns.rows, columns.cells(role), strict=True):
            if is_error_value(cell):
                log.quarantine(
                    row,
                    "CELL_ERROR",
                    "Column '{label}' shows the error {value}: "
                    "correct the formula or enter the value.",
                    label=label,
                    value=raw_text(cell).strip(),
                )
            elif is_garbled(cell):
                log.quarantine(
                    row,
                    "GARBLED_TEXT",
                    "Column '{label}' holds garbled text '{value}': enter it again.",
                    label=label,
                    value=clean_prose(cell),
                )


def read_ids(columns: Columns, role: str, prefix: str, log: RowLog) -> list[str]:
    """
    Read the ids of all rows; without a column they are made from the row numbers.

    Parameters
    ----------
    columns
        The table.
    role
        Role of the id column.
    prefix
        First letter of ids made here: row 7 becomes "P0007".
    log
        Where changes and obstacles go.

    Returns
    -------
    ids
        One a row; "" in rows that were set aside for the lack of one.
    """
    if role not in columns:
        return [_generated(row, role, prefix, log) for row in columns.rows]
    return [
        _checked_id(row, role, cell, log)
        for row, cell in zip(columns.rows, columns.cells(role), strict=True)
    ]


def check_duplicates(
    columns: Columns, ids: list[str], contents: list[Hashable], log: RowLog
) -> None:
    """
    Set aside rows that repeat: of equal rows all but the first, of one id all that differ.

    `contents` is what makes two rows the same, without the row number.
    """
    first: dict[Hashable, int] = {}
    of_id: dict[str, set[Hashable]] = {}
    for row, key, content in zip(columns.rows, ids, contents, strict=True):
        of_id.setdefault(key, set()).add(content)
        earlier = first.setdefault(content, row)
        if earlier != row:
            log.quarantine(
                row, "DUPLICATE_ROW", "This row repeats row {earlier}: delete one.", earlier=earlier
            )
    _check_ids(columns, ids, of_id, log)


def contents_of(columns: Columns, *more: list[str]) -> list[Hashable]:
    """Return what every row says in all recognised columns, and in `more`."""
    texts = [columns.texts(role) for role in columns.labels]
    return list(zip(*texts, *more, strict=True)) if texts or more else []


def _check_ids(
    columns: Columns, ids: list[str], of_id: dict[str, set[Hashable]], log: RowLog
) -> None:
    """Set aside all rows whose id has other content elsewhere."""
    rows_of: dict[str, list[int]] = {}
    for row, key in zip(columns.rows, ids, strict=True):
        rows_of.setdefault(key, []).append(row)
    for key, rows in rows_of.items():
        if not key or len(of_id[key]) == 1:
            continue
        for row in rows:
            log.quarantine(
                row,
                "DUPLICATE_ID",
                "The id '{id}' stands in several rows with different content ({rows}): "
                "give each its own.",
                id=key,
                rows=", ".join(map(str, rows)),
            )


def _check_given(table: Table, roles: Roles, role: str, label: str) -> None:
    """Check one entry of the user's own column mapping."""
    if role not in roles:
        raise InputError(
            "There is no column role '{role}': use one of {roles}.",
            role=role,
            roles=", ".join(roles),
        )
    if label not in table.labels:
        raise MissingColumnError(
            "{file} has no column '{label}'; its columns are: {labels}.",
            file=table.source_file,
            label=label,
            labels=", ".join(table.labels) or "-",
        )


def _generated(row: int, role: str, prefix: str, log: RowLog) -> str:
    """Make an id of the row number."""
    made = f"{prefix}{row:04d}"
    log.fix(
        row,
        role,
        ("", made),
        "ID_GENERATED",
        "The file has no column of ids: the id was made from the row number.",
    )
    return made


def _checked_id(row: int, role: str, cell: Cell, log: RowLog) -> str:
    """Clean one id."""
    text = clean_id(cell)
    if means_nothing(text):
        log.quarantine(row, "NO_ID", "There is no id: enter one.")
        return ""
    if lost_precision(text):
        log.quarantine(
            row,
            "LOST_PRECISION",
            "'{value}' was shortened by a spreadsheet: "
            "format the column as number and enter it again.",
            value=text,
        )
        return ""
    if text != raw_text(cell).strip():
        log.fix(row, role, (raw_text(cell), text), "ID_CLEANED", "The id was cleaned.")
    return text
