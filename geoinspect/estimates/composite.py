"""Composite scores: field, documents and questionnaires, weighed by a rubric with a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.errors import InputError, MissingColumnError
from geoinspect.estimates.intervals import interval_of_sum
from geoinspect.rubrics import FULL_MARKS, PARTS

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray
    from geoinspect.rubrics import Rubric


def field_scores(rates: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """
    Turn rates into marks of the field part, from 100 at no violation to 0.

    Parameters
    ----------
    rates
        From `estimate_rates`; groups with too few inspections get no mark. What counts is the
        rate by which groups are ranked.
    rubric
        Says at which rate the mark is 0.

    Returns
    -------
    marks
        Indexed alike: `field`, `field_low` and `field_high`.
    """
    marks = FULL_MARKS * (1 - rates[["shrunk", "shrunk_high", "shrunk_low"]] / rubric.failing_rate)
    marks = marks.clip(0.0, FULL_MARKS).where(rates["is_enough"])
    return marks.set_axis(["field", "field_low", "field_high"], axis=1)


def composite_scores(marks: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """
    Weigh the marks of each group to one score, and carry their intervals through.

    Parameters
    ----------
    marks
        Indexed by group: `field`, `documents` and `questionnaire`, from 0 to 100. A part
        may have an interval in `<part>_low` and `<part>_high`; without it counts as exact.
    rubric
        Weights.

    Returns
    -------
    scores
        Indexed alike: `score` with its interval `low` to `high` (NaN where a part that
        weighs something is missing), `missing`, the names of such parts, and
        `rubric_version`.

    Raises
    ------
    MissingColumnError
        If a part that weighs something has no column.
    InputError
        If a mark is not from 0 to 100.

    Examples
    --------
    >>> from datetime import date
    >>> from geoinspect.rubrics import Rubric
    >>> marks = pd.DataFrame({
    ...     "field": [90.0], "field_low": [80.0], "field_high": [95.0], "documents": [100.0],
    ...     "questionnaire": [70.0],
    ... }, index=["城管局"])
    >>> rubric = Rubric("2026", date(2026, 1, 1))
    >>> composite_scores(marks, rubric)[["score", "low", "high"]].to_numpy().round(1).tolist()
    [[88.0, 82.0, 91.0]]
    """
    used = [part for part in PARTS if getattr(rubric, part) > 0]
    for part in used:
        _check_marks(marks, part, rubric)
    values = _stacked(marks, used, "")
    weights = np.array([getattr(rubric, part) for part in used]) / FULL_MARKS
    low, high = interval_of_sum(
        values, _stacked(marks, used, "_low"), _stacked(marks, used, "_high"), weights
    )
    lacking = np.isnan(values)
    return pd.DataFrame(
        {
            "score": weights @ values,
            "low": low,
            "high": high,
            "missing": [
                ", ".join(part for part, is_lacking in zip(used, column, strict=True) if is_lacking)
                for column in lacking.T
            ],
            "rubric_version": rubric.version,
        },
        index=marks.index,
    )


def _stacked(marks: pd.DataFrame, parts: list[str], ending: str) -> FloatArray:
    """Return marks, or one end of their intervals, shape (parts, G)."""
    names = [part + ending if part + ending in marks else part for part in parts]
    return marks[names].to_numpy(np.float64).T


def _check_marks(marks: pd.DataFrame, part: str, rubric: Rubric) -> None:
    """Refuse marks that are missing altogether, or are no marks."""
    if part not in marks:
        raise MissingColumnError(
            "The table of marks has no column {column}, which rubric {version} weighs; its "
            "columns are: {columns}.",
            column=part,
            version=rubric.version,
            columns=", ".join(map(str, marks.columns)) or "-",
        )
    wrong = marks[part].notna() & ~marks[part].between(0, FULL_MARKS)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(
            "The mark {part} of {group} is {value}: it must lie between 0 and 100.",
            part=part,
            group=marks.index[row],
            value=marks[part].iloc[row],
        )
