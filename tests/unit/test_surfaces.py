"""What a heat map counts, and what it says about the rest."""

from __future__ import annotations

import re
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoinspect.demo import tinytown
from geoinspect.density import KernelDensity, RateSurface
from geoinspect.errors import InputError, NotFoundError
from geoinspect.messages import translator
from geoinspect.surfaces import LeftOut, city_hot_spots, heat_surface, heat_with_hot_spots

TIMEZONE = "Asia/Shanghai"


def _points(**places):
    shapes = [shapely.Point(place) for place in places.values()]
    return gpd.GeoDataFrame({"name": list(places)}, geometry=shapes, index=list(places), crs=4326)


def _violations(*rows):
    """Each row: point id, source, moment, place."""
    columns = ["point_id", "source", "found_at", "geometry"]
    table = pd.DataFrame(list(rows), columns=columns)
    table.index = [f"V{n}" for n in range(1, len(rows) + 1)]
    table["found_at"] = pd.to_datetime(table["found_at"], utc=True)
    shapes = [None if place is None else shapely.Point(place) for place in table["geometry"]]
    return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes, crs=4326)


def _inspections(*rows):
    table = pd.DataFrame(list(rows), columns=["point_id", "inspected_at"])
    table.index = [f"I{n}" for n in range(1, len(rows) + 1)]
    table["inspected_at"] = pd.to_datetime(table["inspected_at"], utc=True)
    return table


def _heat(points, violations, inspections, bandwidth_m=300.0):
    return heat_surface(points, violations, inspections, bandwidth_m=bandwidth_m, timezone=TIMEZONE)


MARKET = (112.50, 32.80)
SCHOOL = (112.51, 32.80)
TOWN = _points(market=MARKET, school=SCHOOL)
MONDAY, TUESDAY, FRIDAY = "2026-09-07T01:00Z", "2026-09-08T01:00Z", "2026-09-11T01:00Z"


def test_the_tiny_town_has_a_rate_of_its_routes_and_names_the_hotline_reports():
    heat = _heat(tinytown.points(), tinytown.violations(), tinytown.inspections())
    assert heat.is_rate
    assert heat.surface.n_violations == 8
    assert heat.surface.n_inspections == 24
    assert heat.left_out == (LeftOut("REPORTED", ("V04", "V10")),)
    assert heat.period == (date(2026, 9, 7), date(2026, 10, 15))
    assert not heat.generated


def test_without_inspections_it_is_a_density_of_violations_of_every_source():
    heat = _heat(tinytown.points(), tinytown.violations(), _inspections())
    assert isinstance(heat.surface, KernelDensity)
    assert not heat.is_rate
    assert heat.surface.n_events == 10
    assert heat.left_out == ()
    assert heat.period == (date(2026, 9, 7), date(2026, 10, 21))


def test_a_day_is_a_day_by_the_clock_of_the_city():
    evening_in_london = "2026-09-07T17:00Z"
    heat = _heat(TOWN, _violations(("market", "route", evening_in_london, None)), _inspections())
    assert heat.period == (date(2026, 9, 8), date(2026, 9, 8))


def test_a_violation_without_coordinates_lies_at_its_point():
    without = _violations(("market", "route", MONDAY, None))
    there = _violations(("market", "route", MONDAY, MARKET))
    np.testing.assert_array_equal(
        _heat(TOWN, without, _inspections()).surface.events_per_km2,
        _heat(TOWN, there, _inspections()).surface.events_per_km2,
    )


def test_a_violation_with_coordinates_lies_there_and_not_at_its_point():
    beside = _violations(("market", "route", MONDAY, SCHOOL))
    surface = _heat(TOWN, beside, _inspections()).surface
    _, column = np.unravel_index(surface.events_per_km2.argmax(), surface.events_per_km2.shape)
    assert surface.grid.column_lon[column] == pytest.approx(SCHOOL[0], abs=0.001)


def test_what_lies_nowhere_is_counted_and_named():
    violations = _violations(
        ("market", "route", MONDAY, None),
        ("unknown", "route", MONDAY, None),
        (None, "route", MONDAY, None),
        (None, "route", MONDAY, SCHOOL),
    )
    heat = _heat(TOWN, violations, _inspections())
    assert heat.surface.n_events == 2
    assert heat.left_out == (LeftOut("NO_PLACE", ("V2", "V3")),)


