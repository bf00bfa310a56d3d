"""A score is the weighted mean of what the items kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.checklists import score_inspection
from geoinspect.checklists.examples import two_items
from geoinspect.errors import InputError

RUBRIC = two_items()
RESULT = st.one_of(st.none(), st.integers(0, 12))


def test_a_faultless_inspection_scores_100_and_a_lost_one_0() -> None:
    assert score_inspection(RUBRIC, "公园", {"A": 0, "B": 1}).score == 100
    assert score_inspection(RUBRIC, "公园", {"A": 1, "B": 6}).score == 0


def test_conduct_that_is_counted_costs_by_its_number() -> None:
    # B keeps 8 of 10 points: 60 + 40 * 0.8
    found = score_inspection(RUBRIC, "公园", {"A": 0, "B": 2})
    assert found.score == pytest.approx(92)
    assert found.failed == ("B",)


def test_what_is_not_applicable_leaves_its_weight_to_the_others() -> None:
    found = score_inspection(RUBRIC, "公园", {"A": None, "B": 2})
    assert found.score == pytest.approx(80)
    assert found.not_applicable == ("A",)
    assert found.is_complete


def test_nothing_applicable_is_no_score_at_all() -> None:
    assert score_inspection(RUBRIC, "公园", {"A": None, "B": None}).score is None


def test_missing_items_are_named() -> None:
    found = score_inspection(RUBRIC, "公园", {"B": 0})
    assert (found.score, found.missing, found.is_complete) == (100, ("A",), False)


def test_a_result_of_a_foreign_item_is_refused() -> None:
    with pytest.raises(InputError, match="has no items C in version 2026"):
        score_inspection(RUBRIC, "公园", {"A": 0, "C": 0})


@given(RESULT, RESULT)
def test_scores_lie_between_0_and_100_and_fall_with_every_breach(
    a: int | None, b: int | None
) -> None:
    score = score_inspection(RUBRIC, "公园", {"A": a, "B": b}).score
    assert score is None or 0 <= score <= 100
    if b is not None:
        worse = score_inspection(RUBRIC, "公园", {"A": a, "B": b + 1}).score
        assert score is not None
        assert worse is not None
        assert worse <= score
