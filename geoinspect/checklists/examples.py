"""A checklist of two items, for examples and tests whose numbers are worked out by eye."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from geoinspect.checklists.items import Item, ItemClass, Kind
from geoinspect.checklists.versions import Checklist

if TYPE_CHECKING:
    from collections.abc import Mapping


def two_items(
    version: str = "2026",
    effective_from: date = date(2026, 1, 1),
    effective_to: date | None = None,
    weights: Mapping[str, float] | None = None,
) -> Checklist:
    """
    Return a checklist for parks: "A" is yes or no, "B" counts conduct and allows one breach.

    Parameters
    ----------
    version, effective_from, effective_to
        As in `Checklist`.
    weights
        Weights of the items; A 60 and B 40 if left out.
    """
    items = (
        Item("A", "路灯完好", "Lamps work", 2, Kind.YES_NO, ItemClass.HARDWARE, 10, 10, 0),
        Item("B", "遛狗牵绳", "Dogs on a leash", 1, Kind.COUNT_5MIN, ItemClass.CONDUCT, 10, 2, 1),
    )
    of_parks = weights or {"A": 60.0, "B": 40.0}
    return Checklist(
        version, effective_from, effective_to, {each.item_id: each for each in items},
        {"公园": of_parks},
    )  # fmt: skip
