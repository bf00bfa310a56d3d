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
from geoinspect.lottery.tours import (
    improve,
    insert_after,
    insertion_cost,
    record_tour,
    tour_time,
)

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray, RandomState
    from geoinspect.lottery.routes import Zone


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
    _price(
        zone.times, zone.service, zone.shift, prize, state,
        routes.stops, routes.size, routes.travel, routes.reverse_travel,
    )  # fmt: skip
    return routes.distinct().without_empty()


@njit(cache=True)
def _price(
    times: IntArray,
    service: IntArray,
    shift: int,
    prize: FloatArray,
    state: RandomState,
    stops: IntArray,
    size: IntArray,
    travel: IntArray,
    reverse_travel: IntArray,
) -> None:
    """Fill the arrays of a route set with routes of much prize."""
    n = len(service)
    worth = np.empty(n)
    used = np.zeros(n, dtype=np.bool_)
    tour = np.zeros(n + 3, dtype=np.int64)
    for row in range(len(size)):
        for i in range(n):
            worth[i] = prize[i] * (0.3 + 0.7 * uniform(state))
            used[i] = False
        m = _collect(times, service, shift, worth, used, tour)
        record_tour(times, tour, m, row, stops, size, travel, reverse_travel)


@njit(cache=True)
def _collect(
    times: IntArray,
    service: IntArray,
    shift: int,
    worth: FloatArray,
    used: BoolArray,
    tour: IntArray,
) -> int:
    """Insert the stop with most worth a minute until nothing fits; return the size."""
    tour[0] = 0
    tour[1] = 0
    m = 0
    spent = np.int64(0)
    while True:
        chosen, best_score = NO_STOP, 0.0
        for i in range(len(worth)):
            if not used[i] and worth[i] > 0.0:
                _, extra = insertion_cost(times, tour, m, i + 1)
                cost = max(1, extra + service[i])
                if spent + extra + service[i] <= shift and worth[i] / cost > best_score:
                    chosen, best_score = i, worth[i] / cost
        if chosen == NO_STOP:
            return m
        place, extra = insertion_cost(times, tour, m, chosen + 1)
        insert_after(tour, m, place, chosen + 1)
        m += 1
        used[chosen] = True
        spent += extra + service[chosen]
        before = tour_time(times, tour, m)
        improve(times, tour, m)
        spent += tour_time(times, tour, m) - before
