"""Many polylines of different length in one array of vertices, with offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GEOD = Geod(ellps="WGS84")


def ranges(
    first: NDArray[np.integer],
    count: NDArray[np.integer],
    *,
    is_reversed: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Lay many ranges of indices one after the other.

    Parameters
    ----------
    first, count
        Lowest index and length of each range, shape (n,).
    is_reversed
        Whether a range is to run downwards, shape (n,).

    Returns
    -------
    start, index
        Offsets, shape (n + 1,): range `i` is `index[start[i]:start[i + 1]]`.

    Examples
    --------
    >>> is_reversed = np.array([False, True])
    >>> start, index = ranges(np.array([7, 2]), np.array([3, 2]), is_reversed=is_reversed)
    >>> start.tolist(), index.tolist()
    ([0, 3, 5], [7, 8, 9, 3, 2])
    """
    start = np.concatenate(([0], np.cumsum(count, dtype=np.int64)))
    position = np.arange(start[-1]) - np.repeat(start[:-1], count)
    if is_reversed is not None:
        from_end = np.repeat(count - 1, count) - position
        position = np.where(np.repeat(is_reversed, count), from_end, position)
    return start, np.repeat(np.asarray(first, np.int64), count) + position


def lengths(lonlat: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    """
    Geodesic lengths of polylines on the WGS-84 ellipsoid.

    Parameters
    ----------
    lonlat
        Vertices in degrees, shape (k, 2).
    start
        Offsets into `lonlat`, shape (n + 1,); each polyline has at least one vertex.

    Returns
    -------
    length_m
        Lengths in metres, shape (n,).
    """
    lon, lat = lonlat.T
    _, _, step_m = _GEOD.inv(lon, lat, np.roll(lon, -1), np.roll(lat, -1))
    # from the last vertex of one polyline to the first of the next is no step
    step_m[start[1:] - 1] = 0
    return np.asarray(np.add.reduceat(step_m, start[:-1]))


def shares(xy: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    """
    Tell how far along its polyline each vertex lies, from 0 (first) to 1 (last).

    Parameters
    ----------
    xy
        Vertices in a metric plane, shape (k, 2).
    start
        Offsets into `xy`, shape (n + 1,); each polyline has at least one vertex.

    Returns
    -------
    share
        Shape (k,); 0 all along a polyline without length.

    Examples
    --------
    >>> shares(np.array([[0.0, 0], [3, 4], [3, 9], [0, 0], [1, 0]]), np.array([0, 3, 5])).tolist()
    [0.0, 0.5, 1.0, 0.0, 1.0]
    """
    step_m = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step_m[start[:-1]] = 0
    walked_m = np.cumsum(step_m)
    count = np.diff(start)
    along_m = walked_m - np.repeat(walked_m[start[:-1]], count)
    total_m = np.repeat(along_m[start[1:] - 1], count)
    share = np.zeros(len(xy))
    np.divide(along_m, total_m, out=share, where=total_m > 0)
    return share
