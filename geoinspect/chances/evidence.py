"""
What is known of each point on the eve of a day.

A visit is a point on one local day, however often it was written down: inspected,
drawn by the lottery, or found in violation by an inspector. What happened on the day
itself or later never enters.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.outcomes import FOUND_BY_INSPECTION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any
    from zoneinfo import ZoneInfo

    from geoinspect.arrays import IntArray
    from geoinspect.chances.params import ChanceParams


def gather(
    points: pd.DataFrame,
    inspections: pd.DataFrame,
    violations: pd.DataFrame,
    drawn: Mapping[date, Collection[str]],
    *,
    day: date,
    timezone: ZoneInfo,
    params: ChanceParams,
    asked: pd.DataFrame | None = None,
    settled: Collection[str] = (),
) -> pd.DataFrame:
    """
    Count what is known of each point on the eve of a day.

    Parameters
    ----------
    points
        Inspection points, uniquely indexed by point id, with `category` and, if known,
        `district`.
    inspections
        `point_id` and `inspected_at` (timezone-aware).
    violations
        `point_id`, `severity`, `source` and `found_at` (timezone-aware).
    drawn
        Points that the lottery drew, by day: visits that may not be written down yet.
        They count as visits, but not as clean ones.
    day
        The day to plan.
    timezone
        Time zone of the city, which decides what day it was.
    params
        Knobs; here how far back to look.
    asked
        Visits that cases ask for, until the point is visited: `point_id` and `since`
        (timezone-aware).
    settled
        Ids of violations whose case is closed or dismissed: they ask for no visit.

    Returns
    -------
    evidence
        Indexed by point id and sorted by it, with `category`, `district`, `age_days` since
        the last visit (NaN if never visited), `visits` and `severity` (sum) of the days
        that count for the rate of violations, `complaints`, `reinspections_due` and
        `month_visits`, the visits since the first of the month.
    """
    points = points.sort_index()
    today = _number(day)
    found = _on_local_days(violations, "found_at", timezone, today)
    by_inspection = found["source"].isin(FOUND_BY_INSPECTION)
    findings, complaints = found[by_inspection], found[~by_inspection]
    inspected = _on_local_days(inspections, "inspected_at", timezone, today)
    recorded = _visits(inspected, findings)
    visits = _visits(recorded, _drawn_visits(drawn, today))

    def per_point(series: pd.Series[Any]) -> pd.Series[Any]:
        return series.reindex(points.index, fill_value=0)

    last = visits.groupby("point_id")["day"].max().reindex(points.index)
    lately = findings[findings["day"] >= today - params.risk_days]
    complained = complaints[complaints["day"] >= today - params.complaint_days]
    counted = recorded[recorded["day"] >= today - params.risk_days]
    month = visits[visits["day"] >= _number(day.replace(day=1))]
    open_findings = findings[~findings.index.isin(list(settled))]
    due = pd.concat([open_findings, _asked(asked, timezone, today)])
    # what nobody visited yet has no day to compare with
    unchecked = due[~(due["day"] < due["point_id"].map(last))]
    return pd.DataFrame(
        {
            "category": points["category"],
            "district": points.get("district", ""),
            "age_days": today - last.astype(np.float64),
            "visits": per_point(counted.groupby("point_id").size()),
            "severity": per_point(lately.groupby("point_id")["severity"].sum()),
            "complaints": per_point(complained.groupby("point_id").size()),
            "reinspections_due": per_point(unchecked.groupby("point_id").size()),
            "month_visits": per_point(month.groupby("point_id").size()),
        },
        index=points.index,
    )


def _asked(asked: pd.DataFrame | None, timezone: ZoneInfo, today: int) -> pd.DataFrame:
    """Return the visits that cases asked for before `today`, with their local `day`."""
    if asked is None or asked.empty:
        return pd.DataFrame({"point_id": [], "day": []}).astype({"day": np.int64})
    return _on_local_days(asked, "since", timezone, today)[["point_id", "day"]]


def homeless(points: pd.DataFrame, *tables: pd.DataFrame) -> int:
    """Count the rows that name no point of the list: they change no chance."""
    return sum(int((~table["point_id"].isin(points.index)).sum()) for table in tables)


def _number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def _on_local_days(
    table: pd.DataFrame, moment: str, timezone: ZoneInfo, today: int
) -> pd.DataFrame:
    """Return the rows of points before `today`, with their local `day` as a number."""
    local = table[moment].dt.tz_convert(timezone).dt.tz_localize(None)
    days: IntArray = local.to_numpy().astype("datetime64[D]").astype(np.int64)
    dated = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).assign(day=days)
    return dated[(days < today) & dated["point_id"].notna().to_numpy()]


def _drawn_visits(drawn: Mapping[date, Collection[str]], today: int) -> pd.DataFrame:
    """Turn the draws before `today` into visits."""
    rows = [
        (point_id, _number(day))
        for day, point_ids in drawn.items()
        for point_id in point_ids
        if _number(day) < today
    ]
    table = pd.DataFrame(rows, columns=["point_id", "day"], dtype=object)
    return table.astype({"day": np.int64})


def _visits(*tables: pd.DataFrame) -> pd.DataFrame:
    """Join visits; a point is visited once a day, however often it was written down."""
    both = pd.concat([table[["point_id", "day"]] for table in tables], ignore_index=True)
    return both.drop_duplicates()
