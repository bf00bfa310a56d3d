"""
Pack events into bytes that a map page smooths by itself, and unpack them again.

A page that shows every period needs the events and not one picture a period. All numbers
are little-endian, all columns lie after one another, so that a browser reads them without
copying. Events are in the order of their days: a day is then no column but a range, any
number of days costs 4 bytes each, and a period is one piece of the columns.

Events, 7 bytes each::

    u32 n_events, u32 n_days, u32 first[n_days + 1]    events of day d: first[d] .. first[d+1]
    u16 x[n_events], u16 y[n_events]                   steps from the grid's west and north
    u8 category[n_events], u8 district[n_events], u8 severity[n_events]

A step is a tenth of a cell, 10 m on the ground for cells of 100 m: a page bins the steps
into exactly the cells into which `density.Grid` bins the coordinates.

Counts, for many events, or for readers who may not see where each one happened::

    u32 n_counts, u32 n_days, u32 first[n_days + 1]
    n_counts times two LEB128 numbers: step of the key since the count before on the same
    day, and the count; key = cell * 256 + category, cell = row * n_columns + column

LEB128 is the variable-length integer of DWARF and of Protocol Buffers: seven bits a byte,
lowest first, the high bit set on all bytes but the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.density import to_mercator
from geoinspect.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinspect.density import Grid

    IntArray = NDArray[np.int64]

STEPS_PER_CELL = 10
MOST_EVENTS = 100_000  # packed one by one; more are packed as counts
N_CODES = 256
_LARGEST_STEP = 65_535
_CODES = ("category", "district", "severity")


def pack_events(events: pd.DataFrame, grid: Grid, n_days: int) -> bytes:
    """
    Pack events one by one, 7 bytes each.

    Parameters
    ----------
    events
        One row an event: `lon`, `lat` (WGS-84 degrees, within the grid), `day` (days
        since the first of the page, from 0) and `category`, `district`, `severity`
        (codes from 0 to 255).
    grid
        Cells of the page.
    n_days
        Days of the page.

    Raises
    ------
    InputError
        If the grid is wider or higher than 6,553 cells, or an event lies beyond it.

    Examples
    --------
    >>> from geoinspect.density import Grid, KernelParams
    >>> grid = Grid.covering((118.70, 32.00, 118.80, 32.10), KernelParams())
    >>> one = {"lon": [118.75], "lat": [32.05], "day": [1]}
    >>> events = pd.DataFrame({**one, "category": [4], "district": [2], "severity": [3]})
    >>> len(pack_events(events, grid, n_days=3)) == 8 + 4 * (3 + 1) + 7
    True
    >>> unpack_events(pack_events(events, grid, n_days=3)).iloc[0].tolist()
    [599, 690, 1, 4, 2, 3]
    """
    x, y = _steps(events, grid)
    order = np.lexsort((x, y, events["day"]))
    days = events["day"].to_numpy(np.int64)
    codes = [events[name].to_numpy()[order].astype("u1").tobytes() for name in _CODES]
    steps = [axis[order].astype("<u2").tobytes() for axis in (x, y)]
    return b"".join((_header(days, n_days), *steps, *codes))


def unpack_events(packed: bytes) -> pd.DataFrame:
    """
    Read packed events back.

    Returns
    -------
    events
        One row an event in the order of the days: `x`, `y` (steps), `day`, `category`,
        `district`, `severity`.
    """
    days, start = _read_header(packed)
    columns = {}
    for name, kind in (("x", "<u2"), ("y", "<u2"), *((name, "u1") for name in _CODES)):
        columns[name] = np.frombuffer(packed, kind, len(days), start).astype(np.int64)
        start += columns[name].size * np.dtype(kind).itemsize
    return pd.DataFrame({"x": columns.pop("x"), "y": columns.pop("y"), "day": days, **columns})


def pack_counts(events: pd.DataFrame, grid: Grid, n_days: int) -> bytes:
    """
    Pack events as counts by cell, day and category.

    Parameters
    ----------
    events, grid, n_days
        As for `pack_events`; districts and severities are not kept.

    Raises
    ------
    InputError
        If an event lies beyond the grid.
    """
    cells = grid.index(events[["lon", "lat"]].to_numpy(np.float64))
    keys = cells * N_CODES + events["category"].to_numpy(np.int64)
    pairs = np.column_stack((events["day"].to_numpy(np.int64), keys)).reshape(-1, 2)
    rows, counts = np.unique(pairs, axis=0, return_counts=True)
    days, keys = rows[:, 0], rows[:, 1]
    is_first = np.diff(days, prepend=-1) > 0
    gaps = np.where(is_first, keys, np.diff(keys, prepend=0))
    return _header(days, n_days) + _leb128(np.column_stack((gaps, counts)).ravel())


def unpack_counts(packed: bytes) -> pd.DataFrame:
    """
    Read packed counts back.

    Returns
    -------
    counts
        One row a count: `cell`, `day`, `category`, `count`.
    """
    days, start = _read_header(packed)
    numbers = _read_leb128(np.frombuffer(packed, np.uint8, offset=start)).reshape(-1, 2)
    gaps, counts = numbers.T
    keys = pd.Series(gaps).groupby(days).cumsum().to_numpy(np.int64)
    return pd.DataFrame(
        {"cell": keys // N_CODES, "day": days, "category": keys % N_CODES, "count": counts}
    )


def _steps(events: pd.DataFrame, grid: Grid) -> tuple[IntArray, IntArray]:
    """Return the steps of events from the west and from the north of a grid."""
    lonlat = events[["lon", "lat"]].to_numpy(np.float64)
    if STEPS_PER_CELL * max(grid.n_rows, grid.n_columns) > _LARGEST_STEP:
        raise InputError(
            "The map is {n} cells wide or high, more than {maximum}: use larger cells.",
            n=max(grid.n_rows, grid.n_columns),
            maximum=_LARGEST_STEP // STEPS_PER_CELL,
        )
    cell = grid.index(lonlat)
    xy = to_mercator(lonlat)
    across, down = (xy[:, 0] - grid.west) / grid.cell, (grid.north - xy[:, 1]) / grid.cell
    return _within(across, cell % grid.n_columns), _within(down, cell // grid.n_columns)


def _within(position: NDArray[np.float64], cell: IntArray) -> IntArray:
    """Return steps that lie in the given cells, whatever the last digit of a position says."""
    step = np.floor((position - cell) * STEPS_PER_CELL).astype(np.int64)
    return STEPS_PER_CELL * cell + np.clip(step, 0, STEPS_PER_CELL - 1)


def _header(days: IntArray, n_days: int) -> bytes:
    """Write how many rows there are, and where each day begins."""
    first = np.concatenate(([0], np.cumsum(np.bincount(days, minlength=n_days))))
    return np.concatenate(([len(days), n_days], first)).astype("<u4").tobytes()


def _read_header(packed: bytes) -> tuple[IntArray, int]:
    """Return the day of each row, and where the header ends."""
    _, n_days = np.frombuffer(packed, "<u4", 2)
    first = np.frombuffer(packed, "<u4", int(n_days) + 1, 8).astype(np.int64)
    return np.repeat(np.arange(int(n_days)), np.diff(first)), 8 + 4 * len(first)


def _leb128(numbers: IntArray) -> bytes:
    """Write non-negative numbers, seven bits a byte, lowest first."""
    width = np.maximum(1, -(-_bit_lengths(numbers) // 7))
    n_bytes = int(width.max(initial=1))
    shifts = 7 * np.arange(n_bytes)
    septets = (numbers[:, np.newaxis] >> shifts) & 0x7F
    position = np.arange(n_bytes)
    goes_on = position < width[:, np.newaxis] - 1
    used = position < width[:, np.newaxis]
    return (septets | np.where(goes_on, 0x80, 0)).astype(np.uint8)[used].tobytes()


def _bit_lengths(numbers: IntArray) -> IntArray:
    """Bits that each number needs; exact, because numbers stay far below 2**53."""
    return np.frexp(numbers.astype(np.float64))[1].astype(np.int64)


def _read_leb128(content: NDArray[np.uint8]) -> IntArray:
    """Read numbers of seven bits a byte."""
    ends = np.flatnonzero(content < 0x80)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    position = np.arange(len(content)) - np.repeat(starts, ends - starts + 1)
    septets = (content & 0x7F).astype(np.int64) << (7 * position)
    return np.add.reduceat(septets, starts) if len(starts) else np.zeros(0, np.int64)
