"""The map of routes says what the plan says, in the city's own time."""

from __future__ import annotations

from copy import deepcopy

import pytest

from geoinspect.demo import tinytown
from geoinspect.errors import InputError
from geoinspect.maps import render_routes_map


@pytest.fixture
def plan(tinytown_plan):
    return deepcopy(tinytown_plan)


def test_every_team_has_its_stops_and_its_line(plan, page_data):
    teams = page_data(render_routes_map(plan, tinytown.districts()))["teams"]
    for team, route in zip(teams, plan["routes"], strict=True):
        assert team["id"] == route["team_id"]
        assert [stop["name"] for stop in team["stops"]] == [s["name"] for s in route["stops"]]
        lon, lat = route["legs"][0]["geometry"]["coordinates"][0]
        assert team["line"][0] == [lat, lon]
        assert len(team["line"]) == sum(
            len(leg["geometry"]["coordinates"]) for leg in route["legs"]
        )


def test_teams_have_different_colours(plan, page_data):
    teams = page_data(render_routes_map(plan))["teams"]
    assert len({team["color"] for team in teams}) == len(teams) == 2


def test_the_day_is_summed_up(plan, page_data):
    totals = page_data(render_routes_map(plan))["totals"]
    assert totals["stops"] == sum(len(route["stops"]) for route in plan["routes"])
    assert totals["minutes"] == round(sum(route["travel_s"] for route in plan["routes"]) / 60)
    chances = [point["inclusion_probability"] for point in plan["points"]]
    assert (totals["smallest"], totals["largest"]) == (min(chances), max(chances))
    assert totals["points"] == len(chances)


def test_times_are_the_citys_own(plan, page_data):
    stop = plan["routes"][0]["stops"][0]
    stop["arrival"], stop["departure"] = "2026-11-23T01:05:00+00:00", "2026-11-23T09:17:00+08:00"
    shown = page_data(render_routes_map(plan))["teams"][0]["stops"][0]
    assert (shown["arrival"], shown["departure"]) == ("09:05", "09:17")


def test_a_stop_knows_its_chance_and_its_unit(plan, page_data):
    stop = page_data(render_routes_map(plan))["teams"][0]["stops"][0]
    points = {point["point_id"]: point for point in plan["points"]}
    planned = points[plan["routes"][0]["stops"][0]["point_id"]]
    assert stop["chance"] == planned["inclusion_probability"]
    assert stop["unit"] == (planned["unit"] or "")


def test_a_stop_beside_the_road_gets_a_line_to_it(plan, page_data):
    route = plan["routes"][0]
    route["stops"][0]["lat"] = route["legs"][0]["geometry"]["coordinates"][-1][1] + 0.001
    stop = page_data(render_routes_map(plan))["teams"][0]["stops"][0]
    assert stop["road"] == route["legs"][0]["geometry"]["coordinates"][-1][::-1]


def test_a_stop_on_the_road_gets_none(plan, page_data):
    route = plan["routes"][0]
    lon, lat = route["legs"][0]["geometry"]["coordinates"][-1]
    route["stops"][0].update(lon=lon, lat=lat)
    assert page_data(render_routes_map(plan))["teams"][0]["stops"][0]["road"] is None


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "2026-11-23 星期一"), ("en", "Monday, 2026-11-23")]
)
def test_the_date_is_told_with_its_weekday(plan, page_data, language, words):
    assert page_data(render_routes_map(plan, language=language))["dateText"] == words


def test_the_commitment_is_there_and_the_secret_is_not(plan, page_data):
    html = render_routes_map(plan)
    assert page_data(html)["commitment"] == plan["draw"]["commitment"]
    assert plan["draw"]["seed"] not in html


def test_routes_not_drawn_stay_out_of_the_file(plan):
    marker = "点位甲乙丙丁"
    plan["books"][0]["routes"][0]["note"] = marker
    assert marker not in render_routes_map(plan)


def test_a_day_without_routes_shows_the_districts(plan, page_data):
    plan["routes"] = []
    data = page_data(render_routes_map(plan, tinytown.districts()))
    assert data["teams"] == []
    assert data["totals"]["stops"] == 0


def test_a_day_without_routes_and_districts_has_nothing_to_show(plan):
    plan["routes"] = []
    with pytest.raises(InputError, match="nothing to show"):
        render_routes_map(plan)


@pytest.mark.parametrize(("language", "task"), [("zh", "走到底"), ("en", "To the end")])
def test_a_target_tells_what_to_do_there(plan, page_data, language, task):
    point_id = plan["routes"][0]["stops"][0]["point_id"]
    for point in plan["points"]:
        if point["point_id"] == point_id:
            point.update(instruction_zh="走到底", instruction_en="To the end")
    teams = page_data(render_routes_map(plan, language=language))["teams"]
    told = [stop["task"] for team in teams for stop in team["stops"]]
    assert told == [task] + [""] * (len(told) - 1)


def test_the_same_plan_gives_the_same_bytes(plan, tinytown_basemap):
    districts = tinytown.districts()
    one = render_routes_map(plan, districts, basemap=tinytown_basemap)
    assert one == render_routes_map(plan, districts, basemap=tinytown_basemap)
