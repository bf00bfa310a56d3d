"""What a history shows: frequencies, gaps, predictability, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from geoinspect.geometry import LocalProjection
from geoinspect.lotteryreport.predictor import WARM_UP, predict
from geoinspect.lotteryreport.statistics import chi_square_p, longest_gaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.lotteryreport.history import History
    from geoinspect.lotteryreport.predictor import Prediction

#: Least expected count of a group of points in the chi-square.
LEAST_EXPECTED = 5.0

#: Fewer days teach a predictor nothing, nor is there enough to test it on.
LEAST_DAYS = 3 * WARM_UP

_NEIGHBOURS = 5


@dataclass(frozen=True)
class Frequencies:
    """
    How often points were drawn, against the promise.

    Attributes
    ----------
    z
        Deviation of each point in standard errors, shape (n,).
    groups
        Groups of points with at least `LEAST_EXPECTED` expected draws each.
    p
        Chance of deviations of the groups at least as large as these if every promise
        was kept; None with fewer than two groups.
    """

    z: FloatArray
    groups: int
    p: float | None

    @property
    def largest(self) -> int:
        """Number of the point that deviates most."""
        return int(np.abs(self.z).argmax())


def frequencies(history: History) -> Frequencies:
    """
    Compare draws with promises.

    The variance of a point's count is the sum of p (1 - p) over the days, exactly. The
    chi-square is over groups, for few expected draws are not normal; the covariance of the
    groups comes from the books (see `read_history`), so zones need no design effect.
    """
    excess = history.counts - history.expected
    variance = (history.promised * (1 - history.promised)).sum(axis=0)
    z = excess / np.sqrt(variance)
    member = groups_of(history)
    n = int(member.max()) + 1
    if n < 2:
        return Frequencies(z, n, None)
    gather = csr_array((np.ones(len(member)), (member, np.arange(len(member)))))
    spread = csr_array(gather @ history.covariance @ gather.T).toarray()
    error = np.sqrt(spread.diagonal())
    correlation = csr_array(spread / error[:, None] / error)
    return Frequencies(z, n, chi_square_p((gather @ excess) / error, correlation))


def groups_of(history: History) -> IntArray:
    """
    Put points together, by category, until each group expects enough draws.

    Returns
    -------
    group
        Number of the group of each point, shape (n,).
    """
    order = sorted(
        range(len(history.point_ids)), key=lambda k: (history.categories[k], history.point_ids[k])
    )
    group = np.zeros(len(order), dtype=np.int64)
    number, gathered = 0, 0.0
    for k in order:
        if gathered >= LEAST_EXPECTED:
            number, gathered = number + 1, 0.0
        group[k] = number
        gathered += history.expected[k]
    if gathered < LEAST_EXPECTED and number > 0:
        group[group == number] = number - 1
    return group


def gaps(history: History) -> IntArray:
    """Longest wait of each point for a visit, in days with a plan, shape (n,)."""
    return longest_gaps(history.visited, history.present)


def predictability(history: History) -> Prediction | None:
    """
    Foretell draws from all earlier plans; None with too few days or points for it.

    Only points that were in the frame on all days take part.
    """
    always = history.present.all(axis=0)
    drawn, promised = history.drawn[:, always], history.promised[:, always]
    if len(history.days) < LEAST_DAYS or always.sum() < 2:
        return None
    test = drawn[(WARM_UP + len(drawn)) // 2 :]
    if test.all() or not test.any():
        return None
    projection = LocalProjection.around(history.lonlat)
    xy = projection.to_xy(history.lonlat[always])
    k = min(_NEIGHBOURS, len(xy) - 1)
    neighbours = KDTree(xy).query(xy, k=k + 1)[1][:, 1:]
    return predict(drawn, promised, neighbours)


@dataclass(frozen=True)
class Coverage:
    """
    Visits by category and month.

    Attributes
    ----------
    months
        As YYYY-MM, ascending.
    categories
        Categories, those with most points first.
    points
        Points of each category, shape (c,).
    visited
        How many of them were visited at least once in each month, shape (c, months).
    visits
        Visits of each category in each month, shape (c, months).
    """

    months: tuple[str, ...]
    categories: tuple[str, ...]
    points: IntArray
    visited: IntArray
    visits: IntArray


def coverage(history: History) -> Coverage:
    """Count listed points and visits by category and month; a target has one day only."""
    by_month = [f"{day:%Y-%m}" for day in history.days]
    months = tuple(dict.fromkeys(by_month))
    month = np.array([months.index(each) for each in by_month])
    listed = history.is_listed
    names, category, points = np.unique(
        np.array(history.categories)[listed], return_inverse=True, return_counts=True
    )
    order = np.lexsort((names, -points))
    visited = np.zeros((len(names), len(months)), dtype=np.int64)
    visits = np.zeros_like(visited)
    for m in range(len(months)):
        in_month = history.visited[month == m][:, listed]
        visited[:, m] = np.bincount(category, in_month.any(axis=0), len(names))
        visits[:, m] = np.bincount(category, in_month.sum(axis=0), len(names))
    return Coverage(
        months, tuple(names[order].tolist()), points[order], visited[order], visits[order]
    )


@dataclass(frozen=True)
class GroupDraws:
    """
    How evenly a group of listed points was drawn.

    Attributes
    ----------
    name
        Of the group; "" for points that have none.
    points
        How many there are.
    expected, drawn
        Draws promised and made.
    z
        Deviation in standard errors; None where fewer than `LEAST_EXPECTED` draws are expected,
        of which no deviation can be judged.
    visited
        How many of the points were visited at least once.
    longest_gap
        Longest wait of one of them, in days with a plan.
    """

    name: str
    points: int
    expected: float
    drawn: int
    z: float | None
    visited: int
    longest_gap: int


def draws_by(history: History, names: Sequence[str]) -> list[GroupDraws]:
    """
    Compare draws with promises group by group, the groups with most points first.

    Parameters
    ----------
    history
        The binding plans.
    names
        The group of each point, n of them.
    """
    labels = np.array(names, dtype=object)
    listed = np.flatnonzero(history.is_listed)
    longest, ever = gaps(history), np.asarray(history.visited.any(axis=0))
    rows = []
    for name in sorted(set(labels[listed].tolist())):
        own = listed[labels[listed] == name]
        expected, drawn = float(history.expected[own].sum()), int(history.counts[own].sum())
        # points of a zone do not come independently: what the books say of pairs counts too
        variance = float(history.covariance[own][:, own].sum())
        can_judge = expected >= LEAST_EXPECTED and variance > 0
        z = (drawn - expected) / variance**0.5 if can_judge else None
        rows.append(
            GroupDraws(
                name, len(own), expected, drawn, z, int(ever[own].sum()), int(longest[own].max())
            )
        )
    return sorted(rows, key=lambda row: (-row.points, row.name))
