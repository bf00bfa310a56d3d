"""An item keeps its points but for what breaches cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoinspect.checklists.examples import two_items
from geoinspect.errors import InputError

ITEM = two_items().items["B"]


@pytest.mark.parametrize(("n", "score"), [(0, 10), (1, 10), (2, 8), (5, 2), (6, 0), (60, 0)])
def test_breaches_beyond_the_allowance_cost_points_down_to_zero(n: int, score: float) -> None:
    assert ITEM.score(n) == score
    assert ITEM.is_failed(n) == (score < 10)


def test_a_negative_number_of_breaches_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="not negative"):
        ITEM.score(-1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": 4},
        {"full_score": 0.0},
        {"full_score": float("inf")},
        {"deduction": 0.0},
        {"deduction": 11.0},
        {"allowance": -1},
    ],
)
def test_numbers_out_of_range_are_refused_by_name(wrong: dict[str, float]) -> None:
    (name,) = wrong
    with pytest.raises(InputError, match=f"Item B: {name} cannot be {wrong[name]}"):
        replace(ITEM, **wrong)  # type: ignore[arg-type]
