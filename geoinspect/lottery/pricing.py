"""
New routes for a zone whose promises the routes at hand cannot keep.

Where a calibration leaves a residual, a feasible route that collects more residual
than the present average brings the promises closer (column generation: the residual
is the dual of the least-squares problem). Routes that collect much of a prize within
a time limit are the orienteering problem; a randomised greedy insertion with
2-opt and or-opt in between finds many good ones quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoinspect.lottery.randomness import uniform
from geoinspect.lottery.routes import NO_STOP, RouteSet
from geoinspect.lottery.schedules import (
    cheapest_place,
    fill_timetable,
    improve_within_hours,
    record_tour,
)
from geoinspect.lottery.tours import insert_after

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray, RandomState
    from geoinspect.lottery.routes import Ground, Rows, Zone


def price_routes(zone: Zone, state: RandomState, prize: FloatArray, *, count: int) -> RouteSet:
    """
    Build feasible routes that collect much prize.

    Parameters
    ----------
    zone
        Points, times and shift.
    state
        Random stream, advanced in place.
    prize
        Worth of visiting each point, shape (n,); points of no worth are left out.
    count
        How many routes to build; repetitions go.
    """
    routes = RouteSet.blank(count, zone.longest_route)
    _price(zone.ground, prize, state, routes.rows)
    return routes.distinct().without_empty()


@njit(cache=True, nogil=True)
def _price(ground: Ground, prize: FloatArray, state: RandomState, rows: Rows) -> None:
    """Fill the arrays of a route set with routes of much prize."""
    n = len(ground.service)
    worth = np.empty(n)
    used = np.zeros(n, dtype=np.bool_)
    tour = np.zeros(n + 3, dtype=np.int64)
    for row in range(len(rows.size)):
        for i in range(n):
            worth[i] = prize[i] * (0.3 + 0.7 * uniform(state))
            used[i] = False
        m = _collect(ground, worth, used, tour)
        record_tour(ground, tour, m, row, rows)


@njit(cache=True, nogil=True)
def _collect(ground: Ground, worth: FloatArray, used: BoolArray, tour: IntArray) -> int:
    """Insert the stop with most worth a minute until nothing fits; return the size."""
    earliest, latest = np.zeros(len(tour), np.int64), np.zeros(len(tour), np.int64)
    tour[0] = 0
    tour[1] = 0
    m = 0
    while True:
        fill_timetable(ground, tour, m, earliest, latest)
        chosen, place, best_score = NO_STOP, 0, 0.0
        for i in range(len(worth)):
            if not used[i] and worth[i] > 0.0:
                k, extra = cheapest_place(ground, tour, m, earliest, latest, i + 1)
                score = worth[i] / max(1, extra + ground.service[i])
                if k >= 0 and score > best_score:
                    chosen, place, best_score = i, k, score
        if chosen == NO_STOP:
            return m
        insert_after(tour, m, place, chosen + 1)
        m += 1
        used[chosen] = True
        improve_within_hours(ground, tour, m, earliest, latest)
