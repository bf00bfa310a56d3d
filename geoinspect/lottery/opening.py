"""When a visit begins at a point that has opening hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoinspect.lottery.record import Record


def begin_of_visit(point: Record, arrival: datetime) -> datetime | None:
    """
    Return the first moment from `arrival` on that leaves room for the whole visit.

    Parameters
    ----------
    point
        A point of a record: `service_time_s`, and `opening`, a list of [start, end], unless
        it is always open.
    arrival
        When the team is there, timezone-aware.

    Returns
    -------
    begin
        `arrival` itself or the next opening; None if the point does not open any more.

    Examples
    --------
    >>> hours = [["2026-11-23T16:00+08:00", "2026-11-23T17:00+08:00"]]
    >>> point = {"service_time_s": 720, "opening": hours}
    >>> begin_of_visit(point, datetime.fromisoformat("2026-11-23T15:40+08:00")).isoformat()
    '2026-11-23T16:00:00+08:00'
    """
    if "opening" not in point:
        return arrival
    length = timedelta(seconds=point["service_time_s"])
    for start, end in sorted(
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in point["opening"]
    ):
        begin = max(arrival, start)
        if begin + length <= end:
            # told in the zone of the arrival, whatever the hours were written in
            return begin.astimezone(arrival.tzinfo)
    return None
