"""Each violation belongs to the inspection of its point that is nearest in time."""

from __future__ import annotations

import pandas as pd

from geoinspect.outcomes import attach_violations


def table(column, **rows):
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["point_id", column])
    frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame


MADE = table(
    "inspected_at",
    I1=("market", "2026-09-07T01:00Z"),
    I2=("market", "2026-09-09T01:00Z"),
    I3=("school", "2026-09-07T01:00Z"),
)


def test_a_violation_counts_for_the_nearest_inspection_of_its_own_point():
    found = table(
        "found_at",
        V1=("market", "2026-09-07T01:10Z"),
        V2=("market", "2026-09-08T23:00Z"),
        V3=("market", "2026-09-09T03:00Z"),
    )
    outcomes = attach_violations(found, MADE)
    assert outcomes.found.to_dict() == {"I1": 1, "I2": 2, "I3": 0}
    assert outcomes.unattached == ()


def test_violations_of_no_point_or_of_one_never_inspected_are_named():
    found = table("found_at", V1=(None, "2026-09-07T01:10Z"), V2=("park", "2026-09-07T01:10Z"))
    outcomes = attach_violations(found, MADE)
    assert outcomes.unattached == ("V1", "V2")
    assert outcomes.found.sum() == 0


def test_without_violations_every_inspection_found_nothing():
    nothing = table("found_at", V1=("market", "2026-09-07T01:10Z")).iloc[:0]
    assert attach_violations(nothing, MADE).found.tolist() == [0, 0, 0]
