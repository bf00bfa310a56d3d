"""Scores of three parts, by a rubric with a version."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geoinspect.errors import InputError, MissingColumnError
from geoinspect.estimates import composite_scores, field_scores
from geoinspect.rubrics import Rubric, rubric_of

NEW_YEAR = date(2026, 1, 1)
RUBRIC = Rubric("2026", NEW_YEAR, field=50, documents=30, questionnaire=20, failing_rate=2.0)


def marks(**columns):
    usual = {"field": [80.0], "documents": [90.0], "questionnaire": [60.0]}
    return pd.DataFrame(usual | columns, index=["U1"])


@pytest.mark.parametrize("weights", [(50, 30, 30), (120, -20, 0), (0, 0, 0)])
def test_weights_must_add_up_to_a_hundred(weights):
    with pytest.raises(InputError, match=r"The weights of rubric X are .* add up to 100"):
        Rubric("X", NEW_YEAR, *weights)


def test_a_failing_rate_must_be_above_zero():
    with pytest.raises(InputError, match="failing rate of rubric X is 0"):
        Rubric("X", NEW_YEAR, failing_rate=0)


def test_the_score_is_the_weighted_mean_of_the_marks():
    row = composite_scores(marks(), RUBRIC).iloc[0]
    assert row["score"] == row["low"] == row["high"] == pytest.approx(40 + 27 + 12)
    assert row["rubric_version"] == "2026"


def test_independent_intervals_add_up_like_errors():
    table = marks(field_low=[74.0], field_high=[86.0], questionnaire_low=[40.0],
                  questionnaire_high=[80.0])  # fmt: skip
    row = composite_scores(table, RUBRIC).iloc[0]
    assert row["high"] - row["score"] == pytest.approx(np.hypot(0.5 * 6, 0.2 * 20))
    assert row["score"] - row["low"] == pytest.approx(5)


def test_a_missing_mark_leaves_no_score_and_is_named():
    row = composite_scores(marks(documents=[np.nan]), RUBRIC).iloc[0]
    assert np.isnan(row["score"])
    assert row["missing"] == "documents"


def test_a_part_that_weighs_nothing_may_be_left_out():
    field_alone = Rubric("field", NEW_YEAR, field=100, documents=0, questionnaire=0)
    assert composite_scores(marks()[["field"]], field_alone)["score"].tolist() == [80]
    with pytest.raises(MissingColumnError, match="no column documents, which rubric 2026"):
        composite_scores(marks()[["field"]], RUBRIC)


def test_a_mark_beyond_the_scale_is_named():
    with pytest.raises(InputError, match=r"The mark documents of U1 is 101\.0"):
        composite_scores(marks(documents=[101.0]), RUBRIC)


def test_field_marks_turn_intervals_round_and_leave_out_too_few():
    rates = pd.DataFrame(
        {
            "shrunk": [0.5, 5.0, 0.1],
            "shrunk_low": [0.25, 1.0, 0.0],
            "shrunk_high": [1.0, 9.0, 3.0],
            "is_enough": [True, True, False],
        },
        index=["a", "b", "few"],
    )
    found = field_scores(rates, RUBRIC)
    assert found.loc["a"].to_dict() == {"field": 75, "field_low": 50, "field_high": 87.5}
    assert found.loc["b"].to_dict() == {"field": 0, "field_low": 0, "field_high": 50}
    assert found.loc["few"].isna().all()


def test_the_latest_rubric_that_has_begun_holds():
    old = Rubric("2025", date(2025, 1, 1))
    assert rubric_of([RUBRIC, old], date(2025, 12, 31)).version == "2025"
    assert rubric_of([RUBRIC, old], NEW_YEAR).version == "2026"
    with pytest.raises(InputError, match="No rubric of scores holds on 2024-01-01"):
        rubric_of([RUBRIC, old], date(2024, 1, 1))
