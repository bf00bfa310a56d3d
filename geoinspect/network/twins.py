"""The two directions of one street: edges with the same polyline in opposite order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Odd 64-bit constants of the SplitMix64 generator (Steele, Lea, Flood 2014).
_MIX = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)


def reverse_twins(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    shape_start: NDArray[np.int64],
    shape_lonlat: NDArray[np.float64],
) -> NDArray[np.int32]:
    """
    Find for each edge the edge that runs along the same polyline the other way.

    A pair of nodes is not enough: parallel streets join the same two nodes. The
    polylines are compared bit by bit through a 64-bit hash of their vertices in
    order. A street that is there twice is paired first with first, second with
    second.

    Parameters
    ----------
    tail, head
        First and last node of each edge, shape (m,).
    shape_start
        Offsets into `shape_lonlat`, shape (m + 1,).
    shape_lonlat
        Vertices of the polylines, shape (k, 2).

    Returns
    -------
    twins
        Index of the opposite edge, -1 where there is none, shape (m,).

    Examples
    --------
    >>> line = np.array([[0.0, 0], [1, 0], [1, 0], [0, 0], [0, 0], [1, 0]])
    >>> start = np.array([0, 2, 4, 6])
    >>> reverse_twins(np.array([0, 1, 0]), np.array([1, 0, 1]), start, line)
    array([ 1,  0, -1], dtype=int32)
    """
    forward, backward = _hash_both_ways(shape_start, shape_lonlat)
    own = _scramble(forward + _hash_pair(tail, head))
    sought = _scramble(backward + _hash_pair(head, tail))
    order = np.argsort(own, kind="stable")
    place = np.searchsorted(own, sought, sorter=order) + _copy_number(sought)
    is_inside = place < len(order)
    twin = order[np.where(is_inside, place, 0)]
    # a loop that comes back along itself would be its own twin
    is_twin = is_inside & (own[twin] == sought) & (twin != np.arange(len(twin)))
    return np.where(is_twin, twin, -1).astype(np.int32)


def _copy_number(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Count equal values 0, 1, 2, ... in order."""
    order = np.argsort(values, kind="stable")
    in_order = values[order]
    number = np.empty(len(values), np.int64)
    number[order] = np.arange(len(values)) - np.searchsorted(in_order, in_order)
    return number


def _hash_pair(first: NDArray[np.int32], second: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Hash ordered pairs of nodes."""
    return _scramble(_scramble(first.astype(np.uint64)) + second.astype(np.uint64))


def _hash_both_ways(
    shape_start: NDArray[np.int64], shape_lonlat: NDArray[np.float64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Hash each polyline from its first vertex on, and from its last vertex back."""
    counts = np.diff(shape_start)
    position = np.arange(len(shape_lonlat)) - np.repeat(shape_start[:-1], counts)
    position_from_end = np.repeat(counts - 1, counts) - position
    bits = np.ascontiguousarray(shape_lonlat).view(np.uint64)
    vertex = _scramble(_scramble(bits[:, 0]) + bits[:, 1])
    forward, backward = (
        np.add.reduceat(_scramble(vertex + _scramble(p.astype(np.uint64))), shape_start[:-1])
        for p in (position, position_from_end)
    )
    return forward, backward


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of each value (SplitMix64)."""
    values = values + _MIX[0]
    values = (values ^ (values >> np.uint64(30))) * _MIX[1]
    values = (values ^ (values >> np.uint64(27))) * _MIX[2]
    return values ^ (values >> np.uint64(31))
