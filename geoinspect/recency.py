"""
Where inspectors have not been for long, or never.

A map of violations is silent about such places; this layer names them. Age is counted in
days since the last inspection, by the clock of the city, and shown on one scale of ages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from datetime import date

    from geopandas import GeoDataFrame

    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.density import Grid

AGE_LIMITS_DAYS = (30, 90, 180, 365)
"""Up to 30 days, up to 90, 180, 365, more; and never."""

NEVER = len(AGE_LIMITS_DAYS) + 1


@dataclass(frozen=True)
class Recency:
    """
    How long ago each point was inspected.

    Attributes
    ----------
    days
        Days since the last inspection, indexed by point id; infinite if never.
    age_class
        0 for at most 30 days to 4 for more than 365 days, 5 for never.
    today
        The day from which the ages count.
    n_later
        Inspections after that day, which do not count.
    n_unknown
        Inspections of points that are not in the list.
    """

    days: pd.Series[float] = field(repr=False)
    age_class: pd.Series[Any] = field(repr=False)
    today: date
    n_later: int
    n_unknown: int

    def neglected(self, *, longer_than_days: float) -> pd.Index[str]:
        """Return the points not inspected for longer than some days, never inspected included."""
        return self.days.index[self.days > longer_than_days]


def recency(
    points: GeoDataFrame, inspections: pd.DataFrame, *, today: date, timezone: str
) -> Recency:
    """
    Count the days since each point was inspected last.

    Parameters
    ----------
    points
        Inspection points, indexed by point id.
    inspections
        Inspections with `point_id` and `inspected_at` (timezone-aware).
    today
        Day from which to count; later inspections are left out.
    timezone
        IANA time zone of the city, which decides what day it is.

    Examples
    --------
    >>> from datetime import date
    >>> from geoinspect.demo import tinytown
    >>> seen = recency(
    ...     tinytown.points(), tinytown.inspections(), today=date(2027, 1, 1),
    ...     timezone="Asia/Shanghai",
    ... )
    >>> len(seen.neglected(longer_than_days=365)) <= len(tinytown.points())
    True
    """
    day = pd.to_datetime(inspections["inspected_at"], utc=True).dt.tz_convert(timezone)
    day = day.dt.tz_localize(None).dt.normalize()
    is_past = day <= pd.Timestamp(today)
    is_known = inspections["point_id"].isin(points.index)
    counted = is_past & is_known
    last = day[counted].groupby(inspections["point_id"][counted]).max()
    since = (pd.Timestamp(today) - last).dt.days.reindex(points.index)
    days = since.astype(np.float64).fillna(np.inf)
    ages = age_classes(np.asarray(days, np.float64))
    age_class: pd.Series[Any] = pd.Series(ages.tolist(), index=points.index, dtype=np.int64)
    return Recency(days, age_class, today, int((~is_past).sum()), int((~is_known).sum()))


def age_classes(days: FloatArray) -> IntArray:
    """
    Return the class of each age: 0 for at most 30 days, up to 5 for never.

    Examples
    --------
    >>> age_classes(np.array([0, 30, 31, 400, np.inf])).tolist()
    [0, 0, 1, 4, 5]
    """
    classes = np.searchsorted(AGE_LIMITS_DAYS, days, side="left").astype(np.int64)
    return np.where(np.isinf(days), NEVER, classes)


def days_by_cell(grid: Grid, points: GeoDataFrame, days: pd.Series[float]) -> FloatArray:
    """
    Return the age of each cell: that of the point that waits longest in it.

    Parameters
    ----------
    grid
        The cells; they must hold all points.
    points
        Inspection points in WGS-84, indexed by point id.
    days
        Days since the last inspection, by point id; infinite if never.

    Returns
    -------
    ages
        Shape (n_rows, n_columns); NaN where there is no point.

    Raises
    ------
    InputError
        If a point lies beyond the grid.
    """
    cell = grid.index(shapely.get_coordinates(points.geometry.to_numpy()))
    ages = np.full(grid.n_rows * grid.n_columns, -np.inf)
    np.maximum.at(ages, cell, days.reindex(points.index).to_numpy())
    return np.where(ages == -np.inf, np.nan, ages).reshape(grid.n_rows, grid.n_columns)
