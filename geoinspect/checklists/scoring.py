"""Score an inspection from the results of its items."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoinspect.checklists.versions import Checklist


@dataclass(frozen=True)
class InspectionScore:
    """
    What came of one inspection.

    Attributes
    ----------
    score
        0 to 100; None if no item was applicable.
    failed
        Ids of items that lost points.
    not_applicable
        Ids of items that do not exist at the place; the others share their weight.
    missing
        Ids of items that nobody looked at. They are no fault of the place and share their
        weight too, but the score is then one of a part.
    """

    score: float | None
    failed: tuple[str, ...]
    not_applicable: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether each item of the category was looked at."""
        return not self.missing


def score_inspection(
    checklist: Checklist, category: str, results: Mapping[str, int | None]
) -> InspectionScore:
    """
    Score one inspection: the weighted mean of the shares of points that items kept.

    Parameters
    ----------
    checklist
        The version that the inspection is pinned to.
    category
        Category of the point.
    results
        Breaches by item id, as `Item.score` counts them; None for "not applicable".

    Returns
    -------
    score
        The score, with the items that failed, do not apply or are missing.

    Raises
    ------
    InputError
        If a result is of an item that the category does not have.

    Examples
    --------
    With weights of 60 and 40, a lost first item leaves 40; without the second, 0.

    >>> from geoinspect.checklists.examples import two_items
    >>> score_inspection(two_items(), "公园", {"A": 1, "B": 0}).score
    40.0
    >>> score_inspection(two_items(), "公园", {"A": 1, "B": None}).score
    0.0
    """
    weights = checklist.weights.get(category, {})
    strange = sorted(set(results) - set(weights))
    if strange:
        raise InputError(
            "The category {category} has no items {items} in version {version} of the checklist.",
            category=category,
            items=", ".join(strange),
            version=checklist.version,
        )
    counted = {item_id: n for item_id, n in results.items() if n is not None}
    kept = {
        item_id: checklist.items[item_id].score(n) / checklist.items[item_id].full_score
        for item_id, n in counted.items()
    }
    total = math.fsum(weights[item_id] for item_id in counted)
    earned = math.fsum(weights[item_id] * share for item_id, share in kept.items())
    return InspectionScore(
        100 * earned / total if counted else None,
        tuple(sorted(item_id for item_id, share in kept.items() if share < 1)),
        tuple(sorted(item_id for item_id, n in results.items() if n is None)),
        tuple(sorted(set(weights) - set(results))),
    )


def inspection_scores(results: pd.DataFrame, checklists: Iterable[Checklist]) -> pd.DataFrame:
    """
    Score all inspections, each by the version that its results are pinned to.

    Parameters
    ----------
    results
        Current results: inspection_id, item_id, point_id, category, inspected_at, version
        and n_breaches (missing if not applicable).
    checklists
        All versions.

    Returns
    -------
    scores
        Indexed by inspection_id: point_id, category, inspected_at, version, score (0 to 100,
        missing if nothing was applicable), n_failed, n_missing. Scores of different versions
        are comparable only where `trend_breaks` finds no break between them.

    Raises
    ------
    InputError
        If a version is missing, or an item that a result names.
    """
    versions = {checklist.version: checklist for checklist in checklists}
    rows = []
    for (inspection_id, version), of_one in results.groupby(["inspection_id", "version"]):
        if version not in versions:
            raise InputError(
                "The checklist of inspection {id} is missing: its version {version}.",
                id=inspection_id,
                version=version,
            )
        first = of_one.iloc[0]
        counts = dict(zip(of_one["item_id"], of_one["n_breaches"], strict=True))
        breaches = {key: None if pd.isna(n) else int(n) for key, n in counts.items()}
        found = score_inspection(versions[version], first["category"], breaches)
        visit = {name: first[name] for name in ("point_id", "category", "inspected_at", "version")}
        rows.append(
            {"inspection_id": inspection_id}
            | visit
            | {
                "score": found.score,
                "n_failed": len(found.failed),
                "n_missing": len(found.missing),
            }
        )
    columns = ["inspection_id", "point_id", "category", "inspected_at", "version", "score"]
    table = pd.DataFrame(rows, columns=[*columns, "n_failed", "n_missing"])
    return table.astype({"score": "Float64"}).set_index("inspection_id")
