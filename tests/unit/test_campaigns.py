"""Campaigns on the streets of the tiny town, as they are written down."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from geoinspect.campaigns import CampaignParams, campaign_record, plan_of_day
from geoinspect.errors import InputError
from geoinspect.exports import itineraries
from geoinspect.lottery.record import canonical_json, digest
from geoinspect.maps import render_routes_map
from geoinspect.network import snap, travel_times
from geoinspect.shifts import read_shift

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork
    from geoinspect.planning import City

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


@pytest.fixture(scope="module")
def params() -> CampaignParams:
    return CampaignParams(MONDAY, 2, (read_shift("09:00-10:00"),), 720, iterations=60)


@pytest.fixture(scope="module")
def record(tinytown_city: City, params: CampaignParams) -> dict[str, Any]:
    return campaign_record(tinytown_city, params)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stops_of(record: dict[str, Any]) -> list[str]:
    return [stop["point_id"] for route in record["routes"] for stop in route["stops"]]


def clock(text: str) -> str:
    return f"{moment(text):%H:%M}"


def test_every_point_is_visited_once(record: dict[str, Any], tinytown_city: City) -> None:
    assert sorted(stops_of(record)) == sorted(tinytown_city.points.index)
    assert record["unplanned"] == []
    assert record["coverage"] == {
        **{"n_points": 12, "n_visited": 12, "n_unplanned": 0},
        **{"missing": [], "repeated": [], "unknown": [], "holds": True},
    }


def test_the_number_of_team_days_and_its_bound_are_told(record: dict[str, Any]) -> None:
    assert record["team_days"] == len(record["routes"])
    assert record["lower_bound"] <= record["team_days"]
    assert record["gap"] == pytest.approx(record["team_days"] / record["lower_bound"] - 1, abs=1e-4)
    assert record["days"] == len({route["date"] for route in record["routes"]})


def test_routes_keep_to_their_shifts_and_add_up(record: dict[str, Any]) -> None:
    for route in record["routes"]:
        assert clock(route["departure"]) >= "09:00"
        assert clock(route["return"]) <= "10:00"
        working = (moment(route["return"]) - moment(route["departure"])).total_seconds()
        assert working == pytest.approx(route["travel_s"] + 720 * len(route["stops"]))


def test_each_leg_is_the_quickest_way_on_the_network(
    record: dict[str, Any], tinytown_network: RoadNetwork
) -> None:
    depot = record["teams"][0]["depot"]
    for route in record["routes"]:
        places = [depot, *route["stops"], depot]
        lonlat = np.array([[place["lon"], place["lat"]] for place in places])
        times = travel_times(tinytown_network, snap(tinytown_network, [""] * len(places), lonlat))
        expected = [times[a, b] for a, b in pairwise(range(len(places)))]
        assert [round(1000 * leg["duration_s"]) for leg in route["legs"]] == expected


def test_same_city_and_parameters_give_the_same_bytes(
    tinytown_city: City, params: CampaignParams, record: dict[str, Any]
) -> None:
    shuffled = replace(tinytown_city, points=tinytown_city.points.iloc[::-1])
    assert canonical_json(campaign_record(shuffled, params)) == canonical_json(record)


def test_the_digest_binds_the_rest(record: dict[str, Any]) -> None:
    rest = {member: value for member, value in record.items() if member != "digest"}
    assert record["digest"] == digest(rest)


def test_a_day_of_a_campaign_can_be_shown_and_printed(
    record: dict[str, Any], tinytown_city: City
) -> None:
    plan = plan_of_day(record, "2026-11-23")
    assert json.loads(json.dumps(plan)) == plan
    assert {route["date"] for route in plan["routes"]} == {"2026-11-23"}
    assert len(itineraries(plan)) == len(plan["routes"])
    assert record["digest"] in render_routes_map(plan)


def test_a_day_on_which_nobody_goes_out_is_refused(record: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Nobody goes out on 2027-01-01"):
        plan_of_day(record, "2027-01-01")


def test_nobody_goes_out_at_weekends_unless_told_to(
    tinytown_city: City, params: CampaignParams
) -> None:
    alone = replace(params, first_day=FRIDAY, n_teams=1)
    rested = campaign_record(tinytown_city, replace(alone, rests_at_weekends=True))
    days = sorted({route["date"] for route in rested["routes"]})
    assert days[:2] == ["2026-11-27", "2026-11-30"]
    assert rested["last_day"] == days[-1]
    every = campaign_record(tinytown_city, alone)
    assert "2026-11-28" in {route["date"] for route in every["routes"]}


def test_opening_hours_are_kept(tinytown_city: City, params: CampaignParams) -> None:
    category = tinytown_city.points["category"].iloc[0]
    windows = {category: (read_shift("09:40-10:00"),)}
    found = campaign_record(tinytown_city, replace(params, windows=windows))
    stops = [stop for route in found["routes"] for stop in route["stops"]]
    bound = [stop for stop in stops if stop["category"] == category]
    assert bound
    assert all(clock(stop["begin"]) >= "09:40" for stop in bound)


def test_opening_hours_that_no_shift_meets_are_told(
    tinytown_city: City, params: CampaignParams
) -> None:
    category = tinytown_city.points["category"].iloc[0]
    windows = {category: (read_shift("20:00-22:00"),)}
    found = campaign_record(tinytown_city, replace(params, windows=windows))
    n = int((tinytown_city.points["category"] == category).sum())
    assert [row["code"] for row in found["unplanned"]] == ["WINDOW"] * n
    assert found["coverage"]["holds"]


def test_a_night_shift_meets_hours_after_midnight(
    tinytown_city: City, params: CampaignParams
) -> None:
    category = tinytown_city.points["category"].iloc[0]
    night = replace(
        params,
        shifts=(read_shift("23:30-01:30"),),
        windows={category: (read_shift("00:10-01:00"),)},
    )
    found = campaign_record(tinytown_city, night)
    assert found["unplanned"] == []
    stops = [stop for route in found["routes"] for stop in route["stops"]]
    assert all(clock(s["begin"]) >= "00:10" for s in stops if s["category"] == category)


def test_days_at_hand_leave_out_what_does_not_fit(
    tinytown_city: City, params: CampaignParams
) -> None:
    found = campaign_record(tinytown_city, replace(params, n_teams=1, n_days=1))
    assert len(found["routes"]) == 1
    assert {row["code"] for row in found["unplanned"]} == {"SHIFT_FULL"}
    assert len(stops_of(found)) + len(found["unplanned"]) == 12
    assert found["coverage"]["holds"]


def test_teams_take_shifts_depots_and_units_in_turn(
    tinytown_city: City, params: CampaignParams
) -> None:
    places = tinytown_city.points.geometry
    order = replace(
        params,
        shifts=(read_shift("09:00-10:00"), read_shift("14:00-15:00")),
        depots=((places.iloc[0].x, places.iloc[0].y), (places.iloc[5].x, places.iloc[5].y)),
        units=(("城管局", "市场监管局"), ("卫健委",)),
        max_stops=2,
    )
    found = campaign_record(tinytown_city, order)
    assert [team["units"] for team in found["teams"]] == [["城管局", "市场监管局"], ["卫健委"]]
    assert found["teams"][0]["depot"] != found["teams"][1]["depot"]
    for route in found["routes"]:
        assert len(route["stops"]) <= 2
        hour = {"1": 9, "2": 14}[route["team_id"]]
        assert moment(route["departure"]).hour == hour


def test_a_point_far_from_streets_is_listed_and_stops_nobody(
    tinytown_city: City, params: CampaignParams
) -> None:
    points = tinytown_city.points.copy()
    points.loc["TT01", "geometry"] = shapely.Point(points.total_bounds[0] - 0.05, 32.8)
    found = campaign_record(replace(tinytown_city, points=points), params)
    assert [(row["point_id"], row["code"]) for row in found["unplanned"]] == [
        ("TT01", "SNAP_TOO_FAR")
    ]
    assert found["coverage"]["holds"]


def test_a_depot_far_from_streets_is_refused(tinytown_city: City, params: CampaignParams) -> None:
    near = tinytown_city.points.geometry.iloc[0]
    for depots in (((0.0, 0.0),), ((near.x, near.y), (0.0, 0.0))):
        with pytest.raises(InputError, match=r"The depot at longitude 0\.0, latitude 0\.0"):
            campaign_record(tinytown_city, replace(params, depots=depots))


@pytest.mark.parametrize(
    ("wrong", "said"), [({"n_teams": 0}, "0 teams"), ({"n_days": 0}, "0 days")]
)
def test_an_order_for_nobody_is_refused(
    params: CampaignParams, wrong: dict[str, int], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        replace(params, **wrong)
