"""A sheet as the user sees it: rows of cells, before anything is recognised in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from geoinspect.intake.cells import is_blank

if TYPE_CHECKING:
    from geoinspect.intake.cells import Cell
    from geoinspect.messages import Remark

Row: TypeAlias = "tuple[Cell, ...]"


@dataclass(frozen=True)
class Grid:
    """
    Cells of one sheet; `rows[0]` is the row that the user sees as number 1.

    Parameters
    ----------
    name
        Name of the sheet; "" where the format knows none.
    rows
        Rows of one and the same length, merged cells filled.
    hidden
        Whether the whole sheet is hidden.
    starts_1904
        Whether numbers of days count from 1904, as in old workbooks of the Macintosh.
    notes
        What the reader of the file had to say.
    """

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    starts_1904: bool = False
    notes: tuple[Remark, ...] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written on the sheet."""
        return not self.rows

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0


def trimmed(rows: list[list[Cell]]) -> tuple[Row, ...]:
    """Make rows equally long and cut off the blank rows and columns at the end."""
    used = [_used_length(row) for row in rows]
    width = max(used, default=0)
    while used and used[-1] == 0:
        used.pop()
    return tuple(tuple((row + [None] * width)[:width]) for row in rows[: len(used)])


def fill_merged(rows: list[list[Cell]], areas: list[tuple[int, int, int, int]]) -> None:
    """
    Write the value of every merged area into all of its cells, in place.

    `areas` are (first row, end row, first column, end column), from 0, ends
    excluded; parts outside of `rows` are left out.
    """
    for top, bottom, left, right in areas:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top:bottom]:
            row[left:right] = [value] * len(row[left:right])


def _used_length(row: list[Cell]) -> int:
    """Length of the row without the blank cells at its end."""
    length = len(row)
    while length and is_blank(row[length - 1]):
        length -= 1
    return length
