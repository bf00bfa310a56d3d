"""The table of inspections that rates are made from: checked, coded and in one order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoinspect.errors import InputError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    point
        Number of each inspection's point, shape (m,), ascending with the groups: a point that
        lies in two groups has two numbers.
    cluster
        Number of what was drawn together: the points of one team on one day, within its
        group, shape (m,), ascending.
    stratum
        Number of each inspection's stratum, shape (m,).
    found, weight
        What was found, and 1 / inclusion probability, shape (m,).
    owner
        Number of the group of each point, shape (P,).
    n_days
        Days on which anything was drawn, in whatever group.
    """

    groups: pd.Index
    group: IntArray
    point: IntArray
    cluster: IntArray
    stratum: IntArray
    found: FloatArray
    weight: FloatArray
    owner: IntArray
    n_days: int

    @property
    def n_points(self) -> IntArray:
        """Different points in each group, shape (G,)."""
        return np.bincount(self.owner, minlength=len(self.groups))

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


@dataclass(frozen=True)
class CodedInspections:
    """
    Inspections that were checked and brought into one order, to be grouped in many ways.

    Attributes
    ----------
    rows
        The inspections, as they were given.
    order
        Row of each of the other columns' values, shape (m,): they are sorted by `together`,
        stratum, chance and find.
    point
        Number of each inspection's point, in the order of their ids, shape (m,).
    together
        Number of what was drawn together, shape (m,): the points of one team on one day.
    stratum
        Number of each inspection's stratum, shape (m,).
    chance, found
        Inclusion probability, and what was found, shape (m,).
    n_days
        Days on which anything was drawn.
    """

    rows: pd.DataFrame
    order: IntArray
    point: IntArray
    together: IntArray
    stratum: IntArray
    chance: FloatArray
    found: FloatArray
    n_days: int

    def __len__(self) -> int:
        return len(self.order)

    def where(self, chosen: BoolArray) -> CodedInspections:
        """Return some of the rows."""
        if chosen.all():
            return self
        keep, place = chosen[self.order], np.cumsum(chosen) - 1
        return CodedInspections(
            self.rows[chosen],
            place[self.order[keep]],
            self.point[keep],
            self.together[keep],
            self.stratum[keep],
            self.chance[keep],
            self.found[keep],
            self.n_days,
        )


def code_inspections(inspections: pd.DataFrame) -> CodedInspections:
    """
    Check a table of inspections, and bring it into one order.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a value is missing, a chance is not in (0, 1] or a find is negative.
    """
    _check(inspections, (*_NEEDED, *(name for name in _OPTIONAL if name in inspections)))
    found = inspections["found"].to_numpy(np.float64)
    chance = inspections["inclusion_probability"].to_numpy(np.float64)
    _refuse(inspections, ~((chance > 0) & (chance <= 1)), "inclusion_probability", "in (0, 1]")
    _refuse(inspections, ~((found >= 0) & np.isfinite(found)), "found", "0 or more")
    team, stratum = _codes(inspections, "team_id"), _codes(inspections, "stratum")
    day, point = _codes(inspections, "day"), _codes(inspections, "point_id")
    together = team + (team.max(initial=0) + 1) * day
    together = pd.factorize(together, sort=True)[0]
    values = [pd.factorize(column, sort=True)[0] for column in (chance, found)]
    order = order_of([together, stratum, *values])
    return CodedInspections(
        inspections, order, point[order], together[order], stratum[order], chance[order],
        found[order], int(day.max(initial=-1)) + 1,
    )  # fmt: skip


def group_inspections(coded: CodedInspections, by: str | None) -> InspectionTable:
    """
    Group inspections by a column; None for one group of all.

    Raises
    ------
    MissingColumnError
        If there is no such column.
    InputError
        If a value of it is missing.
    """
    group, groups = np.zeros(len(coded), np.int64), pd.Index([""])
    if by:
        _check(coded.rows, (by,))
        group, names = pd.factorize(coded.rows[by], sort=True)
        groups = pd.Index(np.asarray(names))
    # short numbers are sorted digit by digit, and what is in order within a group stays so
    own = group[coded.order].astype(np.min_scalar_type(len(groups)))
    row = np.argsort(own, kind="stable")
    own, together = own[row].astype(np.int64), coded.together[row]
    is_new = (np.diff(own, prepend=own[:1]) != 0) | (np.diff(together, prepend=together[:1]) != 0)
    n_ids = int(coded.point.max(initial=0)) + 1
    point, points = pd.factorize(own * n_ids + coded.point[row], sort=True)
    return InspectionTable(
        groups.rename(by or ""),
        own,
        point,
        np.cumsum(is_new),
        coded.stratum[row],
        coded.found[row],
        1 / coded.chance[row],
        points // n_ids,
        coded.n_days,
    )


def order_of(codes: Sequence[IntArray], *, largest: int = np.iinfo(np.int64).max) -> IntArray:
    """
    Sort rows by their columns, the first one first, and return their order.

    Each row is sorted as one number that tells all its values: that is several times faster
    than to compare column by column.

    Parameters
    ----------
    codes
        Whole numbers from 0, shape (m,) each.
    largest
        Above it the numbers of rows would not fit; then columns are compared.

    Examples
    --------
    >>> order_of([np.array([2, 1, 2]), np.array([1, 2, 0])]).tolist()
    [1, 2, 0]
    """
    sizes = [int(code.max(initial=0)) + 1 for code in codes]
    if math.prod(sizes) > largest:
        return np.lexsort(tuple(codes[::-1]))
    return np.argsort(np.ravel_multi_index(tuple(codes), sizes))


def _check(inspections: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table that lacks a column or a value in it."""
    for column in columns:
        if column not in inspections:
            raise MissingColumnError(
                "The table of inspections has no column {column}; its columns are: {columns}.",
                column=column,
                columns=", ".join(map(str, inspections.columns)) or "-",
            )
    for column in columns:
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
