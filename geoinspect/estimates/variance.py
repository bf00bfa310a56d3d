"""Sampling errors of weighted rates, from what each team's route adds to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.estimates.table import sums

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.estimates.table import InspectionTable

# the groups' common spread counts as much as so many clusters of a group's own
_PRIOR_CLUSTERS = 4.0

_ROUNDING = 1e-12


@dataclass(frozen=True)
class SamplingError:
    """
    Errors of the rates of G groups.

    Attributes
    ----------
    standard_error
        From the group's own clusters alone, shape (G,).
    spread
        Variance of a rate in multiples of the rate itself, or for proportions of
        rate x (1 - rate): the group's own and what its weights and the spread of all
        groups make likely, shape (G,). 1 / spread is the effective number of inspections.
    expected_spread
        The second of the two alone, which does not depend on what a group found.
    freedom
        Degrees of freedom of `spread`, shape (G,).
    clusters
        Routes that visited each group, shape (G,).
    is_proportion
        Whether rates lie below 1.
    """

    standard_error: FloatArray
    spread: FloatArray
    expected_spread: FloatArray
    freedom: FloatArray
    clusters: IntArray
    is_proportion: bool


def unit_variance(rate: FloatArray, *, is_proportion: bool) -> FloatArray:
    """Variance of one find: that of a Poisson count, or of a yes or no."""
    return rate * (1 - rate) if is_proportion else rate


def sampling_error(table: InspectionTable, rate: FloatArray) -> SamplingError:
    """
    Estimate the errors of the rates of groups.

    What a cluster adds to the error is measured as in a jackknife, against the rate without
    it. Between clusters nothing is taken off for the part of them that was drawn: a rate
    speaks of what the next inspection will find, not of those days alone.

    Parameters
    ----------
    table
        Inspections.
    rate
        Weighted rate of each group, shape (G,).
    """
    n_groups = len(table.groups)
    pushes, owner = _pushes(table, rate)
    clusters = np.bincount(owner, minlength=n_groups)
    squares = sums(owner, pushes**2, n_groups)
    fourths = sums(owner, pushes**4, n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = unit_variance(rate, is_proportion=table.is_proportion)
        own = squares / unit
        kish = table.total(table.weight**2) / table.total(table.weight) ** 2
        # Satterthwaite (1946): what a sum of squares with these fourth powers is worth
        freedom = 2 / np.maximum(fourths / squares**2 - 1 / clusters, 2 / clusters**2)
    freedom = np.where((clusters > 1) & (squares > 0), np.minimum(freedom, clusters - 1.0), 0.0)
    expected = kish * _common_excess(squares, unit, kish, clusters)
    own = np.where(freedom > 0, own, 0.0)
    spread = (freedom * own + _PRIOR_CLUSTERS * expected) / (freedom + _PRIOR_CLUSTERS)
    return SamplingError(
        np.sqrt(squares), spread, expected, freedom + _PRIOR_CLUSTERS, clusters,
        table.is_proportion,
    )  # fmt: skip


def _pushes(table: InspectionTable, rate: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return how far each cluster moves its group's rate, and the group of each cluster."""
    n = int(table.cluster.max(initial=-1)) + 1
    owner = np.zeros(n, np.int64)
    owner[table.cluster] = table.group
    stratum = np.zeros(n, np.int64)
    stratum[table.cluster] = table.stratum
    residual = table.weight * (table.found - rate[table.group])
    weight = sums(table.cluster, table.weight, n)
    total = table.total(table.weight)[owner]
    scale = np.sqrt(total * (total - weight))
    push = sums(table.cluster, residual, n)
    push = np.divide(push, scale, out=np.zeros(n), where=scale > 0)
    return _within_strata(push, owner, stratum), owner


def _within_strata(push: FloatArray, owner: IntArray, stratum: IntArray) -> FloatArray:
    """Measure clusters against the mean of their stratum, where there are strata."""
    if not stratum.any():
        return push
    cell = np.unique(owner * (stratum.max() + 1) + stratum, return_inverse=True)[1]
    n = np.bincount(cell)[cell]
    mean = (np.bincount(cell, push) / np.bincount(cell))[cell]
    # a stratum with one cluster tells nothing of its spread and stays as it is
    return np.where(n > 1, (push - mean) * np.sqrt(n / np.maximum(1, n - 1)), push)


def _common_excess(
    squares: FloatArray, unit: FloatArray, kish: FloatArray, clusters: IntArray
) -> float:
    """Return how many times more finds spread than independent ones, over all groups."""
    is_known: BoolArray = (clusters > 1) & (unit > 0)
    expected = float((unit * kish)[is_known].sum())
    excess = float(squares[is_known].sum()) / max(expected, np.finfo(float).tiny)
    # where everything found is the same, but for rounding, there is nothing to learn
    return excess if excess > _ROUNDING else 1.0
