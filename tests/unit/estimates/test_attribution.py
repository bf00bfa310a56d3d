"""Who a violation counts for, and why not."""

from __future__ import annotations

import pandas as pd
import pytest

from geoinspect.errors import MissingColumnError
from geoinspect.estimates import attribute_violations, count_found
from geoinspect.estimates.attribution import REASONS
from geoinspect.messages import translator


def violation(**facts):
    usual = {
        "source": "route", "unit_id": "U1", "point_id": "P1", "item": "litter",
        "found_at": pd.Timestamp("2026-03-10", tz="UTC"),
    }  # fmt: skip
    return usual | facts


def attributed(*violations):
    return attribute_violations(pd.DataFrame(violations))


@pytest.mark.parametrize(
    ("facts", "reason", "for_city", "for_unit"),
    [
        ({}, "COUNTS", True, True),
        ({"source": "self-check"}, "SELF_FOUND", False, False),
        ({"source": "社区自查"}, "SELF_FOUND", False, False),
        ({"source": "12345"}, "REPORTED", False, False),
        ({"unit_id": None}, "NO_UNIT", True, False),
        ({"unit_id": ""}, "NO_UNIT", True, False),
        ({"provenance": "generated"}, "TARGET_UNCONFIRMED", True, False),
        ({"provenance": "generated", "is_confirmed": True}, "COUNTS", True, True),
        ({"provenance": "listed", "is_confirmed": None}, "COUNTS", True, True),
        ({"is_dismissed": True}, "DISMISSED", False, False),
        ({"duplicate_of": "V7"}, "DUPLICATE", False, False),
    ],
)
def test_each_violation_counts_for_whom_it_should(facts, reason, for_city, for_unit):
    row = attributed(violation(**facts)).iloc[0]
    assert (row["reason"], row["for_city"], row["for_unit"]) == (reason, for_city, for_unit)


def test_what_the_unit_reported_itself_is_not_held_against_it_when_inspectors_meet_it():
    own = violation(source="self-check", found_at=pd.Timestamp("2026-03-01", tz="UTC"))
    found = attributed(own, violation(), violation(item="light"))
    assert found["reason"].tolist() == ["SELF_FOUND", "SELF_FOUND_BEFORE", "COUNTS"]
    assert found["for_city"].tolist() == [False, True, True]


def test_a_self_report_protects_until_its_deadline():
    day = pd.Timestamp("2026-03-01", tz="UTC")
    own = violation(source="self-check", found_at=day, due_at=day + pd.Timedelta(days=5))
    in_time = violation(found_at=day + pd.Timedelta(days=4), due_at=pd.NaT)
    late = violation(found_at=day + pd.Timedelta(days=6), due_at=pd.NaT)
    early = violation(found_at=day - pd.Timedelta(days=1), due_at=pd.NaT)
    reasons = attributed(own, late, in_time, early)["reason"].tolist()
    assert reasons == ["SELF_FOUND", "COUNTS", "SELF_FOUND_BEFORE", "COUNTS"]


def test_no_violations_have_no_attribution():
    assert len(attribute_violations(pd.DataFrame([violation()]).iloc[:0])) == 0


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="no column item"):
        attribute_violations(pd.DataFrame([violation()]).drop(columns="item"))


def test_every_reason_is_told_in_chinese():
    chinese = translator("zh")
    assert all(chinese(sentence) != sentence for sentence in REASONS.values())


def test_finds_are_counted_by_visit_and_strays_are_named():
    inspections = pd.DataFrame({"point_id": ["a", "a", "b"], "day": [1, 2, 1]}, index=list("xyz"))
    violations = pd.DataFrame(
        {"point_id": ["a", "a", "b", "b"], "day": [2, 2, 1, 3], "severity": [1, 3, 2, 1]},
        index=["V1", "V2", "V3", "V4"],
    )
    plain = count_found(inspections, violations)
    assert plain.inspections["found"].to_dict() == {"x": 0, "y": 2, "z": 1}
    assert plain.unmatched.tolist() == ["V4"]
    weighed = count_found(inspections, violations, by_severity=True)
    assert weighed.inspections["found"].to_dict() == {"x": 0, "y": 4, "z": 2}
