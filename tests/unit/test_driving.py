"""A driven route holds together: legs, times and lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from geoinspect.driving import driven_route
from geoinspect.network import snap

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork


@pytest.fixture
def drawn(tinytown_plan: dict[str, Any], tinytown_network: RoadNetwork) -> dict[str, Any]:
    """Everything that leads to the first route of the plan."""
    route, depot = tinytown_plan["routes"][0], tinytown_plan["teams"][0]["depot"]
    points = {point["point_id"]: point for point in tinytown_plan["points"]}
    stops = [points[stop["point_id"]] for stop in route["stops"]]
    lonlat = np.array([[place["lon"], place["lat"]] for place in (depot, *stops)])
    return {
        "network": tinytown_network,
        "snaps": snap(tinytown_network, [""] * len(lonlat), lonlat),
        "way": [*range(len(lonlat)), 0],
        "points": stops,
        "departure": datetime.fromisoformat(route["departure"]),
    }


def test_a_drawn_route_is_written_as_in_its_plan(
    drawn: dict[str, Any], tinytown_plan: dict[str, Any]
) -> None:
    route = tinytown_plan["routes"][0]
    assert {"team_id": "1", "zone_id": route["zone_id"], **driven_route(**drawn)} == route


def test_visits_begin_when_they_are_told_to(drawn: dict[str, Any]) -> None:
    prompt = driven_route(**drawn)
    wait = timedelta(minutes=5)
    begins = [
        datetime.fromisoformat(stop["arrival"]) + wait * (k + 1)
        for k, stop in enumerate(prompt["stops"])
    ]
    waiting = driven_route(**drawn, begins=begins)
    first = waiting["stops"][0]
    assert first["arrival"] == prompt["stops"][0]["arrival"]
    assert datetime.fromisoformat(first["begin"]) == begins[0]
    assert datetime.fromisoformat(first["departure"]) == begins[0] + timedelta(minutes=12)
    late = datetime.fromisoformat(waiting["return"]) - datetime.fromisoformat(prompt["return"])
    assert late == wait * len(begins)
    assert waiting["travel_s"] == prompt["travel_s"]


def test_a_stop_carries_the_instruction_and_the_hour_of_its_point(drawn: dict[str, Any]) -> None:
    advice = {"instruction_zh": "第三家店", "instruction_en": "the third shop", "hour": 10}
    told, *silent = drawn["points"]
    route = driven_route(**drawn | {"points": [told | advice, *silent]})
    assert {member: route["stops"][0][member] for member in advice} == advice
    assert not advice.keys() & route["stops"][1].keys()
    plain = driven_route(**drawn)
    without = {key: value for key, value in route["stops"][0].items() if key not in advice}
    assert without == plain["stops"][0]
