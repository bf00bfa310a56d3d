"""Tie each violation to the inspection that found it, so that outcomes can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd


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
    """

    found: pd.Series[int] = field(repr=False)
    unattached: tuple[str, ...]


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
    is_attached = violations["point_id"].isin(inspections["point_id"])
    is_attached &= violations["point_id"].notna()
    left = _timeline(violations[is_attached], "found_at")
    right = _timeline(inspections, "inspected_at")
    right["inspection"] = right["id"]
    nearest = pd.merge_asof(
        left, right[["at", "point_id", "inspection"]], on="at", by="point_id", direction="nearest"
    )
    found = nearest["inspection"].value_counts().reindex(inspections.index, fill_value=0)
    unattached = tuple(str(key) for key in violations.index[~is_attached])
    return Outcomes(found.astype(np.int64), unattached)


def _timeline(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return ids and points in order of time, equal times in order of id."""
    line = pd.DataFrame(
        {
            "id": table.index.astype(object),
            "point_id": table["point_id"].astype(object).to_numpy(),
            "at": pd.to_datetime(table[column], utc=True).to_numpy(dtype="datetime64[us]"),
        }
    )
    return line.sort_values(["at", "id"], ignore_index=True)
