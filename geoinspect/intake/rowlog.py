"""
The memory of an import: what was fixed, what was set aside and why.

Every sentence is English with named fields, and the key of its translation, as in
`geoinspect.errors`; it becomes text where a person reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.messages import Remark, in_english

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Obstacle:
    """Why a row cannot be imported: a code for programs, a remark for people."""

    source_row: int
    code: str
    remark: Remark


@dataclass(frozen=True)
class Fix:
    """A value that was changed: the field, before and after, and why."""

    source_row: int
    field: str
    before: str
    after: str
    code: str
    remark: Remark


class RowLog:
    """
    Obstacles, fixes and notes, in the order in which they were met.

    A row with an obstacle is quarantined; further obstacles of the same row add
    their sentences, so that a person can mend everything in one go.
    """

    def __init__(self, notes: Iterable[Remark] = ()) -> None:
        self.obstacles: list[Obstacle] = []
        self.fixes: list[Fix] = []
        self.notes: list[Remark] = list(notes)

    def quarantine(self, source_row: int, code: str, sentence: str, **data: object) -> None:
        """Set a row aside."""
        self.obstacles.append(Obstacle(source_row, code, Remark(sentence, data)))

    def fix(
        self,
        source_row: int,
        name: str,
        change: tuple[str, str],
        code: str,
        sentence: str,
        **data: object,
    ) -> None:
        """Log that the field `name` of a row changed, as (before, after)."""
        self.fixes.append(Fix(source_row, name, *change, code, Remark(sentence, data)))

    def note(self, sentence: str, **data: object) -> None:
        """Log a fact about the whole file."""
        self.notes.append(Remark(sentence, data))

    @property
    def quarantined_rows(self) -> frozenset[int]:
        """Numbers of the rows set aside."""
        return frozenset(obstacle.source_row for obstacle in self.obstacles)

    @property
    def fixed_rows(self) -> frozenset[int]:
        """Numbers of the rows imported with a change."""
        return frozenset(fix.source_row for fix in self.fixes) - self.quarantined_rows

    def quarantined(self, translate: Callable[[str], str] = in_english) -> pd.DataFrame:
        """Return one line a row set aside: source_row, code (of the first obstacle), reason."""
        lines: dict[int, tuple[str, list[str]]] = {}
        for obstacle in self.obstacles:
            _, sentences = lines.setdefault(obstacle.source_row, (obstacle.code, []))
            sentences.append(obstacle.remark.render(translate))
        return pd.DataFrame(
            [(row, code, " ".join(said)) for row, (code, said) in sorted(lines.items())],
            columns=["source_row", "code", "reason"],
        )

    def fixed(self, translate: Callable[[str], str] = in_english) -> pd.DataFrame:
        """Return one line a change: source_row, field, before, after, code, reason."""
        return pd.DataFrame(
            [
                (f.source_row, f.field, f.before, f.after, f.code, f.remark.render(translate))
                for f in sorted(self.fixes, key=lambda fix: fix.source_row)
                if f.source_row not in self.quarantined_rows
            ],
            columns=["source_row", "field", "before", "after", "code", "reason"],
        )