def test_inspections_of_unknown_points_are_counted_and_named():
    inspections = _inspections(*[("market", MONDAY)] * 5, ("unknown", MONDAY))
    heat = _heat(TOWN, _violations(), inspections)
    assert heat.surface.n_inspections == 5
    assert heat.left_out == (LeftOut("UNKNOWN_POINT", ("I6",)),)


@pytest.mark.parametrize("source", ["route", "inspection", "import", "generated"])
def test_what_inspections_found_enters_the_rate(source):
    violations = _violations(("market", source, MONDAY, None))
    heat = _heat(TOWN, violations, _inspections(*[("market", MONDAY)] * 5))
    assert heat.left_out == ()
    assert np.nanmax(heat.surface.rate) == pytest.approx(0.2)


@pytest.mark.parametrize("source", ["12345", "hotline", "", "Route"])
def test_what_was_reported_does_not_enter_the_rate(source):
    violations = _violations(("market", source, MONDAY, None))
    heat = _heat(TOWN, violations, _inspections(*[("market", MONDAY)] * 5))
    assert heat.left_out == (LeftOut("REPORTED", ("V1",)),)
    assert np.nanmax(heat.surface.rate) == 0


def test_violations_outside_the_recorded_inspections_do_not_enter_the_rate():
    violations = _violations(
        ("market", "route", MONDAY, None),
        ("market", "route", TUESDAY, None),
        ("market", "route", FRIDAY, None),
    )
    heat = _heat(TOWN, violations, _inspections(*[("market", TUESDAY)] * 5))
    assert heat.left_out == (LeftOut("OUTSIDE_PERIOD", ("V1", "V3")),)
    assert heat.surface.n_violations == 1
    assert heat.period == (date(2026, 9, 8), date(2026, 9, 8))


def test_violations_of_points_never_inspected_do_not_enter_the_rate():
    violations = _violations(
        ("school", "route", MONDAY, None),
        (None, "route", MONDAY, SCHOOL),
    )
    heat = _heat(TOWN, violations, _inspections(*[("market", MONDAY)] * 5))
    assert heat.left_out == (LeftOut("NEVER_INSPECTED", ("V1",)),)
    assert heat.surface.n_violations == 1


def test_each_row_is_counted_or_left_out_for_one_reason():
    violations = _violations(
        ("unknown", "12345", FRIDAY, None),
        ("school", "12345", FRIDAY, None),
        ("school", "route", FRIDAY, None),
        ("market", "route", FRIDAY, None),
        ("market", "route", MONDAY, None),
    )
    heat = _heat(TOWN, violations, _inspections(*[("market", MONDAY)] * 5))
    assert [(left.code, left.ids) for left in heat.left_out] == [
        ("NO_PLACE", ("V1",)),
        ("REPORTED", ("V2",)),
        ("NEVER_INSPECTED", ("V3",)),
        ("OUTSIDE_PERIOD", ("V4",)),
    ]
    assert heat.surface.n_violations == 1


def test_inspections_that_lie_nowhere_give_a_rate_nowhere_instead_of_a_density():
    violations = _violations(("market", "route", MONDAY, None))
    heat = _heat(TOWN, violations, _inspections(("unknown", MONDAY)))
    assert isinstance(heat.surface, RateSurface)
    assert not heat.surface.covered.any()
    assert {left.code for left in heat.left_out} == {"NEVER_INSPECTED", "UNKNOWN_POINT"}
    assert heat.period is None


def test_made_up_violations_are_called_so():
    violations = _violations(
        ("market", "route", MONDAY, None), ("market", "generated", MONDAY, None)
    )
    assert _heat(TOWN, violations, _inspections()).generated


def test_a_narrow_kernel_gets_smaller_cells():
    assert _heat(TOWN, _violations(), _inspections(), bandwidth_m=90).surface.params.cell_m == 30
    assert _heat(TOWN, _violations(), _inspections(), bandwidth_m=900).surface.params.cell_m == 100


def test_a_city_without_violations_has_an_empty_surface():
    heat = _heat(TOWN, _violations(), _inspections())
    assert heat.surface.n_events == 0
    assert heat.period is None


def test_a_city_without_anything_is_refused():
    nothing = _points()
    with pytest.raises(NotFoundError, match="neither points nor violations"):
        _heat(nothing, _violations(), _inspections())


