"""The table of inspections that rates are made from: checked, coded and in one order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoinspect.errors import InputError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoinspect.arrays import BoolArray, FloatArray, IntArray

_NEEDED = ("point_id", "day", "found", "inclusion_probability")

# what may be left out: rows without it are clusters, or strata, of their own day
_OPTIONAL = ("team_id", "stratum")


@dataclass(frozen=True)
class InspectionTable:
    """
    m inspections in G groups, sorted by group, cluster, weight and find.

    The order follows from the values alone, so that sums are the same to the last bit
    whatever the order of the rows.

    Attributes
    ----------
    groups
        Names of the groups, ascending.
    group
        Number of each inspection's group, shape (m,).
    cluster
        Number of what was drawn together: the points of one team on one day, within its
        group, shape (m,), ascending.
    stratum
        Number of each inspection's stratum, shape (m,).
    found, weight
        What was found, and 1 / inclusion probability, shape (m,).
    n_points
        Different points in each group, shape (G,).
    """

    groups: pd.Index
    group: IntArray
    cluster: IntArray
    stratum: IntArray
    found: FloatArray
    weight: FloatArray
    n_points: IntArray

    @property
    def is_proportion(self) -> bool:
        """Whether nothing but 0 and 1 was found, so that rates lie below 1."""
        return bool(np.isin(self.found, (0.0, 1.0)).all())

    def total(self, values: FloatArray) -> FloatArray:
        """Sum by group, shape (G,)."""
        return sums(self.group, values, len(self.groups))


def sums(number: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Sum values by the number of their group, shape (n,)."""
    return np.bincount(number, values, n).astype(np.float64)


def read_inspections(inspections: pd.DataFrame, by: str | None) -> InspectionTable:
    """
    Check a table of inspections, and bring it into one order.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a value is missing, a chance is not in (0, 1] or a find is negative.
    """
    _check(inspections, (*_NEEDED, *([by] if by else [])))
    found = inspections["found"].to_numpy(np.float64)
    chance = inspections["inclusion_probability"].to_numpy(np.float64)
    _refuse(inspections, ~((chance > 0) & (chance <= 1)), "inclusion_probability", "in (0, 1]")
    _refuse(inspections, ~((found >= 0) & np.isfinite(found)), "found", "0 or more")
    if by:
        group, names = pd.factorize(inspections[by], sort=True)
        groups = pd.Index(np.asarray(names))
    else:
        group, groups = np.zeros(len(inspections), np.int64), pd.Index([""])
    drawn, stratum = _codes(inspections, "team_id"), _codes(inspections, "stratum")
    together = drawn + (drawn.max(initial=0) + 1) * _codes(inspections, "day")
    together = pd.factorize(together, sort=True)[0]
    cluster = group * (int(together.max(initial=0)) + 1) + together
    group_of = np.zeros(int(cluster.max(initial=-1)) + 1, np.int64)
    group_of[cluster] = group
    cluster, stratum, chance, found = sorted_together([cluster, stratum], [chance, found])
    return InspectionTable(
        groups.rename(by or ""),
        group_of[cluster],
        np.cumsum(np.diff(cluster, prepend=cluster[:1]) != 0),
        stratum,
        found,
        1 / chance,
        _n_points(inspections, group, len(groups)),
    )


def sorted_together(
    numbers: Sequence[IntArray],
    values: Sequence[FloatArray],
    *,
    largest: int = np.iinfo(np.int64).max,
) -> tuple[NDArray[Any], ...]:
    """
    Sort rows by their columns, the first one first, and return the columns.

    Each row is sorted as one number that tells all its values: that is several times faster
    than to look for the order of the rows.

    Parameters
    ----------
    numbers
        Whole numbers from 0, shape (m,) each.
    values
        The columns after them, without NaN, shape (m,) each.
    largest
        Above it the numbers of rows would not fit; then the order is looked for.

    Examples
    --------
    >>> number, value = sorted_together([np.array([2, 1, 2])], [np.array([0.5, 0.9, 0.4])])
    >>> number.tolist(), value.tolist()
    ([1, 2, 2], [0.9, 0.4, 0.5])
    """
    coded = [pd.factorize(column, sort=True) for column in values]
    codes = [*numbers, *(code for code, _ in coded)]
    sizes = [int(code.max(initial=0)) + 1 for code in codes]
    if math.prod(sizes) > largest:
        order = np.lexsort(codes[::-1])
        return tuple(column[order] for column in (*numbers, *values))
    rows = np.sort(np.ravel_multi_index(codes, sizes))
    found = np.unravel_index(rows, sizes)
    n = len(numbers)
    return (*found[:n], *(own[code] for (_, own), code in zip(coded, found[n:], strict=True)))


def _check(inspections: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table that lacks a column or a value in it."""
    for column in columns:
        if column not in inspections:
            raise MissingColumnError(
                "The table of inspections has no column {column}; its columns are: {columns}.",
                column=column,
                columns=", ".join(map(str, inspections.columns)) or "-",
            )
    for column in (*columns, *(name for name in _OPTIONAL if name in inspections)):
        _refuse(inspections, inspections[column].isna().to_numpy(), column, "filled in")


def _refuse(inspections: pd.DataFrame, is_wrong: BoolArray, column: str, wanted: str) -> None:
    """Name the first row that is wrong."""
    if is_wrong.any():
        row = int(is_wrong.argmax())
        raise InputError(
            "Inspection {row} (point {point_id}) has {column} {value}, which must be {wanted}: "
            "correct it, or leave the inspection out and say so.",
            row=inspections.index[row],
            point_id=inspections["point_id"].iloc[row],
            column=column,
            value=inspections[column].iloc[row],
            wanted=wanted,
        )


def _codes(inspections: pd.DataFrame, column: str) -> IntArray:
    """Give the values of a column numbers in their order; all 0 if it is left out."""
    if column not in inspections:
        return np.zeros(len(inspections), np.int64)
    return pd.factorize(inspections[column], sort=True)[0].astype(np.int64)


def _n_points(inspections: pd.DataFrame, group: IntArray, n_groups: int) -> IntArray:
    """Count the different points of each group."""
    point, points = pd.factorize(inspections["point_id"])
    pairs = pd.unique(group * max(1, len(points)) + point)
    return np.bincount(pairs // max(1, len(points)), minlength=n_groups)
