"""The matrix shows what nobody has looked at."""

from __future__ import annotations

import pandas as pd

from geoinspect.checklists import point_item_matrix
from geoinspect.checklists.examples import two_items

POINTS = pd.DataFrame(
    {"name": ["东园", "西园", "邮局"], "category": ["公园", "公园", "邮政网点"]},
    index=pd.Index(["P2", "P1", "P3"], name="point_id"),
)
RESULTS = pd.DataFrame(
    [("P2", "A"), ("P2", "A"), ("P2", "B"), ("P1", "A"), ("P9", "A"), ("P1", "Z")],
    columns=["point_id", "item_id"],
)


def test_results_are_counted_by_point_and_item() -> None:
    counts = point_item_matrix(POINTS, RESULTS, two_items()).counts
    assert counts.index.tolist() == ["P1", "P2", "P3"]
    assert counts.columns.tolist() == ["A", "B"]
    assert counts.loc["P2"].tolist() == [2, 1]
    assert counts.loc["P1"].tolist() == [1, 0]
    assert counts.loc["P3"].isna().all()


def test_gaps_are_listed_and_points_without_items_named() -> None:
    matrix = point_item_matrix(POINTS, RESULTS, two_items())
    assert matrix.missing.to_dict("records") == [
        {"point_id": "P1", "name": "西园", "category": "公园", "item_id": "B"}
    ]
    assert matrix.n_wanted == 4
    assert matrix.without_items == ["P3"]


def test_without_any_results_all_of_it_is_missing() -> None:
    matrix = point_item_matrix(POINTS, RESULTS.iloc[:0], two_items())
    assert len(matrix.missing) == matrix.n_wanted == 4
