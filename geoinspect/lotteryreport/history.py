"""All binding plans of a period as arrays: what was promised, drawn and visited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from geoinspect.amending.record import realised
from geoinspect.estimates.books import draw_covariance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.lottery.record import Record


@dataclass(frozen=True)
class History:
    """
    Days of a lottery: n points, ordered by id.

    Attributes
    ----------
    days
        The days, ascending.
    point_ids, names, categories, districts
        The points of all frames, n each; as the last plan that knows them writes them.
    lonlat
        WGS-84 degrees, shape (n, 2).
    is_listed
        Whether each is a listed point, and not a target generated for a day, shape (n,).
    promised
        Chance of each point on each day, shape (days, n); 0 where it was not in the frame.
    drawn, visited
        Whether each point was drawn, and was still visited after all amendments, shape
        (days, n).
    covariance
        Covariance of the numbers of draws of the points, by the books: shape (n, n).
    """

    days: tuple[date, ...]
    point_ids: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    districts: tuple[str, ...]
    lonlat: FloatArray
    is_listed: BoolArray
    promised: FloatArray
    drawn: BoolArray
    visited: BoolArray
    covariance: csr_array

    @cached_property
    def present(self) -> BoolArray:
        """Whether each point was in the frame on each day, shape (days, n)."""
        return np.asarray(self.promised > 0)

    @cached_property
    def expected(self) -> FloatArray:
        """Expected number of draws of each point, shape (n,)."""
        expected: FloatArray = self.promised.sum(axis=0)
        return expected

    @cached_property
    def counts(self) -> FloatArray:
        """Number of draws of each point, shape (n,)."""
        counts: FloatArray = self.drawn.sum(axis=0, dtype=np.float64)
        return counts


def read_history(days: Iterable[tuple[Record, Sequence[Record]]]) -> History:
    """
    Put days together.

    On one day the points of a zone do not come independently: what their book says of
    two points together is their covariance. Days are independent of each other given
    the promises, for each has secrets of its own, so that covariances add up.

    Parameters
    ----------
    days
        For each day its binding plan and the amendments of it, dates ascending. Read one
        after the other, so that they need not all be in memory.
    """
    read = [_Day.of(plan, amendments) for plan, amendments in days]
    points = {row["point_id"]: row for day in read for row in day.points}
    ids = sorted(points)
    column = {point_id: k for k, point_id in enumerate(ids)}
    shape = (len(read), len(ids))
    promised = np.zeros(shape)
    drawn, visited = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    covariance = csr_array((len(ids), len(ids)))
    for k, day in enumerate(read):
        own = [column[row["point_id"]] for row in day.points]
        promised[k, own] = [row["inclusion_probability"] for row in day.points]
        drawn[k, [column[point_id] for point_id in day.drawn]] = True
        visited[k, [column[point_id] for point_id in day.visited]] = True
        covariance = covariance + _spread(day.covariance, np.array(own), len(ids))
    rows = [points[point_id] for point_id in ids]
    return History(
        tuple(day.day for day in read),
        tuple(ids),
        tuple(row["name"] for row in rows),
        tuple(row["category"] for row in rows),
        tuple(row["district"] for row in rows),
        np.array([[row["lon"], row["lat"]] for row in rows]).reshape(-1, 2),
        np.array([row["is_listed"] for row in rows], dtype=np.bool_),
        promised,
        drawn,
        visited,
        covariance,
    )


@dataclass(frozen=True)
class _Day:
    """What is kept of one day; its books are forgotten."""

    day: date
    points: list[Record]
    drawn: list[str]
    visited: list[str]
    covariance: csr_array

    @classmethod
    def of(cls, plan: Record, amendments: Sequence[Record]) -> _Day:
        """Read a plan."""
        members = (
            *("point_id", "name", "category", "district", "lon", "lat"),
            "inclusion_probability",
        )
        outcome = realised(plan, amendments)
        return cls(
            date.fromisoformat(plan["date"]),
            [
                {member: point[member] for member in members} | {"is_listed": _is_listed(point)}
                for point in plan["points"]
            ],
            [point.point_id for point in outcome],
            [point.point_id for point in outcome if point.visited],
            draw_covariance(plan),
        )


def _is_listed(point: Record) -> bool:
    return bool(point.get("provenance", "listed") == "listed")


def _spread(covariance: csr_array, own: IntArray, n: int) -> csr_array:
    """Place the covariance of a day's points among those of all points."""
    cells = covariance.tocoo()
    row, column = cells.coords
    return coo_array((cells.data, (own[row], own[column])), shape=(n, n)).tocsr()
