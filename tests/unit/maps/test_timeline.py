"""What the page of the map through time carries."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from geoinspect.demo import tinytown
from geoinspect.density import KernelParams
from geoinspect.errors import InputError
from geoinspect.maps import render_timeline_map
from geoinspect.maps.events import MOST_EVENTS, unpack_counts, unpack_events
from geoinspect.surfaces import CountedEvents, counted_events


@pytest.fixture(scope="module")
def town() -> CountedEvents:
    return counted_events(
        tinytown.points(),
        tinytown.violations(),
        tinytown.inspections(),
        bandwidth_m=300,
        timezone="Asia/Shanghai",
    )


@pytest.fixture
def payload(page_data):
    """Return the function that renders events and reads what the page carries."""

    def carried(events, districts=None, **options):
        return page_data(render_timeline_map(events, districts, city_name="小镇", **options))

    return carried


def unpacked(text, unpack=unpack_events):
    return unpack(base64.b64decode(text))


def test_each_event_has_its_day_category_district_and_severity(town, payload):
    page = payload(town, tinytown.districts())
    found = unpacked(page["violations"])
    first = date.fromisoformat(page["firstDay"])
    days = [first + timedelta(int(day)) for day in found["day"]]
    assert sorted(days) == sorted(town.violations["day"].dt.date)
    assert (first, page["nDays"]) == (town.period[0], (town.period[1] - first).days + 1)
    categories = [page["categories"][code] for code in found["category"]]
    assert sorted(categories) == sorted(town.violations["category"])
    assert sorted(found["severity"]) == sorted(town.violations["severity"])
    names = {page["districtNames"][code] for code in found["district"]}
    assert names <= set(tinytown.districts()["name"])
    assert unpacked(page["inspections"])["severity"].eq(0).all()


def test_an_event_in_no_district_and_of_no_category_has_the_code_of_none(town, payload):
    stray = town.violations.assign(category="")
    far = gpd.GeoDataFrame({"name": ["远"]}, index=["F"], geometry=[box(0, 0, 1, 1)], crs=4326)
    found = unpacked(payload(replace(town, violations=stray), far)["violations"])
    assert set(found["district"]) == {255}
    assert set(found["category"]) == {255}


def test_of_more_categories_than_a_byte_counts_the_rarest_go_together(town, payload):
    rare = [f"类{k:03d}" for k in range(300)]
    many = pd.concat([town.violations.iloc[:1]] * 301).assign(category=["常", *["常"], *rare[1:]])
    page = payload(replace(town, violations=many))
    assert len(page["categories"]) == 256
    assert page["categories"][-1] == "其他类别"
    found = unpacked(page["violations"])
    known = set(page["categories"][:-1])
    others = [name for name in many["category"] if name not in known]
    assert (found["category"] == 255).sum() == len(others) > 0
    assert (found["category"] == page["categories"].index("常")).sum() == 2


def test_a_restricted_reader_gets_no_places_and_no_severities(town, payload):
    page = payload(town, tinytown.districts(), restricted=True)
    assert page["asCounts"]
    assert page["severities"] == [0]
    assert unpacked(page["violations"], unpack_counts)["count"].sum() == len(town.violations)


def test_above_the_limit_events_become_counts(town, payload):
    times = MOST_EVENTS // len(town.inspections)
    many = replace(town, inspections=pd.concat([town.inspections] * (times + 1)))
    assert not payload(town)["asCounts"]
    page = payload(many)
    assert page["asCounts"]
    inspections = unpacked(page["inspections"], unpack_counts)
    assert inspections["count"].sum() == len(many.inspections) > MOST_EVENTS


def test_the_scale_covers_the_rates_of_all_periods(town, payload):
    rng = np.random.default_rng(2)
    days = [date(2026, 1, 1) + timedelta(k) for k in range(120)]
    at = town.inspections.iloc[:1]
    made = pd.concat([at] * 1200).assign(day=np.repeat(days, 10))
    # the worst month is the first; the last, which the page shows first, is clean
    found = pd.concat([at] * 150).assign(day=rng.choice(days[:30], 150), severity=1)
    page = payload(replace(town, inspections=made, violations=found))
    assert page["window"] == 30
    assert page["scale"]["ticks"][-1] >= 50
    assert page["windows"] == [7, 30, 90]


def test_a_city_with_few_inspections_first_shows_a_period_that_has_a_rate(town, payload):
    days = [town.period[0] + timedelta(k) for k in range(0, 200, 20)]
    at = town.inspections.iloc[:1]
    made = pd.concat([at] * 10).assign(day=days)
    page = payload(replace(town, inspections=made, violations=town.violations[:0]))
    assert page["nDays"] == 181
    # thirty days hold two inspections, ninety hold the five that a rate needs
    assert page["window"] == 90
    assert page["windows"] == [7, 30, 90]


def test_a_city_without_any_event_is_refused(town):
    empty = replace(town, violations=town.violations[:0], inspections=town.inspections[:0])
    with pytest.raises(InputError, match="no violation and no inspection"):
        render_timeline_map(empty, None, city_name="小镇")


def test_more_districts_than_a_byte_counts_are_refused(town):
    names = [f"区{k}" for k in range(256)]
    shapes = [box(k, 0, k + 1, 1) for k in range(256)]
    many = gpd.GeoDataFrame({"name": names}, index=names, geometry=shapes, crs="EPSG:4326")
    with pytest.raises(InputError, match="255 districts apart, not 256"):
        render_timeline_map(town, many, city_name="小镇")


def test_without_inspections_the_page_shows_densities(town, payload):
    nobody = replace(town, inspections=town.inspections[:0], is_rate=False)
    page = payload(nobody)
    assert not page["isRate"]
    assert len(page["grid"]["areas"]) == page["grid"]["rows"]
    assert page["scale"]["ticks"][-1] > 0


def test_the_kernel_of_the_page_is_that_of_the_events(town, payload):
    narrow = replace(town, params=KernelParams(bandwidth_m=150, cell_m=50, minimum_exposure=4))
    kernel = payload(narrow)["kernel"]
    assert kernel == {"bandwidth": 150, "cell": 50, "reach": 4, "minimum": 4}
