"""
Feasible candidate routes of one zone: many, short, and different from each other.

Each candidate starts from a random focus point. The odds of every point's
inclusion probability are tilted away from the focus by its travel time, scaled to
an expected size near the zone's own, and sampled systematically in random order;
the sample is routed, and what does not fit into the shift is taken out again,
preferring the stops that free most time. Nothing here has to get the chances
right: the calibration does that. Candidates only have to be feasible and diverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoinspect.lottery.randomness import below, exponential, shuffle, uniform
from geoinspect.lottery.routes import NO_STOP, RouteSet
from geoinspect.lottery.schedules import (
    begin_elsewhere,
    fit_into_hours,
    latest_departure,
    record_tour,
)
from geoinspect.lottery.tours import improve, order_by_nearest, remove_at, tour_time

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray, IntArray, RandomState
    from geoinspect.lottery.routes import Ground, Rows, Zone

_FORCED_ODDS = 1e9
_STRONGEST_PULL = 4.0

# the sum need not be exact: the calibration sets the chances right
_SCALING_ROUNDS = 24


def draw_candidates(
    zone: Zone,
    state: RandomState,
    *,
    count: int,
    tilt: float,
    pull: FloatArray | None = None,
) -> RouteSet:
    """
    Draw feasible routes through a zone.

    Parameters
    ----------
    zone
        Points, times and shift.
    state
        Random stream, advanced in place.
    count
        How many candidates to draw; fewer come back, since repetitions go.
    tilt
        Upper end of the uniform pull towards the focus: 0 spreads the stops
        over the whole zone, 4 clusters them tightly.
    pull
        Change of each point's log-odds, shape (n,): the duals of an earlier
        calibration make the candidates' own frequencies match the promises.
    """
    focus = np.empty(count, dtype=np.int64)
    _draw_focus(state, zone.n_points, focus)
    return _draw_around(zone, state, focus, forced=False, tilt=tilt, pull=pull)


def draw_candidates_through(
    zone: Zone, state: RandomState, points: IntArray, *, tilt: float
) -> RouteSet:
    """Draw one feasible route through each of `points`; the focus is always visited."""
    return _draw_around(zone, state, points, forced=True, tilt=tilt, pull=None)


def stay_at_home(zone: Zone) -> RouteSet:
    """Return the one route without a stop: a day on which the team visits nobody."""
    routes = RouteSet.blank(1, zone.longest_route)
    routes.slack[:] = routes.reverse_slack[:] = zone.shift
    return routes


def all_subsets(zone: Zone) -> RouteSet:
    """
    Route every set of stops that fits the shift: 2**n - 1 of them, for small zones.

    The order is a local optimum of 2-opt and or-opt, as for the drawn candidates.
    """
    routes = RouteSet.blank(2**zone.n_points - 1, zone.longest_route)
    _route_subsets(zone.ground, routes.rows)
    return routes.without_empty()


@njit(cache=True, nogil=True)
def _draw_focus(state: RandomState, n: int, focus: IntArray) -> None:
    """Fill `focus` with random point numbers."""
    for row in range(len(focus)):
        focus[row] = below(state, n)


@njit(cache=True, nogil=True)
def _route_subsets(ground: Ground, rows: Rows) -> None:
    """Fill the arrays of a route set, one row for each non-empty subset."""
    n = len(ground.service)
    tour = np.zeros(n + 3, dtype=np.int64)
    for row in range(len(rows.size)):
        m = 0
        for i in range(n):
            if ((row + 1) >> i) & 1:
                m += 1
                tour[m] = i + 1
        tour[m + 1] = 0
        order_by_nearest(ground.times, tour, m)
        improve(ground.times, tour, m)
        is_whole = latest_departure(ground, tour, m, False) >= 0
        if not is_whole:
            is_whole = fit_into_hours(ground, tour, m, NO_STOP) == m
        if is_whole:
            record_tour(ground, tour, m, row, rows)


def _draw_around(
    zone: Zone,
    state: RandomState,
    focus: IntArray,
    *,
    forced: bool,
    tilt: float,
    pull: FloatArray | None,
) -> RouteSet:
    odds = _pulled_odds(zone.probability, np.zeros(zone.n_points) if pull is None else pull)
    routes = RouteSet.blank(len(focus), zone.longest_route)
    expected = float(zone.probability.sum())
    _draw(zone.ground, zone.has_hours, odds, expected, focus, forced, tilt, state, routes.rows)
    return routes.distinct().without_empty()


@njit(cache=True, nogil=True)
def _pulled_odds(probability: FloatArray, pull: FloatArray) -> FloatArray:
    """Odds of each point, its log-odds changed by `pull` within bounds."""
    odds = np.empty(len(probability))
    for i in range(len(probability)):
        bounded = max(-_STRONGEST_PULL, min(_STRONGEST_PULL, pull[i]))
        odds[i] = exponential(bounded) * probability[i] / (1.0 - probability[i])
    return odds


@njit(cache=True, nogil=True)
def _draw(
    ground: Ground,
    has_hours: bool,
    odds: FloatArray,
    expected: float,
    focus: IntArray,
    forced: bool,
    tilt: float,
    state: RandomState,
    rows: Rows,
) -> None:
    """Fill the arrays of a route set, one candidate for each focus."""
    n = len(ground.service)
    tour = np.zeros(n + 3, dtype=np.int64)
    order = np.arange(n)
    chance = np.empty(n)
    for row in range(len(focus)):
        wanted = max(1.0, min(0.9 * n, expected + 4.0 * uniform(state) - 2.0))
        _fade_from_focus(ground.times, odds, focus[row], tilt * uniform(state), chance)
        if forced:
            chance[focus[row]] = _FORCED_ODDS
        _scale_odds_to_chances(chance, wanted)
        shuffle(state, order)
        m = _sample_systematically(chance, order, uniform(state), tour)
        kept = focus[row] + 1 if forced else NO_STOP
        order_by_nearest(ground.times, tour, m)
        improve(ground.times, tour, m)
        if not has_hours:
            m = _trim(ground, tour, m, kept, state)
        elif latest_departure(ground, tour, m, False) < 0:
            shuffle(state, tour[1 : m + 1])
            m = fit_into_hours(ground, tour, m, kept)
        begin_elsewhere(ground, tour, m, state)
        record_tour(ground, tour, m, row, rows)


@njit(cache=True, nogil=True)
def _fade_from_focus(
    times: IntArray, odds: FloatArray, focus: int, pull: float, faded: FloatArray
) -> None:
    """Multiply odds by exp(-pull x time from the focus / mean time)."""
    n = len(odds)
    mean = 0.0
    for i in range(n):
        mean += times[focus + 1, i + 1]
    mean = max(1.0, mean / n)
    for i in range(n):
        faded[i] = max(1e-9, odds[i] * exponential(-pull * times[focus + 1, i + 1] / mean))


@njit(cache=True, nogil=True)
def _scale_odds_to_chances(odds: FloatArray, wanted: float) -> None:
    """Turn odds into chances that sum to `wanted`, in place (bisection on a factor)."""
    low, high = 1e-9, 1e9
    for _ in range(_SCALING_ROUNDS):
        factor = np.sqrt(low * high)
        total = 0.0
        for i in range(len(odds)):
            total += factor * odds[i] / (1.0 + factor * odds[i])
        if total < wanted:
            low = factor
        else:
            high = factor
    for i in range(len(odds)):
        odds[i] = low * odds[i] / (1.0 + low * odds[i])


@njit(cache=True, nogil=True)
def _sample_systematically(
    chance: FloatArray, order: IntArray, start: float, tour: IntArray
) -> int:
    """Write a systematic sample into `tour`, as matrix indices, and return its size."""
    m = 0
    total = 0.0
    mark = start
    for i in order:
        total += chance[i]
        if total > mark:
            m += 1
            tour[m] = i + 1
            mark += 1.0
    tour[0] = 0
    tour[m + 1] = 0
    return m


@njit(cache=True, nogil=True)
def _trim(ground: Ground, tour: IntArray, m: int, kept: int, state: RandomState) -> int:
    """Take stops out until the route fits the shift; return the size, 0 if it never does."""
    trimmed = False
    duration = tour_time(ground.times, tour, m)
    for k in range(1, m + 1):
        duration += ground.service[tour[k] - 1]
    while duration > ground.shift:
        best, best_score, best_saving = 0, -1.0, 0
        for k in range(1, m + 1):
            if tour[k] != kept:
                saving = _saving(ground, tour, k)
                score = saving * (0.5 + 0.5 * uniform(state))
                if score > best_score:
                    best, best_score, best_saving = k, score, saving
        if best == 0:
            return 0
        remove_at(tour, m, best)
        m -= 1
        duration -= best_saving
        trimmed = True
    if trimmed:
        improve(ground.times, tour, m)
    return m


@njit(cache=True, nogil=True)
def _saving(ground: Ground, tour: IntArray, k: int) -> int:
    """Time freed by leaving out the stop at position k."""
    times = ground.times
    around = times[tour[k - 1], tour[k]] + times[tour[k], tour[k + 1]]
    saving: int = around - times[tour[k - 1], tour[k + 1]] + ground.service[tour[k] - 1]
    return saving
