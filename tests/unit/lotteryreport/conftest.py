"""Months of plans of a small lottery whose books can be read by eye."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

Record = dict[str, Any]

FIRST = date(2026, 7, 1)
SQUARE = [(112.50, 32.80), (112.51, 32.80), (112.50, 32.81), (112.51, 32.81)]

#: A team's book: routes with their probabilities. Points a to d, each with a chance of 1/2.
FAIR = ((("a", "b"), 0.5), (("c", "d"), 0.5))


def make_plan(day: date, stops: tuple[str, ...], book: tuple[Any, ...] = FAIR) -> Record:
    """A plan of one team, with as much as a report reads of it."""
    chance = {
        point_id: sum(share for route, share in book if point_id in route) for point_id in "abcd"
    }
    return {
        "date": day.isoformat(),
        "city": {"timezone": "Asia/Shanghai"},
        "points": [
            {
                "point_id": point_id, "name": f"点{point_id}", "lon": lon, "lat": lat,
                "category": "超市" if point_id in "ab" else "学校",
                "district": "东区" if point_id in "ac" else "西区",
                "inclusion_probability": chance[point_id],
            }
            for point_id, (lon, lat) in zip("abcd", SQUARE, strict=True)
        ],
        "books": [
            {
                "team_id": "1",
                "routes": [{"stops": list(route), "probability": share} for route, share in book],
            }
        ],
        "routes": [{"team_id": "1", "stops": [{"point_id": p} for p in stops]}],
    }  # fmt: skip


def history_of(indices: list[int], book: tuple[Any, ...] = FAIR) -> list[tuple[Record, list[Any]]]:
    """Plans of days in a row that drew these routes of the book."""
    return [
        (make_plan(FIRST + timedelta(days=k), book[index][0], book), [])
        for k, index in enumerate(indices)
    ]


@pytest.fixture
def honest() -> list[tuple[Record, list[Any]]]:
    """A hundred days drawn as promised."""
    return history_of(np.random.default_rng(7).integers(0, 2, 100).tolist())
