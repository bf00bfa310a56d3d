"""Read when the rows of a table happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.intake.times import TimeError, read_time, zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from geoinspect.intake.columns import Columns
    from geoinspect.intake.rowlog import RowLog


def read_moments(
    columns: Columns,
    time_role: str,
    day_role: str,
    timezone: str,
    now: datetime | None,
    log: RowLog,
) -> pd.DatetimeIndex:
    """
    Read the time of every row, in UTC; rows without a usable one are set aside.

    Parameters
    ----------
    columns
        The table.
    time_role, day_role
        Roles of the column of times and of a separate column of dates.
    timezone
        IANA name of the zone that times without one are in.
    now
        Later times are set aside; None accepts them.
    log
        Where obstacles go.

    Raises
    ------
    InputError
        If there is no such time zone.
    ValueError
        If `now` has no time zone.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError("now must be timezone-aware")
    zone = zone_of(timezone)
    moments: list[datetime | None] = []
    for row, cell, day in zip(
        columns.rows, columns.cells(time_role), columns.cells(day_role), strict=True
    ):
        try:
            moments.append(
                read_time(cell, zone, day=day, starts_1904=columns.table.starts_1904, now=now)
            )
        except TimeError as error:
            log.quarantine(row, error.code, error.sentence, value=error.value)
            moments.append(None)
    return pd.DatetimeIndex(pd.to_datetime(pd.Series(moments, dtype=object), utc=True))
