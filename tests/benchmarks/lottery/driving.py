"""Routes driven again stop by stop, by the matrix and the opening hours alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, IntArray
    from geoinspect.lottery.routes import RouteSet, Zone

_MINUTE_MS = 60_000
#: After the end of any shift.
_NEVER_MS = 2**50


def begins(
    zone: Zone, hours: IntArray, stops: IntArray, departure_ms: IntArray
) -> tuple[IntArray, IntArray]:
    """
    Drive routes and wait where a point is still closed.

    Parameters
    ----------
    zone
        Travel times, service times.
    hours
        Opening and closing of each point after the start of the shift, shape (n, s, 2).
    stops
        Points of each route in order, -1 behind the last, shape (m, longest).
    departure_ms
        Departure of each route after the start of the shift, shape (m,).

    Returns
    -------
    begin_ms, end_ms
        Begin of each visit, shape (m, longest), and return to the depot, shape (m,); beyond
        any shift where a point does not open any more.
    """
    now_ms = departure_ms.astype(np.int64)
    here = np.zeros(len(stops), dtype=np.int64)
    begin_ms = np.zeros(stops.shape, dtype=np.int64)
    for column in range(stops.shape[1]):
        is_stop = stops[:, column] >= 0
        point = np.where(is_stop, stops[:, column], 0)
        service_ms = zone.service[point]
        arrival_ms = now_ms + zone.times[here, point + 1]
        begin_ms[:, column] = _opening_after(hours[point], service_ms, arrival_ms)
        now_ms = np.where(is_stop, begin_ms[:, column] + service_ms, now_ms)
        here = np.where(is_stop, point + 1, here)
    return begin_ms, now_ms + zone.times[here, 0]


def _opening_after(hours: IntArray, service_ms: IntArray, arrival_ms: IntArray) -> IntArray:
    """First moment from arrival on that leaves room for the whole visit, shape (m,)."""
    begin = np.maximum(hours[:, :, 0], arrival_ms[:, np.newaxis])
    has_room = begin + service_ms[:, np.newaxis] <= hours[:, :, 1]
    first: IntArray = np.where(has_room, begin, _NEVER_MS).min(axis=1)
    return first


def turned(routes: RouteSet, rows: IntArray | None = None) -> IntArray:
    """Stops of some routes in the opposite order, padded behind the last, shape (m, longest)."""
    chosen = routes if rows is None else routes.take(rows)
    column = chosen.size[:, np.newaxis] - 1 - np.arange(chosen.stops.shape[1])
    flipped = np.take_along_axis(chosen.stops, np.maximum(column, 0), axis=1)
    return np.where(column >= 0, flipped, -1)


def as_written(zone: Zone, hours: IntArray, routes: RouteSet) -> BoolArray:
    """
    Tell the routes that are what their book says of them, shape (m,).

    Each takes what the matrix says in both directions, makes no stop twice, and keeps shift
    and opening hours with the earliest and the latest departure that a draw may choose.
    """
    backwards = turned(routes)
    is_right = (routes.travel == _travel_ms(zone, routes.stops)) & (routes.slack >= 0)
    is_right &= routes.reverse_travel == _travel_ms(zone, backwards)
    is_right &= _is_in_time(zone, hours, routes.stops, routes.slack)
    is_right &= _is_in_time(zone, hours, backwards, routes.reverse_slack)
    answer: BoolArray = is_right & (_distinct_stops(routes) == routes.size)
    return answer


def _is_in_time(zone: Zone, hours: IntArray, stops: IntArray, slack_ms: IntArray) -> BoolArray:
    """Whether each route can be driven with all its departures; true if it has none."""
    latest_ms = slack_ms // _MINUTE_MS * _MINUTE_MS
    in_time = np.ones(len(stops), dtype=np.bool_)
    for departure_ms in (np.zeros_like(latest_ms), latest_ms):
        _, end_ms = begins(zone, hours, stops, departure_ms)
        in_time &= end_ms <= zone.shift
    return in_time | (slack_ms < 0)


def _travel_ms(zone: Zone, stops: IntArray) -> IntArray:
    """Travel depot to depot by the matrix, shape (m,)."""
    place = np.pad(stops + 1, ((0, 0), (1, 1)))
    total: IntArray = zone.times[place[:, :-1], place[:, 1:]].sum(axis=1)
    return total


def _distinct_stops(routes: RouteSet) -> IntArray:
    """Count the different stops of each route, shape (m,)."""
    ordered = np.sort(routes.stops, axis=1)
    is_new = np.diff(ordered, axis=1, prepend=-1) > 0
    count: IntArray = (is_new & (ordered >= 0)).sum(axis=1)
    return count