def test_a_bandwidth_that_is_not_positive_is_refused():
    with pytest.raises(InputError, match="positive bandwidth_m"):
        _heat(TOWN, _violations(), _inspections(), bandwidth_m=0)


@pytest.mark.parametrize(
    "code", ["NO_PLACE", "REPORTED", "NEVER_INSPECTED", "OUTSIDE_PERIOD", "UNKNOWN_POINT"]
)
def test_each_reason_is_told_in_chinese_with_its_number(code):
    sentence = LeftOut(code, ("a", "b", "c")).render(translator("zh"))
    assert re.search("[一-鿿]", sentence)
    assert "3" in sentence


def _repeated(point, moment, found, made):
    """Inspections of one point, an hour apart, and violations of the first of them."""
    hours = pd.date_range(moment, periods=made, freq="h")
    return [(point, "route", hour, None) for hour in hours[:found]], [(point, h) for h in hours]


def test_hot_spots_count_each_violation_with_the_inspection_nearest_in_time():
    bad, good = _repeated("market", MONDAY, 30, 40), _repeated("school", MONDAY, 1, 200)
    found = city_hot_spots(
        TOWN,
        _violations(*bad[0], *good[0], (None, "route", MONDAY, SCHOOL)),
        _inspections(*bad[1], *good[1]),
        timezone=TIMEZONE,
    )
    assert found.left_out == (LeftOut("NO_INSPECTION", ("V32",)),)
    assert (found.spots.n_violations, found.spots.n_inspections) == (31, 240)
    at = dict(
        zip(("market", "school"), found.spots.grid.index(np.array([MARKET, SCHOOL])), strict=True)
    )
    assert found.spots.is_hot.ravel()[at["market"]]
    assert not found.spots.is_hot.ravel()[at["school"]]


def test_hot_spots_of_a_city_without_violations_say_why_there_are_none():
    found = city_hot_spots(TOWN, _violations(), _inspections(("market", MONDAY)), timezone=TIMEZONE)
    assert found.spots.reason == "NO_VIOLATIONS"
    assert found.left_out == ()


def test_where_places_differ_by_chance_alone_the_map_shows_one_rate_and_says_so():
    heat = _heat(TOWN, *_tables(("market", 2, 20), ("school", 2, 20)))
    rates = heat.surface.rate[heat.surface.covered]
    assert rates == pytest.approx(0.1)
    assert heat.explain_shrinkage().startswith("The places differ no more than chance")
    assert "10.0" in heat.explain_shrinkage()


def test_where_places_differ_the_map_says_how_much_the_city_weighs():
    heat = _heat(TOWN, *_tables(("market", 30, 60), ("school", 0, 60)))
    assert 0 < heat.shrinkage.strength < 60
    assert heat.explain_shrinkage().startswith("Cells with few inspections")
    assert heat.surface.rate.ravel()[heat.surface.grid.index(np.array([MARKET]))] < 0.5


def test_a_density_and_a_clean_city_say_nothing_of_shrinking():
    assert (
        _heat(TOWN, _violations(("market", "route", MONDAY, None)), _inspections()).shrinkage
        is None
    )
    clean = _heat(TOWN, _violations(), _inspections(("market", MONDAY)))
    assert clean.explain_shrinkage() == ""


def test_events_that_are_placed_once_give_the_same_surface_and_hot_spots():
    tables = (tinytown.points(), tinytown.violations(), tinytown.inspections())
    heat, found = heat_with_hot_spots(*tables, bandwidth_m=300.0, timezone=TIMEZONE)
    alone = _heat(*tables)
    assert np.array_equal(heat.surface.rate, alone.surface.rate, equal_nan=True)
    assert (heat.period, heat.left_out) == (alone.period, alone.left_out)
    spots = city_hot_spots(*tables, timezone=TIMEZONE)
    assert np.array_equal(found.spots.z, spots.spots.z, equal_nan=True)
    assert found.left_out == spots.left_out


def test_without_inspections_there_are_no_hot_spots():
    violations = _violations(("market", "route", MONDAY, None))
    heat, found = heat_with_hot_spots(
        TOWN, violations, _inspections(), bandwidth_m=300.0, timezone=TIMEZONE
    )
    assert not heat.is_rate
    assert found is None


def _tables(*places):
    rows = [_repeated(point, MONDAY, found, made) for point, found, made in places]
    return (
        _violations(*(row for found, _ in rows for row in found)),
        _inspections(*(row for _, made in rows for row in made)),
    )
