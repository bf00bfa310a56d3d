"""Tie each violation to the inspection that found it, so that outcomes can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geoinspect.arrays import BoolArray, IntArray

#: Sources of violations that inspections found; all others are reports.
FOUND_BY_INSPECTION = frozenset({"route", "inspection", "import", "generated"})


@dataclass(frozen=True)
class Outcomes:
    """
    What each inspection found.

    Attributes
    ----------
    found
        Violations found, indexed by inspection id; 0 where none.
    unattached
        Violations that name no inspected point.
    is_attached
        Whether each violation names one, shape (n,).
    """

    found: pd.Series[int] = field(repr=False)
    unattached: tuple[str, ...]
    is_attached: BoolArray = field(repr=False)


def attach_violations(violations: pd.DataFrame, inspections: pd.DataFrame) -> Outcomes:
    """
    Count the violations of each inspection.

    A violation belongs to the inspection of its point that is nearest in time.

    Parameters
    ----------
    violations
        Violations, indexed by id, with `point_id` and `found_at` (timezone-aware).
    inspections
        Inspections, indexed by id, with `point_id` and `inspected_at` (timezone-aware).

    Examples
    --------
    >>> from geoinspect.demo import tinytown
    >>> outcomes = attach_violations(tinytown.violations(), tinytown.inspections())
    >>> int(outcomes.found.sum()), outcomes.unattached
    (9, ('V10',))
    """
    points = pd.Index(inspections["point_id"].unique())
    violated = points.get_indexer(violations["point_id"])
    is_attached = violated >= 0
    left = _timeline(violated, violations["found_at"])[lambda line: line["point"] >= 0]
    right = _timeline(points.get_indexer(inspections["point_id"]), inspections["inspected_at"])
    nearest = pd.merge_asof(left, right, on="at", by="point", direction="nearest")
    found = np.bincount(nearest["row_y"], minlength=len(inspections))
    unattached = tuple(str(key) for key in violations.index[~is_attached])
    counts = pd.Series(found, index=inspections.index, dtype=np.int64)
    return Outcomes(counts, unattached, is_attached)


def _timeline(point: IntArray, moments: pd.Series[Any]) -> pd.DataFrame:
    """Return point and row of each event in order of time, equal times in the order given."""
    at = pd.to_datetime(moments, utc=True).to_numpy(dtype="datetime64[us]")
    line = pd.DataFrame({"at": at, "point": point, "row": np.arange(len(at))})
    return line.sort_values("at", kind="stable", ignore_index=True)
