"""Reports of one matter, near in place and time, are one case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geoinspect.messages import translator
from geoinspect.tickets import CaseIndex, LinkParams, Report, reason_in_words

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = Report("占道经营", "摊位摆到通道上", AT, 112.5045, 32.8091)
# a ten-thousandth of a degree of latitude is 11.1 m
NEAR = replace(FIRST, item="市容环境", text="有流动摊贩", lat=32.8094, at=AT + timedelta(days=1.5))


def index(*reports: Report, params: LinkParams | None = None) -> CaseIndex:
    found = CaseIndex(params or LinkParams(), 32.8)
    for number, report in enumerate(reports):
        found.add(f"V{number}", report)
    return found


def test_a_report_near_in_place_time_and_matter_is_linked_with_its_reasons() -> None:
    link = index(FIRST).find(NEAR)
    assert link is not None
    assert (link.case_id, link.matter, link.distance_m, link.days) == ("V0", "占道经营", 33, 1.5)
    told = reason_in_words(link.to_text(), translator("en"))
    assert told == "same matter (占道经营), 33 m and 1.5 days apart"
    assert "33 米" in reason_in_words(link.to_text(), translator("zh"))
    assert json.loads(link.to_text())["case_id"] == "V0"


@pytest.mark.parametrize(
    "other",
    [
        replace(NEAR, lat=32.8097),
        replace(NEAR, at=AT + timedelta(days=7.1)),
        replace(NEAR, at=AT - timedelta(days=7.1)),
        replace(NEAR, text="路灯不亮"),
    ],
)
def test_a_report_that_is_far_late_or_of_another_matter_is_not_linked(other: Report) -> None:
    assert index(FIRST).find(other) is None


def test_the_nearest_case_is_taken() -> None:
    link = index(replace(FIRST, lat=32.8090), FIRST).find(NEAR)
    assert link is not None
    assert link.case_id == "V1"


def test_two_items_that_one_inspector_found_stay_two() -> None:
    one = replace(FIRST, item="无飞线充电", text="飞线", is_inspected=True)
    other = replace(one, item="楼道整洁，无充电", text="楼道有飞线")
    assert index(one).find(other) is None
    assert index(one).find(replace(other, is_inspected=False)) is not None
    assert index(one).find(replace(one, at=AT + timedelta(days=3))) is not None


def test_limits_that_link_nothing_are_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="above 0"):
        LinkParams(max_distance_m=0)


@given(
    st.floats(-80, 80), st.floats(-179, 179), st.floats(0, 360), st.floats(0.5, 80),
    st.floats(5, 500),
)  # fmt: skip
def test_whatever_the_place_exactly_what_is_within_the_limit_is_found(
    lat: float, lon: float, azimuth: float, distance: float, limit: float
) -> None:
    share = distance / 50
    if abs(share - 1) < 0.02:  # the flat distance and the ellipsoid differ by less than 1 %
        share = 0.9
    lon2, lat2, _ = Geod(ellps="sphere").fwd(lon, lat, azimuth, share * limit)
    found = CaseIndex(LinkParams(max_distance_m=limit), lat)
    found.add("V", replace(FIRST, lon=lon, lat=lat))
    link = found.find(replace(FIRST, lon=lon2, lat=lat2))
    assert (link is not None) == (share < 1)
