"""Why a point's weight is what it is, in a supervisor's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

_NEVER_VISITED = "never visited"
_AGE = "days since the last visit: {age_days}"

# a reason is told if its factor is this far from 1
_NOTEWORTHY = 0.05

# factor -> sentence, with the columns as fields
_SENTENCES = {
    "risk_factor": "violations {relative_risk:.1f} times the city's mean",
    "complaint_factor": "recent complaints: {complaints}",
    "reinspection_factor": "re-inspections due: {reinspections_due}",
    "campaign_factor": "campaign: weight times {campaign_factor:g}",
    "quota_factor": "monthly minimum still open: weight times {quota_factor:.1f}",
}


def reason_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Write the reasons of each point as plain values that JSON takes.

    Parameters
    ----------
    table
        Table of `DayWeights`.

    Returns
    -------
    records
        One dict a row with the columns of `table`; `age_days` is None if never visited.
    """
    records = []
    for row in zip(*(table[column].tolist() for column in table.columns), strict=True):
        record = dict(zip(table.columns, row, strict=True))
        age_days = record["age_days"]
        records.append({**record, "age_days": None if np.isnan(age_days) else int(age_days)})
    return records


def explain(record: Mapping[str, Any], translate: Callable[[str], str] = str) -> list[str]:
    """
    Name the reasons of one point's weight, the age first.

    Parameters
    ----------
    record
        One of `reason_records`, as it also stands in a plan.
    translate
        Turns an English sentence into the reader's language.

    Examples
    --------
    >>> explain({
    ...     "age_days": 41, "risk_factor": 1.0, "complaint_factor": 1.7, "complaints": 2,
    ...     "reinspection_factor": 1.0, "campaign_factor": 1.0, "quota_factor": 1.0,
    ... })
    ['days since the last visit: 41', 'recent complaints: 2']
    """
    age = _NEVER_VISITED if record["age_days"] is None else _AGE
    told = [
        sentence
        for factor, sentence in _SENTENCES.items()
        if abs(record[factor] - 1) >= _NOTEWORTHY
    ]
    return [translate(sentence).format(**record) for sentence in (age, *told)]
