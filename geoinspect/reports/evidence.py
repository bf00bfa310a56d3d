"""
What a report is made from: inspections, what they found, and the chance each of them had.

One row an inspection, with the chance with which the lottery promised the visit. An inspection
that no plan drew (a file from before the lottery, a complaint followed up) has no known chance:
it is counted, and left out of every rate that is weighted by chances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoinspect.surfaces import FOUND_BY_INSPECTION

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    from geoinspect.reports.periods import Period

#: Who may be asked for: a column of the tables, by the word for it.
GROUPS = ("district_id", "unit_id", "category")

#: Problems that a unit found itself, which must not count against it, or nobody reports them.
SELF_FOUND = frozenset({"self-check", "自查"})

# more days than any city has
_DAYS_APART = 10_000_000


@dataclass(frozen=True)
class Evidence:
    """
    A city's records, joined.

    Attributes
    ----------
    points
        Indexed by point id: name, category, district_id, district, unit_id, unit.
    inspections
        One row an inspection: inspection_id, point_id, day, the columns of `GROUPS`, found
        (violations found there that day), inclusion_probability (NaN if not known), team_id.
    violations
        One row a violation: violation_id, point_id, day, found_at, item, severity, source,
        counts (whether it counts against anybody), the columns of `GROUPS`.
    """

    points: pd.DataFrame
    inspections: pd.DataFrame
    violations: pd.DataFrame

    def within(self, period: Period) -> Evidence:
        """Return the evidence of a period."""
        return Evidence(
            self.points, _within(self.inspections, period), _within(self.violations, period)
        )

    def where(self, **wanted: str) -> Evidence:
        """Return the evidence of a group, such as `unit_id="U3"`."""
        tables = [self.points, self.inspections, self.violations]
        for column, value in wanted.items():
            tables = [table[table[column] == value] for table in tables]
        return Evidence(*tables)


def join_evidence(
    points: pd.DataFrame,
    assignments: pd.DataFrame | None,
    districts: pd.DataFrame,
    inspections: pd.DataFrame,
    violations: pd.DataFrame,
    promised: pd.DataFrame,
    *,
    zone: ZoneInfo,
) -> Evidence:
    """
    Join the tables of a city.

    Parameters
    ----------
    points, assignments, districts, inspections, violations
        As the store gives them.
    promised
        What the binding plans drew: day, point_id, inclusion_probability and team_id.
    zone
        Time zone of the city, in which a day ends.

    Returns
    -------
    evidence
        See `Evidence`. A violation is taken for found by the inspection of its point on its
        day; with several inspections that day, by the last.
    """
    known = _with_groups(points, assignments, districts)
    visits = _visits(inspections, known, zone)
    found = _violations(violations, known, zone)
    visits = _with_chances(visits, promised)
    visits["found"] = _found(visits, found)
    return Evidence(known, visits, found)


def _with_groups(
    points: pd.DataFrame, assignments: pd.DataFrame | None, districts: pd.DataFrame
) -> pd.DataFrame:
    """Say of each point what it belongs to; "" where nobody answers."""
    known = pd.DataFrame(points[["name", "category"]])
    for column in ("district_id", "unit_id", "unit_name"):
        own = None if assignments is None else assignments[column].reindex(known.index)
        known[column] = "" if own is None else own.fillna("").astype(str)
    names = districts["name"] if len(districts) else pd.Series(dtype=str)
    known["district"] = known["district_id"].map(names).fillna("").astype(str)
    return known.rename(columns={"unit_name": "unit"})


def _visits(inspections: pd.DataFrame, known: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "inspection_id": inspections.index.astype(str),
            "point_id": inspections["point_id"].to_numpy(),
            "at": inspections["inspected_at"].array,
            "day": _days(inspections["inspected_at"], zone),
        }
    )
    return _grouped(table, known)


def _violations(violations: pd.DataFrame, known: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "violation_id": violations.index.astype(str),
            "point_id": violations["point_id"].to_numpy(),
            "found_at": violations["found_at"].dt.tz_convert(zone).array,
            "day": _days(violations["found_at"], zone),
            "item": violations["item"].fillna("").to_numpy(),
            "description": violations["description"].fillna("").to_numpy(),
            "severity": violations["severity"].to_numpy(),
            "source": violations["source"].to_numpy(),
        }
    )
    table["counts"] = ~table["source"].isin(SELF_FOUND)
    return _grouped(table, known)


def _days(moments: pd.Series[Any], zone: ZoneInfo) -> NDArray[np.datetime64]:
    """Return dates in the city as days, which compare faster than objects."""
    local = moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    days: NDArray[np.datetime64] = local.to_numpy()
    return days


def _grouped(table: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Say of each row what its point belongs to."""
    rows = known.index.get_indexer(pd.Index(table["point_id"]))
    for column in GROUPS:
        values = known[column].to_numpy()
        table[column] = np.where(rows >= 0, values[rows] if len(values) else "", "")
    return table


def _with_chances(visits: pd.DataFrame, promised: pd.DataFrame) -> pd.DataFrame:
    """Look up chance and team of each visit; NaN and "" where no plan drew it."""
    table = promised.set_index(["day", "point_id"])[["inclusion_probability", "team_id"]]
    keys = pd.MultiIndex.from_arrays([visits["day"], visits["point_id"]])
    rows = table.index.get_indexer(keys)
    is_known = rows >= 0
    chance = np.full(len(visits), np.nan)
    team = np.full(len(visits), "", dtype=object)
    if len(table):
        chance[is_known] = table["inclusion_probability"].to_numpy()[rows[is_known]]
        team[is_known] = table["team_id"].to_numpy()[rows[is_known]]
    return visits.assign(inclusion_probability=chance, team_id=team)


def _found(visits: pd.DataFrame, violations: pd.DataFrame) -> NDArray[np.int64]:
    """Count what each inspection found; several of one point and day share with the last."""
    is_theirs = violations["counts"] & violations["source"].isin(FOUND_BY_INSPECTION)
    places = pd.Index(visits["point_id"].unique())
    keys = _point_days(visits, places)
    found = _point_days(violations[is_theirs], places)
    counted = pd.Series(found).value_counts()
    numbers = counted.reindex(keys).fillna(0).to_numpy(dtype=np.int64)
    order = np.argsort(visits["at"].dt.tz_localize(None).to_numpy(), kind="stable")
    is_last = np.empty(len(visits), dtype=np.bool_)
    is_last[order] = ~pd.Series(keys[order]).duplicated(keep="last")
    return np.where(is_last, numbers, 0)


def _point_days(table: pd.DataFrame, places: pd.Index[Any]) -> NDArray[np.int64]:
    """Give pairs of point and day a number; a point that was never visited gets none."""
    rows = places.get_indexer(pd.Index(table["point_id"])).astype(np.int64)
    days = table["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    keys: NDArray[np.int64] = np.where(rows >= 0, rows * _DAYS_APART + days, -1)
    return keys


def _within(table: pd.DataFrame, period: Period) -> pd.DataFrame:
    first, last = pd.Timestamp(period.first), pd.Timestamp(period.last)
    return table[(table["day"] >= first) & (table["day"] <= last)]
