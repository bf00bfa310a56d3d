"""A plan holds what it promises: drivable routes, exact chances, the same bytes every time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoinspect.errors import InputError, LotteryError
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.verify import verify
from geoinspect.network import for_mode, snap, travel_times
from geoinspect.planning import (
    City,
    PlanParams,
    TeamOrder,
    named_points,
    plan_inspections,
    read_secret,
)
from geoinspect.shifts import read_shift

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork

SECRET = "5eed" * 8
SHIFT = read_shift("09:00-10:00")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def with_point(city: City, point_id: str, lon: float, lat: float) -> City:
    row = city.points.iloc[[0]].set_axis([point_id]).set_geometry([shapely.Point(lon, lat)])
    both = gpd.GeoDataFrame(gpd.pd.concat([city.points, row]), crs=city.points.crs)
    return replace(city, points=both.rename_axis("point_id"))


def test_same_city_and_secret_give_the_same_bytes(
    tinytown_city: City, tinytown_params: PlanParams, tinytown_plan: dict[str, Any]
) -> None:
    again = plan_inspections(tinytown_city, tinytown_params, SECRET.upper())
    assert to_bytes(again) == to_bytes(tinytown_plan)


def test_what_a_library_would_draw_plays_no_part(
    tinytown_city: City, tinytown_params: PlanParams, tinytown_plan: dict[str, Any]
) -> None:
    np.random.seed(5)  # noqa: NPY002  the global stream is what must not matter
    random.seed(5)
    again = plan_inspections(tinytown_city, tinytown_params, SECRET)
    assert to_bytes(again) == to_bytes(tinytown_plan)


def test_the_order_of_the_points_plays_no_part(
    tinytown_city: City, tinytown_params: PlanParams, tinytown_plan: dict[str, Any]
) -> None:
    shuffled = replace(tinytown_city, points=tinytown_city.points.iloc[::-1])
    assert plan_inspections(shuffled, tinytown_params, SECRET) == tinytown_plan


def test_another_secret_or_day_gives_another_draw(
    tinytown_city: City, tinytown_params: PlanParams, tinytown_plan: dict[str, Any]
) -> None:
    other = plan_inspections(tinytown_city, tinytown_params, "beef" * 8)
    tomorrow = replace(tinytown_params, day=date(2026, 11, 24))
    later = plan_inspections(tinytown_city, tomorrow, SECRET)
    seeds = {plan["draw"]["seed"] for plan in (tinytown_plan, other, later)}
    assert len(seeds) == 3


def test_every_plan_of_many_secrets_verifies(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    for number in range(10):
        plan = plan_inspections(tinytown_city, tinytown_params, f"{number:032x}")
        assert verify(to_bytes(plan)).largest_gap <= 1e-9


def test_each_leg_is_the_quickest_way_on_the_network(
    tinytown_plan: dict[str, Any], tinytown_network: RoadNetwork
) -> None:
    depot = tinytown_plan["teams"][0]["depot"]
    for route in tinytown_plan["routes"]:
        places = [depot, *route["stops"], depot]
        lonlat = np.array([[place["lon"], place["lat"]] for place in places])
        times = travel_times(tinytown_network, snap(tinytown_network, [""] * len(places), lonlat))
        expected = [times[a, b] for a, b in pairwise(range(len(places)))]
        assert [round(1000 * leg["duration_s"]) for leg in route["legs"]] == expected


def test_legs_run_along_the_road_from_stop_to_stop(tinytown_plan: dict[str, Any]) -> None:
    for route in tinytown_plan["routes"]:
        for leg in route["legs"]:
            line = shapely.LineString(leg["geometry"]["coordinates"])
            metres = gpd.GeoSeries([line], crs=4326).to_crs(32650).length.iloc[0]
            assert metres == pytest.approx(leg["length_m"], rel=0.002, abs=0.5)


def test_timetables_add_up_and_stay_within_the_shift(tinytown_plan: dict[str, Any]) -> None:
    for route, team in zip(tinytown_plan["routes"], tinytown_plan["teams"], strict=True):
        assert moment(team["shift"]["start"]) <= moment(route["departure"])
        assert moment(route["return"]) <= moment(team["shift"]["end"])
        for stop in route["stops"]:
            assert (moment(stop["departure"]) - moment(stop["arrival"])).total_seconds() == 720
        working = (moment(route["return"]) - moment(route["departure"])).total_seconds()
        assert working == pytest.approx(route["travel_s"] + 720 * len(route["stops"]))


def test_points_carry_their_district_and_unit(tinytown_plan: dict[str, Any]) -> None:
    assert all(point["district"] and point["unit"] for point in tinytown_plan["points"])


def test_before_the_assignment_district_and_unit_are_empty(tinytown_points: Any) -> None:
    named = named_points(tinytown_points, None, None)
    assert set(named["district"]) == set(named["unit"]) == {""}


def test_a_point_far_from_streets_is_listed_and_stops_nobody(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    west, south, _, _ = tinytown_city.points.total_bounds
    plan = plan_inspections(
        with_point(tinytown_city, "FAR", west - 0.05, south), tinytown_params, SECRET
    )
    assert [(entry["point_id"], entry["code"]) for entry in plan["excluded"]] == [
        ("FAR", "SNAP_TOO_FAR")
    ]
    assert len(plan["points"]) == 12
    verify(to_bytes(plan))


def test_a_point_without_coordinates_is_listed(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    nowhere = with_point(tinytown_city, "NAN", float("nan"), float("nan"))
    plan = plan_inspections(nowhere, tinytown_params, SECRET)
    assert plan["excluded"][0]["code"] == "BAD_GEOM"


def test_a_point_that_no_shift_can_hold_is_listed(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    short = replace(tinytown_params, teams=(TeamOrder(read_shift("09:00-09:14")),))
    plan = plan_inspections(tinytown_city, short, SECRET)
    codes = {entry["code"] for entry in plan["excluded"]}
    assert codes == {"OUT_OF_REACH"}
    assert 0 < len(plan["points"]) < 12
    verify(to_bytes(plan))


def test_the_depot_can_be_given(tinytown_city: City, tinytown_params: PlanParams) -> None:
    place = tinytown_city.points.geometry.iloc[3]
    plan = plan_inspections(
        tinytown_city,
        replace(tinytown_params, teams=(TeamOrder(SHIFT, (place.x, place.y)),)),
        SECRET,
    )
    assert plan["teams"][0]["depot"] == {"lon": round(place.x, 7), "lat": round(place.y, 7)}


def test_a_depot_far_from_streets_is_refused(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    with pytest.raises(InputError, match=r"The depot at longitude 0\.0, latitude 0\.0"):
        plan_inspections(
            tinytown_city, replace(tinytown_params, teams=(TeamOrder(SHIFT, (0.0, 0.0)),)), SECRET
        )


def test_a_city_outside_its_network_is_refused(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    moved = tinytown_city.points.set_geometry(tinytown_city.points.translate(1.0))
    with pytest.raises(InputError, match="None of the 12 points lies within 500 m"):
        plan_inspections(replace(tinytown_city, points=moved), tinytown_params, SECRET)


def test_a_shift_shorter_than_one_visit_is_refused(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    short = replace(tinytown_params, teams=(TeamOrder(read_shift("09:00-09:10")),))
    with pytest.raises(InputError, match="is shorter than one visit of 12 minutes"):
        plan_inspections(tinytown_city, short, SECRET)


def test_a_shift_without_time_for_the_way_is_refused(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    bounds = tinytown_city.points.total_bounds
    edge = replace(
        tinytown_params,
        teams=(TeamOrder(read_shift("09:00-09:12"), (float(bounds[0]), float(bounds[1]))),),
        max_snap_distance_m=2000,
    )
    with pytest.raises(InputError, match="no point can be reached"):
        plan_inspections(tinytown_city, edge, SECRET)


def test_no_teams_are_refused(tinytown_params: PlanParams) -> None:
    with pytest.raises(InputError, match="name at least one team"):
        replace(tinytown_params, teams=())


def test_more_teams_than_points_are_refused(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    with pytest.raises(LotteryError, match="13 teams cannot share 12 points"):
        plan_inspections(
            tinytown_city, replace(tinytown_params, teams=(TeamOrder(SHIFT),) * 13), SECRET
        )


def test_a_seed_that_is_no_hex_is_refused() -> None:
    with pytest.raises(InputError, match="'xyz' is not hexadecimal"):
        read_secret("xyz")


def test_a_day_when_the_clock_changes_is_an_hour_shorter(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    from zoneinfo import ZoneInfo

    city = replace(tinytown_city, timezone=ZoneInfo("Europe/Helsinki"))
    night = replace(
        tinytown_params, day=date(2026, 3, 29), teams=(TeamOrder(read_shift("02:00-05:00")),) * 2
    )
    plan = plan_inspections(city, night, SECRET)
    verify(to_bytes(plan))
    start, end = (moment(plan["teams"][0]["shift"][key]) for key in ("start", "end"))
    assert (end - start).total_seconds() == 2 * 3600


def test_every_team_has_its_own_shift_depot_and_way_of_travelling(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    west, south, east, north = tinytown_city.points.total_bounds.tolist()
    teams = (
        TeamOrder(SHIFT, (west, south)),
        TeamOrder(read_shift("13:00-15:30"), (east, north), "bicycle"),
    )
    params = replace(tinytown_params, teams=teams, max_snap_distance_m=2000)
    plan = plan_inspections(tinytown_city, params, SECRET)
    assert verify(to_bytes(plan)).n_teams == 2
    for order, team, route in zip(teams, plan["teams"], plan["routes"], strict=True):
        assert order.depot == pytest.approx((team["depot"]["lon"], team["depot"]["lat"]))
        assert team["mode"] == order.mode
        assert order.shift.start <= moment(route["departure"]).time()
        assert moment(route["return"]).time() <= order.shift.end
        ends = [route["legs"][0]["geometry"]["coordinates"][0]]
        ends.append(route["legs"][-1]["geometry"]["coordinates"][-1])
        assert ends[0] == ends[1]
    by_bicycle = tinytown_network_times(tinytown_city, plan)
    assert plan["routes"][1]["travel_s"] * 1000 == by_bicycle


def tinytown_network_times(city: City, plan: dict[str, Any]) -> int:
    """Travel of the second team by the times of a bicycle."""
    roads = for_mode(city.network, "bicycle")
    stops = plan["routes"][1]["stops"]
    places = [plan["teams"][1]["depot"], *stops, plan["teams"][1]["depot"]]
    lonlat = np.array([[place["lon"], place["lat"]] for place in places])
    times = travel_times(roads, snap(roads, [""] * len(places), lonlat, max_distance_m=2000))
    return int(times[np.arange(len(places) - 1), np.arange(1, len(places))].sum())


def test_visits_take_place_within_opening_hours(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    category = tinytown_city.points["category"].mode()[0]
    hours = {category: (read_shift("09:10-09:30"), read_shift("09:45-10:05"))}
    params = replace(tinytown_params, hours=hours, service_times_s={category: 300})
    seen = 0
    for number in range(8):
        plan = plan_inspections(tinytown_city, params, f"{number:032x}")
        verify(to_bytes(plan))
        for stop in [stop for route in plan["routes"] for stop in route["stops"]]:
            assert ("begin" in stop) == (stop["category"] == category)
            if stop["category"] == category:
                seen += 1
                begin, end = moment(stop["begin"]), moment(stop["departure"])
                assert (end - begin).total_seconds() == 300
                assert moment(stop["arrival"]) <= begin
                assert any(
                    shift.start <= begin.time() and end.time() <= shift.end
                    for shift in hours[category]
                )
    assert seen > 4


def test_a_point_that_is_closed_all_through_the_shifts_is_listed(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    category = tinytown_city.points["category"].mode()[0]
    closed = set(tinytown_city.points.index[tinytown_city.points["category"] == category])
    params = replace(tinytown_params, hours={category: (read_shift("18:00-02:00"),)})
    plan = plan_inspections(tinytown_city, params, SECRET)
    assert {entry["point_id"] for entry in plan["excluded"]} == closed
    assert {entry["code"] for entry in plan["excluded"]} == {"CLOSED"}
    evening = (*params.teams, TeamOrder(read_shift("20:00-22:00")))
    plan = plan_inspections(tinytown_city, replace(params, teams=evening), SECRET)
    assert plan["excluded"] == []
    at_night = {stop for route in plan["books"][2]["routes"] for stop in route["stops"]}
    by_day = {stop for book in plan["books"][:2] for r in book["routes"] for stop in r["stops"]}
    assert closed <= at_night
    assert not closed & by_day


def test_hours_over_midnight_hold_for_the_morning_after(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    category = tinytown_city.points["category"].mode()[0]
    early = TeamOrder(read_shift("00:30-03:00"))
    hours = {category: (read_shift("18:00-01:30"),)}
    params = replace(tinytown_params, teams=(early,), hours=hours)
    plan = plan_inspections(tinytown_city, params, SECRET)
    verify(to_bytes(plan))
    assert plan["excluded"] == []


def test_a_team_that_can_visit_nothing_is_refused(
    tinytown_city: City, tinytown_params: PlanParams
) -> None:
    hours = dict.fromkeys(tinytown_city.points["category"], (SHIFT,))
    teams = (*tinytown_params.teams, TeamOrder(read_shift("20:00-22:00")))
    with pytest.raises(InputError, match="Team 3 can visit none of the points"):
        plan_inspections(tinytown_city, replace(tinytown_params, teams=teams, hours=hours), SECRET)
