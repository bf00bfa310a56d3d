"""
When a tour can be driven: shift, opening hours, waiting.

A team leaves the depot some time after the start of the shift, waits where a point is
still closed, and is back before the shift ends. Leaving earlier is never worse, so all
that is to be known of a tour is its latest departure. Two tables along the tour, the
earliest time to leave each stop and the latest time to begin there, tell in constant time
whether one more stop fits in between (Savelsbergh 1992, forward time slack).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoinspect.lottery.randomness import below, uniform
from geoinspect.lottery.routes import NEVER, NO_STOP
from geoinspect.lottery.tours import (
    improve,
    insert_after,
    remove_at,
    reverse_tour_time,
    tour_time,
)

if TYPE_CHECKING:
    from geoinspect.arrays import IntArray, RandomState
    from geoinspect.lottery.routes import Ground, Rows

_TOO_LATE = 2**62

# Turned round, a route on one-way streets is 12 % longer in the median. Turning only those
# that become little longer saves 4 % of all travel and spreads the hours nearly as well.
_DETOUR_PER_CENT = 5

# In a shortest tour the depot's neighbours are always first or last and remote points always
# in the middle: their hour could be guessed. On Nanjing, beginning elsewhere costs 3 % of
# travel and lifts the smallest relative entropy of a point's hour from 0.35 to 0.7; begins
# that cost nothing lift it to 0.5.
_LONGER_MS = 10 * 60_000
_BEGINS_TRIED = 3


@njit(cache=True, nogil=True)
def next_begin(spans: IntArray, point: int, arrival: int) -> int:
    """Return the first moment from `arrival` on at which a visit may begin."""
    best = _TOO_LATE
    for k in range(spans.shape[1]):
        begin = max(arrival, spans[point, k, 0])
        if begin <= spans[point, k, 1]:
            best = min(best, begin)
    return best


@njit(cache=True, nogil=True)
def last_begin(spans: IntArray, point: int, limit: int) -> int:
    """Return the last moment up to `limit` at which a visit may begin, or `NEVER`."""
    best = NEVER
    for k in range(spans.shape[1]):
        begin = min(limit, spans[point, k, 1])
        if begin >= spans[point, k, 0]:
            best = max(best, begin)
    return best


@njit(cache=True, nogil=True)
def latest_departure(ground: Ground, tour: IntArray, n: int, turned: bool) -> int:
    """Return the latest departure of a tour of n stops, or `NEVER`; turned: against its order."""
    latest = ground.shift
    after = 0
    for k in range(n, 0, -1):
        stop = tour[n + 1 - k] if turned else tour[k]
        limit = latest - ground.times[stop, after] - ground.service[stop - 1]
        latest = last_begin(ground.spans, stop - 1, limit)
        if latest < 0:
            return NEVER
        after = stop
    departure: int = latest - ground.times[0, after]
    return max(departure, NEVER)


@njit(cache=True, nogil=True)
def fill_timetable(
    ground: Ground, tour: IntArray, n: int, earliest: IntArray, latest: IntArray
) -> None:
    """Write when each position can be left at the earliest and begun at the latest."""
    earliest[0] = 0
    for k in range(1, n + 1):
        arrival = earliest[k - 1] + ground.times[tour[k - 1], tour[k]]
        begin = next_begin(ground.spans, tour[k] - 1, arrival)
        earliest[k] = begin + ground.service[tour[k] - 1]
    latest[n + 1] = ground.shift
    for k in range(n, 0, -1):
        limit = latest[k + 1] - ground.times[tour[k], tour[k + 1]] - ground.service[tour[k] - 1]
        latest[k] = last_begin(ground.spans, tour[k] - 1, limit)


@njit(cache=True, nogil=True)
def cheapest_place(
    ground: Ground, tour: IntArray, n: int, earliest: IntArray, latest: IntArray, stop: int
) -> tuple[int, int]:
    """Return (k, extra): `stop` fits after position k and costs least there; k -1 if nowhere."""
    times = ground.times
    best, best_extra = -1, _TOO_LATE
    for k in range(n + 1):
        extra = times[tour[k], stop] + times[stop, tour[k + 1]] - times[tour[k], tour[k + 1]]
        if extra < best_extra:
            begin = next_begin(ground.spans, stop - 1, earliest[k] + times[tour[k], stop])
            done = begin + ground.service[stop - 1] + times[stop, tour[k + 1]]
            if done <= latest[k + 1]:
                best, best_extra = k, extra
    return best, best_extra


@njit(cache=True, nogil=True)
def improve_within_hours(
    ground: Ground, tour: IntArray, n: int, earliest: IntArray, latest: IntArray
) -> None:
    """Shorten a tour that can be driven, so that it still can, in place."""
    shorter = tour.copy()
    improve(ground.times, shorter, n)
    if latest_departure(ground, shorter, n, False) >= 0:
        tour[:] = shorter
        return
    moved = True
    while moved:
        moved = False
        for i in range(1, n + 1):
            moved = _move_stop(ground, tour, n, i, earliest, latest) or moved


@njit(cache=True, nogil=True)
def _move_stop(
    ground: Ground, tour: IntArray, n: int, i: int, earliest: IntArray, latest: IntArray
) -> bool:
    """Move the stop at position i where it fits and costs less, if there is such a place."""
    before = tour_time(ground.times, tour, n)
    stop = tour[i]
    remove_at(tour, n, i)
    fill_timetable(ground, tour, n - 1, earliest, latest)
    k, extra = cheapest_place(ground, tour, n - 1, earliest, latest, stop)
    is_shorter = k >= 0 and tour_time(ground.times, tour, n - 1) + extra < before
    insert_after(tour, n - 1, k if is_shorter else i - 1, stop)
    return is_shorter


@njit(cache=True, nogil=True)
def fit_into_hours(ground: Ground, tour: IntArray, m: int, kept: int) -> int:
    """
    Build a tour that can be driven from the stops of one that cannot.

    The stop `kept` goes in first, then those with opening hours, then the others, each
    where it costs least; what fits nowhere is left out. Returns the size.
    """
    wanted = tour[1 : m + 1].copy()
    earliest, latest = np.zeros(m + 2, np.int64), np.zeros(m + 2, np.int64)
    tour[1] = 0
    n = 0
    for turn in range(3):
        for stop in wanted:
            if _turn_of(ground, stop, kept) == turn:
                fill_timetable(ground, tour, n, earliest, latest)
                k, _ = cheapest_place(ground, tour, n, earliest, latest, stop)
                if k >= 0:
                    insert_after(tour, n, k, stop)
                    n += 1
    improve_within_hours(ground, tour, n, earliest, latest)
    return n


@njit(cache=True, nogil=True)
def _turn_of(ground: Ground, stop: int, kept: int) -> int:
    """Say when a stop is to be put into a tour: the hardest first."""
    if stop == kept:
        return 0
    spans = ground.spans[stop - 1]
    is_open = spans[0, 0] == 0 and spans[0, 1] >= ground.shift - ground.service[stop - 1]
    return 2 if is_open else 1


@njit(cache=True, nogil=True)
def begin_elsewhere(ground: Ground, tour: IntArray, n: int, state: RandomState) -> None:
    """
    Let a tour that can be driven begin at another of its stops, in place.

    Half of the tours go round the same circle from a random stop, which leads past the
    depot in the middle of the day. The others are as short from there as local search
    makes them, which may lead far out first and then home from stop to stop. A begin that
    makes the tour much longer, or breaks shift or hours, is not taken; after a few of
    these the tour stays as it is.
    """
    longest = tour_time(ground.times, tour, n) + _LONGER_MS
    same_circle = uniform(state) < 0.5
    trial = tour.copy()
    for _ in range(_BEGINS_TRIED if n > 1 else 0):
        first = below(state, n)
        for k in range(n):
            trial[k + 1] = tour[(k + first) % n + 1]
        if not same_circle:
            # the first stop takes the depot's place in front, and so stays where it is
            improve(ground.times, trial[1:], n - 1)
        is_short = tour_time(ground.times, trial, n) <= longest
        if is_short and latest_departure(ground, trial, n, False) >= 0:
            tour[:] = trial
            return


@njit(cache=True, nogil=True)
def record_tour(ground: Ground, tour: IntArray, n: int, row: int, rows: Rows) -> None:
    """Write a finished tour into row `row` of the arrays of a route set."""
    for k in range(n):
        rows.stops[row, k] = tour[k + 1] - 1
    for k in range(n, rows.stops.shape[1]):
        rows.stops[row, k] = NO_STOP
    rows.size[row] = n
    rows.travel[row] = tour_time(ground.times, tour, n)
    rows.reverse_travel[row] = reverse_tour_time(ground.times, tour, n)
    rows.slack[row] = latest_departure(ground, tour, n, False)
    rows.reverse_slack[row] = NEVER
    if rows.reverse_travel[row] * 100 <= rows.travel[row] * (100 + _DETOUR_PER_CENT):
        rows.reverse_slack[row] = latest_departure(ground, tour, n, True)
