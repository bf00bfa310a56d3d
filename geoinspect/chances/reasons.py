"""Why a point's weight is what it is, in a supervisor's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    Reason = dict[str, Any]

#: Code of the reason that a target has which somebody asked for.
TARGET = "target"

_NEVER_VISITED = "never visited"
_AGE = "days since the last visit: {age_days}"

# a reason is told if its factor is this far from 1
_NOTEWORTHY = 0.05

# code of a reason -> column of its factor, columns of its evidence
_COLUMNS = {
    "age": ("age_factor", ("age_days",)),
    "risk": ("risk_factor", ("relative_risk",)),
    "complaints": ("complaint_factor", ("complaints",)),
    "reinspection": ("reinspection_factor", ("reinspections_due",)),
    "campaign": ("campaign_factor", ()),
    "quota": ("quota_factor", ()),
}

# code of a reason -> sentence, with the members of the reason as fields
_SENTENCES = {
    "risk": "violations {relative_risk:.1f} times the city's mean",
    "complaints": "recent complaints: {complaints}",
    "reinspection": "re-inspections due: {reinspections_due}",
    "campaign": "campaign: weight times {factor:g}",
    "quota": "monthly minimum still open: weight times {factor:.1f}",
    TARGET: "asked for as a target of the day",
}


def reason_records(table: pd.DataFrame) -> list[list[Reason]]:
    """
    Write the reasons of each point as plain values that JSON takes.

    Parameters
    ----------
    table
        Table of `DayWeights`.

    Returns
    -------
    records
        One list a row: its age, then each reason whose factor is not 1. A reason has
        `code`, `factor` and its evidence, under the names of `table`; `age_days` is None if
        never visited. The product of the factors is the weight.
    """
    told: list[list[Reason]] = [[] for _ in range(len(table))]
    for code, (factor_column, columns) in _COLUMNS.items():
        factors = table[factor_column].tolist()
        evidence = zip(*(table[column].tolist() for column in columns), strict=True)
        for row, factor, values in zip(
            told, factors, evidence if columns else [()] * len(factors), strict=True
        ):
            if code == "age" or factor != 1:
                facts = dict(zip(columns, values, strict=True))
                row.append({"code": code, "factor": factor, **facts} | _whole_days(facts))
    return told


def _whole_days(facts: Mapping[str, Any]) -> Reason:
    """Write the age in whole days, None if there was no visit."""
    if "age_days" not in facts:
        return {}
    return {"age_days": None if np.isnan(facts["age_days"]) else int(facts["age_days"])}


def explain(
    reasons: Iterable[Mapping[str, Any]], translate: Callable[[str], str] = str
) -> list[str]:
    """
    Name the reasons of one point's weight, the age first.

    Parameters
    ----------
    reasons
        One of `reason_records`, as it also stands in a plan.
    translate
        Turns an English sentence into the reader's language.

    Examples
    --------
    >>> explain([
    ...     {"code": "age", "factor": 1.2, "age_days": 41},
    ...     {"code": "risk", "factor": 1.01, "relative_risk": 1.04},
    ...     {"code": "complaints", "factor": 1.7, "complaints": 2},
    ... ])
    ['days since the last visit: 41', 'recent complaints: 2']
    """
    told = []
    for reason in reasons:
        sentence = _SENTENCES.get(reason["code"])
        if reason["code"] == "age":
            sentence = _NEVER_VISITED if reason["age_days"] is None else _AGE
        elif abs(reason["factor"] - 1) < _NOTEWORTHY:
            sentence = None
        if sentence is not None:
            told.append(translate(sentence).format(**reason))
    return told
