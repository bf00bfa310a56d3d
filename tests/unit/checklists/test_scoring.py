"""A score is the weighted mean of what the items kept."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinspect.checklists import inspection_scores, score_inspection
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


def results(*rows: tuple[str, str, int | None, str]) -> pd.DataFrame:
    """Results (inspection, item, breaches, version) of one park."""
    frame = pd.DataFrame(rows, columns=["inspection_id", "item_id", "n_breaches", "version"])
    at = pd.Timestamp("2026-11-20T01:00Z")
    typed = frame.astype({"n_breaches": "Int64"})
    return typed.assign(point_id="P1", category="公园", inspected_at=at)


def test_every_inspection_is_scored_by_the_version_it_was_made_by() -> None:
    even = two_items("even", weights={"A": 50, "B": 50})
    table = results(
        ("R1", "A", 1, "2026"), ("R1", "B", 0, "2026"), ("R2", "A", 1, "even"),
        ("R2", "B", 0, "even"), ("R3", "A", None, "2026"),
    )  # fmt: skip
    scores = inspection_scores(table, [RUBRIC, even])
    assert scores["score"].astype(object).tolist()[:2] == [40, 50]
    assert pd.isna(scores.loc["R3", "score"])
    assert scores["n_failed"].tolist() == [1, 1, 0]
    assert scores["n_missing"].tolist() == [0, 0, 1]


def test_a_version_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="inspection R1 is missing: its version 2020"):
        inspection_scores(results(("R1", "A", 0, "2020")), [RUBRIC])


def test_no_results_are_no_scores() -> None:
    assert inspection_scores(results(), [RUBRIC]).empty
