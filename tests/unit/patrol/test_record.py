"""Patrols as they are written down, mapped and printed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geoinspect.campaigns import plan_of_day
from geoinspect.exports import itineraries, route_gpx, routes_geojson
from geoinspect.lottery.record import canonical_json, digest
from geoinspect.maps import render_routes_map
from geoinspect.network import for_mode, snap, travel_times
from geoinspect.patrol import Beat, chosen_streets, patrol_record, walked
from geoinspect.targets import street_segments

from .conftest import SIDE_M


def _clock(text):
    return f"{datetime.fromisoformat(text):%H:%M:%S}"


@pytest.fixture(scope="module")
def back_streets(tinytown_network):
    streets = chosen_streets(
        tinytown_network, street_segments(tinytown_network), category="back_street"
    )
    return Beat("小镇", ZoneInfo("Asia/Shanghai"), tinytown_network, streets[np.arange(40)])


@pytest.fixture
def record(back_streets, params):
    return patrol_record(back_streets, params(shift="09:00-12:00"))


def test_every_metre_is_walked(record, back_streets):
    assert record["walked"]["holds"]
    assert record["unplanned"] == []
    total_m = back_streets.streets.length_m.sum()
    assert record["walked"]["walked_m"] == pytest.approx(total_m, rel=1e-3)
    assert record["walked"]["wanted_m"] == pytest.approx(total_m, rel=1e-3)
    stops = [stop["segment_id"] for route in record["routes"] for stop in route["stops"]]
    assert sorted(stops) == sorted(back_streets.streets.segment_id)


def test_a_ring_of_streets_is_walked_without_any_way_in_between(beat, params):
    ring = beat("A=B South", "B=C East", "D=C North", "D=A West")
    (route,) = patrol_record(ring, params())["routes"]
    assert [leg["length_m"] for leg in route["legs"]] == [0] * 5
    assert route["walked_m"] == pytest.approx(4 * SIDE_M, abs=1)
    assert [leg["duration_s"] for leg in route["legs"][1:-1]] == [0] * 3
    for one, other in pairwise(route["stops"]):
        assert one["departure"] == other["arrival"]


def test_the_way_back_from_a_dead_end_is_the_only_way(beat, params):
    line = beat("A=B South", "B=E South")
    (route,) = patrol_record(line, params(depots=((0.0, 0.0),)))["routes"]
    assert route["length_m"] == pytest.approx(2 * SIDE_M, abs=0.2)
    assert route["travel_s"] == pytest.approx(2 * SIDE_M, abs=1)


def test_times_hang_together_and_hold_the_shift(record):
    for route in record["routes"]:
        assert _clock(route["departure"]) >= "09:00:00"
        assert _clock(route["return"]) <= "12:00:00"
        moments = [route["departure"]]
        moments += [stop[m] for stop in route["stops"] for m in ("arrival", "departure")]
        moments.append(route["return"])
        spans = [
            (datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds()
            for a, b in pairwise(moments)
        ]
        assert spans[::2] == pytest.approx([leg["duration_s"] for leg in route["legs"]])
        walks = [stop["walk"]["length_m"] for stop in route["stops"]]
        # a metre a second, in whole seconds
        assert spans[1::2] == pytest.approx(walks, abs=1.1)


def test_each_leg_is_the_quickest_way_on_foot(record, tinytown_network):
    on_foot = for_mode(tinytown_network, "foot", speed_kph=3.6)
    depot = record["teams"][0]["depot"]
    for route in record["routes"]:
        lines = [stop["walk"]["geometry"]["coordinates"] for stop in route["stops"]]
        home = [depot["lon"], depot["lat"]]
        entries = [*(line[0] for line in lines), home]
        exits = [home, *(line[-1] for line in lines)]
        snaps = snap(on_foot, range(2 * len(exits)), np.array(exits + entries))
        times = travel_times(on_foot, snaps).diagonal(len(exits))
        assert [leg["duration_s"] for leg in route["legs"]] == pytest.approx(times / 1000, abs=0.1)
        assert {leg["mode"] for leg in route["legs"]} == {"foot"}


def test_the_bound_and_the_digest_are_told(record):
    assert 1 <= record["lower_bound"] <= record["team_days"] == len(record["routes"])
    rest = {key: value for key, value in record.items() if key != "digest"}
    assert record["digest"] == digest(rest)
    json.loads(canonical_json(record))


def test_same_streets_and_order_give_the_same_record(record, back_streets, params):
    assert patrol_record(back_streets, params(shift="09:00-12:00")) == record


def test_what_does_not_fit_is_listed_and_the_proof_counts_it(beat, params):
    record = patrol_record(beat(), params(shift="09:00-09:20", n_days=1))
    assert 0 < len(record["unplanned"]) < 6
    assert {row["code"] for row in record["unplanned"]} <= {"SHIFT_FULL", "OUT_OF_REACH"}
    assert record["walked"]["holds"]
    assert record["walked"]["unplanned_m"] == pytest.approx(
        SIDE_M * len(record["unplanned"]), rel=1e-3
    )
    assert record["walked"]["walked_m"] + record["walked"]["unplanned_m"] == pytest.approx(
        record["walked"]["wanted_m"], rel=1e-3
    )


def test_streets_that_no_shift_can_hold_leave_nobody_on_the_road(beat, params):
    record = patrol_record(beat("A=B South"), params(shift="09:00-09:05"))
    assert record["routes"] == []
    assert record["days"] == 0
    assert [row["code"] for row in record["unplanned"]] == ["OUT_OF_REACH"]
    assert record["first_day"] == record["last_day"] == "2026-11-23"
    assert record["walked"]["holds"]


def test_each_side_of_a_wide_street_is_a_walk_of_its_own(beat, params):
    record = patrol_record(beat("A=B South primary"), params(both_sides=True))
    (segment,) = record["segments"]
    assert segment["passes"] == 2
    (route,) = record["routes"]
    assert sorted(stop["side"] for stop in route["stops"]) == ["left", "right"]
    assert sorted(stop["is_backward"] for stop in route["stops"]) == [False, True]
    # the left side of the line is to the right of somebody who comes back along it
    told = {
        stop["side"]: stop["instruction_en"].split("the side on the ")[1] for stop in route["stops"]
    }
    assert sorted(told[side].split()[1] for side in told) == ["(north).", "(south)."]
    backward = next(stop for stop in route["stops"] if stop["is_backward"])
    other = {"left": "right", "right": "left"}[backward["side"]]
    assert told[backward["side"]].startswith(other)
    assert record["walked"]["walked_m"] == pytest.approx(2 * SIDE_M, rel=1e-3)


def test_long_streets_are_walked_piece_by_piece(town, params):
    network = town("A=B South")
    pieces = street_segments(network, longest_m=100)
    beat = Beat("小镇", ZoneInfo("Asia/Shanghai"), network, pieces)
    record = patrol_record(beat, params())
    assert len(record["segments"]) == 4
    (route,) = record["routes"]
    assert record["walked"]["holds"]
    assert route["length_m"] == pytest.approx(SIDE_M, abs=1)


def test_several_days_are_planned_where_one_is_too_short(beat, params):
    record = patrol_record(beat(), params(shift="09:00-09:25", rests_at_weekends=True))
    assert record["days"] > 1
    assert record["walked"]["holds"]
    assert record["first_day"] == "2026-11-23"
    assert {route["date"] for route in record["routes"]} <= {
        f"2026-11-{day}" for day in (23, 24, 25, 26, 27)
    }


def test_instructions_name_street_and_direction(record):
    stop = record["routes"][0]["stops"][0]
    assert stop["instruction_zh"].startswith("沿")
    assert stop["instruction_en"].startswith("Walk along ")
    chinese = {point["category"] for point in record["points"]}
    assert chinese == {"街路巡查"}


def test_a_day_of_a_patrol_can_be_mapped_and_exported(record):
    plan = plan_of_day(record, record["first_day"])
    html = render_routes_map(plan)
    assert record["points"][0]["name"] in html
    itinerary = itineraries(plan)[0]
    # every line begins where the one before it ended
    for one, other in pairwise(itinerary.lines):
        assert one[-1] == pytest.approx(other[0], abs=2e-6)
    track = ET.fromstring(route_gpx(itinerary)).findall(".//{*}trkseg")
    assert len(track) == 2 * len(itinerary.visits) + 1
    kinds = [feature["properties"]["kind"] for feature in routes_geojson(plan)["features"]]
    assert (
        kinds.count("walk") == kinds.count("stop") == sum(len(r["stops"]) for r in plan["routes"])
    )
    told = itinerary.visits[0].instruction_en
    assert told == plan["routes"][0]["stops"][0]["instruction_en"]


def test_a_proof_written_is_the_proof_of_the_record(record):
    proof = walked(record)
    assert proof.holds is record["walked"]["holds"]
    assert round(proof.walked_m, 1) == record["walked"]["walked_m"]


def test_the_record_does_not_depend_on_the_order_of_streets(back_streets, params):
    again = replace(back_streets, streets=back_streets.streets[np.arange(40)])
    order = params(shift="09:00-12:00", iterations=5)
    assert patrol_record(again, order)["digest"] == patrol_record(back_streets, order)["digest"]
