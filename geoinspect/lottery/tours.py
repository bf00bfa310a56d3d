"""
Short tours through a handful of stops on an asymmetric travel-time matrix.

Index 0 of a matrix is the depot. A tour is an array whose entries 1..n are stops
and whose entries 0 and n + 1 are the depot. All arithmetic is in integer
milliseconds, so that a tour is the same on every machine.

Nearest neighbour, then 2-opt and or-opt (Or 1976) to a common local optimum. On
one-way streets reversing a stretch changes its inner legs too; prefix sums in both
directions keep one 2-opt move at constant cost.

The loops are plain on purpose: array expressions would take the compiler seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from geoinspect.arrays import IntArray

_LONGEST_MOVED_STRETCH = 3


@njit(cache=True, nogil=True)
def tour_time(times: IntArray, tour: IntArray, n: int) -> int:
    """Travel time of a tour of n stops, depot to depot."""
    total = 0
    for k in range(n + 1):
        total += times[tour[k], tour[k + 1]]
    return total


@njit(cache=True, nogil=True)
def reverse_tour_time(times: IntArray, tour: IntArray, n: int) -> int:
    """Travel time of the same stops in the opposite order."""
    total = 0
    for k in range(n + 1):
        total += times[tour[k + 1], tour[k]]
    return total


@njit(cache=True, nogil=True)
def order_by_nearest(times: IntArray, tour: IntArray, n: int) -> None:
    """Reorder the stops of a tour: always on to the nearest stop left."""
    for k in range(1, n):
        best = k
        for j in range(k + 1, n + 1):
            if times[tour[k - 1], tour[j]] < times[tour[k - 1], tour[best]]:
                best = j
        tour[k], tour[best] = tour[best], tour[k]


@njit(cache=True, nogil=True)
def improve(times: IntArray, tour: IntArray, n: int) -> None:
    """Apply 2-opt and or-opt moves, in place, until none shortens the tour."""
    forward = np.zeros(n + 2, dtype=np.int64)
    backward = np.zeros(n + 2, dtype=np.int64)
    moved = True
    while moved:
        moved = _two_opt_pass(times, tour, n, forward, backward)
        for length in range(1, _LONGEST_MOVED_STRETCH + 1):
            if _or_opt_pass(times, tour, n, length):
                moved = True


@njit(cache=True, nogil=True)
def _two_opt_pass(
    times: IntArray, tour: IntArray, n: int, forward: IntArray, backward: IntArray
) -> bool:
    """Reverse each stretch found whose reversal shortens the tour."""
    moved = False
    _prefix_sums(times, tour, n, forward, backward)
    for i in range(1, n):
        for j in range(i + 1, n + 1):
            before, first, last, after = tour[i - 1], tour[i], tour[j], tour[j + 1]
            gain = times[before, first] + times[last, after]
            gain -= times[before, last] + times[first, after]
            gain += (forward[j] - forward[i]) - (backward[j] - backward[i])
            if gain > 0:
                _reverse(tour, i, j)
                _prefix_sums(times, tour, n, forward, backward)
                moved = True
    return moved


@njit(cache=True, nogil=True)
def _prefix_sums(
    times: IntArray, tour: IntArray, n: int, forward: IntArray, backward: IntArray
) -> None:
    """Travel time from the depot to each position, with and against the tour."""
    for k in range(1, n + 2):
        forward[k] = forward[k - 1] + times[tour[k - 1], tour[k]]
        backward[k] = backward[k - 1] + times[tour[k], tour[k - 1]]


@njit(cache=True, nogil=True)
def _reverse(tour: IntArray, i: int, j: int) -> None:
    """Reverse positions i to j, both included, in place."""
    while i < j:
        tour[i], tour[j] = tour[j], tour[i]
        i += 1
        j -= 1


@njit(cache=True, nogil=True)
def _or_opt_pass(times: IntArray, tour: IntArray, n: int, length: int) -> bool:
    """Move each stretch of `length` stops, in its direction, to its best place."""
    moved = False
    for i in range(1, n - length + 2):
        target = _best_place(times, tour, n, i, length)
        if target >= 0:
            _move_stretch(tour, i, length, target)
            moved = True
    return moved


@njit(cache=True, nogil=True)
def _best_place(times: IntArray, tour: IntArray, n: int, i: int, length: int) -> int:
    """Return k such that moving stops i.. between k and k + 1 gains most, or -1."""
    before, first, last, after = tour[i - 1], tour[i], tour[i + length - 1], tour[i + length]
    freed = times[before, first] + times[last, after] - times[before, after]
    best, best_gain = -1, 0
    for k in range(n + 1):
        if k < i - 1 or k > i + length - 1:
            spent = times[tour[k], first] + times[last, tour[k + 1]]
            gain = freed - spent + times[tour[k], tour[k + 1]]
            if gain > best_gain:
                best, best_gain = k, gain
    return best


@njit(cache=True, nogil=True)
def _move_stretch(tour: IntArray, i: int, length: int, k: int) -> None:
    """Move the `length` stops from position i to between positions k and k + 1."""
    # moving is rotating: three reversals, none of which lasts
    j = i + length - 1
    if k < i:
        _reverse(tour, k + 1, i - 1)
        _reverse(tour, i, j)
        _reverse(tour, k + 1, j)
    else:
        _reverse(tour, i, j)
        _reverse(tour, j + 1, k)
        _reverse(tour, i, k)


@njit(cache=True, nogil=True)
def insert_after(tour: IntArray, n: int, k: int, stop: int) -> None:
    """Insert `stop` after position k of a tour of n stops, in place."""
    for position in range(n + 1, k, -1):
        tour[position + 1] = tour[position]
    tour[k + 1] = stop


@njit(cache=True, nogil=True)
def remove_at(tour: IntArray, n: int, k: int) -> None:
    """Remove the stop at position k of a tour of n stops, in place."""
    for position in range(k, n + 1):
        tour[position] = tour[position + 1]
