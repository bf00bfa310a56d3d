"""Scores of the yearly assessment: field, documents and questionnaires by a rubric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.estimates import composite_scores, field_scores
from geoinspect.messages import Remark
from geoinspect.reports.numbers import Figure, Line, Records, Table
from geoinspect.reports.tables import GROUP_NAMES, group_names
from geoinspect.rubrics import MARKED_PARTS, PARTS

if TYPE_CHECKING:
    from geoinspect.reports.work import Work

_TITLES = {"district_id": "Scores of districts", "unit_id": "Scores of units"}
_NOTE = (
    "By rubric {version}, in force since {day}: field {field} %, documents {documents} %, "
    "questionnaires {questionnaire} %. In the field 0 problems per 100 inspections are 100 "
    "marks, {failing} or more are 0; the rate is that of the ranking."
)


def scores(work: Work, by: str) -> Table | None:
    """Return the scores of the groups that have marks, the highest first; None if none has."""
    names = {group: name for group, name in group_names(work, by).items() if group}
    given = _marks(work.everything.marks, names)
    if given.empty:
        return None
    rubric = work.rubric
    field = field_scores(work.rates(work.period, by), rubric).reindex(given.index)
    marks = given.join(field)
    table = marks.join(composite_scores(marks, rubric))
    order = table.sort_values("score", ascending=False, kind="stable").index
    weights = dict(zip(PARTS, (f"{weight:g}" for weight in rubric.weights), strict=True))
    facts = {"version": rubric.version, "day": rubric.effective} | weights
    return Table(
        f"scores/{by}",
        _TITLES[by],
        (GROUP_NAMES[by][2], "Field", "Documents", "Questionnaire", "Score"),
        tuple(_line(f"{by}/{group}", names[str(group)], table.loc[group], by) for group in order),
        Remark(_NOTE, facts | {"failing": f"{100 * rubric.failing_rate:g}"}),
    )


def _marks(marks: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return the marks of groups, by their id: a sheet may name them by name or by id."""
    columns = ["mark_id", *MARKED_PARTS]
    if marks.empty:
        return pd.DataFrame(columns=columns)
    by_name = marks.set_index("name")[columns]
    found = {
        key: by_name.loc[known]
        for key, name in names.items()
        if (known := next((each for each in (key, name) if each in by_name.index), None))
    }
    return pd.DataFrame.from_dict(found, orient="index", columns=columns).astype(
        dict.fromkeys(MARKED_PARTS, float)
    )


def _line(prefix: str, name: str, row: pd.Series, by: str) -> Line:
    """Return one group with its marks and its score."""
    marks = Records("marks", (("mark_id", str(row["mark_id"])),))
    made = Records("inspections", ((by, prefix.removeprefix(f"{by}/")),))
    return Line(
        (
            name,
            _mark(f"{prefix}/field", row, "field", made, ("field_low", "field_high")),
            _mark(f"{prefix}/documents", row, "documents", marks),
            _mark(f"{prefix}/questionnaire", row, "questionnaire", marks),
            _mark(f"{prefix}/score", row, "score", marks, ("low", "high")),
        )
    )


def _mark(
    figure_id: str,
    row: pd.Series,
    column: str,
    records: Records,
    interval: tuple[str, str] | None = None,
) -> Figure:
    """Return a mark, with its interval where it has one; without a value where there is none."""
    low, high = (None, None) if interval is None else (_number(row[each]) for each in interval)
    return Figure(figure_id, _number(row[column]), 1, low, high, records)


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
