"""What comes of reading a file: the rows taken, changed, set aside and passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoinspect.intake.rowlog import RowLog
    from geoinspect.intake.table import Table
    from geoinspect.messages import Remark


class NothingImportedError(InputError):
    """Not a single row can be imported; `ledger` holds the reasons, row by row."""

    def __init__(self, table: Table, log: RowLog) -> None:
        first = min(log.obstacles, key=lambda obstacle: obstacle.source_row)
        super().__init__(
            "{file}: none of its {count} rows can be imported. Row {row}: {reason}",
            file=table.source_file,
            count=len(table.cells),
            row=first.source_row,
            reason=first.remark.render(),
        )
        self.ledger = Import(table, log, {})
        self._reason = first.remark

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence, and the reason inside of it, in the language of `translate`."""
        reason = self._reason.render(translate)
        return translate(self.sentence).format(**{**self.data, "reason": reason})


@dataclass(frozen=True)
class Import:
    """
    The ledger of one file: every row is imported, quarantined or ignored.

    Parameters
    ----------
    table
        The file as read.
    log
        Obstacles, fixes and notes.
    identity
        Id and name of every data row as far as known, by row number.
    """

    table: Table
    log: RowLog
    identity: Mapping[int, tuple[str, str]]

    id_role: ClassVar[str] = "id"

    @property
    def quarantined(self) -> pd.DataFrame:
        """Rows set aside: source_row, id, name, code, reason (in English)."""
        return self.quarantined_in(lambda sentence: sentence)

    @property
    def fixed(self) -> pd.DataFrame:
        """Changes: source_row, field, before, after, code, reason (in English)."""
        return self.log.fixed()

    @property
    def ignored(self) -> dict[str, int]:
        """How many rows are no data, by kind: blank, total, header, footnote."""
        return dict(Counter(self.table.ignored.values()))

    @property
    def notes(self) -> tuple[Remark, ...]:
        """What was noticed about the file as a whole."""
        return tuple(self.log.notes)

    @property
    def n_rows(self) -> int:
        """Rows below the header: always imported + quarantined + ignored."""
        return self.table.n_rows

    @property
    def n_imported(self) -> int:
        """Rows that were imported, changed ones included."""
        return len(self.table.cells) - len(self.log.quarantined_rows)

    def quarantined_in(self, translate: Callable[[str], str]) -> pd.DataFrame:
        """Rows set aside, as `quarantined`, with the reasons in the language of `translate`."""
        lines = self.log.quarantined(translate)
        who = [self.identity.get(row, ("", "")) for row in lines["source_row"]]
        lines.insert(1, self.id_role, pd.Series([key for key, _ in who], dtype=object))
        lines.insert(2, "name", pd.Series([name for _, name in who], dtype=object))
        return lines


def refuse_if_nothing_left(table: Table, log: RowLog) -> None:
    """
    Refuse a file of which no row can be imported.

    Raises
    ------
    InputError
        If it has no data rows, or `NothingImportedError` if all have obstacles.
    """
    if table.cells.empty and len(table.cells) == 0:
        raise InputError("{file} has a header but no rows below it.", file=table.source_file)
    if len(log.quarantined_rows) == len(table.cells):
        raise NothingImportedError(table, log)
