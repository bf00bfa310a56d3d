"""The matrix of points and items: what nobody has looked at in a period (拉单)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from geoinspect.checklists.versions import Checklist


@dataclass(frozen=True)
class Matrix:
    """
    How often each item of each point was looked at.

    Attributes
    ----------
    counts
        Results by point (rows) and item (columns); missing where the point's category does
        not have the item. Both sorted by id, dtype Int64.
    points
        Name and category of the points, the same rows.
    """

    counts: pd.DataFrame
    points: pd.DataFrame

    @property
    def missing(self) -> pd.DataFrame:
        """What has no result: one row a point and item, with point_id, name, category, item_id."""
        gaps = self.counts.eq(0).fillna(value=False).to_numpy(dtype=bool)
        rows, columns = gaps.nonzero()
        of_points = self.points.iloc[rows]
        return pd.DataFrame(
            {
                "point_id": of_points.index,
                "name": of_points["name"].to_numpy(),
                "category": of_points["category"].to_numpy(),
                "item_id": self.counts.columns[columns],
            }
        )

    @property
    def n_wanted(self) -> int:
        """Number of pairs of a point and an item of its category."""
        return int(self.counts.notna().to_numpy().sum())

    @property
    def without_items(self) -> list[str]:
        """Ids of points whose category the checklist does not have."""
        return self.points.index[self.counts.isna().all(axis=1)].tolist()


def point_item_matrix(points: pd.DataFrame, results: pd.DataFrame, checklist: Checklist) -> Matrix:
    """
    Count the results of every point and item.

    Parameters
    ----------
    points
        Points to inspect, indexed by point_id, with `name` and `category`.
    results
        Results of the period, with `point_id` and `item_id`; those of other points and items
        do not count. "Not applicable" is a result: somebody has looked.
    checklist
        Version whose items are wanted.

    Returns
    -------
    matrix
        Counts.
    """
    ids, items = sorted(points.index), sorted(checklist.items)
    found = pd.crosstab(results["point_id"], results["item_id"])
    counts = found.reindex(index=ids, columns=items, fill_value=0).astype("Int64")
    categories = points.loc[ids, "category"]
    for item_id in items:
        has_item = {name for name, of in checklist.weights.items() if item_id in of}
        counts.loc[~categories.isin(has_item), item_id] = pd.NA
    counts = counts.rename_axis(index="point_id", columns="item_id")
    return Matrix(counts, points.loc[ids, ["name", "category"]])
